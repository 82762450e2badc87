//! A small report for the tests of tables, pictures and files.

use std::collections::BTreeMap;

use crate::events::Handler;
use crate::machine::Machine;
use crate::package::{LeftOut, Package};
use crate::peers::Group;
use crate::phase::Phase;
use crate::probe::Manner;
use crate::process::Memory;
use crate::raw::{Kind, Raw, RunSample, SmallSample, StartSample};
use crate::result::{Body, Cloud, Load, Plan, Report, Row, SCHEMA, Small, Start, Took, Warm};
use crate::stats::Spread;

pub(crate) fn report() -> Report {
    let mut node = row("node", "Node <http>", Group::Peer, 600, 40_000.0);
    node.package.interpreter = Some("node".to_owned());
    node.package.interpreter_bytes = Some(95_000_000);
    node.cloud = vec!["node12".to_owned()];
    let mut wrong = row("wrong", "Wrong", Group::Peer, 10, 1.0);
    wrong.disqualified = Some("3 bytes were sent and 2 other bytes came back".to_owned());
    Report {
        schema: SCHEMA,
        when: "2026-01-02T03:04:05Z".to_owned(),
        plan: Plan::full(7),
        machine: Machine {
            cpu: "CPU".to_owned(),
            cores: 2,
            pinned: true,
            ..Machine::default()
        },
        tools: BTreeMap::from([("zip".to_owned(), "zip 3.0".to_owned())]),
        peers: vec![
            row("c-bare", "C", Group::Floor, 1_500, 170.0),
            row("default", "fc-runtime", Group::Ours, 211_855, 390.0),
            row("hyper", "hyper", Group::Peer, 400_000, 350.0),
            node,
            wrong,
        ],
        mcp: vec![
            mcp_row(
                "fc-mcp-direct",
                "fc-mcp, direct",
                Group::Ours,
                (180_000, 500.0),
                ("GET", "405"),
            ),
            mcp_row(
                "fc-mcp",
                "fc-mcp",
                Group::Ours,
                (200_000, 600.0),
                ("GET", "405"),
            ),
            mcp_row(
                "rmcp",
                "rmcp",
                Group::Peer,
                (1_000_000, 1_000.0),
                ("lines printed for a call", "0"),
            ),
        ],
        left_out: vec![LeftOut {
            id: "go".to_owned(),
            name: "Go net/http".to_owned(),
            reason: "go is not there".to_owned(),
            bring: Some("apt-get install -y golang-go".to_owned()),
        }],
        notes: Vec::new(),
        took: vec![Took {
            phase: Phase::Start,
            peers: 4,
            seconds: 100.0,
        }],
        parts: 1,
        cloud: vec![Cloud {
            id: "node12".to_owned(),
            demo: "Node 12".to_owned(),
            package: None,
            duration_ms: Some("3.12 (2021)".to_owned()),
            memory_mb: Some("55.65 (2021)".to_owned()),
            source: "nodejs12/readme.md".to_owned(),
        }],
    }
}

pub(crate) fn raw() -> Raw {
    let start = StartSample {
        peer: "default".to_owned(),
        round: 0,
        place: 1,
        listening_us: 150.5,
        first_us: 400.25,
        cpu_us: 300.0,
        peak_rss_kib: 425,
        rss_kib: 420,
        pss_kib: 400,
        threads: 7,
        processes: 1,
    };
    let small = SmallSample {
        peer: "default".to_owned(),
        round: 0,
        place: 1,
        cores: 1,
        used_us: 2_500,
        first_us: 1_900.0,
        cpu_us: 800.0,
        held_back: 1,
    };
    let run = RunSample {
        peer: "default".to_owned(),
        pass: 0,
        kind: Kind::Warm,
        handler: Handler::Echo,
        cores: 1,
        connections: 1,
        body_bytes: 100,
        answers: 2,
        seconds: 0.5,
        served: 1,
        errors: 0,
        reconnects: 0,
        cpu_us: Some(33.0),
        client_cpu_us: None,
        sleeps: None,
        peak_rss_kib: 425,
        rss_kib: 420,
        pss_kib: 400,
        threads: 7,
        processes: 1,
        latencies_us: vec![70.5, 71.5],
    };
    Raw {
        starts: vec![start.clone(), start],
        smalls: vec![small],
        runs: vec![run],
    }
}

fn mcp_row(
    id: &str,
    name: &str,
    group: Group,
    (zip_bytes, first_us): (u64, f64),
    (tried, seen): (&str, &str),
) -> Row {
    let mut row = row(id, name, group, zip_bytes, first_us);
    row.small.clear();
    row.bodies.clear();
    for load in &mut row.load {
        load.handler = Handler::Tool;
    }
    row.manners = vec![Manner {
        tried: tried.to_owned(),
        seen: seen.to_owned(),
    }];
    row
}

fn row(id: &str, name: &str, group: Group, zip_bytes: u64, first_us: f64) -> Row {
    let memory = Memory {
        peak_rss_kib: zip_bytes / 1000,
        rss_kib: zip_bytes / 1000,
        pss_kib: zip_bytes / 1000,
        threads: 2,
        processes: 1,
    };
    Row {
        id: id.to_owned(),
        name: name.to_owned(),
        language: "L".to_owned(),
        group,
        how: "somehow".to_owned(),
        package: Package {
            files: 1,
            bytes: zip_bytes * 2,
            zip_bytes,
            ..Package::default()
        },
        start: Some(Start {
            listening_us: spread(first_us / 2.0),
            first_us: spread(first_us),
            cpu_us: spread(first_us * 0.8),
            memory,
        }),
        small: [(1, 0), (1, 2_500), (2, 0)]
            .map(|(cores, used_us)| Small {
                cores,
                used_us,
                first_us: spread(first_us * 4.0),
                cpu_us: spread(first_us * 0.8),
                held_back: 0.1,
            })
            .into(),
        warm: Some(Warm {
            latency_us: spread(first_us / 4.0),
            cpu_us: first_us / 10.0,
            keep_alive: true,
        }),
        load: [(1, 25.0, 20_000.0), (2, 26.0, 40_000.0)]
            .map(|(cores, cpu_us, per_second)| Load {
                handler: Handler::Echo,
                cores,
                connections: 16,
                per_second,
                per_second_min: per_second * 0.9,
                per_second_max: per_second * 1.1,
                cpu_us: Some(cpu_us),
                latency_us: Some(spread(first_us)),
                served: 16,
                errors: 0,
                reconnects: 0,
                memory,
            })
            .into(),
        bodies: vec![Body {
            bytes: 1_000,
            latency_us: spread(first_us),
            memory,
        }],
        remarks: Vec::new(),
        disqualified: None,
        cloud: Vec::new(),
        manners: Vec::new(),
    }
}

fn spread(p50: f64) -> Spread {
    Spread {
        n: 200,
        min: p50 * 0.9,
        p50,
        p90: p50 * 1.2,
        p99: p50 * 1.5,
        max: p50 * 2.0,
    }
}

//! Owns a run from the manifest to the raw data: builds, proves, and lets the peers take turns.

use std::fs;
use std::path::PathBuf;

use fastrand::Rng;

use crate::machine::{self, Cores, Machine};
use crate::measure::{Bench, Turn, disqualifies, last_words};
use crate::package::{LeftOut, Package, Workshop, find_program};
use crate::peers::{Manifest, Peer, Places};
use crate::progress::Progress;
use crate::result::{Cloud, Plan, Raw, Report, RunSample, SCHEMA};
use crate::server::{Launch, Trouble};
use crate::summary;

/// The failures after which a peer is given up, so that one that hangs does not hold up the rest.
const FAILURES_MAX: u32 = 5;

/// What a run is asked to do.
#[derive(Debug)]
pub struct Order<'a> {
    /// The peers and tools.
    pub manifest: &'a Manifest,
    /// The peers that take part.
    pub peers: Vec<Peer>,
    /// Where everything lies.
    pub places: &'a Places,
    /// The output folder.
    pub out: PathBuf,
    /// How much is measured.
    pub plan: Plan,
    /// Whether missing tools and dependencies may be fetched.
    pub install: bool,
    /// The cloud's figures.
    pub cloud: Vec<Cloud>,
}

/// One peer that takes part, and what became of it.
#[derive(Debug)]
pub struct Contestant {
    /// The peer.
    pub peer: Peer,
    /// What one deploys.
    pub package: Package,
    /// What went wrong on the way.
    pub remarks: Vec<String>,
    /// Why its figures do not count, if so.
    pub disqualified: Option<String>,
    launch: Launch,
    failures: u32,
}

/// Builds the peers of an order; returns those that are there and those that are not.
pub fn build(order: &Order<'_>, workshop: &mut Workshop<'_>) -> (Vec<Contestant>, Vec<LeftOut>) {
    let mut progress = Progress::new("build", order.peers.len());
    let (mut ready, mut left_out) = (Vec::new(), Vec::new());
    for peer in &order.peers {
        progress.step(&peer.name);
        match workshop.make(peer) {
            Ok(package) => ready.push(contestant(order, peer.clone(), package)),
            Err(left) => {
                progress.note(&format!("{} is left out: {}", left.name, left.reason));
                left_out.push(left);
            }
        }
    }
    (ready, left_out)
}

/// Does the whole run.
///
/// # Errors
/// When the machine refuses what the harness itself needs.
pub fn run(order: &Order<'_>) -> Result<(Report, Raw), String> {
    let mut workshop = Workshop::new(order.manifest, order.places, order.install);
    let (mut ready, mut left_out) = build(order, &mut workshop);
    let cores = Cores::pick().map_err(|e| format!("core pinning: {e}"))?;
    let mut machine = Machine::look(&cores);
    machine.others_before = machine::others();
    prepare(&machine, &cores)?;
    let mut bench = Bench::new(cores.apart().then_some(cores.server), order.plan.seed);
    prove(&mut bench, &mut ready, &mut left_out, order.places);
    let mut raw = Raw::default();
    let mut rng = Rng::with_seed(order.plan.seed);
    starts(&mut bench, &mut ready, &order.plan, &mut rng, &mut raw);
    passes(&mut bench, &mut ready, &order.plan, &mut rng, &mut raw);
    machine.others_after = machine::others();
    let report = Report {
        schema: SCHEMA,
        when: humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string(),
        plan: order.plan.clone(),
        machine,
        tools: workshop.versions(),
        peers: ready
            .iter()
            .map(|contestant| summary::row(contestant, &raw))
            .collect(),
        left_out,
        cloud: order.cloud.clone(),
    };
    Ok((report, raw))
}

/// Gives the client its core and warns of what will disturb the times.
fn prepare(machine: &Machine, cores: &Cores) -> Result<(), String> {
    if cores.apart() {
        machine::pin(cores.client).map_err(|e| format!("core {}: {e}", cores.client))?;
    } else {
        eprintln!("warning: one core only; client and server share it, times are not comparable");
    }
    if machine.was_busy() {
        let percent = machine.others_before * 100.0;
        eprintln!("warning: others use {percent:.0} % of the machine; times are noisy");
    }
    machine::sharpen_timers().map_err(|e| format!("timer slack: {e}"))
}

fn contestant(order: &Order<'_>, peer: Peer, package: Package) -> Contestant {
    let mut argv: Vec<String> = peer
        .run
        .iter()
        .map(|word| order.places.fill(word, &peer.id))
        .collect();
    if let Some(program) = find_program(&argv[0]) {
        argv[0] = program.to_string_lossy().into_owned();
    }
    let folder = order.places.package(&peer.id);
    let launch = Launch {
        argv,
        errors: order.out.join(format!("{}.stderr", peer.id)),
        folder,
    };
    Contestant {
        peer,
        package,
        remarks: Vec::new(),
        disqualified: None,
        launch,
        failures: 0,
    }
}

/// Keeps those that start and echo; says of the others why they are out.
fn prove(
    bench: &mut Bench,
    ready: &mut Vec<Contestant>,
    left_out: &mut Vec<LeftOut>,
    places: &Places,
) {
    let mut progress = Progress::new("proof", ready.len());
    ready.retain_mut(|one| {
        progress.step(&one.peer.name);
        let Err(trouble) = bench.prove(&one.launch) else {
            return true;
        };
        let reason = explain(&trouble, one, places);
        progress.note(&format!("{}: {reason}", one.peer.name));
        if disqualifies(&trouble) {
            one.disqualified = Some(reason);
            return true;
        }
        let bring = one.peer.bring.clone();
        let (id, name) = (one.peer.id.clone(), one.peer.name.clone());
        left_out.push(LeftOut {
            id,
            name,
            reason,
            bring,
        });
        false
    });
}

fn explain(trouble: &Trouble, one: &Contestant, places: &Places) -> String {
    match last_words(&one.launch) {
        Ok(words) if !words.is_empty() => places.hide(&format!("{trouble}; it said: {words}")),
        _ => trouble.to_string(),
    }
}

/// Every peer starts once a round, each round in another order.
fn starts(bench: &mut Bench, ready: &mut [Contestant], plan: &Plan, rng: &mut Rng, raw: &mut Raw) {
    let rounds = plan.rounds as usize;
    let mut progress = Progress::new("start", rounds * ready.len());
    for turn in 0..plan.rounds {
        for (place, index) in crate::stats::shuffled(ready.len(), rng)
            .into_iter()
            .enumerate()
        {
            let one = &mut ready[index];
            progress.step(&format!("round {} {}", turn + 1, one.peer.name));
            if one.disqualified.is_some() {
                continue;
            }
            match bench.cold(
                &one.launch,
                Turn {
                    peer: &one.peer.id,
                    turn,
                    place,
                },
            ) {
                Ok(sample) => raw.starts.push(sample),
                Err(trouble) => one.suffer(&trouble, "a cold start"),
            }
        }
    }
}

/// Everything after the start, each pass in another order.
fn passes(bench: &mut Bench, ready: &mut [Contestant], plan: &Plan, rng: &mut Rng, raw: &mut Raw) {
    let each = 1 + plan.connections.len() + plan.bodies.len();
    let mut progress = Progress::new("load", plan.passes as usize * each * ready.len());
    for turn in 0..plan.passes {
        for (place, index) in crate::stats::shuffled(ready.len(), rng)
            .into_iter()
            .enumerate()
        {
            let one = &mut ready[index];
            let (id, name) = (one.peer.id.clone(), one.peer.name.clone());
            let at = Turn {
                peer: &id,
                turn,
                place,
            };
            progress.step(&format!("{name}, one connection"));
            one.take(
                |launch| bench.warm(launch, at, plan),
                "the warm measurement",
                raw,
            );
            for n in &plan.connections {
                progress.step(&format!("{name}, connections: {n}"));
                let what = format!("connections: {n}");
                one.take(|launch| bench.load(launch, at, plan, *n), &what, raw);
            }
            for bytes in &plan.bodies {
                progress.step(&format!("{name}, bodies of {bytes} bytes"));
                let what = format!("bodies of {bytes} bytes");
                one.take(|launch| bench.body(launch, at, plan, *bytes), &what, raw);
            }
        }
    }
}

impl Contestant {
    /// Measures, unless it is out already, and keeps what comes of it.
    fn take(
        &mut self,
        measure: impl FnOnce(&Launch) -> Result<RunSample, Trouble>,
        what: &str,
        raw: &mut Raw,
    ) {
        if self.disqualified.is_some() {
            return;
        }
        match measure(&self.launch) {
            Ok(sample) => raw.runs.push(sample),
            Err(trouble) => self.suffer(&trouble, what),
        }
    }

    /// Remembers a failure; a wrong echo, or too many of them, end its part.
    fn suffer(&mut self, trouble: &Trouble, what: &str) {
        let remark = format!("{what}: {trouble}");
        self.failures += 1;
        if disqualifies(trouble) {
            self.disqualified = Some(remark);
        } else if self.failures == FAILURES_MAX {
            self.disqualified = Some(format!("given up after {FAILURES_MAX} failures, {remark}"));
        } else if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

/// Makes the output folder.
///
/// # Errors
/// When it cannot be made.
pub fn make_out(out: &std::path::Path) -> Result<(), String> {
    fs::create_dir_all(out).map_err(|e| format!("{}: {e}", out.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::BadAnswer;

    fn contestant() -> Contestant {
        let manifest =
            Manifest::read(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers.toml"));
        let launch = Launch {
            argv: Vec::new(),
            folder: PathBuf::new(),
            errors: PathBuf::new(),
        };
        Contestant {
            peer: manifest.unwrap().peers.remove(0),
            package: Package::default(),
            remarks: Vec::new(),
            disqualified: None,
            launch,
            failures: 0,
        }
    }

    #[test]
    fn a_peer_that_keeps_failing_is_given_up_and_the_same_remark_stands_once() {
        let mut one = contestant();
        for _ in 1..FAILURES_MAX {
            one.suffer(&Trouble::Silent, "a cold start");
        }
        assert_eq!(one.remarks, ["a cold start: it did not listen within 15 s"]);
        assert_eq!(one.disqualified, None);
        one.suffer(&Trouble::Silent, "a cold start");
        assert!(
            one.disqualified
                .unwrap()
                .starts_with("given up after 5 failures, a cold start")
        );
    }

    #[test]
    fn one_wrong_echo_ends_the_part_of_a_peer() {
        let mut one = contestant();
        one.suffer(
            &BadAnswer::WrongEcho {
                sent: 1,
                received: 2,
            }
            .into(),
            "connections: 16",
        );
        assert!(one.disqualified.is_some());
        let mut raw = Raw::default();
        one.take(|_| unreachable!("it is out"), "anything", &mut raw);
        assert!(raw.runs.is_empty());
    }
}

//! Owns the way from raw samples to one row of the report. Measures nothing.

use crate::contestant::Contestant;
use crate::events::Handler;
use crate::process::Memory;
use crate::raw::{Kind, Raw, RunSample, SmallSample, StartSample};
use crate::result::{Body, Load, Row, Small, Start, Warm};
use crate::stats::{Spread, mean, median};

/// The row of a peer.
pub fn row(one: &Contestant, raw: &Raw) -> Row {
    let peer = &one.peer;
    let starts: Vec<&StartSample> = raw.starts.iter().filter(|s| s.peer == peer.id).collect();
    let smalls: Vec<&SmallSample> = raw.smalls.iter().filter(|s| s.peer == peer.id).collect();
    let runs: Vec<&RunSample> = raw.runs.iter().filter(|s| s.peer == peer.id).collect();
    Row {
        id: peer.id.clone(),
        name: peer.name.clone(),
        language: peer.language.clone(),
        group: peer.group,
        how: peer.how.clone(),
        package: one.package.clone(),
        start: start(&starts),
        small: each(&smalls, |start| (start.cores, start.used_us), small),
        warm: warm(&of(&runs, Kind::Warm)),
        load: each(
            &of(&runs, Kind::Load),
            |run| (run.handler, run.connections, run.cores),
            load,
        ),
        bodies: each(&of(&runs, Kind::Body), |run| run.body_bytes, body),
        remarks: one.remarks.clone(),
        disqualified: one.disqualified.clone(),
        cloud: peer.seed.clone(),
        manners: one.manners.clone(),
    }
}

fn of<'a>(runs: &[&'a RunSample], kind: Kind) -> Vec<&'a RunSample> {
    runs.iter()
        .copied()
        .filter(|run| run.kind == kind)
        .collect()
}

/// One summary for each value of `key`, in ascending order.
fn each<S, K: Ord + Copy, T>(
    samples: &[&S],
    key: fn(&S) -> K,
    sum: fn(K, &[&S]) -> Option<T>,
) -> Vec<T> {
    let mut keys: Vec<K> = samples.iter().map(|sample| key(sample)).collect();
    keys.sort_unstable();
    keys.dedup();
    let group = |k| {
        let same = samples.iter().copied().filter(|sample| key(sample) == k);
        same.collect::<Vec<_>>()
    };
    keys.into_iter().filter_map(|k| sum(k, &group(k))).collect()
}

fn start(samples: &[&StartSample]) -> Option<Start> {
    let all = |f: fn(&StartSample) -> f64| samples.iter().map(|s| f(s)).collect::<Vec<_>>();
    let memory = samples.iter().map(|s| Memory {
        peak_rss_kib: s.peak_rss_kib,
        rss_kib: s.rss_kib,
        pss_kib: s.pss_kib,
        threads: s.threads,
        processes: s.processes,
    });
    Some(Start {
        listening_us: Spread::of(&all(|s| s.listening_us))?,
        first_us: Spread::of(&all(|s| s.first_us))?,
        cpu_us: Spread::of(&all(|s| s.cpu_us))?,
        memory: typical(&memory.collect::<Vec<_>>()),
    })
}

fn small((cores, used_us): (usize, u32), samples: &[&SmallSample]) -> Option<Small> {
    let all = |f: fn(&SmallSample) -> f64| samples.iter().map(|s| f(s)).collect::<Vec<_>>();
    let held = all(|s| if s.held_back > 0 { 1.0 } else { 0.0 });
    Some(Small {
        cores,
        used_us,
        first_us: Spread::of(&all(|s| s.first_us))?,
        cpu_us: Spread::of(&all(|s| s.cpu_us))?,
        held_back: mean(&held)?,
    })
}

fn warm(runs: &[&RunSample]) -> Option<Warm> {
    let cpu: Vec<f64> = runs.iter().filter_map(|run| run.cpu_us).collect();
    Some(Warm {
        latency_us: latencies(runs)?,
        cpu_us: median(&cpu),
        keep_alive: runs.iter().all(|run| run.reconnects == 0),
    })
}

fn load(
    (handler, connections, cores): (Handler, usize, usize),
    runs: &[&RunSample],
) -> Option<Load> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "answers of a second are far below 2^52"
    )]
    let rates: Vec<f64> = runs
        .iter()
        .map(|run| run.answers as f64 / run.seconds)
        .collect();
    let spread = Spread::of(&rates)?;
    let cpu: Vec<f64> = runs.iter().filter_map(|run| run.cpu_us).collect();
    Some(Load {
        handler,
        cores,
        connections,
        per_second: spread.p50,
        per_second_min: spread.min,
        per_second_max: spread.max,
        cpu_us: Spread::of(&cpu).map(|spread| spread.p50),
        latency_us: latencies(runs),
        served: runs.iter().map(|run| run.served).min()?,
        errors: runs.iter().map(|run| run.errors).sum(),
        reconnects: runs.iter().map(|run| run.reconnects).sum(),
        memory: memory(runs),
    })
}

fn body(bytes: usize, runs: &[&RunSample]) -> Option<Body> {
    Some(Body {
        bytes,
        latency_us: latencies(runs)?,
        memory: memory(runs),
    })
}

fn latencies(runs: &[&RunSample]) -> Option<Spread> {
    let all: Vec<f64> = runs
        .iter()
        .flat_map(|run| run.latencies_us.iter().copied())
        .collect();
    Spread::of(&all)
}

fn memory(runs: &[&RunSample]) -> Memory {
    typical(&runs.iter().map(|run| run.memory()).collect::<Vec<_>>())
}

/// The median of each field: the middle one of the sorted values, so always one that was seen.
fn typical(all: &[Memory]) -> Memory {
    let middle = |f: fn(&Memory) -> u64| {
        let mut values: Vec<u64> = all.iter().map(f).collect();
        values.sort_unstable();
        values
            .get(values.len().saturating_sub(1) / 2)
            .copied()
            .unwrap_or(0)
    };
    Memory {
        peak_rss_kib: middle(|m| m.peak_rss_kib),
        rss_kib: middle(|m| m.rss_kib),
        pss_kib: middle(|m| m.pss_kib),
        threads: middle(|m| m.threads),
        processes: middle(|m| m.processes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(kind: Kind, connections: usize, answers: u64, latencies_us: &[f64]) -> RunSample {
        RunSample {
            peer: "p".to_owned(),
            pass: 0,
            kind,
            handler: Handler::Echo,
            cores: 1,
            connections,
            body_bytes: 100,
            answers,
            seconds: 2.0,
            served: connections,
            errors: 1,
            reconnects: 0,
            cpu_us: Some(30.0),
            client_cpu_us: None,
            sleeps: None,
            peak_rss_kib: answers,
            rss_kib: 0,
            pss_kib: 0,
            threads: 4,
            processes: 1,
            latencies_us: latencies_us.to_vec(),
        }
    }

    #[test]
    fn passes_become_a_median_rate_with_its_ends_and_one_spread_of_latencies() {
        let runs = [100, 300, 200].map(|answers| run(Kind::Load, 16, answers, &[1.0, 5.0]));
        let runs: Vec<&RunSample> = runs.iter().collect();
        let load = load((Handler::Echo, 16, 1), &runs).unwrap();
        assert_eq!(
            (load.per_second_min, load.per_second, load.per_second_max),
            (50.0, 100.0, 150.0)
        );
        assert_eq!((load.errors, load.memory.peak_rss_kib), (3, 200));
        assert_eq!(load.latency_us.unwrap().n, 6);
    }

    #[test]
    fn each_number_of_connections_is_summed_up_by_itself_and_in_order() {
        let runs = [16, 1, 16].map(|n| run(Kind::Load, n, 100, &[1.0]));
        let runs: Vec<&RunSample> = runs.iter().collect();
        let loads = each(&runs, |run| (run.handler, run.connections, run.cores), load);
        assert_eq!(
            loads
                .iter()
                .map(|load| load.connections)
                .collect::<Vec<_>>(),
            [1, 16]
        );
    }

    #[test]
    fn a_peer_without_samples_has_no_figures_instead_of_zeros() {
        assert_eq!((start(&[]), warm(&[])), (None, None));
        assert!(
            each(
                &[],
                |run: &RunSample| (run.handler, run.connections, run.cores),
                load
            )
            .is_empty()
        );
    }

    #[test]
    fn a_load_without_an_answer_has_a_rate_of_zero_and_no_latency() {
        let none = run(Kind::Load, 16, 0, &[]);
        let load = load((Handler::Echo, 16, 1), &[&none]).unwrap();
        assert_eq!((load.per_second, load.latency_us), (0.0, None));
    }

    #[test]
    fn starts_on_the_smallest_instance_are_summed_up_by_what_was_used_before() {
        let sample = |used_us, held_back| SmallSample {
            peer: "p".to_owned(),
            round: 0,
            place: 0,
            cores: 1,
            used_us,
            first_us: 1_500.0,
            cpu_us: 900.0,
            held_back,
        };
        let samples = [sample(2_500, 1), sample(0, 0), sample(2_500, 0)];
        let sums = each(
            &samples.iter().collect::<Vec<_>>(),
            |s| (s.cores, s.used_us),
            small,
        );
        let sums: Vec<_> = sums
            .iter()
            .map(|s| (s.used_us, s.first_us.n, s.held_back))
            .collect();
        assert_eq!(sums, [(0, 1, 0.0), (2_500, 2, 0.5)]);
    }
}

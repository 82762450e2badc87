//! Owns the check of the second core: what a request costs on two cores against one, in one run.
//! A lock that all threads take shows here and nowhere else: they sleep before it.

use std::path::Path;
use std::time::Duration;

use crate::bench::{Bench, Crowd};
use crate::cores::{Cores, Seats};
use crate::events::Handler;
use crate::grid::Grid;
use crate::launch::Launch;
use crate::measure::Turn;
use crate::peers::{Peer, Places};
use crate::plan::HEADLINE_CONNECTIONS;
use crate::raw::RunSample;
use crate::result::Plan;
use crate::units::{percent, rate, times};

/// How many times more often a thread may go to sleep for one request on two cores than on one. It is a
/// count, so no other load changes it: with one lock round every allocation it is 4.6 to 5.7 more for the
/// default package and 1.0 to 3.9 for direct, with free blocks for each core 0.0 to 0.1 for both.
const SLEEPS_MAX: f64 = 0.5;
/// How many times as much CPU it may take, for a lock that spins. A virtual machine whose cores wake each
/// other slowly, or whose caches others use, adds to it: the default package takes 1.02 times on a quiet
/// machine, 1.26 to 1.41 on busy ones and 2.1 to 4.0 with one lock round every allocation; direct 0.82 to
/// 1.12 and 1.5 to 3.7.
const BOUNDS: [(&str, f64); 2] = [("default", 1.8), ("direct", 1.35)];
/// Rounds of both that count.
const ROUNDS: usize = 5;
/// Rounds after which it is given up to find so many.
const ROUNDS_MAX: u32 = 12;
/// The share of the two cores that the server must have had, with the client where it shares them:
/// where others take the rest, its threads run one after the other and never meet at a lock.
const BUSY_MIN: f64 = 0.75;
/// The seed of the events; which bytes they are makes no difference here.
const SEED: u64 = 1;
/// The load of both.
const CROWD: Crowd = Crowd {
    connections: HEADLINE_CONNECTIONS,
    handler: Handler::Echo,
    time: Duration::from_millis(500),
};

/// What a request costs.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cost {
    /// CPU time in µs.
    cpu: f64,
    /// How often a thread went to sleep.
    sleeps: f64,
    /// The share of its cores that was the server's, with the client where it shares them.
    busy: f64,
}

/// One round.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Round {
    /// On one core.
    one: Cost,
    /// On two.
    two: Cost,
}

/// Measures each of these packages; returns the table.
///
/// # Errors
/// When one grows by more than the bound, or cannot be measured.
pub fn hold(ours: &[Peer], places: &Places, out: &Path) -> Result<String, String> {
    // With more, the client would have cores that the server must wait for, and its threads would sleep.
    let cores = Cores::pick().map_err(|e| format!("cores: {e}"))?.first(2);
    if !cores.levels().contains(&2) {
        return Ok("LEFT OUT: this process may use one core only\n".to_owned());
    }
    crate::run::make_out(out)?;
    let mut bench =
        Bench::new(&cores.seats(1), SEED, 0).map_err(|e| format!("what starts servers: {e}"))?;
    let mut measured = Vec::new();
    for peer in ours {
        let launch = launch(peer, places, out);
        let rounds = rounds(&mut bench, &cores, &launch);
        let rounds = rounds.map_err(|e| format!("{}: {e}", peer.name))?;
        measured.push((peer.name.as_str(), bound(&peer.id), rounds));
    }
    judge(&measured)
}

/// The bound of a package; one without gets the strictest.
fn bound(id: &str) -> f64 {
    let own = BOUNDS.iter().find(|(of, _)| *of == id);
    own.map_or(1.0, |(_, bound)| *bound)
}

/// The package itself, where it was built to.
fn launch(peer: &Peer, places: &Places, out: &Path) -> Launch {
    let file = places.word(&peer.id).to_path_buf();
    Launch {
        argv: vec![file.to_string_lossy().into_owned()],
        folder: file.parent().unwrap_or(&file).to_path_buf(),
        errors: out.join(format!("{}.stderr", peer.id)),
        memory_mb: None,
    }
}

/// One core and two in turn, so that both meet the same machine, until enough rounds count.
fn rounds(bench: &mut Bench, cores: &Cores, launch: &Launch) -> Result<Vec<Round>, String> {
    let plan = Plan::quick(SEED);
    let mut measure = |seats: &Seats, turn: u32| -> Result<Cost, String> {
        bench.sit(seats).map_err(|e| format!("cores: {e}"))?;
        let at = Turn {
            peer: "ours",
            turn,
            place: 0,
        };
        let sample = bench.load(launch, at, &plan, CROWD);
        cost(&sample.map_err(|e| e.to_string())?, seats).ok_or("no answer came".to_owned())
    };
    let mut all = Vec::new();
    for turn in 0..ROUNDS_MAX {
        let one = measure(&cores.seats(1), turn)?;
        let two = measure(&cores.seats(2), turn)?;
        all.push(Round { one, two });
        if counted(&all).count() >= ROUNDS {
            break;
        }
    }
    Ok(all)
}

fn cost(sample: &RunSample, seats: &Seats) -> Option<Cost> {
    let cpu = sample.cpu_us?;
    let client = if seats.apart() {
        0.0
    } else {
        sample.client_cpu_us?
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "answers of a second and cores are far below 2^52"
    )]
    let (answers, cores) = (sample.answers as f64, seats.server.len() as f64);
    Some(Cost {
        cpu,
        sleeps: sample.sleeps?,
        busy: (cpu + client) / 1e6 * answers / sample.seconds / cores,
    })
}

/// The rounds in which the server really had two cores.
fn counted(rounds: &[Round]) -> impl Iterator<Item = &Round> {
    rounds.iter().filter(|round| round.two.busy >= BUSY_MIN)
}

/// The least of one core and of two: a lock is there in every round that counts, and others only add.
fn least(rounds: &[Round], of: impl Fn(&Cost) -> f64) -> Option<(f64, f64)> {
    let one = rounds.iter().map(|round| of(&round.one));
    let two = counted(rounds).map(|round| of(&round.two));
    Some((one.reduce(f64::min)?, two.reduce(f64::min)?))
}

fn judge(measured: &[(&str, f64, Vec<Round>)]) -> Result<String, String> {
    let mut grid = Grid::new(&[
        "server",
        "µs on 1",
        "on 2",
        "growth",
        "at most",
        "sleeps on 1",
        "on 2",
        "rounds",
    ]);
    let mut over = Vec::new();
    for (name, bound, rounds) in measured {
        let cpu = least(rounds, |cost| cost.cpu).ok_or_else(|| not_measured(name, rounds))?;
        let sleeps = least(rounds, |cost| cost.sleeps).ok_or_else(|| not_measured(name, rounds))?;
        let counted = format!("{} of {}", counted(rounds).count(), rounds.len());
        let cells = [
            rate(cpu.0),
            rate(cpu.1),
            times(cpu.1 / cpu.0),
            times(*bound),
            times(sleeps.0),
            times(sleeps.1),
            counted,
        ];
        grid.push([(*name).to_owned()].into_iter().chain(cells).collect());
        over.extend(faults(name, *bound, cpu, sleeps));
    }
    let title = format!(
        "A request on 1 and 2 cores, {HEADLINE_CONNECTIONS} connections: CPU time, and how often a thread sleeps"
    );
    let text = format!("{title}\n\n{}", grid.text());
    if over.is_empty() {
        return Ok(text);
    }
    Err(format!(
        "a second core makes a request cost too much more: {}; look for a lock that all threads \
         take\n\n{text}",
        over.join("; ")
    ))
}

/// What is over its bound.
fn faults(name: &str, bound: f64, cpu: (f64, f64), sleeps: (f64, f64)) -> Vec<String> {
    let mut over = Vec::new();
    let (ratio, more) = (cpu.1 / cpu.0, sleeps.1 - sleeps.0);
    if more > SLEEPS_MAX {
        let (more, most) = (times(more), times(SLEEPS_MAX));
        over.push(format!(
            "{name} goes to sleep {more} times more, at most {most}"
        ));
    }
    if ratio > bound {
        let (ratio, most) = (times(ratio), times(bound));
        over.push(format!(
            "{name} takes {ratio} times the CPU time, at most {most}"
        ));
    }
    over
}

fn not_measured(name: &str, rounds: &[Round]) -> String {
    let most = rounds.iter().map(|round| round.two.busy);
    format!(
        "{name}: not measured: others use the machine and left {} % of two cores at most; run it \
         alone, or as root with chrt --rr 1",
        percent(most.fold(0.0, f64::max))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(one: f64, two: f64, busy: f64) -> Round {
        sleepy(one, two, busy, 1.0)
    }

    fn sleepy(one: f64, two: f64, busy: f64, sleeps: f64) -> Round {
        let cost = |cpu, sleeps| Cost { cpu, sleeps, busy };
        Round {
            one: cost(one, 1.0),
            two: cost(two, sleeps),
        }
    }

    #[test]
    fn the_least_of_one_core_is_held_against_the_least_of_two() {
        let rounds = vec![
            round(30.0, 90.0, 1.0),
            round(60.0, 33.0, 0.8),
            round(31.0, 42.0, 0.9),
        ];
        let text = judge(&[("ours", 1.35, rounds)]).unwrap();
        assert!(
            text.contains("30    33    1.10     1.35         1.00  1.00  3 of 3"),
            "{text}"
        );
    }

    #[test]
    fn a_lock_is_there_in_every_round_and_is_named() {
        let good = vec![round(30.0, 31.0, 0.8)];
        let bad = vec![round(30.0, 90.0, 0.95); 5];
        let error = judge(&[("good", 1.35, good), ("bad", 1.35, bad)]).unwrap_err();
        assert!(
            error.contains(
                "cost too much more: bad takes 3.00 times the CPU time, at most 1.35; look"
            ),
            "{error}"
        );
        assert!(error.contains("good"), "the table is in it: {error}");
    }

    #[test]
    fn threads_that_sleep_before_a_lock_are_named_even_if_it_costs_little_time() {
        let near = vec![sleepy(30.0, 31.0, 0.9, 1.4); 5];
        judge(&[("near", 1.35, near)]).unwrap();
        let bad = vec![sleepy(30.0, 31.0, 0.9, 2.1); 5];
        let error = judge(&[("bad", 1.35, bad)]).unwrap_err();
        assert!(
            error.contains("more: bad goes to sleep 1.10 times more, at most 0.50; look"),
            "{error}"
        );
    }

    #[test]
    fn a_round_whose_second_core_was_taken_by_others_does_not_count() {
        let rounds = vec![round(30.0, 31.0, 0.4), round(30.0, 90.0, 0.95)];
        let error = judge(&[("bad", 1.35, rounds)]).unwrap_err();
        assert!(error.contains("bad takes 3.00 times"), "{error}");
        let error = judge(&[("ours", 1.35, vec![round(30.0, 31.0, 0.4)])]).unwrap_err();
        assert!(
            error.starts_with("ours: not measured: others use the machine and left 40 %"),
            "{error}"
        );
        let error = judge(&[("ours", 1.35, Vec::new())]).unwrap_err();
        assert!(error.contains("not measured"), "{error}");
    }

    #[test]
    fn the_client_counts_as_use_of_cores_that_it_shares() {
        let mut sample = crate::sample::raw().runs.remove(0);
        sample.cpu_us = Some(30.0);
        sample.client_cpu_us = Some(10.0);
        (sample.answers, sample.seconds) = (20_000, 0.5);
        let seats = |client: &[usize]| Seats {
            server: vec![0, 1],
            client: client.to_vec(),
        };
        sample.sleeps = Some(1.5);
        let shared = cost(&sample, &seats(&[0, 1])).unwrap();
        assert!((shared.cpu - 30.0).abs() < 1e-9 && (shared.busy - 0.8).abs() < 1e-9);
        assert!((shared.sleeps - 1.5).abs() < 1e-9);
        let apart = cost(&sample, &seats(&[2])).unwrap();
        assert!((apart.busy - 0.6).abs() < 1e-9);
        sample.cpu_us = None;
        assert_eq!(cost(&sample, &seats(&[2])), None);
    }
}

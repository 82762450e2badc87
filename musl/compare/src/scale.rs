//! Owns the check of the second core: the CPU time of a request on two cores against one, in one run.
//! A lock that all threads take shows here and nowhere else.

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
use crate::stats::Spread;
use crate::units::{percent, rate, times};

/// How many times as much CPU a request of each package may take on two cores. With one lock round every
/// allocation it was 2.2 to 4.0 for the default package and 1.5 to 3.7 for direct; with free blocks for
/// each core 1.02 and 0.98 on a quiet machine, and up to 1.31 and 0.90 on one that others kept busy.
const BOUNDS: [(&str, f64); 2] = [("default", 1.4), ("direct", 1.35)];
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

/// One round.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Round {
    /// The CPU per request on one core, in µs.
    one: f64,
    /// The same on two.
    two: f64,
    /// The share of the two that was the server's, with the client where it shares them.
    busy: f64,
}

/// Measures each of these packages; returns the table.
///
/// # Errors
/// When one grows by more than the bound, or cannot be measured.
pub fn hold(ours: &[Peer], places: &Places, out: &Path) -> Result<String, String> {
    let cores = Cores::pick().map_err(|e| format!("cores: {e}"))?;
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
    let mut measure = |seats: &Seats, turn: u32| -> Result<(f64, f64), String> {
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
        let (one, _) = measure(&cores.seats(1), turn)?;
        let (two, busy) = measure(&cores.seats(2), turn)?;
        all.push(Round { one, two, busy });
        if counted(&all).count() >= ROUNDS {
            break;
        }
    }
    Ok(all)
}

/// The server's CPU per request in µs, and the share of its cores that was in use for it.
fn cost(sample: &RunSample, seats: &Seats) -> Option<(f64, f64)> {
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
    Some((cpu, (cpu + client) / 1e6 * answers / sample.seconds / cores))
}

/// The rounds in which the server really had two cores.
fn counted(rounds: &[Round]) -> impl Iterator<Item = &Round> {
    rounds.iter().filter(|round| round.busy >= BUSY_MIN)
}

/// From the best of one core, to which others can only add, to the middle of two: others may add to
/// that and, by keeping the threads apart, take from it.
fn growth(rounds: &[Round]) -> Option<(f64, f64)> {
    let one = rounds.iter().map(|round| round.one).reduce(f64::min)?;
    let two: Vec<f64> = counted(rounds).map(|round| round.two).collect();
    Some((one, Spread::of(&two)?.p50))
}

fn judge(measured: &[(&str, f64, Vec<Round>)]) -> Result<String, String> {
    let mut grid = Grid::new(&[
        "server",
        "1 core, µs",
        "2 cores, µs",
        "growth",
        "at most",
        "rounds",
    ]);
    let mut over = Vec::new();
    for (name, bound, rounds) in measured {
        let Some((one, two)) = growth(rounds) else {
            let most = rounds.iter().map(|round| round.busy).fold(0.0, f64::max);
            return Err(format!(
                "{name}: not measured: others use the machine and left {} % of two cores at most; \
                 run it alone, or as root with chrt --rr 1",
                percent(most)
            ));
        };
        let ratio = two / one;
        let counted = format!("{} of {}", counted(rounds).count(), rounds.len());
        let cells = [rate(one), rate(two), times(ratio), times(*bound), counted];
        grid.push([(*name).to_owned()].into_iter().chain(cells).collect());
        if ratio > *bound {
            over.push(format!(
                "{name} {} times, at most {}",
                times(ratio),
                times(*bound)
            ));
        }
    }
    let title = format!("CPU per request with {HEADLINE_CONNECTIONS} connections");
    let text = format!("{title}\n\n{}", grid.text());
    if over.is_empty() {
        return Ok(text);
    }
    Err(format!(
        "a second core makes a request take too much more CPU time: {}; look for a lock that all \
         threads take\n\n{text}",
        over.join("; ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(one: f64, two: f64, busy: f64) -> Round {
        Round { one, two, busy }
    }

    #[test]
    fn the_best_of_one_core_is_held_against_the_middle_of_two() {
        let rounds = vec![
            round(30.0, 90.0, 1.0),
            round(60.0, 33.0, 0.8),
            round(31.0, 32.0, 0.9),
        ];
        let text = judge(&[("ours", 1.35, rounds)]).unwrap();
        assert!(
            text.contains("30           33    1.10     1.35  3 of 3"),
            "{text}"
        );
    }

    #[test]
    fn a_lock_is_there_in_every_round_and_is_named() {
        let good = vec![round(30.0, 31.0, 0.8)];
        let bad = vec![round(30.0, 90.0, 0.95); 5];
        let error = judge(&[("good", 1.35, good), ("bad", 1.35, bad)]).unwrap_err();
        assert!(
            error.contains("CPU time: bad 3.00 times, at most 1.35; look for a lock"),
            "{error}"
        );
        assert!(error.contains("good"), "the table is in it: {error}");
    }

    #[test]
    fn a_round_whose_second_core_was_taken_by_others_does_not_count() {
        let rounds = vec![round(30.0, 31.0, 0.4), round(30.0, 90.0, 0.95)];
        let error = judge(&[("bad", 1.35, rounds)]).unwrap_err();
        assert!(error.contains("bad 3.00 times"), "{error}");
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
        let (cpu, busy) = cost(&sample, &seats(&[0, 1])).unwrap();
        assert!((cpu - 30.0).abs() < 1e-9 && (busy - 0.8).abs() < 1e-9);
        let (_, busy) = cost(&sample, &seats(&[2])).unwrap();
        assert!((busy - 0.6).abs() < 1e-9);
        sample.cpu_us = None;
        assert_eq!(cost(&sample, &seats(&[2])), None);
    }
}

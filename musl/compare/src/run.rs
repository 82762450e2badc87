//! Owns a run from the manifest to the report: builds, proves, and has the phases measured.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use fastrand::Rng;

use crate::bench::Bench;
use crate::contestant::Contestant;
use crate::cores::{self, Cores};
use crate::events;
use crate::launch::Launch;
use crate::machine::{self, Machine};
use crate::measure::{disqualifies, last_words};
use crate::merge;
use crate::package::{LeftOut, Package, Workshop};
use crate::peers::{Manifest, Peer, Places};
use crate::phase::Phase;
use crate::phases::Stage;
use crate::progress::Progress;
use crate::raw::Raw;
use crate::result::{Cloud, Plan, Report, SCHEMA, Took};
use crate::server::Trouble;
use crate::shell::find_program;

/// What a run is asked to do.
#[derive(Debug)]
pub struct Order<'a> {
    /// The peers and tools.
    pub manifest: &'a Manifest,
    /// The peers that take part and echo.
    pub peers: Vec<Peer>,
    /// The peers that take part and serve MCP.
    pub mcp: Vec<Peer>,
    /// Where everything lies.
    pub places: &'a Places,
    /// The output folder.
    pub out: PathBuf,
    /// How much is measured.
    pub plan: Plan,
    /// Which parts of it.
    pub phases: Vec<Phase>,
    /// An earlier run, of which everything is kept that this one does not measure anew.
    pub before: Option<(Report, Raw)>,
    /// Whether missing tools and dependencies may be fetched.
    pub install: bool,
    /// The cloud's figures.
    pub cloud: Vec<Cloud>,
}

/// The peers of an order, after building.
#[derive(Debug, Default)]
pub struct Built {
    /// Those that are there and echo.
    pub ready: Vec<Contestant>,
    /// Those that are there and serve MCP.
    pub mcp: Vec<Contestant>,
    /// Those that are not there.
    pub left_out: Vec<LeftOut>,
}

/// Builds the peers of an order.
pub fn build(order: &Order<'_>, workshop: &mut Workshop<'_>) -> Built {
    let mut progress = Progress::new("build", order.peers.len() + order.mcp.len());
    let mut built = Built::default();
    let mut make = |peer: &Peer, ready: &mut Vec<Contestant>| {
        progress.step(&peer.name);
        match workshop.make(peer) {
            Ok(package) => {
                let mut one = contestant(order, peer.clone(), package);
                if order.phases.contains(&Phase::Work) {
                    add_work(order, workshop, &mut one);
                }
                ready.push(one);
            }
            Err(left) => {
                progress.note(&format!("{} is left out: {}", left.name, left.reason));
                built.left_out.push(left);
            }
        }
    };
    for peer in &order.peers {
        make(peer, &mut built.ready);
    }
    for peer in &order.mcp {
        make(peer, &mut built.mcp);
    }
    built
}

/// Does the run; `save` is given what there is after each phase, so that a run that is interrupted
/// can be taken up again.
///
/// # Errors
/// When the machine refuses what the harness itself needs, or `save` fails.
pub fn run(
    order: &Order<'_>,
    mut save: impl FnMut(&Report, &Raw) -> Result<(), String>,
) -> Result<Report, String> {
    let mut workshop = Workshop::new(order.manifest, order.places, order.install);
    let mut built = build(order, &mut workshop);
    let cores = Cores::pick().map_err(|e| format!("cores: {e}"))?;
    let mut machine = Machine::look(&cores);
    machine.others_before = machine::others();
    prepare(&machine, &cores)?;
    let mut bench = Bench::new(&cores.seats(1), order.plan.seed, events::steps())
        .map_err(|e| format!("what starts servers: {e}"))?;
    prove(&mut bench, &mut built, order.places);
    let left_out = built.left_out;
    let mut stage = Stage {
        bench,
        ready: built.ready,
        mcp: built.mcp,
        plan: &order.plan,
        cores,
        rng: Rng::with_seed(order.plan.seed),
        raw: Raw::default(),
        notes: Vec::new(),
    };
    let mut took = Vec::new();
    loop {
        // The first time nothing is measured yet, but the packages are.
        machine.others_after = machine::others();
        let report = report(order, &stage, &machine, &took, (&workshop, &left_out));
        let (report, raw) = merge::onto(order.before.as_ref(), report, &stage);
        save(&report, &raw)?;
        let Some(phase) = order.phases.get(took.len()) else {
            return Ok(report);
        };
        let began = Instant::now();
        stage.play(*phase)?;
        took.push(Took {
            phase: *phase,
            peers: stage.players(*phase),
            seconds: began.elapsed().as_secs_f64(),
        });
    }
}

fn report(
    order: &Order<'_>,
    stage: &Stage<'_>,
    machine: &Machine,
    took: &[Took],
    (workshop, left_out): (&Workshop<'_>, &[LeftOut]),
) -> Report {
    Report {
        schema: SCHEMA,
        when: humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string(),
        plan: order.plan.clone(),
        machine: machine.clone(),
        tools: workshop.versions(),
        peers: Vec::new(),
        mcp: Vec::new(),
        left_out: left_out.to_vec(),
        notes: stage.notes.clone(),
        took: took.to_vec(),
        parts: 1,
        cloud: order.cloud.clone(),
    }
}

/// Gives the client its core and warns of what will disturb the times.
fn prepare(machine: &Machine, cores: &Cores) -> Result<(), String> {
    let seats = cores.seats(1);
    cores::pin(&seats.client).map_err(|e| format!("core of the client: {e}"))?;
    if !seats.apart() {
        eprintln!("warning: one core only; client and server share it, times are not comparable");
    }
    if machine.was_busy() {
        let percent = machine.others_before * 100.0;
        eprintln!("warning: others use {percent:.0} % of the machine; times are noisy");
    }
    machine::sharpen_timers().map_err(|e| format!("timer slack: {e}"))
}

fn contestant(order: &Order<'_>, peer: Peer, package: Package) -> Contestant {
    let launch = launch(order, &peer.run, &peer.id);
    Contestant::new(peer, package, launch)
}

/// Builds the program with handlers that work, if the peer has one.
fn add_work(order: &Order<'_>, workshop: &Workshop<'_>, one: &mut Contestant) {
    let Some(work) = &one.peer.work else {
        return;
    };
    let id = format!("{}-work", one.peer.id);
    match workshop.make_work(work, &id) {
        Ok(()) => one.work = Some(launch(order, &work.run, &id)),
        Err(reason) => one
            .remarks
            .push(format!("its handlers that work: {reason}")),
    }
}

fn launch(order: &Order<'_>, run: &[String], id: &str) -> Launch {
    let mut argv: Vec<String> = run.iter().map(|word| order.places.fill(word, id)).collect();
    if let Some(program) = find_program(&argv[0]) {
        argv[0] = program.to_string_lossy().into_owned();
    }
    Launch {
        argv,
        errors: order.out.join(format!("{id}.stderr")),
        folder: order.places.package(id),
        memory_mb: None,
    }
}

/// Keeps those that start and answer as they should; says of the others why they are out.
fn prove(bench: &mut Bench, built: &mut Built, places: &Places) {
    let Built {
        ready,
        mcp,
        left_out,
    } = built;
    keep(ready, left_out, places, |one| bench.prove(&one.launch));
    keep(mcp, left_out, places, |one| {
        one.manners = bench.prove_mcp(&one.launch)?;
        Ok(())
    });
}

fn keep(
    ready: &mut Vec<Contestant>,
    left_out: &mut Vec<LeftOut>,
    places: &Places,
    mut prove: impl FnMut(&mut Contestant) -> Result<(), Trouble>,
) {
    if ready.is_empty() {
        return;
    }
    let mut progress = Progress::new("proof", ready.len());
    ready.retain_mut(|one| {
        progress.step(&one.peer.name);
        let Err(trouble) = prove(one) else {
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

/// Makes the output folder.
///
/// # Errors
/// When it cannot be made.
pub fn make_out(out: &std::path::Path) -> Result<(), String> {
    fs::create_dir_all(out).map_err(|e| format!("{}: {e}", out.display()))
}

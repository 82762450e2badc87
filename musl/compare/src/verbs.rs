//! Owns the commands: each finds its files and calls the one module that does the work.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::cli::{Args, HELP, Verb};
use crate::cores::Cores;
use crate::files::{HOME, absolute, home};
use crate::package::Workshop;
use crate::peers::{Group, Manifest, Peer, Places};
use crate::phase::Phase;
use crate::progress::clock;
use crate::raw::Raw;
use crate::result::{Cloud, Plan, Report};
use crate::run::{self, Order};
use crate::{burst, export, merge, publish, scale, server, svg, table};

/// Does what was asked.
///
/// # Errors
/// Says in one sentence what went wrong.
pub fn act(args: &Args) -> Result<(), String> {
    match args.verb {
        Verb::Help => say(HELP),
        Verb::Run => measure(args),
        Verb::Scale => scale(args),
        Verb::Burst => burst(args),
        Verb::Build => build(args),
        Verb::List => list(args),
        Verb::Table => show_table(args),
        Verb::Picture => show_picture(args),
    }
}

fn measure(args: &Args) -> Result<(), String> {
    let manifest = Manifest::read(&home("peers.toml"))?;
    let places = places(args)?;
    let order = order(args, &manifest, &places)?;
    let out = order.out.clone();
    foretell(&order)?;
    run::make_out(&out)?;
    server::end_with_this_process()?;
    let began = Instant::now();
    let report = run::run(&order, |report, raw| {
        export::write_report(&out.join("result.json"), report)?;
        export::write_raw(&out, raw)?;
        export::write_text(&out.join("result.svg"), &svg::picture(report))
    })?;
    say(&table::terminal(&report))?;
    let seconds = began.elapsed();
    eprintln!(
        "took {}; wrote result.json, result.svg, raw.json, starts.csv, smalls.csv, runs.csv to {}",
        clock(seconds),
        out.display()
    );
    let ids = manifest.peers.iter().map(|peer| peer.id.as_str());
    publish::publish(&report, ids, args.publish)
}

/// Says how long the run will take, and how its order can be repeated.
fn foretell(order: &Order<'_>) -> Result<(), String> {
    let levels = Cores::pick()
        .map_err(|e| format!("cores: {e}"))?
        .levels()
        .len();
    let last = [order.out.join("result.json"), home("result.json")];
    let last: Vec<Report> = last
        .iter()
        .filter_map(|path| export::read_report(path).ok())
        .collect();
    let fits = |report: &&Report| report.plan.quick == order.plan.quick;
    let working = order
        .peers
        .iter()
        .filter(|peer| peer.work.is_some())
        .count();
    let phases: Vec<(Phase, usize)> = order
        .phases
        .iter()
        .map(|phase| match phase {
            Phase::Work => (*phase, working),
            _ => (*phase, order.peers.len()),
        })
        .collect();
    let last = last.iter().find(fits);
    let seconds = order.plan.seconds(&phases, levels, last);
    let ids = order.peers.iter().map(|peer| peer.id.as_str());
    let unbuilt = ids.filter(|id| !order.places.package(id).exists()).count();
    eprintln!("{}", forecast(seconds, unbuilt, order.plan.seed));
    Ok(())
}

/// How long a run takes in all, and how much of that is building, of which a first run has most.
fn forecast(seconds: f64, unbuilt: usize, seed: u64) -> String {
    let builds = Plan::build_seconds(unbuilt);
    let time = |seconds| clock(Duration::from_secs_f64(seconds));
    let building = match unbuilt {
        0 => String::new(),
        _ => format!(
            ", {} of it for {unbuilt} servers that are not built yet",
            time(builds)
        ),
    };
    let all = time(seconds + builds);
    format!("about {all}{building}; seed {seed}; --seed {seed} repeats the order")
}

fn scale(args: &Args) -> Result<(), String> {
    let manifest = Manifest::read(&home("peers.toml"))?;
    let places = places(args)?;
    server::end_with_this_process()?;
    say(&scale::hold(&ours(args, &manifest), &places, &out(args)?)?)
}

fn burst(args: &Args) -> Result<(), String> {
    let manifest = Manifest::read(&home("peers.toml"))?;
    let places = places(args)?;
    let workshop = Workshop::new(&manifest, &places, args.install);
    server::end_with_this_process()?;
    let ours = ours(args, &manifest);
    say(&burst::show(&ours, &workshop, &places, &out(args)?)?)
}

/// Our servers, or those of them that were asked for.
fn ours(args: &Args, manifest: &Manifest) -> Vec<Peer> {
    let ours = manifest
        .peers
        .iter()
        .filter(|peer| peer.group == Group::Ours);
    ours.filter(|peer| args.only.is_empty() || args.only.contains(&peer.id))
        .cloned()
        .collect()
}

fn build(args: &Args) -> Result<(), String> {
    let manifest = Manifest::read(&home("peers.toml"))?;
    let places = places(args)?;
    let order = order(args, &manifest, &places)?;
    run::make_out(&order.out)?;
    let mut workshop = Workshop::new(&manifest, &places, order.install);
    let (ready, left_out) = run::build(&order, &mut workshop);
    for one in &ready {
        say(&format!(
            "{}: {} bytes zipped\n",
            one.peer.id, one.package.zip_bytes
        ))?;
    }
    for left in &left_out {
        say(&format!("{}: left out, {}\n", left.id, left.reason))?;
    }
    Ok(())
}

fn list(args: &Args) -> Result<(), String> {
    let manifest = Manifest::read(&home("peers.toml"))?;
    let places = places(args)?;
    let mut workshop = Workshop::new(&manifest, &places, false);
    for peer in &manifest.peers {
        let state = match workshop.check(peer) {
            Ok(()) => "ready to build".to_owned(),
            Err(left) => {
                let bring = left
                    .bring
                    .map_or(String::new(), |bring| format!("; {bring}"));
                format!("missing: {}{bring}", left.reason)
            }
        };
        say(&format!("{:<14} {:<26} {state}\n", peer.id, peer.name))?;
    }
    Ok(())
}

fn show_table(args: &Args) -> Result<(), String> {
    let report = published(args)?;
    match &args.write {
        None => say(&table::terminal(&report)),
        Some(page) if args.full => publish::full(page, &report),
        Some(page) => publish::headline(page, &report, args.language),
    }
}

fn show_picture(args: &Args) -> Result<(), String> {
    let svg = svg::picture(&published(args)?);
    match &args.write {
        Some(path) => export::write_text(path, &svg),
        None => say(&svg),
    }
}

fn published(args: &Args) -> Result<Report, String> {
    let path = args.from.clone().unwrap_or_else(|| home("result.json"));
    export::read_report(&path)
}

fn order<'a>(args: &Args, manifest: &'a Manifest, places: &'a Places) -> Result<Order<'a>, String> {
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(1..1_000_000));
    let mut plan = if args.quick {
        Plan::quick(seed)
    } else {
        Plan::full(seed)
    };
    plan.rounds = args.rounds.unwrap_or(plan.rounds);
    let phases = if args.phases.is_empty() {
        Phase::ALL.into()
    } else {
        args.phases.clone()
    };
    Ok(Order {
        phases,
        before: before(args)?,
        peers: manifest.select(&args.only)?,
        manifest,
        places,
        out: out(args)?,
        plan,
        install: args.install,
        cloud: cloud(&home("cloud.toml"))?,
    })
}

/// The earlier run that is gone on with, if so.
fn before(args: &Args) -> Result<Option<(Report, Raw)>, String> {
    let folder = out(args)?;
    let path = folder.join("result.json");
    if !args.merge || !path.exists() {
        return Ok(None);
    }
    let report = export::read_report(&path)?;
    merge::fits(&report, args.quick)?;
    Ok(Some((report, export::read_raw(&folder)?)))
}

fn places(args: &Args) -> Result<Places, String> {
    let root = Path::new(HOME)
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new(HOME));
    let ours = |given: &Option<PathBuf>, usual: PathBuf| match given {
        Some(path) => absolute(path),
        None => Ok(usual),
    };
    let default = ours(&args.default, root.join("pkg/bootstrap"))?;
    // Not below pkg/: what lies there is deployed.
    let direct = ours(&args.direct, home("out/direct/bootstrap"))?;
    Ok(Places::new(Path::new(HOME), &out(args)?, &default, &direct))
}

fn out(args: &Args) -> Result<PathBuf, String> {
    args.out
        .as_deref()
        .map_or_else(|| Ok(home("out")), absolute)
}

/// The cloud's figures as recorded.
fn cloud(path: &Path) -> Result<Vec<Cloud>, String> {
    #[derive(Deserialize)]
    struct File {
        cloud: Vec<Cloud>,
    }
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let file: File = toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(file.cloud)
}

/// Prints; a reader that went away, as `head` does, is no failure.
fn say(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| format!("stdout: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forecast_has_the_builds_in_it() {
        assert_eq!(
            forecast(180.0, 0, 7),
            "about 3 min 0 s; seed 7; --seed 7 repeats the order"
        );
        assert_eq!(
            forecast(180.0, 20, 7),
            "about 11 min 20 s, 8 min 20 s of it for 20 servers that are not built yet; seed 7; --seed 7 repeats the order"
        );
    }

    #[test]
    fn every_figure_of_the_cloud_that_a_peer_names_is_recorded() {
        let manifest = Manifest::read(&home("peers.toml")).unwrap();
        let cloud = cloud(&home("cloud.toml")).unwrap();
        for id in manifest.peers.iter().flat_map(|peer| &peer.seed) {
            assert!(cloud.iter().any(|cloud| cloud.id == *id), "{id}");
        }
    }
}

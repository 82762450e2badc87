//! Owns the commands: each finds its files and calls the one module that does the work.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crate::cli::{Args, HELP, Verb};
use crate::cores::Cores;
use crate::files::home;
use crate::order::{order, out, places};
use crate::package::Workshop;
use crate::peers::{Group, Manifest, Peer};
use crate::phase::Phase;
use crate::progress::clock;
use crate::result::{Plan, Report};
use crate::run::{self, Order};
use crate::{burst, export, publish, scale, server, svg, table};

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
    announce(&order)?;
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
    publish::publish(&report, &manifest, args.publish)
}

/// Says how long the run will take, and how its order can be repeated.
fn announce(order: &Order<'_>) -> Result<(), String> {
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
            Phase::Mcp => (*phase, order.mcp.len()),
            _ => (*phase, order.peers.len()),
        })
        .collect();
    let last = last.iter().find(fits);
    let seconds = order.plan.seconds(&phases, levels, last);
    let peers = order.peers.iter().chain(&order.mcp);
    let ids = peers.map(|peer| peer.id.as_str());
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
    let built = run::build(&order, &mut workshop);
    for one in built.ready.iter().chain(&built.mcp) {
        say(&format!(
            "{}: {} bytes zipped\n",
            one.peer.id, one.package.zip_bytes
        ))?;
    }
    for left in &built.left_out {
        say(&format!("{}: left out, {}\n", left.id, left.reason))?;
    }
    Ok(())
}

fn list(args: &Args) -> Result<(), String> {
    let manifest = Manifest::read(&home("peers.toml"))?;
    let places = places(args)?;
    let mut workshop = Workshop::new(&manifest, &places, false);
    for peer in manifest.all() {
        let state = match workshop.check(peer) {
            Ok(()) => "ready to build".to_owned(),
            Err(left) => {
                let bring = left
                    .bring
                    .map_or(String::new(), |bring| format!("; {bring}"));
                format!("missing: {}{bring}", left.reason)
            }
        };
        say(&format!("{:<16} {:<28} {state}\n", peer.id, peer.name))?;
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
}

//! Owns the commands: each finds its files and calls the one module that does the work.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::cli::{Args, HELP, Verb};
use crate::package::Workshop;
use crate::peers::{Manifest, Places};
use crate::result::{Cloud, Plan, Report};
use crate::run::{self, Order};
use crate::{export, headline, server, svg, table};

/// This folder: where the manifest, the peers and the published result are.
const HOME: &str = env!("CARGO_MANIFEST_DIR");

/// Does what was asked.
///
/// # Errors
/// Says in one sentence what went wrong.
pub fn act(args: &Args) -> Result<(), String> {
    match args.verb {
        Verb::Help => say(HELP),
        Verb::Run => measure(args),
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
    eprintln!(
        "seed {}; --seed {} repeats the order",
        order.plan.seed, order.plan.seed
    );
    run::make_out(&order.out)?;
    server::end_with_this_process()?;
    let (report, raw) = run::run(&order)?;
    export::write_report(&order.out.join("result.json"), &report)?;
    export::write_raw(&order.out, &raw)?;
    export::write_text(&order.out.join("result.svg"), &svg::picture(&report))?;
    say(&table::terminal(&report))?;
    eprintln!(
        "wrote result.json, result.svg, raw.json, starts.csv, runs.csv to {}",
        order.out.display()
    );
    // A part of the table must not replace the whole one.
    if args.publish || (!args.quick && args.only.is_empty()) {
        export::write_report(&home("result.json"), &report)?;
        export::write_text(&home("result.svg"), &svg::picture(&report))?;
        eprintln!("published them; compare table --write README puts the headline into a README");
    }
    Ok(())
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
    let Some(readme) = &args.write else {
        return say(&table::terminal(&report));
    };
    let picture = relative(readme, &home("result.svg"))?;
    let method = relative(readme, &home("README.md"))?;
    let headline = headline::markdown(&report, &picture, &method, args.language);
    export::write_between_markers(readme, &headline)?;
    eprintln!("wrote the headline table to {}", readme.display());
    Ok(())
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
    Ok(Order {
        peers: manifest.select(&args.only)?,
        manifest,
        places,
        out: out(args)?,
        plan,
        install: args.install,
        cloud: cloud(&home("cloud.toml"))?,
    })
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

fn home(name: &str) -> PathBuf {
    Path::new(HOME).join(name)
}

fn absolute(path: &Path) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The way from a file to another, as a link in the first one has it.
fn relative(from: &Path, to: &Path) -> Result<String, String> {
    let real = |path: &Path| {
        path.canonicalize()
            .map_err(|e| format!("{}: {e}", path.display()))
    };
    let (from, to) = (real(from)?, real(to)?);
    let folder: Vec<_> = from.parent().unwrap_or(&from).components().collect();
    let target: Vec<_> = to.components().collect();
    let shared = folder
        .iter()
        .zip(&target)
        .take_while(|(a, b)| a == b)
        .count();
    let up = folder[shared..].iter().map(|_| "..".to_owned());
    let down = target[shared..]
        .iter()
        .map(|c| c.as_os_str().to_string_lossy().into_owned());
    Ok(up.chain(down).collect::<Vec<_>>().join("/"))
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
    fn a_link_goes_up_and_down_between_two_files() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("musl/compare")).unwrap();
        for file in ["README.md", "musl/NOTE.md", "musl/compare/result.svg"] {
            fs::write(root.join(file), "").unwrap();
        }
        let to = root.join("musl/compare/result.svg");
        let link = |from: &str| relative(&root.join(from), &to).unwrap();
        assert_eq!(link("README.md"), "musl/compare/result.svg");
        assert_eq!(link("musl/NOTE.md"), "compare/result.svg");
        let back = relative(&to, &root.join("README.md")).unwrap();
        assert_eq!(back, "../../README.md");
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

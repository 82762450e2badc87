//! Owns the way from a command line to the order of a run: its peers, its phases, its files. Runs nothing.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::cli::Args;
use crate::export;
use crate::files::{HOME, absolute, home};
use crate::merge;
use crate::peers::{Manifest, Places};
use crate::phase::Phase;
use crate::raw::Raw;
use crate::result::{Cloud, Plan, Report};
use crate::run::Order;

/// The order that a command line gives.
///
/// # Errors
/// When a peer, a file or an earlier run is not what it should be.
pub fn order<'a>(
    args: &Args,
    manifest: &'a Manifest,
    places: &'a Places,
) -> Result<Order<'a>, String> {
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
    let (mut peers, mut mcp) = manifest.select(&args.only)?;
    // Nobody is built who takes part in no phase.
    if phases == [Phase::Mcp] {
        peers.clear();
    }
    if !phases.contains(&Phase::Mcp) {
        mcp.clear();
    }
    if peers.is_empty() && mcp.is_empty() {
        return Err("no peer of --only takes part in a phase of --phases".to_owned());
    }
    Ok(Order {
        phases,
        before: before(args)?,
        peers,
        mcp,
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

/// Where everything lies.
///
/// # Errors
/// When there is no current folder.
pub fn places(args: &Args) -> Result<Places, String> {
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

/// The output folder.
///
/// # Errors
/// When there is no current folder.
pub fn out(args: &Args) -> Result<PathBuf, String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(words: &str) -> Result<(usize, usize), String> {
        let home = home("");
        let manifest = Manifest::read(&home.join("peers.toml")).unwrap();
        let places = Places::new(&home, &home, &home, &home);
        let args = Args::parse(words.split_whitespace()).unwrap();
        let order = order(&args, &manifest, &places)?;
        Ok((order.peers.len(), order.mcp.len()))
    }

    #[test]
    fn nobody_takes_part_who_has_no_phase() {
        let (all, mcp) = ordered("run").unwrap();
        assert_eq!(ordered("run --phases mcp"), Ok((0, mcp)));
        assert_eq!(ordered("run --phases start,small"), Ok((all, 0)));
        assert_eq!(ordered("run --phases mcp --only go,rmcp"), Ok((0, 1)));
        assert_eq!(
            ordered("run --phases start --only rmcp").unwrap_err(),
            "no peer of --only takes part in a phase of --phases"
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

//! Owns the command line: words in, an order out. Does nothing.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value, ValueExt};

use crate::phase::Phase;
use crate::words::Language;

/// What `compare --help` prints.
pub const HELP: &str = "\
Compares the package size, the cold start and the running cost of HTTP echo servers, and of MCP servers.

usage: compare run      build and measure everything, print the tables, write out/
       compare scale    check what a second core adds to the cost of a request
       compare burst    show how soon many handlers run that come at once
       compare build    build the peers, measure nothing
       compare list     the peers, and what brings those that are missing
       compare table    print the tables of a result
       compare picture  draw a result as SVG

run:
  --quick           the short run: shows that everything works, its times say little
  --only A,B        these peers alone (compare list shows their names)
  --phases A,B      these parts alone: start, small (the smallest instance), load, work, mcp
  --merge           keep what out/ has of other peers and parts, so that a run can be split
  --rounds N        cold starts of each peer instead of 200
  --seed N          the seed of the shuffled orders instead of a new one
  --publish         also write result.json and result.svg beside the README; a full run does so
                    when all peers and parts are there
run, scale, burst, build, list:
  --default FILE    our package; instead of pkg/bootstrap
  --direct FILE     our package with the server `direct`; instead of
                    musl/compare/out/direct/bootstrap
  --out DIR         where results and builds go; instead of musl/compare/out
run, build:
  --install         may fetch what is missing: apt-get, rustup, npm and pip
table, picture:
  --from FILE       the result; instead of the published result.json
  --write FILE      table: put the headline between the two marker lines of this README
                    picture: write the SVG here instead of to the terminal
  --full            table --write: all tables instead of the headline
  --lang en|zh      table --write: the language of that README; instead of en
";

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Everything.
    Run,
    /// What a second core costs.
    Scale,
    /// How soon many handlers run.
    Burst,
    /// The packages alone.
    Build,
    /// What there is.
    List,
    /// The tables of a result.
    Table,
    /// The picture of a result.
    Picture,
    /// The help text.
    Help,
}

/// The command line, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    /// What to do.
    pub verb: Verb,
    /// The short run.
    pub quick: bool,
    /// Whether result.json and result.svg are written in any case.
    pub publish: bool,
    /// Whether missing things may be fetched.
    pub install: bool,
    /// The peers, or none for all.
    pub only: Vec<String>,
    /// The parts of a run, or none for all.
    pub phases: Vec<Phase>,
    /// Whether what was measured before is kept.
    pub merge: bool,
    /// Whether all tables are written.
    pub full: bool,
    /// Cold starts of each peer.
    pub rounds: Option<u32>,
    /// The seed of the orders.
    pub seed: Option<u64>,
    /// Our package.
    pub default: Option<PathBuf>,
    /// Our package with the direct server.
    pub direct: Option<PathBuf>,
    /// The output folder.
    pub out: Option<PathBuf>,
    /// The result to show.
    pub from: Option<PathBuf>,
    /// Where to write it.
    pub write: Option<PathBuf>,
    /// The language of the headline that is written.
    pub language: Language,
}

impl Args {
    /// Takes the words after the program's name apart.
    ///
    /// # Errors
    /// Says which word is not understood, and where the help is.
    pub fn parse<I>(words: I) -> Result<Self, String>
    where
        I: IntoIterator,
        I::Item: Into<OsString>,
    {
        let mut parser = lexopt::Parser::from_args(words);
        Self::read(&mut parser).map_err(|error| format!("{error}; compare --help shows the usage"))
    }

    fn read(parser: &mut lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut args = Self::empty();
        let mut verb = None;
        while let Some(arg) = parser.next()? {
            match arg {
                Short('h') | Long("help") => verb = Some(Verb::Help),
                Long("quick") => args.quick = true,
                Long("publish") => args.publish = true,
                Long("install") => args.install = true,
                Long("only") => args.only.extend(list(&parser.value()?.string()?)),
                Long("phases") => args.phases = phases(&parser.value()?.string()?)?,
                Long("merge") => args.merge = true,
                Long("full") => args.full = true,
                Long("rounds") => args.rounds = Some(at_least_one(parser.value()?.parse()?)?),
                Long("seed") => args.seed = Some(parser.value()?.parse()?),
                Long("default") => args.default = Some(parser.value()?.into()),
                Long("direct") => args.direct = Some(parser.value()?.into()),
                Long("out") => args.out = Some(parser.value()?.into()),
                Long("from") => args.from = Some(parser.value()?.into()),
                Long("write") => args.write = Some(parser.value()?.into()),
                Long("lang") => args.language = language(&parser.value()?.string()?)?,
                Value(word) if verb.is_none() => verb = Some(verb_of(&word.string()?)?),
                other => return Err(other.unexpected()),
            }
        }
        args.verb = verb.ok_or("a command is missing")?;
        Ok(args)
    }

    fn empty() -> Self {
        Self {
            verb: Verb::Help,
            quick: false,
            publish: false,
            install: false,
            only: Vec::new(),
            phases: Vec::new(),
            merge: false,
            full: false,
            rounds: None,
            seed: None,
            default: None,
            direct: None,
            out: None,
            from: None,
            write: None,
            language: Language::default(),
        }
    }
}

fn verb_of(word: &str) -> Result<Verb, lexopt::Error> {
    match word {
        "run" => Ok(Verb::Run),
        "scale" => Ok(Verb::Scale),
        "burst" => Ok(Verb::Burst),
        "build" => Ok(Verb::Build),
        "list" => Ok(Verb::List),
        "table" => Ok(Verb::Table),
        "picture" => Ok(Verb::Picture),
        "help" => Ok(Verb::Help),
        _ => Err(format!("there is no command '{word}'").into()),
    }
}

fn language(code: &str) -> Result<Language, lexopt::Error> {
    Language::named(code).ok_or_else(|| format!("--lang is en or zh, not '{code}'").into())
}

fn phases(text: &str) -> Result<Vec<Phase>, lexopt::Error> {
    let mut phases = Vec::new();
    for name in list(text) {
        let unknown = || format!("there is no phase '{name}'; there are {}", Phase::names());
        phases.push(Phase::named(&name).ok_or_else(unknown)?);
    }
    phases.sort_unstable();
    phases.dedup();
    Ok(phases)
}

fn list(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

fn at_least_one(rounds: u32) -> Result<u32, lexopt::Error> {
    if rounds == 0 {
        Err("--rounds must be at least 1".into())
    } else {
        Ok(rounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Args, String> {
        Args::parse(line.split_whitespace())
    }

    #[test]
    fn a_run_takes_its_options_in_any_order() {
        let args =
            parse("--quick run --only go,default --rounds 5 --seed=9 --default x/y").unwrap();
        assert_eq!(
            (args.verb, args.quick, args.install),
            (Verb::Run, true, false)
        );
        assert_eq!(args.only, ["go", "default"]);
        assert_eq!((args.rounds, args.seed), (Some(5), Some(9)));
        assert_eq!(args.default, Some(PathBuf::from("x/y")));
    }

    #[test]
    fn phases_are_run_in_their_order_and_once() {
        let args = parse("run --phases load,start,load --merge").unwrap();
        assert_eq!(
            (args.phases, args.merge),
            (vec![Phase::Start, Phase::Load], true)
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let help = "; compare --help shows the usage";
        for (line, message) in [
            ("walk", "there is no command 'walk'"),
            ("", "a command is missing"),
            ("run --rounds 0", "--rounds must be at least 1"),
            ("table --lang fr", "--lang is en or zh, not 'fr'"),
            (
                "run --phases start,stop",
                "there is no phase 'stop'; there are start, small, load, work, mcp",
            ),
            ("run --loud", "invalid option '--loud'"),
            ("run twice", "unexpected argument \"twice\""),
            ("table --write", "missing argument for option '--write'"),
        ] {
            assert_eq!(parse(line).unwrap_err(), format!("{message}{help}"));
        }
    }

    #[test]
    fn every_option_stands_in_the_help() {
        for option in [
            "quick", "only", "rounds", "seed", "publish", "default", "direct", "out", "install",
            "from", "write", "lang", "phases", "merge", "full",
        ] {
            assert!(HELP.contains(&format!("--{option}")), "{option}");
        }
    }
}

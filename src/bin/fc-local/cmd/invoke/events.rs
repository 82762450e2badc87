//! The options that name events, kept in the order of the command line: `-e a -f b -e c` is a, b, c.

use std::path::PathBuf;

use clap::builder::EnumValueParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};

use crate::cmd::sample::Example;

const TEXT: &str = "event";
const FILE: &str = "event_file";
const EXAMPLE: &str = "example";

/// Where an event comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EventSource {
    Text(String),
    /// A file, or `-` for stdin.
    File(PathBuf),
    Example(Example),
}

/// The events of an invocation, in the order they were asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventArgs {
    pub(crate) sources: Vec<EventSource>,
}

impl Args for EventArgs {
    fn augment_args(command: Command) -> Command {
        let text = Arg::new(TEXT)
            .short('e')
            .long("event")
            .value_name("TEXT")
            .allow_hyphen_values(true)
            .help("An event, as text; repeat this, --event-file and --example for several events");
        let file = Arg::new(FILE)
            .short('f')
            .long("event-file")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("An event, from a file; `-` is stdin, which is also the default if no call is given");
        let example = Arg::new(EXAMPLE)
            .long("example")
            .value_name("NAME")
            .value_parser(EnumValueParser::<Example>::new())
            .help("A sample event, as this trigger sends it");
        command.args([text, file, example].map(|argument| argument.action(ArgAction::Append)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for EventArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut placed = of(matches, TEXT, EventSource::Text);
        placed.extend(of(matches, FILE, EventSource::File));
        placed.extend(of(matches, EXAMPLE, EventSource::Example));
        placed.sort_by_key(|(index, _)| *index);
        Ok(Self {
            sources: placed.into_iter().map(|(_, source)| source).collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The values of one option, each with its place on the command line.
fn of<T: Clone + Send + Sync + 'static>(
    matches: &ArgMatches,
    id: &str,
    source: fn(T) -> EventSource,
) -> Vec<(usize, EventSource)> {
    let places = matches.indices_of(id).into_iter().flatten();
    let values = matches.get_many::<T>(id).into_iter().flatten();
    places
        .zip(values.map(|value| source(value.clone())))
        .collect()
}

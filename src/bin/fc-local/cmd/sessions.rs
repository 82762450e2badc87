//! `fc-local sessions`: the sessions of a running server, and moving their clock forward.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use hyper::Method;
use hyper::body::Bytes;
use serde::Deserialize;

use super::client::Client;
use super::data::DataArgs;
use crate::api::{SESSIONS, SessionLine};
use crate::name::FunctionName;
use crate::output;
use crate::store::Store;

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local sessions                  all sessions: function, id, instance, age, idle time, requests
  fc-local sessions my-function      those of one function
  fc-local sessions --later 30m      move the clock of sessions half an hour forward, to see them expire";

/// Which sessions `fc-local sessions` shows.
#[derive(Debug, Args)]
pub(crate) struct SessionsArgs {
    /// The name of a function, or FUNCTION.QUALIFIER; otherwise those of all
    function: Option<String>,

    /// Move the clock of all sessions forward first, such as `90s`, `30m` or `6h`
    #[arg(long, value_name = "TIME", value_parser = whole_seconds)]
    later: Option<Duration>,

    #[command(flatten)]
    data: DataArgs,
}

/// What the server answers.
#[derive(Debug, Deserialize)]
struct Sessions {
    sessions: Vec<SessionLine>,
}

/// Prints the sessions of the running server.
pub(crate) async fn run(args: &SessionsArgs) -> ExitCode {
    output::exit_code(show(args).await)
}

async fn show(args: &SessionsArgs) -> Result<(), String> {
    let data = args.data.served()?;
    let client = Client::of(&data)?;
    // Before the clock moves: a name that is wrong changes nothing.
    let function = args.function.as_deref();
    let function = function.map(|name| deployed(&data, name)).transpose()?;
    if let Some(later) = args.later {
        let seconds = Bytes::from(later.as_secs().to_string());
        ask(&client, Method::PATCH, seconds).await?;
    }
    let answer = ask(&client, Method::GET, Bytes::new()).await?;
    let read: Result<Sessions, _> = serde_json::from_slice(&answer);
    let sessions = read.map_err(|error| format!("the running server returned no list: {error}"))?;
    let wanted = |one: &SessionLine| {
        let function = function.as_ref();
        function.is_none_or(|name| is_of(one, name))
    };
    let lines: Vec<String> = sessions
        .sessions
        .iter()
        .filter(|one| wanted(one))
        .map(line)
        .collect();
    if lines.is_empty() {
        let of = function.map(|name| format!(" of {name}"));
        let of = of.unwrap_or_default();
        return output::print_lines(&[format!("no request or call has begun a session{of}")]);
    }
    output::print_lines(&lines)
}

/// Whether a session is one of a function, or of the version or alias that the name has.
fn is_of(one: &SessionLine, name: &FunctionName) -> bool {
    let of = FunctionName::parse(&one.function);
    of == *name || *of.latest() == *name
}

/// The whole name of a function that is deployed.
fn deployed(data: &Path, name: &str) -> Result<FunctionName, String> {
    let state = Store::peek(data).map_err(|error| error.to_string())?;
    let found = state.named(name);
    found.map_err(|error| format!("{error}; the data folder is {}", data.display()))
}

/// A time as the clock of sessions counts it.
fn whole_seconds(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if time.subsec_nanos() == 0 {
        Ok(time)
    } else {
        Err("sessions end by whole seconds; write such as 1s".to_owned())
    }
}

async fn ask(client: &Client, method: Method, body: Bytes) -> Result<Bytes, String> {
    let asked = client.ask(method, SESSIONS, &[], body).await;
    let (_, body) = asked.map_err(|error| format!("the running server says: {error}"))?;
    Ok(body)
}

fn line(one: &SessionLine) -> String {
    let SessionLine {
        function,
        id,
        affinity,
        status,
        instance,
        age_seconds,
        idle_seconds,
        requests,
    } = one;
    format!(
        "{function}  {id}  {affinity}  {status}  instance {instance}  age {age_seconds} s  idle {idle_seconds} s  \
         requests {requests}"
    )
}

//! `fc-local fire`: fires a timer trigger of a running server at once.

use std::process::ExitCode;

use clap::Args;
use hyper::Method;
use hyper::body::Bytes;

use super::client::Client;
use super::data::DataArgs;
use crate::output;
use crate::store::Store;

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local fire my-function nightly             as the timer `nightly` does at its time
  fc-local fire my-service/my-function t        a function of FC 2.0

The call is asynchronous, as a timer's is: `fc-local logs` shows what the function wrote.";

/// Which timer `fc-local fire` fires.
#[derive(Debug, Args)]
pub(crate) struct FireArgs {
    /// SERVICE/FUNCTION, or the function's name alone
    function: String,

    /// The name of the timer trigger
    trigger: String,

    #[command(flatten)]
    data: DataArgs,
}

/// Asks the running server to fire a timer.
pub(crate) async fn run(args: &FireArgs) -> ExitCode {
    output::exit_code(fire(args).await)
}

async fn fire(args: &FireArgs) -> Result<(), String> {
    let data = args.data.served()?;
    let client = Client::of(&data)?;
    let state = Store::peek(&data).map_err(|error| error.to_string())?;
    let function = state.named(&args.function)?;
    let name = format!("{}/{}", String::from(function), args.trigger);
    let asked = client.ask(Method::PUT, &name, &[], Bytes::new()).await;
    let (_, text) = asked.map_err(|error| format!("the running server says: {error}"))?;
    output::print_lines(&[String::from_utf8_lossy(&text).into_owned()])
}

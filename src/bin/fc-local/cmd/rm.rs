//! `fc-local rm`: removes what is deployed, with or without a running server.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use hyper::Method;
use hyper::body::Bytes;

use super::client::Client;
use super::data::DataArgs;
use crate::output;
use crate::platform::body::BoxError;
use crate::store::remove::remove;
use crate::store::{Store, StoreError};

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local rm my-service                        the service and its functions
  fc-local rm my-service/my-function a.example  a function and a custom domain";

/// What `fc-local rm` removes.
#[derive(Debug, Args)]
pub(crate) struct RmArgs {
    /// SERVICE, SERVICE/FUNCTION, a function of FC 3.0, or a custom domain
    #[arg(required = true)]
    names: Vec<String>,

    #[command(flatten)]
    data: DataArgs,
}

/// Removes what is named, one after the other.
pub(crate) async fn run(args: &RmArgs) -> ExitCode {
    let mut result = Ok(());
    for name in &args.names {
        result = result.and(remove_one(args, name).await);
    }
    output::exit_code(result)
}

/// Removes a name: through the running server if there is one, else in the data folder itself.
async fn remove_one(args: &RmArgs, name: &str) -> Result<(), String> {
    let data = args.data.folder()?;
    match Store::open(&data) {
        Ok(store) => {
            let removed = store.update(|state| remove(state, name).map_err(BoxError::from));
            let removed = removed.map_err(|error| error.to_string())?;
            output::print_lines(&removed.lines())
        }
        Err(StoreError::InUse(_)) => {
            let text = ask_server(&data, name).await?;
            output::print_lines(&[text])
        }
        Err(error) => Err(error.to_string()),
    }
}

async fn ask_server(data: &Path, name: &str) -> Result<String, String> {
    let asked = Client::of(data)?
        .ask(Method::DELETE, name, &[], Bytes::new())
        .await;
    let (_, text) = asked.map_err(|error| format!("the running server says: {error}"))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

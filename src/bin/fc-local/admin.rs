//! `fc-local list`, `logs` and `rm`: looking at a data folder and clearing it up, with or without a running
//! server.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use hyper::Method;
use hyper::body::Bytes;
use serde_json::Value;

use crate::api::ApiError;
use crate::api::remove::{Removed, remove};
use crate::cli::{DataArgs, LogsArgs, RmArgs};
use crate::client::Client;
use crate::logfile;
use crate::output;
use crate::store::{FunctionRecord, State, Store, StoreError};

/// Between two looks at a log file that is followed.
const FOLLOW_PAUSE: Duration = Duration::from_millis(200);

/// Prints everything that is deployed.
pub(crate) fn list(args: &DataArgs) -> ExitCode {
    let listed = args.folder().and_then(|data| {
        let state = Store::peek(&data).map_err(|error| error.to_string())?;
        print_lines(&describe(&state, &data))
    });
    exit_code(listed)
}

/// Prints, and follows if asked, the log of a function.
pub(crate) async fn logs(args: &LogsArgs) -> ExitCode {
    exit_code(print_logs(args).await)
}

/// Removes what is named, one after the other.
pub(crate) async fn rm(args: &RmArgs) -> ExitCode {
    let mut result = Ok(());
    for name in &args.names {
        result = result.and(remove_one(args, name).await);
    }
    exit_code(result)
}

fn describe(state: &State, data: &Path) -> Vec<String> {
    let services = state
        .services
        .keys()
        .map(|name| format!("service   {name}"));
    let functions = state
        .functions
        .iter()
        .map(|(key, record)| describe_function(key, record));
    let domains = state
        .domains
        .iter()
        .map(|(name, domain)| format!("domain    {name}  {}", routes(&domain.spec)));
    let lines: Vec<String> = services.chain(functions).chain(domains).collect();
    if lines.is_empty() {
        vec![format!("nothing is deployed in {}", data.display())]
    } else {
        lines
    }
}

fn describe_function(key: &str, record: &FunctionRecord) -> String {
    let field = |name: &str| {
        record
            .resource
            .spec
            .get(name)
            .map_or_else(|| "default".to_owned(), Value::to_string)
    };
    let triggers: Vec<&str> = record.triggers.keys().map(String::as_str).collect();
    let triggers = if triggers.is_empty() {
        String::new()
    } else {
        format!("  triggers: {}", triggers.join(", "))
    };
    format!(
        "function  {}  {} MB  timeout {} s  code {} bytes  changed {}{triggers}",
        key.trim_start_matches('/'),
        field("memorySize"),
        field("timeout"),
        record.code.size,
        record.resource.modified
    )
}

fn routes(spec: &serde_json::Map<String, Value>) -> String {
    let routes = spec
        .get("routeConfig")
        .and_then(|config| config.get("routes"))
        .and_then(Value::as_array);
    let line = |route: &Value| {
        let text = |name: &str| {
            route
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        format!(
            "{} -> {}",
            text("path"),
            format!("{}/{}", text("serviceName"), text("functionName")).trim_start_matches('/')
        )
    };
    routes.map_or_else(String::new, |routes| {
        routes.iter().map(line).collect::<Vec<_>>().join(", ")
    })
}

async fn print_logs(args: &LogsArgs) -> Result<(), String> {
    let data = args.data.folder()?;
    let state = Store::peek(&data).map_err(|error| error.to_string())?;
    let path = logfile::path(&data.join("logs"), &key_of(&state, &args.function)?);
    let mut text = read(&logfile::older(&path));
    text.extend(read(&path));
    print_bytes(last_lines(&text, args.lines))?;
    if args.follow {
        follow(&path).await
    } else {
        Ok(())
    }
}

/// The key of `service/function`, or of a function's name alone where only one function has it.
pub(crate) fn key_of(state: &State, name: &str) -> Result<String, String> {
    let fits = |key: &&String| {
        **key == name
            || key
                .rsplit_once('/')
                .is_some_and(|(_, function)| function == name)
    };
    let keys: Vec<&String> = state.functions.keys().filter(fits).collect();
    match keys.as_slice() {
        [key] => Ok((*key).clone()),
        [] => Err(format!(
            "there is no function '{name}'; `fc-local list` shows all"
        )),
        _ => Err(format!(
            "several functions are named '{name}'; write SERVICE/{name}"
        )),
    }
}

fn last_lines(text: &[u8], count: usize) -> &[u8] {
    let ends = text
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, byte)| **byte == b'\n')
        .map(|(index, _)| index);
    // The newest line end closes the last line; the one before `count` lines opens them.
    ends.skip(1)
        .nth(count.saturating_sub(1))
        .map_or(text, |index| &text[index + 1..])
}

async fn follow(path: &Path) -> Result<(), String> {
    let mut position = fs::metadata(path).map_or(0, |file| file.len());
    loop {
        tokio::time::sleep(FOLLOW_PAUSE).await;
        let length = fs::metadata(path).map_or(0, |file| file.len());
        if length < position {
            // The file was renamed because it was full, and a new one begun.
            position = 0;
        }
        if length > position {
            position += print_from(path, position)?;
        }
    }
}

fn print_from(path: &Path, position: u64) -> Result<u64, String> {
    let read = || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(position))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes =
        read().map_err(|error: io::Error| format!("cannot read {}: {error}", path.display()))?;
    print_bytes(&bytes)?;
    Ok(bytes.len() as u64)
}

/// Removes a name: through the running server if there is one, else in the data folder itself.
async fn remove_one(args: &RmArgs, name: &str) -> Result<(), String> {
    let data = args.data.folder()?;
    match Store::open(&data) {
        Ok(store) => {
            let removed: Removed = store
                .update(|state| remove(state, name))
                .map_err(|error: ApiError| error.message)?;
            print_lines(&removed.lines())
        }
        Err(StoreError::InUse(_)) => {
            let text = ask_server(&data, name).await?;
            print_lines(&[text])
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

fn read(path: &PathBuf) -> Vec<u8> {
    // No file means that nothing was logged.
    fs::read(path).unwrap_or_default()
}

fn print_lines(lines: &[String]) -> Result<(), String> {
    print_bytes(format!("{}\n", lines.join("\n")).as_bytes())
}

fn print_bytes(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| format!("cannot write to stdout: {error}"))
}

fn exit_code(result: Result<(), String>) -> ExitCode {
    result.map_or_else(|message| output::fail(&message), |()| ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::last_lines;

    #[test]
    fn the_last_lines_are_whole_lines() {
        assert_eq!(last_lines(b"1\n2\n3\n", 2), b"2\n3\n");
        assert_eq!(last_lines(b"1\n2\n", 5), b"1\n2\n");
        assert_eq!(last_lines(b"", 5), b"");
    }
}

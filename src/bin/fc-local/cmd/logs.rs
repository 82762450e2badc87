//! `fc-local logs`: the log file of a function, and each new line of it.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::data::DataArgs;
use crate::output;
use crate::store::{Store, logfile};

pub(crate) const EXAMPLES: &str = "\
Examples:
  fc-local logs my-service/my-function          the last 100 lines, of the server that runs
  fc-local logs my-function -n 5 -f             the last 5, then each new one";

/// Which log `fc-local logs` prints.
#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    /// SERVICE/FUNCTION, or the function's name alone
    function: String,

    /// How many lines, from the end
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 100)]
    lines: usize,

    /// Keep printing new lines
    #[arg(short, long)]
    follow: bool,

    #[command(flatten)]
    data: DataArgs,
}

/// Between two looks at a log file that is followed.
const FOLLOW_PAUSE: Duration = Duration::from_millis(200);

/// Prints, and follows if asked, the log of a function.
pub(crate) async fn run(args: &LogsArgs) -> ExitCode {
    output::exit_code(print_logs(args).await)
}

async fn print_logs(args: &LogsArgs) -> Result<(), String> {
    let data = args.data.served()?;
    let state = Store::peek(&data).map_err(|error| error.to_string())?;
    let name = state.named(&args.function);
    let name = name.map_err(|error| format!("{error}; the data folder is {}", data.display()))?;
    let path = logfile::path(&data.join("logs"), &name);
    let mut text = read(&logfile::older(&path));
    text.extend(read(&path));
    if text.is_empty() && !args.follow {
        let shown = path.display();
        output::say(&format!("{name} has logged nothing: there is no {shown}"));
    }
    output::print_result(last_lines(&text, args.lines))?;
    if args.follow {
        follow(&path).await
    } else {
        Ok(())
    }
}

fn last_lines(text: &[u8], count: usize) -> &[u8] {
    if count == 0 {
        return b"";
    }
    let ends = text
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, byte)| **byte == b'\n')
        .map(|(index, _)| index);
    // The newest line end closes the last line; the one before `count` lines opens them.
    ends.skip(1)
        .nth(count - 1)
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
    output::print_result(&bytes)?;
    Ok(bytes.len() as u64)
}

fn read(path: &PathBuf) -> Vec<u8> {
    // No file means that nothing was logged.
    fs::read(path).unwrap_or_default()
}

#[cfg(test)]
mod tests;

//! What ends instances and builds when fc-local is killed and cannot do that itself: a second process of this program,
//! which waits for the end of a pipe that only fc-local writes to.
//!
//! It must not know what the processes are for.

use std::io::{self, BufRead, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::strays::kill_of_instances;
use crate::output;

/// The argument that makes this program the reaper. It is no command for people, so it is in no help.
const ARGUMENT: &str = "--reap-when-stdin-ends";

/// How lists of processes show it; a `pkill fc-local` is not meant for it.
const SHOWN_NAME: &str = "fc-reaper";

/// This program, even if another was built in its place since.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// For so long a process that fc-local began to start just before its end may not yet be what it will be.
const START_PAUSE: Duration = Duration::from_millis(50);

static REAPER: Mutex<Reaper> = Mutex::new(Reaper::Idle);

enum Reaper {
    /// Nothing was started yet.
    Idle,
    Running(Child),
    /// It cannot be started, or has ended.
    Gone,
}

/// What has to end with fc-local.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mortal {
    /// A process group.
    Group(Pid),
    /// All processes of an instance, by its id.
    Instance(String),
}

/// Has something end with fc-local, until it is dropped.
#[derive(Debug)]
pub(super) struct Watch(Mortal);

impl Watch {
    pub(super) fn over(mortal: Mortal) -> Self {
        report('+', &mortal);
        Self(mortal)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        report('-', &self.0);
    }
}

/// Whether this process was started to be the reaper.
pub(crate) fn is_asked_for() -> bool {
    std::env::args()
        .nth(1)
        .is_some_and(|first| first == ARGUMENT)
}

/// What the reaper does: it waits until fc-local is gone, and ends what fc-local has left.
pub(crate) fn run() -> ExitCode {
    // Away from the terminal, whose Ctrl-C is for fc-local.
    let _ = rustix::process::setsid();
    let left = left_at_the_end(io::stdin().lock());
    if !left.is_empty() {
        end_all(&left);
        thread::sleep(START_PAUSE);
        end_all(&left);
    }
    ExitCode::SUCCESS
}

/// Ends the reaper, if there is one, after everything that still runs.
pub(crate) fn end() {
    let ended = std::mem::replace(&mut *reaper(), Reaper::Gone);
    if let Reaper::Running(mut child) = ended {
        drop(child.stdin.take());
        // Nobody is left to hear that it cannot be waited for.
        let _ = child.wait();
    }
}

fn report(sign: char, mortal: &Mortal) {
    let mut reaper = reaper();
    if matches!(*reaper, Reaper::Idle) {
        *reaper = start();
    }
    if let Reaper::Running(child) = &mut *reaper {
        let line = format!("{sign}{}\n", mortal.name());
        let pipe = child.stdin.as_mut();
        // Somebody has killed it; then a killed fc-local leaves its instances to the next start.
        let _ = pipe.map(|pipe| pipe.write_all(line.as_bytes()));
    }
}

fn start() -> Reaper {
    let mut command = Command::new(THIS_PROGRAM);
    command
        .arg0(SHOWN_NAME)
        .arg(ARGUMENT)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().map_or_else(
        |error| {
            output::say(&format!(
                "cannot start the process that ends instances if fc-local is killed: {error}"
            ));
            Reaper::Gone
        },
        Reaper::Running,
    )
}

fn reaper() -> MutexGuard<'static, Reaper> {
    // A state is replaced as a whole, so a panic leaves it usable.
    REAPER.lock().unwrap_or_else(PoisonError::into_inner)
}

fn left_at_the_end(input: impl BufRead) -> Vec<Mortal> {
    let mut left = Vec::new();
    for line in input.lines().map_while(Result::ok) {
        match (line.get(..1), line.get(1..).and_then(Mortal::of_name)) {
            (Some("+"), Some(mortal)) => left.push(mortal),
            (_, Some(mortal)) => left.retain(|one| *one != mortal),
            (_, None) => {}
        }
    }
    left
}

fn end_all(left: &[Mortal]) {
    let mut ids = Vec::new();
    for mortal in left {
        match mortal {
            Mortal::Group(leader) => drop(kill_process_group(*leader, Signal::KILL)),
            Mortal::Instance(id) => ids.push(id.clone()),
        }
    }
    kill_of_instances(&ids);
}

impl Mortal {
    fn name(&self) -> String {
        match self {
            Self::Group(leader) => format!("group {}", leader.as_raw_nonzero()),
            Self::Instance(id) => format!("instance {id}"),
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        let (kind, value) = name.split_once(' ')?;
        match kind {
            "group" => Pid::from_raw(value.parse().ok()?).map(Self::Group),
            "instance" => Some(Self::Instance(value.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Mortal, left_at_the_end};

    #[test]
    fn what_was_not_taken_back_is_left_at_the_end() {
        let text =
            "+instance c-1\n+group 12\n+group 13\n-group 12\n+group nonsense\n-instance c-2\n";
        let left = left_at_the_end(text.as_bytes());
        let names: Vec<String> = left.iter().map(Mortal::name).collect();
        assert_eq!(names, ["instance c-1", "group 13"]);
    }
}

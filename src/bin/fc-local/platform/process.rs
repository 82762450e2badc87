//! An operating-system process and the process group it leads: start, signals, memory, end.
//!
//! It knows nothing of HTTP or of functions.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::peak::Memory;
use super::reaper::{Mortal, Watch};
use super::strays::{INSTANCE_VARIABLE, kill_of_instances};

/// A running process group; killed when dropped.
#[derive(Debug)]
pub(crate) struct ProcessGroup {
    leader: Pid,
    exit: watch::Receiver<Option<ExitStatus>>,
    memory: Memory,
}

impl ProcessGroup {
    /// Starts a command as the leader of its own group, so that its children can be signalled with it. If fc-local is
    /// killed, the group ends too, and with it all processes that have the instance id of the command's environment.
    ///
    /// One without such an id must be [`gated`], or a moment would be left in which it could outlive fc-local.
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        let instance = instance_of(command);
        // Before the start, so that there is no moment at which it could outlive fc-local.
        let of_instance = instance.clone().map(Mortal::Instance).map(Watch::over);
        let mut child = command.process_group(0).spawn()?;
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        let leader = id
            .and_then(Pid::from_raw)
            .ok_or_else(|| io::Error::other("the process has no id"))?;
        let watches = (of_instance, Watch::over(Mortal::Group(leader)));
        if let Some(gate) = child.stdin.take() {
            File::from(gate.into_owned_fd()?).write_all(b"\n")?;
        }
        let (sender, exit) = watch::channel(None);
        tokio::spawn(async move {
            let status = end_of(child, leader, instance).await;
            drop(watches);
            sender.send_replace(Some(status));
        });
        Ok(Self {
            leader,
            exit,
            memory: Memory::default(),
        })
    }

    /// The id of the leader, and of the group.
    pub(crate) fn id(&self) -> i32 {
        self.leader.as_raw_nonzero().get()
    }

    /// How the leader ended, if it has.
    pub(crate) fn exit_status(&self) -> Option<ExitStatus> {
        *self.exit.borrow()
    }

    /// Whether the leader has ended. Unlike [`exit_status`](Self::exit_status) it asks the system, since that knows it before
    /// what the group has left is cleared away. Each call asks, so it is one cheap question.
    pub(crate) fn is_over(&self) -> bool {
        self.exit_status().is_some() || has_ended(self.leader)
    }

    /// How the leader ended, if it has, or is about to: its connections end a moment before it does.
    pub(crate) async fn end_if_ending(&self) -> Option<ExitStatus> {
        if !self.is_over() && !is_ending(self.leader) {
            return None;
        }
        Some(self.wait().await)
    }

    /// Waits until the leader has ended. The future holds nothing of the group, so it does not keep it alive.
    pub(crate) fn wait(&self) -> impl Future<Output = ExitStatus> + use<> {
        let mut exit = self.exit.clone();
        async move {
            // The sender is only dropped after it has sent, so the wait cannot fail before that.
            let status = exit.wait_for(Option::is_some).await.map(|status| *status);
            status
                .ok()
                .flatten()
                .unwrap_or_else(|| ExitStatus::from_raw(0))
        }
    }

    /// Signals the whole group, unless it has ended.
    pub(crate) fn signal(&self, signal: Signal) {
        if self.exit_status().is_none() {
            // The group may end between the check and the call; then nobody is left to kill.
            let _ = kill_process_group(self.leader, signal);
        }
    }

    /// The highest resident memory of the group's processes so far, in MB; of one that has ended, as far as it is known.
    pub(crate) fn peak_memory_mb(&self) -> f64 {
        self.memory.peak_mb(self.id())
    }

    /// The same as it was when it was last asked for, which costs nothing.
    pub(crate) fn known_memory_mb(&self) -> f64 {
        self.memory.known_mb(self.id())
    }
}

/// A command that begins when [`ProcessGroup::start`] has seen to it that it ends with fc-local, and with an empty stdin; if
/// fc-local is killed before, it never begins.
pub(crate) fn gated(program: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", "read -r _ && exec \"$@\" </dev/null", "sh", program])
        .stdin(Stdio::piped());
    command
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// The instance that a command starts, if it is one.
fn instance_of(command: &Command) -> Option<String> {
    let mut variables = command.as_std().get_envs();
    let (_, id) = variables.find(|(name, _)| *name == INSTANCE_VARIABLE)?;
    id?.to_str().map(str::to_owned)
}

/// Waits for the end of the leader; its children must not outlive it, nor what left the group.
async fn end_of(mut child: Child, leader: Pid, instance: Option<String>) -> ExitStatus {
    let status = child
        .wait()
        .await
        .unwrap_or_else(|_| ExitStatus::from_raw(0));
    let _ = kill_process_group(leader, Signal::KILL);
    if let Some(id) = instance {
        // It ends by itself only while fc-local ends, and then the reaper looks for them.
        let _ = spawn_blocking(move || kill_of_instances(&[id])).await;
    }
    status
}

/// How a process ended, in the words of FC's "exited unexpectedly" message
/// ([contract §3.4](crate::check::sections::SECTIONS#3.4)).
pub(crate) fn describe_exit(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("code {code}, message:exit status {code}"),
        (None, Some(signal)) => format!("code {}, message:killed by signal {signal}", 128 + signal),
        (None, None) => "code -1, message:unknown".to_owned(),
    }
}

/// How a process ended, in the words of people.
pub(crate) fn exit_in_words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => {
            let known = SIGNALS.iter().find(|(number, _)| *number == signal);
            let name = known.map_or(String::new(), |(_, name)| format!(" ({name})"));
            format!("signal {signal}{name}")
        }
        (None, None) => "an exit that the system does not describe".to_owned(),
    }
}

/// The signals that end a program without having been sent by hand, and those that are.
const SIGNALS: [(i32, &str); 10] = [
    (1, "SIGHUP"),
    (2, "SIGINT"),
    (3, "SIGQUIT"),
    (4, "SIGILL"),
    (6, "SIGABRT"),
    (7, "SIGBUS"),
    (8, "SIGFPE"),
    (9, "SIGKILL"),
    (11, "SIGSEGV"),
    (15, "SIGTERM"),
];

/// Whether a child has ended, and leaves its status to the task that waits for it.
fn has_ended(child: Pid) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    // One whose status has been taken is no child any more, which is an error.
    !matches!(waitid(WaitId::Pid(child), options), Ok(None))
}

/// The bit of a process's flags that the kernel sets before it closes the files of one that ends (`PF_EXITING`).
const EXITING: u64 = 0x4;

/// Whether the kernel has begun to end a process, or has done so.
fn is_ending(id: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", id.as_raw_nonzero()));
    // A process without this file has ended.
    stat.map_or(true, |stat| says_ending(&stat))
}

/// The name stands in parentheses and may have any byte; after it come the state and, as the seventh field, the flags.
fn says_ending(stat: &str) -> bool {
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let mut fields = fields.split(' ');
    let state = fields.next();
    let flags = fields.nth(5).and_then(|flags| flags.parse::<u64>().ok());
    matches!(state, Some("Z" | "X")) || flags.is_some_and(|flags| flags & EXITING != 0)
}

#[cfg(test)]
mod tests;

//! One fc-local after another on the same data folder, its instances, and what it was given to serve.
//!
//! It must not know when one of them ends, nor who asks.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::json;

use super::common::{Cause, Place, Stage, children, wait_until};
use super::disk::Disk;
use super::process::Sample;
use crate::support::{Server, fc_local};

/// How long an instance may be idle, in seconds: so short that some end meanwhile.
const IDLE_SECONDS: &str = "1";
/// So few that there may be no place.
const INSTANCES: &str = "4";
/// More than the kills that one event may meet.
const RETRIES: u32 = 8;

pub(super) struct House {
    server: Server,
    pub(super) folders: Folders,
    place: Arc<Place>,
    /// What fc-local took just after its start.
    pub(super) before: Sample,
}

/// Where everything lies.
#[derive(Debug, Clone)]
pub(super) struct Folders {
    /// All of it, so that a process can be known by its name.
    pub(super) root: PathBuf,
    /// On the small disk.
    pub(super) data: PathBuf,
    pub(super) temporary: PathBuf,
}

impl Folders {
    fn below(disk: &Disk) -> Self {
        let folders = Self {
            root: disk.beside().to_owned(),
            data: disk.path().join("data"),
            temporary: disk.beside().join("temporary"),
        };
        fs::create_dir(&folders.temporary).expect("folder");
        folders
    }

    /// Where the function writes each event that it gets.
    pub(super) fn delivered(&self) -> PathBuf {
        self.root.join("delivered")
    }

    /// The logs of both functions.
    pub(super) fn logs(&self) -> [PathBuf; 2] {
        ["logs/s/f.log", "logs/s/g.log"].map(|name| self.data.join(name))
    }

    /// Where fc-local writes what is not for a log.
    pub(super) fn said(&self) -> PathBuf {
        self.root.join("said")
    }
}

impl House {
    /// Starts fc-local and deploys a function for calls and pages, `f`, and one for events, `g`.
    pub(super) fn build(disk: &Disk) -> Self {
        let folders = Folders::below(disk);
        File::create(folders.delivered()).expect("a file");
        let house = Self::open(folders);
        let server = &house.server;
        server.deploy(&json!({"instanceConcurrency": 4}));
        server.add_trigger("anonymous", &["POST"]);
        server.add_domain();
        let kept = house.folders.delivered();
        let variables = json!({"KEEP_EVENTS_IN": kept});
        server.deploy_as(
            "g",
            &json!({"instanceConcurrency": 4, "environmentVariables": variables}),
        );
        let config = json!({"maxAsyncRetryAttempts": RETRIES});
        let put = server.api(
            "PUT",
            "/services/s/functions/g/async-invoke-config",
            &config,
        );
        assert_eq!(put.status, 200, "{put:?}");
        house
    }

    /// Starts fc-local on what is there.
    pub(super) fn open(folders: Folders) -> Self {
        let said = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folders.said());
        let mut command = fc_local();
        command
            .args([
                "start",
                "--port",
                "0",
                "--no-logs",
                "--idle-timeout",
                IDLE_SECONDS,
            ])
            .args(["--max-instances", INSTANCES, "--data"])
            .arg(&folders.data)
            .env("TMPDIR", &folders.temporary)
            .stderr(said.expect("a file"));
        let server = Server::run(command, &folders.data);
        let address = server.address.parse().expect("an address");
        Self {
            before: Sample::take(server.pid()),
            server,
            folders,
            place: Place::new(address),
        }
    }

    pub(super) fn place(&self) -> Arc<Place> {
        Arc::clone(&self.place)
    }

    pub(super) fn pid(&self) -> u32 {
        self.server.pid()
    }

    pub(super) fn sample(&self) -> Sample {
        Sample::take(self.pid())
    }

    /// Makes one call, and returns its result.
    pub(super) fn call(&self, event: &str) -> String {
        self.server.invoke(event).text()
    }

    /// Ends fc-local without warning, does something meanwhile, and starts it again.
    pub(super) fn kill(mut self, stage: &Stage, meanwhile: impl FnOnce()) -> Self {
        stage.book.begin(Cause::ServerKilled);
        self.place.end();
        self.server.kill();
        meanwhile();
        self.follow(stage, Cause::ServerKilled)
    }

    /// Stops fc-local under load, and starts it again.
    pub(super) fn replace(mut self, stage: &Stage) -> Self {
        stage.book.begin(Cause::ServerStopped);
        self.stop(stage);
        self.follow(stage, Cause::ServerStopped)
    }

    fn follow(self, stage: &Stage, cause: Cause) -> Self {
        let next = Self::open(self.folders);
        stage.move_to(next.place());
        stage.book.end(cause);
        next
    }

    /// Stops fc-local, which is to end well.
    pub(super) fn stop(&mut self, stage: &Stage) {
        self.place.end();
        self.server.stop();
        let code = self.server.wait();
        if code != Some(0) {
            let said = fs::read_to_string(self.folders.said()).unwrap_or_default();
            stage
                .book
                .note(format!("fc-local stopped with {code:?}: {said}"));
        }
    }

    /// Kills one instance, which `choose` names among so many; returns whether there was one.
    pub(super) fn kill_instance(&self, stage: &Stage, choose: impl FnOnce(usize) -> usize) -> bool {
        let instances = self.instances();
        let Some(pid) = chosen(&instances, choose) else {
            return false;
        };
        stage.book.begin(Cause::InstanceKilled);
        signal(pid, "-KILL");
        let is_gone = || !children(self.pid()).iter().any(|(child, _)| *child == pid);
        if let Err(why) = wait_until("a killed instance to be gone", is_gone) {
            stage.book.note(why);
        }
        // A call that begins after this one comes to an instance that lives.
        self.call("after the kill");
        stage.book.end(Cause::InstanceKilled);
        true
    }

    /// Takes the processors of one instance away for a while.
    pub(super) fn stall_instance(
        &self,
        choose: impl FnOnce(usize) -> usize,
        wait: impl FnOnce(),
    ) -> bool {
        let Some(pid) = chosen(&self.instances(), choose) else {
            return false;
        };
        signal(pid, "-STOP");
        wait();
        signal(pid, "-CONT");
        true
    }

    /// The processes of instances: not the one that ends them when fc-local cannot.
    fn instances(&self) -> Vec<u32> {
        let children = children(self.pid()).into_iter();
        children
            .map(|(pid, _)| pid)
            .filter(|pid| has_in_environment(*pid, Path::new("FC_FUNC_CODE_PATH=")))
            .collect()
    }
}

fn chosen(instances: &[u32], choose: impl FnOnce(usize) -> usize) -> Option<u32> {
    instances.get(choose(instances.len())).copied()
}

/// An instance may have ended meanwhile, which is as good.
fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args([name, &pid.to_string()]).output();
    status.expect("kill runs");
}

/// Whether the environment of a process has these words; one that is gone has none.
pub(super) fn has_in_environment(pid: u32, words: &Path) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    let words = words.as_os_str().as_encoded_bytes();
    environment.windows(words.len()).any(|part| part == words)
}

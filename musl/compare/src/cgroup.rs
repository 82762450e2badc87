//! Owns a cgroup with the CPU quota of a small instance: made, looked at, removed. Starts nothing.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The quota of the platform's smallest instance, 0.05 vCPU, in µs of each period.
pub const QUOTA_US: u32 = 5_000;
/// The period, in µs: the kernel's own default.
pub const PERIOD_US: u32 = 100_000;
/// The highest weight that either interface takes: what else runs on the machine then adds little to
/// a start, while the quota still limits it.
const SHARES: u32 = 262_144;
const WEIGHT: u32 = 10_000;
/// What the name of every group of this program begins with; its process id follows.
const PREFIX: &str = "fc-compare-";
/// How long the kernel may take to let go of a group whose processes were ended.
const REMOVAL_MAX: Duration = Duration::from_secs(2);
/// The pause between two attempts to remove a group.
const REMOVAL_PAUSE: Duration = Duration::from_millis(1);

/// The group that is there now: a signal removes it before this process ends.
static CURRENT: Mutex<Option<PathBuf>> = Mutex::new(None);
/// Makes the names of groups differ.
static COUNT: AtomicU64 = AtomicU64::new(0);

/// Which of the kernel's two interfaces a group is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// A folder below which groups can be made.
#[derive(Debug, PartialEq, Eq)]
pub struct Cgroups {
    folder: PathBuf,
    version: Version,
    /// Whether the cpu controller was off for what is below the folder, and is to be again.
    switched_on: bool,
}

impl Cgroups {
    /// Finds a folder where a group with a quota can really be made, and removes what a run that
    /// was killed has left there.
    ///
    /// # Errors
    /// Says of each folder why it cannot be used.
    pub fn find() -> Result<Self, String> {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let candidates = candidates(&read("/proc/self/mounts"), &read("/proc/self/cgroup"));
        let mut reasons = Vec::new();
        for mut groups in candidates {
            match groups.switch_on().and_then(|()| groups.fresh()) {
                Ok(_) => {
                    groups.sweep();
                    return Ok(groups);
                }
                Err(error) => reasons.push(format!("{}: {error}", groups.folder.display())),
            }
        }
        if reasons.is_empty() {
            reasons.push("no cgroup with a cpu controller is mounted".to_owned());
        }
        Err(reasons.join("; "))
    }

    /// Makes a new group, whose first period begins when something first runs in it.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn fresh(&self) -> io::Result<Cgroup> {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = self
            .folder
            .join(format!("{PREFIX}{}-{number}", std::process::id()));
        let mut current = current();
        fs::create_dir(&folder)?;
        *current = Some(folder.clone());
        drop(current);
        let group = Cgroup { folder };
        group.limit(self.version)?;
        Ok(group)
    }

    /// The second interface has its controllers only where they were asked for.
    fn switch_on(&mut self) -> io::Result<()> {
        if self.version == Version::Two {
            let control = self.control();
            let on = fs::read_to_string(&control)?;
            if !on.split_whitespace().any(|name| name == "cpu") {
                fs::write(&control, "+cpu")?;
                self.switched_on = true;
            }
        }
        Ok(())
    }

    fn control(&self) -> PathBuf {
        self.folder.join("cgroup.subtree_control")
    }

    /// Removes the groups of processes that are no more.
    fn sweep(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let pid = name
                .strip_prefix(PREFIX)
                .and_then(|rest| rest.split('-').next());
            if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
                // Something may still run in it; then it stays.
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
}

impl Drop for Cgroups {
    fn drop(&mut self) {
        if self.switched_on {
            // Somebody else may have begun to use it meanwhile; then it stays.
            let _ = fs::write(self.control(), "-cpu");
        }
    }
}

/// A group with the quota of a small instance; removed when this is dropped.
#[derive(Debug)]
pub struct Cgroup {
    folder: PathBuf,
}

impl Cgroup {
    /// The file into which a process writes itself.
    pub fn entry(&self) -> PathBuf {
        self.folder.join("cgroup.procs")
    }

    /// In how many periods so far its processes had to wait for the next one.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn held_back(&self) -> io::Result<u64> {
        let stat = fs::read_to_string(self.folder.join("cpu.stat"))?;
        let count = stat
            .lines()
            .find_map(|line| line.strip_prefix("nr_throttled "));
        let count = count.and_then(|count| count.trim().parse().ok());
        count.ok_or_else(|| io::Error::other("cpu.stat has no nr_throttled"))
    }

    fn limit(&self, version: Version) -> io::Result<()> {
        let write = |name, text: String| fs::write(self.folder.join(name), text);
        match version {
            Version::One => {
                write("cpu.cfs_period_us", PERIOD_US.to_string())?;
                write("cpu.cfs_quota_us", QUOTA_US.to_string())?;
                write("cpu.shares", SHARES.to_string())
            }
            Version::Two => {
                write("cpu.max", format!("{QUOTA_US} {PERIOD_US}"))?;
                write("cpu.weight", WEIGHT.to_string())
            }
        }
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        remove(&self.folder);
        *current() = None;
    }
}

/// Removes the group that is there now, if any; its processes have been ended. No other is made
/// after that: this is for the end of the program.
pub fn remove_for_good() {
    let mut current = current();
    if let Some(folder) = current.take() {
        remove(&folder);
    }
    // A thread that wants to make one now waits for the lock until the process ends.
    std::mem::forget(current);
}

fn current() -> MutexGuard<'static, Option<PathBuf>> {
    // A panic while it was held leaves a path that is as good as any.
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process that was killed is in its group until it is quite gone.
fn remove(folder: &Path) {
    let deadline = Instant::now() + REMOVAL_MAX;
    while let Err(error) = fs::remove_dir(folder) {
        if error.kind() == ErrorKind::NotFound {
            return;
        }
        if Instant::now() > deadline {
            eprintln!("warning: {} is left: {error}", folder.display());
            return;
        }
        thread::sleep(REMOVAL_PAUSE);
    }
}

/// Where groups may be made: below this process's own group, then below the root, of each
/// hierarchy that has a cpu controller.
fn candidates(mounts: &str, own: &str) -> Vec<Cgroups> {
    let mut all = Vec::new();
    for line in mounts.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, point, kind, options, ..] = words[..] else {
            continue;
        };
        let version = match kind {
            "cgroup" if options.split(',').any(|name| name == "cpu") => Version::One,
            "cgroup2" => Version::Two,
            _ => continue,
        };
        for path in [own_path(own, version).unwrap_or("/"), "/"] {
            let folder = Path::new(point).join(path.trim_start_matches('/'));
            let groups = Cgroups {
                folder,
                version,
                switched_on: false,
            };
            if !all.contains(&groups) && groups.folder.exists() {
                all.push(groups);
            }
        }
    }
    all
}

/// The path of this process's group, as `/proc/self/cgroup` has it: `1:cpu,cpuacct:/a` or `0::/a`.
fn own_path(own: &str, version: Version) -> Option<&str> {
    own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        let fits = match version {
            Version::One => controllers.split(',').any(|name| name == "cpu"),
            Version::Two => controllers.is_empty(),
        };
        fits.then_some(path)
    })
}

// The path is the same for the test that takes this file in: `tests/cgroup.rs`.
#[cfg(test)]
#[path = "cgroup/tests.rs"]
mod tests;

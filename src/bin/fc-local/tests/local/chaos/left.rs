//! What is left when the load is over: nothing but what was accepted, and that is delivered.

use std::fs;
use std::path::{Path, PathBuf};

use super::clients::EVENT;
use super::common::{Run, Stage, Table, children, wait_until};
use super::house::{Folders, House, has_in_environment};
use super::process::Sample;

/// How much more memory, how many descriptors and threads fc-local may have when its instances are gone: what its allocator,
/// its log files and its pool of threads keep.
const MEMORY_KIB: usize = 32 * 1024;
const FDS: usize = 6;
const THREADS: usize = 4;

/// What the lines begin with by which the platform cuts a log.
const MARKER: &str = "FC Invoke ";

/// Looks at everything, and returns the numbers of the events in the order of their deliveries.
pub(super) fn check(stage: &Stage, mut house: House, run: &Run, table: &mut Table) -> Vec<usize> {
    let folders = house.folders.clone();
    settle(stage, &house, run, table);
    house.stop(stage);
    // An event that has waited for long is taken up again at once.
    let mut house = House::open(folders.clone());
    let queue = folders.data.join("async");
    note(
        stage,
        wait_until("the events to be delivered", || entries(&queue).is_empty()),
    );
    house.stop(stage);
    let deliveries = delivered(&folders);
    let mut house = House::open(folders.clone());
    if house.call("still here") != "still here" {
        stage
            .book
            .note("fc-local does not serve after its last start".to_owned());
    }
    house.stop(stage);
    if delivered(&folders) != deliveries {
        stage
            .book
            .note("events are delivered again after a clean end".to_owned());
    }
    let is_alone = || processes().all(|pid| !has_in_environment(pid, &folders.root));
    note(
        stage,
        wait_until("all processes of fc-local to be gone", is_alone),
    );
    for line in misplaced(&folders) {
        stage
            .book
            .note(format!("a marker does not begin its line: {line}"));
    }
    for file in unfinished(&folders) {
        stage.book.note(format!("{} is left", file.display()));
    }
    deliveries
}

/// Waits until fc-local takes little again, and shows it.
fn settle(stage: &Stage, house: &House, run: &Run, table: &mut Table) {
    let before = house.before;
    let is_little = |now: Sample| {
        // Threads that have nothing to do leave only after a while.
        let is_few = now.threads <= before.threads + THREADS || !run.is_long();
        now.fds <= before.fds + FDS && now.rss_kib <= before.rss_kib + MEMORY_KIB && is_few
    };
    let settled = wait_until("fc-local to be as before", || is_little(house.sample()));
    let after = house.sample();
    note(
        stage,
        settled.map_err(|why| format!("{why}: {before:?}, then {after:?}")),
    );
    let has_no_zombie = || children(house.pid()).iter().all(|(_, state)| *state != 'Z');
    note(
        stage,
        wait_until("every ended instance to be noticed", has_no_zombie),
    );
    for (when, sample) in [("after its start", before), ("after the load", after)] {
        table.row(&format!("memory {when}, KiB"), sample.rss_kib);
        table.row(&format!("threads {when}"), sample.threads);
        table.row(&format!("descriptors {when}"), sample.fds);
    }
}

fn note(stage: &Stage, result: Result<(), String>) {
    if let Err(why) = result {
        stage.book.note(why);
    }
}

/// The numbers of the events that the function got, in their order.
fn delivered(folders: &Folders) -> Vec<usize> {
    let text = fs::read_to_string(folders.delivered()).expect("what the function has written");
    let words = text.lines().filter_map(|line| line.split_once(EVENT));
    words
        .map(|(_, number)| number.parse().expect("a number"))
        .collect()
}

fn processes() -> impl Iterator<Item = u32> {
    let all = fs::read_dir("/proc").expect("the list of processes");
    all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).into_iter().flatten().flatten();
    all.map(|entry| entry.path()).collect()
}

/// The lines of the logs with a marker after something else.
fn misplaced(folders: &Folders) -> Vec<String> {
    let text: String = folders
        .logs()
        .iter()
        .map(|log| fs::read_to_string(log).unwrap_or_default())
        .collect();
    let lines = text
        .lines()
        .filter(|line| line.find(MARKER).is_some_and(|at| at > 0));
    lines.map(str::to_owned).collect()
}

/// Files that should not outlive what needed them.
fn unfinished(folders: &Folders) -> Vec<PathBuf> {
    let is_unfinished = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().as_encoded_bytes();
        name.starts_with(b".tmp") || name.starts_with(b"aside")
    };
    let inner =
        ["", "async", "code", "logs", "packages", "tasks"].map(|name| folders.data.join(name));
    let all = inner.iter().flat_map(|folder| entries(folder));
    all.filter(is_unfinished)
        .chain(entries(&folders.data.join("scratch")))
        .chain(temporary(folders))
        .collect()
}

/// What lies among the temporary files. The folder in which servers that run are listed stays, without any.
fn temporary(folders: &Folders) -> Vec<PathBuf> {
    let (lists, others): (Vec<_>, Vec<_>) =
        entries(&folders.temporary).into_iter().partition(|path| {
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            name.starts_with(b"fc-local-of-")
        });
    let listed = lists.iter().flat_map(|list| entries(list));
    others.into_iter().chain(listed).collect()
}

/// How many lines of each log are shown.
const LINES: usize = 40;

/// The last that fc-local itself has written, to its stderr and into the logs of the functions.
pub(super) fn said(folders: &Folders) -> String {
    let files = [&[folders.said()], &folders.logs()[..]].concat();
    let last = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let lines = text.lines().filter(|line| line.starts_with("fc-local: "));
        let lines: Vec<&str> = lines.collect();
        let shown = &lines[lines.len().saturating_sub(LINES)..];
        format!("{}:\n{}\n", file.display(), shown.join("\n"))
    };
    files.iter().map(last).collect()
}

//! Groups in an ordinary folder, which shows what is written; the kernel's own are in `tests/cgroup.rs`.

use super::*;

fn groups(folder: &Path, version: Version) -> Cgroups {
    Cgroups {
        folder: folder.to_path_buf(),
        version,
        switched_on: false,
    }
}

/// What was written into a group.
fn written(group: &Cgroup, name: &str) -> String {
    fs::read_to_string(group.folder.join(name)).unwrap()
}

/// An ordinary folder goes only when it is empty; the kernel's own files are no hindrance.
fn clear(group: Cgroup) {
    fs::remove_dir_all(&group.folder).unwrap();
    drop(group);
}

#[test]
fn the_first_interface_takes_period_and_quota_apart() {
    let folder = tempfile::tempdir().unwrap();
    let group = groups(folder.path(), Version::One).fresh().unwrap();
    assert_eq!(written(&group, "cpu.cfs_period_us"), "100000");
    assert_eq!(written(&group, "cpu.cfs_quota_us"), "5000");
    assert_eq!(written(&group, "cpu.shares"), "262144");
    clear(group);
}

#[test]
fn the_second_interface_has_its_controller_switched_on_and_off_again() {
    let folder = tempfile::tempdir().unwrap();
    let control = folder.path().join("cgroup.subtree_control");
    fs::write(&control, "memory pids").unwrap();
    let mut groups = groups(folder.path(), Version::Two);
    groups.switch_on().unwrap();
    let group = groups.fresh().unwrap();
    assert_eq!(written(&group, "cpu.max"), "5000 100000");
    assert_eq!(written(&group, "cpu.weight"), "10000");
    assert_eq!(fs::read_to_string(&control).unwrap(), "+cpu");
    clear(group);
    drop(groups);
    assert_eq!(fs::read_to_string(&control).unwrap(), "-cpu");
}

#[test]
fn a_group_is_gone_when_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("group");
    fs::create_dir(&path).unwrap();
    drop(Cgroup {
        folder: path.clone(),
    });
    assert!(!path.exists());
}

#[test]
fn what_held_a_server_back_is_read_from_either_interface() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("group");
    fs::create_dir(&path).unwrap();
    let stat = path.join("cpu.stat");
    let group = Cgroup { folder: path };
    for text in [
        "nr_periods 9\nnr_throttled 3\nthrottled_time 1\n",
        "usage_usec 5\nnr_throttled 3\n",
    ] {
        fs::write(&stat, text).unwrap();
        assert_eq!(group.held_back().unwrap(), 3);
    }
    fs::write(&stat, "usage_usec 5\n").unwrap();
    assert!(group.held_back().is_err());
    clear(group);
}

#[test]
fn only_the_groups_of_processes_that_are_no_more_are_swept() {
    let folder = tempfile::tempdir().unwrap();
    let mine = format!("{PREFIX}{}-7", std::process::id());
    // No process has this id: it is above the kernel's highest.
    let gone = format!("{PREFIX}4194305-0");
    for name in [&mine, &gone, "other"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    groups(folder.path(), Version::One).sweep();
    let left: Vec<bool> = [&mine, &gone, "other"]
        .map(|name| folder.path().join(name).exists())
        .into();
    assert_eq!(left, [true, false, true]);
}

#[test]
fn the_folders_to_try_are_those_with_a_cpu_controller_and_the_own_group_first() {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name);
    for name in ["cpu/own", "memory", "two/slice"] {
        fs::create_dir_all(path(name)).unwrap();
    }
    let at = |name: &str| path(name).display().to_string();
    let mounts = format!(
        "tmpfs {} tmpfs rw 0 0\ncgroup {} cgroup rw,cpu 0 0\ncgroup {} cgroup rw,memory 0 0\n\
         cgroup2 {} cgroup2 rw 0 0\n",
        at(""),
        at("cpu"),
        at("memory"),
        at("two")
    );
    let own = "4:memory:/m\n1:cpu,cpuacct:/own\n0::/slice\n";
    let folders: Vec<PathBuf> = candidates(&mounts, own)
        .iter()
        .map(|g| g.folder.clone())
        .collect();
    assert_eq!(folders, ["cpu/own", "cpu", "two/slice", "two"].map(path));
    assert!(candidates("proc /proc proc rw 0 0\n", own).is_empty());
}

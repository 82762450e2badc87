use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{CHILDREN_LIFE, LIFE, Look, Memory, descendants_of, peak_memory_kb};

/// What was seen so long ago.
fn look(age: Duration, children_age: Duration) -> Look {
    let before = |age| Instant::now().checked_sub(age).expect("the machine runs");
    Look {
        at: before(age),
        mb: 5.0,
        children: vec![-1],
        children_at: before(children_age),
    }
}

#[test]
fn what_was_seen_of_a_process_stays_known_when_it_has_ended() {
    let own = i32::try_from(std::process::id()).expect("a number");
    let memory = Memory::default();
    assert!(memory.peak_mb(own) > 0.0);
    let memory = Memory {
        last: Mutex::new(Some(look(LIFE, LIFE))),
    };
    // No process has this number.
    assert_eq!([memory.peak_mb(-1), memory.known_mb(-1)], [5.0, 5.0]);
}

#[test]
fn only_looks_in_a_crowd_share_what_is_known_of_children() {
    let shares = |age, children_age| {
        let look = look(age, children_age);
        let now = look.at + age;
        look.shared(now).is_some()
    };
    assert!(shares(LIFE, CHILDREN_LIFE / 2));
    assert!(!shares(LIFE, CHILDREN_LIFE * 2));
    assert!(!shares(2 * LIFE, CHILDREN_LIFE / 2));
}

#[test]
fn the_memory_of_a_child_counts() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "sleep 600 & echo; wait"]);
    let mut parent = shell.stdout(Stdio::piped()).spawn().expect("started");
    let mut line = [0];
    let mut said = parent.stdout.take().expect("stdout");
    said.read_exact(&mut line).expect("it has its child");
    let pid = i32::try_from(parent.id()).expect("a number");
    let children = descendants_of(pid);
    let alone = peak_memory_kb(pid, &[]).expect("it runs");
    let both = peak_memory_kb(pid, &children).expect("it runs");
    for child in &children {
        let kill = Command::new("kill").arg(child.to_string()).status();
        assert!(kill.expect("kill runs").success());
    }
    parent.wait().expect("ended");
    assert!(children.len() == 1 && both > alone, "{children:?}");
}

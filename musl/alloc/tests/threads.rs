//! Many threads at once: nothing that was written changes, and memory does not grow. Each test is its own process,
//! so that what is measured is its own: they run in children of this program.

mod support;

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::{env, thread};

use support::{Filled, Numbers, fork, resident};

/// The variable that names the part that a child is to run.
const PART: &str = "PERCORE_PART";

/// The variable that names what runs a program for another machine, such as qemu-aarch64-static.
const RUNNER: &str = "PERCORE_RUNNER";

/// Less where each step is interpreted.
const STEPS: usize = if cfg!(miri) { 60 } else { 40_000 };

/// Runs a part in its own process, where there can be one.
fn alone(name: &str, part: impl FnOnce()) {
    limited(name, "unlimited", part);
}

/// The same on two cores at most, for a part that measures memory: each core has its own blocks, so that on many of them
/// memory grows until threads have been on all.
fn measured(name: &str, part: impl FnOnce()) {
    run(&["taskset", "-c", &two_cores()], name, "unlimited", part);
}

/// The first two of the cores that this process may run on, as `taskset` lists them.
fn two_cores() -> String {
    let status = std::fs::read_to_string("/proc/self/status").expect("procfs");
    let list = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
        .expect("the cores");
    let cores = list.trim().split(',').flat_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let number = |text: &str| text.parse::<usize>().expect("a core");
        number(first)..=number(last)
    });
    let cores: Vec<String> = cores.take(2).map(|core| core.to_string()).collect();
    cores.join(",")
}

/// The same as `alone`, in a process that may have so many KiB of addresses.
fn limited(name: &str, addresses: &str, part: impl FnOnce()) {
    run(&[], name, addresses, part);
}

fn run(by: &[&str], name: &str, addresses: &str, part: impl FnOnce()) {
    if cfg!(miri) || env::var(PART).is_ok_and(|wanted| wanted == name) {
        return part();
    }
    let mut child = Command::new("sh");
    child.args(["-c", &format!("ulimit -v {addresses} && exec \"$@\""), "sh"]);
    child.args(by);
    // A program for another machine needs another one that runs it.
    child.args(env::var_os(RUNNER));
    child.arg(env::current_exe().expect("the path of this program"));
    child.args(["--exact", name, "--nocapture"]).env(PART, name);
    let output = child.output().expect("a child");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let passed = output.status.success() && said.contains("1 passed");
    assert!(passed, "{name}: {said}");
}

/// One step of a thread that has its own blocks and shares some.
fn step(own: &mut Vec<Filled>, shared: &Mutex<Vec<Filled>>, numbers: &mut Numbers) {
    let which = |numbers: &mut Numbers, blocks: &Vec<Filled>| numbers.below(blocks.len().max(1));
    match numbers.below(8) {
        0..3 => own.push(Filled::any(numbers)),
        3 if !own.is_empty() => {
            let block = own.swap_remove(which(numbers, own));
            let size = [
                block.size() * 2,
                block.size() + 64,
                block.size() / 2 + 1,
                5000,
            ][numbers.below(4)];
            own.push(block.resize(1 + numbers.below(size), 7));
        }
        4 if !own.is_empty() => {
            let block = own.swap_remove(which(numbers, own));
            shared.lock().expect("no panic").push(block);
        }
        5 => drop(shared.lock().expect("no panic").pop()),
        _ if !own.is_empty() => drop(own.swap_remove(which(numbers, own))),
        _ => (),
    }
    own.truncate(500);
}

#[test]
fn what_is_written_stays_whatever_other_threads_do() {
    alone(
        "what_is_written_stays_whatever_other_threads_do",
        all_at_once,
    );
}

#[test]
#[cfg_attr(miri, ignore = "it has no limits")]
fn without_addresses_for_slabs_the_c_library_has_all_blocks() {
    let name = "without_addresses_for_slabs_the_c_library_has_all_blocks";
    limited(name, "2000000", all_at_once);
}

/// Eight threads that make, change, hand over and free blocks.
fn all_at_once() {
    let shared = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for seed in 1..=if cfg!(miri) { 3 } else { 8 } {
            let shared = &shared;
            scope.spawn(move || {
                let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15 ^ seed << 20);
                let mut own = Vec::new();
                for number in 0..STEPS {
                    step(&mut own, shared, &mut numbers);
                    if number % 500 == 20 {
                        // A thread that ends with blocks that another one frees.
                        let mut numbers = Numbers(numbers.next() | 1);
                        let any = move |_| Filled::any(&mut numbers);
                        let made = thread::spawn(move || (0..50).map(any).collect::<Vec<_>>());
                        own.extend(made.join().expect("no panic"));
                    }
                }
            });
        }
    });
}

#[test]
#[cfg_attr(miri, ignore = "there is no memory to measure")]
fn what_one_thread_makes_and_another_frees_does_not_pile_up() {
    measured(
        "what_one_thread_makes_and_another_frees_does_not_pile_up",
        || {
            let rounds = 10_000;
            let (sender, receiver) = mpsc::sync_channel::<Vec<Box<[usize; 12]>>>(16);
            thread::scope(|scope| {
                let consumer = scope.spawn(move || {
                    let (mut early, mut number) = (0, 0);
                    for made in receiver {
                        assert!(made.iter().all(|block| **block == [number; 12]));
                        number += 1;
                        if number == rounds / 10 {
                            early = resident();
                        }
                    }
                    early
                });
                for number in 0..rounds {
                    sender
                        .send((0..50).map(|_| Box::new([number; 12])).collect())
                        .expect("a consumer");
                }
                drop(sender);
                let early = consumer.join().expect("no panic");
                if !cfg!(miri) {
                    let late = resident();
                    assert!(late < early + 2048, "{early} KiB grew to {late}");
                }
            });
        },
    );
}

#[test]
#[cfg_attr(miri, ignore = "there is no memory to measure")]
fn threads_that_come_and_go_leave_nothing() {
    measured("threads_that_come_and_go_leave_nothing", || {
        let made = |number: usize| vec![1u8; 8 + number * 3];
        let work = move || drop((0..300).map(made).collect::<Vec<_>>());
        let rounds = |count| (0..count).for_each(|_| thread::spawn(work).join().expect("no panic"));
        rounds(200);
        let before = resident();
        rounds(2000);
        let after = resident();
        assert!(after < before + 512, "{before} KiB grew to {after}");
    });
}

#[test]
#[cfg_attr(miri, ignore = "there is no memory to measure")]
fn threads_that_wait_keep_no_blocks() {
    measured("threads_that_wait_keep_no_blocks", || {
        const THREADS: usize = 200;
        let idle = waiting(THREADS, || ());
        let made = |number: usize| vec![1u8; 8 + number];
        let worked = waiting(THREADS, move || {
            drop((0..200).map(made).collect::<Vec<_>>());
        });
        // What such a thread uses at once is 22 KiB, and its stack grows by some.
        let each = worked.saturating_sub(idle) / THREADS;
        assert!(
            each <= 6,
            "a thread that waits keeps {each} KiB: {idle} and {worked} KiB in all"
        );
    });
}

/// The memory while so many threads wait that have all worked before.
fn waiting(threads: usize, work: impl Fn() + Sync) -> usize {
    let worked = Barrier::new(threads + 1);
    let measured = Barrier::new(threads + 1);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                work();
                worked.wait();
                measured.wait();
            });
        }
        worked.wait();
        let resident = resident();
        measured.wait();
        resident
    })
}

#[test]
#[cfg_attr(miri, ignore = "there is no memory to measure")]
fn what_many_threads_had_at_their_peak_goes_back_to_the_system() {
    measured(
        "what_many_threads_had_at_their_peak_goes_back_to_the_system",
        || {
            let peak = waiting_with(32, || {
                (0..3000)
                    .map(|number| vec![1u8; 8 + number % 1000])
                    .collect()
            });
            let after = resident();
            assert!(peak > 40_000, "32 threads with 1.5 MB each were {peak} KiB");
            assert!(after < peak / 3, "of {peak} KiB {after} are left");
        },
    );
}

fn waiting_with(threads: usize, make: fn() -> Vec<Vec<u8>>) -> usize {
    let made = Barrier::new(threads + 1);
    let measured = Barrier::new(threads + 1);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let held = make();
                made.wait();
                measured.wait();
                drop(held);
            });
        }
        made.wait();
        let resident = resident();
        measured.wait();
        resident
    })
}

#[test]
#[cfg_attr(miri, ignore = "it has no fork")]
fn a_fork_finds_memory_whatever_other_threads_were_doing() {
    alone(
        "a_fork_finds_memory_whatever_other_threads_were_doing",
        || {
            let stop = Arc::new(AtomicBool::new(false));
            let busy: Vec<_> = (0..4)
                .map(|seed| {
                    let stop = stop.clone();
                    thread::spawn(move || {
                        let mut numbers = Numbers(77 + seed);
                        while !stop.load(Ordering::Relaxed) {
                            drop(
                                (0..300)
                                    .map(|_| Filled::small(&mut numbers))
                                    .collect::<Vec<_>>(),
                            );
                        }
                    })
                })
                .collect();
            for _ in 0..100 {
                let status = fork::in_child(|| {
                    let mut numbers = Numbers(5);
                    drop(
                        (0..1000)
                            .map(|_| Filled::small(&mut numbers))
                            .collect::<Vec<_>>(),
                    );
                });
                assert_eq!(status, 0, "the status of a forked child");
            }
            stop.store(true, Ordering::Relaxed);
            busy.into_iter()
                .for_each(|thread| thread.join().expect("no panic"));
        },
    );
}

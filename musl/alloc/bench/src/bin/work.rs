//! `work json THREADS`: each thread reads 20,000 small JSON objects, one after the other.
//! `work grow THREADS`: each thread reads a document of 4,000 such objects into one tree and drops it, four times.
//! `work idle THREADS`: each thread reads one such object, drops it and waits.
//! All print the shortest of so many runs in microseconds, and the memory then and at most in KiB.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};
use std::{env, thread};

use musl_percore_bench::memory;
use serde_json::Value;

const OBJECT: &str = r#"{"id":17,"name":"a small object","tags":["one","two","three"],"at":{"x":1.5,"y":-2,"ok":true},"note":null,"url":"https://example.com/a/b?c=d"}"#;

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let threads: usize = arguments[2].parse().expect("a number of threads");
    let runs: usize = arguments
        .get(3)
        .map_or(5, |n| n.parse().expect("a number of runs"));
    let shortest = match arguments[1].as_str() {
        "json" => shortest(runs, threads, 20_000, OBJECT),
        "idle" => return idle(threads),
        "grow" => shortest(
            runs,
            threads,
            4,
            &format!("[{}]", vec![OBJECT; 4000].join(",")),
        ),
        other => panic!("{other} is none of json, grow, idle"),
    };
    println!(
        "{} {} {}",
        shortest.as_micros(),
        memory("VmRSS"),
        memory("VmHWM")
    );
}

fn shortest(runs: usize, threads: usize, times: usize, text: &str) -> Duration {
    let mut shortest = Duration::MAX;
    for _ in 0..runs {
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| (0..times).for_each(|_| drop(black_box(read(text)))));
            }
        });
        shortest = shortest.min(start.elapsed());
    }
    shortest
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn idle(threads: usize) {
    let (worked, measured) = (Barrier::new(threads + 1), Barrier::new(threads + 1));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                drop(black_box(read(OBJECT)));
                worked.wait();
                measured.wait();
            });
        }
        worked.wait();
        println!("0 {} {}", memory("VmRSS"), memory("VmHWM"));
        measured.wait();
    });
}

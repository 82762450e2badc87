//! All at once that goes wrong around an instance, and books that balance: each request has one whole response that is its
//! own, or one broken connection with a cause.
//!
//! `cargo test` runs one round of every disturbance; `make chaos` runs ten minutes of them against what is shipped.

mod clients;
mod common;
mod generation;
#[path = "../soak/plan.rs"]
mod plan;
#[path = "../support/mod.rs"]
mod support;
mod troubles;

use std::sync::Arc;
use std::thread;

use common::{Dice, Run, Stage, Table, children, wait_until};
use generation::Generation;
use support::{Response, Sample};
use troubles::Director;

/// How many agents ask at once, in the short form and in the long one.
const AGENTS: [u64; 2] = [16, 48];
/// How much more memory an instance may take after the load than before it, in KiB: what its allocator keeps for more.
const MEMORY_KIB: usize = 24 * 1024;
/// How many threads more it may have. `direct` keeps two workers; the other server keeps all that ever worked at once, which
/// are no more than there are clients, and `tiny_http` some for its connections.
const THREADS: usize = if cfg!(feature = "direct") { 2 } else { 80 };

#[test]
fn whatever_goes_wrong_each_request_has_one_end_with_a_cause() {
    let run = Run::of_environment("the runtime");
    let generation = Generation::start(true);
    let stage = Stage::new(Arc::clone(&generation.place));
    let before = generation.sample();
    let mut director = Director::new(&stage, run.seed);
    let generation = thread::scope(|scope| {
        for agent in 0..AGENTS[usize::from(run.is_long())] {
            let dice = Dice::new(run.seed, 2 + agent);
            let stage = &stage;
            scope.spawn(move || clients::agent(stage, dice));
        }
        let last = director.direct(scope, generation, &run);
        stage.end();
        last
    });
    let after = settled(&stage, &generation, before, &run);
    generation.stop(&stage);
    if children(std::process::id())
        .iter()
        .any(|(_, state)| *state == 'Z')
    {
        stage
            .book
            .note("a child has ended and nobody knows".to_owned());
    }
    let mut table = Table::default();
    table.row("seconds", run.elapsed().as_secs());
    let wrong = stage.book.balance(&mut table);
    table.row("peak memory of an instance, MiB", director.peak_mib());
    for (when, sample) in [("before", before), ("after", after)] {
        table.row(&format!("memory {when} the load, KiB"), sample.rss_kib);
        table.row(&format!("threads {when} the load"), sample.threads);
        table.row(&format!("descriptors {when} the load"), sample.fds);
    }
    table.row("seed", run.seed);
    println!("{table}");
    assert!(
        wrong.is_empty(),
        "the books do not balance:\n{}",
        wrong.join("\n")
    );
}

/// What the last instance takes when all have left it, once that is little again.
fn settled(stage: &Stage, generation: &Generation, before: Sample, run: &Run) -> Sample {
    let is_little = || {
        let now = generation.sample();
        // Threads that have nothing to do leave only after a while.
        let is_few = now.threads <= before.threads + THREADS || !run.is_long();
        now.fds <= before.fds && now.rss_kib <= before.rss_kib + MEMORY_KIB && is_few
    };
    if let Err(why) = wait_until("an instance that is as before", is_little) {
        let now = generation.sample();
        stage.book.note(format!("{why}: {before:?}, then {now:?}"));
    }
    generation.sample()
}

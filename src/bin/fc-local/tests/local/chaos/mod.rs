//! All at once that goes wrong around fc-local, its instances and its disk, and books that balance: each request has one
//! response or a cause, each event that was accepted is delivered.
//!
//! `cargo test` runs one round of every disturbance; `make chaos` runs ten minutes of them.

#[allow(dead_code, unreachable_pub, reason = "the other half uses all of it")]
#[path = "../../../../../../tests/support/agent.rs"]
mod agent;
mod clients;
#[path = "../../../../../../tests/chaos/common/mod.rs"]
mod common;
mod disk;
mod house;
mod left;
#[allow(dead_code, unreachable_pub, reason = "the other half uses all of it")]
#[path = "../../../../../../tests/support/process.rs"]
mod process;
#[allow(dead_code, unreachable_pub, reason = "the other half uses all of it")]
#[path = "../../../../../../tests/support/secrets.rs"]
mod secrets;
mod troubles;
mod wire;

use std::thread;

use agent::Response;
use common::{Dice, Events, Run, Stage, Table};
use disk::Disk;
use house::House;
use troubles::Director;

/// How many clients there are of each kind.
const CLIENTS: u64 = 4;

#[test]
fn whatever_goes_wrong_each_request_has_one_end_and_each_event_is_delivered() {
    let Some(disk) = Disk::mount("chaos::whatever_goes_wrong") else {
        return;
    };
    let run = Run::of_environment("fc-local");
    let house = House::build(&disk);
    let (stage, events) = (Stage::new(house.place()), Events::default());
    let mut director = Director::new(&stage, &disk, run.seed);
    let house = thread::scope(|scope| {
        for thrower in 0..CLIENTS {
            let (stage, events) = (&stage, &events);
            let dice = |kind: u64| Dice::new(run.seed, 2 + thrower + kind * CLIENTS);
            let [first, second, third] = [dice(0), dice(1), dice(2)];
            scope.spawn(move || clients::caller(stage, first));
            scope.spawn(move || clients::visitor(stage, second));
            scope.spawn(move || clients::sender(stage, events, third));
        }
        let house = director.direct(scope, house, &run);
        stage.end();
        house
    });
    let mut table = Table::default();
    let folders = house.folders.clone();
    let deliveries = left::check(&stage, house, &run, &mut table);
    table.row("seconds", run.elapsed().as_secs());
    let mut wrong = stage.book.balance(&mut table);
    wrong.extend(events.balance(&deliveries, &mut table));
    table.row("peak memory of fc-local, MiB", director.peak_mib());
    table.row("seed", run.seed);
    println!("{table}");
    if !wrong.is_empty() {
        println!("{}", left::said(&folders));
    }
    assert!(
        wrong.is_empty(),
        "the books do not balance:\n{}",
        wrong.join("\n")
    );
}

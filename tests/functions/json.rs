//! An event as JSON, in your own types: adds up an order.
//!
//! Start it by `cargo run --example json`, and ask it from another terminal:
//!
//! ```sh
//! curl -d '{"items":[{"name":"tea","cents":350,"count":2},{"name":"cup","cents":900}]}' http://127.0.0.1:9000/invoke
//! ```

use fc_runtime::{Context, Error, Runtime, RuntimeError, log};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Order {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    name: String,
    cents: u32,
    #[serde(default = "one")]
    count: u32,
}

#[derive(Serialize)]
struct Receipt {
    lines: Vec<String>,
    cents: u64,
}

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    Runtime::new().invoke_json(add_up).run()
}

/// An event that is no order never comes here: it fails with what was wrong with it, and where.
fn add_up(order: Order, _: &Context) -> Result<Receipt, Error> {
    if order.items.is_empty() {
        return Err(Error::new("EmptyOrder", "an order has at least one item"));
    }
    let price = |item: &Item| u64::from(item.cents) * u64::from(item.count);
    let cents = order.items.iter().map(price).sum();
    let line = |item: Item| format!("{} x {}", item.count, item.name);
    let lines = order.items.into_iter().map(line).collect();
    log::info!("an order of {cents} cents");
    Ok(Receipt { lines, cents })
}

fn one() -> u32 {
    1
}

//! The `bootstrap`.
fn main() {}

//! `fc-local`.
fn main() {}

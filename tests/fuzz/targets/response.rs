//! See `fc_runtime_fuzz::response`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fc_runtime_fuzz::response::check(bytes));

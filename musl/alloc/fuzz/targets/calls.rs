//! See `musl_percore_fuzz::check`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| musl_percore_fuzz::check(bytes));

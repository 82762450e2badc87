//! See `fc_runtime_fuzz::http_params`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fc_runtime_fuzz::http_params::check(bytes));

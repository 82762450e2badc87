//! See `fc_runtime_fuzz::base64`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fc_runtime_fuzz::base64::check(bytes));

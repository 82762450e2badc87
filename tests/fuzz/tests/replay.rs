//! What a fuzzer has found before, without a fuzzer.

use fc_runtime_fuzz::{TARGETS, seeds};

#[test]
fn every_input_that_is_kept_still_holds() {
    for (target, check) in TARGETS {
        let inputs = seeds::of(target);
        assert!(!inputs.is_empty(), "{target} has no input");
        for input in inputs {
            // Its bytes must be seen where it fails, for the panic tells the property alone.
            let held = std::panic::catch_unwind(|| check(&input));
            assert!(held.is_ok(), "{target}: {}", seeds::line_of(&input));
        }
    }
}

#[test]
fn a_line_stands_for_the_bytes_it_was_written_of() {
    let bytes: Vec<u8> = (0..=255).chain(0..=255).collect();
    let line = seeds::line_of(&bytes);
    assert_eq!(seeds::bytes_of(line.trim_end()), Some(bytes));
    assert_eq!(line.lines().count(), 1);
    assert_eq!(seeds::bytes_of("\\q"), None);
}

#[test]
fn every_target_has_a_program() {
    for (target, _) in TARGETS {
        let program = format!("{}/targets/{target}.rs", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&program).expect(&program);
        assert!(
            text.contains(&format!("fc_runtime_fuzz::{target}::check(bytes)")),
            "{program}"
        );
    }
}

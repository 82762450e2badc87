//! What a fuzzer has found before, and thousands of inputs like it, without a fuzzer.

use std::panic::catch_unwind;

use fc_runtime_fuzz::{Check, TARGETS, seeds};

/// How many changed inputs each target gets. They are the same in each run.
const CHANGED: usize = 6000;

#[test]
fn every_input_that_is_kept_still_holds() {
    for (target, check) in TARGETS {
        let inputs = seeds::of(target);
        assert!(!inputs.is_empty(), "{target} has no input");
        for input in &inputs {
            assert_holds(target, check, input);
        }
    }
}

#[test]
fn inputs_like_those_that_are_kept_hold_as_well() {
    for (target, check) in TARGETS {
        let inputs = seeds::of(target);
        let mut changes = Changes(target.len());
        for number in 0..CHANGED {
            let mut input = inputs[number % inputs.len()].clone();
            for _ in 0..=changes.below(3) {
                changes.change(&mut input, &inputs);
            }
            assert_holds(target, check, &input);
        }
    }
}

/// The panic of a check says what does not hold, but not of which bytes.
fn assert_holds(target: &str, check: Check, input: &[u8]) {
    let held = catch_unwind(|| check(input));
    assert!(held.is_ok(), "{target}: {}", seeds::line_of(input));
}

/// Numbers without a rule, but the same in each run, and what they do to an input.
struct Changes(usize);

impl Changes {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) % end.max(1)
    }

    fn change(&mut self, input: &mut Vec<u8>, others: &[Vec<u8>]) {
        let start = self.below(input.len() + 1);
        let end = (start + self.below(12)).min(input.len());
        match self.below(6) {
            0 => drop(input.drain(start..end)),
            1 => input.extend_from_within(start..end),
            2 => {
                let again = input[start..end].to_vec();
                input.splice(start..start, again);
            }
            3 => input.insert(start, self.byte()),
            4 => {
                let byte = self.byte();
                input.splice(start..(start + 1).min(input.len()), [byte]);
            }
            _ => {
                let other = &others[self.below(others.len())];
                let from = self.below(other.len() + 1);
                let to = (from + self.below(40)).min(other.len());
                input.splice(start..end, other[from..to].iter().copied());
            }
        }
    }

    /// A byte that means something to one of the parsers.
    fn byte(&mut self) -> u8 {
        const MEANT: &[u8] = b"\r\n\t \0\x1f\x7f\x80\xff:;,=&%+/?#@*\"\\{}[]().-_0129aAfFgGxz";
        MEANT[self.below(MEANT.len())]
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

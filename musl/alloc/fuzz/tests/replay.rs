//! Thousands of sequences of calls, without a fuzzer. They are the same in each run.

use musl_percore_fuzz::check;

/// Numbers without a rule, but the same in each run.
struct Numbers(u64);

impl Numbers {
    fn byte(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.to_le_bytes()[3]
    }
}

#[test]
fn calls_without_a_rule_get_what_the_model_says() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for round in 0..100 {
        let input: Vec<u8> = (0..4 * (10 + round * 8)).map(|_| numbers.byte()).collect();
        check(&input);
    }
}

/// Blocks of one size come and go by the hundred, so that slabs fill up and become empty.
#[test]
fn blocks_of_one_size_come_and_go() {
    for size in [1, 24, 25, 44, 300, 1000, 2000, 4076] {
        let [low, high] = u16::to_le_bytes(size - 1);
        let mut input = Vec::new();
        for round in 0..6 {
            for slot in 0..=255 {
                input.extend([(slot % 3) << 6 | (round % 2) << 3, slot, low, high]);
            }
        }
        check(&input);
    }
}

#[test]
#[should_panic = "a worker's result"]
fn a_block_that_was_written_to_is_found() {
    // The model's own check: a block that is not what it should be ends its thread.
    musl_percore_fuzz::check_spoilt();
}

use super::{as_javascript_prints, of_digits};

#[test]
fn numbers_are_printed_without_a_fraction_that_is_none() {
    for (value, text) in [
        (1.0, "1"),
        (-0.0, "0"),
        (1.50, "1.5"),
        (1e3, "1000"),
        (12345678901234567890.0, "12345678901234567000"),
        (1e21, "1e+21"),
        (-2.5e-7, "-2.5e-7"),
        (f64::NEG_INFINITY, "-Infinity"),
        (f64::NAN, "NaN"),
    ] {
        assert_eq!(as_javascript_prints(value), text);
    }
}

#[test]
fn digits_are_rounded_once() {
    for (digits, bits, value) in [
        ("", 4, 0.0),
        ("755", 3, 493.0),
        ("FFffffffffffffff", 4, 18446744073709551615.0),
        // Between two numbers: to the even one, and up where anything follows, however late.
        ("20000000000001", 4, 9007199254740993.0),
        (
            "20000000000001000000000000000000000000",
            4,
            9007199254740992.0 * 16_f64.powi(24),
        ),
        (
            "20000000000001000000000000000000000001",
            4,
            9007199254740994.0 * 16_f64.powi(24),
        ),
    ] {
        assert_eq!(of_digits(digits, bits), value, "{digits}");
    }
}

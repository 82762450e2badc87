//! Owns how a figure is written: three digits that count, and its unit where a column has none.

/// A size: `785 B`, `211.9 kB`, `4.31 MB`; kB are 1000 bytes, as zip and ls print bytes.
pub fn bytes(n: u64) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "no package comes near 2^52 bytes"
    )]
    let n = n as f64;
    match n {
        n if n < 1e3 => format!("{n} B"),
        n if n < 1e6 => format!("{:.1} kB", n / 1e3),
        n => format!("{:.2} MB", n / 1e6),
    }
}

/// An amount of memory, as `/proc` counts it: `425 KiB`, `54.1 MiB`.
pub fn kib(n: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "no memory comes near 2^52 KiB")]
    match n {
        n if n < 10_000 => format!("{n} KiB"),
        n => format!("{:.1} MiB", n as f64 / 1024.0),
    }
}

/// µs as ms with its unit: `0.402 ms`, `1.54 ms`, `312 ms`.
pub fn ms(us: f64) -> String {
    format!("{} ms", three(us / 1e3))
}

/// µs, without its unit where they are few, as ms with it where they are many.
pub fn us(us: f64) -> String {
    if us < 99_950.0 {
        format!("{us:.0}")
    } else {
        ms(us)
    }
}

/// Answers each second.
pub fn rate(per_second: f64) -> String {
    let digits = format!("{per_second:.0}");
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Three digits that count.
fn three(value: f64) -> String {
    match value {
        v if v < 0.9995 => format!("{v:.3}"),
        v if v < 9.995 => format!("{v:.2}"),
        v if v < 99.95 => format!("{v:.1}"),
        v => format!("{v:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_keep_three_digits() {
        assert_eq!(
            [bytes(785), bytes(211_855), bytes(4_460_544)],
            ["785 B", "211.9 kB", "4.46 MB"]
        );
        assert_eq!([kib(425), kib(55_398)], ["425 KiB", "54.1 MiB"]);
        assert_eq!(
            [ms(402.4), ms(999.6), ms(1541.0), ms(312_345.0)],
            ["0.402 ms", "1.00 ms", "1.54 ms", "312 ms"]
        );
        assert_eq!(
            [us(70.4), us(99_900.0), us(100_000.0)],
            ["70", "99900", "100 ms"]
        );
    }

    #[test]
    fn rates_are_grouped_by_thousands() {
        assert_eq!(
            [rate(0.0), rate(999.4), rate(12_345.0), rate(1_234_567.0)],
            ["0", "999", "12,345", "1,234,567"]
        );
    }
}

//! Owns how a figure is written: three digits that count, and its unit where no column names it.

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

/// KiB for a column that names its unit: `425`, `43,400`.
pub fn bare_kib(n: u64) -> String {
    grouped(&n.to_string())
}

/// µs as ms with its unit: `0.402 ms`, `1.54 ms`, `312 ms`.
pub fn ms(us: f64) -> String {
    format!("{} ms", three(us / 1e3))
}

/// µs as ms for a column that names its unit: `0.402`, `1.54`, `312`.
pub fn bare_ms(us: f64) -> String {
    three(us / 1e3)
}

/// Bytes as kB for a column that names its unit: `0.8`, `211.9`, `4,460.5`.
pub fn bare_kb(n: u64) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "no package comes near 2^52 bytes"
    )]
    let text = format!("{:.1}", n as f64 / 1e3);
    let (whole, rest) = text.split_at(text.len() - 2);
    format!("{}{rest}", grouped(whole))
}

/// A share as a percentage for a column that names its unit: `0`, `4`, `100`.
pub fn percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

/// How many times one figure is another: `0.68`, `2.91`.
pub fn times(ratio: f64) -> String {
    format!("{ratio:.2}")
}

/// A figure without a fraction, such as answers each second, grouped by thousands.
pub fn rate(value: f64) -> String {
    grouped(&format!("{value:.0}"))
}

/// A power of ten where there is little room: `1k`, `100k`, `1M`.
pub fn short(value: f64) -> String {
    match value {
        1e6.. => format!("{:.0}M", value / 1e6),
        1e3.. => format!("{:.0}k", value / 1e3),
        _ => format!("{value:.0}"),
    }
}

fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
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
        assert_eq!([bare_kib(425), bare_kib(55_398)], ["425", "55,398"]);
        assert_eq!(
            [bare_kb(785), bare_kb(211_855), bare_kb(4_460_544)],
            ["0.8", "211.9", "4,460.5"]
        );
        assert_eq!([bare_ms(402.4), bare_ms(312_345.0)], ["0.402", "312"]);
        assert_eq!([percent(0.04), times(2.914)], ["4", "2.91"]);
        assert_eq!(
            [ms(402.4), ms(999.6), ms(1541.0), ms(312_345.0)],
            ["0.402 ms", "1.00 ms", "1.54 ms", "312 ms"]
        );
    }

    #[test]
    fn rates_are_grouped_by_thousands() {
        assert_eq!(
            [rate(0.0), rate(999.4), rate(12_345.0), rate(1_234_567.0)],
            ["0", "999", "12,345", "1,234,567"]
        );
    }

    #[test]
    fn powers_of_ten_are_short_where_there_is_little_room() {
        let shown = [1.0, 100.0, 1e3, 1e5, 1e6].map(short);
        assert_eq!(shown, ["1", "100", "1k", "100k", "1M"]);
    }
}

//! The picture of the sample report.

use super::panels::decades;
use super::*;
use crate::sample::report;

#[test]
fn what_could_end_a_tag_is_escaped() {
    assert_eq!(escape("a<b & \"c\">"), "a&lt;b &amp; &quot;c&quot;&gt;");
    let svg = picture(&report());
    assert!(svg.contains("Node &lt;http&gt;") && !svg.contains("Node <http>"));
}

#[test]
fn every_row_of_the_headline_has_a_point_in_each_panel_and_a_ring_in_two() {
    let svg = picture(&report());
    let rows = shown(&report()).len();
    assert_eq!(
        svg.matches("<circle ").count(),
        (3 + 2) * rows + LEGEND.len()
    );
    assert_eq!(svg.matches("class=\"ring ").count(), 2 * rows);
    assert!(!svg.contains(">Wrong<"));
    // The package of the one without its interpreter, and the legend.
    assert_eq!(svg.matches("class=\"part\"").count(), 2);
    assert!(svg.contains(">20,000 → 40,000<") && svg.contains(">0.390 ms → 1.56 ms<"));
}

#[test]
fn a_value_ten_times_as_large_stands_one_decade_further() {
    let report = report();
    let panel = start_panel(&shown(&report), 2);
    let step = panel.x(1e3) - panel.x(1e2);
    assert!((panel.x(1e4) - panel.x(1e3) - step).abs() < 1e-9);
    assert!((panel.x(10f64.powi(panel.from)) - panel.left).abs() < 1e-9);
}

#[test]
fn the_scale_holds_every_value_and_every_ring() {
    assert_eq!(decades(&[Some((170.0, Some(200.0))), None], 2, 5), (2, 5));
    assert_eq!(decades(&[Some((50.0, Some(2e6)))], 2, 5), (1, 7));
}

#[test]
fn the_picture_says_that_its_scales_are_logarithmic_and_follows_the_theme() {
    let svg = picture(&report());
    assert!(svg.contains("All scales are logarithmic"));
    assert!(svg.contains("@media(prefers-color-scheme:dark)"));
}

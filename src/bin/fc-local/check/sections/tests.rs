use super::{cited, titled};
use crate::check::specs;

#[test]
fn the_section_that_stands_first_has_its_title() {
    assert_eq!(titled("§5.1"), "§5.1 Marker lines");
    assert_eq!(titled("§1.1, §3.1"), "§1.1 The five calls, §3.1");
    assert_eq!(titled("§4.4 K6"), "§4.4 Limits, K6");
    assert_eq!(titled("fc3 §4"), "fc3 §4");
    assert_eq!(cited("fc3 §4").count(), 0);
}

#[test]
fn every_section_that_a_row_cites_has_a_title() {
    for spec in specs::ALL {
        let cited: Vec<_> = cited(spec.contract).collect();
        assert!(!cited.is_empty(), "{} cites none", spec.name);
        for (number, title) in cited {
            assert!(!title.is_empty(), "{} cites {number}", spec.name);
        }
    }
}

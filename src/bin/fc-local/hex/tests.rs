use super::{hex, unhex};

#[test]
fn every_byte_is_read_as_it_is_written_and_in_no_other_way() {
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(unhex(&hex(&bytes)), Some(bytes));
    for other in ["a", "abc", "AB", "0x", "g0", " 0", "é"] {
        assert_eq!(unhex(other), None, "{other}");
    }
}

//! The event of Tablestore, which is not JSON: its sample is what this writes.

use crate::events::samples;

/// As much of CBOR (RFC 8949) as the events of Tablestore need. `tablestore.cbor` was made by writing what
/// [`tablestore`] gives into the file.
enum Cbor {
    Text(&'static str),
    Number(u64),
    List(Vec<Cbor>),
    Map(Vec<(&'static str, Cbor)>),
}

impl Cbor {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Number(number) => head(0, *number),
            Self::Text(text) => [head(3, text.len() as u64), text.as_bytes().to_vec()].concat(),
            Self::List(items) => items
                .iter()
                .fold(head(4, items.len() as u64), |bytes, item| {
                    [bytes, item.bytes()].concat()
                }),
            Self::Map(pairs) => pairs
                .iter()
                .fold(head(5, pairs.len() as u64), |bytes, (name, value)| {
                    [bytes, Self::Text(name).bytes(), value.bytes()].concat()
                }),
        }
    }
}

/// A major type and its number, in as few bytes as hold it.
fn head(major: u8, number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let (code, length) = match number {
        0..24 => return vec![major << 5 | bytes[7]],
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    [&[major << 5 | code], &bytes[8 - length..]].concat()
}

fn tablestore() -> Cbor {
    use Cbor::{List, Map, Number, Text};
    let key = Map(vec![
        ("ColumnName", Text("order")),
        ("Value", Number(1_795_420_862_345_678_901)),
    ]);
    let put = Map(vec![
        ("Type", Text("Put")),
        ("ColumnName", Text("state")),
        ("Value", Text("paid")),
        ("Timestamp", Number(1_795_420_862_345)),
    ]);
    let delete = Map(vec![
        ("Type", Text("DeleteOneVersion")),
        ("ColumnName", Text("cart")),
        ("Timestamp", Number(1_795_420_800_000)),
    ]);
    let record = Map(vec![
        ("Type", Text("PutRow")),
        (
            "Info",
            Map(vec![("Timestamp", Number(1_795_420_862_345_678))]),
        ),
        ("PrimaryKey", List(vec![key])),
        ("Columns", List(vec![put, delete])),
    ]);
    Map(vec![
        ("Version", Text("Sync-v1")),
        ("Records", List(vec![record])),
    ])
}

#[test]
fn the_sample_of_tablestore_is_the_cbor_of_its_record() {
    assert_eq!(samples()["tablestore.cbor"], tablestore().bytes());
}

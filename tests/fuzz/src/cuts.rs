//! The pieces that bytes come in, and how many there may be.

use fc_runtime::fuzzing::Most;

/// Limits so small that an input exceeds them.
pub(crate) const MOST: Most = Most {
    head_bytes: 1000,
    headers: 20,
    body_bytes: 200,
};
/// Limits that no input exceeds.
pub(crate) const MORE: Most = Most {
    head_bytes: 1_000_000,
    headers: 1000,
    body_bytes: 100_000_000,
};

/// Ways to cut the bytes: all at once, one by one, and by lengths that the bytes themselves decide.
pub(crate) fn ways(bytes: &[u8]) -> [Vec<usize>; 4] {
    let mut state = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut lengths = |most: u64| {
        let length = |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from((state >> 33) % most + 1).expect("a small number")
        };
        (0..7).map(length).collect()
    };
    [Vec::new(), vec![1], lengths(5), lengths(60)]
}

/// What `read` gives, which must be the same for each way of cutting.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
    bytes: &[u8],
    read: impl Fn(&[usize]) -> T,
) -> T {
    let [first, others @ ..] = ways(bytes);
    let whole = read(&first);
    for cuts in others {
        assert_eq!(read(&cuts), whole, "in pieces of {cuts:?}");
    }
    whole
}

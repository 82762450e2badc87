//! Base64: the same verdict and the same bytes as the crate `base64`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fc_runtime::fuzzing::{base64_decode, base64_encode};

/// Takes the input for bytes to encode, and for a text to decode.
pub fn check(input: &[u8]) {
    let text = base64_encode(input);
    assert_eq!(text, STANDARD.encode(input));
    assert_eq!(base64_decode(text.as_bytes()), Ok(input.to_vec()));
    match (base64_decode(input), STANDARD.decode(input)) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs),
        (Err(_), Err(_)) => {}
        (ours, theirs) => panic!("{ours:?} against {theirs:?}"),
    }
}

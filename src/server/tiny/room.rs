//! What the system has to spare: the threads of `tiny_http` come first, because without the stack of one it accepts no
//! connection any more.
//!
//! Owns how much must stay free, and how that is found out. It must not know what memory is wanted for.

use std::sync::Mutex;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::read;
use rustix::process::{Resource, getrlimit};

/// What must stay free for the threads of `tiny_http`, in bytes of addresses: stacks of 2 MiB, for some that are started at the
/// same moment as threads of ours.
const SPARE_BYTES: usize = 16 * 1024 * 1024;

/// Up to so many bytes of a body the system is not asked what else it has, which takes a call or more.
const SMALL_BYTES: usize = 256 * 1024;

/// Makes room for so much more of a body; returns whether the system had it, and more to spare. One thread at a time does so for
/// a large one, so that no two count on the same room.
pub(super) fn grow(body: &mut Vec<u8>, piece: usize) -> bool {
    static TURN: Mutex<()> = Mutex::new(());
    let is_small = body.len() < SMALL_BYTES;
    let _turn = (!is_small).then(|| TURN.lock());
    (is_small || is_there_for(piece)) && body.try_reserve_exact(piece).is_ok()
}

/// Whether the system has so many bytes, and more to spare.
pub(super) fn is_there_for(bytes: usize) -> bool {
    let wanted = bytes + SPARE_BYTES;
    match getrlimit(Resource::As).current {
        // Counted and not tried: what is taken for a moment is missing to `tiny_http`, too.
        Some(limit) => taken().is_some_and(|taken| taken + wanted as u64 <= limit),
        None => Vec::<u8>::new().try_reserve_exact(wanted).is_ok(),
    }
}

/// The bytes of addresses that this process has.
fn taken() -> Option<u64> {
    let file = open("/proc/self/status", OFlags::CLOEXEC, Mode::empty()).ok()?;
    // The size is in the first lines, of which only the groups of the user may be long.
    let mut status = [0; 4096];
    read(file, &mut status).ok()?;
    let name = b"VmSize:";
    let at = status.windows(name.len()).position(|it| it == name)?;
    let digits = status[at..].iter().skip_while(|it| !it.is_ascii_digit());
    let digits = digits.take_while(|it| it.is_ascii_digit());
    Some(1024 * digits.fold(0, |kib, digit| kib * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::taken;

    #[test]
    #[cfg_attr(miri, ignore = "its system has no /proc")]
    fn a_mapping_is_counted() {
        const BYTES: usize = 256 * 1024 * 1024;
        let before = taken().expect("a number");
        let mapping = Vec::<u8>::with_capacity(BYTES);
        // Other tests may give back a little meanwhile.
        assert!(taken().expect("a number") > before + BYTES as u64 / 2);
        drop(mapping);
    }
}

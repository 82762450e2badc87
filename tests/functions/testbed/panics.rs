//! The panics: in each place where one can begin.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use fc_runtime::{Context, Error, log};

/// Panics in the way that the order says, or where it says.
pub(crate) fn panic_by(order: &str, rest: &str, ctx: &Context) -> Result<Vec<u8>, Error> {
    match order {
        "panic-in-log" => {
            log::info!("this line is never whole: {Unshowable}");
            Ok(Vec::new())
        }
        "panic-in-error" => Err(UnshowableError.into()),
        "panic-with-bomb" => std::panic::panic_any(Bomb),
        "panic-plainly" => panic!("plain words"),
        "panic-with-number" => std::panic::panic_any(7),
        "panic-when-dropped" => {
            drop(Bomb);
            Ok(Vec::new())
        }
        "panic-while-unwinding" => {
            let _caught_within = CatchesAtDrop(rest.into());
            panic!("the outer one")
        }
        "panic-in-thread" => {
            let message = rest.to_owned();
            match std::thread::spawn(move || panic!("{message}")).join() {
                Ok(()) => Ok(Vec::new()),
                Err(payload) => std::panic::resume_unwind(payload),
            }
        }
        "panic-in-scope" => {
            let fail = || panic!("{rest}");
            let failed = std::thread::scope(|threads| threads.spawn(|| ctx.scope(fail)).join());
            Ok(failed.map_or(b"panicked".to_vec(), |()| Vec::new()))
        }
        "panic-deep" => Err(Error::new("Returned", panic_below(rest.parse()?))),
        _ => Err(Error::new("UnknownOrder", order)),
    }
}

/// What cannot be shown without a panic.
struct Unshowable;

impl fmt::Display for Unshowable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("it cannot be shown")
    }
}

#[derive(Debug)]
struct UnshowableError;

impl fmt::Display for UnshowableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Unshowable.fmt(f)
    }
}

impl std::error::Error for UnshowableError {}

/// What cannot be dropped without a panic.
pub(crate) struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a bomb went off");
    }
}

/// Panics while a panic unwinds, and catches that.
struct CatchesAtDrop(String);

impl Drop for CatchesAtDrop {
    fn drop(&mut self) {
        let inner = std::panic::catch_unwind(|| panic!("{}", self.0));
        let message = inner.expect_err("it panics").downcast::<String>();
        log::info!("caught within: {}", message.expect("a text"));
    }
}

/// Panics so many calls further down, each of which has something to drop.
#[inline(never)]
fn panic_below(calls: u32) -> String {
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    struct Counted;
    impl Drop for Counted {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::SeqCst);
        }
    }
    struct Report(u32);
    impl Drop for Report {
        fn drop(&mut self) {
            let dropped = DROPPED.swap(0, Ordering::SeqCst);
            log::info!("{dropped} of {} calls were left", self.0);
        }
    }
    fn below(calls: u32) -> u32 {
        let _counted = Counted;
        match calls.checked_sub(1) {
            Some(fewer) => std::hint::black_box(below(fewer)) + 1,
            None => panic!("at the bottom"),
        }
    }
    let _report = Report(calls);
    below(calls).to_string()
}

//! The handler of SIGTERM and SIGINT: it rings every bell that was registered.
//!
//! Owns how the process takes the two signals, and all code of the crate that the compiler cannot check. It must not
//! know what a ring entails. The handler may run at any moment on any thread: it takes no lock, allocates nothing,
//! cannot panic, and calls only what signal-safety(7) lists.

use std::io;
use std::os::fd::{AsRawFd, IntoRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::ptr::{from_ref, null, null_mut};
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

use libc::{SIG_DFL, SIG_IGN, SIGINT, SIGTERM, c_int, c_void, siginfo_t};

use super::super::bell::STOP_BYTE;

/// How many runs of a process signals may end. A slot that is free is zeros, which no file stores.
const SLOTS: usize = 64;

static SLOTS_OF_PROCESS: Slots = Slots::new();

static CAUGHT: [Caught; 2] = [Caught::new(SIGTERM), Caught::new(SIGINT)];

/// Whether the handler is installed. That happens only once: later, another library's handler may be in its place and
/// call this one, and after a second installation the two would call each other forever.
static INSTALLED: Mutex<bool> = Mutex::new(false);

/// From now on SIGTERM and SIGINT ring this bell, as long as the process lives.
pub(super) fn register(bell: UnixStream) -> io::Result<()> {
    SLOTS_OF_PROCESS.add(bell)?;
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*installed {
        CAUGHT.iter().try_for_each(Caught::install)?;
        *installed = true;
    }
    Ok(())
}

/// The bells to ring: filled from the server, never freed. Each is one number, so that no reader sees half of one: the
/// process that registered it, and its socket there.
struct Slots([AtomicU64; SLOTS]);

impl Slots {
    const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; SLOTS])
    }

    fn add(&self, bell: UnixStream) -> io::Result<()> {
        let value = pack(std::process::id(), bell.as_raw_fd());
        let takes = |slot: &AtomicU64| slot.compare_exchange(0, value, SeqCst, SeqCst).is_ok();
        if !self.0.iter().any(takes) {
            return Err(io::Error::other(format!(
                "signals end {SLOTS} runs of this process already, and no more: end this one by a `Shutdown`"
            )));
        }
        // It stays open, so that its number never means anything else.
        let _ = bell.into_raw_fd();
        Ok(())
    }

    /// Rings the bells of this process, and returns whether it has any.
    fn ring(&self, process: u32) -> bool {
        let mut any = false;
        for slot in &self.0 {
            let value = slot.load(SeqCst);
            if value == 0 {
                break;
            }
            if let Some(socket) = unpack(value, process) {
                send(socket);
                any = true;
            }
        }
        any
    }
}

fn pack(process: u32, socket: RawFd) -> u64 {
    (u64::from(process) << u32::BITS) | u64::from(socket.unsigned_abs())
}

/// The socket, if it is of this process: only then is nothing left beside it.
fn unpack(value: u64, process: u32) -> Option<RawFd> {
    RawFd::try_from(value ^ pack(process, 0)).ok()
}

/// A signal, and how the process took it before: null until it is caught.
struct Caught {
    signal: c_int,
    before: AtomicPtr<libc::sigaction>,
}

impl Caught {
    const fn new(signal: c_int) -> Self {
        let before = AtomicPtr::new(null_mut());
        Self { signal, before }
    }

    /// Puts the handler in the place of what was there. A signal that was ignored is caught as well.
    fn install(&self) -> io::Result<()> {
        // Known before the handler can run.
        let before = change(self.signal, None)?;
        // Of an earlier try, which failed at the other signal: a handler that calls itself would never end.
        if before.sa_sigaction == handle as Handler as usize {
            return Ok(());
        }
        self.before.store(Box::into_raw(Box::new(before)), SeqCst);
        let mut action = before;
        action.sa_sigaction = handle as Handler as usize;
        // The system's calls on every thread go on after the handler. A separate stack, which the handler before has
        // asked for, may be all that its threads have.
        let stack = before.sa_flags & libc::SA_ONSTACK;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | stack;
        // SAFETY: the set is the action's own.
        unsafe { libc::sigemptyset(&raw mut action.sa_mask) };
        change(self.signal, Some(&action)).map(drop)
    }

    /// How the process took the signal before.
    fn before(&self) -> Option<&'static libc::sigaction> {
        // SAFETY: it is null, or of a box that nobody frees or changes.
        unsafe { self.before.load(SeqCst).as_ref() }
    }
}

/// Sets how the process takes a signal, if anything is given, and returns how it did before.
fn change(signal: c_int, action: Option<&libc::sigaction>) -> io::Result<libc::sigaction> {
    // SAFETY: numbers and sets of bits, for which zeros are good values.
    let mut before: libc::sigaction = unsafe { std::mem::zeroed() };
    let action = action.map_or(null(), from_ref);
    // SAFETY: the one action is null or a reference, the other is ours to write to; the only handler is `handle`.
    match unsafe { libc::sigaction(signal, action, &raw mut before) } {
        0 => Ok(before),
        _ => Err(io::Error::last_os_error()),
    }
}

type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

/// What the system calls when a signal comes.
extern "C" fn handle(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the place of this thread's `errno`, which is there as long as the thread.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let kept = unsafe { *errno };
    let caught = CAUGHT.iter().find(|caught| caught.signal == signal);
    if let Some(before) = caught.and_then(Caught::before) {
        call(before, signal, info, context);
        let process = std::process::id();
        // A child between fork and exec has the handler, but no bell: it must not ring its parent's. The
        // signal does to it what it would have done without us.
        if !SLOTS_OF_PROCESS.ring(process) && before.sa_sigaction == SIG_DFL {
            end_by(signal);
        }
    }
    // SAFETY: as above.
    unsafe { *errno = kept };
}

/// Calls the handler that the program had installed before, if it had one.
fn call(before: &libc::sigaction, signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let address = before.sa_sigaction;
    if address == SIG_DFL || address == SIG_IGN {
        return;
    }
    let address = address as *const ();
    if before.sa_flags & libc::SA_SIGINFO != 0 {
        // SAFETY: the program gave the system a function of this type at this address, which is what the flag says.
        let handler = unsafe { std::mem::transmute::<*const (), Handler>(address) };
        handler(signal, info, context);
    } else {
        // SAFETY: without the flag it is a function of this type.
        let handler = unsafe { std::mem::transmute::<*const (), extern "C" fn(c_int)>(address) };
        handler(signal);
    }
}

/// Sends the byte that means the end.
fn send(socket: RawFd) {
    let byte = [STOP_BYTE];
    // SAFETY: the byte outlives the call. A socket that is full has woken its reader already, and one without a reader
    // needs none, so the call never waits, raises no SIGPIPE, and may fail.
    unsafe {
        libc::send(
            socket,
            byte.as_ptr().cast(),
            byte.len(),
            libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL,
        )
    };
}

/// Ends this process by the signal, as soon as the handler has returned and the signal is let through again.
fn end_by(signal: c_int) {
    // SAFETY: the calls take numbers alone.
    unsafe {
        libc::signal(signal, SIG_DFL);
        libc::kill(libc::getpid(), signal);
    }
}

#[cfg(test)]
mod tests;

use super::{CAUGHT, Handler, SLOTS, Slots, call, change, register};
use std::io::{ErrorKind, Read};
use std::os::unix::net::UnixStream;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI32, Ordering::SeqCst};

use libc::{SIGINT, SIGTERM, c_int, c_void, siginfo_t};

fn pair() -> (UnixStream, UnixStream) {
    let pair = UnixStream::pair().expect("a pair of sockets");
    pair.1.set_nonblocking(true).expect("a socket");
    pair
}

/// All that a bell has rung so far.
fn heard(mut ear: &UnixStream) -> String {
    let mut text = Vec::new();
    let error = ear.read_to_end(&mut text).expect_err("the bell stays");
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    String::from_utf8(text).expect("letters")
}

#[test]
fn every_bell_of_the_process_rings_once_and_none_of_another_process() {
    let slots = Slots::new();
    let process = std::process::id();
    assert!(!slots.ring(process), "nobody listens yet");
    let (first, first_ear) = pair();
    let (second, second_ear) = pair();
    slots.add(first).expect("a slot");
    slots.add(second).expect("a slot");
    assert!(!slots.ring(process + 1));
    assert!(slots.ring(process));
    assert_eq!([heard(&first_ear), heard(&second_ear)], ["X", "X"]);
}

#[test]
fn a_bell_that_is_full_or_that_nobody_hears_holds_up_no_signal() {
    let slots = Slots::new();
    let (full, full_ear) = pair();
    full.set_nonblocking(true).expect("a socket");
    while std::io::Write::write(&mut &full, &[b'H'; 4096]).is_ok() {}
    let (unheard, ear) = pair();
    drop(ear);
    let (last, last_ear) = pair();
    for bell in [full, unheard, last] {
        slots.add(bell).expect("a slot");
    }
    assert!(slots.ring(std::process::id()));
    assert_eq!(heard(&last_ear), "X");
    drop(full_ear);
}

#[test]
fn one_run_too_many_is_reported_what_ends_it_instead() {
    let slots = Slots::new();
    for _ in 0..SLOTS {
        slots.add(pair().0).expect("a slot");
    }
    let error = slots.add(pair().0).expect_err("no slot is left");
    let said = error.to_string();
    assert!(said.contains(&format!(" {SLOTS} runs ")), "{said}");
    assert!(said.contains("`Shutdown`"), "{said}");
}

static CALLED: AtomicI32 = AtomicI32::new(0);

extern "C" fn short(signal: c_int) {
    CALLED.fetch_add(signal, SeqCst);
}

extern "C" fn long(signal: c_int, _: *mut siginfo_t, _: *mut c_void) {
    CALLED.fetch_add(100 * signal, SeqCst);
}

#[test]
fn a_handler_of_either_kind_is_called_as_it_was_installed() {
    let mut before = change(SIGTERM, None).expect("a signal that can be caught");
    let (handlers, no_info) = ([0, libc::SIG_IGN], null_mut());
    for handler in handlers {
        before.sa_sigaction = handler;
        call(&before, SIGTERM, no_info, null_mut());
    }
    assert_eq!(CALLED.load(SeqCst), 0, "there was no handler");
    before.sa_sigaction = short as extern "C" fn(c_int) as usize;
    before.sa_flags = 0;
    call(&before, SIGTERM, no_info, null_mut());
    before.sa_sigaction = long as Handler as usize;
    before.sa_flags = libc::SA_SIGINFO;
    call(&before, SIGINT, no_info, null_mut());
    assert_eq!(CALLED.load(SeqCst), SIGTERM + 100 * SIGINT);
}

#[test]
fn a_signal_to_a_child_before_its_exec_ends_the_child_and_rings_no_bell() {
    for caught in &CAUGHT {
        // Else the caller of the tests decides: a shell lets its background processes ignore SIGINT.
        // SAFETY: it takes numbers alone.
        unsafe { libc::signal(caught.signal, libc::SIG_DFL) };
    }
    let (bell, ear) = pair();
    register(bell).expect("a slot");
    register(pair().0).expect("a second slot, and no second handler");
    for caught in &CAUGHT {
        let before = caught.before().expect("it is installed");
        assert_eq!(before.sa_sigaction, libc::SIG_DFL);
        // SAFETY: the child calls only what a child of many threads may call, and ends.
        let child = unsafe {
            let child = libc::fork();
            if child == 0 {
                libc::raise(caught.signal);
                libc::_exit(0);
            }
            child
        };
        let mut status = 0;
        // SAFETY: the status is ours to write to.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert!(libc::WIFSIGNALED(status), "{status}");
        assert_eq!(libc::WTERMSIG(status), caught.signal);
    }
    assert_eq!(heard(&ear), "");
    // SAFETY: it takes a number alone.
    assert_eq!(unsafe { libc::raise(SIGTERM) }, 0);
    assert_eq!(heard(&ear), "X");
}

//! What ends serving: the signals of the system, or the program that runs the runtime.
//!
//! Owns the wiring of SIGTERM and SIGINT to the bell. It must not know what an end entails.

// Nothing else may: tests/docs/lints.rs.
#[allow(
    unsafe_code,
    reason = "a handler of signals is calls of the system, and a safe library for it costs 3 KB of the zip more"
)]
mod handler;

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use super::bell::{Bell, Ring};

/// What is listened to for the end.
#[derive(Debug, Clone)]
pub(crate) enum Stop {
    /// SIGTERM and SIGINT, as a process that is its own master needs.
    Signals,
    /// A handle that the program holds.
    Handle(Arc<StopState>),
}

/// Whether the program has asked for the end, and the bell to ring when it does.
#[derive(Debug, Default)]
pub(crate) struct StopState(Mutex<(bool, Vec<UnixStream>)>);

impl Stop {
    /// From now on the end rings this bell; an end that was asked for before rings it at once.
    pub(super) fn listen(&self, bell: &Bell) -> io::Result<()> {
        match self {
            Self::Signals => handler::register(bell.socket()?),
            Self::Handle(state) => state.add(bell),
        }
    }
}

impl StopState {
    /// Ends every server that listens to this handle, and each that will.
    pub(crate) fn stop(&self) {
        let (asked, bells) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *asked = true;
        for bell in bells.drain(..) {
            Bell::from(bell).ring(Ring::Stop);
        }
    }

    fn add(&self, bell: &Bell) -> io::Result<()> {
        let (asked, bells) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *asked {
            bell.ring(Ring::Stop);
        } else {
            bells.push(bell.socket()?);
        }
        Ok(())
    }
}

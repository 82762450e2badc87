//! A command whose stdout is a terminal.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, ExitStatus, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Runs a command and returns what a terminal shows of its stdout, without colours.
pub(crate) fn on_terminal(command: &mut Command) -> (ExitStatus, String) {
    let seen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&seen)
        .and_then(|()| unlockpt(&seen))
        .expect("its other end");
    let name = ptsname(&seen, Vec::new()).expect("its name");
    let name = OsStr::from_bytes(name.to_bytes());
    let written = OpenOptions::new().read(true).write(true).open(name);
    command
        .stdout(written.expect("it opens"))
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("it runs");
    // The other end closes with the last process that has it; until then reading waits.
    command.stdout(Stdio::null());
    let (mut shown, mut file) = (Vec::new(), File::from(seen));
    let mut buffer = [0; 4096];
    // A terminal whose other end is closed is an error to read.
    while let Ok(count @ 1..) = file.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..count]);
    }
    let status = child.wait().expect("it ends");
    (status, plain(&String::from_utf8_lossy(&shown)))
}

/// Without colours, and with the line ends that were written.
fn plain(shown: &str) -> String {
    let mut parts = shown.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
    }
    plain.replace("\r\n", "\n")
}

//! Owns what servers print: a pipe, as on the platform, that is read and whose lines are counted. Knows no server.

use std::fs;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

/// What one read takes at most, in bytes: the size of a pipe.
const READ_BYTES: usize = 64 * 1024;
/// What is written among the output to learn how far that was read. No server prints it.
const MARK: u8 = 0;
/// How long nothing more must come before everything is printed.
const QUIET: Duration = Duration::from_millis(100);

/// The pipe into which every server prints.
#[derive(Debug)]
pub struct Output {
    pipe: PipeWriter,
    /// The lines that were read up to each mark.
    marks: Receiver<u64>,
}

impl Output {
    /// Makes the pipe, and the thread that reads it.
    ///
    /// # Errors
    /// When there is no pipe.
    pub fn new() -> io::Result<Self> {
        let (reader, pipe) = io::pipe()?;
        let (marked, marks) = mpsc::channel();
        thread::spawn(move || drain(reader, &marked));
        Ok(Self { pipe, marks })
    }

    /// An end for a server.
    ///
    /// # Errors
    /// When the system has no more of them.
    pub fn pipe(&self) -> io::Result<PipeWriter> {
        self.pipe.try_clone()
    }

    /// How many lines were printed so far, with those in the file `errors`, once nothing more comes.
    ///
    /// # Errors
    /// When the pipe or the file fails.
    pub fn lines(&self, errors: &Path) -> io::Result<u64> {
        let mut lines = self.lines_now(errors)?;
        loop {
            thread::sleep(QUIET);
            match self.lines_now(errors)? {
                now if now == lines => return Ok(now),
                now => lines = now,
            }
        }
    }

    fn lines_now(&self, errors: &Path) -> io::Result<u64> {
        (&self.pipe).write_all(&[MARK])?;
        let printed = self.marks.recv().map_err(io::Error::other)?;
        Ok(printed + count(&fs::read(errors)?, b'\n'))
    }
}

/// Reads until the last server and the owner of the pipe are gone, and says at each mark how many lines there were.
fn drain(mut reader: PipeReader, marked: &Sender<u64>) {
    let mut buffer = vec![0; READ_BYTES];
    let mut lines = 0;
    while let Ok(n @ 1..) = reader.read(&mut buffer) {
        let read = &buffer[..n];
        lines += count(read, b'\n');
        for _ in 0..count(read, MARK) {
            // Where nobody asks any more, the output is still read.
            let _ = marked.send(lines);
        }
    }
}

fn count(bytes: &[u8], wanted: u8) -> u64 {
    bytes.iter().filter(|byte| **byte == wanted).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_both_streams_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let errors = folder.path().join("errors");
        fs::write(&errors, "one\ntwo\n").unwrap();
        let output = Output::new().unwrap();
        assert_eq!(output.lines(&errors).unwrap(), 2);
        output.pipe().unwrap().write_all(b"three\nfour").unwrap();
        assert_eq!(output.lines(&errors).unwrap(), 3);
    }
}

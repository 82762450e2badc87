//! The log file of a function: all lines of all its instances, with one older file kept.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::name::FunctionName;

/// Takes every line of a function, as many as have come at once.
type LineSink = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// When a log file is this large, it is renamed and a new one begun.
const FILE_BYTES_MAX: u64 = 10 * 1024 * 1024;

/// The log files that are written now. Each has one writer, however many instances its function has: a second one would go on
/// after a line that the first could not finish, and rename a file that the first has just begun.
#[derive(Debug, Default)]
pub(crate) struct LogFiles(Mutex<HashMap<PathBuf, Weak<LogFile>>>);

#[derive(Debug)]
struct LogFile {
    path: PathBuf,
    open: Mutex<Option<(File, u64)>>,
}

/// Where the log of a function lies.
pub(crate) fn path(logs: &Path, name: &FunctionName) -> PathBuf {
    // FC 3.0 functions get a folder whose name no service can have.
    let folder = name.service().unwrap_or("-");
    logs.join(folder).join(format!("{}.log", name.function()))
}

/// The file that a full log file was renamed to.
pub(crate) fn older(path: &Path) -> PathBuf {
    path.with_extension("log.1")
}

impl LogFiles {
    /// A sink that appends to the function's log file.
    pub(crate) fn sink(&self, path: PathBuf) -> LineSink {
        let file = self.writer(path);
        Arc::new(move |lines| {
            // A log that cannot be written must not stop the function.
            let _ = file.append(lines);
        })
    }

    fn writer(&self, path: PathBuf) -> Arc<LogFile> {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.retain(|_, file| file.strong_count() > 0);
        if let Some(file) = files.get(&path).and_then(Weak::upgrade) {
            return file;
        }
        let file = Arc::new(LogFile {
            path: path.clone(),
            open: Mutex::new(None),
        });
        files.insert(path, Arc::downgrade(&file));
        file
    }
}

impl LogFile {
    fn append(&self, lines: &[u8]) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open
            .as_ref()
            .is_some_and(|(_, size)| *size >= FILE_BYTES_MAX)
        {
            *open = None;
            fs::rename(&self.path, older(&self.path))?;
        }
        if open.is_none() {
            *open = Some(self.open_file()?);
        }
        if let Some((file, size)) = open.as_mut() {
            let written = file.write_all(lines);
            *size += lines.len() as u64;
            if written.is_err() {
                // The line may have been cut, which is looked at when the file is opened again.
                *open = None;
            }
            return written;
        }
        Ok(())
    }

    fn open_file(&self) -> io::Result<(File, u64)> {
        fs::create_dir_all(self.path.parent().unwrap_or(&self.path))?;
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(&self.path)?;
        if is_cut(&file)? {
            file.write_all(b"\n")?;
        }
        let size = file.metadata()?.len();
        Ok((file, size))
    }
}

/// Whether the last line has no end: the disk was full, or fc-local was killed, while it was written. A marker that came
/// after it would not stand at the start of a line.
fn is_cut(file: &File) -> io::Result<bool> {
    let Some(last) = file.metadata()?.len().checked_sub(1) else {
        return Ok(false);
    };
    let mut byte = [0];
    file.read_exact_at(&mut byte, last)?;
    Ok(byte != *b"\n")
}

#[cfg(test)]
mod tests;

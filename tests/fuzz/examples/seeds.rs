//! Between the files of lines that are kept and the folders of inputs that the fuzzer reads and writes.
//!
//! `seeds unpack TARGET FOLDER` writes the inputs that are kept for a target into a folder; `seeds pack TARGET FOLDER`
//! keeps those of a folder, the smallest first, as long as they are few bytes in all.

use std::io;
use std::path::Path;
use std::{env, fs};

use fc_runtime_fuzz::seeds;

/// How large the file of one target may be, in bytes: all of them together stay below 200 KB.
const FILE_BYTES: usize = 32 * 1024;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["unpack", target, folder] => unpack(target, Path::new(folder)),
        ["pack", target, folder] => pack(target, Path::new(folder)),
        _ => Err(io::Error::other("use: seeds unpack|pack TARGET FOLDER")),
    }
}

fn unpack(target: &str, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (number, input) in seeds::of(target).iter().enumerate() {
        fs::write(folder.join(format!("kept-{number:03}")), input)?;
    }
    Ok(())
}

fn pack(target: &str, folder: &Path) -> io::Result<()> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder)? {
        lines.push(seeds::line_of(&fs::read(entry?.path())?));
    }
    lines.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    lines.dedup();
    let all = lines.len();
    let mut text = String::new();
    let mut kept = 0;
    for line in &lines {
        if text.len() + line.len() > FILE_BYTES {
            break;
        }
        text.push_str(line);
        kept += 1;
    }
    fs::write(seeds::path_of(target), &text)?;
    println!("{target}: {kept} of {all} inputs, {} bytes", text.len());
    Ok(())
}

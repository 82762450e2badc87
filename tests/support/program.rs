//! What there is to start, and the port to start it on.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

/// The binary of this name: the `bootstrap`, or an example that the tests bring.
pub fn binary(name: &str) -> PathBuf {
    // The programs as they are shipped, built by musl/build.sh, instead of those that cargo has just built.
    if let Some(folder) = std::env::var_os("FC_BINARIES") {
        return Path::new(&folder).join(name);
    }
    let bootstrap = Path::new(env!("CARGO_BIN_EXE_bootstrap"));
    if name == "bootstrap" {
        return bootstrap.to_owned();
    }
    let example = bootstrap.with_file_name("examples").join(name);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/functions/{name}.rs"));
    let made = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
    // `cargo test --test NAME` builds no example, and an old one would test what is no longer there.
    let fresh =
        made(&example).is_ok_and(|built| made(&source).is_ok_and(|written| built >= written));
    assert!(
        fresh,
        "{} is missing or old: build it by `cargo test --no-run`",
        example.display()
    );
    example
}

/// A port that nobody has at this moment.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a free port");
    listener.local_addr().expect("a bound socket").port()
}

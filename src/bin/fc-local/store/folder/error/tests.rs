use std::io;

use super::StoreError;

#[test]
fn only_a_full_disk_is_asked_for_space() {
    let shown = |kind: io::ErrorKind| {
        let (path, error) = ("/x".into(), kind.into());
        StoreError::Io { path, error }.to_string()
    };
    let denied = shown(io::ErrorKind::PermissionDenied);
    assert!(
        denied.contains("make it writable for you, or name another folder"),
        "{denied}"
    );
    assert!(shown(io::ErrorKind::StorageFull).contains("free some space, or name another folder"));
    assert!(!shown(io::ErrorKind::NotADirectory).contains("space"));
}

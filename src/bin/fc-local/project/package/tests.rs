//! Packages that are taken, and those that are not.

use std::fs;
use std::io::{Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::limits::Limits;
use super::{PackageError, check, check_within, unpack, unpack_within};

fn zip_of(entries: &[(&str, &str, u32)], links: &[(&str, &str)]) -> Cursor<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, text, mode) in entries {
        zip.start_file(*name, options.unix_permissions(*mode))
            .expect("start");
        zip.write_all(text.as_bytes()).expect("write");
    }
    for (name, goal) in links {
        zip.add_symlink(*name, *goal, options).expect("link");
    }
    zip.finish().expect("finish")
}

#[test]
fn mode_bits_and_links_are_kept() {
    let folder = tempfile::tempdir().expect("folder");
    let zip = zip_of(
        &[("bootstrap", "#!/bin/sh", 0o755), ("lib/a", "text", 0o640)],
        &[("lib/b", "a")],
    );
    unpack(zip, folder.path()).expect("unpacked");
    let mode = |name: &str| {
        fs::metadata(folder.path().join(name))
            .expect(name)
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode("bootstrap"), mode("lib/a")), (0o755, 0o640));
    assert_eq!(
        fs::read_link(folder.path().join("lib/b")).expect("link"),
        Path::new("a")
    );
}

#[test]
fn an_entry_that_leads_out_of_the_package_is_refused() {
    for name in ["../evil", "a/../../evil", "/evil"] {
        let folder = tempfile::tempdir().expect("folder");
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).expect("inner");
        let refused = unpack(zip_of(&[(name, "x", 0o644)], &[]), &inner);
        let outside = folder.path().join("evil").exists() || Path::new("/evil").exists();
        assert!(!outside, "{name} was written outside");
        // An absolute name may also be read as relative to the package; it must then be inside it.
        assert!(
            matches!(refused, Err(PackageError::Escapes { .. })) || inner.join("evil").exists(),
            "{name}"
        );
    }
}

#[test]
fn a_link_that_leads_out_of_the_package_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let refused = unpack(zip_of(&[], &[("out", "../../etc")]), folder.path());
    assert!(
        matches!(refused, Err(PackageError::Escapes { .. })),
        "{refused:?}"
    );
}

/// What comes of unpacking nothing but links into `inner`, and what then lies beside it.
fn unpack_links(links: &[(&str, &str)]) -> (Result<(), PackageError>, usize) {
    let folder = tempfile::tempdir().expect("folder");
    let inner = folder.path().join("one/two/inner");
    fs::create_dir_all(&inner).expect("inner");
    let result = unpack(zip_of(&[("a/b/c/keep", "x", 0o644)], links), &inner);
    let beside = ["", "one", "one/two"].map(|name| {
        fs::read_dir(folder.path().join(name))
            .expect("folder")
            .count()
    });
    (result, beside.iter().sum::<usize>() - 3)
}

#[test]
fn a_chain_of_links_that_leads_out_of_the_package_is_refused() {
    let up = ("a/b/c/x", "../../..");
    for links in [
        // Each goal alone looks harmless.
        &[up, ("y", "a/b/c/x/../../.."), ("y/some/ESCAPED", "any")][..],
        &[up, ("y", "a/b/c/x/../../..")],
        &[("y", "a/b/c/x/../../.."), up],
        &[("d", "a/b/c"), ("d/e", "keep")],
        &[("round", "round")],
        &[("absolute", "/etc")],
    ] {
        let (refused, escaped) = unpack_links(links);
        assert!(
            matches!(refused, Err(PackageError::Escapes { .. })),
            "{links:?}: {refused:?}"
        );
        assert_eq!(escaped, 0, "{links:?}");
    }
}

#[test]
fn links_that_stay_in_the_package_are_kept() {
    for links in [
        &[("lib.so", "lib.so.1"), ("lib.so.1", "a/b/c/keep")][..],
        &[("a/d", "b/c"), ("e", "a/d/../../b/./c/keep")],
        &[("dangling", "not/there")],
    ] {
        let (kept, _) = unpack_links(links);
        assert!(kept.is_ok(), "{links:?}: {kept:?}");
    }
}

#[test]
fn a_link_and_a_file_of_one_name_clash() {
    let (refused, _) = unpack_links(&[("a/b", "c")]);
    assert!(
        matches!(refused, Err(PackageError::Clashes { .. })),
        "{refused:?}"
    );
}

#[test]
fn what_is_no_zip_is_refused_in_words() {
    let error = check(b"not a zip").expect_err("refused");
    assert!(
        error
            .to_string()
            .starts_with("the code package is not a readable zip file"),
        "{error}"
    );
}

#[test]
fn a_damaged_entry_is_found_before_anything_is_stored() {
    let mut bytes = zip_of(&[("bootstrap", "0123456789", 0o755)], &[]).into_inner();
    let at = bytes
        .windows(4)
        .position(|four| four == b"0123")
        .expect("stored text");
    bytes[at] = b'X';
    assert!(check(&bytes).is_err());
}

/// What comes of checking and of unpacking a package under small limits.
fn within(zip: Cursor<Vec<u8>>) -> [Result<(), PackageError>; 2] {
    let folder = tempfile::tempdir().expect("folder");
    let checked = check_within(&Limits::SMALL, zip.get_ref());
    [checked, unpack_within(&Limits::SMALL, zip, folder.path())]
}

/// Checks that both refuse a package, in these words.
fn assert_refused(zip: Cursor<Vec<u8>>, words: &str) {
    for result in within(zip) {
        let said = result.expect_err(words).to_string();
        assert!(said.contains(words), "{words:?} is not in {said:?}");
    }
}

/// A package of one file of zeros, compressed.
fn zeros(count: usize) -> Cursor<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file("zeros", options).expect("start");
    zip.write_all(&vec![0; count]).expect("write");
    zip.finish().expect("finish")
}

/// A package of empty files.
fn files(names: &[&str]) -> Cursor<Vec<u8>> {
    let entries: Vec<_> = names.iter().map(|name| (*name, "", 0o644)).collect();
    zip_of(&entries, &[])
}

#[test]
fn each_limit_is_kept_and_named() {
    let long = "x".repeat(100_001);
    for (zip, words) in [
        (files(&["a", "b", "c", "d", "e"]), "more than 4 entries"),
        (
            files(&["a-name-of-21-letters-"]),
            "a name of more than 20 bytes",
        ),
        (
            zip_of(&[], &[("link", "long/target")]),
            "longer than 10 bytes",
        ),
        (
            zip_of(&[("a", &long, 0o644)], &[]),
            "more than 100000 bytes",
        ),
        (
            zeros(20_001),
            "more than 20000 bytes, the most for one of its size",
        ),
    ] {
        assert_refused(zip, words);
    }
    for zip in [
        files(&["a", "b", "c", "d"]),
        files(&["a-name-of-20-letters"]),
        zip_of(&[], &[("link", "short/goal")]),
        zip_of(&[("a", &long[1..], 0o644)], &[]),
        zeros(20_000),
    ] {
        for result in within(zip) {
            result.expect("just within the limit");
        }
    }
}

/// Where the directory of a zip file has its entries.
fn directory_entries(zip: &[u8]) -> Vec<usize> {
    let mark = b"PK\x01\x02";
    let windows = zip.windows(mark.len()).enumerate();
    let found = windows.filter(|(_, bytes)| bytes == mark);
    found.map(|(place, _)| place).collect()
}

#[test]
fn entries_that_share_bytes_are_refused() {
    let text = "0123456789";
    let mut zip = zip_of(&[("a", text, 0o644), ("b", text, 0o644)], &[]);
    // The second entry's header is where the first one's is (APPNOTE.TXT 4.3.12: at 42 in the entry).
    let second = directory_entries(zip.get_ref())[1];
    zip.get_mut()[second + 42..second + 46].fill(0);
    assert_refused(zip, "in another entry too");
}

#[test]
fn a_size_that_is_not_true_makes_no_room() {
    let mut zip = zeros(30_000);
    // The unpacked size, in the entry's header at 22 and in the directory at 24.
    let entry = directory_entries(zip.get_ref())[0];
    let small = 10_u32.to_le_bytes();
    zip.get_mut()[22..26].copy_from_slice(&small);
    zip.get_mut()[entry + 24..entry + 28].copy_from_slice(&small);
    assert_refused(zip, "the code package ");
}

#[test]
fn names_that_no_folder_can_have_side_by_side_are_refused_at_upload_too() {
    let long = "x".repeat(256);
    let below_long = format!("{long}/a");
    for (files, links) in [
        (&["a", "a/b"][..], &[][..]),
        (&["a/b", "a"], &[]),
        (&["a/b/c", "a/b"], &[]),
        (&["a/b", "a//b"], &[]),
        (&["a/b"], &[("a//b", "c")]),
        (&["a"], &[("a/b", "c")]),
        (&[""], &[]),
        (&[], &[("", "c")]),
        (&[&long], &[]),
        (&[&below_long], &[]),
    ] {
        let files: Vec<_> = files.iter().map(|name| (*name, "x", 0o644)).collect();
        let zip = zip_of(&files, links);
        let folder = tempfile::tempdir().expect("folder");
        let checked = check(zip.get_ref());
        let unpacked = unpack(zip, folder.path());
        for refused in [checked, unpacked] {
            assert!(
                matches!(
                    refused,
                    Err(PackageError::Clashes { .. } | PackageError::LongName { .. })
                ),
                "{files:?} {links:?}: {refused:?}"
            );
        }
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 0);
    }
}

#[test]
fn a_folder_may_be_named_as_often_as_anybody_likes() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for folder in ["lib/", "lib/a/", "other/lib"] {
        zip.add_directory(folder, options).expect("a folder");
    }
    zip.start_file("lib/a/b", options).expect("start");
    let zip = zip.finish().expect("finish");
    check(zip.get_ref()).expect("taken");
    let folder = tempfile::tempdir().expect("folder");
    unpack(zip, folder.path()).expect("unpacked");
    assert!(folder.path().join("lib/a/b").is_file() && folder.path().join("other/lib").is_dir());
}

#[test]
fn a_link_without_a_path_as_its_target_is_refused_at_upload_too() {
    for goal in ["", "a\0b"] {
        let zip = zip_of(&[], &[("link", goal)]);
        let folder = tempfile::tempdir().expect("folder");
        for refused in [check(zip.get_ref()), unpack(zip.clone(), folder.path())] {
            assert!(
                matches!(refused, Err(PackageError::NoTarget { .. })),
                "{refused:?}"
            );
        }
    }
}

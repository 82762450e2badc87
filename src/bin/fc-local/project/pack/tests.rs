//! What is packed is what the tools pack.

use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::os::unix::fs::symlink;
use std::path::Path;

use zip::ZipArchive;

use super::table::{self, Case, REFUSED, RIGHTS, cases, shown};
use super::{Code, PackError, Rules, pack, write};
use crate::project::package::unpack;

/// A package as the table has it.
fn listed(bytes: Vec<u8>) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a zip file");
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let mut goal = String::new();
        if entry.is_symlink() {
            entry.read_to_string(&mut goal).expect("a goal");
        }
        let goal = entry.is_symlink().then_some(goal.as_str());
        let mode = entry.unix_mode().expect("rights");
        found.extend(shown(entry.name(), mode, goal).map(|shown| (entry.name().to_owned(), shown)));
    }
    found.sort();
    let shown: Vec<String> = found.into_iter().map(|(_, shown)| shown).collect();
    shown.join(" ")
}

/// A file of the usual rights.
fn put(file: &Path, text: &str) {
    table::write(file, text, RIGHTS);
}

fn packed(case: &Case, project: &Path, rules: &Rules) -> Result<Vec<u8>, PackError> {
    let place = &project.join(case.code);
    let named = place;
    pack(&Code {
        place,
        named,
        rules,
        program: None,
    })
}

#[test]
fn every_case_of_the_table_is_packed_as_the_tools_pack_it() {
    let mut wrong = Vec::new();
    for case in cases() {
        let folder = tempfile::tempdir().expect("folder");
        let project = folder.path().join("project");
        fs::create_dir(&project).expect("folder");
        case.make(&project);
        let as_fun = Rules::Fun {
            project: project.clone(),
        };
        for (rules, wanted) in [(&as_fun, case.fun), (&Rules::ServerlessDevs, case.s)] {
            let wanted = case.here.unwrap_or(wanted);
            let packed = packed(&case, &project, rules);
            let found = packed
                .as_ref()
                .map_or(REFUSED.to_owned(), |bytes| listed(bytes.clone()));
            if found != wanted {
                wrong.push(format!(
                    "{}, {rules:?}: {:?}\n  {found}\n  {wanted}",
                    case.name,
                    packed.err()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn all(place: &Path) -> Result<Vec<u8>, PackError> {
    let rules = &Rules::ServerlessDevs;
    let named = place;
    pack(&Code {
        place,
        named,
        rules,
        program: None,
    })
}

#[test]
fn what_is_packed_unpacks_to_the_same_and_always_to_the_same_bytes() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("lib/empty")).expect("folders");
    fs::write(at("bootstrap"), "#!/bin/sh\n").expect("written");
    fs::write(at("lib/a"), "text").expect("written");
    symlink("a", at("lib/b")).expect("a link");
    let packed = all(folder.path()).expect("packed");
    assert_eq!(packed, all(folder.path()).expect("packed again"));
    let target = tempfile::tempdir().expect("folder");
    unpack(Cursor::new(packed), target.path()).expect("unpacked");
    let at = |name: &str| target.path().join(name);
    assert_eq!(fs::read_to_string(at("lib/b")).expect("there"), "text");
    assert!(at("lib/b").is_symlink() && at("lib/empty").is_dir());
}

#[test]
fn what_cannot_be_packed_is_refused_with_its_place() {
    let folder = tempfile::tempdir().expect("folder");
    let project = folder.path();
    fs::create_dir_all(project.join("code/lib")).expect("folders");
    symlink("../..", project.join("code/lib/up")).expect("a link");
    let refused = all(&project.join("code")).expect_err("a link");
    assert_eq!(
        refused.to_string(),
        "has the link lib/up in its code, which leads out of it to ../..; copy what the function needs into its code, or \
         remove the link"
    );
    fs::remove_file(project.join("code/lib/up")).expect("removed");
    for (rules, words) in [
        ("+(a|b)", "the rule \"+(a|b)\" has a list in parentheses"),
        ("a{1..3}", "the rule \"a{1..3}\" has a sequence in braces"),
    ] {
        fs::write(project.join("code/lib/.fcignore"), rules).expect("written");
        let refused = all(&project.join("code")).expect_err(rules).to_string();
        assert!(
            refused.contains("code/lib/.fcignore: ") && refused.contains(words),
            "{refused}"
        );
    }
    let missing = all(&project.join("none")).expect_err("none").to_string();
    assert!(
        missing.contains("has code that cannot be read") && missing.contains("none"),
        "{missing}"
    );
}

#[test]
fn what_nas_yml_gives_to_the_shared_disk_is_not_packed() {
    let folder = tempfile::tempdir().expect("folder");
    let project = folder.path().to_owned();
    for name in ["bootstrap", "model/a", "data/a", "other/a"] {
        let file = project.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
        put(&file, "");
    }
    let mappings = format!(
        "nasMappings:\n  s:\n    - {{localNasDir: {}, remoteNasDir: /mnt/a}}\n    - {{localNasDir: ./data, remoteNasDir: /mnt/b}}\n",
        project.join("model").display()
    );
    fs::write(project.join(".nas.yml"), mappings).expect("written");
    let (place, named) = (project.as_path(), project.as_path());
    let rules = &Rules::Fun {
        project: project.clone(),
    };
    let code = Code {
        place,
        named,
        rules,
        program: None,
    };
    assert_eq!(
        listed(pack(&code).expect("packed")),
        "bootstrap:755 other/ other/a"
    );
}

#[test]
fn a_build_in_another_place_has_the_rules_of_the_place_that_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let (project, built) = (folder.path().join("project"), folder.path().join("built"));
    for folder in [&project, &built] {
        fs::create_dir(folder).expect("folder");
    }
    fs::write(project.join(".funignore"), "pkg/data\n").expect("written");
    for name in ["bootstrap", "data"] {
        put(&built.join(name), "");
    }
    let rules = &Rules::Fun {
        project: project.clone(),
    };
    for (named, wanted) in [("pkg", "bootstrap:755"), ("other", "bootstrap:755 data")] {
        let code = Code {
            place: &built,
            named: &project.join(named),
            rules,
            program: None,
        };
        assert_eq!(listed(pack(&code).expect("packed")), wanted);
    }
}

#[test]
fn a_program_that_was_built_elsewhere_takes_the_place_of_the_one_there() {
    let folder = tempfile::tempdir().expect("folder");
    let (project, program) = (folder.path().join("project"), folder.path().join("hello"));
    fs::create_dir_all(project.join("pkg/lib")).expect("folders");
    put(&program, "new");
    for name in ["pkg/bootstrap", "pkg/lib/bootstrap", "pkg/data"] {
        put(&project.join(name), "");
    }
    let target = project.join("pkg/target");
    fs::create_dir_all(target.join("debug")).expect("folders");
    let tag = "Signature: 8a477f597d28d172789f06886806bc55\n# This file is a cache directory tag created by cargo.\n";
    fs::write(target.join("CACHEDIR.TAG"), tag).expect("written");
    fs::write(target.join("debug/hello"), "").expect("written");
    let as_fun = Rules::Fun {
        project: project.clone(),
    };
    for (rules, named, ignored, wanted) in [
        (
            &as_fun,
            "pkg",
            "pkg/data",
            "bootstrap:755 lib/ lib/bootstrap new: 1",
        ),
        (
            &Rules::ServerlessDevs,
            "pkg",
            "data",
            "bootstrap:755 lib/bootstrap new: 1",
        ),
        // The rules leave it out here as they would there.
        (
            &as_fun,
            "pkg",
            "pkg/bootstrap",
            "data lib/ lib/bootstrap new: 0",
        ),
        (
            &Rules::ServerlessDevs,
            "pkg",
            "/bootstrap",
            "data lib/bootstrap new: 0",
        ),
        // Code that is one file, and code that is not there yet.
        (&as_fun, "pkg/data", "", "data new: 1"),
        (&as_fun, "none", "", "bootstrap:755 new: 1"),
    ] {
        fs::write(project.join(".funignore"), ignored).expect("written");
        fs::write(
            project.join("pkg/.fcignore"),
            format!("{ignored}\n.fcignore\n"),
        )
        .expect("written");
        let place = &project.join(named);
        let code = Code {
            place,
            named: place,
            rules,
            program: Some(&program),
        };
        let packed = pack(&code).expect("packed");
        let target = tempfile::tempdir().expect("folder");
        unpack(Cursor::new(packed.clone()), target.path()).expect("unpacked");
        let texts = ["bootstrap", "data"].map(|name| fs::read_to_string(target.path().join(name)));
        let new = texts
            .iter()
            .filter(|text| text.as_deref().is_ok_and(|text| text == "new"));
        let found = format!("{} new: {}", listed(packed), new.count());
        assert_eq!(found, wanted, "{ignored}");
    }
}

/// Large on the disk and small as a package, like what a build leaves.
#[test]
fn only_what_stays_too_large_when_it_is_compressed_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let file = File::create(folder.path().join("zeros")).expect("created");
    file.set_len(200_000).expect("a length");
    let rules = &Rules::ServerlessDevs;
    let (place, named) = (folder.path(), folder.path());
    let entries = super::entries(&Code {
        place,
        named,
        rules,
        program: None,
    });
    let entries = entries.expect("entries");
    // The second would take the bytes of the file, but not the rest of a zip file as well.
    let sizes = [1_000_000, 200_001, 100_000]
        .map(|limit| write::zip_within(limit, &entries).map(|zip| zip.len()));
    assert!(matches!(sizes[0], Ok(200_000..)), "stored: {sizes:?}");
    assert!(
        matches!(sizes[1..], [Ok(..2_000), Ok(..2_000)]),
        "compressed: {sizes:?}"
    );
    let refused = write::zip_within(100, &entries);
    assert!(matches!(refused, Err(PackError::TooLarge)), "{refused:?}");
}

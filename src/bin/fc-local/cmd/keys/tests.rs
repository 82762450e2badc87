use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{FILE, of_folder};

#[test]
fn each_folder_has_its_own_pair_and_keeps_it_for_its_owner_only() {
    let [one, other] = [(); 2].map(|()| tempfile::tempdir().expect("folder"));
    let keys = of_folder(one.path()).expect("made");
    let again = of_folder(one.path()).expect("read");
    let others = of_folder(other.path()).expect("made");
    assert_eq!((&keys.id, &keys.secret), (&again.id, &again.secret));
    assert!(keys.id != others.id && keys.secret != others.secret);
    assert_eq!(keys.secret.len(), 32);
    let file = fs::metadata(one.path().join(FILE)).expect("the file");
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_damaged_file_is_named_without_what_it_has() {
    for content in [
        r#"{"access_key_id": "planted""#,
        r#"{"access_key_id": "", "access_key_secret": "planted"}"#,
        r#"{"access_key_id": "planted", "access_key_secret": ""}"#,
    ] {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join(FILE), content).expect("written");
        let error = of_folder(folder.path()).expect_err("refused");
        assert!(error.contains("remove it") && !error.contains("planted"));
    }
}

use serde_json::json;

use super::{Snapshot, Versions};
use crate::store::spec::{FunctionSpec, Spec};
use crate::store::{CodeRef, Resource};

fn function(timeout: u64) -> Resource<FunctionSpec> {
    let fields = json!({"runtime": "custom", "timeout": timeout});
    let spec = FunctionSpec::read(fields.as_object().expect("fields").clone());
    Resource::new(spec.expect("valid"))
}

fn code(sha256: &str) -> CodeRef {
    CodeRef {
        sha256: sha256.to_owned(),
        crc64: String::new(),
        size: 1,
    }
}

#[test]
fn what_has_not_changed_is_not_published_and_no_number_comes_back() {
    let mut versions = Versions::default();
    let mut publish = |resource: &Resource<FunctionSpec>, code: &CodeRef| {
        versions.publish(Snapshot { resource, code }, "")
    };
    assert_eq!(publish(&function(3), &code("a")), Some(1));
    assert_eq!(publish(&function(3), &code("a")), None, "unchanged");
    assert_eq!(publish(&function(4), &code("a")), Some(2), "other fields");
    assert_eq!(publish(&function(4), &code("b")), Some(3), "other code");
    assert!(versions.remove("3") && !versions.remove("3") && !versions.remove("9"));
    let (resource, code) = (function(4), code("b"));
    let now = Snapshot {
        resource: &resource,
        code: &code,
    };
    assert_eq!(versions.publish(now, "again"), Some(4));
    let numbers: Vec<u64> = versions.all().map(|(number, _)| number).collect();
    assert_eq!(numbers, [1, 2, 4]);
}

#[test]
fn a_qualifier_is_latest_or_a_version_or_an_alias() {
    let mut versions = Versions::default();
    let (resource, code) = (function(3), code("a"));
    let now = Snapshot {
        resource: &resource,
        code: &code,
    };
    versions.publish(now, "");
    let alias = json!({"versionId": "1"});
    let alias = Spec::read(alias.as_object().expect("fields").clone()).expect("valid");
    versions
        .aliases
        .insert("prod".to_owned(), Resource::new(alias));
    for (qualifier, version) in [
        ("LATEST", Some("LATEST")),
        ("1", Some("1")),
        ("prod", Some("1")),
        ("2", None),
        ("01", None),
        ("+1", None),
        ("test", None),
    ] {
        assert_eq!(versions.version_of(qualifier, 0.5), version, "{qualifier}");
    }
    let json = serde_json::to_string(&versions).expect("JSON");
    let back: Versions = serde_json::from_str(&json).expect("the same");
    assert_eq!(back.version_of("prod", 0.5), Some("1"));
    assert!(versions.remove_alias("prod") && !versions.remove_alias("prod"));
}

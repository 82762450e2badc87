use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::AliasSpec;
use crate::store::spec::Spec;

fn read(fields: Value) -> Result<AliasSpec, String> {
    let Value::Object(fields) = fields else {
        panic!("fields");
    };
    AliasSpec::read(fields)
}

#[test]
fn each_version_gets_its_part_of_the_lots() {
    let weights = json!({"2": 0.2, "3": 0.3});
    let alias = read(json!({"versionId": "1", "additionalVersionWeight": weights})).expect("valid");
    let mut got = BTreeMap::new();
    for lot in 0..100 {
        *got.entry(alias.version_at(f64::from(lot) / 100.0))
            .or_insert(0) += 1;
    }
    assert_eq!(got, BTreeMap::from([("1", 50), ("2", 20), ("3", 30)]));
    assert!(
        ["1", "2", "3"]
            .iter()
            .all(|version| alias.leads_to(version))
            && !alias.leads_to("4")
    );
    for (weight, got) in [(0.0, ["1", "1"]), (1.0, ["2", "2"])] {
        let alias = read(json!({"versionId": "1", "additionalVersionWeight": {"2": weight}}));
        let alias = alias.expect("valid");
        assert_eq!(
            [0.0, 0.999].map(|lot| alias.version_at(lot)),
            got,
            "{weight}"
        );
    }
}

#[test]
fn weights_that_are_no_parts_are_refused() {
    for weights in [
        json!({"2": 1.1}),
        json!({"2": -0.1}),
        json!({"2": 0.6, "3": 0.6}),
    ] {
        let error = read(json!({"versionId": "1", "additionalVersionWeight": weights}));
        assert!(error.is_err_and(|error| error.contains("additionalVersionWeight")));
    }
    let error = read(json!({"description": "leads nowhere"}));
    assert_eq!(error, Err("versionId is missing".to_owned()));
}

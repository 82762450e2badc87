//! Names of functions of both generations.

use super::{FunctionName, Generation, check, check_domain};

#[test]
fn a_name_comes_back_from_its_text_and_from_its_key() {
    for (name, text, key) in [
        (FunctionName::fc2("s", "f"), "s/f", "s/f"),
        (FunctionName::fc3("f"), "f", "/f"),
    ] {
        assert_eq!(
            (name.to_string().as_str(), name.key().as_str()),
            (text, key)
        );
        assert_eq!(
            (FunctionName::parse(text), FunctionName::parse(key)),
            (name.clone(), name)
        );
    }
    let generations = ["s/f", "f"].map(|text| FunctionName::parse(text).generation());
    assert_eq!(generations, [Generation::Fc2, Generation::Fc3]);
}

#[test]
fn a_function_of_fc_3_may_have_a_qualifier_that_no_key_has() {
    let name = FunctionName::parse("f.prod");
    assert_eq!(name, FunctionName::fc3("f").at("prod"));
    assert_eq!(FunctionName::parse("/f.prod"), name);
    assert_eq!(
        (name.to_string(), name.key()),
        ("f.prod".to_owned(), "/f".to_owned())
    );
    assert_eq!(
        (&*name.latest(), name.clone().at("")),
        (&FunctionName::fc3("f"), FunctionName::fc3("f"))
    );
    assert_eq!(
        FunctionName::parse("s/f.prod").function(),
        "f.prod",
        "FC 2.0"
    );
    assert_eq!(
        FunctionName::fc3("f.prod").function(),
        "f.prod",
        "as it was given"
    );
}

#[test]
fn an_arn_names_a_function_of_either_generation_or_none() {
    for name in ["s/f", "f", "f.7", "f.prod"] {
        let name = FunctionName::parse(name);
        let arn = name.arn("1", "cn-hangzhou");
        assert_eq!(FunctionName::of_arn(&arn), Some(name), "{arn}");
    }
    let latest = FunctionName::of_arn("acs:fc:cn-hangzhou:1:functions/f/LATEST");
    assert_eq!(latest, Some(FunctionName::fc3("f")));
    for other in ["acs:mns:cn-hangzhou:1:/queues/q/messages", "f"] {
        assert_eq!(FunctionName::of_arn(other), None, "{other}");
    }
}

#[test]
fn names_sort_by_service_and_those_of_fc_3_come_first() {
    let mut names = ["b/a", "a/b", "z", "a/a"].map(FunctionName::parse);
    names.sort();
    assert_eq!(
        names.map(|name| name.to_string()),
        ["z", "a/a", "a/b", "b/a"]
    );
}

#[test]
fn a_domain_has_parts_that_a_host_may_have() {
    for name in ["a.b", "web.example.test", "1-a.localhost"] {
        assert!(check_domain(name).is_ok(), "{name}");
    }
    let long = "a".repeat(64);
    for name in [
        "",
        "a",
        "a.",
        ".a",
        "a..b",
        "-a.b",
        "a_b.c",
        "*.a.b",
        "a.b:80",
        "a/b.c",
        &format!("{long}.a"),
    ] {
        assert!(check_domain(name).is_err(), "{name}");
    }
}

#[test]
fn names_that_fc_would_refuse_are_refused() {
    assert!(check("serviceName", "1a").is_err() && check("serviceName", "a-1_B").is_ok());
}

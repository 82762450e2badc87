//! Templates that are read, and those that are not.

use std::path::Path;

use serde_json::{Value, json};

use super::Template;
use crate::project::yaml::{self, Dialect};

fn read(text: &str) -> Result<Template, String> {
    let yaml = yaml::parse(text, Dialect::Fun).map_err(|error| error.to_string())?;
    Template::from_yaml(&yaml, Path::new("project"))
}

#[test]
fn a_template_reads_as_fun_would_send_it() {
    let project = Path::new("../../..");
    let template = Template::read(&project.join("template.yml")).expect("a template");
    let [service] = &template.services[..] else {
        panic!("{template:?}")
    };
    assert_eq!(service.name, "fc-runtime-demo");
    let names: Vec<&str> = service
        .functions
        .iter()
        .map(|function| function.name.as_str())
        .collect();
    assert_eq!(names, ["event", "web"]);
    let (event, web) = (&service.functions[0], &service.functions[1]);
    assert_eq!(event.code, project.join("./pkg"));
    assert_eq!(event.spec["initializer"], "index.initializer");
    assert_eq!(event.spec["instanceConcurrency"], 100);
    assert!(event.triggers.is_empty() && !event.spec.contains_key("codeUri"));
    let config =
        json!({"authType": "anonymous", "methods": ["GET", "POST", "PUT", "DELETE", "HEAD"]});
    assert_eq!(web.triggers[0].0, "http-trigger");
    assert_eq!(web.triggers[0].1["triggerConfig"], config);
    let routes = json!([{"path": "/*", "serviceName": "fc-runtime-demo", "functionName": "web"}]);
    assert_eq!(template.domains[0].0, "fc-runtime.example.com");
    assert_eq!(template.domains[0].1["routeConfig"]["routes"], routes);
    assert!(template.notes.is_empty(), "{:?}", template.notes);
}

/// Values of variables, and the text that fun makes of each or `refused`; a test with the real fun asks it.
const VARIABLES: &str = include_str!("variables.tsv");

#[test]
fn variables_are_the_text_that_fun_makes_of_them() {
    for row in VARIABLES.lines() {
        let (value, text) = row.split_once('\t').expect("two cells");
        let template = read(&format!(
            "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n    f:\n      Type: Aliyun::Serverless::Function\n      \
             Properties:\n        CodeUri: .\n        EnvironmentVariables:\n          A: {value}\n"
        ));
        match template {
            Ok(template) => {
                let variables = &template.services[0].functions[0].spec["environmentVariables"];
                assert_eq!(*variables, json!({"A": text}), "{value}");
            }
            Err(error) => assert_eq!(text, "refused", "{value}: {error}"),
        }
    }
}

#[test]
fn what_cannot_be_played_is_noted() {
    let template = read(
        "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n    f:\n      Type: Aliyun::Serverless::Function\n      \
         Properties: {CodeUri: ., EnvironmentVariables: {A: 1, B: true, C: text}}\n      Events:\n        t: {Type: OSS}\n  \
         d: {Type: Aliyun::Serverless::CustomDomain, Properties: {DomainName: Auto}}\n  \
         l: {Type: Aliyun::Serverless::Log}\n",
    )
    .expect("a template");
    let variables = &template.services[0].functions[0].spec["environmentVariables"];
    assert_eq!(*variables, json!({"A": "1", "B": "true", "C": "text"}));
    let notes = [
        "s/f/t is left out because fc-local does not imitate OSS",
        "d is left out: only the cloud gives it a DomainName",
        "l is left out because fc-local does not imitate Aliyun::Serverless::Log",
    ];
    assert_eq!(template.notes, notes);
}

#[test]
fn routes_are_taken_by_both_their_names_and_by_no_other() {
    let routes = |key: &str| -> Result<Value, String> {
        let template = read(&format!(
            "Resources:\n  s: {{Type: Aliyun::Serverless::Service}}\n  d.test: {{Type: Aliyun::Serverless::CustomDomain, \
             Properties: {{RouteConfig: {{{key}: {{/a: {{ServiceName: s, FunctionName: f}}}}}}}}}}\n"
        ))?;
        Ok(template.domains[0].1["routeConfig"]["routes"].clone())
    };
    let taken = json!([{"path": "/a", "serviceName": "s", "functionName": "f"}]);
    assert_eq!(routes("Routes"), Ok(taken.clone()));
    assert_eq!(routes("routes"), Ok(taken));
    let why = routes("Rutes").expect_err("misspelt");
    assert!(why.contains("d.test") && why.contains("Rutes"), "{why}");
}

#[test]
fn functions_of_other_runtimes_are_left_out_and_the_others_run() {
    let functions = |runtimes: &[&str]| {
        let functions = runtimes.iter().enumerate().map(|(index, runtime)| {
            format!("    f{index}: {{Type: 'Aliyun::Serverless::Function', Properties: {{CodeUri: ., Runtime: {runtime}}}}}\n")
        });
        let functions: String = functions.collect();
        let route = |name: &str| format!("{{ServiceName: s, FunctionName: {name}}}");
        let domain = |name: &str, routes: &str| {
            format!(
                "  {name}: {{Type: Aliyun::Serverless::CustomDomain, Properties: {{RouteConfig: {{Routes: {{{routes}}}}}}}}}\n"
            )
        };
        let (f0, f1) = (route("f0"), route("f1"));
        let domains = domain("a.test", &format!("/a: {f0}, /b: {f1}"))
            + &domain("b.test", &format!("/*: {f0}"));
        read(&format!(
            "Resources:\n{domains}  s:\n    Type: Aliyun::Serverless::Service\n{functions}"
        ))
    };
    let template =
        functions(&["nodejs12", "custom", "custom-container", "cutsom"]).expect("a template");
    let names = template.services[0].functions.iter();
    // A name that nobody has is refused with the template, later.
    assert_eq!(
        names.map(|one| one.name.as_str()).collect::<Vec<_>>(),
        ["f1", "f3"]
    );
    let notes = [
        "s/f0 is left out because fc-local does not imitate nodejs12",
        "s/f2 is left out because fc-local does not imitate custom-container",
        "a.test is left out as far as it leads to functions that are",
        "b.test is left out as far as it leads to functions that are",
    ];
    assert_eq!(template.notes, notes);
    let [(domain, spec)] = &template.domains[..] else {
        panic!("{:?}", template.domains)
    };
    let routes = json!([{"path": "/b", "serviceName": "s", "functionName": "f1"}]);
    assert_eq!(
        (domain.as_str(), &spec["routeConfig"]["routes"]),
        ("a.test", &routes)
    );
    // Alone it is refused when it is deployed.
    let template = functions(&["python3"]).expect("a template");
    assert_eq!(
        (template.services[0].functions.len(), template.notes.len()),
        (1, 0)
    );
}

#[test]
fn a_template_without_a_function_to_run_is_refused() {
    let service = "Resources: {s: {Type: 'Aliyun::Serverless::Service', f: {Type: 'Aliyun::Serverless::Function'";
    for (text, why) in [
        ("a: 1", "it has no Resources"),
        ("Resources: {l: {Type: x}}", "so there is nothing to run"),
        (&format!("{service}}}}}}}"), "s/f has no CodeUri"),
        (
            &format!("{service}, Properties: {{CodeUri: 'oss://b/o'}}}}}}}}"),
            "only a folder or a zip file can be run here",
        ),
    ] {
        let refused = read(text).expect_err(text);
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn a_misspelt_key_is_named_with_those_that_are_known() {
    let check = |properties: &str| {
        read(&format!(
            "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n    f:\n      \
             Type: Aliyun::Serverless::Function\n      Properties: {properties}\n"
        ))
        .map(drop)
    };
    assert_eq!(check("{CodeUri: ., Timeout: 3, CAPort: 9000}"), Ok(()));
    let refused = check("{CodeUri: ., Timeout: 3, Timout: 4}").expect_err("refused");
    assert!(
        refused.starts_with(
            "s/f: Properties has the unknown key Timout, the nearest is Timeout; those that it may"
        ) && refused.ends_with(", Runtime, Timeout"),
        "{refused}"
    );
    let refused = check("{CodeUri: [a]}").expect_err("refused");
    assert_eq!(
        refused,
        "s/f: Properties.CodeUri: invalid type: sequence, expected a string"
    );
}

//! s.yaml as it is read: what its expressions become is compared with the real parser in `tests/clients`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::load;
use super::resolve::resources;
use crate::project::template::{Template, files, find};
use crate::project::yaml;

/// Reads a file that begins as every one does.
fn read(resources: &str) -> Result<Template, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("s.yaml");
    let text = format!("edition: 3.0.0\nname: app\naccess: default\n{resources}");
    fs::write(&file, text).expect("written");
    let read = Template::read(&file).map_err(|error| error.to_string());
    read.map_err(|why| why.replace(&format!("{}: ", file.display()), ""))
}

/// A function with these props beside those that it must have.
fn function(props: &str) -> Result<Template, String> {
    read(&format!(
        "resources:\n  r:\n    component: fc3\n    props: {{functionName: f, runtime: custom, code: ./pkg, {props}}}\n"
    ))
}

#[test]
fn the_projects_own_file_reads_as_its_twin() {
    let project = Path::new("../../..");
    let template = Template::read(&project.join("s.yaml")).expect("read");
    let names: Vec<_> = template
        .functions()
        .map(|(name, _)| name.to_string())
        .collect();
    assert_eq!(names, ["fc-runtime-demo-event", "fc-runtime-demo-web"]);
    let [event, web] = &template.functions[..] else {
        panic!("{template:?}")
    };
    assert_eq!(event.code, project.join("./pkg"));
    assert_eq!(event.spec["instanceConcurrency"], 100);
    let command = json!({"command": ["./bootstrap"], "port": 9000});
    assert_eq!(event.spec["customRuntimeConfig"], command);
    let stop = &event.spec["instanceLifecycleConfig"]["preStop"];
    assert_eq!(stop["handler"], "index.preStop");
    let (name, trigger) = &web.triggers[0];
    assert_eq!(
        (name.as_str(), &trigger["triggerType"]),
        ("http-trigger", &json!("http"))
    );
    let (domain, spec) = &template.domains[0];
    assert_eq!(domain, "fc-runtime.example.com");
    let route = &spec["routeConfig"]["routes"][0];
    assert_eq!(route["functionName"], "fc-runtime-demo-web");
    assert!(template.notes.is_empty(), "{:?}", template.notes);
}

/// `expected.json` is what `s preview` prints; a test of the clients runs that on the same files.
#[test]
fn expressions_templates_and_extended_files_become_what_serverless_devs_makes_of_them() {
    for case in ["expressions", "extend", "templates"] {
        let folder = Path::new("project/template/s/cases").join(case);
        let file = folder.join("s.yaml");
        let content = load(&file).expect("read");
        let resources = resources(&file, content, load).expect(case);
        let resolved: Value = resources
            .iter()
            .map(|resource| {
                let props: Value = yaml::read(&resource.props).expect("JSON");
                let resolved = json!({"component": resource.component, "props": props});
                (resource.name.clone(), resolved)
            })
            .collect();
        let expected = fs::read(folder.join("expected.json")).expect("there");
        let expected: Value = serde_json::from_slice(&expected).expect("JSON");
        assert_eq!(resolved, expected, "{case}");
    }
}

/// A test of the clients gives the same list to Serverless Devs.
#[test]
fn what_serverless_devs_refuses_is_refused() {
    let list = include_str!("cases/refused.txt");
    for expression in list.lines() {
        let vars = "vars: {number: 5, list: [x]}\n";
        let resource = format!(
            "resources: {{r: {{component: fc3, props: {{functionName: '{expression}'}}}}}}\n"
        );
        let refused = read(&format!("{vars}{resource}")).expect_err(expression);
        assert!(refused.contains("not found"), "{expression}: {refused}");
    }
    assert_eq!(list.lines().count(), 5);
}

#[test]
fn what_is_missing_has_the_components_defaults_and_variables_are_text() {
    let template = function("environmentVariables: {A: 1, B: true, C: x, D: null}").expect("read");
    let spec = Value::Object(template.functions[0].spec.clone());
    let expected = json!({
        "runtime": "custom", "handler": "handler", "memorySize": 512, "timeout": 3, "instanceConcurrency": 1,
        "environmentVariables": {"A": "1", "B": "true", "C": "x"},
    });
    assert_eq!(spec, expected);
}

#[test]
fn what_cannot_be_played_is_left_out_with_a_line() {
    let template = read(
        "resources:\n  f:\n    component: fc3\n    props:\n      functionName: f\n      runtime: custom\n      code: ./pkg\n      \
         vpcConfig: auto\n      logConfig: auto\n      triggers:\n        - {triggerName: o, triggerType: oss, triggerConfig: {}}\n        \
         - {triggerName: t, triggerType: timer, triggerConfig: {cronExpression: '@every 5m', enable: true}}\n  \
         node: {component: fc3, props: {functionName: n, runtime: nodejs20, code: .}}\n  \
         d: {component: fc3-domain, props: {domainName: auto}}\n  \
         e: {component: fc3-domain, props: {domainName: e.test, routeConfig: {routes: [{path: /n, functionName: n}, {path: /f, functionName: f}]}}}\n  other: {component: oss, props: {}}\n",
    )
    .expect("read");
    let notes = [
        "f: vpcConfig is left out because fc-local does not imitate it",
        "f: logConfig: auto is left out because fc-local does not imitate it",
        "f/o is left out because fc-local does not imitate triggers of the type oss",
        "node is left out because fc-local does not imitate the runtime 'nodejs20'",
        "d is left out: only the cloud gives it a domainName",
        "other is left out because fc-local does not imitate the component oss",
        "e.test is left out as far as it leads to functions that are",
    ];
    assert_eq!(template.notes, notes);
    let routes = &template.domains[0].1["routeConfig"]["routes"];
    assert_eq!(*routes, json!([{"path": "/f", "functionName": "f"}]));
    let names: Vec<_> = template.functions[0]
        .triggers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["t"]);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (props, why) in [
        (
            "timout: 3",
            "r: it has the unknown key timout, the nearest is timeout",
        ),
        (
            "customRuntimeConfig: {prt: 1}",
            "r: customRuntimeConfig has the unknown key prt, the nearest is port",
        ),
        (
            "description: '${vars.no}'",
            "resources.r.description: ${vars.no} not found; is it spelt as the file has it?",
        ),
        (
            "environmentVariables: {A: '${env(NO_SUCH_ONE)}'}",
            "resources.r.environmentVariables.A: env('NO_SUCH_ONE') not found; set NO_SUCH_ONE, or give a default: \
             env('NO_SUCH_ONE', '…')",
        ),
        (
            "description: '${1 + 1}'",
            "resources.r.description: fc-local does not evaluate ${1 + 1}: it knows paths such as vars.a, and calls such \
             as env('A', 'b')",
        ),
        (
            "description: 2026-01-01",
            "resources.r.description: 2026-01-01 is a date to Serverless Devs, of which nothing reaches a function; put it in \
             quotes",
        ),
        (
            "description: '${resources.r.output.url}'",
            "resources.r.description: only a deployment knows ${resources.r.output.url}; write the value, or an \
             expression of what the file has",
        ),
        (
            "description: '${this.props.description}'",
            "resources.r.description: ${this.props.description} not found; is it spelt as the file has it?",
        ),
    ] {
        let refused = function(props).expect_err(props);
        assert!(refused.starts_with(why), "{refused}");
    }
    let no_code =
        read("resources: {r: {component: fc3, props: {functionName: f, runtime: custom}}}\n");
    assert_eq!(no_code.map(drop), Err("r has no code".to_owned()));
    let old = read("services: {}\n");
    assert_eq!(
        old.map(drop),
        Err("it has no resources, so there is nothing to run".to_owned())
    );
}

#[test]
fn a_value_that_may_be_a_secret_is_in_no_message() {
    for expression in [
        "${json(env('NO_SUCH_ONE', 'hunter2'))}",
        "${yaml(env('NO_SUCH_ONE', '[hunter2'))}",
        "${env.init(env('NO_SUCH_ONE', 'hunter2'))}",
        "${env('NO_SUCH_ONE', '<%hunter2%>${this.x}')}",
    ] {
        let props = format!("description: \"{expression}\"");
        let refused = function(&props).expect_err(expression);
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}

#[test]
fn an_older_edition_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("s.yaml");
    fs::write(&file, "edition: 1.0.0\nservices: {}\n").expect("written");
    let error = Template::read(&file).expect_err("refused").to_string();
    for (text, why) in [
        ("", "it is empty"),
        ("{edition: 2, resources: {}}", "its edition is '2'"),
    ] {
        fs::write(&file, text).expect("written");
        let error = Template::read(&file).expect_err("refused").to_string();
        assert!(error.contains(why), "{error}");
    }
    let why = "its edition is '1.0.0', where fc-local reads 3.0.0; `s cli fc3 s2tos3` converts an older file";
    assert!(error.ends_with(why), "{error}");
}

#[test]
fn the_template_of_a_folder_is_that_of_fun_or_else_that_of_serverless_devs() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    assert_eq!(find(folder.path()), at("template.yml"));
    fs::write(at("s.yaml"), "extend: base/s.yaml\n").expect("written");
    assert_eq!(find(folder.path()), at("s.yaml"));
    assert_eq!(files(&at("s.yaml")), [at("s.yaml")]);
    fs::create_dir(at("base")).expect("made");
    fs::write(at("base/s.yaml"), "edition: 3.0.0\n").expect("written");
    fs::write(at(".env"), "").expect("written");
    let all = ["s.yaml", "base/s.yaml", ".env"].map(at);
    assert_eq!(files(&at("s.yaml")), all);
    fs::write(at("template.yml"), "").expect("written");
    assert_eq!(find(folder.path()), at("template.yml"));
}

/// The rows of the guide's table that list the keys of a component, in the order of the file: used, accepted, left out.
fn keys_of_the_guide(component: &str) -> Vec<Vec<String>> {
    let page = fs::read_to_string("../../guide/local.md").expect("the page");
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix(&format!("| {component}: ")));
    let keys = rows.map(|row| {
        let cell = row.split(" | ").next().unwrap_or_default();
        cell.split(", ")
            .map(|key| key.trim_matches('`').to_owned())
            .collect()
    });
    keys.collect()
}

/// A file with one resource that has a key with this value.
fn with_key(component: &str, needed: &[(&str, &str)], key: &str, value: &str) -> String {
    let mut props: Vec<String> = needed
        .iter()
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    props.retain(|prop| !prop.starts_with(&format!("{key}: ")));
    props.push(format!("{key}: {value}"));
    let props = props.join(", ");
    let function = "f: {component: fc3, props: {functionName: f, runtime: custom, code: .}}";
    format!("resources: {{{function}, r: {{component: {component}, props: {{{props}}}}}}}\n")
}

#[test]
fn the_guide_names_each_key_and_says_what_happens_to_it() {
    let fc3 = [("functionName", "g"), ("runtime", "custom"), ("code", ".")];
    let domain = [("domainName", "a.test")];
    for (component, needed, rows) in [("fc3", &fc3[..], 3), ("fc3-domain", &domain[..], 2)] {
        let listed = keys_of_the_guide(component);
        assert_eq!(listed.len(), rows, "{component}");
        for (row, keys) in listed.iter().enumerate() {
            let is_last = row + 1 == rows;
            for key in keys {
                let value = match key.as_str() {
                    "runtime" => "custom.debian12",
                    "triggers" => "[]",
                    "functionName" | "domainName" | "code" => "a.test",
                    _ => "{}",
                };
                let text = with_key(component, needed, key, value);
                let template = read(&text).unwrap_or_else(|why| panic!("{component}.{key}: {why}"));
                let note = format!("r: {key} is left out because fc-local does not imitate it");
                assert_eq!(template.notes.contains(&note), is_last, "{component}.{key}");
            }
        }
    }
    let unknown = read(&with_key("fc3", &fc3, "codeUri", ".")).expect_err("refused");
    let known = unknown
        .split("may have are ")
        .nth(1)
        .expect("a list")
        .split(", ");
    let listed = keys_of_the_guide("fc3").concat();
    let missing: Vec<&str> = known
        .filter(|key| !listed.iter().any(|one| one == key))
        .collect();
    assert!(missing.is_empty(), "the guide does not name {missing:?}");
}

//! template.yml (fun, FC 2.0) and s.yaml (Serverless Devs, FC 3.0) describe one package: they must not drift apart.

use yaml_rust2::{Yaml, YamlLoader};

const SERVICE: &str = "fc-runtime-demo";

fn load(file: &str) -> Yaml {
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    YamlLoader::load_from_str(&text)
        .unwrap_or_else(|error| panic!("{path}: {error}"))
        .remove(0)
}

/// What lies at this path of keys; a merge key (`<<`) is looked through, as the tools do.
fn at<'a>(yaml: &'a Yaml, path: &str) -> &'a Yaml {
    path.split('/').fold(yaml, |yaml, key| match &yaml[key] {
        Yaml::BadValue => &yaml["<<"][key],
        found => found,
    })
}

/// The function of this name in both files.
fn both(function: &str) -> (Yaml, Yaml) {
    let template = load("template.yml");
    let fun = at(
        &template,
        &format!("Resources/{SERVICE}/{function}/Properties"),
    )
    .clone();
    let s = at(&load("s.yaml"), &format!("resources/{function}/props")).clone();
    assert!(
        !fun.is_badvalue() && !s.is_badvalue(),
        "{function} stands in both files"
    );
    (fun, s)
}

/// The values at these two paths are there, and the same.
fn assert_same(function: &str, fun_path: &str, s_path: &str) {
    let (fun, s) = both(function);
    let (fun, s) = (at(&fun, fun_path), at(&s, s_path));
    assert!(
        !fun.is_badvalue(),
        "{function}: {fun_path} is missing in template.yml"
    );
    assert_eq!(
        fun, s,
        "{function}: {fun_path} of template.yml, {s_path} of s.yaml"
    );
}

#[test]
fn both_files_have_the_same_functions_under_the_same_names() {
    let template = load("template.yml");
    let service = at(&template, &format!("Resources/{SERVICE}"))
        .as_hash()
        .expect("the service");
    let mut functions: Vec<_> = service.keys().filter_map(Yaml::as_str).collect();
    functions.retain(|key| !["Type", "Properties"].contains(key));
    assert_eq!(functions, ["event", "web"]);
    let s = load("s.yaml");
    let resources = at(&s, "resources").as_hash().expect("resources");
    let functions: Vec<_> = resources
        .values()
        .filter(|resource| at(resource, "component").as_str() == Some("fc3"))
        .collect();
    // FC 3.0 has no services, so the service's name goes before the function's.
    let names: Vec<_> = functions
        .iter()
        .filter_map(|function| at(function, "props/functionName").as_str())
        .collect();
    assert_eq!(names, ["fc-runtime-demo-event", "fc-runtime-demo-web"]);
}

#[test]
fn both_files_give_a_function_the_same_package_memory_time_and_concurrency() {
    for function in ["event", "web"] {
        assert_same(function, "CodeUri", "code");
        assert_same(function, "Description", "description");
        assert_same(function, "MemorySize", "memorySize");
        assert_same(function, "Timeout", "timeout");
        assert_same(function, "InstanceConcurrency", "instanceConcurrency");
        let (fun, s) = both(function);
        assert_eq!(at(&fun, "Runtime").as_str(), Some("custom"));
        assert_eq!(at(&s, "runtime").as_str(), Some("custom.debian12"));
        assert_eq!(
            at(&s, "customRuntimeConfig/port").as_i64(),
            Some(i64::from(fc_runtime::DEFAULT_PORT))
        );
        assert_eq!(
            at(&s, "customRuntimeConfig/command")[0].as_str(),
            Some("./bootstrap")
        );
    }
}

#[test]
fn both_files_configure_the_same_hooks() {
    assert_same(
        "event",
        "Initializer",
        "instanceLifecycleConfig/initializer/handler",
    );
    assert_same(
        "event",
        "InitializationTimeout",
        "instanceLifecycleConfig/initializer/timeout",
    );
    assert_same(
        "event",
        "InstanceLifecycleConfig/PreStop/Handler",
        "instanceLifecycleConfig/preStop/handler",
    );
    assert_same(
        "event",
        "InstanceLifecycleConfig/PreStop/Timeout",
        "instanceLifecycleConfig/preStop/timeout",
    );
    let (fun, s) = both("event");
    assert!(!at(&fun, "InstanceLifecycleConfig/PreFreeze").is_badvalue());
    assert!(
        at(&s, "instanceLifecycleConfig/preFreeze").is_badvalue(),
        "FC 3.0 has no such hook"
    );
}

#[test]
fn both_files_give_the_http_function_the_same_trigger_and_domain() {
    let (_, s) = both("web");
    let template = load("template.yml");
    let trigger = at(
        &template,
        &format!("Resources/{SERVICE}/web/Events/http-trigger/Properties"),
    );
    let s_trigger = &at(&s, "triggers")[0];
    assert_eq!(at(s_trigger, "triggerName").as_str(), Some("http-trigger"));
    assert_eq!(
        at(trigger, "Methods"),
        at(s_trigger, "triggerConfig/methods")
    );
    let auth = at(trigger, "AuthType").as_str().map(str::to_lowercase);
    assert_eq!(
        auth.as_deref(),
        at(s_trigger, "triggerConfig/authType").as_str()
    );
    let s = load("s.yaml");
    let (domain, s_domain) = (
        at(&template, "Resources/fc-runtime-domain/Properties"),
        at(&s, "resources/domain/props"),
    );
    assert_eq!(at(domain, "DomainName"), at(s_domain, "domainName"));
    assert_eq!(at(domain, "Protocol"), at(s_domain, "protocol"));
    let route = &at(s_domain, "routeConfig/routes")[0];
    assert_eq!(at(route, "path").as_str(), Some("/*"));
    assert_eq!(
        at(route, "functionName").as_str(),
        Some("fc-runtime-demo-web")
    );
    assert_eq!(
        domain["RouteConfig"]["Routes"]["/*"]["FunctionName"].as_str(),
        Some("web")
    );
}

//! Versions and aliases of a function that a template deploys: they stay, and what the template sets for them acts.

use serde_json::json;

use super::*;

const S_YAML: &str = "\
edition: 3.0.0
name: app
resources:
  f:
    component: fc3
    props:
      region: cn-hangzhou
      functionName: f
      runtime: custom.debian12
      code: ./code
      timeout: 30
      asyncInvokeConfig: {maxAsyncRetryAttempts: 2, qualifier: prod}
      triggers:
        - triggerName: http
          triggerType: http
          qualifier: prod
          triggerConfig: {authType: anonymous, methods: [GET]}
";

#[test]
fn a_template_may_name_an_alias_that_is_published_later() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("code")).expect("made");
    fs::copy(function_folder().join("bootstrap"), at("code/bootstrap")).expect("copied");
    fs::write(at("s.yaml"), S_YAML).expect("written");
    let file = at("s.yaml");
    let arguments = ["--template", file.to_str().expect("a path")];
    let mut server = Server::on(&at("data"), &arguments);
    let config = |server: &Server, query: &str| {
        server.api_query_fc3("/functions/f/async-invoke-config", query)
    };
    let page = |server: &Server| server.request("GET", "/2023-03-30/proxy/f.prod/x", &[], b"");
    for line in [
        "f.prod does not exist yet",
        "the trigger http of f calls nothing: alias 'prod' of 'f' does not exist; ",
        "f takes events: ",
    ] {
        wait_for(line, || server.said().contains(line).then_some(()));
    }
    assert_eq!(page(&server).status, 404);
    assert_eq!(config(&server, "").status, 404, "it is not for LATEST");
    assert_eq!(publish(&server, "").status, 201);
    alias(&server, "prod", "1", &json!({}));
    assert_eq!(page(&server).status, 201);
    server.stop();
    let server = Server::on(&at("data"), &arguments);
    wait_for("the address of the alias", || {
        server
            .said()
            .contains("f.prod answers http://")
            .then_some(())
    });
    let said = server.said();
    assert!(
        !said.contains("calls nothing") && !said.contains("takes events"),
        "{said}"
    );
    let seen = config(&server, "qualifier=prod").json();
    assert_eq!(seen["maxAsyncRetryAttempts"], 2, "{seen}");
    assert_eq!(page(&server).status, 201);
    assert_eq!(numbers(&versions(&server, "")), ["1"]);
}

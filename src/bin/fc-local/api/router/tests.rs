use super::simplified;

#[test]
fn paths_are_simplified_and_stay_encoded() {
    for (path, simple) in [
        (
            "/v/services/a%2Fb//functions/",
            "/v/services/a%2Fb/functions",
        ),
        ("/v/proxy/s/f/a//b?x=1", "/v/proxy/s/f"),
        ("/2023-03-30/proxy/f/a", "/2023-03-30/proxy/f"),
        ("/", "/"),
        ("//", "/"),
    ] {
        assert_eq!(simplified(path).path(), simple, "{path}");
    }
}

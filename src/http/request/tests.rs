use super::Request;

fn segments(target: &str) -> Vec<String> {
    Request::new("GET", target)
        .segments()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_target_is_read_as_path_and_query() {
    let request = Request::new("GET", "/a%20b/c?k=1&k=2&x=%E4%BD%A0&y=a+b");
    assert_eq!(request.path(), "/a%20b/c");
    assert_eq!(request.decoded_path(), "/a b/c");
    assert_eq!(request.query_string(), "k=1&k=2&x=%E4%BD%A0&y=a+b");
    assert_eq!(request.query().len(), 4);
    assert_eq!(request.query_value("k").as_deref(), Some("1"));
    assert_eq!(request.query_value("x").as_deref(), Some("你"));
    assert_eq!(request.query_value("z"), None);
}

#[test]
fn a_form_is_read_unless_the_body_is_said_to_be_something_else() {
    let form = |media_type: Option<&str>| {
        let request = Request::new("POST", "/").with_body("a=1+2&b");
        let request = match media_type {
            Some(media_type) => request.with_header("content-type", media_type),
            None => Ok(request),
        };
        request.expect("a sound value").form()
    };
    let pairs = [("a".to_owned(), "1 2".to_owned()), ("b".into(), "".into())];
    assert_eq!(form(None).expect("a form"), pairs);
    let type_of_forms = "Application/X-WWW-Form-Urlencoded ; charset=utf-8";
    assert_eq!(form(Some(type_of_forms)).expect("a form"), pairs);
    let error = form(Some("multipart/form-data; boundary=x")).expect_err("no such form");
    assert_eq!(
        (error.error_type(), error.status()),
        ("UnsupportedMediaType", Some(415))
    );
    let said = "the body is multipart/form-data, and not a form of the type application/x-www-form-urlencoded";
    assert_eq!(error.message(), said);
}

#[test]
fn segments_are_decoded_one_by_one() {
    assert_eq!(segments("/"), Vec::<String>::new());
    assert_eq!(segments("/?a/b"), Vec::<String>::new());
    assert_eq!(segments("/a%2Fb/c"), ["a/b", "c"]);
    assert_eq!(segments("/a/"), ["a", ""]);
    assert_eq!(segments("*"), ["*"]);
    assert_eq!(segments("http://example.com/a?b"), ["a"]);
    assert_eq!(segments("http://example.com"), Vec::<String>::new());
}

#[test]
fn a_base_path_is_taken_off_only_where_the_path_lies_below_it() {
    let below = |target: &str, base| Request::new("GET", target).below(base).target().to_owned();
    assert_eq!(
        below(
            "/2016-08-15/proxy/s/f/a?b=1",
            Some("/2016-08-15/proxy/s/f/")
        ),
        "/a?b=1"
    );
    assert_eq!(
        below("/2016-08-15/proxy/s/f/", Some("/2016-08-15/proxy/s/f/")),
        "/"
    );
    assert_eq!(below("http://h/p/a", Some("/p")), "/a");
    assert_eq!(below("/get", Some("/get")), "/get");
    assert_eq!(below("/getter", Some("/get")), "/getter");
    assert_eq!(below("/a", Some("/")), "/a");
    assert_eq!(below("/a", None), "/a");
}

#[test]
fn cookies_of_several_headers_are_read() {
    let request = Request::new("GET", "/")
        .with_header("Cookie", "a=1; b=x=y")
        .and_then(|request| request.with_header("cookie", "c=3; junk"))
        .expect("sound headers");
    assert_eq!(request.cookies(), [("a", "1"), ("b", "x=y"), ("c", "3")]);
    assert_eq!(request.cookie("b"), Some("x=y"));
}

#[test]
fn bodies_are_read_as_json_and_as_forms() {
    let request = Request::new("POST", "/").with_body("a=1&b=%20+");
    assert_eq!(
        request.form().expect("a form"),
        [("a".into(), "1".into()), ("b".into(), "  ".into())]
    );
    let error = request
        .json::<serde_json::Value>()
        .expect_err("a form is not JSON");
    assert_eq!(
        (error.error_type(), error.status()),
        ("InvalidJson", Some(400))
    );
    let numbers: Vec<u8> = request.with_body("[1,2]").json().expect("JSON");
    assert_eq!(numbers, [1, 2]);
}

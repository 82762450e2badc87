use super::{percent_decode, query_pairs};

#[test]
fn what_is_encoded_in_a_head_is_decoded() {
    assert_eq!(percent_decode("100%, %e4%bd%a0 %zz"), "100%, 你 %zz");
    let request = hyper::Request::builder().uri("/?a=1&b&a=x+y%26").body(());
    let (head, ()) = request.expect("a request").into_parts();
    let pairs = query_pairs(&head);
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(pairs, [("a", "1"), ("b", ""), ("a", "x y&")]);
}

use hyper::Uri;

use super::{below_address, split_proxy};

#[test]
fn a_proxy_path_is_split_after_its_function_as_it_was_asked_for() {
    for (path, base) in [
        ("/2016-08-15/proxy/s/f/a/b", "/2016-08-15/proxy/s/f"),
        (
            "/2016-08-15/proxy/s.LATEST/f/",
            "/2016-08-15/proxy/s.LATEST/f",
        ),
        ("/2016-08-15/proxy/s/f", "/2016-08-15/proxy/s/f"),
        (
            "//2016-08-15/proxy//s%41/f//a",
            "//2016-08-15/proxy//s%41/f",
        ),
        ("/2023-03-30/proxy/f/a", "/2023-03-30/proxy/f"),
    ] {
        assert_eq!(split_proxy(path).0, base, "{path}");
    }
}

#[test]
fn a_function_of_fc_3_sees_what_follows_its_address() {
    for (target, seen) in [
        ("/2023-03-30/proxy/f", "/"),
        ("/2023-03-30/proxy/f/", "/"),
        ("/2023-03-30/proxy/f/a%20b//c?q=1", "/a%20b//c?q=1"),
    ] {
        assert_eq!(below_address(&Uri::from_static(target)), seen);
    }
}

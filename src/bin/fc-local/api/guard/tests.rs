use super::{Guard, is_cloud};

#[test]
fn the_api_in_the_cloud_is_told_from_names_like_it() {
    assert!(is_cloud("1234567890123456.cn-hangzhou.fc.aliyuncs.com"));
    for other in [
        "fc.aliyuncs.com.example",
        "notfc.aliyuncs.com",
        "aliyuncs.com",
    ] {
        assert!(!is_cloud(other), "{other}");
    }
}

#[test]
fn addresses_and_names_of_the_server_are_told_from_others() {
    let address = "192.0.2.7:8900".parse().expect("an address");
    let guard = Guard::new(address, &["Fc-Local.".to_owned()]);
    for own in [
        "localhost",
        "LOCALHOST.",
        "127.0.0.1",
        "127.9.9.9",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "192.0.2.7",
        "fc-local",
    ] {
        assert!(guard.is_named(own), "{own}");
    }
    for other in [
        "",
        "192.0.2.8",
        "localhost.example",
        "127.0.0.1.example",
        "evil-localhost",
        "[::2]",
    ] {
        assert!(!guard.is_named(other), "{other}");
    }
}

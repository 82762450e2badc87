use super::ReservedPort;

#[test]
fn a_reserved_port_is_not_given_twice_and_is_free_for_its_instance() {
    let first = ReservedPort::any().expect("a port");
    let again = ReservedPort::exactly(first.number());
    assert!(again.is_err(), "port {} was given twice", first.number());
    std::net::TcpListener::bind(("0.0.0.0", first.number())).expect("the instance can listen");
}

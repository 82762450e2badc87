use crate::store::folder::Store;

/// The value is the one of the package crc64-ecma182.js 2.0.2, with which Serverless Devs compares code.
#[test]
fn a_package_has_the_checksum_that_clients_compute() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Store::open(folder.path()).expect("opened");
    let code = store.put_code(b"123456789").expect("stored");
    assert_eq!(code.crc64, "11051210869376104954");
}

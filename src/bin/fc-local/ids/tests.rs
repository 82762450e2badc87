use super::{Generation, request_id};

#[test]
fn request_ids_have_the_shape_of_their_generation() {
    let groups = |id: &str| id.split('-').map(str::len).collect::<Vec<_>>();
    assert_eq!(groups(&request_id(Generation::Fc2)), [8, 4, 4, 4, 12]);
    assert_eq!(groups(&request_id(Generation::Fc3)), [1, 8, 8, 12]);
}

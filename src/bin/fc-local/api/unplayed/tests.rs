use super::{UNPLAYED, subject};

#[test]
fn a_call_is_known_by_its_first_part_after_service_and_function() {
    for (path, about) in [
        (
            "/2016-08-15/services/s/versions",
            Some("versions of FC 2.0"),
        ),
        (
            "/2021-04-06/services/s/functions/f/event-sources",
            Some("event sources"),
        ),
        (
            "/2023-03-30/functions/f/sessions/x/pause",
            Some("pausing and resuming sessions"),
        ),
        ("/2023-03-30//layers", Some("layers")),
        ("/2023-03-30/functions/versions", None),
        ("/2023-03-30/misspelt", None),
        ("/other/versions", None),
    ] {
        assert_eq!(subject(path), about, "{path}");
    }
}

/// The one list of the guide has them all, and so does the list here.
#[test]
fn the_guide_lists_what_is_not_played() {
    let page = include_str!("../../../../guide/clients.md");
    let (_, list) = page
        .split_once("# Calls that fc-local does not support\n")
        .expect("the list");
    let listed: Vec<&str> = list
        .lines()
        .filter_map(|line| line.strip_prefix("| "))
        .collect();
    for (name, subject) in UNPLAYED {
        let row = listed
            .iter()
            .find(|row| row.starts_with(&format!("{subject} |")));
        let row = row.unwrap_or_else(|| panic!("no row '{subject}'"));
        assert!(row.contains(&format!("`{name}`")), "{name}: {row}");
    }
    let named = listed.concat().matches('`').count() / 2;
    assert_eq!(named, UNPLAYED.len(), "the guide names nothing else");
}

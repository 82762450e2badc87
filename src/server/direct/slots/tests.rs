use super::{FIRST_SEGMENT, Id, PLACES, SEGMENTS, Slots, Visit, place_of};

fn wait<'a>(visit: Visit<'a, u8>, connection: u8) -> Option<(Visit<'a, u8>, u8)> {
    let waited = visit.wait(connection, false, |_, _| Ok::<_, ()>(()));
    waited.expect("it is prepared")
}

#[test]
fn every_number_has_its_own_place_and_the_last_one_too() {
    let mut next = (0, 0);
    for index in 0..100_000 {
        let (segment, offset) = place_of(index);
        assert_eq!((segment, offset), next, "{index}");
        next = if offset + 1 < FIRST_SEGMENT << segment {
            (segment, offset + 1)
        } else {
            (segment + 1, 0)
        };
    }
    let last = u32::try_from(PLACES - 1).expect("fewer places than numbers");
    assert_eq!(
        place_of(last),
        (SEGMENTS - 1, (FIRST_SEGMENT << (SEGMENTS - 1)) - 1)
    );
}

#[test]
fn there_are_no_more_than_there_may_be_and_one_that_ends_makes_room() {
    let slots: Slots<u8> = Slots::new(40);
    let mut visits: Vec<_> = (0..40).map_while(|_| slots.take()).collect();
    assert_eq!(visits.len(), 40);
    assert!(slots.take().is_none());
    visits.pop();
    let again = slots.take().expect("a place");
    assert_eq!((again.id().index, again.id().generation), (39, 1));
    assert!(slots.take().is_none());
}

#[test]
fn one_attends_at_a_time_and_what_happens_meanwhile_is_not_missed() {
    let slots = Slots::new(2);
    let visit = slots.take().expect("a place");
    let id = visit.id();
    assert!(slots.attend(id).is_none(), "it is attended to");
    let (visit, connection) = wait(visit, 7).expect("something has happened");
    assert!(wait(visit, connection).is_none());
    let (visit, connection) = slots.attend(id).expect("it waits");
    assert_eq!(connection, 7);
    drop(visit);
    let other = slots.take().expect("a place");
    assert_eq!(other.id().index, id.index);
    assert!(wait(other, 8).is_none());
    assert!(slots.attend(id).is_none(), "it means one that has ended");
}

#[test]
fn what_cannot_wait_ends() {
    let slots = Slots::new(1);
    let visit = slots.take().expect("a place");
    assert_eq!(visit.wait(7, false, |_, _| Err("why")).err(), Some("why"));
    assert!(slots.take().is_some(), "its place is free");
}

#[test]
fn those_that_are_chosen_are_attended_to_and_the_others_wait_on() {
    let slots = Slots::new(100);
    for connection in 0..50 {
        assert!(wait(slots.take().expect("a place"), connection).is_none());
    }
    let attended = slots.take().expect("a place");
    let mut chosen = Vec::new();
    let is_odd = |connection: &mut u8| *connection % 2 == 1;
    slots.attend_where(is_odd, |_, connection| chosen.push(connection));
    assert_eq!(
        chosen,
        (0..50).filter(|odd| odd % 2 == 1).collect::<Vec<_>>()
    );
    slots.attend_where(
        |_| true,
        |visit, even| {
            chosen.push(even);
            assert!(wait(visit, even).is_none());
        },
    );
    assert_eq!(chosen.len(), 50);
    drop(attended);
}

#[test]
fn a_number_survives_the_way_through_the_system() {
    let id = Id {
        index: 7,
        generation: u32::MAX,
    };
    assert_eq!(Id::from_bits(id.to_bits()), id);
}

use super::{KEPT_MS, Status, Task, all, find, save};
use crate::name::FunctionName;
use crate::store::Store;

#[test]
fn a_task_is_kept_for_a_week_with_all_that_it_was() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Store::open(folder.path()).expect("opened");
    let function = FunctionName::parse("s/f");
    let mut task = Task::new("t", &function, "r", b"sent");
    task.turn(Status::Running, "");
    save(&store, &task).expect("saved");
    let found = find(&store, &function, "t").expect("kept");
    assert_eq!((found.status(), found.events.len()), (Status::Running, 2));
    assert!(find(&store, &FunctionName::fc3("f"), "t").is_none());
    task.accepted_ms -= KEPT_MS;
    save(&store, &task).expect("saved");
    assert!(all(&store, &function).is_empty() && find(&store, &function, "t").is_none());
}

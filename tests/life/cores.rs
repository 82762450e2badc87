//! On which cores an instance runs.

use std::fs;
use std::path::Path;

use crate::support::{Instance, request};

/// The cores that a thread may run on, as its status names them.
fn cores(thread: &Path) -> String {
    let status = fs::read_to_string(thread.join("status")).expect("the thread lives");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    line.expect("every thread has them").trim().to_owned()
}

/// The cores of each thread of an instance of so much memory that has served something.
fn cores_with(megabytes: &str) -> Vec<String> {
    let instance = Instance::start("testbed", &[("FC_FUNCTION_MEMORY_SIZE", megabytes)]);
    let event = request("POST", "/invoke", &[], b"hello");
    assert_eq!(instance.connect().exchange(&event).text(), "hello");
    let threads = fs::read_dir(format!("/proc/{}/task", instance.pid())).expect("it lives");
    threads
        .map(|thread| cores(&thread.expect("a thread").path()))
        .collect()
}

#[test]
fn a_function_that_may_have_the_least_processor_time_stays_on_one_core_and_no_other_does() {
    for megabytes in ["128", "192"] {
        let kept = cores_with(megabytes);
        let is_one = |cores: &String| cores == &kept[0] && cores.parse::<u32>().is_ok();
        assert!(kept.iter().all(is_one), "{megabytes} MB: {kept:?}");
    }
    let own = cores(Path::new("/proc/thread-self"));
    for megabytes in ["256", "unknown"] {
        let free = cores_with(megabytes);
        assert!(
            free.iter().all(|cores| *cores == own),
            "{megabytes} MB: {free:?}"
        );
    }
}

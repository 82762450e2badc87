//! A cgroup of the kernel's. Where none can be made, the test is reported as ignored, with the reason; with `CI` in the
//! environment it fails instead.

#[path = "../src/cgroup.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the program uses the rest, its own tests the imports of theirs"
)]
mod cgroup;

use std::process::{Command, ExitCode};

use cgroup::Cgroups;
use libtest_mimic::{Arguments, Completion, Failed, Trial};

fn main() -> ExitCode {
    let trial = Trial::ignorable_test(
        "the_kernel_holds_back_what_uses_more_than_the_quota_and_the_group_goes",
        || match Cgroups::find() {
            Ok(groups) => {
                holds_back_and_goes(&groups);
                Ok(Completion::Completed)
            }
            // Only root or an owner of a cgroup can make one.
            Err(reason) => without(reason),
        },
    );
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}

fn without(reason: String) -> Result<Completion, Failed> {
    if std::env::var_os("CI").is_some() {
        return Err(format!("nothing is left out under CI: {reason}").into());
    }
    Ok(Completion::ignored_with(reason))
}

fn holds_back_and_goes(groups: &Cgroups) {
    let group = groups.fresh().expect("a group");
    assert_eq!(group.held_back().expect("the kernel's count"), 0);
    let busy = "echo 0 >\"$0\"; i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done";
    let mut shell = Command::new("/bin/sh");
    let status = shell.args(["-c", busy]).arg(group.entry()).status();
    assert!(status.expect("sh runs").success());
    assert!(group.held_back().expect("the kernel's count") > 0);
    let entry = group.entry();
    let folder = entry.parent().expect("the folder of the group");
    assert!(folder.exists());
    drop(group);
    assert!(!folder.exists());
}

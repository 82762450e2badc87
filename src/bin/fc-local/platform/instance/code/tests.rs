use std::sync::mpsc;

use tokio::runtime::Builder;

use super::Code;

#[test]
fn unpacked_code_is_removed_by_another_thread() {
    let mut runtime = Builder::new_current_thread();
    let runtime = runtime.max_blocking_threads(1).build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    runtime.block_on(async {
        let (finish, finished) = mpsc::channel::<()>();
        let busy = tokio::task::spawn_blocking(move || finished.recv());
        drop(Code::from(folder));
        assert!(path.is_dir(), "it was removed by the thread that serves");
        drop(finish);
        assert!(busy.await.expect("done").is_err());
        // One after the other, on the only other thread.
        tokio::task::spawn_blocking(|| {}).await.expect("done");
        assert!(!path.exists(), "it stays");
    });
}

#[test]
fn unpacked_code_is_removed_without_a_runtime_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    drop(Code::from(folder));
    assert!(!path.exists());
}

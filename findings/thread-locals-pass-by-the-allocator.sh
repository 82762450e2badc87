#!/bin/bash
# Rust's standard library takes memory from the C library for thread-locals, whatever the program's allocator is.
#
# Guess: with a #[global_allocator], every allocation of Rust code goes to it, even those of std.
# Truth: when a thread first uses a thread-local with a destructor, std makes a list of destructors and allocates it
# with malloc, not with the program's allocator. (It must, because an allocator may use thread-locals itself.)
# So: an allocator that counts does not see these blocks, and one that avoids the lock of musl's malloc still waits for it
# once in each thread that has such a thread-local. Keep threads, or use `Cell`s of plain values, which have no destructor.
. "$(dirname "$0")/lib.sh"

need cargo gcc
export CARGO_TARGET_DIR="$TEMP/target"
cargo --version

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "locals"
version = "0.1.0"
edition = "2021"
[dependencies]
libc = "=0.2.177"
TOML
cat >src/main.rs <<'RUST'
use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, UnsafeCell};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Cuts blocks from memory of the program's own, one after the other, so that malloc is never called.
struct Arena(UnsafeCell<[u8; 1 << 20]>, AtomicUsize);
unsafe impl Sync for Arena {}
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let at = self.1.fetch_add(layout.size() + layout.align(), Relaxed);
        let start = unsafe { self.0.get().cast::<u8>().add(at) };
        unsafe { start.add(start.align_offset(layout.align())) }
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
#[global_allocator]
static ARENA: Arena = Arena(UnsafeCell::new([0; 1 << 20]), AtomicUsize::new(0));

struct Ends(u8);
impl Drop for Ends {
    fn drop(&mut self) {
        black_box(self.0);
    }
}
thread_local! {
    static PLAIN: Cell<u8> = const { Cell::new(1) };
    static ENDS: Ends = const { Ends(1) };
}

/// Which of the two allocators `act` has called.
fn called(act: impl FnOnce()) -> &'static str {
    let used = || (unsafe { libc::mallinfo2() }.uordblks, ARENA.1.load(Relaxed));
    let before = used();
    act();
    let after = used();
    match (after.0 > before.0, after.1 > before.1) {
        (false, false) => "none",
        (true, false) => "malloc",
        (false, true) => "its own",
        (true, true) => "both",
    }
}

fn main() {
    let vec = called(|| drop(black_box(vec![1_u8; 1000])));
    let plain = called(|| PLAIN.set(2));
    let ends = called(|| ENDS.with(|ends| assert_eq!(black_box(ends.0), 1)));
    println!("{vec} | {plain} | {ends}");
}
RUST
expect "allocator of a Vec | of a Cell | of a thread-local with a destructor" "$(cargo run --quiet)" "its own | none | malloc"

//! A global allocator for static programs on musl with several threads: free lists per core on top of musl's `malloc`,
//! which has one lock for all threads.
//!
//! ```
//! #[cfg(target_env = "musl")]
//! #[global_allocator]
//! static ALLOCATOR: musl_percore::PerCore = musl_percore::PerCore;
//! ```
//!
//! The README says what it does, costs and brings. The layers, from the top:
//!
//! - `global`: which requests are cached.
//! - `core_lists`: the free blocks that each core keeps, and which core's a thread uses.
//! - `central`: the free blocks that no core keeps, and the slabs that new ones are cut from.
//! - `early`, `arena`: the memory of the first blocks, and that of the slabs.
//! - `class`, `list`, `stack`, `sync`, `sys`: the sizes, the lists of free blocks, the hand-over between threads, the lock,
//!   and the calls of the C library.

#[cfg(not(loom))]
#[allow(
    unsafe_code,
    reason = "the slabs are memory that it hands out in parts"
)]
mod arena;
#[cfg(not(loom))]
#[allow(
    unsafe_code,
    reason = "it follows the links in free blocks and descriptions of slabs"
)]
mod central;
#[cfg(not(loom))]
#[allow(unsafe_code, reason = "a class needs no check of its number")]
mod class;
#[cfg(all(feature = "copy", target_arch = "x86_64", not(any(miri, loom))))]
#[allow(unsafe_code, reason = "assembly")]
mod copy;
#[cfg(not(loom))]
#[allow(
    unsafe_code,
    reason = "its own lock lets one thread at a time to the lists"
)]
mod core_lists;
#[cfg(not(loom))]
#[allow(unsafe_code, reason = "the area is memory that it hands out in parts")]
mod early;
#[cfg(not(loom))]
#[allow(unsafe_code, reason = "the trait of allocators is unsafe")]
mod global;
#[allow(unsafe_code, reason = "free blocks hold the links between them")]
#[cfg_attr(
    loom,
    allow(dead_code, reason = "only what is handed over is checked by loom")
)]
mod list;
#[cfg(all(loom, test))]
#[allow(unsafe_code, reason = "it makes blocks")]
mod loom_tests;
#[allow(unsafe_code, reason = "free blocks hold the links between them")]
mod stack;
mod sync;
#[cfg(not(loom))]
#[allow(unsafe_code, reason = "calls of the C library")]
mod sys;

/// The allocator: `#[global_allocator] static ALLOCATOR: PerCore = PerCore;`.
///
/// There is one in a process, however many values of this type there are.
#[derive(Clone, Copy, Debug, Default)]
pub struct PerCore;

//! Sequences of calls of the allocator, on several threads, against a model: what each block should contain and where the
//! others lie.
//!
//! The allocator is called directly, and is not that of this program, so that what is found depends on the input alone.

use std::alloc::{GlobalAlloc, Layout};
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use musl_percore::PerCore;

/// The threads that the calls of an input are spread over.
const THREADS: usize = 3;

/// The blocks that an input can have at once.
const BLOCKS: usize = 256;

/// The bytes of an input that make a call.
const CALL: usize = 4;

/// One call, and what it needs and changes.
#[derive(Clone, Copy, Debug)]
enum Call {
    Alloc { layout: Layout, zeroed: bool },
    Resize { block: Block, size: usize },
    Free { block: Block },
}

/// A block of the model: where it is, and that all of it is `byte`.
#[derive(Clone, Copy, Debug)]
struct Block {
    address: usize,
    layout: Layout,
    byte: u8,
}

/// Does what the input says; panics if a block is not what the model says.
pub fn check(input: &[u8]) {
    let threads: Vec<_> = (0..THREADS).map(|_| worker()).collect();
    let mut model = Model::default();
    for call in input.chunks_exact(CALL) {
        let (thread, slot, call) = model.read(call);
        let (calls, results) = &threads[thread];
        calls.send((call, model.fill)).expect("a worker");
        model.done(slot, call, results.recv().expect("a worker's result"));
    }
    for (_, block) in std::mem::take(&mut model.blocks) {
        let (calls, results) = &threads[block.address / 64 % THREADS];
        calls.send((Call::Free { block }, 0)).expect("a worker");
        results.recv().expect("a worker's result");
    }
}

/// A thread that makes calls one after the other, and returns where each block then is.
fn worker() -> (Sender<(Call, u8)>, Receiver<usize>) {
    let (calls, asked) = channel::<(Call, u8)>();
    let (done, results) = channel();
    thread::spawn(move || {
        for (call, fill) in asked {
            // A failed check ends this thread, which the other one then reports.
            if done.send(make(call, fill)).is_err() {
                break;
            }
        }
    });
    (calls, results)
}

fn make(call: Call, fill: u8) -> usize {
    match call {
        Call::Alloc { layout, zeroed } => {
            // SAFETY: no layout of the model is empty.
            let block = unsafe {
                if zeroed {
                    PerCore.alloc_zeroed(layout)
                } else {
                    PerCore.alloc(layout)
                }
            };
            if zeroed {
                assert_full(block.addr(), layout.size(), 0);
            }
            filled(block, layout.size(), fill)
        }
        Call::Resize { block, size } => {
            let Block {
                address,
                layout,
                byte,
            } = block;
            assert_full(address, layout.size(), byte);
            // SAFETY: the model has the block, with this layout.
            let moved = unsafe { PerCore.realloc(pointer(address), layout, size) };
            assert_full(moved.addr(), size.min(layout.size()), byte);
            filled(moved, size, fill)
        }
        Call::Free { block } => {
            assert_full(block.address, block.layout.size(), block.byte);
            // SAFETY: as above.
            unsafe { PerCore.dealloc(pointer(block.address), block.layout) };
            0
        }
    }
}

fn pointer(address: usize) -> *mut u8 {
    std::ptr::with_exposed_provenance_mut(address)
}

fn filled(block: *mut u8, size: usize, byte: u8) -> usize {
    assert!(!block.is_null(), "no memory for {size}");
    // SAFETY: a block of the model has so many bytes.
    unsafe { block.write_bytes(byte, size) };
    block.expose_provenance()
}

fn assert_full(address: usize, size: usize, byte: u8) {
    // SAFETY: as above, and all of them were written.
    let found = unsafe { std::slice::from_raw_parts(pointer(address), size) };
    assert!(
        found.iter().all(|&found| found == byte),
        "a block of {size} is not full of {byte}"
    );
}

/// All blocks that there should be, by their number.
#[derive(Default)]
struct Model {
    blocks: BTreeMap<usize, Block>,
    fill: u8,
}

impl Model {
    /// The call that these bytes mean, for which block and thread.
    fn read(&mut self, bytes: &[u8]) -> (usize, usize, Call) {
        let [what, slot, low, high] = bytes else {
            unreachable!("a call has four bytes")
        };
        let thread = usize::from(what >> 6) % THREADS;
        let slot = usize::from(*slot) % BLOCKS;
        let number = usize::from(u16::from_le_bytes([*low, *high]));
        // Mostly sizes that have a class, and each of them; then larger ones.
        let size = 1 + if what & 32 == 0 {
            number % 4200
        } else {
            number * 3
        };
        self.fill = self.fill.wrapping_add(13);
        let call = match self.blocks.get(&slot) {
            Some(&block) if what & 16 == 0 => Call::Free { block },
            Some(&block) => Call::Resize { block, size },
            None => {
                let align = 1 << (what & 7);
                let layout = Layout::from_size_align(size, align).expect("a layout");
                Call::Alloc {
                    layout,
                    zeroed: what & 8 != 0,
                }
            }
        };
        (thread, slot, call)
    }

    /// Checks where the block is now, and remembers it.
    fn done(&mut self, slot: usize, call: Call, address: usize) {
        let layout = match call {
            Call::Free { .. } => {
                self.blocks.remove(&slot);
                return;
            }
            Call::Alloc { layout, .. } => layout,
            Call::Resize { block, size } => {
                Layout::from_size_align(size, block.layout.align()).expect("a layout")
            }
        };
        self.blocks.remove(&slot);
        assert_eq!(address % layout.align(), 0, "{layout:?}");
        for (other, block) in &self.blocks {
            let apart = address + layout.size() <= block.address
                || block.address + block.layout.size() <= address;
            assert!(apart, "block {slot} lies in block {other}");
        }
        self.blocks.insert(
            slot,
            Block {
                address,
                layout,
                byte: self.fill,
            },
        );
    }
}

/// Spoils a block and checks it, which must panic: so the checks of the model can fail.
pub fn check_spoilt() {
    let (calls, results) = worker();
    let layout = Layout::new::<[u8; 40]>();
    calls
        .send((
            Call::Alloc {
                layout,
                zeroed: false,
            },
            7,
        ))
        .expect("a worker");
    let address = results.recv().expect("an address");
    // SAFETY: the block is ours.
    unsafe { pointer(address).add(20).write(8) };
    calls
        .send((
            Call::Free {
                block: Block {
                    address,
                    layout,
                    byte: 7,
                },
            },
            0,
        ))
        .expect("a worker");
    results.recv().expect("a worker's result");
}

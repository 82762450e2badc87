//! Every order in which threads can hand blocks over, as loom the model checker goes through them:
//! `RUSTFLAGS="--cfg loom" cargo test --release --lib`.

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;

use crate::list::{Block, List};
use crate::stack::Stack;

/// A block with something that loom watches: a user that was not given it is found out.
#[repr(C)]
struct Watched {
    block: [usize; 3],
    uses: UnsafeCell<usize>,
}

fn watched() -> *mut Watched {
    Box::into_raw(Box::new(Watched {
        block: [0; 3],
        uses: UnsafeCell::new(0),
    }))
}

/// Uses all blocks of a list, frees them, and returns how many there were.
fn use_up(mut list: List) -> usize {
    let mut blocks = 0;
    loop {
        let block: *mut Watched = list.pop().cast();
        if block.is_null() {
            return blocks;
        }
        // SAFETY: `watched` made it, and the list had it alone.
        let block = unsafe { Box::from_raw(block) };
        // SAFETY: as above, which is what loom checks.
        block.uses.with_mut(|uses| unsafe { *uses += 1 });
        blocks += 1;
    }
}

/// A list of so many blocks that were used.
fn list_of(blocks: usize) -> List {
    let mut list = List::EMPTY;
    for _ in 0..blocks {
        let block = watched();
        // SAFETY: it is new, and large enough for a `Block`.
        unsafe {
            (*block).uses.with_mut(|uses| *uses = 1);
            list.push(block.cast::<Block>());
        }
    }
    list
}

fn take(stack: &Stack) -> usize {
    // SAFETY: only lists are put on the stacks of these tests.
    use_up(unsafe { List::from(stack) })
}

/// What a stack still has.
fn rest(stack: &Stack) -> usize {
    std::iter::repeat_with(|| take(stack))
        .take_while(|&blocks| blocks > 0)
        .sum()
}

#[test]
fn what_two_threads_put_there_two_others_take_once() {
    let mut model = loom::model::Builder::new();
    // Three threads have too many orders; what goes wrong does so after few changes between them.
    model.preemption_bound = Some(2);
    model.check(|| {
        let stack = Arc::new(Stack::new());
        let other = stack.clone();
        let pushing = thread::spawn(move || list_of(2).put_on(&other));
        let other = stack.clone();
        let taking = thread::spawn(move || take(&other));
        list_of(1).put_on(&stack);
        let mine = take(&stack);
        pushing.join().expect("no panic");
        let theirs = taking.join().expect("no panic");
        assert_eq!(mine + theirs + rest(&stack), 3);
        assert_eq!(stack.count(), 0);
    });
}

/// The thing on top is taken, used and put back, while another thread is between its look and its exchange.
#[test]
fn what_was_taken_and_put_back_is_not_lost() {
    loom::model(|| {
        let stack = Arc::new(Stack::new());
        list_of(1).put_on(&stack);
        list_of(2).put_on(&stack);
        let other = stack.clone();
        let churning = thread::spawn(move || {
            // SAFETY: as in `take`.
            let list = unsafe { List::from(&other) };
            list.put_on(&other);
        });
        let mine = take(&stack);
        churning.join().expect("no panic");
        assert_eq!(mine + rest(&stack), 3);
    });
}

#[test]
fn one_thread_at_a_time_has_the_lock() {
    use crate::sync::Busy;

    loom::model(|| {
        let locked = Arc::new((Busy::new(), UnsafeCell::new(0)));
        let work = |(busy, entered): &(Busy, UnsafeCell<usize>), enter: fn(&Busy) -> bool| {
            if enter(busy) {
                // SAFETY: the lock is ours, which is what loom checks.
                entered.with_mut(|entered| unsafe { *entered += 1 });
                busy.leave();
            }
        };
        let other = locked.clone();
        let thread = thread::spawn(move || work(&other, Busy::enter));
        work(&locked, Busy::enter_soon);
        thread.join().expect("no panic");
        work(&locked, Busy::enter);
        // SAFETY: there is no other thread any more.
        locked.1.with(|entered| assert!(unsafe { *entered } >= 1));
    });
}

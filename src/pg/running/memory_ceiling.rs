//! A hard limit on the memory of this process while a statement that is not ours runs: past it the system gives no more, and the
//! server raises its own ERROR, as where a machine is full. The looks at the memory in [`crate::pg::running::timer`] lead to an ERROR only where
//! the server looks for interrupts, and one expression can take gigabytes in between.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use crate::pg::running::process_memory::{bytes_of, reserved_pages};

/// What is reserved need not be used: tables for hashing, and texts that grow, are reserved twice as large as what is in them.
const RESERVED_PER_USED: i64 = 2;

/// Whatever the limit is, so much more may be reserved.
const SLACK_BYTES: i64 = 128 << 20;

static IN_FORCE: AtomicBool = AtomicBool::new(false);
/// The limit that held before.
static BEFORE: AtomicU64 = AtomicU64::new(0);

/// Has this process get no more than about twice so many pages beyond what it has reserved already, until [`lift`].
pub(super) fn set(more_pages: i64) {
    let (Some(reserved), Some(before)) = (reserved_pages(), limit()) else { return };
    let Ok(ceiling) = u64::try_from(bytes_of(reserved + RESERVED_PER_USED * more_pages.max(0)) + SLACK_BYTES) else {
        return;
    };
    // One that the administrator of the machine has set may be lower.
    if ceiling < before && !IN_FORCE.swap(true, Relaxed) {
        BEFORE.store(before, Relaxed);
        set_limit(ceiling);
    }
}

/// Whether there was a limit, which holds no more.
pub(super) fn lift() -> bool {
    let was_in_force = IN_FORCE.swap(false, Relaxed);
    if was_in_force {
        set_limit(BEFORE.load(Relaxed));
    }
    was_in_force
}

/// The soft limit on what this process has for itself alone (setrlimit(2)).
fn limit() -> Option<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: writes into our own variable.
    let failed = unsafe { libc::getrlimit(libc::RLIMIT_DATA, &raw mut limit) } != 0;
    (!failed).then_some(limit.rlim_cur)
}

fn set_limit(soft: u64) {
    // SAFETY: reads and writes our own variable. Whether it works is nothing to wait for: without the limit all is as it was.
    unsafe {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        if libc::getrlimit(libc::RLIMIT_DATA, &raw mut limit) == 0 {
            limit.rlim_cur = soft.min(limit.rlim_max);
            libc::setrlimit(libc::RLIMIT_DATA, &raw const limit);
        }
    }
}

/// The system's allocator for what is written in Rust, which would end the process where it gets no memory, and so all sessions:
/// it lifts the limit instead. The server's own code raises an ERROR.
struct Unlimited;

#[global_allocator]
static ALLOCATOR: Unlimited = Unlimited;

// SAFETY: all is done by the system's allocator, with the arguments that were given.
unsafe impl GlobalAlloc for Unlimited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        again_if_null(|| unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        again_if_null(|| unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise. What can't be made larger stays as it was, so it may be tried again.
        again_if_null(|| unsafe { System.realloc(at, layout, size) })
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }
}

fn again_if_null(allocate: impl Fn() -> *mut u8) -> *mut u8 {
    let given = allocate();
    if given.is_null() && lift() { allocate() } else { given }
}

//! The limit on memory in parallel workers. Each is a process of its own, which the timer of its leader sees nothing of, and
//! has a timer of its own. Limits on time need none: a leader that ends takes its workers with it.

use std::sync::OnceLock;

use crate::pg::host::messages;
use crate::pg::running::timer::{self, Timer};

static MEMORY_KB: OnceLock<fn() -> i32> = OnceLock::new();

/// Takes what tells the limit from the settings, which a worker has from its leader; called once, when the library is loaded.
pub fn install(memory_kb: fn() -> i32) {
    // A second call would bring the same.
    let _ = MEMORY_KB.set(memory_kb);
    messages::tell_workers_limit(timer::has_passed_memory);
}

/// Limits this worker from now on.
pub(super) fn start() {
    let memory_kb = MEMORY_KB.get().map_or(0, |memory_kb| memory_kb());
    // It ends with the query that it works for, and the timer with it.
    std::mem::forget(Timer::start(0, memory_kb));
}

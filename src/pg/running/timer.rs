//! Limits on time and memory of a piece of work in this backend: past one, the work is cancelled as if by the user.
//!
//! A cancel is one flag of the server's, whoever asked for it. So the timer raises the flag itself, and counts every SIGINT
//! that arrives meanwhile as somebody else's (the user's, or of statement_timeout and lock_timeout): theirs is never taken
//! back, and never taken for a limit of ours. Libraries may have put a handler of SIGINT in front of the server's, to end work of
//! theirs that knows nothing of the server's flags (PostGIS has GEOS do so): past a limit, that handler is called too.

use std::cell::{Cell, OnceCell};
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicUsize, Ordering::Relaxed};

use pgrx::pg_sys;

use crate::pg::host::failure::listen_to_cancels;
use crate::pg::running::memory_ceiling;
use crate::pg::running::process_memory::{self, private_pages};

// utils/timeout.h, which pgrx does not bind. None of these raises an ERROR.
unsafe extern "C-unwind" {
    fn RegisterTimeout(id: c_int, handler: extern "C-unwind" fn()) -> c_int;
    fn enable_timeout_every(id: c_int, first: pg_sys::TimestampTz, delay_ms: c_int);
    fn disable_timeout(id: c_int, keep_indicator: bool);
}

/// A limit that was passed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Exceeded {
    Time,
    Memory,
}

/// What the signal handler looks at: 0 stands for no limit. `PASSED` is 1 for time, 2 for memory.
static DEADLINE: AtomicI64 = AtomicI64::new(0);
static MEMORY_PAGES: AtomicI64 = AtomicI64::new(0);
static PASSED: AtomicI32 = AtomicI32::new(0);
/// Somebody else asked for a cancel that no ERROR has served yet.
static FOREIGN: AtomicBool = AtomicBool::new(false);
/// What the last cancel that became an ERROR was for: 0 before there is one, 1 and 2 as for `PASSED`, 3 somebody else's.
static SERVED: AtomicI32 = AtomicI32::new(0);
/// Private memory when the work began, and the most that was seen since.
static BASELINE: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);
/// Private memory before the first work of the session, and what all works together have left; -1 before the first.
static FIRST: AtomicI64 = AtomicI64::new(-1);
static LEFT: AtomicI64 = AtomicI64::new(0);

/// Work that took more than this has what it freed given back to the operating system, and so much may stay of a session's works
/// for nothing: the server's caches of catalogs and plans.
const MUCH_PAGES: i64 = 8 * 1024;

/// Any number from USER_TIMEOUT on asks RegisterTimeout for the next free slot; USER_TIMEOUT is at most 14 up to 18.
const ANY_USER_TIMEOUT: c_int = 16;

/// How often the limits are looked at. Cancelling goes on as long as the work does, as code in it may catch a cancel.
const TICK_MS: i32 = 20;

thread_local! {
    static SLOT: OnceCell<c_int> = const { OnceCell::new() };
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// Cancels the running work past a limit; disarmed when dropped.
pub struct Timer {
    slot: c_int,
    /// Who handled SIGINT before, and does again afterwards.
    handler: libc::sigaction,
}

impl Timer {
    /// 0 means no limit. Inside another timer's time there are no limits of its own: the outer ones hold. Where
    /// there is no /proc, memory is not limited.
    pub fn start(milliseconds: i32, memory_kb: i32) -> Option<Self> {
        if milliseconds <= 0 && memory_kb <= 0 || RUNNING.replace(true) {
            return None;
        }
        // SAFETY: called on the backend's only thread, in a transaction, where timeouts are initialized. A slot is
        // registered once a backend, as there are ten in all.
        unsafe {
            DEADLINE.store(if milliseconds > 0 { monotonic_ms() + i64::from(milliseconds) } else { 0 }, Relaxed);
            let pages = process_memory::pages_of(i64::from(memory_kb) * 1024);
            let baseline = if memory_kb > 0 { private_pages() } else { None };
            let remaining = baseline.map(|used| pages - left(used));
            MEMORY_PAGES.store(baseline.zip(remaining).map_or(0, |(used, remaining)| used + remaining.max(1)), Relaxed);
            BASELINE.store(baseline.unwrap_or_default(), Relaxed);
            PEAK.store(0, Relaxed);
            PASSED.store(0, Relaxed);
            SERVED.store(0, Relaxed);
            FOREIGN.store(pg_sys::QueryCancelPending != 0, Relaxed);
            if let Some(remaining) = remaining {
                memory_ceiling::set(remaining);
                if remaining <= 0 {
                    pass(2);
                }
            }
            listen_to_cancels(note_cancel);
            let handler = listen();
            let slot = SLOT.with(|slot| *slot.get_or_init(|| RegisterTimeout(ANY_USER_TIMEOUT, tick)));
            let first = if milliseconds > 0 { milliseconds.min(TICK_MS) } else { TICK_MS };
            enable_timeout_every(slot, pg_sys::GetCurrentTimestamp() + i64::from(first) * 1000, TICK_MS);
            Some(Self { slot, handler })
        }
    }

    /// Disarms the timer and tells for which limit the work was cancelled last. A cancel that only the timer asked for and
    /// nobody served is taken back.
    pub fn stop(self) -> Option<Exceeded> {
        // SAFETY: the slot was registered by `start`; the flag is the backend's own, written on its only thread.
        unsafe {
            disable_timeout(self.slot, false);
            if PASSED.load(Relaxed) > 0 && !FOREIGN.load(Relaxed) {
                pg_sys::QueryCancelPending = 0;
            }
        }
        match SERVED.load(Relaxed) {
            1 => Some(Exceeded::Time),
            2 => Some(Exceeded::Memory),
            _ => None,
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        memory_ceiling::lift();
        // SAFETY: the slot was registered by `start`; disarming twice is allowed. The handler is the one found there.
        unsafe {
            disable_timeout(self.slot, false);
            stop_listening(&self.handler);
        }
        RUNNING.set(false);
    }
}

/// Whether work that still goes on has passed its limit on memory.
pub fn has_passed_memory() -> bool {
    RUNNING.get() && PASSED.load(Relaxed) == 2
}

/// Notes what a cancel was for, as it becomes an ERROR: what happens while that unwinds does not count.
fn note_cancel() {
    if RUNNING.get() {
        let foreign = FOREIGN.swap(false, Relaxed);
        SERVED.store(if foreign { 3 } else { PASSED.load(Relaxed) }, Relaxed);
        // SAFETY: reads the backend's own flag. The server lowers it before it raises the ERROR; if it is up again, another
        // cancel has arrived, perhaps before the line above.
        if unsafe { pg_sys::QueryCancelPending } != 0 && PASSED.load(Relaxed) == 0 {
            FOREIGN.store(true, Relaxed);
        }
    }
}

/// The handlers of SIGINT that ours calls: the one in front of which it stands, and the first that it ever stood in front of; 0
/// before. They differ where a library that came meanwhile stands in front of ours, which it then calls in turn.
static NEXT_HANDLER: AtomicUsize = AtomicUsize::new(0);
static FIRST_HANDLER: AtomicUsize = AtomicUsize::new(0);
/// Ours is being called, so that the next one that calls it again comes to the first.
static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// The timer itself calls the handlers.
static IS_OWN: AtomicBool = AtomicBool::new(false);

/// Listens to SIGINT in front of the server; what was there before.
///
/// # Safety
/// On the backend's only thread, while no other timer listens.
unsafe fn listen() -> libc::sigaction {
    // SAFETY: the handler is async-signal-safe and passes on.
    unsafe {
        let before = handler();
        if before.sa_sigaction != libc::SIG_DFL && before.sa_sigaction != libc::SIG_IGN {
            NEXT_HANDLER.store(before.sa_sigaction, Relaxed);
            let _ = FIRST_HANDLER.compare_exchange(0, before.sa_sigaction, Relaxed, Relaxed);
            let ours = libc::sigaction { sa_sigaction: on_interrupt as *const () as usize, ..before };
            libc::sigaction(libc::SIGINT, &raw const ours, std::ptr::null_mut());
        }
        before
    }
}

/// Puts the handler back that was there before, unless a library that was loaded meanwhile has put its own in front of ours.
///
/// # Safety
/// On the backend's only thread, with what [`listen`] gave.
unsafe fn stop_listening(before: &libc::sigaction) {
    // SAFETY: as the caller says.
    unsafe {
        if handler().sa_sigaction == on_interrupt as *const () as usize {
            libc::sigaction(libc::SIGINT, &raw const *before, std::ptr::null_mut());
        }
    }
    NEXT_HANDLER.store(FIRST_HANDLER.load(Relaxed), Relaxed);
}

/// The process's handler of SIGINT. Async-signal-safe.
fn handler() -> libc::sigaction {
    // SAFETY: the structure is plain data, valid when it is all zero, and ours to be written.
    unsafe {
        let mut handler: libc::sigaction = std::mem::zeroed();
        libc::sigaction(libc::SIGINT, std::ptr::null(), &raw mut handler);
        handler
    }
}

/// Async-signal-safe.
extern "C-unwind" fn on_interrupt(signal: c_int) {
    if !IS_OWN.load(Relaxed) {
        FOREIGN.store(true, Relaxed);
    }
    let is_outer = !IS_INTERRUPTED.swap(true, Relaxed);
    let next = if is_outer { &NEXT_HANDLER } else { &FIRST_HANDLER }.load(Relaxed);
    // SAFETY: the server's own handler (StatementCancelHandler in postgres.c) or a library's, which take the signal's number.
    unsafe {
        let next: extern "C-unwind" fn(c_int) = std::mem::transmute(next);
        next(signal);
    }
    if is_outer {
        IS_INTERRUPTED.store(false, Relaxed);
    }
}

/// Tells the handlers of SIGINT that the work is to end, as the signal would. Async-signal-safe.
fn tell_handlers() {
    let handler = handler().sa_sigaction;
    if handler == libc::SIG_DFL || handler == libc::SIG_IGN {
        return;
    }
    // SAFETY: the sets are plain data of our own; what is called is a handler of SIGINT, which takes the signal's number. A signal
    // that arrives meanwhile waits, so that it is known for somebody else's.
    unsafe {
        let mut interrupt: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut interrupt);
        libc::sigaddset(&raw mut interrupt, libc::SIGINT);
        libc::sigprocmask(libc::SIG_BLOCK, &raw const interrupt, &raw mut before);
        IS_OWN.store(true, Relaxed);
        let handler: extern "C-unwind" fn(c_int) = std::mem::transmute(handler);
        handler(libc::SIGINT);
        IS_OWN.store(false, Relaxed);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut());
    }
}

/// Runs in the SIGALRM handler, which wakes whoever waits for the backend's latch, and asks for a cancel as
/// StatementCancelHandler in postgres.c does.
extern "C-unwind" fn tick() {
    let (deadline, memory) = (DEADLINE.load(Relaxed), MEMORY_PAGES.load(Relaxed));
    let passed = if deadline > 0 && monotonic_ms() >= deadline {
        1
    } else if memory > 0 && private_pages().is_some_and(|used| PEAK.fetch_max(used, Relaxed).max(used) > memory) {
        2
    } else {
        PASSED.load(Relaxed)
    };
    if passed > 0 {
        pass(passed);
    }
}

/// Asks for a cancel, as limit `passed` was passed. Async-signal-safe.
fn pass(passed: i32) {
    PASSED.store(passed, Relaxed);
    // SAFETY: these flags are meant to be raised by signal handlers.
    unsafe {
        pg_sys::QueryCancelPending = 1;
        pg_sys::InterruptPending = 1;
    }
    tell_handlers();
}

/// Milliseconds since the machine has started, the same for all processes. Async-signal-safe.
pub fn monotonic_ms() -> i64 {
    clock_ms(libc::CLOCK_MONOTONIC)
}

/// Milliseconds that this process has computed, which waiting for a busy machine does not add to.
pub fn processor_ms() -> i64 {
    clock_ms(libc::CLOCK_PROCESS_CPUTIME_ID)
}

fn clock_ms(clock: libc::clockid_t) -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes the time into our own variable.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// Pages that works of this session have left in memory, of the `now` that it has, and that can't be given back: the server keeps
/// some things, such as time zones, for as long as the process lives. They count against the limit of the next, but for the
/// first [`MUCH_PAGES`].
fn left(now: i64) -> i64 {
    if FIRST.load(Relaxed) < 0 {
        FIRST.store(now, Relaxed);
    }
    // What the caller has freed in between is not there any more.
    let left = LEFT.load(Relaxed).clamp(0, (now - FIRST.load(Relaxed)).max(0));
    LEFT.store(left, Relaxed);
    (left - MUCH_PAGES).max(0)
}

/// What works before have left counts no more: the next is somebody else's.
pub fn begin_anew() {
    FIRST.store(-1, Relaxed);
    LEFT.store(0, Relaxed);
}

/// Gives memory that is free again back to the operating system, if the work that just ended took much of it, and counts what it
/// left, however little: many works leave much. What the last moments took, no tick has seen.
pub fn trim_memory() {
    let (baseline, now) = (BASELINE.load(Relaxed), private_pages().unwrap_or_default());
    if PEAK.swap(0, Relaxed).max(now) > baseline + MUCH_PAGES {
        trim_now();
    }
    if baseline > 0 {
        LEFT.fetch_add(private_pages().unwrap_or(baseline) - baseline, Relaxed);
    }
}

/// The same, however much it was.
pub fn trim_now() {
    // SAFETY: only releases what malloc holds unused.
    #[cfg(target_env = "gnu")]
    unsafe {
        libc::malloc_trim(0);
    }
}

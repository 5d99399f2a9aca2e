//! Limits on time and memory of a piece of work in this backend: past one, the work is cancelled as if by the user.
//!
//! A cancel is one flag of the server's, whoever asked for it. So the timer raises the flag itself, and counts every SIGINT
//! that arrives meanwhile as somebody else's (the user's, or of statement_timeout and lock_timeout): theirs is never taken
//! back, and never taken for a limit of ours.

use std::cell::{Cell, OnceCell};
use std::ffi::{c_char, c_int};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, AtomicUsize, Ordering::Relaxed};

use pgrx::pg_sys;

use crate::pg::host::failure::listen_to_cancels;

// utils/timeout.h, which pgrx does not bind. None of these raises an ERROR.
unsafe extern "C-unwind" {
    fn RegisterTimeout(id: c_int, handler: extern "C-unwind" fn()) -> c_int;
    #[cfg(feature = "pg13")]
    fn enable_timeout_after(id: c_int, delay_ms: c_int);
    #[cfg(not(feature = "pg13"))]
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
/// /proc/self/statm, opened once and kept; -1 before that and where there is none.
static STATM: AtomicI32 = AtomicI32::new(-1);

/// Work that took more than this has what it freed given back to the operating system.
const MUCH_PAGES: i64 = 8 * 1024;

/// Any number from USER_TIMEOUT on asks RegisterTimeout for the next free slot; USER_TIMEOUT is at most 14 up to 18.
const ANY_USER_TIMEOUT: c_int = 16;

/// How often the limits are looked at. Cancelling goes on as long as the work does, as code in it may catch a cancel.
#[cfg(not(feature = "pg13"))]
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
    /// 0 means no limit. Inside another timer's time there are no limits of its own: the outer ones hold. Before
    /// PostgreSQL 14, which has no repeating timeouts, and where there is no /proc, memory is not limited.
    pub fn start(milliseconds: i32, memory_kb: i32) -> Option<Self> {
        if milliseconds <= 0 && memory_kb <= 0 || RUNNING.replace(true) {
            return None;
        }
        // SAFETY: called on the backend's only thread, in a transaction, where timeouts are initialized. A slot is
        // registered once a backend, as there are ten in all.
        unsafe {
            DEADLINE.store(if milliseconds > 0 { monotonic_ms() + i64::from(milliseconds) } else { 0 }, Relaxed);
            let pages = i64::from(memory_kb) * 1024 / libc::sysconf(libc::_SC_PAGESIZE);
            let baseline = if memory_kb > 0 { private_pages() } else { None };
            MEMORY_PAGES.store(baseline.map_or(0, |used| used + pages.max(1)), Relaxed);
            BASELINE.store(baseline.unwrap_or_default(), Relaxed);
            PEAK.store(0, Relaxed);
            PASSED.store(0, Relaxed);
            SERVED.store(0, Relaxed);
            FOREIGN.store(pg_sys::QueryCancelPending != 0, Relaxed);
            listen_to_cancels(note_cancel);
            let handler = listen();
            let slot = SLOT.with(|slot| *slot.get_or_init(|| RegisterTimeout(ANY_USER_TIMEOUT, tick)));
            #[cfg(feature = "pg13")]
            enable_timeout_after(slot, milliseconds.max(1));
            #[cfg(not(feature = "pg13"))]
            {
                let first = if milliseconds > 0 { milliseconds.min(TICK_MS) } else { TICK_MS };
                enable_timeout_every(slot, pg_sys::GetCurrentTimestamp() + i64::from(first) * 1000, TICK_MS);
            }
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
        // SAFETY: the slot was registered by `start`; disarming twice is allowed. The handler is the one found there.
        unsafe {
            disable_timeout(self.slot, false);
            libc::sigaction(libc::SIGINT, &raw const self.handler, std::ptr::null_mut());
        }
        RUNNING.set(false);
    }
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

/// The server's handler of SIGINT, called by ours; 0 while there is none.
static NEXT_HANDLER: AtomicUsize = AtomicUsize::new(0);

/// Listens to SIGINT in front of the server; what was there before.
///
/// # Safety
/// On the backend's only thread, while no other timer listens.
unsafe fn listen() -> libc::sigaction {
    // SAFETY: the structure is plain data, and valid when it is all zero; the handler is async-signal-safe and passes on.
    unsafe {
        let mut before: libc::sigaction = std::mem::zeroed();
        libc::sigaction(libc::SIGINT, std::ptr::null(), &raw mut before);
        NEXT_HANDLER.store(before.sa_sigaction, Relaxed);
        if before.sa_sigaction != libc::SIG_DFL && before.sa_sigaction != libc::SIG_IGN {
            let ours = libc::sigaction { sa_sigaction: on_interrupt as *const () as usize, ..before };
            libc::sigaction(libc::SIGINT, &raw const ours, std::ptr::null_mut());
        }
        before
    }
}

/// Async-signal-safe.
extern "C-unwind" fn on_interrupt(signal: c_int) {
    FOREIGN.store(true, Relaxed);
    // SAFETY: the server's own handler (StatementCancelHandler in postgres.c), which takes the signal's number.
    unsafe {
        let next: extern "C-unwind" fn(c_int) = std::mem::transmute(NEXT_HANDLER.load(Relaxed));
        next(signal);
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
        PASSED.store(passed, Relaxed);
        // SAFETY: these flags are meant to be raised by signal handlers.
        unsafe {
            pg_sys::QueryCancelPending = 1;
            pg_sys::InterruptPending = 1;
        }
    }
}

/// Async-signal-safe.
fn monotonic_ms() -> i64 {
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

/// Pages of this process that it shares with nobody (proc(5): resident less shared). Async-signal-safe: no allocation.
fn private_pages() -> Option<i64> {
    let mut text = [0u8; 128];
    // SAFETY: open and pread are async-signal-safe; the buffer is ours, and errno is put back for who is interrupted.
    let length = unsafe {
        let errno = *libc::__errno_location();
        if STATM.load(Relaxed) < 0 {
            let path = c"/proc/self/statm".as_ptr().cast::<c_char>();
            STATM.store(libc::open(path, libc::O_RDONLY | libc::O_CLOEXEC), Relaxed);
        }
        let length = libc::pread(STATM.load(Relaxed), text.as_mut_ptr().cast(), text.len(), 0);
        *libc::__errno_location() = errno;
        usize::try_from(length).ok()?
    };
    let mut fields = text.get(..length)?.split(|byte| *byte == b' ').skip(1).map(number);
    Some(fields.next()? - fields.next()?)
}

fn number(digits: &[u8]) -> i64 {
    digits.iter().take_while(|byte| byte.is_ascii_digit()).fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'))
}

/// Gives memory that is free again back to the operating system, if the work that just ended took much of it.
pub fn trim_memory() {
    if PEAK.swap(0, Relaxed) > BASELINE.load(Relaxed) + MUCH_PAGES {
        trim_now();
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

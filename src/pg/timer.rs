//! A time limit on a piece of work in this backend: when it is up, the work is cancelled as if by the user.

use std::cell::Cell;
use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use once_cell::unsync::OnceCell;
use pgrx::pg_sys;

// utils/timeout.h, which pgrx does not bind. None of these raises an ERROR.
unsafe extern "C-unwind" {
    fn RegisterTimeout(id: c_int, handler: extern "C-unwind" fn()) -> c_int;
    #[cfg(feature = "pg13")]
    fn enable_timeout_after(id: c_int, delay_ms: c_int);
    #[cfg(not(feature = "pg13"))]
    fn enable_timeout_every(id: c_int, first: pg_sys::TimestampTz, delay_ms: c_int);
    fn disable_timeout(id: c_int, keep_indicator: bool);
}

/// Set in the signal handler. The server's own indicator is reset each time a repeating timeout is armed again.
static EXPIRED: AtomicBool = AtomicBool::new(false);

/// Any number from USER_TIMEOUT on asks RegisterTimeout for the next free slot; USER_TIMEOUT is at most 14 up to 18.
const ANY_USER_TIMEOUT: c_int = 16;

/// Goes off again after this, as code under the limit may catch a cancel and go on.
#[cfg(not(feature = "pg13"))]
const AGAIN_MS: c_int = 1000;

thread_local! {
    static SLOT: OnceCell<c_int> = const { OnceCell::new() };
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// Cancels the running work after a delay; disarmed when dropped.
pub struct Timer {
    slot: c_int,
}

impl Timer {
    /// `milliseconds` of 0 means no limit. Inside another timer's time there is none of its own: the outer one holds.
    pub fn start(milliseconds: i32) -> Option<Self> {
        if milliseconds <= 0 || RUNNING.replace(true) {
            return None;
        }
        EXPIRED.store(false, Relaxed);
        // SAFETY: called on the backend's only thread, in a transaction, where timeouts are initialized. A slot is
        // registered once a backend, as there are ten in all.
        unsafe {
            let slot = SLOT.with(|slot| *slot.get_or_init(|| RegisterTimeout(ANY_USER_TIMEOUT, cancel)));
            #[cfg(feature = "pg13")]
            enable_timeout_after(slot, milliseconds);
            #[cfg(not(feature = "pg13"))]
            enable_timeout_every(slot, pg_sys::GetCurrentTimestamp() + i64::from(milliseconds) * 1000, AGAIN_MS);
            Some(Self { slot })
        }
    }

    /// Disarms the timer and tells whether it had gone off. A cancel it asked for and nobody served is taken back.
    pub fn stop(self) -> bool {
        // SAFETY: the slot was registered by `start`; the flag is the backend's own, written on its only thread.
        unsafe {
            disable_timeout(self.slot, false);
            let expired = EXPIRED.load(Relaxed);
            if expired {
                pg_sys::QueryCancelPending = 0;
            }
            expired
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // SAFETY: the slot was registered by `start`; disarming twice is allowed.
        unsafe { disable_timeout(self.slot, false) };
        RUNNING.set(false);
    }
}

/// Runs in the SIGALRM handler: asks for a cancel the way StatementTimeoutHandler in postinit.c does.
extern "C-unwind" fn cancel() {
    EXPIRED.store(true, Relaxed);
    // SAFETY: getpid and kill are async-signal-safe; SIGINT is the backend's own cancel signal.
    unsafe { libc::kill(libc::getpid(), libc::SIGINT) };
}

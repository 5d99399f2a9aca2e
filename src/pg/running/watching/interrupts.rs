//! Serves a cancel where the server looks for none by itself, or can't: while it holds a page of an index, it calls the functions that
//! compare with what is on it, and CHECK_FOR_INTERRUPTS does nothing.

use std::ffi::{c_int, c_void};

use pgrx::pg_sys::errcodes::PgSqlErrorCode;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::pg_sys::{self, LWLock, LWLockMode};
use pgrx::prelude::*;

/// STATEMENT_TIMEOUT of utils/timeout.h, which pgrx does not bind; the same from PostgreSQL 13 to 18.
const STATEMENT_TIMEOUT: c_int = 3;

/// Raises what is pending, if anything, wherever a function of the server may be called.
#[pg_guard]
pub(in crate::pg::running) unsafe extern "C-unwind" fn interrupt() {
    pgrx::check_for_interrupts!();
    // SAFETY: reads the backend's own variables on its only thread.
    if unsafe { pg_sys::InterruptHoldoffCount } > 0 && is_cancelled() && is_held_off_by_locks_alone() {
        cancel();
    }
}

/// Whether the statement is to end, now that interrupts are held off, and an ERROR would be one and no PANIC.
fn is_cancelled() -> bool {
    // SAFETY: reads the backend's own variables.
    unsafe {
        let is_cancelled = pg_sys::QueryCancelPending != 0 && pg_sys::QueryCancelHoldoffCount == 0;
        (is_cancelled || pg_sys::ProcDiePending != 0) && pg_sys::CritSectionCount == 0
    }
}

/// Whether nothing holds interrupts off but locks on pages and the like, each of which does so once (LWLockAcquire in lwlock.c). They
/// are released as the transaction is rolled back, which is why a comparison may raise an ERROR under them.
fn is_held_off_by_locks_alone() -> bool {
    unsafe extern "C-unwind" fn count(_: *mut LWLock, _: LWLockMode::Type, locks: *mut c_void) {
        // SAFETY: the variable of the caller below.
        unsafe { *locks.cast::<u32>() += 1 };
    }
    let mut locks = 0_u32;
    // SAFETY: the server calls back before this returns, with the pointer it was given; the variable is its own.
    unsafe {
        pg_sys::ForEachLWLockHeldByMe(Some(count), (&raw mut locks).cast());
        locks == pg_sys::InterruptHoldoffCount
    }
}

/// As ProcessInterrupts (postgres.c) does with a cancel. A process that is to end does so where it looks next, without the locks.
fn cancel() {
    // SAFETY: the flag is the backend's own; what the timeout has noted is forgotten as there.
    let is_timeout = unsafe {
        pg_sys::QueryCancelPending = 0;
        raw::get_timeout_indicator(STATEMENT_TIMEOUT, true)
    };
    let why = if is_timeout {
        "canceling statement due to statement timeout"
    } else {
        "canceling statement due to user request"
    };
    ErrorReport::new(PgSqlErrorCode::ERRCODE_QUERY_CANCELED, why, "nl2sql").report(PgLogLevel::ERROR);
}

mod raw {
    use super::c_int;

    // utils/timeout.h; raises nothing.
    unsafe extern "C-unwind" {
        pub fn get_timeout_indicator(id: c_int, reset: bool) -> bool;
    }
}

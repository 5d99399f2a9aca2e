//! Catches a server ERROR as a value, with what pgrx loses on the way: the position and the exact SQLSTATE.
//!
//! The caller owns the clean-up: a caught ERROR is only safe where a subtransaction is rolled back afterwards.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::panic::AssertUnwindSafe;

use pgrx::pg_sys;
use pgrx::pg_sys::panic::CaughtError;
use pgrx::prelude::*;

use super::messages::{self, Raised};
use crate::error::Error;

/// ERRCODE_QUERY_CANCELED, 57014, packed.
const QUERY_CANCELED: c_int = pg_sys::errcodes::PgSqlErrorCode::ERRCODE_QUERY_CANCELED as c_int;

/// ERRCODE_LOCK_NOT_AVAILABLE, 55P03, packed.
const LOCK_NOT_AVAILABLE: c_int = pg_sys::errcodes::PgSqlErrorCode::ERRCODE_LOCK_NOT_AVAILABLE as c_int;

thread_local! {
    /// The message that is raised next is an error of this library.
    static OURS: Cell<bool> = const { Cell::new(false) };
    static RAISED: Cell<Option<Raised>> = const { Cell::new(None) };
    static CANCEL_LISTENER: Cell<Option<fn()>> = const { Cell::new(None) };
}

/// Says that the error raised next is one of this library.
pub(super) fn mark_ours() {
    OURS.set(true);
}

/// Has `listener` called whenever a cancel becomes an ERROR inside [`catch`], before it jumps. It may not raise anything.
pub fn listen_to_cancels(listener: fn()) {
    CANCEL_LISTENER.set(Some(listener));
}

/// Runs `work`; a server ERROR in it becomes [`Error::Server`]. A Rust panic goes on unwinding.
pub fn catch<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    RAISED.set(None);
    let watch = ContextWatch::new();
    let result = PgTryBuilder::new(AssertUnwindSafe(work))
        .catch_others(|caught| match caught {
            CaughtError::PostgresError(report) => Err(Error::Server(messages::failure(&report, RAISED.take()))),
            CaughtError::ErrorReport(report) => Err(Error::Server(messages::failure(&report, None))),
            panic @ CaughtError::RustPanic { .. } => panic.rethrow(),
        })
        .execute();
    drop(watch);
    result
}

/// Keeps a callback on the server's error context stack, which runs while an ERROR is being raised, before it jumps.
struct ContextWatch {
    callback: Box<pg_sys::ErrorContextCallback>,
}

impl ContextWatch {
    fn new() -> Self {
        // SAFETY: reads and writes the backend's own stack head on its only thread; the box outlives its stay there,
        // as Drop takes it off again on every path.
        unsafe {
            let callback = Box::new(pg_sys::ErrorContextCallback {
                previous: pg_sys::error_context_stack,
                callback: Some(note_raised),
                arg: std::ptr::null_mut::<c_void>(),
            });
            pg_sys::error_context_stack = (&raw const *callback).cast_mut();
            Self { callback }
        }
    }
}

impl Drop for ContextWatch {
    fn drop(&mut self) {
        // SAFETY: as in `new`; whatever was pushed above us has been popped or belongs to frames already left.
        unsafe { pg_sys::error_context_stack = self.callback.previous };
    }
}

/// Runs inside errfinish for messages of every level; the last one before the jump is the ERROR.
unsafe extern "C-unwind" fn note_raised(_: *mut c_void) {
    // SAFETY: only called by errfinish, while an error is on the server's stack. The copy lives in memory that no jump
    // frees, as errfinish works in the memory of errors, until it is freed here.
    unsafe {
        let outer = pg_sys::MemoryContextSwitchTo(pg_sys::TopMemoryContext);
        let data = pg_sys::CopyErrorData();
        pg_sys::MemoryContextSwitchTo(outer);
        RAISED.set(Some(Raised {
            sqlstate: (*data).sqlerrcode,
            position: (*data).internalpos.max((*data).cursorpos),
            is_direct: (*data).context.is_null(),
            is_ours: OURS.take(),
        }));
        // The server's own lock_timeout interrupts as a cancel does, and ends in another error.
        let is_cancel = [QUERY_CANCELED, LOCK_NOT_AVAILABLE].contains(&(*data).sqlerrcode);
        pg_sys::FreeErrorData(data);
        if let Some(listener) = CANCEL_LISTENER.get().filter(|_| is_cancel) {
            listener();
        }
    }
}

//! Catches a server ERROR as a value, with what pgrx loses on the way: the position and the exact SQLSTATE.
//!
//! The caller owns the clean-up: a caught ERROR is only safe where a subtransaction is rolled back afterwards.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::panic::AssertUnwindSafe;

use pgrx::pg_sys;
use pgrx::pg_sys::panic::CaughtError;
use pgrx::prelude::*;

use super::messages::{self, Raised};
use super::sqlstate::unpack;
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
    /// How many watches there are, one in the other.
    static WATCHES: Cell<usize> = const { Cell::new(0) };
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

/// An ERROR of the server, or a panic, on its way out of a function that is called from SQL.
pub struct Unwinding(CaughtError);

impl Unwinding {
    /// Its SQLSTATE; XX000 for a panic.
    pub fn sqlstate(&self) -> String {
        match &self.0 {
            CaughtError::PostgresError(report)
            | CaughtError::ErrorReport(report)
            | CaughtError::RustPanic { ereport: report, .. } => unpack(report.sql_error_code() as c_int),
        }
    }

    /// Lets it go on.
    pub fn resume(self) -> ! {
        self.0.rethrow()
    }
}

/// Runs `work` and gives what unwinds out of it as a value, which has to be resumed: unlike after [`catch`], nothing is rolled back,
/// so nothing but memory may be touched before.
pub fn observed<T>(work: impl FnOnce() -> T) -> Result<T, Unwinding> {
    PgTryBuilder::new(AssertUnwindSafe(|| Ok(work())))
        .catch_others(|caught| Err(Unwinding(caught)))
        .catch_rust_panic(|caught| Err(Unwinding(caught)))
        .execute()
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
            let number = WATCHES.get() + 1;
            WATCHES.set(number);
            let callback = Box::new(pg_sys::ErrorContextCallback {
                previous: pg_sys::error_context_stack,
                callback: Some(note_raised),
                arg: std::ptr::without_provenance_mut::<c_void>(number),
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
        WATCHES.set(self.callback.arg.addr() - 1);
    }
}

/// Runs inside errfinish for messages of every level; the last one before the jump is the ERROR. The innermost watch notes it, as a
/// cancel that was noted twice would count as another the second time.
unsafe extern "C-unwind" fn note_raised(number: *mut c_void) {
    if number.addr() != WATCHES.get() {
        return;
    }
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
        shorten((*data).message, errmsg_internal);
        shorten((*data).detail, errdetail_internal);
        shorten((*data).hint, errhint);
        pg_sys::FreeErrorData(data);
        if let Some(listener) = CANCEL_LISTENER.get().filter(|_| is_cancel) {
            listener();
        }
    }
}

/// The most of a message, detail or hint, in bytes, that goes on from here. Many of the server's quote a value, however long it is,
/// and every catch, log and client makes copies of its own.
const MOST_TEXT: usize = 64 * 1024;

/// A function of utils/elog.h that puts a text in the place of another of the ERROR being raised. The text is formatted.
type SetText = unsafe extern "C-unwind" fn(*const c_char, ...) -> c_int;

unsafe extern "C-unwind" {
    fn errmsg_internal(format: *const c_char, ...) -> c_int;
    fn errdetail_internal(format: *const c_char, ...) -> c_int;
    fn errhint(format: *const c_char, ...) -> c_int;
}

/// Cuts a copy of one text of the ERROR, and has the server take what is left of it.
///
/// # Safety
/// In a callback of errfinish; `text` is null or a C string that nobody else has.
unsafe fn shorten(text: *mut c_char, set: SetText) {
    // SAFETY: the caller's promise. Where the first so many bytes hold no end, all of them are the text's; the server
    // copies what it is given.
    unsafe {
        if text.is_null() || libc::strnlen(text, MOST_TEXT + 1) <= MOST_TEXT {
            return;
        }
        let mut end = MOST_TEXT;
        // Not within a character of UTF-8.
        while end > 0 && (*text.add(end)).cast_unsigned() & 0xC0 == 0x80 {
            end -= 1;
        }
        *text.add(end) = 0;
        set(c"%s".as_ptr(), text);
    }
}

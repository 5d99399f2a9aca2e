//! The transaction that the caller has begun, if any.

use pgrx::{PgXactCallbackEvent, pg_sys};

use super::report;
use crate::error::Error;

/// Whether the transaction ends with the statement that the client has sent: it is outside of BEGIN and COMMIT, and not part of
/// a function or a message of the extended protocol, which may go on with what it has opened.
pub fn ends_with_statement() -> bool {
    // SAFETY: both only read variables of this process. The server and PL/pgSQL put a callback on the stack while they run
    // statements of a function or of the extended protocol, and none for the text of a simple query.
    unsafe { !pg_sys::IsTransactionBlock() && pg_sys::error_context_stack.is_null() }
}

/// Whether the transaction has an id, as it has once it has changed anything that others are to see.
pub fn has_id() -> bool {
    // SAFETY: reads a variable of this process.
    unsafe { pg_sys::GetTopTransactionIdIfAny() != pg_sys::InvalidTransactionId }
}

/// Has `work` called when the transaction is over and others see what became of it: with `true` where it has committed. It may not
/// raise anything, as nothing can be rolled back any more. As another session may commit what is prepared, PREPARE TRANSACTION is
/// refused with `refusal`, as after NOTIFY.
pub fn at_end(work: fn(bool), refusal: Error) {
    pgrx::register_xact_callback(PgXactCallbackEvent::PrePrepare, move || report::raise(refusal));
    pgrx::register_xact_callback(PgXactCallbackEvent::Commit, move || work(true));
    pgrx::register_xact_callback(PgXactCallbackEvent::Abort, move || work(false));
}

//! The transaction that the caller has begun, if any.

use pgrx::pg_sys;

/// Whether the transaction ends with the statement that the client has sent: it is outside of BEGIN and COMMIT, and not part of
/// a function or a message of the extended protocol, which may go on with what it has opened.
pub fn ends_with_statement() -> bool {
    // SAFETY: both only read variables of this process. The server and PL/pgSQL put a callback on the stack while they run
    // statements of a function or of the extended protocol, and none for the text of a simple query.
    unsafe { !pg_sys::IsTransactionBlock() && pg_sys::error_context_stack.is_null() }
}

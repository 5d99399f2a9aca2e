//! Has the analysis of a statement look for cancels, which it does not by itself.
//!
//! What it does for one call, cast or field of a row is bounded, but a statement has thousands of them. A hook of the parser is asked at
//! each name of a column (parser/parse_expr.c), and one of the catalogs at each name with a schema (catalog/namespace.c).

use std::ffi::c_void;

use pgrx::pg_sys::{self, ObjectAccessType};

use super::interrupts::interrupt;
use super::watch_state::{is_analyzing, is_watching};

/// For SPI_prepare_params: has the parser ask at each name of a column.
pub unsafe extern "C-unwind" fn set_up_parser(state: *mut pg_sys::ParseState, _: *mut c_void) {
    // SAFETY: the server hands over the state that it is about to analyze with; subqueries take the hook over from it.
    unsafe { (*state).p_pre_columnref_hook = Some(on_column) };
}

/// Not guarded by pgrx, for the reason given at `function_hooks::on_access`. It leaves the name to the server.
unsafe extern "C-unwind" fn on_column(_: *mut pg_sys::ParseState, _: *mut pg_sys::ColumnRef) -> *mut pg_sys::Node {
    // SAFETY: reads a variable of the backend; in a transaction.
    unsafe {
        if pg_sys::InterruptPending != 0 {
            interrupt();
        }
    }
    std::ptr::null_mut()
}

/// The server is about to look something up in a schema.
pub(super) fn on_access(access: ObjectAccessType::Type) {
    // SAFETY: as in `on_column`.
    unsafe {
        if access == ObjectAccessType::OAT_NAMESPACE_SEARCH
            && pg_sys::InterruptPending != 0
            && is_analyzing()
            && is_watching()
        {
            interrupt();
        }
    }
}

//! Turns an [`Error`] into the ereport a client sees, and sends notices.

use pgrx::pg_sys::errcodes::PgSqlErrorCode;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::error::Error;
use crate::pg::host::failure;
use crate::pg::host::sqlstate::pack;

impl From<Error> for ErrorReport {
    #[track_caller]
    fn from(error: Error) -> Self {
        let code = PgSqlErrorCode::from(pack(error.sqlstate()));
        let mut report = ErrorReport::new(code, error.to_string(), "nl2sql");
        if let Some(detail) = error.detail() {
            report = report.set_detail(detail);
        }
        if let Some(hint) = error.hint() {
            report = report.set_hint(hint);
        }
        report
    }
}

/// Raises an error of ours as the server's. It is marked on the way, as nothing else tells it from an error of another
/// extension.
pub fn raise(error: Error) {
    failure::mark_ours();
    ErrorReport::from(error).report(PgLogLevel::ERROR);
}

/// Sends a NOTICE. A pending cancel is served first: in pgrx 0.18 a notice that meets one jumps over Rust frames.
pub fn notice(text: &str) {
    pgrx::check_for_interrupts!();
    notice!("{text}");
}

/// Sends a WARNING with a way out; see [`notice`] for cancels. An empty detail is left out.
pub fn warning(message: &str, detail: &str, hint: &str) {
    pgrx::check_for_interrupts!();
    let mut report = ErrorReport::new(PgSqlErrorCode::ERRCODE_WARNING, message.to_owned(), "nl2sql").set_hint(hint);
    if !detail.is_empty() {
        report = report.set_detail(detail.to_owned());
    }
    report.report(PgLogLevel::WARNING);
}

/// Says something to the server's log.
pub fn log(text: &str) {
    pgrx::check_for_interrupts!();
    log!("{text}");
}

/// Says something to whoever has `client_min_messages` or `log_min_messages` at debug1.
pub fn debug(text: &str) {
    pgrx::check_for_interrupts!();
    debug1!("{text}");
}

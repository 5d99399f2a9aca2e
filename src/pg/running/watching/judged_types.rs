//! Types of owners whom nobody has reason to trust, whose code was judged for what runs in this transaction.
//!
//! ALTER DOMAIN and ALTER TYPE wait for no statement that uses the type, and the server takes a domain's new check as soon as it
//! hears of it, in the middle of a statement. So the types are watched from when they are judged, and where one has changed, they
//! are judged again before the next function is called. Cursors run on after the statement that opened them: for these the
//! types are kept to the end of the transaction.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::OnceLock;

use pgrx::pg_sys;

use super::watch_state::{is_watching, raise};
use crate::error::Error;
use crate::pg::host::invalidation;

/// Tells why values of these types may not be made, if so.
pub type Judge = fn(&BTreeSet<u32>) -> Option<Error>;

static JUDGE: OnceLock<Judge> = OnceLock::new();

thread_local! {
    static TYPES: RefCell<BTreeSet<u32>> = const { RefCell::new(BTreeSet::new()) };
    /// When the transaction began that a cursor was opened in.
    static KEPT_IN: Cell<Option<pg_sys::TimestampTz>> = const { Cell::new(None) };
}

/// Called once, when the library is loaded.
pub fn install(judge: Judge) {
    // Only the first one counts.
    let _ = JUDGE.set(judge);
}

/// These types, with all that they are made of, are about to be judged.
pub fn note(types: &BTreeSet<u32>) {
    invalidation::watch_types(types.iter().copied());
    TYPES.with_borrow_mut(|all| all.extend(types));
}

/// Whether values of such types may be made.
pub fn are_noted() -> bool {
    TYPES.with_borrow(|types| !types.is_empty())
}

pub fn noted() -> BTreeSet<u32> {
    TYPES.with_borrow(BTreeSet::clone)
}

/// A cursor is opened in this transaction for whose statement these types were judged, and nothing has changed since.
pub fn keep(types: &BTreeSet<u32>) {
    KEPT_IN.set(Some(transaction()));
    note(types);
}

/// A statement is entered whose types are yet to be judged.
pub fn forget() {
    if KEPT_IN.get() != Some(transaction()) {
        KEPT_IN.set(None);
        TYPES.with_borrow_mut(BTreeSet::clear);
        invalidation::forget_types();
    }
}

/// Refuses to go on where what stands behind a type has changed into something that is not allowed.
pub(super) fn judge_again() {
    if !invalidation::have_types_changed() || !is_watching() {
        return;
    }
    invalidation::types_are_read();
    let types = noted();
    let refusal = JUDGE.get().and_then(|judge| judge(&types));
    // What changed once more while it was read may have been read in between, by the server too.
    let refusal = refusal.or_else(|| invalidation::have_types_changed().then(changing));
    if let Some(error) = refusal {
        // Code that catches the error gets no further.
        invalidation::doubt_types();
        raise(error);
    }
}

/// Somebody changes the types all the while.
pub fn changing() -> Error {
    Error::Refused {
        what: "using types that are being changed".to_owned(),
        why: "What stands behind a type of the statement changes while it runs.".to_owned(),
        hint: Some("Ask again.".to_owned()),
    }
}

fn transaction() -> pg_sys::TimestampTz {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::GetCurrentTransactionStartTimestamp() }
}

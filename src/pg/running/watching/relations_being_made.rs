//! The relations that the running statement is itself making: `CREATE TABLE x AS SELECT * FROM nl_query(…)`.
//!
//! The server creates `x` before it runs the query, so that a question asked in it would find `x` in the catalogs, empty,
//! with the very columns that it is about to get. A question is about the database as it was when its statement began.

use std::cell::RefCell;
use std::ffi::c_void;

use pgrx::pg_sys::{self, NodeTag, ObjectAccessType};

/// One statement that makes a relation from a query, still running.
struct Maker {
    /// The transaction nesting level at which it began: an abort at this level or an outer one has ended it.
    level: i32,
    /// When the statement began that ran while the library was loaded: nobody saw it begin, and nobody will see it end.
    loaded_in: Option<i64>,
    made: Vec<u32>,
}

impl Maker {
    fn is_running(&self) -> bool {
        self.loaded_in.is_none_or(|start| start == statement_start())
    }
}

/// When the client's running statement began, in microseconds.
fn statement_start() -> i64 {
    // SAFETY: on the backend's only thread; reads one number.
    unsafe { pg_sys::GetCurrentStatementStartTimestamp() }
}

thread_local! {
    /// Statements can nest, as a query may call a function that makes another relation.
    static RUNNING: RefCell<Vec<Maker>> = const { RefCell::new(Vec::new()) };
}

/// The oids of the relations that running statements are making.
pub fn oids() -> Vec<u32> {
    RUNNING.with_borrow(|running| {
        running.iter().filter(|maker| maker.is_running()).flat_map(|maker| maker.made.iter().copied()).collect()
    })
}

/// Registers for the ends of transactions; called once, when the library is loaded. That may be in the middle of a
/// statement: the server loads it for `nl_query` before it creates the relation that takes the rows.
pub fn install() {
    // SAFETY: on the backend's only thread; both functions have the signatures the server expects and raise nothing.
    unsafe {
        pg_sys::RegisterXactCallback(Some(on_transaction_end), std::ptr::null_mut());
        pg_sys::RegisterSubXactCallback(Some(on_subtransaction_end), std::ptr::null_mut());
        if pg_sys::IsTransactionState() {
            let level = pg_sys::GetCurrentTransactionNestLevel();
            RUNNING.with_borrow_mut(|running| {
                running.push(Maker { level, loaded_in: Some(statement_start()), made: Vec::new() })
            });
        }
    }
}

/// Whether the utility statement fills a relation that it makes from a query, or may, as EXPLAIN ANALYZE of one does. Where it
/// does, it counts as running until [`end`], or until an ERROR ends its transaction or subtransaction.
///
/// # Safety
/// `statement` is the statement that ProcessUtility is about to run.
pub unsafe fn begin(statement: *const pg_sys::PlannedStmt, context: pg_sys::ProcessUtilityContext::Type) -> bool {
    if context == pg_sys::ProcessUtilityContext::PROCESS_UTILITY_TOPLEVEL {
        RUNNING.with_borrow_mut(|running| running.retain(|maker| maker.loaded_in.is_none()));
    }
    // SAFETY: the caller's promise; a utility statement has a node.
    let tag = unsafe { (*(*statement).utilityStmt).type_ };
    let makes = matches!(tag, NodeTag::T_CreateTableAsStmt | NodeTag::T_RefreshMatViewStmt | NodeTag::T_ExplainStmt);
    if makes {
        // SAFETY: on the backend's only thread; reads one number.
        let level = unsafe { pg_sys::GetCurrentTransactionNestLevel() };
        RUNNING.with_borrow_mut(|running| running.push(Maker { level, loaded_in: None, made: Vec::new() }));
    }
    makes
}

/// The innermost statement that [`begin`] counted is done.
pub fn end() {
    RUNNING.with_borrow_mut(|running| drop(running.pop()));
}

/// Notes a relation as it is created (`OAT_POST_CREATE`, for the relation itself and not a column).
pub fn note(access: ObjectAccessType::Type, class: pg_sys::Oid, object: pg_sys::Oid, part: i32) {
    if access == ObjectAccessType::OAT_POST_CREATE && class == pg_sys::RelationRelationId && part == 0 {
        RUNNING.with_borrow_mut(|running| {
            if let Some(maker) = running.last_mut().filter(|maker| maker.is_running()) {
                maker.made.push(object.to_u32());
            }
        });
    }
}

unsafe extern "C-unwind" fn on_transaction_end(_: pg_sys::XactEvent::Type, _: *mut c_void) {
    RUNNING.with_borrow_mut(Vec::clear);
}

unsafe extern "C-unwind" fn on_subtransaction_end(
    event: pg_sys::SubXactEvent::Type,
    _: pg_sys::SubTransactionId,
    _: pg_sys::SubTransactionId,
    _: *mut c_void,
) {
    if event == pg_sys::SubXactEvent::SUBXACT_EVENT_ABORT_SUB {
        // SAFETY: on the backend's only thread; reads one number.
        let level = unsafe { pg_sys::GetCurrentTransactionNestLevel() };
        RUNNING.with_borrow_mut(|running| running.retain(|maker| maker.level < level));
    }
}

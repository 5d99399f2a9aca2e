//! Makes what Citus does on other nodes read-only and bounded there, as it is here.
//!
//! Citus begins transactions on its nodes that may write, unless the client's own BEGIN has said READ ONLY
//! (BeginTransactionCommand in its remote_transaction.c), so a function that it calls there could write, where no hook of ours watches.
//! But it passes SET LOCAL on, where citus.propagate_set_commands says so: to the connections that are in use at once, and to each new
//! one of the same subtransaction together with its BEGIN. So one is run before anything is read. Nothing there puts it back before
//! the savepoint ends that it was set in, which begins and ends with the local subtransaction.

use std::cell::Cell;
use std::ffi::{CStr, CString, c_char, c_void};

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};

use super::remote_transactions::{local_transaction, longest, read_only_statement};
use crate::pg::host::text::owned;
use crate::pg::running::plan_states::planstate_tree_walker;
use crate::pg::running::sandbox::{Sandbox, set_locally};
use crate::pg::running::watching::labelled_reads::{Foreseen, LabelledReads};
use crate::pg::running::watching::runtime_hooks;

thread_local! {
    /// The last subtransaction whose nodes were told, with its local transaction.
    static TOLD: Cell<Option<(u32, pg_sys::SubTransactionId)>> = const { Cell::new(None) };
}

/// The settings of Citus that decide whether nodes are told. Who asks may have set them otherwise. They are put back with the sandbox, or
/// when a FETCH ends.
const SETTINGS: [(&CStr, &CStr); 2] =
    [(c"citus.propagate_set_commands", c"local"), (c"citus.select_opens_transaction_block", c"on")];

/// Those that decide what EXPLAIN says of other nodes: of one task.
const SHOWN: [(&CStr, &CStr); 2] =
    [(c"citus.explain_distributed_queries", c"on"), (c"citus.explain_all_tasks", c"off")];

/// Makes the transactions on other nodes read-only that a query uses which is about to run. `is_cursor`: it runs in the caller's own
/// transaction, whose later statements are not bounded.
///
/// # Safety
/// The query has been started and lives.
pub unsafe fn before_run(query: *mut pg_sys::QueryDesc, is_cursor: bool) {
    // SAFETY: the caller's promise.
    unsafe {
        if (*query).planstate.is_null() || !has_citus() {
            return;
        }
        let mut reads_nodes = false;
        let context = (&raw mut reads_nodes).cast();
        pg_sys::ffi::pg_guard_ffi_boundary(|| visit((*query).planstate, context));
        if reads_nodes {
            make_read_only(if is_cursor { 0 } else { longest() });
        }
    }
}

/// What the planner of each node says of its part of a judged statement, as EXPLAIN prints it in json; `None` where no other node has one.
/// Citus itself estimates nothing: to its plans, reading nodes costs 0. One node is asked.
pub fn explained(_: &Sandbox<'_>, statement: &pg_sys::PlannedStmt, sql: &CStr) -> Option<String> {
    // SAFETY: in a subtransaction with a connection of SPI. The plan lives; the setting is looked up by a name that ends with a zero
    // byte; the result is one row of one text.
    unsafe {
        if !has_citus() || !reads_nodes(statement) {
            return None;
        }
        make_read_only(longest());
        SHOWN.into_iter().for_each(|(name, value)| set_locally(name, value));
        let mut text = b"EXPLAIN (FORMAT JSON) ".to_vec();
        text.extend_from_slice(sql.to_bytes_with_nul());
        // Nothing is read, and nothing but costs is told of it.
        let _reads = LabelledReads::begin(Foreseen::Anything);
        runtime_hooks::let_one_utility_pass();
        let code = pg_sys::SPI_execute(text.as_ptr().cast(), false, 0);
        if code != pg_sys::SPI_OK_UTILITY as i32 || pg_sys::SPI_tuptable.is_null() || pg_sys::SPI_processed != 1 {
            return None;
        }
        let table = &*pg_sys::SPI_tuptable;
        owned(pg_sys::SPI_getvalue(*table.vals, table.tupdesc, 1))
    }
}

/// # Safety
/// On the backend's only thread.
unsafe fn has_citus() -> bool {
    // SAFETY: the name ends with a zero byte.
    unsafe { !pg_sys::GetConfigOption(SETTINGS[0].0.as_ptr(), true, false).is_null() }
}

/// Whether Citus has planned a part of it. Its scan stands below what it computes here of the results.
///
/// # Safety
/// A live plan.
unsafe fn reads_nodes(statement: &pg_sys::PlannedStmt) -> bool {
    // SAFETY: the caller's promise; the list is one of plans, in which those of unused ones are null.
    unsafe {
        let parts = PgList::<pg_sys::Plan>::from_pg(statement.subplans);
        std::iter::once(statement.planTree).chain(parts.iter_ptr()).any(|plan| is_on_nodes(plan))
    }
}

/// # Safety
/// A live plan, or null.
unsafe fn is_on_nodes(plan: *const pg_sys::Plan) -> bool {
    // SAFETY: the caller's promise; the tag says of which type a node is. A plan is less deep than the statement, whose depth the server
    // has bounded.
    unsafe {
        let Some(node) = plan.as_ref() else { return false };
        match node.type_ {
            NodeTag::T_CustomScan => is_of_citus((*(*plan.cast::<pg_sys::CustomScan>()).methods).CustomName),
            NodeTag::T_SubqueryScan => is_on_nodes((*plan.cast::<pg_sys::SubqueryScan>()).subplan),
            NodeTag::T_Append => {
                let parts = PgList::<pg_sys::Plan>::from_pg((*plan.cast::<pg_sys::Append>()).appendplans);
                parts.iter_ptr().any(|part| is_on_nodes(part))
            }
            _ => is_on_nodes(node.lefttree) || is_on_nodes(node.righttree),
        }
    }
}

/// # Safety
/// The name of a custom scan: it ends with a zero byte.
unsafe fn is_of_citus(name: *const c_char) -> bool {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(name) }.to_bytes().starts_with(b"Citus")
}

/// # Safety
/// In a transaction.
unsafe fn make_read_only(longest: i32) {
    SETTINGS.into_iter().for_each(|(name, value)| set_locally(name, value));
    if !is_told() {
        // SAFETY: the caller's promise.
        unsafe { tell(longest) };
    }
}

/// Called by the server for each node of a plan that runs; true ends the walk.
unsafe extern "C-unwind" fn visit(node: *mut pg_sys::PlanState, context: *mut c_void) -> bool {
    if node.is_null() {
        return false;
    }
    // SAFETY: a live node, of the type that its tag says, with the context given to the first of them, and its plan.
    unsafe {
        if (*node).type_ == NodeTag::T_CustomScanState {
            let scan = (*node).plan.cast::<pg_sys::CustomScan>();
            if is_of_citus((*(*scan).methods).CustomName) {
                *context.cast::<bool>() = true;
                return true;
            }
        }
        planstate_tree_walker(node, Some(visit), context)
    }
}

fn is_told() -> bool {
    // SAFETY: in a transaction; looks at the subtransactions that are open.
    let is_open = |subtransaction| unsafe { pg_sys::SubTransactionIsActive(subtransaction) };
    TOLD.get()
        .is_some_and(|(transaction, subtransaction)| transaction == local_transaction() && is_open(subtransaction))
}

/// # Safety
/// In a transaction.
unsafe fn tell(longest: i32) {
    let set_local = c"SET LOCAL transaction_read_only = on";
    // What Citus sends is the text beside the statement: there it may look what is set already.
    let text = CString::new(read_only_statement(longest)).unwrap_or_else(|_| set_local.to_owned());
    // SAFETY: the caller's promise. The statement is made in the current memory context, and Citus keeps a copy of the text.
    unsafe {
        let parsed = pg_sys::raw_parser(set_local.as_ptr(), pg_sys::RawParseMode::RAW_PARSE_DEFAULT);
        if let Some(raw) = PgList::<pg_sys::RawStmt>::from_pg(parsed).get_ptr(0) {
            runtime_hooks::run_utility((*raw).stmt, &text);
        }
        TOLD.set(Some((local_transaction(), pg_sys::GetCurrentSubTransactionId())));
    }
}

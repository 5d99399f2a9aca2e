//! Statements of this library on another server, in the connection that postgres_fdw reads its tables with.
//!
//! postgres_fdw runs no text that it is given. But what a plan of its own has it run is a text in that plan: so these plans are made
//! here, and not by the planner, as if a query had been pushed down whole.

use std::ffi::{CStr, CString, c_char, c_int, c_void};

use pgrx::FromDatum;
use pgrx::pg_sys::{self, NodeTag};

use crate::pg::host::text::owned;

/// A connection of postgres_fdw, as it looks them up: by the user's mapping for a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote {
    pub server: pg_sys::Oid,
    /// As whom the tables are read: whoever asks, or the owner of the view they stand in.
    pub user: pg_sys::Oid,
    /// A foreign table of the server.
    pub relation: pg_sys::Oid,
}

/// The name of a server, if postgres_fdw reads it. Only superusers make wrappers.
///
/// # Safety
/// In a transaction; the server exists.
pub unsafe fn postgres_fdw_server(server: pg_sys::Oid) -> Option<String> {
    // SAFETY: the caller's promise; what is looked up is in memory of the current context.
    unsafe {
        let server = &*pg_sys::GetForeignServer(server);
        let handler = owned(pg_sys::get_func_name((*pg_sys::GetForeignDataWrapper(server.fdwid)).fdwhandler));
        (handler.as_deref() == Some("postgres_fdw_handler")).then(|| owned(server.servername)).flatten()
    }
}

/// Runs a statement of this library on the other server, and gives the first column of its rows, which must be its only one and a
/// text; without NULLs.
///
/// # Safety
/// In a transaction; the relation is a foreign table of the server, locked, and postgres_fdw reads the server.
pub unsafe fn texts(remote: Remote, statement: &str) -> Vec<String> {
    let statement = CString::new(statement).unwrap_or_default();
    // SAFETY: the caller's promise. What the executor opens is closed here, or by the end of the subtransaction if an ERROR
    // comes between.
    unsafe {
        let snapshot = if pg_sys::ActiveSnapshotSet() { pg_sys::GetActiveSnapshot() } else { std::ptr::null_mut() };
        let query = pg_sys::CreateQueryDesc(
            plan(remote, &statement),
            statement.as_ptr(),
            snapshot,
            std::ptr::null_mut(),
            pg_sys::None_Receiver,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            0,
        );
        pg_sys::standard_ExecutorStart(query, 0);
        let mut found = Vec::new();
        while let Some(slot) = next_row((*query).planstate) {
            let value = String::from_datum(*(*slot).tts_values, *(*slot).tts_isnull);
            found.extend(value);
        }
        pg_sys::standard_ExecutorFinish(query);
        pg_sys::standard_ExecutorEnd(query);
        pg_sys::FreeQueryDesc(query);
        found
    }
}

/// The next row of a plan of one column, with that column unpacked.
///
/// # Safety
/// The plan has been started.
unsafe fn next_row(plan: *mut pg_sys::PlanState) -> Option<*mut pg_sys::TupleTableSlot> {
    // SAFETY: the caller's promise; the server sets the function when it starts a plan (ExecProcNode in executor.h).
    unsafe {
        let next = (*plan).ExecProcNode?;
        let slot = pg_sys::ffi::pg_guard_ffi_boundary(|| next(plan));
        if slot.is_null() || u32::from((*slot).tts_flags) & pg_sys::TTS_FLAG_EMPTY != 0 {
            return None;
        }
        if (*slot).tts_nvalid < 1 {
            pg_sys::slot_getsomeattrs_int(slot, 1);
        }
        Some(slot)
    }
}

/// A plan that is one scan, of what a statement returns on the other server: as postgres_fdw plans a query that it pushes down
/// whole (postgresGetForeignPlan; FdwScanPrivateIndex has the entries of `fdw_private`).
///
/// # Safety
/// In a transaction; the relation is a foreign table of the server.
unsafe fn plan(remote: Remote, statement: &CStr) -> *mut pg_sys::PlannedStmt {
    // SAFETY: nodes are made in the current memory context, filled with zeros, with the tags of their types.
    unsafe {
        let entry = node::<pg_sys::RangeTblEntry>(NodeTag::T_RangeTblEntry);
        (*entry).rtekind = pg_sys::RTEKind::RTE_RELATION;
        (*entry).relid = remote.relation;
        (*entry).relkind = pg_sys::RELKIND_FOREIGN_TABLE as c_char;
        (*entry).rellockmode = pg_sys::AccessShareLock as c_int;
        let scan = node::<pg_sys::ForeignScan>(NodeTag::T_ForeignScan);
        #[cfg(feature = "pg15")]
        {
            (*entry).checkAsUser = remote.user;
        }
        #[cfg(not(feature = "pg15"))]
        {
            (*scan).checkAsUser = remote.user;
            (*scan).fs_base_relids = pg_sys::bms_make_singleton(1);
        }
        (*scan).operation = pg_sys::CmdType::CMD_SELECT;
        (*scan).fs_server = remote.server;
        (*scan).fs_relids = pg_sys::bms_make_singleton(1);
        let column =
            |value: *mut c_void| list([pg_sys::makeTargetEntry(value.cast(), 1, std::ptr::null_mut(), false).cast()]);
        let (text, collation) = (pg_sys::TEXTOID, pg_sys::DEFAULT_COLLATION_OID);
        (*scan).fdw_scan_tlist = column(pg_sys::makeNullConst(text, -1, collation).cast());
        let whole = pg_sys::makeVar(pg_sys::INDEX_VAR as _, 1, text, -1, collation, 0);
        (*scan).scan.plan.targetlist = column(whole.cast());
        let text = pg_sys::pstrdup(statement.as_ptr());
        let columns = pg_sys::lappend_int(std::ptr::null_mut(), 1);
        (*scan).fdw_private = list([raw::makeString(text), columns.cast(), raw::makeInteger(ROWS_AT_ONCE)]);
        let planned = node::<pg_sys::PlannedStmt>(NodeTag::T_PlannedStmt);
        (*planned).commandType = pg_sys::CmdType::CMD_SELECT;
        (*planned).canSetTag = true;
        (*planned).planTree = scan.cast();
        (*planned).rtable = list([entry.cast()]);
        (*planned).stmt_location = -1;
        planned
    }
}

/// So many rows are fetched at a time.
const ROWS_AT_ONCE: c_int = 100;

/// A node of zeros.
///
/// # Safety
/// The tag is that of the type.
unsafe fn node<T>(tag: NodeTag) -> *mut T {
    // SAFETY: the caller's promise; every node begins with its tag.
    unsafe {
        let node = pg_sys::palloc0(size_of::<T>());
        (*node.cast::<pg_sys::Node>()).type_ = tag;
        node.cast()
    }
}

/// # Safety
/// The elements are nodes or lists.
unsafe fn list<const N: usize>(elements: [*mut c_void; N]) -> *mut pg_sys::List {
    // SAFETY: makes a list in the current memory context.
    unsafe { elements.into_iter().fold(std::ptr::null_mut(), |list, element| pg_sys::lappend(list, element)) }
}

/// Functions of the server that pgrx does not bind for all majors, without its wrapper around them.
mod raw {
    use super::*;

    unsafe extern "C-unwind" {
        pub fn makeString(text: *mut std::ffi::c_char) -> *mut c_void;
        pub fn makeInteger(number: c_int) -> *mut c_void;
    }
}

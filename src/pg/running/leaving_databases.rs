//! Utility statements that want a database for themselves: DROP DATABASE, CREATE DATABASE … TEMPLATE, and ALTER DATABASE … RENAME or
//! SET TABLESPACE. A process of ours that is connected to it is asked to leave first.

use std::sync::OnceLock;

use pgrx::pg_sys::{self, NodeTag};
use pgrx::{PgList, pg_guard};

static LEAVE: OnceLock<fn(u32)> = OnceLock::new();

/// Says how a database is left; called once, when the library is loaded.
pub fn install(leave: fn(u32)) {
    let _ = LEAVE.set(leave);
}

/// Whether a statement may want a database for itself. Raises nothing.
///
/// # Safety
/// `statement` is the statement that ProcessUtility is about to run.
pub unsafe fn concerns(statement: *const pg_sys::PlannedStmt) -> bool {
    // SAFETY: the caller's promise.
    let tag = unsafe { (*(*statement).utilityStmt).type_ };
    [NodeTag::T_DropdbStmt, NodeTag::T_CreatedbStmt, NodeTag::T_AlterDatabaseStmt, NodeTag::T_RenameStmt].contains(&tag)
}

/// Has the database left that a statement wants, where whoever says it may have it.
///
/// # Safety
/// As for [`concerns`].
#[pg_guard]
pub unsafe extern "C-unwind" fn leave(statement: *const pg_sys::PlannedStmt) {
    // SAFETY: the caller's promise; the tag tells what the statement is, and names are C strings or null.
    let database = unsafe {
        let node = (*statement).utilityStmt;
        let name = match (*node).type_ {
            NodeTag::T_DropdbStmt => (*node.cast::<pg_sys::DropdbStmt>()).dbname.cast_const(),
            NodeTag::T_AlterDatabaseStmt => (*node.cast::<pg_sys::AlterDatabaseStmt>()).dbname.cast_const(),
            NodeTag::T_CreatedbStmt => template(node.cast()),
            NodeTag::T_RenameStmt => {
                let rename = &*node.cast::<pg_sys::RenameStmt>();
                let is_database = rename.renameType == pg_sys::ObjectType::OBJECT_DATABASE;
                if is_database { rename.subname.cast_const() } else { std::ptr::null() }
            }
            _ => std::ptr::null(),
        };
        if name.is_null() { pg_sys::InvalidOid } else { pg_sys::get_database_oid(name, true) }
    };
    if database == pg_sys::InvalidOid || !is_owner(database) {
        return;
    }
    if let Some(leave) = LEAVE.get() {
        leave(database.to_u32());
    }
}

/// The database that another is to be a copy of.
///
/// # Safety
/// A live statement.
unsafe fn template(statement: *const pg_sys::CreatedbStmt) -> *const std::ffi::c_char {
    // SAFETY: the caller's promise; the options are a list of DefElem nodes with names.
    unsafe {
        let options = PgList::<pg_sys::DefElem>::from_pg((*statement).options);
        let is_template = |option: &*mut pg_sys::DefElem| {
            std::ffi::CStr::from_ptr((**option).defname) == c"template" && !(**option).arg.is_null()
        };
        options
            .iter_ptr()
            .find(is_template)
            .map_or(std::ptr::null(), |option| pg_sys::defGetString(option).cast_const())
    }
}

fn is_owner(database: pg_sys::Oid) -> bool {
    // SAFETY: in a transaction, as the owner is looked up.
    #[cfg(feature = "pg15")]
    let is_owner = unsafe { pg_sys::pg_database_ownercheck(database, pg_sys::GetUserId()) };
    // SAFETY: the same.
    #[cfg(not(feature = "pg15"))]
    let is_owner = unsafe { pg_sys::object_ownercheck(pg_sys::DatabaseRelationId, database, pg_sys::GetUserId()) };
    is_owner
}

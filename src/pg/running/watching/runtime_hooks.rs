//! Judges what is about to run inside a sandbox, however deep in other people's code it stands.
//!
//! The trees of a statement show the functions it names, not what those call in turn: bodies in PL/pgSQL and SQL, index
//! expressions and constraints the planner evaluates. [`function_hooks`] judges functions, [`plan_hooks`] plans; utility
//! statements are refused here. Outside a sandbox the hooks only pass on, and note what is prepared.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};

use pgrx::pg_sys;
use pgrx::prelude::*;

use super::watch_state::{self, Judges, is_watching, raise, set_guarded};
use super::{function_hooks, join_search, judged_types, plan_hooks, prepared_code, relations_being_made};
use crate::error::Error;
use crate::pg::host::text::owned;
use crate::pg::running::leaving_databases;
use crate::pg::running::portals::Suspended;

static mut NEXT_UTILITY: pg_sys::ProcessUtility_hook_type = None;

thread_local! {
    /// The next utility statement is one of this library.
    static IS_OURS: Cell<bool> = const { Cell::new(false) };
}

/// Lets the next utility statement run inside a sandbox, and none after it: what it runs in turn is watched.
pub(in crate::pg::running) fn let_one_utility_pass() {
    IS_OURS.set(true);
}

/// Puts the hooks in place; called once, when the library is loaded.
pub fn install(judges: Judges) {
    if !watch_state::define(judges) {
        return;
    }
    // SAFETY: called while the library is loaded, on the backend's only thread. The hook variable is the server's own,
    // meant to be chained, and the hook has the signature the server expects.
    unsafe {
        relations_being_made::install();
        NEXT_UTILITY = pg_sys::ProcessUtility_hook;
        pg_sys::ProcessUtility_hook = Some(on_utility);
    }
    function_hooks::install();
    plan_hooks::install();
    join_search::install();
}

/// Watches from now to the end of the current subtransaction, whose rollback resets the setting.
pub fn start() {
    prepared_code::forget();
    judged_types::forget();
    IS_OURS.set(false);
    watch_state::set_planning(false);
    set_guarded(pg_sys::GucAction::GUC_ACTION_LOCAL);
}

/// Watches outside a sandbox too, and makes the transaction read-only and restricted, until dropped: for cursors, which run
/// in the caller's own transaction.
pub struct Forced {
    guc_level: c_int,
    was_read_only: bool,
    user: pg_sys::Oid,
    context: c_int,
    _portals: Suspended,
}

impl Forced {
    pub fn begin() -> Self {
        prepared_code::forget();
        IS_OURS.set(false);
        let (mut user, mut context) = (pg_sys::InvalidOid, 0);
        // SAFETY: in a transaction, on the backend's only thread; all of it is put back by Drop. The setting is changed the
        // way the SET clause of a function does it, so that parallel workers see it too.
        unsafe {
            pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
            let before = Self {
                guc_level: pg_sys::NewGUCNestLevel(),
                was_read_only: pg_sys::XactReadOnly,
                user,
                context,
                _portals: Suspended::begin(),
            };
            set_guarded(pg_sys::GucAction::GUC_ACTION_SAVE);
            pg_sys::XactReadOnly = true;
            pg_sys::SetUserIdAndSecContext(user, context | pg_sys::SECURITY_RESTRICTED_OPERATION as c_int);
            before
        }
    }
}

impl Drop for Forced {
    fn drop(&mut self) {
        // SAFETY: as in `begin`; deeper levels that an ERROR has left open end with this one.
        unsafe {
            pg_sys::AtEOXact_GUC(false, self.guc_level);
            pg_sys::XactReadOnly = self.was_read_only;
            pg_sys::SetUserIdAndSecContext(self.user, self.context);
        }
    }
}

/// Not guarded by pgrx, as that would cost errors of other statements their position: it owns nothing that a jump over
/// this frame could leave behind, and calls what comes next by its plain pointer. No utility statement has a place inside a
/// sandbox: not in code that a statement calls either.
#[allow(clippy::too_many_arguments, reason = "the server's signature")]
unsafe extern "C-unwind" fn on_utility(
    statement: *mut pg_sys::PlannedStmt,
    text: *const c_char,
    read_only_tree: bool,
    context: pg_sys::ProcessUtilityContext::Type,
    parameters: pg_sys::ParamListInfo,
    environment: *mut pg_sys::QueryEnvironment,
    dest: *mut pg_sys::DestReceiver,
    completion: *mut pg_sys::QueryCompletion,
) {
    // SAFETY: passes the server's arguments on, by plain pointers.
    unsafe {
        if is_watching() && !IS_OURS.take() {
            refuse_utility(statement);
        }
        if leaving_databases::concerns(statement) {
            leaving_databases::leave(statement);
        }
        let makes_relation = relations_being_made::begin(statement, context);
        let next = NEXT_UTILITY.unwrap_or(raw::standard_ProcessUtility);
        next(statement, text, read_only_tree, context, parameters, environment, dest, completion);
        if makes_relation {
            relations_being_made::end();
        }
    }
}

/// Runs a utility statement of this library past this hook, with another text beside it than its own.
///
/// # Safety
/// In a transaction; the statement is a live tree.
pub(in crate::pg::running) unsafe fn run_utility(statement: *mut pg_sys::Node, text: &CStr) {
    // SAFETY: the caller's promise. The node is made in the current memory context, of zeros, with the tag of its type. The boundary
    // has an ERROR go on as a panic.
    unsafe {
        let planned = pg_sys::palloc0(size_of::<pg_sys::PlannedStmt>()).cast::<pg_sys::PlannedStmt>();
        (*planned).type_ = pg_sys::NodeTag::T_PlannedStmt;
        (*planned).commandType = pg_sys::CmdType::CMD_UTILITY;
        (*planned).utilityStmt = statement;
        let context = pg_sys::ProcessUtilityContext::PROCESS_UTILITY_QUERY;
        let none = std::ptr::null_mut();
        pg_sys::ffi::pg_guard_ffi_boundary(|| {
            let next = NEXT_UTILITY.unwrap_or(raw::standard_ProcessUtility);
            next(
                planned,
                text.as_ptr(),
                true,
                context,
                none,
                std::ptr::null_mut(),
                pg_sys::None_Receiver,
                std::ptr::null_mut(),
            );
        });
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn refuse_utility(statement: *mut pg_sys::PlannedStmt) {
    // SAFETY: a live utility statement.
    let tag = unsafe { owned(pg_sys::GetCommandTagName(pg_sys::CreateCommandTag((*statement).utilityStmt))) };
    raise(Error::Writes(tag.unwrap_or_default()));
}

/// The server's own function without pgrx's wrapper around it.
mod raw {
    use super::*;

    unsafe extern "C-unwind" {
        pub fn standard_ProcessUtility(
            statement: *mut pg_sys::PlannedStmt,
            text: *const c_char,
            read_only_tree: bool,
            context: pg_sys::ProcessUtilityContext::Type,
            parameters: pg_sys::ParamListInfo,
            environment: *mut pg_sys::QueryEnvironment,
            dest: *mut pg_sys::DestReceiver,
            completion: *mut pg_sys::QueryCompletion,
        );
    }
}

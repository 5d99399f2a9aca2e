//! Judges what is about to run inside a sandbox, however deep in other people's code it stands.
//!
//! The trees of a statement show the functions it names, not what those call in turn: bodies in PL/pgSQL and SQL, index
//! expressions and constraints the planner evaluates. The server announces every function that an expression is set up to
//! call (OAT_FUNCTION_EXECUTE in objectaccess.h) and every utility statement. Outside a sandbox the hooks only pass on.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::sync::OnceLock;

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use pgrx::pg_sys::{self, ObjectAccessType};
use pgrx::prelude::*;

use crate::error::Error;
use crate::pg::host::text::owned;
use crate::pg::running::relations_being_made;

/// A function that is about to run machine code, or code in a language that may do anything.
#[derive(Debug)]
pub struct Call {
    pub schema: String,
    pub name: String,
    /// `i`, `s` or `v`.
    pub volatility: char,
    /// Only superusers may write in its language (and it is neither C nor the server's own).
    pub untrusted: bool,
}

/// The oids of the languages internal and c, fixed in pg_language.dat.
const MACHINE_CODE: [u32; 2] = [12, 13];

/// The number of pg_language.lanpltrusted, a boolean.
const LANGUAGE_IS_TRUSTED: i16 = 5;

/// Why a call may not be made, if so.
pub type Judge = fn(&Call) -> Option<&'static str>;

static JUDGE: OnceLock<Judge> = OnceLock::new();

/// On inside a sandbox for statements. A setting, as the server hands those to parallel workers.
static GUARDED: GucSetting<bool> = GucSetting::<bool>::new(false);

thread_local! {
    /// We are changing the setting; nobody else may.
    static CHANGING: Cell<bool> = const { Cell::new(false) };
    /// A cursor of ours runs.
    static FORCED: Cell<bool> = const { Cell::new(false) };
    /// A query of this library runs.
    static OWN: Cell<bool> = const { Cell::new(false) };
}

static mut NEXT_ACCESS: pg_sys::object_access_hook_type = None;
static mut NEXT_START: pg_sys::ExecutorStart_hook_type = None;
static mut NEXT_UTILITY: pg_sys::ProcessUtility_hook_type = None;

/// Puts the hooks in place; called once, when the library is loaded.
pub fn install(judge: Judge) {
    if JUDGE.set(judge).is_err() {
        return;
    }
    // SAFETY: called while the library is loaded, on the backend's only thread; the hook has the signature the server
    // expects and raises nothing. The hook variables are the server's own, meant to be chained.
    unsafe {
        GucRegistry::define_bool_guc_with_hooks(
            c"nl2sql.guarded",
            c"Whether a generated statement runs.",
            c"Set by nl2sql itself.",
            &GUARDED,
            GucContext::Userset,
            GucFlags::NO_SHOW_ALL | GucFlags::DISALLOW_IN_FILE,
            Some(check_guarded),
            None,
            None,
        );
        relations_being_made::install();
        NEXT_ACCESS = pg_sys::object_access_hook;
        pg_sys::object_access_hook = Some(on_access);
        NEXT_START = pg_sys::ExecutorStart_hook;
        pg_sys::ExecutorStart_hook = Some(on_start);
        NEXT_UTILITY = pg_sys::ProcessUtility_hook;
        pg_sys::ProcessUtility_hook = Some(on_utility);
    }
}

/// Watches from now to the end of the current subtransaction, whose rollback resets the setting.
pub fn start() {
    CHANGING.set(true);
    // SAFETY: in a subtransaction; the setting exists. The only ERROR it could raise is out of memory.
    unsafe {
        pg_sys::set_config_option(
            c"nl2sql.guarded".as_ptr(),
            c"on".as_ptr(),
            pg_sys::GucContext::PGC_USERSET,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_LOCAL,
            true,
            0,
            false,
        );
    }
    CHANGING.set(false);
}

/// Has code in procedural languages set up anew. PL/pgSQL keeps expressions for a whole transaction: those of a function that
/// the caller has called before are not announced again.
pub fn forget_prepared_code() {
    // SAFETY: on the backend's only thread; marks cached plans as no longer valid, as DISCARD PLANS does.
    unsafe { pg_sys::ResetPlanCache() };
}

/// Marks a query of this library while it runs.
pub struct OwnQuery(bool);

impl OwnQuery {
    pub fn begin() -> Self {
        Self(OWN.replace(true))
    }
}

impl Drop for OwnQuery {
    fn drop(&mut self) {
        OWN.set(self.0);
    }
}

/// Watches outside a sandbox too, and makes the transaction read-only and restricted, until dropped: for cursors, which run
/// in the caller's own transaction.
pub struct Forced {
    was_forced: bool,
    was_read_only: bool,
    user: pg_sys::Oid,
    context: c_int,
}

impl Forced {
    pub fn begin() -> Self {
        let (mut user, mut context) = (pg_sys::InvalidOid, 0);
        // SAFETY: in a transaction, on the backend's only thread; all of it is put back by Drop.
        unsafe {
            pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
            let before = Self { was_forced: FORCED.replace(true), was_read_only: pg_sys::XactReadOnly, user, context };
            pg_sys::XactReadOnly = true;
            pg_sys::SetUserIdAndSecContext(user, context | pg_sys::SECURITY_RESTRICTED_OPERATION as c_int);
            before
        }
    }
}

impl Drop for Forced {
    fn drop(&mut self) {
        FORCED.set(self.was_forced);
        // SAFETY: as in `begin`.
        unsafe {
            pg_sys::XactReadOnly = self.was_read_only;
            pg_sys::SetUserIdAndSecContext(self.user, self.context);
        }
    }
}

pub(super) fn is_watching() -> bool {
    (GUARDED.get() || FORCED.get()) && !OWN.get()
}

/// A worker takes the setting over from its leader; a function's SET clause or a session can't change it.
unsafe extern "C-unwind" fn check_guarded(value: *mut bool, _: *mut *mut c_void, _: pg_sys::GucSource::Type) -> bool {
    // SAFETY: the server hands over the new value, which lives during the call.
    unsafe { CHANGING.get() || pg_sys::InitializingParallelWorker || *value == GUARDED.get() }
}

/// Not guarded by pgrx, as that would cost errors of other statements their position: it owns nothing that a jump over
/// this frame could leave behind, and calls what comes next by its plain pointer.
unsafe extern "C-unwind" fn on_access(
    access: ObjectAccessType::Type,
    class: pg_sys::Oid,
    object: pg_sys::Oid,
    part: c_int,
    argument: *mut c_void,
) {
    // SAFETY: passes the server's arguments on; the hook variable is written only while the library is loaded.
    unsafe {
        if let Some(next) = NEXT_ACCESS {
            next(access, class, object, part, argument);
        }
        relations_being_made::note(access, class, object, part);
        if access == ObjectAccessType::OAT_FUNCTION_EXECUTE && is_watching() {
            judge_function(object);
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn judge_function(function: pg_sys::Oid) {
    // SAFETY: in a transaction, as an expression is being set up; the oid is that of a function that exists.
    let call = unsafe { call_of(function) };
    let why = call.as_ref().and_then(|call| JUDGE.get().and_then(|judge| judge(call)));
    if let (Some(call), Some(why)) = (call, why) {
        pg_sys::panic::ErrorReport::from(Error::refused_call(&format!("{}.{}", call.schema, call.name), why))
            .report(PgLogLevel::ERROR);
    }
}

/// What is known of a function, or `None` where it can reach nothing by itself: code in a trusted language does what it
/// does through functions and statements that are announced in turn.
///
/// # Safety
/// In a transaction, on the backend's only thread.
unsafe fn call_of(function: pg_sys::Oid) -> Option<Call> {
    // SAFETY: the cache entry is held while its fields are read.
    unsafe {
        let tuple =
            pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::PROCOID as c_int, pg_sys::Datum::from(function));
        if tuple.is_null() {
            return None;
        }
        let row = pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_proc>(tuple);
        let machine_code = MACHINE_CODE.contains(&(*row).prolang.to_u32());
        let untrusted = !machine_code && !is_trusted((*row).prolang);
        let call = (machine_code || untrusted).then(|| Call {
            schema: owned(pg_sys::get_namespace_name((*row).pronamespace)).unwrap_or_default(),
            name: owned((*row).proname.data.as_ptr()).unwrap_or_default(),
            volatility: char::from((*row).provolatile as u8),
            untrusted,
        });
        pg_sys::ReleaseSysCache(tuple);
        call
    }
}

/// # Safety
/// As for [`call_of`].
unsafe fn is_trusted(language: pg_sys::Oid) -> bool {
    // SAFETY: the cache entry is held while its field is read.
    unsafe {
        let tuple =
            pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::LANGOID as c_int, pg_sys::Datum::from(language));
        if tuple.is_null() {
            return false;
        }
        let mut null = false;
        let cache = pg_sys::SysCacheIdentifier::LANGOID as c_int;
        let trusted = pg_sys::SysCacheGetAttr(cache, tuple, LANGUAGE_IS_TRUSTED, &mut null).value() & 1 == 1;
        pg_sys::ReleaseSysCache(tuple);
        trusted
    }
}

/// As [`on_access`]. A read-only transaction may still write to temporary tables: code that a statement calls may not.
unsafe extern "C-unwind" fn on_start(query: *mut pg_sys::QueryDesc, flags: c_int) {
    // SAFETY: passes the server's arguments on, by plain pointers; the query is live.
    unsafe {
        let plan = &*(*query).plannedstmt;
        if is_watching() && (plan.commandType != pg_sys::CmdType::CMD_SELECT || plan.hasModifyingCTE) {
            refuse_write();
        }
        NEXT_START.unwrap_or(raw::standard_ExecutorStart)(query, flags);
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn refuse_write() {
    let error = Error::Writes("a statement that writes".to_owned());
    pg_sys::panic::ErrorReport::from(error).report(PgLogLevel::ERROR);
}

/// As [`on_access`]. No utility statement has a place inside a sandbox: not in code that a statement calls either.
#[allow(clippy::too_many_arguments, reason = "the server's signature")]
unsafe extern "C-unwind" fn on_utility(
    statement: *mut pg_sys::PlannedStmt,
    text: *const c_char,
    #[cfg(not(feature = "pg13"))] read_only_tree: bool,
    context: pg_sys::ProcessUtilityContext::Type,
    parameters: pg_sys::ParamListInfo,
    environment: *mut pg_sys::QueryEnvironment,
    dest: *mut pg_sys::DestReceiver,
    completion: *mut pg_sys::QueryCompletion,
) {
    // SAFETY: passes the server's arguments on, by plain pointers.
    unsafe {
        if is_watching() {
            refuse_utility(statement);
        }
        let makes_relation = relations_being_made::begin(statement, context);
        let next = NEXT_UTILITY.unwrap_or(raw::standard_ProcessUtility);
        #[cfg(feature = "pg13")]
        next(statement, text, context, parameters, environment, dest, completion);
        #[cfg(not(feature = "pg13"))]
        next(statement, text, read_only_tree, context, parameters, environment, dest, completion);
        if makes_relation {
            relations_being_made::end();
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn refuse_utility(statement: *mut pg_sys::PlannedStmt) {
    // SAFETY: a live utility statement.
    let tag = unsafe { owned(pg_sys::GetCommandTagName(pg_sys::CreateCommandTag((*statement).utilityStmt))) };
    pg_sys::panic::ErrorReport::from(Error::Writes(tag.unwrap_or_default())).report(PgLogLevel::ERROR);
}

/// The server's own functions without pgrx's wrapper around them, for the reason given at [`on_access`].
mod raw {
    use super::*;

    unsafe extern "C-unwind" {
        pub fn standard_ExecutorStart(query: *mut pg_sys::QueryDesc, flags: c_int);

        pub fn standard_ProcessUtility(
            statement: *mut pg_sys::PlannedStmt,
            text: *const c_char,
            #[cfg(not(feature = "pg13"))] read_only_tree: bool,
            context: pg_sys::ProcessUtilityContext::Type,
            parameters: pg_sys::ParamListInfo,
            environment: *mut pg_sys::QueryEnvironment,
            dest: *mut pg_sys::DestReceiver,
            completion: *mut pg_sys::QueryCompletion,
        );
    }
}

//! Whether the hooks are to judge, and by whose rules: what all of them share.

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::OnceLock;

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use pgrx::pg_sys;

use super::function_facts::Call;

/// The rules, each of which tells why something may not be done, if so.
pub struct Judges {
    /// A call that stands in no tree of the statement.
    pub call: fn(&Call) -> Option<&'static str>,
    /// A call of which the server announces no more than that it looks the function up: of those that read a type's text.
    pub lookup: fn(&Call) -> Option<&'static str>,
    /// The same as `call` without a look at the settings.
    pub any_call: fn(&Call) -> Option<&'static str>,
    /// Code that neither a superuser nor the caller owns.
    pub owner: fn(&Call) -> Option<&'static str>,
    /// A call while a statement is analyzed, before anything of it has been judged.
    pub analysis_call: fn(&Call) -> Option<&'static str>,
    /// A call in the text of a view or policy whose owner is not trusted, and whether it is a cast of the text's own.
    pub text_call: fn(&Call, bool) -> Option<&'static str>,
    /// Whether a call's result is another for another role or session.
    pub tells_asker: fn(&Call) -> bool,
    /// Whether superusers trust the role of this name with code that runs as the asker.
    pub trusts: fn(&str) -> bool,
    /// Reading a relation of this schema of the system's.
    pub system_schema: fn(&str) -> Option<&'static str>,
    /// Reading a table of this foreign server.
    pub server: fn(&str) -> Option<&'static str>,
    /// What changes with the settings that the rules look at.
    pub settings: fn() -> u64,
}

static JUDGES: OnceLock<Judges> = OnceLock::new();

/// On inside a sandbox for statements. A setting, as the server hands those to parallel workers.
static GUARDED: GucSetting<bool> = GucSetting::<bool>::new(false);

thread_local! {
    /// We are changing the setting; nobody else may.
    static CHANGING: Cell<bool> = const { Cell::new(false) };
    /// A statement is analyzed that has not been judged.
    static ANALYZING: Cell<bool> = const { Cell::new(false) };
    /// A statement is planned; what it calls meanwhile it calls for the planner.
    static PLANNING: Cell<bool> = const { Cell::new(false) };
    /// A query of this library runs.
    static OWN: Cell<bool> = const { Cell::new(false) };
}

/// Takes the rules and defines the setting; called once, when the library is loaded. Whether it was the first time.
pub(super) fn define(judges: Judges) -> bool {
    if JUDGES.set(judges).is_err() {
        return false;
    }
    // SAFETY: called while the library is loaded; the hook has the signature the server expects and raises nothing.
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
    }
    true
}

/// The rules; `None` only before the hooks are in place.
pub(in crate::pg) fn judges() -> Option<&'static Judges> {
    JUDGES.get()
}

/// Switches the setting on. The only ERROR this could raise is out of memory.
pub(super) fn set_guarded(action: pg_sys::GucAction::Type) {
    /// Forbids changes again, also where an ERROR unwinds.
    struct Changing;
    impl Drop for Changing {
        fn drop(&mut self) {
            CHANGING.set(false);
        }
    }
    let _changing = Changing;
    CHANGING.set(true);
    // SAFETY: in a transaction; the setting exists.
    unsafe {
        pg_sys::set_config_option(
            c"nl2sql.guarded".as_ptr(),
            c"on".as_ptr(),
            pg_sys::GucContext::PGC_USERSET,
            pg_sys::GucSource::PGC_S_SESSION,
            action,
            true,
            0,
            false,
        );
    }
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

/// Marks the analysis of a statement while it goes on: it makes values of literals, and so runs the checks of their types.
pub struct Analysis(bool);

impl Analysis {
    pub fn begin() -> Self {
        Self(ANALYZING.replace(true))
    }
}

impl Drop for Analysis {
    fn drop(&mut self) {
        ANALYZING.set(self.0);
    }
}

/// A statement is analyzed, and nothing of it has been judged.
pub(in crate::pg::running) fn is_analyzing() -> bool {
    ANALYZING.get()
}

/// Says whether a statement is planned from now on, or run; what was the case before. After an ERROR it stays as it is until the
/// next statement runs, which makes a refusal of a long array too many at worst.
pub(in crate::pg) fn set_planning(is_planning: bool) -> bool {
    PLANNING.replace(is_planning)
}

pub(in crate::pg::running) fn is_planning() -> bool {
    PLANNING.get()
}

/// A statement that models or users wrote runs.
pub fn is_watching() -> bool {
    GUARDED.get() && !OWN.get()
}

/// A query of this library runs, or a statement of others.
pub(in crate::pg::running) fn is_inside() -> bool {
    GUARDED.get() || OWN.get()
}

/// A worker takes the setting over from its leader; a function's SET clause or a session can't change it.
unsafe extern "C-unwind" fn check_guarded(value: *mut bool, _: *mut *mut c_void, _: pg_sys::GucSource::Type) -> bool {
    // SAFETY: the server hands over the new value, which lives during the call.
    unsafe { CHANGING.get() || pg_sys::InitializingParallelWorker || *value == GUARDED.get() }
}

/// Whether a rule of the guard may change now: the SET clause of a function that is called inside a sandbox must not.
pub fn may_rules_change() -> bool {
    // SAFETY: reads a variable of the backend.
    !GUARDED.get() || unsafe { pg_sys::InitializingParallelWorker }
}

pub(in crate::pg::running) use crate::pg::host::report::raise;

//! Who hears what the server says while a statement that is not ours is analyzed, planned and run.
//!
//! Every message passes here, whatever its level and whoever raised it. Errors arrive as values ([`super::failure`]),
//! which this decides the content of; notices and warnings go to the client and the log by the server's own hand, which
//! this holds back. There are three listeners:
//!
//! - the asker may hear everything, but not where labelled values are handled: any message could quote them;
//! - the server's log hears what the asker hears, and what the server's auditors write to it for whoever runs the server;
//! - a model hears an error's SQLSTATE and our own words, and the server's words only where they hold nothing but names of
//!   the statement itself ([`Failure::names_only`]; `prompt` does the rest). Notices never reach one.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};
use std::sync::OnceLock;

use pgrx::pg_sys::{self, CommandDest};
use pgrx::prelude::*;

use super::sqlstate::{pack, unpack};
use crate::error::Failure;

/// What the server's error machinery knew when it raised an ERROR.
#[derive(Clone, Copy, Default)]
pub struct Raised {
    pub sqlstate: c_int,
    /// In the statement's text, counted in characters from 1; 0 where there is none.
    pub position: c_int,
    /// It arose in the statement itself: no function or other code stands in its context.
    pub is_direct: bool,
    /// This library raised it.
    pub is_ours: bool,
}

/// What happens to the statement that is being worked on.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// There is none.
    Outside,
    /// Its text is read and names are looked up.
    Analysis,
    /// It is planned or run, or our own statements read users' tables.
    Execution,
}

#[derive(Clone, Copy)]
struct State {
    stage: Stage,
    /// Neither the client nor the log is told anything.
    withholds: bool,
    /// The statement has been judged, and handles labelled values.
    touches_labelled: bool,
    /// Where the server sends messages when nothing is withheld.
    destination: CommandDest::Type,
}

thread_local! {
    static STATE: Cell<State> = const {
        Cell::new(State {
            stage: Stage::Outside,
            withholds: false,
            touches_labelled: false,
            destination: CommandDest::DestNone,
        })
    };
}

static mut NEXT_LOG: pg_sys::emit_log_hook_type = None;

/// Puts the hook in place; called once, when the library is loaded.
pub fn install() {
    // SAFETY: called while the library is loaded; the variable is the server's own, meant to be chained.
    unsafe {
        NEXT_LOG = pg_sys::emit_log_hook;
        pg_sys::emit_log_hook = Some(on_log);
    }
}

/// Holds every message back until dropped, or until it is known that the statement handles nothing labelled.
pub struct Withheld(State);

impl Withheld {
    pub fn begin() -> Self {
        let before = STATE.get();
        let destination = match before.stage {
            // SAFETY: reads a variable of the backend.
            Stage::Outside => unsafe { pg_sys::whereToSendOutput },
            _ => before.destination,
        };
        enter(State { stage: Stage::Execution, withholds: true, touches_labelled: false, destination });
        Self(before)
    }
}

impl Drop for Withheld {
    fn drop(&mut self) {
        // The destination is that of whoever began: the outermost put the server's own aside.
        let destination = STATE.get().destination;
        enter(State { destination, ..self.0 });
    }
}

/// The statement's text is about to be read. Code that already runs now is only heard where there are no labels.
pub fn analyzing(labels_exist: bool) {
    enter(State { stage: Stage::Analysis, withholds: labels_exist, ..STATE.get() });
}

/// The statement has been judged, and is about to be planned.
pub fn judged(touches_labelled: bool) {
    enter(State { stage: Stage::Execution, withholds: touches_labelled, touches_labelled, ..STATE.get() });
}

fn enter(state: State) {
    STATE.set(state);
    // SAFETY: a variable of the backend, on its only thread. The server asks it whether a client hears of a message
    // (should_output_to_client in elog.c); client_min_messages would let INFO pass, and a function may change it.
    unsafe { pg_sys::whereToSendOutput = if state.withholds { CommandDest::DestNone } else { state.destination } };
}

/// An error as a value, with no more than its listeners may know.
pub fn failure(report: &pg_sys::panic::ErrorReportWithLevel, raised: Option<Raised>) -> Failure {
    let raised = raised.unwrap_or_default();
    let state = STATE.get();
    let code = if raised.sqlstate == 0 { report.sql_error_code() as c_int } else { raised.sqlstate };
    let is_names = state.stage == Stage::Analysis && raised.is_direct && raised.position > 0;
    let sqlstate = known(code);
    // Of columns that do not exist, the parser tells the nearest that do, hidden ones too.
    let names_others = state.stage == Stage::Analysis && state.withholds && sqlstate == UNKNOWN_COLUMN;
    let whole = Failure {
        sqlstate,
        message: report.message().to_owned(),
        detail: report.detail().filter(|_| !names_others).map(str::to_owned),
        hint: report.hint().filter(|_| !names_others).map(str::to_owned),
        position: usize::try_from(raised.position).ok().filter(|position| *position > 0 && raised.is_direct),
        names_only: is_names && file_in(report.file(), &PARSER),
    };
    let is_fixed = raised.is_ours && whole.sqlstate != TOO_LARGE || file_in(report.file(), &SAME_FOR_ALL_VALUES);
    if state.touches_labelled && !is_fixed {
        return whole.without_kind();
    }
    let quotes_nothing = is_names || raised.is_ours || file_in(report.file(), &QUOTES_NO_VALUES);
    if state.withholds && !quotes_nothing { whole.without_text() } else { whole }
}

const UNKNOWN_COLUMN: &str = "42703";

/// The SQLSTATE of our own errors on the arguments of functions.
const TOO_LARGE: &str = "54000";

/// An SQLSTATE that is none of the server's was made up by code, and five characters can hold a value.
fn known(code: c_int) -> String {
    let sqlstate = unpack(code);
    let is_known = pack(&unpack(PgSqlErrorCode::from(code) as c_int)) == pack(&sqlstate);
    if is_known { sqlstate } else { "P0001".to_owned() }
}

/// The sources of the grammar and of analysis, which speak of the statement's names and types. A statement can't forge the
/// source of an error, as it can everything else of it: those of RAISE come from pl_exec.c.
const PARSER: [&str; 4] = ["parse_", "scan", "gram", "analyze"];

/// Those of missing privileges, cancels and limits, which speak of names and numbers.
const QUOTES_NO_VALUES: [&str; 5] = ["aclchk.c", "postgres.c", "fd.c", "mcxt.c", "aset.c"];

/// What fails in these says nothing of values, nor can a statement make it depend on them, but for how long it works: missing
/// privileges, cancels and limits, and what the planner can't do.
const SAME_FOR_ALL_VALUES: [&str; 5] = ["aclchk.c", "postgres.c", "fd.c", "planner.c", "joinpath.c"];

fn file_in(path: &str, list: &[&str]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    list.iter().any(|start| name.starts_with(start))
}

/// Called for what would go to the server's log. A worker leaves messages to its leader, who hears them too.
///
/// Not guarded by pgrx; see `runtime_hooks` on that.
unsafe extern "C-unwind" fn on_log(data: *mut pg_sys::ErrorData) {
    // SAFETY: the server hands over live data, of which this flag may be changed (EmitErrorReport in elog.c).
    unsafe {
        if is_guarded_worker() {
            name_limit(&mut *data);
        }
        if STATE.get().withholds && (*data).elevel >= FATAL {
            tell_of_end(&mut *data);
        } else if (STATE.get().withholds || is_guarded_worker()) && !is_audit(&*data) {
            (*data).output_to_server = (*data).elevel >= FATAL;
        }
        if let Some(next) = NEXT_LOG.filter(|_| (*data).output_to_server) {
            next(data);
        }
    }
}

/// What a parallel worker tells its leader when it passes its limit on memory.
const OUT_OF_MEMORY: &CStr = c"a parallel worker exceeded nl2sql.memory_limit";

static HAS_PASSED_MEMORY: OnceLock<fn() -> bool> = OnceLock::new();

/// Takes what tells in a parallel worker that its own limit on memory was passed; called once, when the library is loaded.
pub fn tell_workers_limit(has_passed_memory: fn() -> bool) {
    // A second call would bring the same.
    let _ = HAS_PASSED_MEMORY.set(has_passed_memory);
}

/// Whether a parallel worker has passed its limit on memory.
pub fn is_of_workers_limit(failure: &Failure) -> bool {
    failure.sqlstate == "53200" && OUT_OF_MEMORY.to_str() == Ok(&failure.message)
}

/// Whether the system gave the server no more memory. Of other resources the server says which setting has more of them.
pub fn is_of_no_memory(failure: &Failure) -> bool {
    failure.sqlstate == "53200" && failure.detail.is_some() && failure.hint.is_none()
}

/// A limit cancels a worker as a user would. Its leader is told which it was, as nobody else can.
fn name_limit(data: &mut pg_sys::ErrorData) {
    let is_cancel = data.sqlerrcode == PgSqlErrorCode::ERRCODE_QUERY_CANCELED as c_int;
    if is_cancel && data.elevel == PgLogLevel::ERROR as c_int && HAS_PASSED_MEMORY.get().is_some_and(|passed| passed())
    {
        data.sqlerrcode = PgSqlErrorCode::ERRCODE_OUT_OF_MEMORY as c_int;
        // Nobody frees it: the worker ends with this message.
        data.message = OUT_OF_MEMORY.as_ptr().cast_mut();
    }
}

const FATAL: c_int = PgLogLevel::FATAL as c_int;

/// The sources of what administrators put beside the server to record statements and plans. A statement can't forge the source
/// of a message; see [`PARSER`].
const AUDITORS: [&str; 2] = ["pgaudit.c", "auto_explain.c"];

/// A line of the log that tells of a statement, and not of its rows.
///
/// # Safety
/// The data is that of a message that is being emitted.
unsafe fn is_audit(data: &pg_sys::ErrorData) -> bool {
    // SAFETY: the source file is a C string or null.
    (data.elevel == PgLogLevel::LOG as c_int || data.elevel == PgLogLevel::LOG_SERVER_ONLY as c_int)
        && unsafe { crate::pg::host::text::owned(data.filename) }.is_some_and(|source| file_in(&source, &AUDITORS))
}

/// # Safety
/// On the backend's only thread.
unsafe fn is_guarded_worker() -> bool {
    // SAFETY: reads a variable of the backend; the setting's text is the server's, and read at once.
    unsafe {
        pg_sys::ParallelWorkerNumber >= 0 && {
            let guarded: *const c_char = pg_sys::GetConfigOption(c"nl2sql.guarded".as_ptr(), true, false);
            !guarded.is_null() && CStr::from_ptr(guarded) == c"on"
        }
    }
}

/// The end of the session is told to the client even while everything else is withheld, and nothing else of the message is
/// told to anybody. The server decided when the error began that the client is not to hear of it; it asks again only
/// after this hook.
///
/// # Safety
/// Called by EmitErrorReport with the data of a FATAL, which nobody reads after the process has ended.
unsafe fn tell_of_end(data: &mut pg_sys::ErrorData) {
    // SAFETY: the caller's promise; the source file is a C string or null.
    let source = unsafe { crate::pg::host::text::owned(data.filename) }.unwrap_or_default();
    if !file_in(&source, &["postgres.c"]) {
        data.message = c"the session ends".as_ptr().cast_mut();
    }
    data.detail = std::ptr::null_mut();
    data.hint = std::ptr::null_mut();
    data.context = std::ptr::null_mut();
    data.output_to_client = STATE.get().destination == CommandDest::DestRemote;
}

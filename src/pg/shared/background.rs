//! Background processes of our own, and transactions in them.
//!
//! One that works for a database is started by whoever has work for it, connects to it as the bootstrap superuser, and ends when it
//! has no more to do, as a process that stays connected would block DROP DATABASE and CREATE DATABASE … TEMPLATE. One is connected
//! to no database, and lives as long as the server. One more waits, connected to none, for a database whose history nobody else can
//! write: a process connects to one database in its life, so it then ends, and the server starts it again.

use std::ffi::{CStr, CString, c_int};
use std::sync::OnceLock;
use std::time::Duration;

use pgrx::bgworkers::{BackgroundWorker, BackgroundWorkerBuilder, SignalWakeFlags};
use pgrx::pg_guard;
use pgrx::pg_sys;

use crate::error::Error;
use crate::pg::host::failure::catch;
use crate::pg::host::offload;
use crate::pg::running::query;

/// What a process is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Writes the history of a database.
    History,
    /// Has the questions of a database that wait for models in flight.
    Jobs,
    /// Starts those of [`Self::Jobs`]. It is connected to no database.
    Launcher,
    /// Writes the history of databases that the server has no room for a process of [`Self::History`] for.
    Reserve,
}

/// What the process of each kind does; it gets the oid of its database.
static WORK: [OnceLock<fn(u32)>; 4] = [const { OnceLock::new() }; 4];

// The server's own handler, which ends the process where interrupts are served; pgrx has a wrapper of it that is no handler.
unsafe extern "C-unwind" {
    #[link_name = "die"]
    fn end_at_next_interrupt(signal: c_int);
}

impl Kind {
    /// As pg_stat_activity shows it.
    fn name(self) -> &'static str {
        match self {
            Self::History => "nl2sql",
            Self::Jobs => "nl2sql jobs",
            Self::Launcher => "nl2sql launcher",
            Self::Reserve => "nl2sql reserve",
        }
    }

    fn builder(self) -> BackgroundWorkerBuilder {
        let main = match self {
            Self::History => "nl2sql_background_main",
            Self::Jobs => "nl2sql_jobs_main",
            Self::Launcher => "nl2sql_launcher_main",
            Self::Reserve => "nl2sql_reserve_main",
        };
        BackgroundWorkerBuilder::new(self.name())
            .set_type(self.name())
            .set_library("nl2sql")
            .set_function(main)
            .enable_spi_access()
    }
}

/// Says what the processes of a kind do; called once, when the library is loaded.
pub fn define(kind: Kind, work: fn(u32)) {
    let _ = WORK[kind as usize].set(work);
}

/// Has a process started with the server, and again where it has ended. Called when the library is loaded; does nothing unless it
/// is preloaded, and where the server is being upgraded by pg_upgrade, which wants its databases for itself.
pub fn start_with_server(kind: Kind) {
    // SAFETY: reads variables of the server.
    let is_wanted = unsafe { pg_sys::process_shared_preload_libraries_in_progress && !pg_sys::IsBinaryUpgrade };
    if is_wanted {
        // One that waits in reserve ends whenever it has done something, and others may need it at once.
        let seconds = if kind == Kind::Reserve { 0 } else { 1 };
        kind.builder().set_restart_time(Some(Duration::from_secs(seconds))).load();
    }
}

/// Starts a process for a database. `false` where the server has no room for one (`max_worker_processes`).
pub fn start(kind: Kind, database: u32) -> bool {
    kind.builder().set_argument(Some(pg_sys::Datum::from(database))).load_dynamic().is_ok()
}

/// What others wake this process by.
pub fn wake_number() -> i32 {
    // SAFETY: reads variables of the process, which has an entry in the server's table of processes.
    unsafe {
        #[cfg(any(feature = "pg15", feature = "pg16"))]
        return (*pg_sys::MyProc).pgprocno;
        #[cfg(any(feature = "pg17", feature = "pg18"))]
        return pg_sys::MyProcNumber;
    }
}

/// Wakes the process with this number, or another that has taken its place, which looks whether there is work and finds none.
pub fn wake(number: i32) {
    // SAFETY: the number was that of a process; it only sets its latch.
    unsafe { pg_sys::ProcSendSignal(number) };
}

/// Tells a process of ours to end, which it does when it next looks for that.
pub fn tell_to_end(process: i32) {
    // SAFETY: sends a signal, which the server's own handler takes in each process of ours.
    unsafe { libc::kill(process, libc::SIGTERM) };
}

/// The oid of the database that this process is connected to.
pub fn database() -> u32 {
    // SAFETY: reads a variable of the process.
    unsafe { pg_sys::MyDatabaseId }.to_u32()
}

/// The number of this process.
pub fn process() -> i32 {
    // SAFETY: reads a variable of the process.
    unsafe { pg_sys::MyProcPid }
}

/// Whether the server only follows another, so that nothing can be written.
pub fn is_standby() -> bool {
    // SAFETY: reads a flag.
    unsafe { pg_sys::RecoveryInProgress() }
}

/// Has `work` called when this process ends, however it does but by a crash. It may not raise anything.
pub fn at_exit(work: fn()) {
    // SAFETY: the callback has the signature the server expects; a function's address fits a datum.
    unsafe { pg_sys::before_shmem_exit(Some(call), pg_sys::Datum::from(work as usize)) };
}

#[pg_guard]
unsafe extern "C-unwind" fn call(_code: c_int, work: pg_sys::Datum) {
    // SAFETY: what `at_exit` was given.
    let work = unsafe { std::mem::transmute::<usize, fn()>(work.value()) };
    work();
}

/// Waits, and serves what the server wants of the process meanwhile: to end, or to read its configuration again.
pub fn pause(duration: Duration) {
    tell(None);
    offload::sleep(duration);
    read_configuration();
}

/// The same, until somebody wakes it.
pub fn pause_until_woken(most: Duration) {
    tell(None);
    offload::wait_to_be_woken(most);
    read_configuration();
}

/// Reads the server's configuration again where that has been asked for.
pub fn read_configuration() {
    if BackgroundWorker::sighup_received() {
        // SAFETY: outside of any transaction, as a process does where it waits.
        unsafe { pg_sys::ProcessConfigFile(pg_sys::GucContext::PGC_SIGHUP) };
    }
}

/// Shows in pg_stat_activity what the process does; `None`: nothing.
pub fn tell(doing: Option<&'static CStr>) {
    // SAFETY: the text is a constant.
    unsafe {
        match doing {
            Some(text) => pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_RUNNING, text.as_ptr()),
            None => pg_sys::pgstat_report_activity(pg_sys::BackendState::STATE_IDLE, std::ptr::null()),
        }
    }
}

/// Does work in a transaction of its own; an ERROR becomes a value, and nothing of the work stays.
pub fn in_transaction<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let result = catch(|| {
        // SAFETY: outside of any transaction. What an ERROR leaves open, the abort below ends.
        unsafe {
            pg_sys::SetCurrentStatementStartTimestamp();
            pg_sys::StartTransactionCommand();
            pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
        }
        let result = work()?;
        // SAFETY: the snapshot pushed above, and its transaction.
        unsafe {
            pg_sys::PopActiveSnapshot();
            pg_sys::CommitTransactionCommand();
        }
        Ok(result)
    });
    if result.is_err() {
        // SAFETY: ends whatever is left of the transaction; does nothing without one.
        unsafe { pg_sys::AbortCurrentTransaction() };
    }
    // SAFETY: between transactions, as a process does that is about to wait.
    unsafe { pg_sys::pgstat_report_stat(false) };
    result
}

/// Where the server begins a process that writes history.
#[pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn nl2sql_background_main(database: pg_sys::Datum) {
    work_for(Kind::History, database);
}

/// Where it begins one that has questions in flight.
#[pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn nl2sql_jobs_main(database: pg_sys::Datum) {
    work_for(Kind::Jobs, database);
}

/// Where it begins the one that starts these.
#[pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn nl2sql_launcher_main(_none: pg_sys::Datum) {
    handle_signals();
    BackgroundWorker::connect_worker_to_spi(None, None);
    if let Some(work) = WORK[Kind::Launcher as usize].get() {
        work(0);
    }
}

/// Where it begins the one that waits in reserve, which is connected to a database once it has one to work for.
#[pg_guard]
#[unsafe(no_mangle)]
pub extern "C-unwind" fn nl2sql_reserve_main(_none: pg_sys::Datum) {
    handle_signals();
    if let Some(work) = WORK[Kind::Reserve as usize].get() {
        work(0);
    }
    // SAFETY: ends the process, whose callbacks are the server's; a status of 0 would say that it is not wanted again.
    unsafe { pg_sys::proc_exit(1) };
}

fn work_for(kind: Kind, database: pg_sys::Datum) {
    handle_signals();
    let database = u32::try_from(database.value()).unwrap_or_default();
    connect(database);
    if let Some(work) = WORK[kind as usize].get() {
        work(database);
    }
}

/// Connects this process to its database, which it can do once; it ends where there is none.
pub fn connect(database: u32) {
    BackgroundWorker::connect_worker_to_spi_by_oid(Some(pg_sys::Oid::from(database)), None);
    // SAFETY: the text is a constant.
    unsafe { pg_sys::pgstat_report_appname(c"nl2sql".as_ptr()) };
    limit_what_can_run();
}

fn handle_signals() {
    BackgroundWorker::attach_signal_handlers(SignalWakeFlags::SIGHUP);
    // SAFETY: the server's own handler; a process that only sets a flag of its own would miss the signal while SQL runs.
    unsafe {
        #[cfg(not(feature = "pg18"))]
        pg_sys::pqsignal(libc::SIGTERM, Some(end_at_next_interrupt));
        #[cfg(feature = "pg18")]
        pg_sys::pqsignal_be(libc::SIGTERM, Some(end_at_next_interrupt));
    }
}

/// BOOTSTRAP_SUPERUSERID in pg_authid.dat, as which a background process logs in that names no role.
pub const BOOTSTRAP_SUPERUSER: pg_sys::Oid = pg_sys::Oid::from_u32(10);

/// Nothing that a database or a role has set for everybody steers this process: names are the server's, no trigger fires but
/// those that its owner has made to fire always, no event takes long, and nothing is compiled.
fn limit_what_can_run() {
    // A database's owner may set another role for the session of all who may become that role, which this process may.
    // SAFETY: as the bootstrap superuser, which a process that names no role logs in as; that raises nothing.
    unsafe { pg_sys::SetSessionAuthorization(BOOTSTRAP_SUPERUSER, true) };
    let settings = [
        // A database's owner may set a role for all who connect to it.
        (c"role", c"none"),
        (c"exit_on_error", c"off"),
        (c"search_path", c"pg_catalog, pg_temp"),
        (c"session_replication_role", c"replica"),
        (c"default_transaction_read_only", c"off"),
        (c"default_transaction_isolation", c"read committed"),
        // What was written stays after a crash, and no standby is waited for.
        (c"synchronous_commit", c"local"),
        (c"row_security", c"on"),
        (c"statement_timeout", c"0"),
        (c"idle_in_transaction_session_timeout", c"0"),
    ];
    for (name, value) in settings {
        override_setting(name, value);
    }
    // Whatever else is set for everybody who connects to the database; what the extension's own settings may be is their affair.
    let of_database = in_transaction(|| query::rows(include_str!("settings_of_database.sql"), &[]));
    for row in of_database.unwrap_or_default() {
        let mut row = row.into_iter().map(|text| CString::new(text.unwrap_or_default()).unwrap_or_default());
        if let (Some(name), Some(value)) = (row.next(), row.next()) {
            override_setting(&name, &value);
        }
    }
}

fn override_setting(name: &CStr, value: &CStr) {
    // SAFETY: outside of any transaction, as a superuser; the setting exists, can be changed, and takes this value.
    unsafe {
        let (context, source) = (pg_sys::GucContext::PGC_SUSET, pg_sys::GucSource::PGC_S_OVERRIDE);
        pg_sys::SetConfigOption(name.as_ptr(), value.as_ptr(), context, source);
    }
}

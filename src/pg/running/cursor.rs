//! Cursors over approved plans, fetched by the client at its own pace, long after the sandbox is gone.
//!
//! A portal made by SPI would be fetched unprotected. These are recognized each time they run, by a mark in their plan, and
//! run read-only, restricted, watched and bounded, like everything that models write, and only for the role that opened them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CString, c_int};
use std::sync::OnceLock;

use pgrx::PgList;
use pgrx::pg_sys;
use pgrx::prelude::*;

use crate::error::Error;
use crate::limits::Bounds;
use crate::pg::host::catalog_stamps;
use crate::pg::host::failure::catch;
use crate::pg::host::invalidation;
use crate::pg::host::report;
use crate::pg::host::text::owned;
use crate::pg::running::remote::cluster_transactions;
use crate::pg::running::remote::remote_transactions;
use crate::pg::running::sandbox::{limit_temp_files, under_limits};
use crate::pg::running::watching::judged_types;
use crate::pg::running::watching::labelled_reads::{self, Foreseen, LabelledReads};
use crate::pg::running::watching::plan_hooks::{mark_as_cursor, opener_of_cursor};
use crate::pg::running::watching::runtime_hooks::Forced;
use crate::pg::running::watching::watch_state::{is_watching, set_planning};

/// A judged plan in memory of its own, with the locks it needs not yet taken.
pub struct DetachedPlan {
    memory: pg_sys::MemoryContext,
    statement: *mut pg_sys::PlannedStmt,
    text: CString,
    generation: u64,
    /// What changes with the labels, as it was when the statement was judged.
    labels: u64,
    /// The types that were judged with it.
    types: BTreeSet<u32>,
}

/// Of so many cursors it is known by which labels they were judged; those of before are to be opened again.
const MOST_KNOWN: usize = 10_000;

thread_local! {
    /// The labels by which the statements of open cursors were judged, by the addresses of their plans.
    static LABELS: RefCell<BTreeMap<usize, u64>> = const { RefCell::new(BTreeMap::new()) };
}

impl DetachedPlan {
    /// Copies the plan of the statement `text`. `generation` is the catalogs' before the statement was judged.
    ///
    /// # Safety
    /// `statement` is a live plan, in a transaction.
    pub unsafe fn copy_of(statement: *const pg_sys::PlannedStmt, text: CString, generation: u64) -> Self {
        // SAFETY: the caller's promise. The memory belongs to the current one while an ERROR can come between, and to the
        // session afterwards, until Drop frees it (as SPI_keepplan does).
        unsafe {
            let memory = pg_sys::AllocSetContextCreateInternal(
                pg_sys::CurrentMemoryContext,
                c"nl2sql plan".as_ptr(),
                pg_sys::ALLOCSET_SMALL_MINSIZE as usize,
                pg_sys::ALLOCSET_SMALL_INITSIZE as usize,
                pg_sys::ALLOCSET_DEFAULT_MAXSIZE as usize,
            );
            let outer = pg_sys::MemoryContextSwitchTo(memory);
            let statement = pg_sys::copyObjectImpl(statement.cast()).cast();
            pg_sys::MemoryContextSwitchTo(outer);
            pg_sys::MemoryContextSetParent(memory, pg_sys::TopMemoryContext);
            let labels = catalog_stamps::of_security_labels();
            Self { memory, statement, text, generation, labels, types: judged_types::noted() }
        }
    }
}

impl Drop for DetachedPlan {
    fn drop(&mut self) {
        // SAFETY: made by `copy_of`, owned by this value alone, and never the current memory afterwards.
        unsafe { pg_sys::MemoryContextDelete(self.memory) };
    }
}

static BOUNDS: OnceLock<fn() -> Bounds> = OnceLock::new();
static mut NEXT_RUN: pg_sys::ExecutorRun_hook_type = None;

/// Puts the hook in place; called once, when the library is loaded. `bounds` returns what one FETCH may take.
pub fn install(bounds: fn() -> Bounds) {
    if BOUNDS.set(bounds).is_ok() {
        // SAFETY: called while the library is loaded; the variable is the server's own, meant to be chained.
        unsafe {
            NEXT_RUN = pg_sys::ExecutorRun_hook;
            pg_sys::ExecutorRun_hook = Some(on_run);
        }
    }
}

/// Opens a cursor and returns its name, or `None` where the catalogs changed since the plan was judged: it must be judged
/// anew. It lives to the end of the transaction.
pub fn open(plan: &DetachedPlan, name: Option<&str>) -> Result<Option<String>, Error> {
    let name = name
        .map(|name| CString::new(truncated(name)))
        .transpose()
        .map_err(|_| Error::internal("the cursor's name holds a zero byte"))?;
    lock(plan);
    if invalidation::generation() != plan.generation {
        return Ok(None);
    }
    // SAFETY: in a transaction with an active snapshot. The portal copies what it needs into its own memory and belongs to
    // the caller's transaction; if starting it fails, the ERROR aborts that, and the portal with it.
    unsafe {
        let portal = match &name {
            Some(name) => pg_sys::CreatePortal(name.as_ptr(), false, false),
            None => pg_sys::CreateNewPortal(),
        };
        let outer = pg_sys::MemoryContextSwitchTo((*portal).portalContext);
        let statement = pg_sys::copyObjectImpl(plan.statement.cast()).cast::<pg_sys::PlannedStmt>();
        mark_as_cursor(&mut *statement, pg_sys::GetUserId());
        // An address is used again only when its cursor is gone.
        LABELS.with_borrow_mut(|labels| {
            if labels.len() >= MOST_KNOWN {
                labels.clear();
            }
            labels.insert(statement.addr(), plan.labels);
        });
        // Workers take what a sandbox has set, and a cursor runs in none.
        (*statement).parallelModeNeeded = false;
        let mut statements = PgList::<pg_sys::PlannedStmt>::new();
        statements.push(statement);
        let text = pg_sys::pstrdup(plan.text.as_ptr());
        let tag = pg_sys::CommandTag::CMDTAG_SELECT;
        pg_sys::PortalDefineQuery(portal, std::ptr::null(), text, tag, statements.into_pg(), std::ptr::null_mut());
        pg_sys::MemoryContextSwitchTo(outer);
        // To go back, the server starts the plan anew (ExecutorRewind), which has no hook and already computes what indexes are
        // asked for.
        (*portal).cursorOptions = pg_sys::CURSOR_OPT_NO_SCROLL as c_int;
        judged_types::keep(&plan.types);
        let forced = Forced::begin();
        pg_sys::PortalStart(portal, std::ptr::null_mut(), 0, pg_sys::GetActiveSnapshot());
        drop(forced);
        Ok(owned((*portal).name))
    }
}

/// As much of a name as a cursor keeps, no character cut in half (NAMEDATALEN less its end).
fn truncated(name: &str) -> &str {
    let end = (0..=name.len().min(pg_sys::NAMEDATALEN as usize - 1)).rev().find(|end| name.is_char_boundary(*end));
    name.get(..end.unwrap_or_default()).unwrap_or(name)
}

/// Takes the locks the plan was made under, which ended with the sandbox (AcquireExecutorLocks in plancache.c).
fn lock(plan: &DetachedPlan) {
    // SAFETY: the plan is alive; in a transaction. Taking a lock delivers the invalidations of others.
    unsafe {
        for entry in PgList::<pg_sys::RangeTblEntry>::from_pg((*plan.statement).rtable).iter_ptr() {
            let entry = &*entry;
            if entry.relid != pg_sys::InvalidOid && entry.rellockmode != 0 {
                pg_sys::LockRelationOid(entry.relid, entry.rellockmode);
            }
        }
    }
}

unsafe extern "C-unwind" fn on_run(
    query: *mut pg_sys::QueryDesc,
    direction: pg_sys::ScanDirection::Type,
    count: u64,
    #[cfg(not(feature = "pg18"))] once: bool,
) {
    // SAFETY: passes the server's arguments on, by plain pointers; see the runtime hooks.
    unsafe {
        if let Some(opener) = opener_of_cursor(&*(*query).plannedstmt) {
            // Such a query runs more than once.
            return run_ours(query, direction, count, opener);
        }
        if is_watching() {
            judge_again(query);
        }
        let next = NEXT_RUN.unwrap_or(raw::standard_ExecutorRun);
        let was_planning = set_planning(false);
        #[cfg(feature = "pg18")]
        next(query, direction, count);
        #[cfg(not(feature = "pg18"))]
        next(query, direction, count, once);
        set_planning(was_planning);
    }
}

/// Code may go on to run what other code has begun.
#[pg_guard]
unsafe extern "C-unwind" fn judge_again(query: *mut pg_sys::QueryDesc) {
    // SAFETY: a live query that has been started, in a transaction.
    unsafe {
        if let Err(error) = labelled_reads::judge_again(&*(*query).plannedstmt) {
            report::raise(error);
        }
        remote_transactions::before_run(query, false);
        cluster_transactions::before_run(query, false);
    }
}

/// One FETCH. What the statement calls runs as the current role, and who opened the cursor had it judged for themselves.
#[pg_guard]
unsafe extern "C-unwind" fn run_ours(
    query: *mut pg_sys::QueryDesc,
    direction: pg_sys::ScanDirection::Type,
    count: u64,
    opener: pg_sys::Oid,
) {
    // SAFETY: reads a variable of the backend; the name is allocated in the current memory context.
    let (is_openers, name) = unsafe {
        let is_openers = pg_sys::GetUserId() == opener;
        (is_openers, if is_openers { None } else { owned(pg_sys::GetUserNameFromId(opener, true)) })
    };
    if !is_openers {
        return report::raise(Error::CursorOfAnother { opener: name.unwrap_or_default() });
    }
    // SAFETY: a live query.
    let plan = unsafe { (*query).plannedstmt }.addr();
    if LABELS.with_borrow(|labels| labels.get(&plan).copied()) != Some(catalog_stamps::of_security_labels()) {
        return report::raise(Error::Refused {
            what: "fetching from a cursor that was opened before labels have changed".to_owned(),
            why: "What it may show was judged by the labels that there were.".to_owned(),
            hint: Some("Open it again.".to_owned()),
        });
    }
    let bounds = BOUNDS.get().map(|bounds| bounds()).unwrap_or_default();
    let result = under_limits(bounds, || {
        catch(|| {
            let _forced = Forced::begin();
            limit_temp_files(bounds.temp_file_kb);
            let _reads = LabelledReads::begin(Foreseen::NOTHING);
            // SAFETY: the server's own arguments. The boundary turns an ERROR into a panic, so that the guards above are
            // dropped on its way.
            unsafe {
                remote_transactions::before_run(query, true);
                cluster_transactions::before_run(query, true);
                pg_sys::ffi::pg_guard_ffi_boundary(|| {
                    let next = NEXT_RUN.unwrap_or(raw::standard_ExecutorRun);
                    #[cfg(feature = "pg18")]
                    next(query, direction, count);
                    #[cfg(not(feature = "pg18"))]
                    next(query, direction, count, false);
                });
            }
            Ok(())
        })
    });
    if let Err(error) = result {
        // Nothing was rolled back: the ERROR goes on and aborts the caller's transaction, as any FETCH that fails.
        report::raise(error);
    }
}

/// The server's own function without pgrx's wrapper around it.
mod raw {
    use pgrx::pg_sys;

    unsafe extern "C-unwind" {
        pub fn standard_ExecutorRun(
            query: *mut pg_sys::QueryDesc,
            direction: pg_sys::ScanDirection::Type,
            count: u64,
            #[cfg(not(feature = "pg18"))] once: bool,
        );
    }
}

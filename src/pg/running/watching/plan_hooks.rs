//! Judges what plans read inside a sandbox, those of statements in functions too: foreign tables before they are planned over
//! and before they are read, system catalogs and row locks before the plan starts.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ffi::{c_char, c_int};

use pgrx::PgList;
use pgrx::pg_sys::{self, RTEKind};
use pgrx::prelude::*;

use super::interrupts::interrupt;
use super::watch_state::{is_watching, judges, raise};
use super::{estimates, index_scans, labelled_reads, predicates};
use crate::error::Error;
use crate::pg::host::text::owned;
use crate::pg::running::remote::remote_statement::Remote;
use crate::pg::running::remote::remote_transactions;
use crate::pg::running::worker_limits;

static mut NEXT_START: pg_sys::ExecutorStart_hook_type = None;
static mut NEXT_RELATION: pg_sys::get_relation_info_hook_type = None;

thread_local! {
    /// The plan that the guard has judged and that starts now.
    static JUDGED: Cell<*const pg_sys::PlannedStmt> = const { Cell::new(std::ptr::null()) };
    /// The first plan of a parallel worker is its leader's.
    static WORKER_HAS_STARTED: Cell<bool> = const { Cell::new(false) };
}

/// The catalog that the server itself reads with a query, where it shows the text of views and rules (ruleutils.c).
const REWRITE_RULES: u32 = 2618;

/// Puts the hooks in place; called once, when the library is loaded.
pub fn install() {
    // SAFETY: called while the library is loaded; the variables are the server's own, meant to be chained.
    unsafe {
        NEXT_START = pg_sys::ExecutorStart_hook;
        pg_sys::ExecutorStart_hook = Some(on_start);
        NEXT_RELATION = pg_sys::get_relation_info_hook;
        pg_sys::get_relation_info_hook = Some(on_relation);
    }
}

/// Says of a plan that the guard has judged it, until dropped.
pub struct Judged(*const pg_sys::PlannedStmt);

impl Judged {
    pub fn begin(plan: *const pg_sys::PlannedStmt) -> Self {
        Self(JUDGED.replace(plan))
    }
}

impl Drop for Judged {
    fn drop(&mut self) {
        JUDGED.set(self.0);
    }
}

/// Marks the plans of our cursors: a location that no statement has. Where that is below 0, the length beside it is ignored
/// wherever the two are read (CleanQuerytext in queryjumble.c), so it holds the oid of who opened the cursor.
const CURSOR: c_int = -0x6e6c;

/// Marks a judged plan as that of a cursor of ours, which this role opens.
pub fn mark_as_cursor(plan: &mut pg_sys::PlannedStmt, opener: pg_sys::Oid) {
    (plan.stmt_location, plan.stmt_len) = (CURSOR, opener.to_u32().cast_signed());
}

/// Who opened it, if this is the plan of a cursor of ours.
pub fn opener_of_cursor(plan: &pg_sys::PlannedStmt) -> Option<pg_sys::Oid> {
    (plan.stmt_location == CURSOR).then(|| pg_sys::Oid::from(plan.stmt_len.cast_unsigned()))
}

/// Not guarded by pgrx, for the reason given at `function_hooks::on_access`.
unsafe extern "C-unwind" fn on_start(query: *mut pg_sys::QueryDesc, flags: c_int) {
    // SAFETY: passes the server's arguments on, by plain pointers; the query is live.
    unsafe {
        let is_leaders = pg_sys::ParallelWorkerNumber >= 0 && !WORKER_HAS_STARTED.replace(true);
        if is_watching() {
            if is_leaders {
                worker_limits::start();
            }
            judge_plan((*query).plannedstmt, is_leaders);
        }
        NEXT_START.unwrap_or(raw::standard_ExecutorStart)(query, flags);
        if is_watching() {
            index_scans::bound((*query).planstate, std::ptr::null_mut());
        }
    }
}

/// A read-only transaction may still write to temporary tables, and lock rows of them: code that a statement calls may not.
#[pg_guard]
unsafe extern "C-unwind" fn judge_plan(plan: *const pg_sys::PlannedStmt, is_leaders: bool) {
    // SAFETY: a live plan; its lists are lists of the nodes they are said to be.
    unsafe {
        let statement = &*plan;
        if statement.commandType != pg_sys::CmdType::CMD_SELECT || statement.hasModifyingCTE {
            return raise(Error::Writes("a statement that writes".to_owned()));
        }
        let marks = PgList::<pg_sys::PlanRowMark>::from_pg(statement.rowMarks);
        if marks.iter_ptr().any(|mark| (*mark).markType <= pg_sys::RowMarkType::ROW_MARK_KEYSHARE) {
            return raise(Error::locks_rows());
        }
        let is_judged = is_leaders || plan == JUDGED.get() || opener_of_cursor(statement).is_some();
        if !is_judged && let Err(error) = labelled_reads::judge(statement, |_| false) {
            return raise(error);
        }
        for entry in PgList::<pg_sys::RangeTblEntry>::from_pg(statement.rtable).iter_ptr() {
            if (*entry).rtekind != RTEKind::RTE_RELATION {
                continue;
            }
            if (*entry).relkind == pg_sys::RELKIND_FOREIGN_TABLE as c_char {
                judge_server((*entry).relid, (*pg_sys::GetForeignTable((*entry).relid)).serverid);
            }
            let is_system = (*entry).relid.to_u32() < pg_sys::FirstNormalObjectId;
            if is_system && !is_judged && is_read_directly(statement, &*entry) {
                judge_catalog((*entry).relid);
            }
        }
    }
}

/// Whether it is read with the rights of who asks, and not through a view, which is its owner's affair.
///
/// # Safety
/// `entry` belongs to `statement`.
unsafe fn is_read_directly(statement: &pg_sys::PlannedStmt, entry: &pg_sys::RangeTblEntry) -> bool {
    #[cfg(feature = "pg15")]
    {
        let _ = statement;
        // What an index is read for has no rights to check.
        entry.checkAsUser == pg_sys::InvalidOid && entry.requiredPerms != 0
    }
    #[cfg(not(feature = "pg15"))]
    // SAFETY: the list is one of RTEPermissionInfo nodes.
    unsafe {
        let infos = PgList::<pg_sys::RTEPermissionInfo>::from_pg(statement.permInfos);
        let info = (entry.perminfoindex as usize).checked_sub(1).and_then(|at| infos.get_ptr(at));
        info.is_some_and(|info| (*info).checkAsUser == pg_sys::InvalidOid)
    }
}

fn judge_catalog(relation: pg_sys::Oid) {
    if let Err(error) = catalog_refusal(relation) {
        raise(error);
    }
}

fn catalog_refusal(relation: pg_sys::Oid) -> Result<(), Error> {
    if relation.to_u32() == REWRITE_RULES {
        return Ok(());
    }
    let (schema, name) = qualified(relation);
    let why = judges().and_then(|judges| (judges.system_schema)(&schema));
    why.map_or(Ok(()), |why| {
        Err(Error::refused_relation(&format!("{schema}.{name}"), why, "its schema in nl2sql.schemas"))
    })
}

/// Judges the system catalogs that the planner has brought into a statement's plan, by the bodies of SQL functions. `known`
/// are those that the statement itself or a policy reads in its trees, which were judged.
///
/// # Safety
/// `statement` is a live plan.
pub unsafe fn judge_planned_catalogs(
    statement: &pg_sys::PlannedStmt,
    known: impl FnOnce() -> BTreeSet<u32>,
) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    let read: Vec<pg_sys::Oid> = unsafe {
        let entries = PgList::<pg_sys::RangeTblEntry>::from_pg(statement.rtable);
        let read = entries.iter_ptr().filter(|entry| {
            (**entry).rtekind == RTEKind::RTE_RELATION
                && (**entry).relid.to_u32() < pg_sys::FirstNormalObjectId
                && is_read_directly(statement, &**entry)
        });
        read.map(|entry| (*entry).relid).collect()
    };
    if read.is_empty() {
        return Ok(());
    }
    let known = known();
    read.into_iter().filter(|relation| !known.contains(&relation.to_u32())).try_for_each(catalog_refusal)
}

/// # Safety
/// In a transaction; the server exists.
unsafe fn judge_server(relation: pg_sys::Oid, server: pg_sys::Oid) {
    // SAFETY: the server's row is copied into the current memory context.
    let server = unsafe { owned((*pg_sys::GetForeignServer(server)).servername) }.unwrap_or_default();
    if let Some(why) = judges().and_then(|judges| (judges.server)(&server)) {
        let (schema, name) = qualified(relation);
        raise(Error::refused_relation(&format!("{schema}.{name}"), why, "its server in nl2sql.allow_servers"));
    }
}

pub(super) fn qualified(relation: pg_sys::Oid) -> (String, String) {
    // SAFETY: in a transaction; both look cached rows up and copy names.
    unsafe {
        let schema = owned(pg_sys::get_namespace_name(pg_sys::get_rel_namespace(relation)));
        (schema.unwrap_or_default(), owned(pg_sys::get_rel_name(relation)).unwrap_or_default())
    }
}

/// The planner has opened a relation and asks its foreign server next, if it has one: a wrapper may connect to plan.
unsafe extern "C-unwind" fn on_relation(
    root: *mut pg_sys::PlannerInfo,
    relation: pg_sys::Oid,
    is_parent: bool,
    info: *mut pg_sys::RelOptInfo,
) {
    // SAFETY: passes the server's arguments on, by plain pointers; the info is live and filled in (plancat.c).
    unsafe {
        if (*info).serverid != pg_sys::InvalidOid && is_watching() {
            judge_foreign(relation, (*info).serverid, (*info).userid);
        }
        if is_watching() {
            if pg_sys::InterruptPending != 0 {
                interrupt();
            }
            judge_predicates(root, relation, info);
            estimates::bound_aids(&mut *root, &mut *info);
        }
        if let Some(next) = NEXT_RELATION {
            next(root, relation, is_parent, info);
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn judge_predicates(
    root: *mut pg_sys::PlannerInfo,
    relation: pg_sys::Oid,
    info: *mut pg_sys::RelOptInfo,
) {
    // SAFETY: as for `on_relation`.
    if let Some(error) = unsafe { predicates::refusal(root, relation, &*info) } {
        raise(error);
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn judge_foreign(relation: pg_sys::Oid, server: pg_sys::Oid, owner: pg_sys::Oid) {
    // SAFETY: the planner is in a transaction and has found the server, and whose rights a view gives, if any.
    unsafe {
        judge_server(relation, server);
        let user = if owner == pg_sys::InvalidOid { pg_sys::GetUserId() } else { owner };
        remote_transactions::before_planning(Remote { server, user, relation });
    }
}

/// The server's own function without pgrx's wrapper around it.
mod raw {
    use super::*;

    unsafe extern "C-unwind" {
        pub fn standard_ExecutorStart(query: *mut pg_sys::QueryDesc, flags: c_int);
    }
}

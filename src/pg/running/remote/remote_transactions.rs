//! Makes what postgres_fdw does on another server read-only and bounded there, as it is here.
//!
//! Up to PostgreSQL 18, postgres_fdw begins a remote transaction that may write, whatever the local one is (begin_remote_xact in
//! its connection.c), so a function behind a remote view could. So a statement of ours runs first, in the very
//! connection that is read from: see [`super::remote_statement`]. The remote server lets nothing put that back before the
//! transaction or savepoint ends that it was set in: those of postgres_fdw begin and end with the local ones.

use std::cell::RefCell;
use std::ffi::c_void;
use std::sync::OnceLock;

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};

use super::remote_statement::{Remote, postgres_fdw_server, texts};
use crate::error::Error;
use crate::pg::host::text::owned;
use crate::pg::running::plan_states::planstate_tree_walker;
use crate::pg::running::sandbox::Sandbox;
use crate::pg::running::watching::watch_state::raise;

/// A connection whose transaction was made read-only, in this subtransaction of this local transaction.
struct ReadOnly {
    mapping: pg_sys::Oid,
    transaction: u32,
    subtransaction: pg_sys::SubTransactionId,
}

thread_local! {
    static READ_ONLY: RefCell<Vec<ReadOnly>> = const { RefCell::new(Vec::new()) };
}

/// So many milliseconds a statement may take; 0 stands for any number.
static LONGEST: OnceLock<fn() -> i32> = OnceLock::new();

/// The remote server ends a statement so much later than this one would, whose own limit says more.
const GRACE_MS: i32 = 1000;

/// Called once, when the library is loaded. `longest`: how many milliseconds a statement may take.
pub fn install(longest: fn() -> i32) {
    if LONGEST.set(longest).is_ok() {
        // SAFETY: called while the library is loaded; the callback is never unloaded.
        unsafe { pg_sys::RegisterSubXactCallback(Some(on_subtransaction), std::ptr::null_mut()) };
    }
}

/// A connection that was lost raises an ERROR, and can be made anew only after that was caught.
unsafe extern "C-unwind" fn on_subtransaction(
    event: pg_sys::SubXactEvent::Type,
    _: pg_sys::SubTransactionId,
    _: pg_sys::SubTransactionId,
    _: *mut c_void,
) {
    if event == pg_sys::SubXactEvent::SUBXACT_EVENT_ABORT_SUB {
        READ_ONLY.with_borrow_mut(Vec::clear);
    }
}

/// Makes the connections read-only that planning over a foreign table may use: with use_remote_estimate, the remote server plans too,
/// and may run functions for that.
///
/// # Safety
/// In a transaction; the relation is a foreign table of the server.
pub unsafe fn before_planning(remote: Remote) {
    // SAFETY: the caller's promise; what is looked up is in memory of the current context, its options lists of DefElem.
    let asks_remote = unsafe {
        let server = (*pg_sys::GetForeignServer(remote.server)).options;
        let table = (*pg_sys::GetForeignTable(remote.relation)).options;
        [server, table].into_iter().any(|options| {
            let options = PgList::<pg_sys::DefElem>::from_pg(options);
            options.iter_ptr().any(|option| owned((*option).defname).as_deref() == Some("use_remote_estimate"))
        })
    };
    if asks_remote {
        // SAFETY: the caller's promise.
        unsafe { make_read_only(remote, longest()) };
    }
}

/// Makes the connections read-only that a query uses which is about to run. `is_cursor`: it runs in the caller's own transaction, whose
/// later statements are not bounded.
///
/// # Safety
/// The query has been started and lives.
pub unsafe fn before_run(query: *mut pg_sys::QueryDesc, is_cursor: bool) {
    // SAFETY: the caller's promise. The list is one of range table entries.
    unsafe {
        let plan = &*(*query).plannedstmt;
        let is_foreign = |entry: *mut pg_sys::RangeTblEntry| {
            (*entry).rtekind == pg_sys::RTEKind::RTE_RELATION && (*entry).relkind as u8 == b'f'
        };
        let reads_foreign = PgList::<pg_sys::RangeTblEntry>::from_pg(plan.rtable).iter_ptr().any(is_foreign);
        if !reads_foreign || (*query).planstate.is_null() {
            return;
        }
        let mut scans = Scans { range_table: plan.rtable, remotes: Vec::new() };
        let context = (&raw mut scans).cast();
        pg_sys::ffi::pg_guard_ffi_boundary(|| visit((*query).planstate, context));
        let longest = if is_cursor { 0 } else { longest() };
        scans.remotes.into_iter().for_each(|remote| make_read_only(remote, longest));
    }
}

pub(super) fn longest() -> i32 {
    LONGEST.get().map_or(0, |longest| longest())
}

/// Runs a statement of this library on the server of a foreign table, as the current user there, read-only. It gives the rows, texts of
/// one column, or `None` where postgres_fdw does not read that server. `longest`: see [`install`].
pub fn read(_: &Sandbox<'_>, relation: u32, statement: &str, longest: i32) -> Option<Vec<String>> {
    let relation = pg_sys::Oid::from(relation);
    // SAFETY: in a subtransaction; looking up the server of what is no foreign table is an ERROR.
    unsafe {
        let server = (*pg_sys::GetForeignTable(relation)).serverid;
        let remote = Remote { server, user: pg_sys::GetUserId(), relation };
        postgres_fdw_server(server)?;
        make_read_only(remote, longest);
        Some(texts(remote, statement))
    }
}

/// The foreign scans of a plan.
struct Scans {
    range_table: *mut pg_sys::List,
    remotes: Vec<Remote>,
}

/// Called by the server for each node of a plan that runs; false goes on.
unsafe extern "C-unwind" fn visit(node: *mut pg_sys::PlanState, context: *mut c_void) -> bool {
    if node.is_null() {
        return false;
    }
    // SAFETY: a live node, of the type that its tag says, with the context given to the first of them.
    unsafe {
        if (*node).type_ == NodeTag::T_ForeignScanState {
            let scans = &mut *context.cast::<Scans>();
            let remote = remote_of(&*(*node).plan.cast::<pg_sys::ForeignScan>(), scans.range_table);
            if let Some(remote) = remote.filter(|remote| !scans.remotes.contains(remote)) {
                scans.remotes.push(remote);
            }
        }
        planstate_tree_walker(node, Some(visit), context)
    }
}

/// The connection that a scan reads from, as postgresBeginForeignScan finds it; `None` where it reads no table.
///
/// # Safety
/// A live plan and its range table.
unsafe fn remote_of(scan: &pg_sys::ForeignScan, range_table: *mut pg_sys::List) -> Option<Remote> {
    // SAFETY: the caller's promise.
    unsafe {
        #[cfg(feature = "pg15")]
        let relations = scan.fs_relids;
        #[cfg(not(feature = "pg15"))]
        let relations = scan.fs_base_relids;
        let number = match scan.scan.scanrelid {
            0 => pg_sys::bms_next_member(relations, -1),
            number => number.cast_signed(),
        };
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        let entry = *PgList::<pg_sys::RangeTblEntry>::from_pg(range_table).get_ptr(place)?;
        #[cfg(feature = "pg15")]
        let owner = entry.checkAsUser;
        #[cfg(not(feature = "pg15"))]
        let owner = scan.checkAsUser;
        let user = if owner == pg_sys::InvalidOid { pg_sys::GetUserId() } else { owner };
        Some(Remote { server: scan.fs_server, user, relation: entry.relid })
    }
}

/// # Safety
/// In a transaction; the relation is a foreign table of the server.
unsafe fn make_read_only(remote: Remote, longest: i32) {
    // SAFETY: the caller's promise. A server without a mapping for the user raises the ERROR that postgres_fdw would.
    unsafe {
        let Some(server) = postgres_fdw_server(remote.server) else { return };
        let mapping = (*pg_sys::GetUserMapping(remote.user, remote.server)).umid;
        if is_read_only(mapping) {
            return;
        }
        let said = texts(remote, &read_only_statement(longest));
        if !said.first().is_some_and(|said| said.starts_with("on")) {
            return raise(Error::Refused {
                what: format!("reading tables of server {server}"),
                why: "Its transaction can't be made read-only.".to_owned(),
                hint: None,
            });
        }
        let (transaction, subtransaction) = (local_transaction(), pg_sys::GetCurrentSubTransactionId());
        READ_ONLY.with_borrow_mut(|known| known.push(ReadOnly { mapping, transaction, subtransaction }));
    }
}

fn is_read_only(mapping: pg_sys::Oid) -> bool {
    let transaction = local_transaction();
    READ_ONLY.with_borrow_mut(|known| {
        known.retain(|known| known.transaction == transaction);
        // SAFETY: in a transaction; looks at the subtransactions that are open.
        let is_open = |known: &ReadOnly| unsafe { pg_sys::SubTransactionIsActive(known.subtransaction) };
        known.iter().any(|known| known.mapping == mapping && is_open(known))
    })
}

/// The number of the local transaction among those of this session.
pub(super) fn local_transaction() -> u32 {
    // SAFETY: a backend has an entry in the array of processes.
    #[cfg(not(any(feature = "pg17", feature = "pg18")))]
    unsafe {
        (*pg_sys::MyProc).lxid
    }
    // SAFETY: as above.
    #[cfg(any(feature = "pg17", feature = "pg18"))]
    unsafe {
        (*pg_sys::MyProc).vxid.lxid
    }
}

/// Makes the transaction or savepoint that it runs in read-only, and ends statements in it that take longer. Says "on" first.
pub(super) fn read_only_statement(longest: i32) -> String {
    let read_only = "SELECT pg_catalog.set_config('transaction_read_only', 'on', true)";
    if longest <= 0 {
        return read_only.to_owned();
    }
    let longest = longest.saturating_add(GRACE_MS);
    format!(
        "{read_only} OPERATOR(pg_catalog.||) CASE WHEN pg_catalog.current_setting('statement_timeout')::pg_catalog.interval \
         OPERATOR(pg_catalog.>) '0'::pg_catalog.interval AND pg_catalog.current_setting('statement_timeout')::pg_catalog.interval \
         OPERATOR(pg_catalog.<) '{longest} ms'::pg_catalog.interval THEN '' \
         ELSE pg_catalog.set_config('statement_timeout', '{longest}', true) END"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_that_may_take_any_time_is_not_bounded() {
        assert!(!read_only_statement(0).contains("timeout"));
        assert!(read_only_statement(5000).contains("'6000 ms'"));
        assert!(read_only_statement(i32::MAX).contains(&format!("'{}'", i32::MAX)));
    }
}

//! The extension's own read-only queries: fixed text, text arguments, text results, plans kept for the session.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::{CStr, CString, c_int};

use pgrx::IntoDatum;
use pgrx::pg_sys;

use crate::error::Error;
use crate::limits::Bounds;
use crate::pg::host::interrupts;
use crate::pg::host::text::owned;
use crate::pg::running::sandbox::{Sandbox, in_subtransaction, in_writing_subtransaction, limit_waiting, under_limits};
use crate::pg::running::watching::prepared_code::{JudgedFor, judged_for};
use crate::pg::running::watching::watch_state::OwnQuery;

/// One row of a result: each column as the type's output function prints it.
pub type Row = Vec<Option<String>>;

thread_local! {
    /// Kept plans by the address of their text, which is a constant of this library.
    static CONSTANT_PLANS: RefCell<HashMap<usize, pg_sys::SPIPlanPtr>> = RefCell::new(HashMap::new());
    /// Kept plans of texts that were made at run time, until [`forget`].
    static GENERATED_PLANS: RefCell<HashMap<String, pg_sys::SPIPlanPtr>> = RefCell::new(HashMap::new());
    /// For whom those were judged, when they were planned.
    static GENERATED_FOR: Cell<Option<JudgedFor>> = const { Cell::new(None) };
}

/// What one of our own queries may take: the catalogs of ten thousand tables are read in less.
const OWN_BOUNDS: Bounds = Bounds { milliseconds: 20_000, memory_kb: 0, temp_file_kb: 0 };

/// The most plans of texts made at run time that a session keeps.
const MAX_GENERATED: usize = 400;

/// Runs a query of this library with `text` arguments, as the caller and read-only.
///
/// `sql` must name everything in `pg_catalog` by its schema, operators too: the caller's search_path is in force.
pub fn rows(sql: &'static str, arguments: &[Option<&str>]) -> Result<Vec<Row>, Error> {
    bounded_rows(sql, arguments, c"1s")
}

/// As [`rows`], for a query that locks tables of others: where one can't be had at once, it fails with 55P03.
pub fn rows_at_once(sql: &'static str, arguments: &[Option<&str>]) -> Result<Vec<Row>, Error> {
    bounded_rows(sql, arguments, c"20ms")
}

/// As [`rows`], in so many milliseconds at most.
pub fn rows_within(milliseconds: i32, sql: &'static str, arguments: &[Option<&str>]) -> Result<Vec<Row>, Error> {
    under_own(Bounds { milliseconds, ..OWN_BOUNDS }, || in_subtransaction(|sandbox| rows_in(sandbox, sql, arguments)))
}

fn bounded_rows(sql: &'static str, arguments: &[Option<&str>], longest_wait: &CStr) -> Result<Vec<Row>, Error> {
    under_own_limits(|| {
        in_subtransaction(|sandbox| {
            limit_waiting(longest_wait);
            rows_in(sandbox, sql, arguments)
        })
    })
}

fn under_own_limits<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    under_own(OWN_BOUNDS, work)
}

/// A limit that no setting gives is not told as one that does.
fn under_own<T>(bounds: Bounds, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    under_limits(bounds, work).map_err(|error| match error {
        Error::QueryTimedOut { milliseconds } => Error::OwnQueryTimedOut { milliseconds },
        error => error,
    })
}

/// Who asks.
pub fn current_role() -> pg_sys::Oid {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::GetUserId() }
}

/// Who called: the current user outside of any SECURITY DEFINER function.
pub fn calling_role() -> pg_sys::Oid {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::GetOuterUserId() }
}

/// Whether a table of this extension may have rows, which costs a look at the size of its file; `false` where there is no table.
pub fn has_rows((schema, name): (&CStr, &CStr)) -> bool {
    // SAFETY: in a transaction. The relation is open, and locked against being dropped, while its size is looked at.
    unsafe {
        let schema = pg_sys::get_namespace_oid(schema.as_ptr(), true);
        let table = pg_sys::get_relname_relid(name.as_ptr(), schema);
        if table == pg_sys::InvalidOid
            || !pg_sys::ConditionalLockRelationOid(table, pg_sys::AccessShareLock as pg_sys::LOCKMODE)
        {
            // What is locked is read, which says so.
            return table != pg_sys::InvalidOid;
        }
        let relation = pg_sys::relation_open(table, pg_sys::NoLock as pg_sys::LOCKMODE);
        let blocks = pg_sys::RelationGetNumberOfBlocksInFork(relation, pg_sys::ForkNumber::MAIN_FORKNUM);
        pg_sys::relation_close(relation, pg_sys::AccessShareLock as pg_sys::LOCKMODE);
        blocks > 0
    }
}

/// Runs a query on a table of this extension (its schema and name) as its owner, read-only.
pub fn owner_rows(table: (&CStr, &CStr), sql: &'static str, arguments: &[Option<&str>]) -> Result<Vec<Row>, Error> {
    under_own_limits(|| {
        in_subtransaction(|sandbox| {
            limit_waiting(c"20ms");
            let _owner = OwnerRights::of(table)?;
            rows_in(sandbox, sql, arguments)
        })
    })
}

/// Runs a statement that writes to a table of this extension as its owner, in a subtransaction that ends with it, and
/// gives its rows. Does nothing where nothing can be written: on a standby, in a read-only transaction, in a parallel worker.
pub fn owner_write(
    table: (&CStr, &CStr),
    sql: &'static str,
    arguments: &[Option<&str>],
) -> Result<Option<Vec<Row>>, Error> {
    // SAFETY: reads variables of the backend.
    let cannot = unsafe { pg_sys::XactReadOnly || pg_sys::RecoveryInProgress() || pg_sys::IsInParallelMode() };
    if cannot {
        return Ok(None);
    }
    under_own_limits(|| {
        in_writing_subtransaction(|_| {
            limit_waiting(c"20ms");
            let _owner = OwnerRights::of(table)?;
            run(sql, arguments, false).map(Some)
        })
    })
}

/// Runs a statement that writes to a table of this extension as its owner, as a part of the caller's transaction, and gives what
/// it returns. Unlike [`owner_write`] it fails where nothing can be written, and waits for others like any statement.
pub fn owner_change(table: (&CStr, &CStr), sql: &'static str, arguments: &[Option<&str>]) -> Result<Vec<Row>, Error> {
    under_own_limits(|| {
        in_writing_subtransaction(|_| {
            let _owner = OwnerRights::of(table)?;
            run(sql, arguments, false)
        })
    })
}

/// The rights of a table's owner until dropped, as the server's own foreign-key checks take them (ri_triggers.c).
struct OwnerRights {
    user: pg_sys::Oid,
    context: c_int,
}

impl OwnerRights {
    fn of((schema, name): (&CStr, &CStr)) -> Result<Self, Error> {
        let (mut user, mut context) = (pg_sys::InvalidOid, 0);
        // SAFETY: in a subtransaction, whose rollback puts user and context back too. The catalog row is held while its
        // field is read.
        unsafe {
            let schema = pg_sys::get_namespace_oid(schema.as_ptr(), true);
            let table = pg_sys::get_relname_relid(name.as_ptr(), schema);
            let row = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::RELOID as c_int, pg_sys::Datum::from(table));
            if row.is_null() {
                return Err(Error::internal("a table of the extension is missing"));
            }
            let owner = (*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_class>(row)).relowner;
            pg_sys::ReleaseSysCache(row);
            pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
            let limits = pg_sys::SECURITY_LOCAL_USERID_CHANGE
                | pg_sys::SECURITY_RESTRICTED_OPERATION
                | pg_sys::SECURITY_NOFORCE_RLS;
            pg_sys::SetUserIdAndSecContext(owner, context | limits as c_int);
        }
        Ok(Self { user, context })
    }
}

impl Drop for OwnerRights {
    fn drop(&mut self) {
        // SAFETY: as they were found, on the backend's only thread.
        unsafe { pg_sys::SetUserIdAndSecContext(self.user, self.context) };
    }
}

/// As [`rows`], inside a subtransaction that is open already.
pub fn rows_in(_: &Sandbox<'_>, sql: &'static str, arguments: &[Option<&str>]) -> Result<Vec<Row>, Error> {
    // What was committed since the caller's statement began counts: the trees that are judged know of it too.
    // SAFETY: in a transaction; if an ERROR comes between, the subtransaction's rollback pops the snapshot.
    unsafe { pg_sys::PushActiveSnapshot(pg_sys::GetLatestSnapshot()) };
    let rows = run(sql, arguments, true)?;
    // SAFETY: the one pushed above.
    unsafe { pg_sys::PopActiveSnapshot() };
    Ok(rows)
}

/// An expression as a catalog stores it, in a column of type pg_node_tree. The server accepts no text from anybody for that
/// type, so it is always one of its own trees.
#[derive(Debug, Clone)]
pub struct StoredExpression(String);

impl StoredExpression {
    pub fn as_text(&self) -> &str {
        &self.0
    }
}

/// As [`rows_in`], for a query whose last column is a stored expression or NULL. That column is not part of the row.
pub fn rows_with_expression(
    sandbox: &Sandbox<'_>,
    sql: &'static str,
    arguments: &[Option<&str>],
) -> Result<Vec<(Row, Option<StoredExpression>)>, Error> {
    let rows = rows_in(sandbox, sql, arguments)?;
    // SAFETY: the query returned rows, and SPI keeps the shape of the last result until it is used again.
    let last_type = unsafe {
        let shape = (*pg_sys::SPI_tuptable).tupdesc;
        pg_sys::SPI_gettypeid(shape, (*shape).natts)
    };
    if last_type != pg_sys::PG_NODE_TREEOID {
        return Err(Error::internal("the last column of a query is no stored expression"));
    }
    let split = |mut row: Row| {
        let expression = row.pop().flatten().map(StoredExpression);
        (row, expression)
    };
    Ok(rows.into_iter().map(split).collect())
}

/// Whether the transaction is serializable: what such a one reads and writes can make others fail.
pub fn is_serializable() -> bool {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::XactIsoLevel == pg_sys::XACT_SERIALIZABLE as i32 }
}

/// While it lives, floating-point numbers are printed with all their digits, whatever the session has extra_float_digits at: a quota
/// on cost is read as text like everything else.
struct WholeNumbers(c_int);

impl WholeNumbers {
    fn begin() -> Self {
        // SAFETY: the variable behind the setting, on the backend's only thread; what runs meanwhile is our own and sets nothing.
        unsafe {
            let before = pg_sys::extra_float_digits;
            pg_sys::extra_float_digits = 1;
            Self(before)
        }
    }
}

impl Drop for WholeNumbers {
    fn drop(&mut self) {
        // SAFETY: as it was found, on the backend's only thread.
        unsafe { pg_sys::extra_float_digits = self.0 };
    }
}

fn run(sql: &'static str, arguments: &[Option<&str>], read_only: bool) -> Result<Vec<Row>, Error> {
    let _own = OwnQuery::begin();
    let _whole = WholeNumbers::begin();
    let key = sql.as_ptr() as usize;
    let plan = match CONSTANT_PLANS.with_borrow(|plans| plans.get(&key).copied()) {
        Some(plan) => plan,
        None => {
            let plan = prepare(sql, arguments.len())?;
            CONSTANT_PLANS.with_borrow_mut(|plans| plans.insert(key, plan));
            plan
        }
    };
    execute(plan, arguments, read_only)
}

/// The same with a text that was made at run time. It reads users' tables, so what it calls there is watched.
pub fn rows_of(_: &Sandbox<'_>, sql: &str, arguments: &[&str]) -> Result<Vec<Row>, Error> {
    let judged_for = Some(judged_for());
    if GENERATED_FOR.replace(judged_for) != judged_for {
        forget();
    }
    let plan = match GENERATED_PLANS.with_borrow(|plans| plans.get(sql).copied()) {
        Some(plan) => plan,
        None => {
            if GENERATED_PLANS.with_borrow(HashMap::len) >= MAX_GENERATED {
                forget();
            }
            let plan = prepare(sql, arguments.len())?;
            GENERATED_PLANS.with_borrow_mut(|plans| plans.insert(sql.to_owned(), plan));
            plan
        }
    };
    execute(plan, &arguments.iter().map(|text| Some(*text)).collect::<Vec<_>>(), true)
}

/// Frees the plans of texts that were made at run time.
pub fn forget() {
    for (_, plan) in GENERATED_PLANS.take() {
        // SAFETY: a kept plan that nothing else knows of and that is not running, as `execute` returns before.
        unsafe { pg_sys::SPI_freeplan(plan) };
    }
}

fn execute(plan: pg_sys::SPIPlanPtr, arguments: &[Option<&str>], read_only: bool) -> Result<Vec<Row>, Error> {
    let mut values: Vec<pg_sys::Datum> =
        arguments.iter().map(|text| text.and_then(IntoDatum::into_datum).unwrap_or(pg_sys::Datum::from(0))).collect();
    let nulls = arguments.iter().map(|text| if text.is_some() { b' ' } else { b'n' }).chain([0]).collect::<Vec<u8>>();
    // SAFETY: an SPI connection is open (the sandbox made it); values and nulls have one entry an argument.
    unsafe {
        let code = pg_sys::SPI_execute_plan(plan, values.as_mut_ptr(), nulls.as_ptr().cast(), read_only, 0);
        if code == pg_sys::SPI_OK_INSERT as i32 && !read_only {
            return Ok(Vec::new());
        }
        let returning =
            [pg_sys::SPI_OK_INSERT_RETURNING, pg_sys::SPI_OK_UPDATE_RETURNING, pg_sys::SPI_OK_DELETE_RETURNING];
        let returned = !read_only && returning.iter().any(|known| *known as i32 == code);
        if code != pg_sys::SPI_OK_SELECT as i32 && !returned {
            return Err(Error::internal(format!("SPI_execute_plan failed with code {code}")));
        }
        Ok(collect())
    }
}

/// Runs utility statements made at run time, as the caller: all of them or, if one fails, none.
pub fn execute_all(statements: &[String]) -> Result<(), Error> {
    in_writing_subtransaction(|_| {
        for statement in statements {
            let text =
                CString::new(statement.as_str()).map_err(|_| Error::internal("a statement holds a zero byte"))?;
            interrupts::serve();
            // SAFETY: an SPI connection is open; the text is read before the call ends.
            let code = unsafe { pg_sys::SPI_execute(text.as_ptr(), false, 0) };
            if code != pg_sys::SPI_OK_UTILITY as i32 {
                return Err(Error::internal(format!("SPI_execute failed with code {code}")));
            }
        }
        Ok(())
    })
}

fn prepare(sql: &str, arguments: usize) -> Result<pg_sys::SPIPlanPtr, Error> {
    let text = CString::new(sql).map_err(|_| Error::internal("a query holds a zero byte".to_owned()))?;
    let mut types = vec![pg_sys::TEXTOID; arguments];
    // SAFETY: an SPI connection is open; SPI_keepplan moves the plan to memory that lives as long as the session.
    unsafe {
        // Generic from the start: planning these queries anew costs more than any argument could save.
        let options = pg_sys::CURSOR_OPT_GENERIC_PLAN as i32;
        let plan = pg_sys::SPI_prepare_cursor(text.as_ptr(), arguments as i32, types.as_mut_ptr(), options);
        if plan.is_null() || pg_sys::SPI_keepplan(plan) != 0 {
            let code = pg_sys::SPI_result;
            return Err(Error::internal(format!("SPI_prepare failed with code {code}")));
        }
        Ok(plan)
    }
}

/// Copies SPI's current result.
///
/// # Safety
/// SPI has just executed a query that returns rows.
unsafe fn collect() -> Vec<Row> {
    // SAFETY: SPI_tuptable holds SPI_processed tuples of tupdesc's shape; SPI_getvalue gives a C string in the server's
    // encoding or null.
    unsafe {
        let table = &*pg_sys::SPI_tuptable;
        let width = (*table.tupdesc).natts;
        (0..pg_sys::SPI_processed as usize)
            .map(|row| {
                let tuple = *table.vals.add(row);
                (1..=width).map(|column| owned(pg_sys::SPI_getvalue(tuple, table.tupdesc, column))).collect()
            })
            .collect()
    }
}

//! Statements that somebody else wrote, run as the guard and the limits allow.

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use schema::ResultShape;

use crate::ask;
use crate::error::Error;
use crate::execution;
use crate::pg::host::report;
use crate::pg::rows::receiver::Sink;
use crate::pg::rows::sinks::{JsonRows, Records};
use crate::pg::rows::tuple_store::{JsonStore, RecordStore};
use crate::settings::Settings;

/// The rows of a statement.
#[pg_extern(sql = "CREATE FUNCTION nl_run(sql text) RETURNS SETOF json
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_run(sql: Option<&str>, store: JsonStore<'_>) -> Result<(), ErrorReport> {
    run("nl_run", sql, None, &mut JsonRows::new(store))
}

/// The rows of a statement, in the columns the caller names.
#[pg_extern(sql = "CREATE FUNCTION nl_run_query(sql text) RETURNS SETOF record
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_run_query(sql: Option<&str>, store: RecordStore<'_>) -> Result<(), ErrorReport> {
    let wanted = store.wanted.clone();
    run("nl_run_query", sql, Some(&wanted), &mut Records::new(store))
}

fn run(
    function: &'static str,
    sql: Option<&str>,
    wanted: Option<&ResultShape>,
    sink: &mut impl Sink,
) -> Result<(), ErrorReport> {
    let sql = sql.map(str::trim).filter(|sql| !sql.is_empty()).ok_or(Error::EmptyStatement)?;
    let settings = Settings::in_force()?;
    let outcome = ask::run(function, sql, wanted, &settings, sink)?;
    if let Some(remark) = execution::remark(&outcome, settings.row_limits()) {
        report::notice(&remark);
    }
    Ok(())
}

//! What is written down of questions.

use super::arguments::names;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::error::Error;
use crate::ledger::{counters, queue, subjects};
use crate::pg::host::extension::check_version;
use crate::pg::host::session;
use crate::settings::profile;

/// Erases history.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.erase(role text, before timestamptz DEFAULT NULL) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn erase(role: Option<&str>, before: Option<TimestampWithTimeZone>) -> Result<i64, ErrorReport> {
    check_version()?;
    let before = before.map(|time| time.to_iso_string());
    Ok(subjects::erase(names("role", role)?, before.as_deref())?)
}

/// What is kept of a role.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.export_history(role text DEFAULT NULL) RETURNS SETOF jsonb
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn export_history(role: Option<&str>) -> Result<SetOfIterator<'static, pgrx::JsonB>, ErrorReport> {
    check_version()?;
    let parsed = |document: String| serde_json::from_str(&document).ok().map(pgrx::JsonB);
    Ok(SetOfIterator::new(subjects::export(names("role", role)?)?.into_iter().filter_map(parsed).collect::<Vec<_>>()))
}

/// What was counted for all sessions, by role.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.stat()
    RETURNS TABLE (role text, since timestamptz, questions bigint, answered bigint, clarified bigint, declined bigint,
        refused bigint, over_quota bigint, failed bigint, calls bigint, tokens_in bigint, tokens_cached bigint,
        tokens_out bigint, cost double precision, total_ms double precision, model_ms double precision)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
#[allow(clippy::type_complexity, reason = "pgrx reads the columns from the type")]
fn stat() -> Result<
    TableIterator<
        'static,
        (
            name!(role, Option<String>),
            name!(since, Option<TimestampWithTimeZone>),
            name!(questions, i64),
            name!(answered, i64),
            name!(clarified, i64),
            name!(declined, i64),
            name!(refused, i64),
            name!(over_quota, i64),
            name!(failed, i64),
            name!(calls, i64),
            name!(tokens_in, i64),
            name!(tokens_cached, i64),
            name!(tokens_out, i64),
            name!(cost, f64),
            name!(total_ms, f64),
            name!(model_ms, f64),
        ),
    >,
    ErrorReport,
> {
    let (sees_all, own) = (session::may_read_all_stats(), session::current_role());
    let rows = counters::counted().ok_or(Error::NotPreloaded)?;
    let rows = rows.into_iter().filter(move |row| sees_all || row.role == own).map(|row| {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        (
            session::name_of(row.role),
            Some(to_timestamp(row.since)),
            number(row.questions),
            number(row.answered),
            number(row.clarified),
            number(row.declined),
            number(row.refused),
            number(row.over_quota),
            number(row.failed),
            number(row.calls),
            number(row.tokens_in),
            number(row.tokens_cached),
            number(row.tokens_out),
            row.cost,
            row.total_ms,
            row.model_ms,
        )
    });
    Ok(TableIterator::new(rows.collect::<Vec<_>>()))
}

/// Begins to count anew in this database.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.stat_reset() RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn stat_reset() -> Result<(), ErrorReport> {
    if !session::is_superuser() {
        return Err(Error::MayNotReset.into());
    }
    if counters::reset() { Ok(()) } else { Err(Error::NotPreloaded.into()) }
}

/// What became of the rows of history in this database.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.stat_history()
    RETURNS TABLE (process integer, pending_bytes bigint, written bigint, lost bigint, not_started bigint)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
#[allow(clippy::type_complexity, reason = "pgrx reads the columns from the type")]
fn stat_history() -> Result<
    TableIterator<
        'static,
        (
            name!(process, Option<i32>),
            name!(pending_bytes, i64),
            name!(written, i64),
            name!(lost, i64),
            name!(not_started, i64),
        ),
    >,
    ErrorReport,
> {
    let state = queue::state().ok_or(Error::NotPreloaded)?;
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(TableIterator::once((
        Some(state.process).filter(|process| *process != 0),
        number(state.pending_bytes),
        number(state.written),
        number(state.lost),
        number(state.not_started),
    )))
}

/// What is in force, and whence.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.settings() RETURNS TABLE (setting text, value text, whence text)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
#[allow(clippy::type_complexity, reason = "pgrx reads the columns from the type")]
fn settings()
-> Result<TableIterator<'static, (name!(setting, String), name!(value, String), name!(whence, String))>, ErrorReport> {
    Ok(TableIterator::new(profile::in_force_now()?))
}

//! What a statement does, whether it may run, and what a model would be told.

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::ask::{self, Question};
use crate::error::Error;
use crate::guard;
use crate::pg::host::extension::check_version;
use crate::settings::Settings;

/// A statement in plain words, nothing run.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_explain(sql: Option<&str>) -> Result<String, ErrorReport> {
    let sql = sql.map(str::trim).filter(|sql| !sql.is_empty()).ok_or(Error::EmptyStatement)?;
    Ok(ask::explain(sql, &*Settings::in_force()?)?)
}

/// What a model would be told.
#[pg_extern(sql = "CREATE FUNCTION nl_prompt(question text, thread text DEFAULT NULL) RETURNS text
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn prompt(question: Option<&str>, thread: Option<&str>) -> Result<String, ErrorReport> {
    let question = Question::new("nl_prompt", question, thread)?;
    Ok(ask::prompt(&question, &*Settings::in_force()?)?)
}

/// The symbol that 0.1.0's `nl_prompt`, which knows no threads, calls: it says that the extension wants to be updated.
#[pg_extern(sql = false)]
fn nl_prompt(_question: Option<&str>) -> Result<String, ErrorReport> {
    check_version()?;
    Err(Error::internal("nl_prompt was declared by hand").into())
}

/// What of the schema a model would be told, and why.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::type_complexity)]
fn nl_schema(
    question: Option<&str>,
) -> Result<
    TableIterator<
        'static,
        (
            name!(position, i32),
            name!(relation, String),
            name!(score, Option<f32>),
            name!(level, String),
            name!(tokens, i32),
            name!(why, Vec<String>),
        ),
    >,
    ErrorReport,
> {
    let question = Question::new("nl_schema", question, None)?;
    let chosen = ask::schema(&question, &*Settings::in_force()?)?;
    Ok(TableIterator::new((1..).zip(chosen).map(|(position, one)| {
        let tokens = i32::try_from(one.tokens).unwrap_or(i32::MAX);
        (position, one.relation, one.score, one.amount.as_str().to_owned(), tokens, one.why)
    })))
}

/// The guard's verdict on a statement.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::type_complexity)]
fn nl_check(
    sql: Option<&str>,
) -> Result<
    TableIterator<
        'static,
        (
            name!(allowed, bool),
            name!(sqlstate, Option<String>),
            name!(reason, Option<String>),
            name!(relations, Vec<String>),
            name!(functions, Vec<String>),
            name!(estimated_rows, Option<f64>),
            name!(estimated_cost, Option<f64>),
            name!(culprit, Option<String>),
            name!(behind, Option<String>),
            name!(position, Option<i32>),
            name!(columns, Vec<String>),
            name!(checks, pgrx::Json),
        ),
    >,
    ErrorReport,
> {
    let sql = sql.map(str::trim).filter(|sql| !sql.is_empty()).ok_or(Error::EmptyStatement)?;
    let verdict = guard::check(sql, &*Settings::in_force()?)?;
    let reason = verdict.error.as_ref().map(|error| match error.detail() {
        Some(detail) => format!("{error}: {detail}"),
        None => error.to_string(),
    });
    let checks = pgrx::Json(verdict.checks());
    let culprit = verdict.culprit();
    Ok(TableIterator::once((
        verdict.error.is_none(),
        verdict.error.map(|error| error.sqlstate().to_owned()),
        reason,
        verdict.relations,
        verdict.functions,
        verdict.estimated_rows,
        verdict.estimated_cost,
        culprit.as_ref().map(|culprit| culprit.name.clone()).filter(|name| !name.is_empty()),
        culprit.as_ref().and_then(|culprit| culprit.behind.clone()),
        culprit.and_then(|culprit| i32::try_from(culprit.position?).ok()),
        verdict.columns,
        checks,
    )))
}

//! What users teach.

use super::arguments::{self, names};
use crate::pg::rows::jsonb;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::ask::teaching::{self, Teaching};
use crate::ask::{evaluating, exchange, reviewing};
use crate::error::Error;
use crate::pg::host::extension::check_version;
use crate::settings::Settings;
use crate::taught::feedback;

/// Keeps a question with the SQL that answers it.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.teach(question text, sql text, note text DEFAULT NULL,
        audience text DEFAULT NULL) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn teach(
    question: Option<&str>,
    sql: Option<&str>,
    note: Option<&str>,
    audience: Option<&str>,
) -> Result<i64, ErrorReport> {
    let audience = names("audience", audience)?;
    Ok(teaching::teach(&Teaching { question, sql, note, audience }, &*Settings::in_force()?)?)
}

/// Forgets a pair.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.unteach(id bigint) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn unteach(id: Option<i64>) -> Result<(), ErrorReport> {
    let id = id.ok_or(Error::NoSuchPair(0))?;
    Ok(teaching::unteach(id, &*Settings::in_force()?)?)
}

/// What the caller says of an answer.
#[pg_extern(sql = "CREATE FUNCTION nl_feedback(question text, correct boolean, sql text DEFAULT NULL,
        note text DEFAULT NULL) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_feedback(
    question: Option<&str>,
    correct: Option<bool>,
    sql: Option<&str>,
    note: Option<&str>,
) -> Result<(), ErrorReport> {
    check_version()?;
    let question = question.map(str::trim).filter(|text| !text.is_empty()).ok_or(Error::EmptyQuestion)?;
    let correct = correct.ok_or(Error::NoVerdict)?;
    Ok(feedback::say(question, correct, sql.map(str::trim).filter(|sql| !sql.is_empty()), note)?)
}

/// What teachers should look at.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.review()
    RETURNS TABLE (kind text, id bigint, question text, sql text, note text, problem text, said_by text,
        said_at timestamptz)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
#[allow(clippy::type_complexity, reason = "pgrx reads the columns from the type")]
fn review() -> Result<
    TableIterator<
        'static,
        (
            name!(kind, String),
            name!(id, Option<i64>),
            name!(question, String),
            name!(sql, Option<String>),
            name!(note, Option<String>),
            name!(problem, String),
            name!(said_by, Option<String>),
            name!(said_at, Option<TimestampWithTimeZone>),
        ),
    >,
    ErrorReport,
> {
    let findings = reviewing::review(&*Settings::in_force()?)?;
    Ok(TableIterator::new(findings.into_iter().map(|one| {
        let by = Some(one.by).filter(|by| !by.is_empty());
        (one.kind.to_owned(), one.id, one.question, one.sql, one.note, one.problem, by, one.at.parse().ok())
    })))
}

/// Makes a pair of what an asker said.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.accept(feedback bigint, sql text DEFAULT NULL, note text DEFAULT NULL,
        audience text DEFAULT NULL) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn accept(
    feedback: Option<i64>,
    sql: Option<&str>,
    note: Option<&str>,
    audience: Option<&str>,
) -> Result<i64, ErrorReport> {
    let id = feedback.ok_or(Error::NoSuchFeedback(0))?;
    let teaching = Teaching { question: None, sql, note, audience: names("audience", audience)? };
    Ok(reviewing::accept(id, &teaching, &*Settings::in_force()?)?)
}

/// Forgets what an asker said.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.dismiss(feedback bigint) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn dismiss(feedback: Option<i64>) -> Result<(), ErrorReport> {
    let id = feedback.ok_or(Error::NoSuchFeedback(0))?;
    Ok(reviewing::dismiss(id, &*Settings::in_force()?)?)
}

/// Asks the questions of pairs again.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.evaluate(model text DEFAULT NULL, about text DEFAULT NULL)
    RETURNS TABLE (id bigint, question text, outcome text, sql text, problem text, tokens_in bigint,
        tokens_out bigint, milliseconds double precision)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
#[allow(clippy::type_complexity, reason = "pgrx reads the columns from the type")]
fn evaluate(
    model: Option<&str>,
    about: Option<&str>,
) -> Result<
    TableIterator<
        'static,
        (
            name!(id, i64),
            name!(question, String),
            name!(outcome, String),
            name!(sql, Option<String>),
            name!(problem, Option<String>),
            name!(tokens_in, Option<i64>),
            name!(tokens_out, Option<i64>),
            name!(milliseconds, f64),
        ),
    >,
    ErrorReport,
> {
    let measured = evaluating::evaluate(names("model", model)?, names("about", about)?, &*Settings::in_force()?)?;
    Ok(TableIterator::new(measured.into_iter().map(|one| {
        let outcome = one.outcome.to_owned();
        (one.id, one.question, outcome, one.sql, one.problem, one.tokens_in, one.tokens_out, one.milliseconds)
    })))
}

/// What was taught, as a document.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.export(about text DEFAULT NULL) RETURNS jsonb
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn export(about: Option<&str>) -> Result<pgrx::JsonB, ErrorReport> {
    Ok(pgrx::JsonB(exchange::export(names("about", about)?, &*Settings::in_force()?)?))
}

/// Teaches what a document holds.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.import(document jsonb) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn import(document: Option<pgrx::AnyElement>) -> Result<i64, ErrorReport> {
    let document = document.ok_or_else(|| Error::BadDocument("It is null.".to_owned()))?;
    arguments::within("document", jsonb::bytes(&document), exchange::MOST_OF_DOCUMENT)?;
    let document = jsonb::read(&document).ok_or_else(|| Error::BadDocument("It is null.".to_owned()))?;
    Ok(exchange::import(document, &*Settings::in_force()?)?)
}

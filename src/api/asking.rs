//! Questions, answered with SQL, rows, a cursor, columns, sentences or one document.

use super::arguments::names;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::ask::{self, Question, answering, chatting};
use crate::error::Error;
use crate::execution;
use crate::jobs;
use crate::pg::host::{report, transaction};
use crate::pg::rows::jsonb::JsonbText;
use crate::pg::rows::receiver::Sink;
use crate::pg::rows::sinks::{JsonRows, Records};
use crate::pg::rows::tuple_store::{JsonStore, RecordStore};
use crate::settings::Settings;

/// The SQL that answers a question.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_sql(question: Option<&str>, thread: default!(Option<&str>, "NULL")) -> Result<String, ErrorReport> {
    let question = Question::new("nl_sql", question, thread)?;
    Ok(ask::sql(&question, &*Settings::in_force()?)?.sql)
}

/// The rows that answer a question.
#[pg_extern(sql = "CREATE FUNCTION nl_ask(question text, thread text DEFAULT NULL) RETURNS SETOF json
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_ask(question: Option<&str>, thread: Option<&str>, store: JsonStore<'_>) -> Result<(), ErrorReport> {
    answer(Question::new("nl_ask", question, thread)?, &mut JsonRows::new(store))
}

/// The rows that answer a question, in the columns the caller names.
#[pg_extern(sql = "CREATE FUNCTION nl_query(question text, thread text DEFAULT NULL) RETURNS SETOF record
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_query(question: Option<&str>, thread: Option<&str>, store: RecordStore<'_>) -> Result<(), ErrorReport> {
    let question = Question::new("nl_query", question, thread)?.wanting(store.wanted.clone());
    answer(question, &mut Records::new(store))
}

fn answer(question: Question, sink: &mut impl Sink) -> Result<(), ErrorReport> {
    let settings = Settings::in_force()?;
    let (_, outcome) = ask::rows(&question, &settings, sink)?;
    if let Some(remark) = execution::remark(&outcome, settings.row_limits()) {
        report::notice(&remark);
    }
    Ok(())
}

/// The name of a cursor over the answer.
#[pg_extern(sql = "CREATE FUNCTION nl_open(question text, cursor refcursor DEFAULT NULL, thread text DEFAULT NULL)
    RETURNS refcursor VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_open(question: Option<&str>, cursor: Option<&str>, thread: Option<&str>) -> Result<String, ErrorReport> {
    let question = Question::new("nl_open", question, thread)?;
    if names("cursor", cursor)?.is_some_and(str::is_empty) {
        return Err(Error::EmptyCursorName.into());
    }
    let is_gone_at_once = transaction::ends_with_statement();
    let name = ask::open(&question, cursor, &*Settings::in_force()?)?;
    if is_gone_at_once {
        report::warning(
            "the cursor is closed with this statement",
            "It lives to the end of the transaction.",
            "Call nl_open between BEGIN and COMMIT.",
        );
    }
    Ok(name)
}

/// The columns of the answer, nothing run.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::type_complexity, reason = "pgrx reads the columns from the type")]
fn nl_columns(
    question: Option<&str>,
    thread: default!(Option<&str>, "NULL"),
) -> Result<TableIterator<'static, (name!(position, i32), name!(name, String), name!(data_type, String))>, ErrorReport>
{
    let question = Question::new("nl_columns", question, thread)?;
    let columns = (1..)
        .zip(ask::sql(&question, &*Settings::in_force()?)?.columns.0)
        .map(|(position, column)| (position, column.name, column.type_name));
    Ok(TableIterator::new(columns))
}

/// The answer in sentences.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_answer(question: Option<&str>, thread: default!(Option<&str>, "NULL")) -> Result<String, ErrorReport> {
    let question = Question::new("nl_answer", question, thread)?;
    Ok(answering::answer(&question, &*Settings::in_force()?)?)
}

/// The reply to a message, with everything that an application needs of it.
#[pg_extern(
    sql = "CREATE FUNCTION nl_chat(message text, thread text DEFAULT 'default', wait boolean DEFAULT true) RETURNS jsonb
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';"
)]
fn nl_chat(message: Option<&str>, thread: Option<&str>, wait: Option<bool>) -> Result<JsonbText, ErrorReport> {
    let settings = Settings::in_force()?;
    let leave = |question: &Question| jobs::submit_unless_answered(question, &settings);
    let leave: Option<chatting::Leave<'_>> = if wait == Some(false) { Some(&leave) } else { None };
    Ok(JsonbText(chatting::chat(message, thread, &settings, leave)?))
}

//! Every function that SQL can call, and nothing else: each takes its arguments apart and hands them to a room.

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::ask::{self, Question};
use crate::error::Error;
use crate::execution;
use crate::guard;
use crate::model::{self, Catalog};
use crate::pg::host::{foreign, label_provider, report};
use crate::pg::rows::receiver::Sink;
use crate::pg::rows::sinks::{JsonRows, Records};
use crate::pg::rows::tuple_store::{JsonStore, RecordStore};
use crate::settings::Settings;

/// The SQL that answers a question.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_sql(question: Option<&str>, thread: default!(Option<&str>, "NULL")) -> Result<String, ErrorReport> {
    let question = Question::new(question, thread)?;
    Ok(ask::sql(&question, &*Settings::in_force()?)?.sql)
}

/// The rows that answer a question.
#[pg_extern(sql = "CREATE FUNCTION nl_ask(question text, thread text DEFAULT NULL) RETURNS SETOF json
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_ask(question: Option<&str>, thread: Option<&str>, store: JsonStore<'_>) -> Result<(), ErrorReport> {
    answer(Question::new(question, thread)?, &mut JsonRows::new(store))
}

/// The rows that answer a question, in the columns the caller names.
#[pg_extern(sql = "CREATE FUNCTION nl_query(question text, thread text DEFAULT NULL) RETURNS SETOF record
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_query(question: Option<&str>, thread: Option<&str>, store: RecordStore<'_>) -> Result<(), ErrorReport> {
    let question = Question::new(question, thread)?.wanting(store.wanted.clone());
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
    let question = Question::new(question, thread)?;
    if cursor.is_some_and(str::is_empty) {
        return Err(Error::EmptyCursorName.into());
    }
    Ok(ask::open(&question, cursor, &*Settings::in_force()?)?)
}

/// The columns of the answer, nothing run.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::type_complexity, reason = "pgrx reads the columns from the type")]
fn nl_columns(
    question: Option<&str>,
    thread: default!(Option<&str>, "NULL"),
) -> Result<TableIterator<'static, (name!(position, i32), name!(name, String), name!(data_type, String))>, ErrorReport>
{
    let question = Question::new(question, thread)?;
    let columns = (1..)
        .zip(ask::sql(&question, &*Settings::in_force()?)?.columns.0)
        .map(|(position, column)| (position, column.name, column.type_name));
    Ok(TableIterator::new(columns))
}

/// The answer as a chart.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_chart(question: Option<&str>, thread: default!(Option<&str>, "NULL")) -> Result<pgrx::JsonB, ErrorReport> {
    let question = Question::new(question, thread)?;
    Ok(pgrx::JsonB(ask::chart(&question, &*Settings::in_force()?)?))
}

/// The answer as a chart of characters.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_plot(
    question: Option<&str>,
    thread: default!(Option<&str>, "NULL"),
) -> Result<SetOfIterator<'static, String>, ErrorReport> {
    let question = Question::new(question, thread)?;
    Ok(SetOfIterator::new(ask::plot(&question, &*Settings::in_force()?)?))
}

/// A statement in plain words, nothing run.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_explain(sql: Option<&str>) -> Result<String, ErrorReport> {
    let sql = sql.map(str::trim).filter(|sql| !sql.is_empty()).ok_or(Error::EmptyStatement)?;
    Ok(ask::explain(sql, &*Settings::in_force()?)?)
}

/// What a model would be told.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_prompt(question: Option<&str>) -> Result<String, ErrorReport> {
    let question = Question::new(question, None)?;
    Ok(ask::prompt(&question, &*Settings::in_force()?)?)
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

/// The models of nl2sql.model, each tried.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::type_complexity)]
fn nl_health() -> Result<
    TableIterator<
        'static,
        (
            name!(name, String),
            name!(provider, Option<String>),
            name!(endpoint, Option<String>),
            name!(reachable, bool),
            name!(latency_ms, Option<f64>),
            name!(error, Option<String>),
        ),
    >,
    ErrorReport,
> {
    let row = |health: model::Health| {
        if let Some(role) = &health.key_readable_by {
            report::warning(
                &format!("the key of model \"{}\" can be read in pg_user_mapping", health.name),
                &format!("Role \"{role}\", for one, may read every table."),
                "Give it as api_key_file or api_key_env in place of api_key.",
            );
        }
        (health.name, health.provider, health.endpoint, health.reachable, health.latency_ms, health.error)
    };
    let settings = Settings::in_force()?;
    Ok(TableIterator::new(model::health(&settings.models, settings.model_timeout).into_iter().map(row)))
}

/// The security labels of this extension in this database.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::type_complexity, reason = "pgrx reads the columns from the type")]
fn nl_labels() -> Result<
    TableIterator<'static, (name!(object_type, String), name!(object, String), name!(label, String))>,
    ErrorReport,
> {
    let labels = guard::label_inventory::list()?;
    Ok(TableIterator::new(labels.into_iter().map(|label| (label.object_type, label.object, label.label))))
}

/// Takes all of them away, and says which they were.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::type_complexity, reason = "pgrx reads the columns from the type")]
fn nl_drop_labels() -> Result<
    TableIterator<'static, (name!(object_type, String), name!(object, String), name!(label, String))>,
    ErrorReport,
> {
    let labels = guard::label_inventory::remove()?;
    Ok(TableIterator::new(labels.into_iter().map(|label| (label.object_type, label.object, label.label))))
}

/// Warns whoever drops the extension of labels that stay behind; called by an event trigger, not by users.
#[pg_extern(sql = "CREATE FUNCTION nl2sql_warn_of_labels() RETURNS event_trigger
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl2sql_warn_of_labels(call: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    if let Some(remark) = guard::label_inventory::left_behind(&label_provider::dropped_extensions(call)?)? {
        report::warning(&remark, "", "Take them away first: SELECT * FROM nl_drop_labels().");
    }
    Ok(())
}

/// Checks the options of servers and user mappings; called by the server, not by users.
#[pg_extern(volatile, parallel_unsafe)]
fn nl2sql_validator(options: Vec<Option<String>>, catalog: pg_sys::Oid) -> Result<(), ErrorReport> {
    let catalog = match catalog {
        pg_sys::ForeignServerRelationId => Catalog::Server,
        pg_sys::UserMappingRelationId => Catalog::UserMapping,
        _ => Catalog::Wrapper,
    };
    let options: Vec<String> = options.into_iter().flatten().collect();
    Ok(model::validate(catalog, &options, foreign::may_read_server_files())?)
}

extension_sql_file!("../sql/cache.sql", name = "cache", bootstrap);
extension_sql_file!("../sql/objects.sql", name = "objects", finalize);

//! Questions in the background.

use std::time::Duration;

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::ask::Question;
use crate::error::Error;
use crate::execution;
use crate::jobs;
use crate::pg::host::extension::check_version;
use crate::pg::host::report;
use crate::pg::rows::sinks::JsonRows;
use crate::pg::rows::tuple_store::JsonStore;
use crate::settings::Settings;

/// Submits a question, and gives its number.
#[pg_extern(sql = "CREATE FUNCTION nl_submit(question text, thread text DEFAULT NULL) RETURNS bigint
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_submit(question: Option<&str>, thread: Option<&str>) -> Result<i64, ErrorReport> {
    let question = Question::new("nl_submit", question, thread)?;
    Ok(jobs::submit(&question, &*Settings::in_force()?)?)
}

/// The rows that answer a question that was submitted.
#[pg_extern(sql = "CREATE FUNCTION nl_result(id bigint) RETURNS SETOF json
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_result(id: Option<i64>, store: JsonStore<'_>) -> Result<(), ErrorReport> {
    let id = id.ok_or(Error::NoSuchJob(0))?;
    let settings = Settings::in_force()?;
    let outcome = jobs::result(id, &settings, &mut JsonRows::new(store))?;
    if let Some(remark) = execution::remark(&outcome, settings.row_limits()) {
        report::notice(&remark);
    }
    Ok(())
}

/// Waits for a question, and gives its state.
#[pg_extern(sql = "CREATE FUNCTION nl_wait(id bigint, timeout interval DEFAULT '1 minute') RETURNS text
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_wait(id: Option<i64>, timeout: Option<Interval>) -> Result<String, ErrorReport> {
    check_version()?;
    let id = id.ok_or(Error::NoSuchJob(0))?;
    // Without a limit, as long as it takes.
    let micros = timeout.map_or(i128::from(u64::MAX / 2), |timeout| timeout.as_micros().max(0));
    Ok(jobs::wait(id, Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX / 2)))?)
}

/// Cancels a question; false where it has ended already.
#[pg_extern(sql = "CREATE FUNCTION nl_cancel(id bigint) RETURNS boolean
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn nl_cancel(id: Option<i64>) -> Result<bool, ErrorReport> {
    check_version()?;
    Ok(jobs::cancel(id.ok_or(Error::NoSuchJob(0))?)?)
}

//! What users teach.

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::ask::teaching::{self, Teaching};
use crate::error::Error;
use crate::settings::Settings;

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
    Ok(teaching::teach(&Teaching { question, sql, note, audience }, &*Settings::in_force()?)?)
}

/// Forgets a pair.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.unteach(id bigint) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn unteach(id: Option<i64>) -> Result<(), ErrorReport> {
    let id = id.ok_or(Error::NoSuchPair(0))?;
    Ok(teaching::unteach(id, &*Settings::in_force()?)?)
}

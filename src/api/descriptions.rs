//! What other servers say of foreign tables.

use super::arguments::names;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::descriptions;
use crate::settings::Settings;

/// Copies comments, keys and lists of values to the foreign tables of a server.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.import_descriptions(server text, replace boolean DEFAULT false)
    RETURNS TABLE (foreign_table text, comments integer, keys integer, lists integer, problem text)
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
#[allow(clippy::type_complexity, reason = "pgrx reads the columns from the type")]
fn import_descriptions(
    server: Option<&str>,
    replace: Option<bool>,
) -> Result<
    TableIterator<
        'static,
        (
            name!(foreign_table, String),
            name!(comments, i32),
            name!(keys, i32),
            name!(lists, i32),
            name!(problem, Option<String>),
        ),
    >,
    ErrorReport,
> {
    let server = names("server", server)?;
    let imported =
        descriptions::import(server.unwrap_or_default(), replace.unwrap_or(false), Settings::in_force()?.bounds)?;
    Ok(TableIterator::new(imported.into_iter().map(|one| (one.table, one.comments, one.keys, one.lists, one.problem))))
}

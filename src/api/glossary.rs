//! The company's words.

use super::arguments::names;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::ask::teaching;
use crate::glossary::{self, Definition};
use crate::settings::Settings;

/// Keeps a term with what it means.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.define(term text, meaning text, on_relation text DEFAULT NULL,
        expression text DEFAULT NULL, audience text DEFAULT NULL) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn define(
    term: Option<&str>,
    meaning: Option<&str>,
    on_relation: Option<&str>,
    expression: Option<&str>,
    audience: Option<&str>,
) -> Result<(), ErrorReport> {
    let (on_relation, audience) = (names("on_relation", on_relation)?, names("audience", audience)?);
    let definition = Definition { term, meaning, on_relation, expression, audience };
    Ok(glossary::define(&definition, &*Settings::in_force()?)?)
}

/// Forgets a term.
#[pg_extern(sql = "CREATE FUNCTION nl2sql.undefine(term text) RETURNS void
    VOLATILE PARALLEL UNSAFE LANGUAGE c AS '@MODULE_PATHNAME@', '@FUNCTION_NAME@';")]
fn undefine(term: Option<&str>) -> Result<(), ErrorReport> {
    Ok(teaching::undefine(names("term", term)?, &*Settings::in_force()?)?)
}

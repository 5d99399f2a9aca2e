//! Whether tables are the extension's own: background processes, which are superusers', touch no others.

use crate::error::Error;
use crate::pg::running::query;

/// Whether tables of these names in schema nl2sql belong to the extension, are tables, and have superusers as owners. In a
/// transaction.
pub fn are_ours(names: &[&str]) -> Result<bool, Error> {
    let names = format!("{{{}}}", names.join(","));
    let rows = query::rows(include_str!("own_tables.sql"), &[Some(&names)])?;
    Ok(rows.into_iter().flatten().flatten().next().as_deref() == Some("t"))
}

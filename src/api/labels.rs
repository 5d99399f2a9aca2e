//! The security labels of this extension.

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::guard;
use crate::pg::host::{label_provider, report};

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

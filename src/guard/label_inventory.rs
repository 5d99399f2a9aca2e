//! The security labels that a database holds: listed, taken away, and missed when the extension goes.
//!
//! Labels belong to the labelled objects, not to the extension: DROP EXTENSION leaves them, and then the server that restores
//! a dump does not know their provider.

use crate::error::Error;
use crate::pg::running::query;

pub struct Label {
    /// As SECURITY LABEL names it, for example `column`.
    pub object_type: String,
    /// With its schema, quoted where need be.
    pub object: String,
    pub label: String,
}

/// All labels of this extension.
pub fn list() -> Result<Vec<Label>, Error> {
    let rows = query::rows(include_str!("label_inventory.sql"), &[])?;
    let label = |row: query::Row| match <[Option<String>; 3]>::try_from(row) {
        Ok([Some(object_type), Some(object), Some(label)]) => Some(Label { object_type, object, label }),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(label).collect())
}

/// Takes all of them away, or none where the caller does not own an object. Which they were.
pub fn remove() -> Result<Vec<Label>, Error> {
    let labels = list()?;
    let statements = labels
        .iter()
        .map(|label| format!("SECURITY LABEL FOR nl2sql ON {} {} IS NULL", label.object_type, label.object));
    query::execute_all(&statements.collect::<Vec<_>>())?;
    Ok(labels)
}

/// What to say to whoever drops these extensions.
pub fn left_behind(extensions: &[String]) -> Result<Option<String>, Error> {
    if !extensions.iter().any(|name| name == "nl2sql") {
        return Ok(None);
    }
    let labels = list()?.len();
    let remark =
        || format!("{labels} security labels of nl2sql stay behind, and a dump that holds them can't be restored");
    Ok((labels > 0).then(remark))
}

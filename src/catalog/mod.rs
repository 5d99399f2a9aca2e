//! What the caller may see of the database: one query, under the caller's own privileges, into plain values.
//!
//! It never filters afterwards: what the query returns is what may be shown.

mod snapshot;

#[cfg(test)]
pub use snapshot::ForeignKey;
pub use snapshot::{Column, Relation, RelationKind, Snapshot, quote_ident};

use crate::error::{Error, Failure};
use crate::pg::query;
use crate::settings::Settings;

/// The schema as the caller sees it now. `with_values` adds typical values from the planner's statistics.
pub fn snapshot(settings: &Settings, with_values: bool) -> Result<Snapshot, Error> {
    let schemas = array_literal(&settings.schemas);
    let rows =
        query::rows(include_str!("context.sql"), &[Some(&schemas), Some(if with_values { "true" } else { "false" })])?;
    let document = rows.into_iter().flatten().flatten().next().unwrap_or_default();
    serde_json::from_str(&document).map_err(|error| {
        Error::Server(Failure {
            sqlstate: "XX000".to_owned(),
            message: "the catalog snapshot could not be read".to_owned(),
            detail: Some(error.to_string()),
            ..Failure::default()
        })
    })
}

/// A `text[]` literal of these elements.
pub fn array_literal(elements: &[String]) -> String {
    let quoted: Vec<String> =
        elements.iter().map(|element| format!("\"{}\"", element.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("{{{}}}", quoted.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn array_literals_quote_every_element() {
        assert_eq!(array_literal(&[]), "{}");
        assert_eq!(array_literal(&["a".into(), "b\"\\,".into()]), r#"{"a","b\"\\,"}"#);
    }
}

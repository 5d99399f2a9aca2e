//! What the caller may see of the database: one query, under the caller's own privileges, into plain values.
//!
//! It never filters afterwards: what the query returns is what may be shown.

#![forbid(unsafe_code)]

mod context;
mod ranking;
pub mod values;

#[cfg(test)]
pub use context::context_of;
pub use context::{Context, link, narrow};

use std::cell::RefCell;
use std::rc::Rc;

use schema::Snapshot;

use crate::error::{Error, Failure};
use crate::pg::host::invalidation;
use crate::pg::running::query;
use crate::pg::running::relations_being_made;
use crate::settings::Scope;

thread_local! {
    /// The last snapshot read, with what it depends on and the generation before it was read.
    static KEPT: RefCell<Option<(String, u64, Rc<Snapshot>)>> = const { RefCell::new(None) };
}

/// The schema as the caller sees it now. `with_values` adds typical values from the planner's statistics.
///
/// Kept for the session as long as nothing it shows can have changed: see `key.sql` and [`cache`].
pub fn snapshot(scope: &Scope<'_>, with_values: bool) -> Result<Rc<Snapshot>, Error> {
    let schemas = array_literal(scope.schemas);
    // Reading the key takes locks, which makes the server deliver the messages of others first.
    let servers = array_literal(scope.allow_servers);
    let made = array_literal(&relations_being_made::oids().iter().map(u32::to_string).collect::<Vec<_>>());
    let key = format!("{schemas}\n{servers}\n{made}\n{with_values}\n{}", one_value(include_str!("key.sql"), &[])?);
    let generation = invalidation::generation();
    let kept = KEPT.with_borrow(|kept| match kept {
        Some((of, at, snapshot)) if *of == key && *at == generation => Some(Rc::clone(snapshot)),
        _ => None,
    });
    if let Some(snapshot) = kept {
        return Ok(snapshot);
    }
    let values = if with_values { "true" } else { "false" };
    let read = |checks| {
        let arguments = [Some(schemas.as_str()), Some(values), Some(&servers), Some(&made), Some(checks)];
        first_value(query::rows_at_once(concat!(include_str!("labels.sql"), include_str!("context.sql")), &arguments))
    };
    let snapshot = match read("true") {
        Ok(document) => Rc::new(parse(&document)?),
        // Somebody holds a table whose checks were to be printed. The next question tries again.
        Err(error) if error.sqlstate() == LOCK_NOT_AVAILABLE => return Ok(Rc::new(parse(&read("false")?)?)),
        Err(error) => return Err(error),
    };
    KEPT.set(Some((key, generation, Rc::clone(&snapshot))));
    Ok(snapshot)
}

/// The SQLSTATE of a statement that would have to wait for a lock.
pub const LOCK_NOT_AVAILABLE: &str = "55P03";

fn one_value(sql: &'static str, arguments: &[Option<&str>]) -> Result<String, Error> {
    first_value(query::rows(sql, arguments))
}

fn first_value(rows: Result<Vec<query::Row>, Error>) -> Result<String, Error> {
    Ok(rows?.into_iter().flatten().flatten().next().unwrap_or_default())
}

fn parse(document: &str) -> Result<Snapshot, Error> {
    serde_json::from_str(document).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::Server(Failure {
        sqlstate: "XX000".to_owned(),
        message: "what the catalogs say could not be read".to_owned(),
        detail: Some(error.to_string()),
        ..Failure::default()
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

//! What another server's catalogs say of the tables that foreign tables stand for, copied to the foreign tables: comments, keys and
//! labels of enums. Keys and labels become clauses of comments, as foreign tables declare neither: see
//! [`schema::comment_clauses`].
//!
//! It is read as the caller, with the caller's user mapping, in a read-only transaction there, and written as the caller, who has to
//! own the foreign tables. Nothing that comes from there is trusted: texts are cut and made one line, names are quoted, and a
//! key is told only of columns that the foreign tables have.

#![forbid(unsafe_code)]

mod clauses;

use std::collections::HashMap;

use serde::Deserialize;

use crate::error::{Error, Failure};
use crate::limits::Bounds;
use crate::pg::host::interrupts;
use crate::pg::running::query;
use crate::pg::running::remote::remote_transactions;
use crate::pg::running::sandbox::{in_subtransaction, under_limits};
use clauses::{Locals, Written};
use schema::quote_ident;

/// A foreign table of the caller's.
#[derive(Debug, Clone, Default, Deserialize)]
struct ForeignTable {
    oid: u32,
    schema: String,
    name: String,
    remote_schema: String,
    remote_name: String,
    comment: Option<String>,
    columns: Option<Vec<ForeignColumn>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct ForeignColumn {
    name: String,
    remote_name: String,
    /// It holds texts, and no enum of this server.
    is_text: bool,
    comment: Option<String>,
}

/// A table as the other server's catalogs describe it.
#[derive(Debug, Clone, Default, Deserialize)]
struct Described {
    schema: String,
    name: String,
    comment: Option<String>,
    columns: Option<Vec<DescribedColumn>>,
    keys: Vec<Key>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct DescribedColumn {
    name: String,
    comment: Option<String>,
    labels: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Key {
    /// `p`, `u` or `f`.
    kind: char,
    columns: Vec<String>,
    /// The table that a foreign key refers to.
    schema: Option<String>,
    name: Option<String>,
    referenced: Vec<String>,
}

/// What was done for one foreign table.
pub struct Imported {
    /// As SQL spells it.
    pub table: String,
    pub comments: i32,
    pub keys: i32,
    pub lists: i32,
    /// Why nothing was found.
    pub problem: Option<String>,
}

/// Copies the descriptions of a server's tables. `replaces`: comments that are there give way to the other server's.
pub fn import(server: &str, replaces: bool, bounds: Bounds) -> Result<Vec<Imported>, Error> {
    let rows = query::rows(include_str!("tables.sql"), &[Some(server)])?;
    let tables: Result<Vec<ForeignTable>, Error> =
        rows.into_iter().flatten().flatten().map(|text| serde_json::from_str(&text).map_err(unreadable)).collect();
    let tables = tables?;
    let Some(first) = tables.first() else {
        return Err(Error::Server(Failure {
            sqlstate: "42704".to_owned(),
            message: format!("no foreign table of server \"{server}\" belongs to you"),
            detail: Some("Descriptions are written to foreign tables, which their owners may do.".to_owned()),
            hint: Some("IMPORT FOREIGN SCHEMA makes foreign tables for all tables of a schema.".to_owned()),
            ..Failure::default()
        }));
    };
    let statement = statement(&tables);
    let texts = under_limits(bounds, || {
        in_subtransaction(|sandbox| Ok(remote_transactions::read(sandbox, first.oid, &statement, bounds.milliseconds)))
    })?;
    let Some(texts) = texts else {
        return Err(Error::Server(Failure {
            sqlstate: "0A000".to_owned(),
            message: format!("descriptions of server \"{server}\" can't be imported"),
            detail: Some("Only servers that postgres_fdw reads have catalogs to read them from.".to_owned()),
            ..Failure::default()
        }));
    };
    let described: Vec<Described> = short_ones(texts)
        .filter_map(|text| {
            interrupts::serve();
            // What can't be read tells nothing of its table.
            serde_json::from_str(&text).ok()
        })
        .collect();
    let described: HashMap<(&str, &str), &Described> =
        described.iter().map(|table| ((&*table.schema, &*table.name), table)).collect();
    let mut statements = Vec::new();
    let locals = Locals::of(&tables);
    let imported = tables.iter().zip(&locals.all).map(|(table, local)| {
        interrupts::serve();
        let name = format!("{}.{}", quote_ident(&table.schema), quote_ident(&table.name));
        match described.get(&(&*table.remote_schema, &*table.remote_name)) {
            Some(found) => {
                let written = clauses::written(local, found, &locals, replaces);
                statements
                    .extend(written.comments.iter().map(|(column, text)| comment_on(&name, column.as_deref(), text)));
                let Written { comments, keys, lists } = written;
                Imported { table: name, comments: count(comments.len()), keys, lists, problem: None }
            }
            None => {
                let problem = Some("the other server has no such table, or does not describe it".to_owned());
                Imported { table: name, comments: 0, keys: 0, lists: 0, problem }
            }
        }
    });
    let imported = imported.collect();
    query::execute_all(&statements)?;
    Ok(imported)
}

/// What describes a table has no more bytes, and what describes all of them: the other server may send what it likes, and read, each
/// byte of it takes some fifteen.
const MOST_OF_TABLE: usize = 2_000_000;
const MOST_OF_ALL: usize = 64_000_000;

/// The texts that are not too long, until all together are.
fn short_ones(texts: Vec<String>) -> impl Iterator<Item = String> {
    let mut room = MOST_OF_ALL;
    texts.into_iter().filter(|text| text.len() <= MOST_OF_TABLE).map_while(move |text| {
        room = room.checked_sub(text.len())?;
        Some(text)
    })
}

fn count(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// The statement for the other server.
fn statement(tables: &[ForeignTable]) -> String {
    let names: Vec<[&str; 2]> = tables.iter().map(|table| [&*table.remote_schema, &*table.remote_name]).collect();
    include_str!("remote.sql").replace("{tables}", &literal(&serde_json::json!(names).to_string()))
}

/// A string constant that means the same whatever standard_conforming_strings says.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

fn comment_on(table: &str, column: Option<&str>, text: &str) -> String {
    let text = literal(text);
    match column {
        None => format!("COMMENT ON FOREIGN TABLE {table} IS {text}"),
        Some(column) => format!("COMMENT ON COLUMN {table}.{} IS {text}", quote_ident(column)),
    }
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::internal(format!("what the catalogs say of foreign tables could not be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_server_sends_is_read_up_to_a_length() {
        let texts = [MOST_OF_TABLE + 1, 3, MOST_OF_TABLE].map(|length| "x".repeat(length)).to_vec();
        assert_eq!(short_ones(texts).map(|text| text.len()).collect::<Vec<_>>(), [3, MOST_OF_TABLE]);
        let many = vec!["x".repeat(MOST_OF_TABLE); 40];
        assert_eq!(short_ones(many).count(), MOST_OF_ALL / MOST_OF_TABLE);
    }

    #[test]
    fn nothing_in_a_name_or_text_ends_its_constant() {
        let table =
            ForeignTable { remote_schema: "a'b".into(), remote_name: "c\\\"d".into(), ..ForeignTable::default() };
        let statement = statement(&[table]);
        assert!(statement.contains(r#"E'[["a''b","c\\\\\\"d"]]'::pg_catalog.json"#), "{statement}");
        assert_eq!(
            comment_on("s.t", Some("A b"), "it's \\ fine"),
            r#"COMMENT ON COLUMN s.t."A b" IS E'it''s \\ fine'"#
        );
    }
}

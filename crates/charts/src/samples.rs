//! Tables for tests.

use super::{Column, Kind, Table};

/// A table of rows as text; `∅` is NULL.
pub fn table(columns: &[(&str, Kind)], rows: &[&[&str]]) -> Table {
    Table {
        columns: columns.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect(),
        rows: rows
            .iter()
            .map(|row| row.iter().map(|value| (*value != "∅").then(|| (*value).to_owned())).collect())
            .collect(),
        remark: None,
    }
}

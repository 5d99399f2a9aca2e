//! Result sets for tests.

use crate::{ColumnType, ResultColumn, ResultSet};

/// A result set of these columns and rows, where `∅` stands for NULL.
pub fn table(columns: &[(&str, ColumnType)], rows: &[&[&str]]) -> ResultSet {
    let column =
        |(name, column_type): &(&str, ColumnType)| ResultColumn { name: (*name).to_owned(), column_type: *column_type };
    let cell = |value: &&str| (*value != "∅").then(|| (*value).to_owned());
    ResultSet {
        columns: columns.iter().map(column).collect(),
        rows: rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
        note: None,
    }
}

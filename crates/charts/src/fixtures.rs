//! Result sets for tests.

use schema::{ResultColumn, ResultShape};

use crate::ResultSet;
use crate::column_type::ColumnType;

/// A result set of these columns and rows, where `∅` stands for NULL.
pub fn table(columns: &[(&str, ColumnType)], rows: &[&[&str]]) -> ResultSet {
    let cell = |value: &&str| (*value != "∅").then(|| (*value).to_owned());
    ResultSet {
        columns: ResultShape(columns.iter().map(|(name, column_type)| column(name, *column_type)).collect()),
        rows: rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
        note: None,
    }
}

fn column(name: &str, column_type: ColumnType) -> ResultColumn {
    let (type_name, category) = match column_type {
        ColumnType::Number => ("numeric", 'N'),
        ColumnType::Interval => ("interval", 'T'),
        ColumnType::Timestamp => ("timestamp with time zone", 'D'),
        ColumnType::TimeOfDay => ("time without time zone", 'D'),
        ColumnType::Boolean => ("boolean", 'B'),
        ColumnType::Text => ("text", 'S'),
        ColumnType::Other => ("jsonb", 'U'),
    };
    ResultColumn { name: name.to_owned(), type_name: type_name.to_owned(), type_oid: 0, modifier: -1, category }
}

//! Results that are shown as they are: a single row in large type, and several rows as a table.

use schema::ResultColumn;

use crate::chart::{ColumnHeader, DataTable, Kpi, Panel};
use crate::column_type::ColumnType;
use crate::field::{Field, FieldRole};
use crate::{CellText, ResultSet};

const MAX_TABLE_COLUMNS: usize = 12;
const MAX_TABLE_ROWS: usize = 40;
const MAX_KPIS: usize = 12;

/// The values of the first row, each with its name.
pub fn kpis(results: &ResultSet, fields: &[Field], notes: &mut Vec<String>) -> Panel {
    let shown = results.columns.0.iter().zip(fields).filter(|(_, field)| field.role != FieldRole::Unsupported);
    if fields.len() > MAX_KPIS {
        notes.push(format!("{MAX_KPIS} of {} columns are shown", fields.len()));
    }
    let kpi = |(column, field): (&ResultColumn, &Field)| Kpi {
        // The field's title may name a unit, such as hours. The value is shown as the server printed it, without that
        // unit.
        name: column.name.clone(),
        value: field.texts.first().copied().flatten().unwrap_or("NULL").to_owned(),
        is_number: field.role == FieldRole::Measure,
    };
    Panel::Kpis(shown.take(MAX_KPIS).map(kpi).collect())
}

/// The first rows and columns of the result.
pub fn data_table(results: &ResultSet, notes: &mut Vec<String>) -> Panel {
    let (columns, rows) = (&results.columns.0, &results.rows);
    if rows.len() > MAX_TABLE_ROWS {
        notes.push(format!("the first {MAX_TABLE_ROWS} of {} rows are shown", rows.len()));
    }
    if columns.len() > MAX_TABLE_COLUMNS {
        notes.push(format!("the first {MAX_TABLE_COLUMNS} of {} columns are shown", columns.len()));
    }
    let header = |column: &ResultColumn| ColumnHeader {
        name: column.name.clone(),
        is_number: matches!(ColumnType::of(column), ColumnType::Number | ColumnType::Interval),
    };
    let width = columns.len().min(MAX_TABLE_COLUMNS);
    let row = |row: &Vec<CellText>| (0..width).map(|at| row.get(at).cloned().flatten()).collect();
    Panel::Table(DataTable {
        columns: columns.iter().take(MAX_TABLE_COLUMNS).map(header).collect(),
        rows: rows.iter().take(MAX_TABLE_ROWS).map(row).collect(),
    })
}

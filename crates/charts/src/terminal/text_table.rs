//! A table of text, no wider than the terminal.

use std::collections::HashMap;

use super::WIDTH;
use crate::chart::{ColumnHeader, DataTable, Point, XyChart};
use crate::number;
use crate::text_width::{align_left, align_right, clean, width, wrap};

/// The space between two columns.
const GAP: &str = "  ";
/// Columns are not shrunk below this width.
const MIN_SHRUNK: usize = 10;

/// The header, a rule and the rows. Columns that don't fit are named below the table instead.
pub fn lines(table: &DataTable) -> Vec<String> {
    let cells: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(cell_text).collect()).collect();
    let headers: Vec<String> = table.columns.iter().map(|column| clean(&column.name)).collect();
    let width_of = |at: usize| {
        let cells = cells.iter().filter_map(|row| row.get(at)).map(|cell| width(cell));
        cells.chain(headers.get(at).map(|name| width(name))).max().unwrap_or(0).max(1)
    };
    let widths = shrink((0..table.columns.len()).map(width_of).collect());
    let row = |cells: &[String]| {
        let columns = table.columns.iter().zip(&widths).zip(cells);
        let line: Vec<String> = columns.map(|((column, width), cell)| fit(cell, *width, column)).collect();
        line.join(GAP).trim_end().to_owned()
    };
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    let mut lines = vec![row(&headers), rule.join(GAP)];
    lines.extend(cells.iter().map(|cells| row(cells)));
    if widths.len() < table.columns.len() {
        let left: Vec<&str> = headers.iter().skip(widths.len()).map(String::as_str).collect();
        lines.extend(wrap(&format!("(too wide for this: {})", left.join(", ")), WIDTH, 2));
    }
    lines
}

fn cell_text(value: &Option<String>) -> String {
    clean(value.as_deref().unwrap_or("NULL"))
}

/// The cell at its column's width. A number that does not fit is rounded and marked with `≈`, because digits that are
/// merely cut off would leave a different number.
fn fit(cell: &str, columns: usize, column: &ColumnHeader) -> String {
    if !column.is_number {
        return align_left(cell, columns);
    }
    if width(cell) <= columns {
        return align_right(cell, columns);
    }
    let Some(value) = number::parse(cell) else { return align_right(cell, columns) };
    let rounded = [format!("≈{}", number::format_short(cell)), format!("≈{value:.0e}")];
    align_right(rounded.iter().find(|text| width(text) <= columns).map_or("…", String::as_str), columns)
}

/// Shrinks the widest columns until all fit. If they can't, the last columns are dropped.
fn shrink(mut widths: Vec<usize>) -> Vec<usize> {
    let total = |widths: &[usize]| widths.iter().sum::<usize>() + widths.len().saturating_sub(1) * GAP.len();
    for width in &mut widths {
        *width = (*width).min(WIDTH);
    }
    while total(&widths) > WIDTH {
        match widths.iter_mut().max().filter(|widest| **widest > MIN_SHRUNK) {
            Some(widest) => *widest -= 1,
            None => {
                widths.pop();
            }
        }
    }
    widths
}

/// The points as a cross table of labels and series. Whichever are fewer become the columns.
pub fn cross_table(xy: &XyChart) -> DataTable {
    let names = |point: &Point| (point.label.clone(), point.series.clone().unwrap_or_default());
    let values: HashMap<(String, String), &Point> = xy.points.iter().map(|point| (names(point), point)).collect();
    let (labels, series) = (xy.labels(), xy.series_names());
    let labels_across = labels.len() < series.len();
    let (down, across) = if labels_across { (series, labels) } else { (labels, series) };
    let corner = if labels_across { xy.series.clone().unwrap_or_default() } else { xy.x.title.clone() };
    let cell = |down: &str, across: &str| {
        let key = if labels_across { (across, down) } else { (down, across) };
        match values.get(&(key.0.to_owned(), key.1.to_owned())) {
            Some(point) => point.text.as_deref().map(number::format_short),
            // The result has no row for this cell, which is not the same as a row with NULL.
            None => Some(String::new()),
        }
    };
    let row = |name: &&str| {
        std::iter::once(Some((*name).to_owned())).chain(across.iter().map(|other| cell(name, other))).collect()
    };
    let headers = across.iter().map(|name| ColumnHeader { name: (*name).to_owned(), is_number: true });
    DataTable {
        columns: std::iter::once(ColumnHeader { name: corner, is_number: false }).chain(headers).collect(),
        rows: down.iter().map(row).collect(),
    }
}

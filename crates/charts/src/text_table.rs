//! A table for a terminal, as wide as it has to be and no wider than the terminal.

use std::collections::HashMap;

use super::number;
use super::panel::{Grid, Heading, Plane, Point};
use super::terminal::WIDTH;
use super::text_width::{clean, left, of, right};

/// Between two columns.
const GAP: &str = "  ";
/// The least that a column is shrunk to.
const NARROW: usize = 10;

/// Headings, a rule, rows; columns that don't fit are left out and counted.
pub fn lines(grid: &Grid) -> Vec<String> {
    let cells: Vec<Vec<String>> = grid.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
    let headings: Vec<String> = grid.columns.iter().map(|column| clean(&column.name)).collect();
    let width_of = |at: usize| {
        let cells = cells.iter().filter_map(|row| row.get(at)).map(|cell| of(cell));
        cells.chain(headings.get(at).map(|name| of(name))).max().unwrap_or(0).max(1)
    };
    let widths = shrink((0..grid.columns.len()).map(width_of).collect());
    let row = |cells: &[String]| {
        let columns = grid.columns.iter().zip(&widths).zip(cells);
        let line: Vec<String> = columns.map(|((column, width), cell)| fit(cell, *width, column)).collect();
        line.join(GAP).trim_end().to_owned()
    };
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    let mut lines = vec![row(&headings), rule.join(GAP)];
    lines.extend(cells.iter().map(|cells| row(cells)));
    if widths.len() < grid.columns.len() {
        let left: Vec<&str> = headings.iter().skip(widths.len()).map(String::as_str).collect();
        lines.extend(super::text_width::wrap(&format!("(too wide for this: {})", left.join(", ")), WIDTH, 2));
    }
    lines
}

fn shown(value: &Option<String>) -> String {
    clean(value.as_deref().unwrap_or("NULL"))
}

/// A number that doesn't fit is rounded, and says so; digits are never just cut off.
fn fit(cell: &str, width: usize, column: &Heading) -> String {
    if !column.is_number {
        return left(cell, width);
    }
    if of(cell) <= width {
        return right(cell, width);
    }
    let Some(value) = number::position(cell) else { return right(cell, width) };
    let shorter = [format!("≈{}", number::readable(cell)), format!("≈{value:.0e}")];
    right(shorter.iter().find(|text| of(text) <= width).map_or("…", String::as_str), width)
}

/// Takes from the widest column until all fit; where they can't, the last ones go.
fn shrink(mut widths: Vec<usize>) -> Vec<usize> {
    let total = |widths: &[usize]| widths.iter().sum::<usize>() + widths.len().saturating_sub(1) * GAP.len();
    for width in &mut widths {
        *width = (*width).min(WIDTH);
    }
    while total(&widths) > WIDTH {
        match widths.iter_mut().max().filter(|widest| **widest > NARROW) {
            Some(widest) => *widest -= 1,
            None => {
                widths.pop();
            }
        }
    }
    widths
}

/// Points of two labels as a table, the fewer ones across.
pub fn crossed(plane: &Plane) -> Grid {
    let names = |point: &Point| (point.label.clone(), point.series.clone().unwrap_or_default());
    let values: HashMap<(String, String), &Point> = plane.points.iter().map(|point| (names(point), point)).collect();
    let (labels, series) = (plane.labels(), plane.series_names());
    let labels_across = labels.len() < series.len();
    let (down, across) = if labels_across { (series, labels) } else { (labels, series) };
    let corner = if labels_across { plane.series.clone().unwrap_or_default() } else { plane.x.title.clone() };
    let cell = |down: &str, across: &str| {
        let key = if labels_across { (across, down) } else { (down, across) };
        match values.get(&(key.0.to_owned(), key.1.to_owned())) {
            Some(point) => point.text.as_deref().map(number::readable),
            // The query has no such row; that is not NULL.
            None => Some(String::new()),
        }
    };
    let row = |name: &&str| {
        std::iter::once(Some((*name).to_owned())).chain(across.iter().map(|other| cell(name, other))).collect()
    };
    let headings = across.iter().map(|name| Heading { name: (*name).to_owned(), is_number: true });
    Grid {
        columns: std::iter::once(Heading { name: corner, is_number: false }).chain(headings).collect(),
        rows: down.iter().map(row).collect(),
    }
}

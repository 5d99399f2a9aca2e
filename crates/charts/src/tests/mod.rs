//! Whole drawings: what is chosen, how it is written down, and what odd answers make of it.

mod chosen;
mod odd;
mod plotted;
mod specified;

use super::samples::table;
use super::{Kind, Table, chart, plot};

const MONTH: (&str, Kind) = ("month", Kind::Moment);
const REGION: (&str, Kind) = ("region", Kind::Text);
const REVENUE: (&str, Kind) = ("revenue", Kind::Number);

/// As many rows as asked for, each made of its number.
fn many(columns: &[(&str, Kind)], count: usize, row: impl Fn(usize) -> Vec<String>) -> Table {
    let mut table = table(columns, &[]);
    table.rows = (0..count).map(|at| row(at).into_iter().map(Some).collect()).collect();
    table
}

fn mark(question: &str, table: &Table) -> String {
    chart(question, table)["usermeta"]["nl2sql"]["mark"].as_str().unwrap().to_owned()
}

/// The notes below the drawing.
fn notes(question: &str, table: &Table) -> Vec<String> {
    let notes = &chart(question, table)["usermeta"]["nl2sql"]["notes"];
    notes.as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned()).collect()
}

//! Whole charts: which one is recommended, how both renderers write it, and what becomes of unusual results.

mod edge_cases;
mod recommended;
mod terminal;
mod vega_lite;

use crate::column_type::ColumnType;
use crate::fixtures::table;
use crate::{ResultSet, recommend};

const MONTH: (&str, ColumnType) = ("month", ColumnType::Timestamp);
const REGION: (&str, ColumnType) = ("region", ColumnType::Text);
const REVENUE: (&str, ColumnType) = ("revenue", ColumnType::Number);

/// A result of `count` rows, each made from its number, which counts from 0.
fn many(columns: &[(&str, ColumnType)], count: usize, row: impl Fn(usize) -> Vec<String>) -> ResultSet {
    let mut results = table(columns, &[]);
    results.rows = (0..count).map(|at| row(at).into_iter().map(Some).collect()).collect();
    results
}

fn to_vega_lite(question: &str, results: &ResultSet) -> serde_json::Value {
    recommend(question, results).to_vega_lite()
}

fn mark(question: &str, results: &ResultSet) -> String {
    to_vega_lite(question, results)["usermeta"]["nl2sql"]["mark"].as_str().unwrap().to_owned()
}

fn notes(question: &str, results: &ResultSet) -> Vec<String> {
    let notes = &to_vega_lite(question, results)["usermeta"]["nl2sql"]["notes"];
    notes.as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned()).collect()
}

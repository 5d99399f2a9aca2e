//! The data points of a chart as the rows of a specification's data.

use serde_json::{Map, Value, json};

use super::field_names::{not_inherited, unique_names};
use crate::chart::{BarLayout, FieldType, Mark, Point, XyChart};
use crate::number;
use crate::timestamps;

/// The largest integer up to which a double, JavaScript's only number, holds every integer (Number.MAX_SAFE_INTEGER).
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;
/// Slices of a pie below this percentage have no room for a label.
const MIN_LABELLED_PERCENT: f64 = 3.0;

/// The names of the fields in the rows of a chart.
pub struct RowFields {
    pub x: String,
    pub y: String,
    pub series: Option<String>,
    /// The measure as text with all its digits. Present only if a double loses some of them.
    pub exact: Option<String>,
    /// The position of a slice in its pie, or of a bar in its stack.
    pub row: String,
    /// The percentage of a slice, as text.
    pub part: String,
}

impl RowFields {
    pub fn of(xy: &XyChart) -> Self {
        let measure = if xy.is_folded { "value" } else { &xy.measure };
        let exact = format!("{measure} (exact)");
        let mut titles = vec![xy.x.title.as_str(), measure, exact.as_str(), "row", "part"];
        titles.extend(xy.series.as_deref());
        let mut names = unique_names(&titles).into_iter();
        let mut next = || names.next().unwrap_or_default();
        let (x, y, exact, row, part) = (next(), next(), next(), next(), next());
        let loses = |point: &Point| matches!((&point.text, point.y), (Some(text), Some(y)) if loses_digits(text, y));
        let exact = xy.points.iter().any(loses).then_some(exact);
        Self { x, y, series: xy.series.is_some().then(next), exact, row, part }
    }
}

/// Whether a number is shown with other digits than the server printed. Money and intervals are not numbers as text:
/// they are converted on purpose.
fn loses_digits(text: &str, y: f64) -> bool {
    text.parse::<f64>().is_ok() && !number::is_exact(text, y)
}

/// The rows, in the order of the points.
pub fn rows(xy: &XyChart, fields: &RowFields) -> Vec<Value> {
    let series = xy.series_names();
    let sum: f64 = xy.points.iter().filter_map(|point| point.y).sum();
    let row = |(at, point): (usize, &Point)| {
        let mut row = Map::new();
        let x = match (xy.x.field_type, point.x) {
            (FieldType::Temporal(granularity), Some(x)) => json!(timestamps::to_iso(x as i64, granularity)),
            (FieldType::Quantitative, Some(x)) => json_number(x),
            // Vega stacks bars in an object whose keys are the labels.
            _ if xy.mark == Mark::Bar(BarLayout::Stacked) => json!(not_inherited(&point.label)),
            _ => json!(point.label),
        };
        row.insert(fields.x.clone(), x);
        if let (Some(name), Some(series)) = (&fields.series, &point.series) {
            row.insert(name.clone(), json!(series));
        }
        row.insert(fields.y.clone(), point.y.map_or(Value::Null, json_number));
        if let Some(exact) = &fields.exact {
            row.insert(exact.clone(), json!(point.text));
        }
        if xy.mark == Mark::Bar(BarLayout::Stacked) {
            let layer = series.iter().position(|name| Some(*name) == point.series.as_deref());
            row.insert(fields.row.clone(), json!(layer));
        }
        if xy.mark == Mark::Arc {
            let percent = point.y.map_or(0.0, |y| y / sum * 100.0);
            let part = if percent < MIN_LABELLED_PERCENT { String::new() } else { format!("{percent:.1}%") };
            row.extend([(fields.row.clone(), json!(at + 1)), (fields.part.clone(), json!(part))]);
        }
        Value::Object(row)
    };
    xy.points.iter().enumerate().map(row).collect()
}

fn json_number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER { json!(number as i64) } else { json!(number) }
}

//! A chart as plain values, between the recommendation and the renderers.

use std::cmp::Ordering;

use crate::calendar_names;
use crate::timestamps::Granularity;

/// What is drawn for one result.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// The question, which is the chart's title.
    pub(crate) question: String,
    /// The parts of the chart, drawn below each other. There is at least one.
    pub(crate) panels: Vec<Panel>,
    /// Sentences about what was left out, summed up or sampled, and the note of the result.
    pub(crate) notes: Vec<String>,
    /// How many rows the result has.
    pub(crate) row_count: usize,
}

/// One part of a chart.
#[derive(Debug, Clone)]
pub enum Panel {
    /// There is nothing to draw; the text says why.
    Message(String),
    /// The values of a single row, shown large.
    Kpis(Vec<Kpi>),
    Xy(XyChart),
    Table(DataTable),
}

/// A single value with its name.
#[derive(Debug, Clone)]
pub struct Kpi {
    pub name: String,
    /// As the server printed it.
    pub value: String,
    pub is_number: bool,
}

/// The rows of the result, or the first of them.
#[derive(Debug, Clone)]
pub struct DataTable {
    pub columns: Vec<ColumnHeader>,
    pub rows: Vec<Vec<Option<String>>>,
}

/// The head of a table's column. Numbers are aligned to the right.
#[derive(Debug, Clone)]
pub struct ColumnHeader {
    pub name: String,
    pub is_number: bool,
}

/// Data points with an x value, a measure and, in some charts, a series.
#[derive(Debug, Clone)]
pub struct XyChart {
    pub mark: Mark,
    pub x: Axis,
    /// The title of the measure, which is the y value of the points.
    pub measure: String,
    /// The title of the column that splits the points into series.
    pub series: Option<String>,
    /// The names of the series have a known order, like the months of a year.
    pub series_are_ordinal: bool,
    /// Each series is a measure of its own, not a value of a column (Vega-Lite's fold transform).
    pub is_folded: bool,
    /// In the query's order.
    pub points: Vec<Point>,
}

/// Vega-Lite's marks, as far as they are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Bar(BarLayout),
    Line,
    Point,
    Arc,
    /// A heatmap: x by series, coloured by the measure.
    Rect,
}

/// Where the bars of several series are placed. It makes no difference if there is only one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarLayout {
    /// The bars of a label stand side by side.
    Grouped,
    /// The bars of a label are stacked, so that their sum can be seen.
    Stacked,
}

/// The x axis.
#[derive(Debug, Clone)]
pub struct Axis {
    pub title: String,
    pub field_type: FieldType,
}

/// Vega-Lite's types of measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldType {
    Quantitative,
    Temporal(Granularity),
    /// Labels, kept in the query's order.
    Nominal,
    /// Labels whose order is generally known, like the months of a year.
    Ordinal,
}

/// One data point.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The x value as text.
    pub label: String,
    /// The x value as a number: itself if quantitative, milliseconds since 1970 if temporal, else `None`.
    pub x: Option<f64>,
    /// The measure; `None` if it is NULL or no finite number.
    pub y: Option<f64>,
    /// The measure as the server printed it; `None` is NULL.
    pub text: Option<String>,
    /// The name of the series that the point belongs to.
    pub series: Option<String>,
}

impl XyChart {
    /// Whether at least one point can be drawn, that is, has a position on both axes.
    pub fn has_drawable_points(&self) -> bool {
        let has_labels = matches!(self.x.field_type, FieldType::Nominal | FieldType::Ordinal);
        self.points.iter().any(|point| point.y.is_some() && (has_labels || point.x.is_some()))
    }

    /// The names of the series: in the order of their first points, or in their own order if they are ordinal.
    pub fn series_names(&self) -> Vec<&str> {
        let names = unique(self.points.iter().filter_map(|point| point.series.as_deref()));
        if self.series_are_ordinal { in_known_order(names) } else { names }
    }

    /// The labels. Ordinal ones are in their own order, unless the query sorts by the measure, as for the three busiest
    /// weekdays; all others are in the order of their first points, which is the query's.
    pub fn labels(&self) -> Vec<&str> {
        let labels = unique(self.points.iter().map(|point| point.label.as_str()));
        let is_ordinal = self.x.field_type == FieldType::Ordinal;
        if is_ordinal && self.ranking().is_none() { in_known_order(labels) } else { labels }
    }

    /// How the query sorts by the measure, if it does.
    pub fn ranking(&self) -> Option<Ordering> {
        if self.series.is_none() { ranking(self.points.iter().filter_map(|point| point.y)) } else { None }
    }
}

/// Sorts names that are numbers, weekdays or months, and leaves the other names after them in the order they had.
fn in_known_order(mut names: Vec<&str>) -> Vec<&str> {
    let place = |name: &str| {
        calendar_names::place(name).map_or_else(|| name.parse().unwrap_or(f64::INFINITY), |place| place as f64)
    };
    names.sort_by(|a, b| place(a).total_cmp(&place(b)));
    names
}

/// How values are sorted: `Less` if the least comes first, `Greater` if the greatest does. `None` if they are not sorted,
/// or if they are fewer than three or all the same, so that their order may be an accident.
pub fn ranking(values: impl Iterator<Item = f64> + Clone) -> Option<Ordering> {
    let pairs = || values.clone().zip(values.clone().skip(1)).map(|(a, b)| a.total_cmp(&b));
    let direction = pairs().find(|order| order.is_ne())?;
    (pairs().nth(1).is_some() && pairs().all(|order| order.is_eq() || order == direction)).then_some(direction)
}

/// Each value once, at its first occurrence.
pub fn unique<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::HashSet::new();
    values.filter(|value| seen.insert(*value)).collect()
}

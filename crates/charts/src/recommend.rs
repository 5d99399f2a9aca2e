//! Recommends a chart for a result, from the words of the question, the types of the columns and their values.
//!
//! Time and a number give a line chart, a category and a number bars, two numbers a scatter plot, the parts of a small
//! whole a pie, and a single row its values in large type. Rows are never merged to make a chart fit: if several rows
//! share a place on the axis, they are drawn as single points or shown as a table.

use crate::chart::{BarLayout, Chart, FieldType, Mark, Panel, Point, XyChart, ranking};
use crate::dimension::{self, Dimension};
use crate::downsample::{self, downsample};
use crate::field::{self, Field, FieldRole};
use crate::intent::Intent;
use crate::{ResultSet, kpis_and_tables, notes};

/// Measures of different magnitude get a panel each, at most this many.
const MAX_PANELS: usize = 3;
const MAX_PIE_SLICES: usize = 8;
/// Bars for two measures are readable up to this many labels; beyond it, a scatter plot of the two says more.
const MAX_LABELS_OF_PAIRS: usize = 50;

/// The chart that suits the answer to a question. It has at least one panel.
pub fn recommend(question: &str, results: &ResultSet) -> Chart {
    let fields = field::fields(results);
    let mut recommender = Recommender { results, intent: Intent::of(question), notes: Vec::new() };
    let panels = recommender.panels(&fields);
    let mut notes = recommender.notes;
    notes.extend(results.note.clone());
    Chart { question: question.to_owned(), panels, notes, row_count: results.rows.len() }
}

struct Recommender<'a> {
    results: &'a ResultSet,
    intent: Intent,
    notes: Vec<String>,
}

impl Recommender<'_> {
    fn panels(&mut self, fields: &[Field]) -> Vec<Panel> {
        if fields.is_empty() {
            return vec![Panel::Message("the answer has no columns".to_owned())];
        }
        if self.results.rows.is_empty() {
            return vec![Panel::Message("the answer has no rows".to_owned())];
        }
        let measures: Vec<&Field> = fields.iter().filter(|field| field.role == FieldRole::Measure).collect();
        if self.results.rows.len() == 1 && !measures.is_empty() && !self.intent.table {
            return vec![kpis_and_tables::kpis(self.results, fields, &mut self.notes)];
        }
        let drawable: Vec<&Field> =
            measures.iter().copied().filter(|field| field.positions.iter().any(Option::is_some)).collect();
        let charts = if self.intent.table { None } else { self.xy_charts(fields, &drawable) };
        let Some(charts) = charts else { return vec![kpis_and_tables::data_table(self.results, &mut self.notes)] };
        notes::note_undrawable_values(&drawable, &charts, &mut self.notes);
        let charts: Vec<_> = charts.into_iter().map(|xy| downsample(xy, self.intent, &mut self.notes)).collect();
        notes::note_axes_without_zero(&charts, &mut self.notes);
        charts.into_iter().map(Panel::Xy).collect()
    }

    /// `None` if the result is better shown as a table.
    fn xy_charts(&mut self, fields: &[Field], measures: &[&Field]) -> Option<Vec<XyChart>> {
        let (&first, more) = measures.split_first()?;
        let notes_before = self.notes.len();
        let dimensions = dimension::dimensions(fields, &mut self.notes);
        let charts = match (dimensions.as_slice(), more.first()) {
            ([], None) => None,
            ([], Some(second)) if more.len() <= 2 || self.intent.scatter => Some(self.two_measures(first, second)),
            ([], Some(_)) => None,
            ([only], _) => Some(self.one_dimension(only, measures)),
            ([a, b], _) if a.is_time() != b.is_time() => {
                let (time, series) = if a.is_time() { (a, b) } else { (b, a) };
                Some(self.time_and_category(time, series, measures))
            }
            ([a, b], _) if !a.is_time() => self.two_categories(a, b, measures),
            (many, _) => self.unique_category(many, measures),
        };
        let charts = charts.filter(|charts| !charts.is_empty() && charts.iter().all(XyChart::has_drawable_points));
        match &charts {
            // A table shows all columns, so the notes about omitted ones would be wrong.
            None => self.notes.truncate(notes_before),
            Some(charts) => notes::note_omitted_columns(fields, &dimensions, charts, &mut self.notes),
        }
        charts
    }

    /// A scatter plot, or bars where the question asks for one number per value of the other, as in "reviews per
    /// rating".
    fn two_measures(&self, x: &Field, y: &Field) -> Vec<XyChart> {
        let is_per_value = self.intent.per_value
            && !self.intent.scatter
            && x.distinct() == x.texts.len()
            && x.texts.len() <= MAX_LABELS_OF_PAIRS;
        if is_per_value && x.positions.iter().all(|at| at.is_some_and(|at| at.fract() == 0.0)) {
            let labels = Dimension::of_labels(x, FieldType::Ordinal);
            return vec![xy_chart(Mark::Bar(BarLayout::Grouped), &labels, None, y)];
        }
        vec![xy_chart(Mark::Point, &Dimension::of_numbers(x), None, y)]
    }

    fn one_dimension(&self, x: &Dimension, measures: &[&Field]) -> Vec<XyChart> {
        let [first, more @ ..] = measures else { return Vec::new() };
        if !x.is_unique() {
            return vec![xy_chart(Mark::Point, x, None, first)];
        }
        let count = x.labels.len();
        if x.is_time() {
            if self.intent.bars && count <= downsample::MAX_LABELS {
                return one_chart_or_several(Mark::Bar(BarLayout::Grouped), &x.as_ordinal(), measures);
            }
            return one_chart_or_several(Mark::Line, x, measures);
        }
        // Where the query sorts by a measure, it asks which labels are at the top, and points have no labels.
        let is_ranked = |field: &&&Field| ranking(field.positions.iter().copied().flatten()).is_some();
        if let Some(ranked) =
            measures.iter().find(is_ranked).filter(|_| !self.intent.scatter && count > MAX_LABELS_OF_PAIRS)
        {
            return vec![xy_chart(Mark::Bar(BarLayout::Grouped), x, None, ranked)];
        }
        if let Some(second) = more.first().filter(|_| self.intent.scatter || count > MAX_LABELS_OF_PAIRS) {
            return vec![xy_chart(Mark::Point, &Dimension::of_numbers(first), None, second)];
        }
        if self.intent.share && (2..=MAX_PIE_SLICES).contains(&count) {
            // If one of several measures is called a share, that is the one the question is about.
            let named = measures.iter().find(|field| Intent::of(&field.title).share).unwrap_or(first);
            if is_part_to_whole(named) {
                return vec![xy_chart(Mark::Arc, x, None, named)];
            }
        }
        one_chart_or_several(Mark::Bar(BarLayout::Grouped), x, measures)
    }

    fn time_and_category(&self, time: &Dimension, series: &Dimension, measures: &[&Field]) -> Vec<XyChart> {
        if time.is_unique() && time.labels.len() <= downsample::MAX_LABELS {
            // Each time has one row, as in "the best customer of each month": the category labels it and is no series.
            return one_chart_or_several(Mark::Bar(BarLayout::Grouped), &time.joined(series), measures);
        }
        let mark = if time.is_unique_with(series) { Mark::Line } else { Mark::Point };
        measures.iter().take(MAX_PANELS).map(|field| xy_chart(mark, time, Some(series), field)).collect()
    }

    fn two_categories(&self, a: &Dimension, b: &Dimension, measures: &[&Field]) -> Option<Vec<XyChart>> {
        if a.is_unique() || b.is_unique() {
            return self.unique_category(&[a.clone(), b.clone()], measures);
        }
        if !a.is_unique_with(b) {
            return None;
        }
        let (larger, smaller) = if a.distinct() >= b.distinct() { (a, b) } else { (b, a) };
        let draw = |field: &&Field| {
            let can_stack =
                self.intent.is_summable(&field.title) && field.positions.iter().flatten().all(|at| *at >= 0.0);
            let mark = match smaller.distinct() {
                _ if larger.field_type == FieldType::Ordinal && smaller.field_type == FieldType::Ordinal => Mark::Rect,
                0..=6 if self.intent.stack && can_stack => Mark::Bar(BarLayout::Stacked),
                0..=6 if larger.distinct() <= 12 => Mark::Bar(BarLayout::Grouped),
                0..=10 if can_stack => Mark::Bar(BarLayout::Stacked),
                _ => Mark::Rect,
            };
            match mark {
                // A heatmap has room for more labels on its y axis, which is the series.
                Mark::Rect if larger.field_type != FieldType::Ordinal => xy_chart(mark, smaller, Some(larger), field),
                _ => xy_chart(mark, larger, Some(smaller), field),
            }
        };
        Some(measures.iter().take(MAX_PANELS).map(draw).collect())
    }

    /// Several dimensions of which one alone identifies each row: the others need no place in the chart.
    fn unique_category(&self, dimensions: &[Dimension], measures: &[&Field]) -> Option<Vec<XyChart>> {
        let label = dimensions.iter().find(|dimension| !dimension.is_time() && dimension.is_unique())?;
        Some(self.one_dimension(label, measures))
    }
}

/// Measures of similar magnitude share a chart, each as a series; otherwise each gets a chart of its own, because the
/// small ones could not be seen beside the large ones.
fn one_chart_or_several(mark: Mark, x: &Dimension, measures: &[&Field]) -> Vec<XyChart> {
    if !(2..=4).contains(&measures.len()) || !are_of_similar_magnitude(measures) {
        return measures.iter().take(MAX_PANELS).map(|field| xy_chart(mark, x, None, field)).collect();
    }
    let points = measures.iter().flat_map(|field| {
        points(x, None, field).into_iter().map(|point| Point { series: Some(field.title.clone()), ..point })
    });
    let titles: Vec<&str> = measures.iter().map(|field| field.title.as_str()).collect();
    vec![XyChart {
        mark,
        x: x.axis(),
        measure: titles.join(", "),
        series: Some("measure".to_owned()),
        series_are_ordinal: false,
        is_folded: true,
        points: points.collect(),
    }]
}

/// Whether the values can be the slices of a pie: none is negative or missing, and they do not add up to zero. Rates, such as
/// the share of each country's orders that was returned, are parts of several wholes: those of one add up to it.
fn is_part_to_whole(field: &Field) -> bool {
    let values = || field.positions.iter().flatten();
    let sum: f64 = values().sum();
    // Shares that are rounded may add up to a little more or less.
    let is_whole = [1.0, 100.0].iter().any(|whole| (sum / whole - 1.0).abs() <= 0.02);
    let are_fractions = values().all(|at| *at <= 1.0) && values().any(|at| at.fract() != 0.0);
    let is_rate = are_fractions || Intent::is_rate(&field.title);
    field.positions.iter().all(|at| at.is_some_and(|at| at >= 0.0)) && sum > 0.0 && (is_whole || !is_rate)
}

fn are_of_similar_magnitude(measures: &[&Field]) -> bool {
    let sizes =
        measures.iter().map(|field| field.positions.iter().flatten().fold(0.0_f64, |size, at| size.max(at.abs())));
    let (least, most) = sizes.fold((f64::INFINITY, 0.0_f64), |(least, most), size| (least.min(size), most.max(size)));
    least > 0.0 && most / least <= 20.0
}

fn xy_chart(mark: Mark, x: &Dimension, series: Option<&Dimension>, measure: &Field) -> XyChart {
    XyChart {
        mark,
        x: x.axis(),
        measure: measure.title.clone(),
        series: series.map(|series| series.title.clone()),
        is_folded: false,
        series_are_ordinal: series.is_some_and(|series| series.field_type == FieldType::Ordinal),
        points: points(x, series, measure),
    }
}

fn points(x: &Dimension, series: Option<&Dimension>, measure: &Field) -> Vec<Point> {
    let point = |(at, label): (usize, &String)| Point {
        label: label.clone(),
        x: x.positions.get(at).copied().flatten(),
        y: measure.positions.get(at).copied().flatten(),
        text: measure.texts.get(at).copied().flatten().map(str::to_owned),
        series: series.and_then(|series| series.labels.get(at).cloned()),
    };
    x.labels.iter().enumerate().map(point).collect()
}

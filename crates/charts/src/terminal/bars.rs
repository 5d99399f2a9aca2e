//! Horizontal bars of block characters.

use super::{WIDTH, text_table};
use crate::chart::{Point, XyChart};
use crate::number;
use crate::text_width::{align_left, align_right, clean, truncate, width};

/// More bars than this with series are shown as a table.
const MAX_GROUPED_BARS: usize = 40;
/// Long labels and values are cut to this many columns.
const MAX_TEXT: usize = 32;
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A bar for every point. If there are series, those of a label are listed below it.
pub fn bars(xy: &XyChart) -> Vec<String> {
    let scale = BarScale::of(xy, |point| number::format_short(point.text.as_deref().unwrap_or("NULL")));
    if xy.series.is_none() {
        let points_at = |label| xy.points.iter().filter(move |point| point.label == label);
        return xy.labels().into_iter().flat_map(points_at).map(|point| scale.line(&point.label, point)).collect();
    }
    if xy.points.len() > MAX_GROUPED_BARS {
        return text_table::lines(&text_table::cross_table(xy));
    }
    let mut lines = Vec::new();
    for label in xy.labels() {
        lines.push(truncate(&clean(label), WIDTH));
        for point in xy.points.iter().filter(|point| point.label == label) {
            lines.push(scale.line(&format!("  {}", point.series.as_deref().unwrap_or_default()), point));
        }
    }
    lines
}

/// A bar for every part of a whole, with its percentage: what a pie chart shows.
pub fn shares(xy: &XyChart) -> Vec<String> {
    let sum: f64 = xy.points.iter().filter_map(|point| point.y).sum();
    let scale = BarScale::of(xy, |point| {
        let percent = point.y.map_or(0.0, |y| y / sum * 100.0);
        format!("{}  {percent:.1}%", number::format_short(point.text.as_deref().unwrap_or("NULL")))
    });
    xy.points.iter().map(|point| scale.line(&point.label, point)).collect()
}

/// The layout that all bars of a chart have in common, and how their values are written.
struct BarScale<F: Fn(&Point) -> String> {
    /// Columns of the labels and of the values.
    label: usize,
    value: usize,
    /// Columns of the bars on either side of zero.
    below: usize,
    above: usize,
    /// Half of the value that one column of a bar stands for.
    unit: f64,
    format_value: F,
}

impl<F: Fn(&Point) -> String> BarScale<F> {
    fn of(xy: &XyChart, format_value: F) -> Self {
        let indent = if xy.series.is_some() { 2 } else { 0 };
        let name = |point: &Point| {
            width(&clean(if indent > 0 { point.series.as_deref().unwrap_or_default() } else { &point.label })) + indent
        };
        let label = xy.points.iter().map(name).max().unwrap_or(0).min(MAX_TEXT);
        let value = xy.points.iter().map(|point| width(&clean(&format_value(point)))).max().unwrap_or(0).min(MAX_TEXT);
        let columns = WIDTH - label - value - 2;
        let ys = || xy.points.iter().filter_map(|point| point.y);
        // All values are halved, because the sum of two very large doubles would be infinite.
        let least = ys().fold(0.0_f64, f64::min).abs() / 2.0;
        let most = ys().fold(0.0_f64, f64::max) / 2.0;
        let all = least + most;
        let below = if all > 0.0 { (columns as f64 * (least / all)).ceil() as usize } else { 0 }.min(columns);
        let above = columns - below;
        let per = |size: f64, columns: usize| if columns > 0 { size / columns as f64 } else { 0.0 };
        Self { label, value, below, above, unit: per(least, below).max(per(most, above)), format_value }
    }

    fn line(&self, label: &str, point: &Point) -> String {
        let length = point.y.map_or(0.0, |y| if self.unit > 0.0 { y / 2.0 / self.unit } else { 0.0 });
        let (below, above) =
            if length < 0.0 { (bar_below(-length), String::new()) } else { (String::new(), bar_above(length)) };
        let bar = align_right(&below, self.below) + &align_left(&above, self.above);
        let value = align_right(&clean(&(self.format_value)(point)), self.value);
        format!("{} {bar} {value}", align_left(&clean(label), self.label))
    }
}

/// A bar to the right of zero, in steps of an eighth of a column. A value that is not zero is always visible.
fn bar_above(length: f64) -> String {
    let eighths = (length * 8.0).round() as usize;
    let eighths = if length > 0.0 { eighths.max(1) } else { 0 };
    "█".repeat(eighths / 8) + EIGHTHS.get(eighths % 8).copied().unwrap_or_default()
}

/// A bar to the left of zero, in steps of half a column, as Unicode has no finer blocks that are filled from the right.
fn bar_below(length: f64) -> String {
    let halves = ((length * 2.0).round() as usize).max(1);
    let half = if halves % 2 == 1 { "▐" } else { "" };
    half.to_owned() + &"█".repeat(halves / 2)
}

#[cfg(test)]
mod tests {
    use super::{bar_above, bar_below};

    #[test]
    fn values_near_zero_are_visible() {
        assert_eq!(
            (bar_above(0.0), bar_above(0.001), bar_above(1.5)),
            (String::new(), "▏".to_owned(), "█▌".to_owned())
        );
        assert_eq!((bar_below(0.001), bar_below(1.5)), ("▐".to_owned(), "▐█".to_owned()));
    }
}

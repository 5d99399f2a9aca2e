//! Bars of block characters, for a terminal.

use super::number;
use super::panel::{Plane, Point};
use super::terminal::WIDTH;
use super::text_table;
use super::text_width::{clean, left, of, right, truncate};

/// More bars than this in series are a table.
const LINES: usize = 40;
/// Columns of a label.
const LABEL: usize = 32;
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A bar for every point; series below each other under their label.
pub fn bars(plane: &Plane) -> Vec<String> {
    let scale = Scale::of(plane, |point| number::readable(point.text.as_deref().unwrap_or("NULL")));
    if plane.series.is_none() {
        return plane.points.iter().map(|point| scale.line(&point.label, point)).collect();
    }
    if plane.points.len() > LINES {
        return text_table::lines(&text_table::crossed(plane));
    }
    let mut lines = Vec::new();
    for label in plane.labels() {
        lines.push(truncate(&clean(label), WIDTH));
        for point in plane.points.iter().filter(|point| point.label == label) {
            lines.push(scale.line(&format!("  {}", point.series.as_deref().unwrap_or_default()), point));
        }
    }
    lines
}

/// A bar for every part of a whole, with its percentage.
pub fn parts(plane: &Plane) -> Vec<String> {
    let sum: f64 = plane.points.iter().filter_map(|point| point.y).sum();
    let scale = Scale::of(plane, |point| {
        let percent = point.y.map_or(0.0, |y| y / sum * 100.0);
        format!("{}  {percent:.1}%", number::readable(point.text.as_deref().unwrap_or("NULL")))
    });
    plane.points.iter().map(|point| scale.line(&point.label, point)).collect()
}

/// What all bars of a drawing have in common.
struct Scale<F: Fn(&Point) -> String> {
    label: usize,
    value: usize,
    /// Columns for what is below zero, and for what is above.
    below: usize,
    above: usize,
    /// What one column stands for.
    unit: f64,
    show: F,
}

impl<F: Fn(&Point) -> String> Scale<F> {
    fn of(plane: &Plane, show: F) -> Self {
        let indent = if plane.series.is_some() { 2 } else { 0 };
        let name = |point: &Point| {
            of(&clean(if indent > 0 { point.series.as_deref().unwrap_or_default() } else { &point.label })) + indent
        };
        let label = plane.points.iter().map(name).max().unwrap_or(0).min(LABEL);
        let value = plane.points.iter().map(|point| of(&clean(&show(point)))).max().unwrap_or(0).min(LABEL);
        let columns = WIDTH - label - value - 2;
        let ys = || plane.points.iter().filter_map(|point| point.y);
        // In halves: the largest doubles have no sum.
        let least = ys().fold(0.0_f64, f64::min).abs() / 2.0;
        let most = ys().fold(0.0_f64, f64::max) / 2.0;
        let all = least + most;
        let below = if all > 0.0 { (columns as f64 * (least / all)).ceil() as usize } else { 0 }.min(columns);
        let above = columns - below;
        let per = |size: f64, columns: usize| if columns > 0 { size / columns as f64 } else { 0.0 };
        Self { label, value, below, above, unit: per(least, below).max(per(most, above)), show }
    }

    fn line(&self, label: &str, point: &Point) -> String {
        let length = point.y.map_or(0.0, |y| if self.unit > 0.0 { y / 2.0 / self.unit } else { 0.0 });
        let (below, above) =
            if length < 0.0 { (lower(-length), String::new()) } else { (String::new(), upper(length)) };
        let bar = right(&below, self.below) + &left(&above, self.above);
        let value = right(&clean(&(self.show)(point)), self.value);
        format!("{} {bar} {value}", left(&clean(label), self.label))
    }
}

/// Grows to the right by eighths; what is not zero shows.
fn upper(length: f64) -> String {
    let eighths = (length * 8.0).round() as usize;
    let eighths = if length > 0.0 { eighths.max(1) } else { 0 };
    "█".repeat(eighths / 8) + EIGHTHS.get(eighths % 8).copied().unwrap_or_default()
}

/// Grows to the left by halves: there are no finer blocks that end at the right.
fn lower(length: f64) -> String {
    let halves = ((length * 2.0).round() as usize).max(1);
    let half = if halves % 2 == 1 { "▐" } else { "" };
    half.to_owned() + &"█".repeat(halves / 2)
}

#[cfg(test)]
mod tests {
    use super::{lower, upper};

    #[test]
    fn what_is_not_zero_shows() {
        assert_eq!((upper(0.0), upper(0.001), upper(1.5)), (String::new(), "▏".to_owned(), "█▌".to_owned()));
        assert_eq!((lower(0.001), lower(1.5)), ("▐".to_owned(), "▐█".to_owned()));
    }
}

//! A strip plot: one line for each label, with the values of its rows marked along it.

use super::{MAX_LABEL, WIDTH};
use crate::axis_domain;
use crate::chart::XyChart;
use crate::text_width::{align_left, clean, width};

/// The strips and, below them, the ends of their common axis. `·` marks one value, `:` several in the same column.
pub fn lines(xy: &XyChart) -> Vec<String> {
    let labels = xy.labels();
    let margin = labels.iter().map(|label| width(&clean(label))).max().unwrap_or(0).min(MAX_LABEL);
    let columns = WIDTH - margin - 1;
    let domain = axis_domain::domain(xy.points.iter().filter_map(|point| point.y));
    let strip = |label: &&str| {
        let mut cells = vec![' '; columns];
        for y in xy.points.iter().filter(|point| point.label == **label).filter_map(|point| point.y) {
            let column = (axis_domain::fraction(domain, y) * (columns - 1) as f64).round() as usize;
            if let Some(cell) = cells.get_mut(column) {
                *cell = if *cell == ' ' { '·' } else { ':' };
            }
        }
        format!("{} {}", align_left(&clean(label), margin), cells.into_iter().collect::<String>()).trim_end().to_owned()
    };
    let mut lines: Vec<String> = labels.iter().map(strip).collect();
    let (from, to) = (axis_domain::tick(domain, domain.0), axis_domain::tick(domain, domain.1));
    lines.push(format!("{} {}{}", " ".repeat(margin), align_left(&from, columns - width(&to)), to));
    lines
}

//! A line chart or a scatter plot, drawn with the dots of braille characters.

use super::WIDTH;
use super::braille::Canvas;
use crate::axis_domain;
use crate::chart::{FieldType, Point, XyChart};
use crate::text_width::{align_right, clean, truncate, width};
use crate::timestamps::{self, Granularity};

/// Lines of the plot, without the x axis.
const HEIGHT: usize = 12;
/// A scatter plot with no more points than this draws each as a block of four dots, so that it is seen.
const MAX_LARGE_POINTS: usize = 100;

/// The plot with both axes. If `connected`, each point is joined to the next one, but not across a missing value.
pub fn lines(xy: &XyChart, connected: bool) -> Vec<String> {
    let y_domain = axis_domain::domain(xy.points.iter().filter_map(|point| point.y));
    let ticks =
        [y_domain.1, (y_domain.0 / 2.0) + (y_domain.1 / 2.0), y_domain.0].map(|at| axis_domain::tick(y_domain, at));
    let margin = ticks.iter().map(|tick| width(tick)).max().unwrap_or(0);
    let columns = WIDTH - margin - 2;
    let xs = xy.points.iter().filter_map(|point| point.x);
    let x_domain = match xy.x.field_type {
        FieldType::Quantitative => axis_domain::domain(xs),
        _ => axis_domain::extent(xs),
    };
    let mut canvas = Canvas::new(columns, HEIGHT);
    draw_points(&mut canvas, xy, (x_domain, y_domain), connected);
    let mut lines: Vec<String> = Vec::with_capacity(HEIGHT + 2);
    for (at, row) in canvas.lines().into_iter().enumerate() {
        let tick = match at {
            0 => ticks.first(),
            at if at == HEIGHT / 2 => ticks.get(1),
            at if at == HEIGHT - 1 => ticks.last(),
            _ => None,
        };
        let axis = if tick.is_some() { '┤' } else { '│' };
        lines.push(
            format!("{} {axis}{row}", align_right(tick.map_or("", String::as_str), margin)).trim_end().to_owned(),
        );
    }
    lines.push(format!("{} └{}", " ".repeat(margin), "─".repeat(columns)));
    let blank = " ".repeat(margin + 2);
    lines.push((blank + &x_ticks(xy, x_domain, columns)).trim_end().to_owned());
    lines
}

fn draw_points(canvas: &mut Canvas, xy: &XyChart, (x_domain, y_domain): ((f64, f64), (f64, f64)), connected: bool) {
    let (last_x, last_y) = canvas.last_dot();
    let mut points: Vec<&Point> = xy.points.iter().collect();
    if connected {
        points.sort_by(|a, b| a.x.unwrap_or(0.0).total_cmp(&b.x.unwrap_or(0.0)));
    }
    let mut previous = None;
    for point in points {
        let (Some(x), Some(y)) = (point.x, point.y) else {
            previous = None;
            continue;
        };
        let dot = |domain, value, last: i64| (axis_domain::fraction(domain, value) * last as f64).round() as i64;
        let at = (dot(x_domain, x, last_x), dot(y_domain, y, last_y));
        match previous.filter(|_| connected) {
            Some(previous) => canvas.line(previous, at),
            None if !connected && xy.points.len() <= MAX_LARGE_POINTS => {
                for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    canvas.dot(at.0 / 2 * 2 + x, at.1 / 2 * 2 + y);
                }
            }
            None => canvas.dot(at.0, at.1),
        }
        previous = Some(at);
    }
}

/// The labels below the x axis: those of its ends, and that of its middle if there is room.
fn x_ticks(xy: &XyChart, (from, to): (f64, f64), columns: usize) -> String {
    let label = |at: f64| match xy.x.field_type {
        FieldType::Temporal(granularity) => timestamps::label(at as i64, granularity),
        _ => axis_domain::tick((from, to), at),
    };
    if from >= to || !from.is_finite() {
        return xy.points.first().map_or(String::new(), |point| truncate(&clean(&point.label), columns));
    }
    let (first, last) = (label(from), label(to));
    let room = columns.saturating_sub(width(&first) + width(&last));
    // The middle of an axis of months or years is seldom the first day of one, so it would be labelled wrongly.
    let middle = match xy.x.field_type {
        FieldType::Temporal(Granularity::Day) | FieldType::Quantitative => label(from / 2.0 + to / 2.0),
        _ => String::new(),
    };
    if middle.is_empty() || width(&middle) + 4 > room {
        return format!("{first}{}{last}", " ".repeat(room));
    }
    let before = (columns / 2).saturating_sub(width(&first) + width(&middle) / 2);
    let after = room.saturating_sub(before + width(&middle));
    format!("{first}{}{middle}{}{last}", " ".repeat(before), " ".repeat(after))
}

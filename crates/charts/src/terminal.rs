//! A drawing as lines of text for a terminal, at most 80 columns wide.

use super::axis;
use super::bars;
use super::braille::Canvas;
use super::number;
use super::panel::{Drawing, Figure, Mark, Panel, Plane, Point, Scale, unique};
use super::text_table;
use super::text_width::{clean, left, of, right, truncate, wrap};
use super::timestamps::{self, Grain};

/// Columns of a terminal.
pub const WIDTH: usize = 80;
/// Lines of a raster.
const HEIGHT: usize = 12;

/// The drawing, its notes in brackets at the end.
pub fn lines(drawing: &Drawing) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, panel) in drawing.panels.iter().enumerate() {
        if at > 0 {
            lines.push(String::new());
        }
        lines.extend(match panel {
            Panel::Message(text) => vec![format!("({text})")],
            Panel::Figures(all) => figures(all),
            Panel::Plane(plane) => draw(plane),
            Panel::Grid(shown) => text_table::lines(shown),
        });
    }
    for note in &drawing.notes {
        lines.extend(wrap(&format!("({})", clean(note)), WIDTH, 3));
    }
    lines
}

fn draw(plane: &Plane) -> Vec<String> {
    let by = match (&plane.series, plane.mark) {
        // Folded measures name themselves.
        (Some(series), _) if !plane.is_folded => format!("{} by {} and {series}", plane.measure, plane.x.title),
        (_, Mark::Point) if plane.x.scale == Scale::Number => format!("{} over {}", plane.measure, plane.x.title),
        _ => format!("{} by {}", plane.measure, plane.x.title),
    };
    let mut lines = vec![truncate(&clean(&by), WIDTH)];
    lines.extend(match plane.mark {
        Mark::Bar(_) => bars::bars(plane),
        Mark::Arc => bars::parts(plane),
        Mark::Line if plane.series.is_some() => sparklines(plane),
        Mark::Line => raster(plane, true),
        Mark::Point if matches!(plane.x.scale, Scale::Label | Scale::Step) => strips(plane),
        Mark::Point => raster(plane, false),
        Mark::Rect => text_table::lines(&text_table::crossed(plane)),
    });
    lines
}

fn figures(figures: &[Figure]) -> Vec<String> {
    let shown = |figure: &Figure| {
        if figure.is_number { number::headline(&figure.value) } else { clean(&figure.value) }
    };
    let widest = figures.iter().map(|figure| of(&clean(&figure.name))).max().unwrap_or(0).min(WIDTH / 2);
    let line = |figure: &Figure| truncate(&format!("{}  {}", left(&clean(&figure.name), widest), shown(figure)), WIDTH);
    figures.iter().map(line).collect()
}

/// Dots on two axes, connected from one to the next where the value between is known.
fn raster(plane: &Plane, connected: bool) -> Vec<String> {
    let ys = || plane.points.iter().filter_map(|point| point.y);
    let high = axis::domain(ys());
    let ticks = [high.1, (high.0 / 2.0) + (high.1 / 2.0), high.0].map(number::readable_position);
    let margin = ticks.iter().map(|tick| of(tick)).max().unwrap_or(0);
    let columns = WIDTH - margin - 2;
    let wide = match plane.x.scale {
        Scale::Number => axis::domain(plane.points.iter().filter_map(|point| point.x)),
        _ => axis::range(plane.points.iter().filter_map(|point| point.x)),
    };
    let mut canvas = Canvas::new(columns, HEIGHT);
    paint(&mut canvas, plane, (wide, high), connected);
    let mut lines: Vec<String> = Vec::with_capacity(HEIGHT + 2);
    for (at, row) in canvas.lines().into_iter().enumerate() {
        let tick = match at {
            0 => ticks.first(),
            at if at == HEIGHT / 2 => ticks.get(1),
            at if at == HEIGHT - 1 => ticks.last(),
            _ => None,
        };
        let sign = if tick.is_some() { '┤' } else { '│' };
        lines.push(format!("{} {sign}{row}", right(tick.map_or("", String::as_str), margin)).trim_end().to_owned());
    }
    lines.push(format!("{} └{}", " ".repeat(margin), "─".repeat(columns)));
    let blank = " ".repeat(margin + 2);
    lines.push((blank + &ends(plane, wide, columns)).trim_end().to_owned());
    lines
}

fn paint(canvas: &mut Canvas, plane: &Plane, (wide, high): ((f64, f64), (f64, f64)), connected: bool) {
    let (last_x, last_y) = canvas.last();
    let mut points: Vec<&Point> = plane.points.iter().collect();
    if connected {
        points.sort_by(|a, b| a.x.unwrap_or(0.0).total_cmp(&b.x.unwrap_or(0.0)));
    }
    let mut before = None;
    for point in points {
        let (Some(x), Some(y)) = (point.x, point.y) else {
            before = None;
            continue;
        };
        let place = |domain, value, last: i64| (axis::part(domain, value) * last as f64).round() as i64;
        let at = (place(wide, x, last_x), place(high, y, last_y));
        match before.filter(|_| connected) {
            Some(before) => canvas.line(before, at),
            // Few points alone are drawn larger.
            None if !connected && plane.points.len() <= 100 => {
                for (x, y) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    canvas.dot(at.0 / 2 * 2 + x, at.1 / 2 * 2 + y);
                }
            }
            None => canvas.dot(at.0, at.1),
        }
        before = Some(at);
    }
}

/// The labels below an axis: its ends, and the middle where there is room.
fn ends(plane: &Plane, (from, to): (f64, f64), columns: usize) -> String {
    let name = |at: f64| match plane.x.scale {
        Scale::Time(grain) => timestamps::label(at as i64, grain),
        _ => number::readable_position(at),
    };
    if from >= to || !from.is_finite() {
        return plane.points.first().map_or(String::new(), |point| truncate(&clean(&point.label), columns));
    }
    let (first, last) = (name(from), name(to));
    let room = columns.saturating_sub(of(&first) + of(&last));
    let middle = from / 2.0 + to / 2.0;
    // A middle between two days is no day.
    let known = match plane.x.scale {
        Scale::Time(Grain::Day) | Scale::Number => name(middle),
        _ => String::new(),
    };
    if known.is_empty() || of(&known) + 4 > room {
        return format!("{first}{}{last}", " ".repeat(room));
    }
    let before = (columns / 2).saturating_sub(of(&first) + of(&known) / 2);
    let after = room.saturating_sub(before + of(&known));
    format!("{first}{}{known}{}{last}", " ".repeat(before), " ".repeat(after))
}

/// A line for each label, its points along it; · where there is one, : where there are more.
fn strips(plane: &Plane) -> Vec<String> {
    let labels = plane.labels();
    let margin = labels.iter().map(|label| of(&clean(label))).max().unwrap_or(0).min(24);
    let columns = WIDTH - margin - 1;
    let domain = axis::domain(plane.points.iter().filter_map(|point| point.y));
    let strip = |label: &&str| {
        let mut cells = vec![' '; columns];
        for y in plane.points.iter().filter(|point| point.label == **label).filter_map(|point| point.y) {
            if let Some(cell) = cells.get_mut((axis::part(domain, y) * (columns - 1) as f64).round() as usize) {
                *cell = if *cell == ' ' { '·' } else { ':' };
            }
        }
        format!("{} {}", left(&clean(label), margin), cells.into_iter().collect::<String>()).trim_end().to_owned()
    };
    let mut lines: Vec<String> = labels.iter().map(strip).collect();
    let (from, to) = (number::readable_position(domain.0), number::readable_position(domain.1));
    lines.push(format!("{} {}{}", " ".repeat(margin), left(&from, columns - of(&to)), to));
    lines
}

/// A line for each series, of blocks on a common scale.
fn sparklines(plane: &Plane) -> Vec<String> {
    let mut moments: Vec<f64> = plane.points.iter().filter_map(|point| point.x).collect();
    moments.sort_by(f64::total_cmp);
    moments.dedup();
    let names = plane.series_names();
    let widest = names.iter().map(|name| of(&clean(name))).max().unwrap_or(0).min(24);
    let span = |name: &str| {
        let values =
            plane.points.iter().filter(|point| point.series.as_deref() == Some(name)).filter_map(|point| point.y);
        let (least, most) = axis::range(values);
        if least > most {
            "no values".to_owned()
        } else {
            format!("{} … {}", number::readable_position(least), number::readable_position(most))
        }
    };
    let margin = names.iter().map(|name| of(&span(name))).max().unwrap_or(0);
    let columns = WIDTH.saturating_sub(widest + margin + 4).min(moments.len()).max(1);
    let domain = axis::domain(plane.points.iter().filter_map(|point| point.y));
    let mut lines: Vec<String> = names
        .iter()
        .map(|name| {
            let series: Vec<&Point> =
                plane.points.iter().filter(|point| point.series.as_deref() == Some(*name)).collect();
            let blocks = blocks(&series, &moments, columns, domain);
            truncate(&format!("{}  {blocks}  {}", left(&clean(name), widest), span(name)), WIDTH)
        })
        .collect();
    let labels = unique(plane.points.iter().map(|point| point.label.as_str()));
    let label = |at: Option<&f64>| {
        let point = plane.points.iter().find(|point| point.x.as_ref() == at && labels.contains(&point.label.as_str()));
        point.map_or(String::new(), |point| clean(&point.label))
    };
    lines.push(truncate(
        &format!("{}  {} … {}", " ".repeat(widest), label(moments.first()), label(moments.last())),
        WIDTH,
    ));
    lines
}

/// The mean of what falls into each column; a blank where nothing does.
fn blocks(series: &[&Point], moments: &[f64], columns: usize, domain: (f64, f64)) -> String {
    let mut sums = vec![(0.0, 0_u32); columns];
    for point in series {
        let (Some(x), Some(y)) = (point.x, point.y) else { continue };
        let at = moments.partition_point(|moment| *moment < x) * columns / moments.len().max(1);
        if let Some((sum, count)) = sums.get_mut(at) {
            *sum += y;
            *count += 1;
        }
    }
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let block = |(sum, count): &(f64, u32)| match count {
        0 => ' ',
        _ => {
            let at = (axis::part(domain, sum / f64::from(*count)) * 7.0).round() as usize;
            BLOCKS.get(at).copied().unwrap_or(' ')
        }
    };
    sums.iter().map(block).collect()
}

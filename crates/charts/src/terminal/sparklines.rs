//! Several series over time, as one sparkline of block characters each, all on the same scale.

use super::{MAX_LABEL, WIDTH};
use crate::axis_domain;
use crate::chart::{Point, XyChart};
use crate::number;
use crate::text_width::{align_left, clean, truncate, width};

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A line for each series with its name, its sparkline and its least and greatest value; below them the first and the
/// last time.
pub fn lines(xy: &XyChart) -> Vec<String> {
    let mut times: Vec<f64> = xy.points.iter().filter_map(|point| point.x).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let names = xy.series_names();
    let widest = names.iter().map(|name| width(&clean(name))).max().unwrap_or(0).min(MAX_LABEL);
    let margin = names.iter().map(|name| width(&extent(xy, name))).max().unwrap_or(0);
    let columns = WIDTH.saturating_sub(widest + margin + 4).min(times.len()).max(1);
    let domain = axis_domain::domain(xy.points.iter().filter_map(|point| point.y));
    let line = |name: &&str| {
        let blocks = blocks(&points_of(xy, name), &times, columns, domain);
        truncate(&format!("{}  {blocks}  {}", align_left(&clean(name), widest), extent(xy, name)), WIDTH)
    };
    let mut lines: Vec<String> = names.iter().map(line).collect();
    let label = |time: Option<&f64>| {
        let point = xy.points.iter().find(|point| point.x.as_ref() == time);
        point.map_or(String::new(), |point| clean(&point.label))
    };
    let ends = format!("{}  {} … {}", " ".repeat(widest), label(times.first()), label(times.last()));
    lines.push(truncate(&ends, WIDTH));
    lines
}

fn points_of<'a>(xy: &'a XyChart, name: &str) -> Vec<&'a Point> {
    xy.points.iter().filter(|point| point.series.as_deref() == Some(name)).collect()
}

/// The least and the greatest value of a series.
fn extent(xy: &XyChart, name: &str) -> String {
    let (least, most) = axis_domain::extent(points_of(xy, name).iter().filter_map(|point| point.y));
    if least > most {
        return "no values".to_owned();
    }
    format!("{} … {}", number::format_tick(least), number::format_tick(most))
}

/// A block for each column, as high as the mean of the points in it. Columns without points are blank.
fn blocks(points: &[&Point], times: &[f64], columns: usize, domain: (f64, f64)) -> String {
    let mut sums = vec![(0.0, 0_u32); columns];
    for point in points {
        let (Some(x), Some(y)) = (point.x, point.y) else { continue };
        let at = times.partition_point(|time| *time < x) * columns / times.len().max(1);
        if let Some((sum, count)) = sums.get_mut(at) {
            *sum += y;
            *count += 1;
        }
    }
    let block = |(sum, count): &(f64, u32)| match count {
        0 => ' ',
        _ => {
            let at = (axis_domain::fraction(domain, sum / f64::from(*count)) * 7.0).round() as usize;
            BLOCKS.get(at).copied().unwrap_or(' ')
        }
    };
    sums.iter().map(block).collect()
}

//! Reduces a chart to as many labels, series and points as can be told apart. A note says what is left out or summed
//! up.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use crate::chart::{BarLayout, FieldType, Mark, Point, XyChart, unique};
use crate::intent::Intent;
use crate::number;

/// Labels that fit on one axis.
pub const MAX_LABELS: usize = 40;
/// Series, each of which needs a colour that can be told from the others.
const MAX_SERIES: usize = 10;
/// Points of a line chart or a scatter plot; more make the specification large and show no more.
const MAX_POINTS: usize = 1000;

/// The chart, reduced where it has more in it than can be read.
pub fn downsample(xy: XyChart, intent: Intent, notes: &mut Vec<String>) -> XyChart {
    let placed = drop_unplaced(xy, notes);
    // Where the least come first, they are what was asked for, and not the largest.
    let summable = intent.is_summable(&placed.measure) && placed.ranking() != Some(Ordering::Less);
    match placed.mark {
        Mark::Bar(_) => {
            let fewer = limit_names(placed, MAX_SERIES, summable, &BY_SERIES, notes);
            limit_names(fewer, MAX_LABELS, summable, &BY_LABEL, notes)
        }
        Mark::Rect => {
            let fewer = limit_names(placed, MAX_LABELS, false, &BY_SERIES, notes);
            limit_names(fewer, MAX_LABELS, false, &BY_LABEL, notes)
        }
        Mark::Line => downsample_line(limit_names(placed, MAX_SERIES, summable, &BY_SERIES, notes), notes),
        Mark::Point => {
            let fewer = limit_names(placed, MAX_SERIES, false, &BY_SERIES, notes);
            let is_labelled = matches!(fewer.x.field_type, FieldType::Nominal | FieldType::Ordinal);
            sample_points(
                if is_labelled { limit_names(fewer, MAX_LABELS, false, &BY_LABEL, notes) } else { fewer },
                notes,
            )
        }
        Mark::Arc => placed,
    }
}

/// Drops the points without a position on a temporal or quantitative axis.
fn drop_unplaced(mut xy: XyChart, notes: &mut Vec<String>) -> XyChart {
    if matches!(xy.x.field_type, FieldType::Temporal(_) | FieldType::Quantitative) {
        let before = xy.points.len();
        let pairs = xy.x.field_type == FieldType::Quantitative;
        xy.points.retain(|point| point.x.is_some() && (point.y.is_some() || !pairs));
        let left = before - xy.points.len();
        if left > 0 {
            let rows = if left == 1 { "1 row is" } else { &format!("{left} rows are") };
            let or = if pairs { format!(" or \"{}\"", xy.measure) } else { String::new() };
            notes.push(format!("{rows} not drawn: \"{}\"{or} is NULL, infinite or too large there", xy.x.title));
        }
    }
    xy
}

/// The property by which points are grouped: their label or their series.
struct PointKey {
    /// Whether the names are those of the x axis.
    is_label: bool,
    get: fn(&Point) -> Option<&str>,
    set: fn(&mut Point, String),
}

const BY_LABEL: PointKey =
    PointKey { is_label: true, get: |point| Some(&point.label), set: |point, name| point.label = name };
const BY_SERIES: PointKey =
    PointKey { is_label: false, get: |point| point.series.as_deref(), set: |point, name| point.series = Some(name) };

/// Keeps at most `limit` names. If the values may be added up, these are the largest and one for the sum of all others;
/// if not, the first in the query's order.
fn limit_names(mut xy: XyChart, limit: usize, summable: bool, key: &PointKey, notes: &mut Vec<String>) -> XyChart {
    let names = unique(xy.points.iter().filter_map(|point| (key.get)(point)));
    let count = names.len();
    if count <= limit {
        return xy;
    }
    let what = if key.is_label { &xy.x.title } else { xy.series.as_deref().unwrap_or("series") }.to_owned();
    if !summable {
        let kept: HashSet<String> = names.into_iter().take(limit).map(str::to_owned).collect();
        xy.points.retain(|point| (key.get)(point).is_some_and(|name| kept.contains(name)));
        notes.push(format!("the first {limit} of {count} values of \"{what}\" are drawn"));
        return xy;
    }
    let kept = largest(&xy.points, &names, limit - 1, key);
    let others = format!("({} others)", count - kept.len());
    let (mut points, rest): (Vec<Point>, Vec<Point>) =
        xy.points.into_iter().partition(|point| (key.get)(point).is_some_and(|name| kept.contains(name)));
    let sums = summed(rest, &others, key);
    let most = |points: &[Point]| points.iter().filter_map(|point| point.y).fold(0.0, f64::max);
    let stacked = xy.mark == Mark::Bar(BarLayout::Stacked);
    if !stacked && most(&sums) > 2.0 * most(&points) {
        // The sum is so large that the axis would leave no room for the other bars.
        let left = match sums.as_slice() {
            [sum] => format!("the rest sum to {}", number::format_short(sum.text.as_deref().unwrap_or_default())),
            _ => "the rest are left out".to_owned(),
        };
        notes.push(format!("the {} largest of {count} values of \"{what}\" are drawn; {left}", kept.len()));
        return XyChart { points, ..xy };
    }
    points.extend(sums);
    notes.push(format!(
        "the {} largest of {count} values of \"{what}\" are drawn; \"{others}\" is the sum of the rest",
        kept.len()
    ));
    XyChart { points, ..xy }
}

fn largest(points: &[Point], names: &[&str], limit: usize, key: &PointKey) -> HashSet<String> {
    let mut totals: HashMap<&str, f64> = HashMap::new();
    for point in points {
        if let Some(name) = (key.get)(point) {
            *totals.entry(name).or_default() += point.y.unwrap_or(0.0);
        }
    }
    let total = |name: &str| totals.get(name).copied().unwrap_or(0.0);
    let mut ranked = names.to_vec();
    // The sort is stable, so that names with equal totals stay in the query's order.
    ranked.sort_by(|a, b| total(b).total_cmp(&total(a)));
    ranked.into_iter().take(limit).map(str::to_owned).collect()
}

/// Gives all points this name, and adds up those that then have the same label and series.
fn summed(rest: Vec<Point>, name: &str, key: &PointKey) -> Vec<Point> {
    let mut sums: Vec<(Point, usize)> = Vec::new();
    let mut places: HashMap<(String, Option<String>), usize> = HashMap::new();
    for mut point in rest {
        (key.set)(&mut point, name.to_owned());
        let decimals = point.text.as_deref().map_or(0, number::decimals);
        let place = *places.entry((point.label.clone(), point.series.clone())).or_insert(sums.len());
        match sums.get_mut(place) {
            Some((sum, most)) => {
                sum.y = match (sum.y, point.y) {
                    (Some(a), Some(b)) => Some(a + b),
                    (a, b) => a.or(b),
                };
                *most = decimals.max(*most);
            }
            None => sums.push((point, decimals)),
        }
    }
    sums.into_iter()
        .map(|(point, decimals)| {
            // The sum is a double: more decimals would show digits that it does not hold.
            let text = point.y.map(|y| format!("{y:.*}", decimals.min(6)));
            Point { text, ..point }
        })
        .collect()
}

/// Keeps the highest and the lowest point of every bucket of a long line, so that spikes stay visible (min-max
/// downsampling).
fn downsample_line(mut xy: XyChart, notes: &mut Vec<String>) -> XyChart {
    let count = xy.points.len();
    if count <= MAX_POINTS {
        return xy;
    }
    let series = xy.series_names().len().max(1);
    let buckets = (MAX_POINTS / 2 / series).max(1);
    let mut lines: HashMap<Option<String>, Vec<usize>> = HashMap::new();
    for (at, point) in xy.points.iter().enumerate() {
        lines.entry(point.series.clone()).or_default().push(at);
    }
    let mut kept: HashSet<usize> = HashSet::new();
    for line in lines.values_mut() {
        line.sort_by(|a, b| x_of(&xy.points, *a).total_cmp(&x_of(&xy.points, *b)));
        for bucket in line.chunks(line.len().div_ceil(buckets)) {
            let height = |at: &&usize| xy.points.get(**at).and_then(|point| point.y);
            let placed = || bucket.iter().filter(|at| height(at).is_some());
            let by_height = |a: &&usize, b: &&usize| height(a).unwrap_or(0.0).total_cmp(&height(b).unwrap_or(0.0));
            kept.extend(placed().min_by(by_height));
            kept.extend(placed().max_by(by_height));
        }
    }
    let mut at = 0..;
    xy.points.retain(|_| at.next().is_some_and(|at: usize| kept.contains(&at)));
    notes.push(format!("{} of {count} points are drawn: the lowest and the highest of every stretch", xy.points.len()));
    xy
}

fn x_of(points: &[Point], at: usize) -> f64 {
    points.get(at).and_then(|point| point.x).unwrap_or(0.0)
}

/// Keeps an even sample of many points. They are picked by multiples of the golden ratio, which never fall in step with
/// a period in the rows, as picking every second row would.
fn sample_points(mut xy: XyChart, notes: &mut Vec<String>) -> XyChart {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let count = xy.points.len();
    if count > MAX_POINTS {
        let part = 0.98 * MAX_POINTS as f64 / count as f64;
        let mut at = 0_u32;
        xy.points.retain(|_| {
            at = at.wrapping_add(1);
            (f64::from(at) * GOLDEN).fract() < part
        });
        notes.push(format!("{} of {count} points are drawn: an even sample", xy.points.len()));
    }
    xy
}

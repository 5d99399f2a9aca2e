//! Less to draw where nobody could tell more apart. Whatever is left out or summed up is said in a note.

use std::collections::{HashMap, HashSet};

use super::intent::Wish;
use super::number;
use super::panel::{Bars, Mark, Plane, Point, Scale, unique};

/// Labels on one axis.
pub const LABELS: usize = 40;
/// Colours that can be told apart.
const SERIES: usize = 10;
/// Points of a line or a scatter plot.
const POINTS: usize = 1000;

/// The plane with no more in it than can be read.
pub fn reduce(plane: Plane, wish: Wish, notes: &mut Vec<String>) -> Plane {
    let placed = place(plane, notes);
    let summable = wish.is_summable(&placed.measure);
    match placed.mark {
        Mark::Bar(_) => {
            let fewer = keep(placed, SERIES, summable, &SERIES_OF, notes);
            keep(fewer, LABELS, summable, &LABEL_OF, notes)
        }
        Mark::Rect => {
            let fewer = keep(placed, LABELS, false, &SERIES_OF, notes);
            keep(fewer, LABELS, false, &LABEL_OF, notes)
        }
        Mark::Line => thin(keep(placed, SERIES, summable, &SERIES_OF, notes), notes),
        Mark::Point => {
            let fewer = keep(placed, SERIES, false, &SERIES_OF, notes);
            let is_labelled = matches!(fewer.x.scale, Scale::Label | Scale::Step);
            sample(if is_labelled { keep(fewer, LABELS, false, &LABEL_OF, notes) } else { fewer }, notes)
        }
        Mark::Arc => placed,
    }
}

/// Drops what has no place on a scale of time or numbers.
fn place(mut plane: Plane, notes: &mut Vec<String>) -> Plane {
    if matches!(plane.x.scale, Scale::Time(_) | Scale::Number) {
        let before = plane.points.len();
        let pairs = plane.x.scale == Scale::Number;
        plane.points.retain(|point| point.x.is_some() && (point.y.is_some() || !pairs));
        let left = before - plane.points.len();
        if left > 0 {
            let rows = if left == 1 { "1 row is" } else { &format!("{left} rows are") };
            let or = if pairs { format!(" or \"{}\"", plane.measure) } else { String::new() };
            notes.push(format!("{rows} not drawn: \"{}\"{or} is NULL, infinite or too large there", plane.x.title));
        }
    }
    plane
}

/// How points are told apart: reads the name, and sets another.
struct By {
    what: &'static str,
    get: fn(&Point) -> Option<&str>,
    set: fn(&mut Point, String),
}

const LABEL_OF: By = By { what: "labels", get: |point| Some(&point.label), set: |point, name| point.label = name };
const SERIES_OF: By =
    By { what: "series", get: |point| point.series.as_deref(), set: |point, name| point.series = Some(name) };

/// Keeps `limit` names: the largest, with the sum of the others, where values add up; else the first.
fn keep(mut plane: Plane, limit: usize, summable: bool, by: &By, notes: &mut Vec<String>) -> Plane {
    let names = unique(plane.points.iter().filter_map(|point| (by.get)(point)));
    let count = names.len();
    if count <= limit {
        return plane;
    }
    let what = if by.what == "labels" { &plane.x.title } else { plane.series.as_deref().unwrap_or(by.what) }.to_owned();
    if !summable {
        let kept: HashSet<String> = names.into_iter().take(limit).map(str::to_owned).collect();
        plane.points.retain(|point| (by.get)(point).is_some_and(|name| kept.contains(name)));
        notes.push(format!("the first {limit} of {count} values of \"{what}\" are drawn"));
        return plane;
    }
    let kept = largest(&plane.points, &names, limit - 1, by);
    let others = format!("({} others)", count - kept.len());
    let (mut points, rest): (Vec<Point>, Vec<Point>) =
        plane.points.into_iter().partition(|point| (by.get)(point).is_some_and(|name| kept.contains(name)));
    let sums = summed(rest, &others, by);
    let most = |points: &[Point]| points.iter().filter_map(|point| point.y).fold(0.0, f64::max);
    let stacked = plane.mark == Mark::Bar(Bars::Stacked);
    if !stacked && most(&sums) > 2.0 * most(&points) {
        // So much in one would leave the others no room.
        let left = match sums.as_slice() {
            [sum] => format!("the rest sum to {}", number::readable(sum.text.as_deref().unwrap_or_default())),
            _ => "the rest are left out".to_owned(),
        };
        notes.push(format!("the {} largest of {count} values of \"{what}\" are drawn; {left}", kept.len()));
        return Plane { points, ..plane };
    }
    points.extend(sums);
    notes.push(format!(
        "the {} largest of {count} values of \"{what}\" are drawn; \"{others}\" is the sum of the rest",
        kept.len()
    ));
    Plane { points, ..plane }
}

fn largest(points: &[Point], names: &[&str], limit: usize, by: &By) -> HashSet<String> {
    let mut totals: HashMap<&str, f64> = HashMap::new();
    for point in points {
        if let Some(name) = (by.get)(point) {
            *totals.entry(name).or_default() += point.y.unwrap_or(0.0);
        }
    }
    let total = |name: &str| totals.get(name).copied().unwrap_or(0.0);
    let mut ranked = names.to_vec();
    // Stable: of equals, the query's order decides.
    ranked.sort_by(|a, b| total(b).total_cmp(&total(a)));
    ranked.into_iter().take(limit).map(str::to_owned).collect()
}

/// Adds up what agrees in everything but the name that is given up.
fn summed(rest: Vec<Point>, name: &str, by: &By) -> Vec<Point> {
    let mut sums: Vec<(Point, usize)> = Vec::new();
    let mut places: HashMap<(String, Option<String>), usize> = HashMap::new();
    for mut point in rest {
        (by.set)(&mut point, name.to_owned());
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
            // Doubles show no more digits than they hold.
            let text = point.y.map(|y| format!("{y:.*}", decimals.min(6)));
            Point { text, ..point }
        })
        .collect()
}

/// Of long lines, the highest and the lowest point of every stretch: what stands out stays.
fn thin(mut plane: Plane, notes: &mut Vec<String>) -> Plane {
    let count = plane.points.len();
    if count <= POINTS {
        return plane;
    }
    let series = plane.series_names().len().max(1);
    let stretches = (POINTS / 2 / series).max(1);
    let mut lines: HashMap<Option<String>, Vec<usize>> = HashMap::new();
    for (at, point) in plane.points.iter().enumerate() {
        lines.entry(point.series.clone()).or_default().push(at);
    }
    let mut kept: HashSet<usize> = HashSet::new();
    for line in lines.values_mut() {
        line.sort_by(|a, b| order(&plane.points, *a).total_cmp(&order(&plane.points, *b)));
        for stretch in line.chunks(line.len().div_ceil(stretches)) {
            let height = |at: &&usize| plane.points.get(**at).and_then(|point| point.y);
            let placed = || stretch.iter().filter(|at| height(at).is_some());
            let by_height = |a: &&usize, b: &&usize| height(a).unwrap_or(0.0).total_cmp(&height(b).unwrap_or(0.0));
            kept.extend(placed().min_by(by_height));
            kept.extend(placed().max_by(by_height));
        }
    }
    let mut at = 0..;
    plane.points.retain(|_| at.next().is_some_and(|at: usize| kept.contains(&at)));
    notes.push(format!(
        "{} of {count} points are drawn: the lowest and the highest of every stretch",
        plane.points.len()
    ));
    plane
}

fn order(points: &[Point], at: usize) -> f64 {
    points.get(at).and_then(|point| point.x).unwrap_or(0.0)
}

/// Of many points, some: by multiples of the golden ratio, which keep to no period that the rows might have.
fn sample(mut plane: Plane, notes: &mut Vec<String>) -> Plane {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let count = plane.points.len();
    if count > POINTS {
        let part = 0.98 * POINTS as f64 / count as f64;
        let mut at = 0_u32;
        plane.points.retain(|_| {
            at = at.wrapping_add(1);
            (f64::from(at) * GOLDEN).fract() < part
        });
        notes.push(format!("{} of {count} points are drawn: an even sample", plane.points.len()));
    }
    plane
}

//! Points on two axes as marks and encodings of Vega-Lite.

use serde_json::{Map, Value, json};

use super::axis;
use super::field_names::{names, path, uninherited, unquoted};
use super::number;
use super::panel::{Bars, Mark, Plane, Point, Scale, unique};
use super::text_width;
use super::time_axis;
use super::timestamps::{self, Grain};

/// Lines with more points than this are drawn without dots.
const DOTS: usize = 100;
/// Integers that a double holds, as JavaScript knows no others.
const SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

pub fn mark_name(mark: Mark) -> &'static str {
    match mark {
        Mark::Bar(_) => "bar",
        Mark::Line => "line",
        Mark::Point => "point",
        Mark::Arc => "arc",
        Mark::Rect => "rect",
    }
}

/// The names of what a plane's rows hold.
struct Names {
    x: String,
    y: String,
    series: Option<String>,
    /// The measure's digits, where a double drops some.
    exact: Option<String>,
    /// For arcs and stacked bars: the place among the parts; for arcs, the part of the whole as text.
    row: String,
    part: String,
}

impl Names {
    fn of(plane: &Plane) -> Self {
        let measure = if plane.is_folded { "value" } else { &plane.measure };
        let exact = format!("{measure} (exact)");
        let mut titles = vec![plane.x.title.as_str(), measure, exact.as_str(), "row", "part"];
        titles.extend(plane.series.as_deref());
        let mut names = names(&titles).into_iter();
        let mut next = || names.next().unwrap_or_default();
        let (x, y, exact, row, part) = (next(), next(), next(), next(), next());
        let loses = |point: &Point| matches!((&point.text, point.y), (Some(text), Some(y)) if loses_digits(text, y));
        let exact = plane.points.iter().any(loses).then_some(exact);
        Self { x, y, series: plane.series.is_some().then(next), exact, row, part }
    }
}

/// Money and intervals are converted on purpose; a number should not change unseen.
fn loses_digits(text: &str, y: f64) -> bool {
    text.parse::<f64>().is_ok() && !number::is_exact(text, y)
}

/// One view.
pub fn plane(plane: &Plane) -> Value {
    let names = Names::of(plane);
    let mut data = json!({ "values": rows(plane, &names) });
    if let (Scale::Time(grain), Value::Object(data)) = (plane.x.scale, &mut data) {
        // Read as UTC and shown as UTC: the server's wall clock in every browser.
        let format = if grain == Grain::Instant { "utc:'%Y-%m-%dT%H:%M:%S.%L'" } else { "utc:'%Y-%m-%d'" };
        data.insert("format".to_owned(), json!({ "parse": { path(&names.x): format } }));
    }
    let mut view = match plane.mark {
        Mark::Bar(bars) => bar(plane, &names, bars),
        Mark::Line => line(plane, &names),
        Mark::Point => point(plane, &names),
        Mark::Arc => arc(plane, &names),
        Mark::Rect => rect(plane, &names),
    };
    if let Value::Object(view) = &mut view {
        view.insert("data".to_owned(), data);
        if let Some(Value::Object(encoding)) = view.get_mut("encoding") {
            encoding.insert("tooltip".to_owned(), tooltip(plane, &names));
        }
    }
    view
}

fn rows(plane: &Plane, names: &Names) -> Vec<Value> {
    let series = plane.series_names();
    let sum: f64 = plane.points.iter().filter_map(|point| point.y).sum();
    let row = |(at, point): (usize, &Point)| {
        let mut row = Map::new();
        let x = match (plane.x.scale, point.x) {
            (Scale::Time(grain), Some(x)) => json!(timestamps::iso(x as i64, grain)),
            (Scale::Number, Some(x)) => json_number(x),
            // Bars are stacked by label.
            _ if plane.mark == Mark::Bar(Bars::Stacked) => json!(uninherited(&point.label)),
            _ => json!(point.label),
        };
        row.insert(names.x.clone(), x);
        if let (Some(name), Some(series)) = (&names.series, &point.series) {
            row.insert(name.clone(), json!(series));
        }
        row.insert(names.y.clone(), point.y.map_or(Value::Null, json_number));
        if let Some(exact) = &names.exact {
            row.insert(exact.clone(), json!(point.text));
        }
        if plane.mark == Mark::Bar(Bars::Stacked) {
            let layer = series.iter().position(|name| Some(*name) == point.series.as_deref());
            row.insert(names.row.clone(), json!(layer));
        }
        if plane.mark == Mark::Arc {
            let percent = point.y.map_or(0.0, |y| y / sum * 100.0);
            // A thin slice has no room for a label.
            let part = if percent < 3.0 { String::new() } else { format!("{percent:.1}%") };
            row.extend([(names.row.clone(), json!(at + 1)), (names.part.clone(), json!(part))]);
        }
        Value::Object(row)
    };
    plane.points.iter().enumerate().map(row).collect()
}

fn json_number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= SAFE_INTEGER { json!(number as i64) } else { json!(number) }
}

fn tooltip(plane: &Plane, names: &Names) -> Value {
    let x = match plane.x.scale {
        Scale::Time(grain) => json!({
            "field": path(&names.x), "type": "temporal", "timeUnit": "utcyearmonthdatehoursminutesseconds",
            "format": time_axis::format(grain, 0.0), "title": unquoted(&plane.x.title)
        }),
        Scale::Number => json!({ "field": path(&names.x), "type": "quantitative", "title": unquoted(&plane.x.title) }),
        Scale::Label | Scale::Step => {
            json!({ "field": path(&names.x), "type": "nominal", "title": unquoted(&plane.x.title) })
        }
    };
    let mut shown = vec![x];
    if let (Some(name), Some(title)) = (&names.series, &plane.series) {
        shown.push(json!({ "field": path(name), "type": "nominal", "title": unquoted(title) }));
    }
    let (name, kind) = names.exact.as_ref().map_or((&names.y, "quantitative"), |exact| (exact, "nominal"));
    let title = if plane.is_folded { "value" } else { &plane.measure };
    shown.push(json!({ "field": path(name), "type": kind, "title": unquoted(title) }));
    json!(shown)
}

/// A discrete scale; null keeps the order of the values.
fn labels(name: &str, title: &str, order: Value) -> Value {
    json!({ "field": path(name), "type": "nominal", "sort": order, "title": unquoted(title) })
}

fn x_labels(plane: &Plane, names: &Names) -> Value {
    let first = unique(plane.points.iter().map(|point| point.label.as_str()));
    labels(&names.x, &plane.x.title, order(first, plane.labels()))
}

fn series_labels(plane: &Plane, names: &Names) -> Option<Value> {
    let (name, title) = (names.series.as_ref()?, plane.series.as_ref()?);
    let first = unique(plane.points.iter().filter_map(|point| point.series.as_deref()));
    Some(labels(name, title, order(first, plane.series_names())))
}

fn order(first: Vec<&str>, wanted: Vec<&str>) -> Value {
    if first == wanted { Value::Null } else { json!(wanted) }
}

fn measure(plane: &Plane, names: &Names) -> Value {
    let most = plane.points.iter().filter_map(|point| point.y).fold(0.0_f64, |most, y| most.max(y.abs()));
    let mut measure = json!({ "field": path(&names.y), "type": "quantitative", "title": unquoted(&plane.measure) });
    if let Value::Object(measure) = &mut measure {
        if most >= 1e15 || most > 0.0 && most < 1e-4 {
            measure.insert("axis".to_owned(), json!({ "format": ".3~e" }));
        } else if most >= 1e9 {
            measure.insert("axis".to_owned(), json!({ "format": ".4~s" }));
        }
        if matches!(plane.mark, Mark::Line | Mark::Point) {
            let zero = axis::with_zero(plane.points.iter().filter_map(|point| point.y));
            measure.insert("scale".to_owned(), json!({ "zero": zero }));
        }
    }
    measure
}

fn color(plane: &Plane, names: &Names) -> Option<(String, Value)> {
    Some(("color".to_owned(), series_labels(plane, names)?))
}

fn bar(plane: &Plane, names: &Names, bars: Bars) -> Value {
    let upright = plane.x.scale == Scale::Step;
    let mut label = x_labels(plane, names);
    let grouped = names.series.is_some() && bars == Bars::Grouped;
    if let (true, Value::Object(label)) = (upright, &mut label) {
        label.insert("axis".to_owned(), upright_labels(plane, if grouped { 8 } else { 3 }));
    }
    let mut measure = measure(plane, names);
    if let Value::Object(measure) = &mut measure {
        measure.insert("stack".to_owned(), if bars == Bars::Stacked { json!("zero") } else { Value::Null });
        let scaled = json!({ "tickCount": 7 });
        match measure.get_mut("axis") {
            Some(Value::Object(axis)) => axis.extend([("tickCount".to_owned(), json!(7))]),
            _ => measure.extend([("axis".to_owned(), scaled)]),
        }
    }
    let (across, along, offset) = if upright { ("x", "y", "xOffset") } else { ("y", "x", "yOffset") };
    let mut encoding = Map::new();
    encoding.insert(across.to_owned(), label);
    encoding.insert(along.to_owned(), measure);
    encoding.extend(color(plane, names));
    if bars == Bars::Stacked {
        encoding.insert("order".to_owned(), json!({ "field": path(&names.row), "type": "quantitative" }));
    }
    if let Some(Value::Object(series)) = series_labels(plane, names).filter(|_| grouped) {
        let offset_by = series.into_iter().filter(|(key, _)| key != "title");
        encoding.insert(offset.to_owned(), offset_by.collect::<Map<_, _>>().into());
    }
    let step = json!({ "step": if grouped { 14 } else { 22 } });
    let (width, height) = if upright { (step, json!(300)) } else { (json!(480), step) };
    json!({ "width": width, "height": height, "mark": { "type": "bar", "invalid": "show" }, "encoding": encoding })
}

fn line(plane: &Plane, names: &Names) -> Value {
    let dots = plane.points.len() <= DOTS;
    let x = match plane.x.scale {
        Scale::Time(grain) => time(plane, names, grain),
        _ => x_labels(plane, names),
    };
    let mut encoding = Map::new();
    encoding.insert("x".to_owned(), x);
    encoding.insert("y".to_owned(), measure(plane, names));
    encoding.extend(color(plane, names));
    json!({ "width": 600, "height": 320, "mark": { "type": "line", "point": dots }, "encoding": encoding })
}

fn point(plane: &Plane, names: &Names) -> Value {
    let mut encoding = Map::new();
    let mut height = json!(360);
    match plane.x.scale {
        // Labels are read best beside each other's rows.
        Scale::Label | Scale::Step => {
            encoding.insert("y".to_owned(), x_labels(plane, names));
            encoding.insert("x".to_owned(), measure(plane, names));
            height = json!({ "step": 22 });
        }
        Scale::Time(grain) => {
            encoding.insert("x".to_owned(), time(plane, names, grain));
            encoding.insert("y".to_owned(), measure(plane, names));
        }
        Scale::Number => {
            let zero = axis::with_zero(plane.points.iter().filter_map(|point| point.x));
            let x = json!({
                "field": path(&names.x), "type": "quantitative", "title": unquoted(&plane.x.title), "scale": { "zero": zero }
            });
            encoding.insert("x".to_owned(), x);
            encoding.insert("y".to_owned(), measure(plane, names));
        }
    }
    encoding.extend(color(plane, names));
    json!({ "width": 480, "height": height, "mark": { "type": "point", "filled": true, "opacity": 0.6 }, "encoding": encoding })
}

fn arc(plane: &Plane, names: &Names) -> Value {
    json!({
        "width": 300,
        "height": 300,
        "encoding": {
            "theta": { "field": path(&names.y), "type": "quantitative", "stack": true, "title": unquoted(&plane.measure) },
            "color": x_labels(plane, names),
            "order": { "field": path(&names.row), "type": "quantitative" }
        },
        "layer": [
            { "mark": { "type": "arc", "outerRadius": 120, "stroke": "white" } },
            {
                "mark": { "type": "text", "radius": 142 },
                "encoding": {
                    "text": { "field": path(&names.part), "type": "nominal" }, "color": { "value": "#333" },
                    "detail": { "field": path(&names.x), "type": "nominal" }
                }
            }
        ]
    })
}

fn rect(plane: &Plane, names: &Names) -> Value {
    let below = plane.points.iter().filter_map(|point| point.y).any(|y| y < 0.0);
    let scale = if below { json!({ "scheme": "blueorange", "domainMid": 0 }) } else { json!({ "scheme": "blues" }) };
    let mut color = measure(plane, names);
    if let Value::Object(color) = &mut color {
        color.remove("axis");
        color.insert("scale".to_owned(), scale);
    }
    let mut x = x_labels(plane, names);
    if let Value::Object(x) = &mut x {
        x.insert("axis".to_owned(), upright_labels(plane, 3));
    }
    json!({
        "width": { "step": 26 },
        "height": { "step": 22 },
        "mark": { "type": "rect" },
        "encoding": { "x": x, "y": series_labels(plane, names), "color": color }
    })
}

/// Labels below an axis lie where they are short enough.
fn upright_labels(plane: &Plane, room: usize) -> Value {
    let widest = plane.labels().iter().map(|label| text_width::of(label)).max().unwrap_or(0);
    json!({ "labelAngle": if widest <= room { 0 } else { -45 }, "labelOverlap": false })
}

fn time(plane: &Plane, names: &Names, grain: Grain) -> Value {
    let (from, to) = axis::range(plane.points.iter().filter_map(|point| point.x));
    let mut channel = time_axis::channel(grain, (to - from).max(0.0) / 86_400_000.0);
    if let Value::Object(channel) = &mut channel {
        channel.insert("field".to_owned(), json!(path(&names.x)));
        channel.insert("title".to_owned(), json!(unquoted(&plane.x.title)));
    }
    channel
}

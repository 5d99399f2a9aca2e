//! An x-y chart as a Vega-Lite view: one function for each mark.

use serde_json::{Map, Value, json};

use super::channels::{color, labels_below_axis, measure, series_labels, time, tooltip, x_labels};
use super::data_rows::{RowFields, rows};
use super::field_names::{field_path, unquoted};
use crate::axis_domain;
use crate::chart::{BarLayout, FieldType, Mark, XyChart};
use crate::timestamps::Granularity;

/// Lines with more points than this are drawn without a dot at each point.
const MAX_DOTS: usize = 100;

/// The view with its data.
pub fn view(xy: &XyChart) -> Value {
    let fields = RowFields::of(xy);
    let mut data = json!({ "values": rows(xy, &fields) });
    if let (FieldType::Temporal(granularity), Value::Object(data)) = (xy.x.field_type, &mut data) {
        // Times are read and shown as UTC, so that every browser shows the wall clock of the session's time zone.
        let format = if granularity == Granularity::Instant { "utc:'%Y-%m-%dT%H:%M:%S.%L'" } else { "utc:'%Y-%m-%d'" };
        data.insert("format".to_owned(), json!({ "parse": { field_path(&fields.x): format } }));
    }
    let mut view = match xy.mark {
        Mark::Bar(layout) => bar(xy, &fields, layout),
        Mark::Line => line(xy, &fields),
        Mark::Point => point(xy, &fields),
        Mark::Arc => arc(xy, &fields),
        Mark::Rect => rect(xy, &fields),
    };
    if let Value::Object(view) = &mut view {
        view.insert("data".to_owned(), data);
        if let Some(Value::Object(encoding)) = view.get_mut("encoding") {
            encoding.insert("tooltip".to_owned(), tooltip(xy, &fields));
        }
    }
    view
}

fn bar(xy: &XyChart, fields: &RowFields, layout: BarLayout) -> Value {
    let is_vertical = xy.x.field_type == FieldType::Ordinal;
    let mut label = x_labels(xy, fields);
    let grouped = fields.series.is_some() && layout == BarLayout::Grouped;
    if let (true, Value::Object(label)) = (is_vertical, &mut label) {
        label.insert("axis".to_owned(), labels_below_axis(xy, if grouped { 8 } else { 3 }));
    }
    let mut measure = measure(xy, fields);
    if let Value::Object(measure) = &mut measure {
        measure.insert("stack".to_owned(), if layout == BarLayout::Stacked { json!("zero") } else { Value::Null });
        let scaled = json!({ "tickCount": 7 });
        match measure.get_mut("axis") {
            Some(Value::Object(axis)) => axis.extend([("tickCount".to_owned(), json!(7))]),
            _ => measure.extend([("axis".to_owned(), scaled)]),
        }
    }
    let (across, along, offset) = if is_vertical { ("x", "y", "xOffset") } else { ("y", "x", "yOffset") };
    let mut encoding = Map::new();
    encoding.insert(across.to_owned(), label);
    encoding.insert(along.to_owned(), measure);
    encoding.extend(color(xy, fields));
    if layout == BarLayout::Stacked {
        encoding.insert("order".to_owned(), json!({ "field": field_path(&fields.row), "type": "quantitative" }));
    }
    if let Some(Value::Object(series)) = series_labels(xy, fields).filter(|_| grouped) {
        let offset_by = series.into_iter().filter(|(key, _)| key != "title");
        encoding.insert(offset.to_owned(), offset_by.collect::<Map<_, _>>().into());
    }
    let step = json!({ "step": if grouped { 14 } else { 22 } });
    let (width, height) = if is_vertical { (step, json!(300)) } else { (json!(480), step) };
    json!({ "width": width, "height": height, "mark": { "type": "bar", "invalid": "show" }, "encoding": encoding })
}

fn line(xy: &XyChart, fields: &RowFields) -> Value {
    let dots = xy.points.len() <= MAX_DOTS;
    let x = match xy.x.field_type {
        FieldType::Temporal(granularity) => time(xy, fields, granularity),
        _ => x_labels(xy, fields),
    };
    let mut encoding = Map::new();
    encoding.insert("x".to_owned(), x);
    encoding.insert("y".to_owned(), measure(xy, fields));
    encoding.extend(color(xy, fields));
    json!({ "width": 600, "height": 320, "mark": { "type": "line", "point": dots }, "encoding": encoding })
}

fn point(xy: &XyChart, fields: &RowFields) -> Value {
    let mut encoding = Map::new();
    let mut height = json!(360);
    match xy.x.field_type {
        // Labels stand on the y axis, where they need not be slanted.
        FieldType::Nominal | FieldType::Ordinal => {
            encoding.insert("y".to_owned(), x_labels(xy, fields));
            encoding.insert("x".to_owned(), measure(xy, fields));
            height = json!({ "step": 22 });
        }
        FieldType::Temporal(granularity) => {
            encoding.insert("x".to_owned(), time(xy, fields, granularity));
            encoding.insert("y".to_owned(), measure(xy, fields));
        }
        FieldType::Quantitative => {
            let zero = axis_domain::includes_zero(xy.points.iter().filter_map(|point| point.x));
            let x = json!({
                "field": field_path(&fields.x), "type": "quantitative", "title": unquoted(&xy.x.title), "scale": { "zero": zero }
            });
            encoding.insert("x".to_owned(), x);
            encoding.insert("y".to_owned(), measure(xy, fields));
        }
    }
    encoding.extend(color(xy, fields));
    json!({ "width": 480, "height": height, "mark": { "type": "point", "filled": true, "opacity": 0.6 }, "encoding": encoding })
}

fn arc(xy: &XyChart, fields: &RowFields) -> Value {
    json!({
        "width": 300,
        "height": 300,
        "encoding": {
            "theta": { "field": field_path(&fields.y), "type": "quantitative", "stack": true, "title": unquoted(&xy.measure) },
            "color": x_labels(xy, fields),
            "order": { "field": field_path(&fields.row), "type": "quantitative" }
        },
        "layer": [
            { "mark": { "type": "arc", "outerRadius": 120, "stroke": "white" } },
            {
                "mark": { "type": "text", "radius": 142 },
                "encoding": {
                    "text": { "field": field_path(&fields.part), "type": "nominal" }, "color": { "value": "#333" },
                    "detail": { "field": field_path(&fields.x), "type": "nominal" }
                }
            }
        ]
    })
}

fn rect(xy: &XyChart, fields: &RowFields) -> Value {
    let below = xy.points.iter().filter_map(|point| point.y).any(|y| y < 0.0);
    let scale = if below { json!({ "scheme": "blueorange", "domainMid": 0 }) } else { json!({ "scheme": "blues" }) };
    let mut color = measure(xy, fields);
    if let Value::Object(color) = &mut color {
        color.remove("axis");
        color.insert("scale".to_owned(), scale);
    }
    let mut x = x_labels(xy, fields);
    if let Value::Object(x) = &mut x {
        x.insert("axis".to_owned(), labels_below_axis(xy, 3));
    }
    json!({
        "width": { "step": 26 },
        "height": { "step": 22 },
        "mark": { "type": "rect" },
        "encoding": { "x": x, "y": series_labels(xy, fields), "color": color }
    })
}

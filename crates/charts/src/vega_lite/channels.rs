//! The encoding channels of an x-y chart: how its fields are mapped to axes, colours and tooltips.

use serde_json::{Value, json};

use super::data_rows::RowFields;
use super::field_names::{field_path, unquoted};
use super::time_axis;
use crate::axis_domain;
use crate::chart::{FieldType, Mark, XyChart, unique};
use crate::text_width::width;
use crate::timestamps::Granularity;

/// Measures at least as large are written with SI prefixes, as their digits would fill the axis.
const SI_PREFIXES_FROM: f64 = 1e9;
/// Measures at least as large, or smaller than this, are written with exponents.
const EXPONENTS_FROM: f64 = 1e15;
const EXPONENTS_BELOW: f64 = 1e-4;

/// A channel with a discrete scale. An `order` of null keeps the order in which the labels occur in the data.
fn labels(name: &str, title: &str, order: Value) -> Value {
    json!({ "field": field_path(name), "type": "nominal", "sort": order, "title": unquoted(title) })
}

/// The channel of the x values as labels.
pub fn x_labels(xy: &XyChart, fields: &RowFields) -> Value {
    let first = unique(xy.points.iter().map(|point| point.label.as_str()));
    labels(&fields.x, &xy.x.title, order(first, xy.labels()))
}

/// The channel of the series, if there are any.
pub fn series_labels(xy: &XyChart, fields: &RowFields) -> Option<Value> {
    let (name, title) = (fields.series.as_ref()?, xy.series.as_ref()?);
    let first = unique(xy.points.iter().filter_map(|point| point.series.as_deref()));
    Some(labels(name, title, order(first, xy.series_names())))
}

/// The order of a discrete scale, which need not be given if it is that of the data.
fn order(first: Vec<&str>, wanted: Vec<&str>) -> Value {
    if first == wanted { Value::Null } else { json!(wanted) }
}

/// The channel of the x values as times.
pub fn time(xy: &XyChart, fields: &RowFields, granularity: Granularity) -> Value {
    let (from, to) = axis_domain::extent(xy.points.iter().filter_map(|point| point.x));
    let mut channel = time_axis::channel(granularity, (to - from).max(0.0) / 86_400_000.0);
    if let Value::Object(channel) = &mut channel {
        channel.insert("field".to_owned(), json!(field_path(&fields.x)));
        channel.insert("title".to_owned(), json!(unquoted(&xy.x.title)));
    }
    channel
}

/// The channel of the measure.
pub fn measure(xy: &XyChart, fields: &RowFields) -> Value {
    let most = xy.points.iter().filter_map(|point| point.y).fold(0.0_f64, |most, y| most.max(y.abs()));
    let mut measure = json!({ "field": field_path(&fields.y), "type": "quantitative", "title": unquoted(&xy.measure) });
    if let Value::Object(measure) = &mut measure {
        if most >= EXPONENTS_FROM || most > 0.0 && most < EXPONENTS_BELOW {
            measure.insert("axis".to_owned(), json!({ "format": ".3~e" }));
        } else if most >= SI_PREFIXES_FROM {
            measure.insert("axis".to_owned(), json!({ "format": ".4~s" }));
        }
        if matches!(xy.mark, Mark::Line | Mark::Point) {
            let zero = axis_domain::includes_zero(xy.points.iter().filter_map(|point| point.y));
            measure.insert("scale".to_owned(), json!({ "zero": zero }));
        }
    }
    measure
}

/// The colour channel, if there are series.
pub fn color(xy: &XyChart, fields: &RowFields) -> Option<(String, Value)> {
    Some(("color".to_owned(), series_labels(xy, fields)?))
}

/// The tooltip channel: the x value, the series and the measure.
pub fn tooltip(xy: &XyChart, fields: &RowFields) -> Value {
    let x = match xy.x.field_type {
        FieldType::Temporal(granularity) => json!({
            "field": field_path(&fields.x), "type": "temporal", "timeUnit": "utcyearmonthdatehoursminutesseconds",
            "format": time_axis::format(granularity, 0.0), "title": unquoted(&xy.x.title)
        }),
        FieldType::Quantitative => {
            json!({ "field": field_path(&fields.x), "type": "quantitative", "title": unquoted(&xy.x.title) })
        }
        FieldType::Nominal | FieldType::Ordinal => {
            json!({ "field": field_path(&fields.x), "type": "nominal", "title": unquoted(&xy.x.title) })
        }
    };
    let mut shown = vec![x];
    if let (Some(name), Some(title)) = (&fields.series, &xy.series) {
        shown.push(json!({ "field": field_path(name), "type": "nominal", "title": unquoted(title) }));
    }
    let (name, field_type) = fields.exact.as_ref().map_or((&fields.y, "quantitative"), |exact| (exact, "nominal"));
    let title = if xy.is_folded { "value" } else { &xy.measure };
    shown.push(json!({ "field": field_path(name), "type": field_type, "title": unquoted(title) }));
    json!(shown)
}

/// The labels below an x axis: horizontal if all are at most `room` characters wide, else slanted.
pub fn labels_below_axis(xy: &XyChart, room: usize) -> Value {
    let widest = xy.labels().iter().map(|label| width(label)).max().unwrap_or(0);
    json!({ "labelAngle": if widest <= room { 0 } else { -45 }, "labelOverlap": false })
}

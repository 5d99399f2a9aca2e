//! Renders a chart as a Vega-Lite v5 specification.
//!
//! The data is part of the specification, under the names of its columns. Nothing is ever loaded: the only URL in it is
//! that of Vega-Lite's schema.

mod channels;
mod data_rows;
mod data_table;
mod field_names;
mod kpis;
mod time_axis;
mod xy_chart;

use serde_json::{Map, Value, json};

use crate::chart::{Chart, Mark, Panel};
use crate::text_width::{clean, wrap};

const SCHEMA: &str = "https://vega.github.io/schema/vega-lite/v5.json";
/// The title and the notes are broken into lines of so many characters.
const TITLE_WIDTH: usize = 70;
const NOTE_WIDTH: usize = 100;

/// The specification, with the question as its title and the notes as its subtitle. `usermeta` tells programs which
/// mark was chosen, how many rows the result has, and the notes.
pub fn specification(chart: &Chart) -> Value {
    let mut panels: Vec<Value> = chart.panels.iter().map(view).collect();
    let body = if panels.len() == 1 { panels.remove(0) } else { json!({ "vconcat": panels }) };
    let mut specification = Map::new();
    let marks: Vec<&str> = chart.panels.iter().map(mark_name).collect();
    let descriptions: Vec<String> = chart.panels.iter().map(describe).collect();
    let description = descriptions.iter().chain(&chart.notes).map(|part| clean(part)).collect::<Vec<_>>().join(". ");
    specification.insert("$schema".to_owned(), json!(SCHEMA));
    specification.insert("description".to_owned(), json!(description));
    if let Some(title) = title(&chart.question, &chart.notes) {
        specification.insert("title".to_owned(), title);
    }
    if let Value::Object(body) = body {
        specification.extend(body);
    }
    specification.insert("config".to_owned(), config());
    let metadata = json!({ "mark": marks.first(), "rows": chart.row_count, "notes": chart.notes });
    specification.insert("usermeta".to_owned(), json!({ "nl2sql": metadata }));
    Value::Object(specification)
}

fn title(question: &str, notes: &[String]) -> Option<Value> {
    let lines: Vec<String> =
        wrap(&clean(question), TITLE_WIDTH, 3).iter().map(|line| field_names::not_inherited(line)).collect();
    let notes: Vec<String> = notes.iter().flat_map(|note| wrap(&clean(note), NOTE_WIDTH, 2)).collect();
    match (lines.is_empty(), notes.is_empty()) {
        (true, true) => None,
        (true, false) => Some(json!({ "text": notes, "fontWeight": "normal", "fontSize": 11 })),
        (false, true) => Some(json!(lines)),
        (false, false) => Some(json!({ "text": lines, "subtitle": notes })),
    }
}

fn config() -> Value {
    json!({
        "view": { "stroke": null },
        "title": { "anchor": "start", "frame": "group", "offset": 14, "subtitleColor": "#666", "subtitlePadding": 6 },
        "axis": { "labelLimit": 300, "titleLimit": 420, "maxExtent": 340 },
        "legend": { "labelLimit": 180, "titleLimit": 180 }
    })
}

/// A panel as a view.
fn view(panel: &Panel) -> Value {
    match panel {
        Panel::Message(text) => json!({
            "width": 400, "height": 60, "data": { "values": [{}] },
            "mark": { "type": "text", "text": text, "fontSize": 16, "color": "#666" }
        }),
        Panel::Kpis(kpis) => kpis::view(kpis),
        Panel::Xy(xy) => xy_chart::view(xy),
        Panel::Table(table) => data_table::view(table),
    }
}

fn mark_name(panel: &Panel) -> &'static str {
    match panel {
        Panel::Message(_) | Panel::Kpis(_) => "text",
        Panel::Table(_) => "table",
        Panel::Xy(xy) => match xy.mark {
            Mark::Bar(_) => "bar",
            Mark::Line => "line",
            Mark::Point => "point",
            Mark::Arc => "arc",
            Mark::Rect => "rect",
        },
    }
}

/// What the panel shows, for screen readers.
fn describe(panel: &Panel) -> String {
    match panel {
        Panel::Message(text) => text.clone(),
        Panel::Kpis(kpis) => {
            kpis.iter().map(|kpi| format!("{}: {}", kpi.name, kpi.value)).collect::<Vec<_>>().join(", ")
        }
        Panel::Table(table) => {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            format!("Table of {}", names.join(", "))
        }
        Panel::Xy(xy) => {
            let kind = match xy.mark {
                Mark::Bar(_) => "Bar chart",
                Mark::Line => "Line chart",
                Mark::Point => "Scatter plot",
                Mark::Arc => "Pie chart",
                Mark::Rect => "Heatmap",
            };
            let series = xy.series.as_ref().map_or(String::new(), |series| format!(" and {series}"));
            format!("{kind} of {} by {}{series}", xy.measure, xy.x.title)
        }
    }
}

//! A drawing as a Vega-Lite v5 specification that carries its own values.
//!
//! Values keep the names of their columns, escaped wherever Vega-Lite reads a path. It never loads anything: no URL in it
//! but the schema's.

use serde_json::{Map, Value, json};

use super::encoding;
use super::field_names;
use super::number;
use super::panel::{Drawing, Figure, Grid, Mark, Panel};
use super::text_width::{clean, wrap};

const SCHEMA: &str = "https://vega.github.io/schema/vega-lite/v5.json";
/// Characters of a title's or a note's line.
const TITLE: usize = 70;
const NOTE: usize = 100;
/// A character of a grid in pixels, and the columns it may take.
const CHARACTER: usize = 7;
const CELL: usize = 48;

/// The specification; `question` is its title.
pub fn specification(question: &str, drawing: &Drawing) -> Value {
    let mut panels: Vec<Value> = drawing.panels.iter().map(panel).collect();
    let body = if panels.len() == 1 { panels.remove(0) } else { json!({ "vconcat": panels }) };
    let mut specification = Map::new();
    let marks: Vec<&str> = drawing.panels.iter().map(mark_name).collect();
    let named: Vec<String> = drawing.panels.iter().map(describe).collect();
    let description = named.iter().chain(&drawing.notes).map(|part| clean(part)).collect::<Vec<_>>().join(". ");
    specification.insert("$schema".to_owned(), json!(SCHEMA));
    specification.insert("description".to_owned(), json!(description));
    if let Some(title) = title(question, &drawing.notes) {
        specification.insert("title".to_owned(), title);
    }
    if let Value::Object(body) = body {
        specification.extend(body);
    }
    specification.insert("config".to_owned(), config());
    let about = json!({ "mark": marks.first(), "rows": drawing.rows, "notes": drawing.notes });
    specification.insert("usermeta".to_owned(), json!({ "nl2sql": about }));
    Value::Object(specification)
}

fn title(question: &str, notes: &[String]) -> Option<Value> {
    let lines: Vec<String> =
        wrap(&clean(question), TITLE, 3).iter().map(|line| field_names::uninherited(line)).collect();
    let notes: Vec<String> = notes.iter().flat_map(|note| wrap(&clean(note), NOTE, 2)).collect();
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

fn panel(panel: &Panel) -> Value {
    match panel {
        Panel::Message(text) => json!({
            "width": 400, "height": 60, "data": { "values": [{}] },
            "mark": { "type": "text", "text": text, "fontSize": 16, "color": "#666" }
        }),
        Panel::Figures(figures) => figures_specification(figures),
        Panel::Plane(plane) => encoding::plane(plane),
        Panel::Grid(grid) => grid_specification(grid),
    }
}

pub fn mark_name(panel: &Panel) -> &'static str {
    match panel {
        Panel::Message(_) | Panel::Figures(_) => "text",
        Panel::Grid(_) => "table",
        Panel::Plane(plane) => encoding::mark_name(plane.mark),
    }
}

/// What the drawing shows, for those who don't see it.
fn describe(panel: &Panel) -> String {
    match panel {
        Panel::Message(text) => text.clone(),
        Panel::Figures(figures) => {
            figures.iter().map(|figure| format!("{}: {}", figure.name, figure.value)).collect::<Vec<_>>().join(", ")
        }
        Panel::Grid(grid) => {
            // Vega-Lite has no mark for it.
            let names: Vec<&str> = grid.columns.iter().map(|column| column.name.as_str()).collect();
            format!("Table of {}", names.join(", "))
        }
        Panel::Plane(plane) => {
            let kind = match plane.mark {
                Mark::Bar(_) => "Bar chart",
                Mark::Line => "Line chart",
                Mark::Point => "Scatter plot",
                Mark::Arc => "Pie chart",
                Mark::Rect => "Heatmap",
            };
            let series = plane.series.as_ref().map_or(String::new(), |series| format!(" and {series}"));
            format!("{kind} of {} by {}{series}", plane.measure, plane.x.title)
        }
    }
}

/// Each value large, its name below it.
fn figures_specification(figures: &[Figure]) -> Value {
    let values: Vec<Value> = figures
        .iter()
        .enumerate()
        .map(|(at, figure)| {
            let shown = if figure.is_number { number::headline(&figure.value) } else { clean(&figure.value) };
            json!({ "row": at, "name": clean(&figure.name), "value": figure.value, "shown": shown })
        })
        .collect();
    let large = if figures.len() == 1 { 48 } else { 26 };
    json!({
        "width": 480,
        "height": { "step": large + 34 },
        "data": { "values": values },
        "encoding": {
            "y": { "field": "row", "type": "ordinal", "axis": null },
            "tooltip": [{ "field": "name", "type": "nominal" }, { "field": "value", "type": "nominal" }]
        },
        "layer": [
            {
                "mark": { "type": "text", "align": "left", "x": 0, "fontSize": large, "limit": 480, "dy": -6 },
                "encoding": { "text": { "field": "shown", "type": "nominal" } }
            },
            {
                "mark": {
                    "type": "text", "align": "left", "x": 0, "fontSize": 13, "limit": 480, "color": "#666", "dy": large / 2 + 6
                },
                "encoding": { "text": { "field": "name", "type": "nominal" } }
            }
        ]
    })
}

/// Rows of text, one text mark a column.
fn grid_specification(grid: &Grid) -> Value {
    let keys = field_names::names(&grid.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>());
    let mut taken = keys.iter().cloned().collect();
    let row_name = super::field::untaken("row", &mut taken);
    let shown = |text: &Option<String>| clean(text.as_deref().unwrap_or("null"));
    let values: Vec<Value> = grid
        .rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let mut object = Map::new();
            object.insert(row_name.clone(), json!(at + 1));
            object.extend(keys.iter().zip(row).map(|(name, value)| (name.clone(), json!(value))));
            Value::Object(object)
        })
        .collect();
    let mut layers = vec![json!({
        "data": { "values": [{}] },
        "mark": { "type": "rule", "x": 0, "x2": "width", "y": 0, "y2": 0, "color": "#888" },
        "encoding": {}
    })];
    let mut left = 0;
    for (at, (column, name)) in grid.columns.iter().zip(&keys).enumerate() {
        let cells = grid.rows.iter().filter_map(|row| row.get(at)).map(|value| super::text_width::of(&shown(value)));
        let widest =
            cells.chain([super::text_width::of(&clean(&column.name))]).max().unwrap_or(0).clamp(4, CELL) * CHARACTER;
        let (align, x) = if column.is_number { ("right", left + widest) } else { ("left", left) };
        let text = json!({ "type": "text", "align": align, "x": x, "limit": widest + CHARACTER, "font": "monospace", "fontSize": 11 });
        let mut heading = text.clone();
        if let Value::Object(heading) = &mut heading {
            heading.extend([
                ("text".to_owned(), json!(field_names::uninherited(&clean(&column.name)))),
                ("y".to_owned(), json!(-10)),
                ("fontWeight".to_owned(), json!("bold")),
            ]);
        }
        layers.push(json!({ "data": { "values": [{}] }, "mark": heading }));
        layers.push(json!({
            "mark": text,
            "encoding": {
                "y": { "field": field_names::path(&row_name), "type": "ordinal", "axis": null },
                "text": { "field": field_names::path(name), "type": "nominal" }
            }
        }));
        left += widest + 3 * CHARACTER;
    }
    json!({ "width": left, "height": { "step": 18 }, "data": { "values": values }, "layer": layers })
}

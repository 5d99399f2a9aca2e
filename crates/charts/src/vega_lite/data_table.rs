//! A table as a Vega-Lite view. Vega-Lite has no mark for tables, so each column is a text mark.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::field_names;
use crate::chart::DataTable;
use crate::field::unique_name;
use crate::text_width::{clean, width};

/// The width of a character in pixels, for a monospaced font of size 11.
const CHARACTER_PIXELS: usize = 7;
/// Longer cells are cut to this many characters.
const MAX_CELL: usize = 48;

/// A view with a rule and, for each column, a layer for the header and one for the cells.
pub fn view(table: &DataTable) -> Value {
    let keys = field_names::unique_names(&table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>());
    let mut taken: HashSet<String> = keys.iter().cloned().collect();
    let row_name = unique_name("row", &mut taken);
    let shown = |text: &Option<String>| clean(text.as_deref().unwrap_or("null"));
    let values: Vec<Value> = table
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
    for (at, (column, name)) in table.columns.iter().zip(&keys).enumerate() {
        let cells = table.rows.iter().filter_map(|row| row.get(at)).map(|value| width(&shown(value)));
        let widest =
            cells.chain([width(&clean(&column.name))]).max().unwrap_or(0).clamp(4, MAX_CELL) * CHARACTER_PIXELS;
        let (align, x) = if column.is_number { ("right", left + widest) } else { ("left", left) };
        let text = json!({ "type": "text", "align": align, "x": x, "limit": widest + CHARACTER_PIXELS, "font": "monospace", "fontSize": 11 });
        let mut heading = text.clone();
        if let Value::Object(heading) = &mut heading {
            heading.extend([
                ("text".to_owned(), json!(field_names::not_inherited(&clean(&column.name)))),
                ("y".to_owned(), json!(-10)),
                ("fontWeight".to_owned(), json!("bold")),
            ]);
        }
        layers.push(json!({ "data": { "values": [{}] }, "mark": heading }));
        layers.push(json!({
            "mark": text,
            "encoding": {
                "y": { "field": field_names::field_path(&row_name), "type": "ordinal", "axis": null },
                "text": { "field": field_names::field_path(name), "type": "nominal" }
            }
        }));
        left += widest + 3 * CHARACTER_PIXELS;
    }
    json!({ "width": left, "height": { "step": 18 }, "data": { "values": values }, "layer": layers })
}

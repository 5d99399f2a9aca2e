//! The values of a single row in large type, as a Vega-Lite view.

use serde_json::{Value, json};

use crate::chart::Kpi;
use crate::number;
use crate::text_width::clean;

/// A view of two layers: the values, and the names below them.
pub fn view(kpis: &[Kpi]) -> Value {
    let values: Vec<Value> = kpis
        .iter()
        .enumerate()
        .map(|(at, kpi)| {
            let shown = if kpi.is_number { number::format_kpi(&kpi.value) } else { clean(&kpi.value) };
            json!({ "row": at, "name": clean(&kpi.name), "value": kpi.value, "shown": shown })
        })
        .collect();
    let large = if kpis.len() == 1 { 48 } else { 26 };
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

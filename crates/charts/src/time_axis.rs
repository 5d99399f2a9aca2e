//! Time axes in Vega-Lite: ticks no finer than the values, labels in ISO form.

use serde_json::{Value, json};

use super::timestamps::Grain;

/// `scale`, `axis` and `type` of a time channel whose positions span so many days.
pub fn channel(grain: Grain, days: f64) -> Value {
    json!({
        "type": "temporal",
        "scale": { "type": "utc" },
        "axis": { "format": format(grain, days), "tickCount": ticks(grain, days), "labelOverlap": true }
    })
}

/// In ISO form; `days` is what the axis spans.
pub fn format(grain: Grain, days: f64) -> &'static str {
    match grain {
        Grain::Year => "%Y",
        Grain::Quarter => "%Y-Q%q",
        Grain::Month => "%Y-%m",
        Grain::Instant if days <= 3.0 => "%Y-%m-%d %H:%M",
        Grain::Day | Grain::Instant => "%Y-%m-%d",
    }
}

/// No finer than the values are, no more than fit.
fn ticks(grain: Grain, days: f64) -> Value {
    let every = |interval: &str, count: f64, most: f64| {
        let step = (count / most).ceil().max(1.0) as u64;
        json!({ "interval": interval, "step": step })
    };
    match grain {
        Grain::Year => every("year", days / 365.0, 12.0),
        Grain::Quarter if days <= 4.0 * 365.0 => json!({ "interval": "month", "step": 3 }),
        Grain::Month if days <= 380.0 => json!({ "interval": "month", "step": 1 }),
        Grain::Month if days <= 3.0 * 370.0 => json!({ "interval": "month", "step": 3 }),
        Grain::Quarter | Grain::Month => every("year", days / 365.0, 10.0),
        Grain::Day if days <= 7.0 => json!({ "interval": "day", "step": 1 }),
        Grain::Day => json!(6),
        Grain::Instant => json!(4),
    }
}

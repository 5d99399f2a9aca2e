//! Time axes in Vega-Lite, with labels in ISO form and ticks no finer than the values.

use serde_json::{Value, json};

use crate::timestamps::Granularity;

/// The `type`, `scale` and `axis` of a channel whose values have this granularity and span so many days.
pub fn channel(granularity: Granularity, days: f64) -> Value {
    json!({
        "type": "temporal",
        "scale": { "type": "utc" },
        "axis": { "format": format(granularity, days), "tickCount": ticks(granularity, days), "labelOverlap": true }
    })
}

/// The format of labels on an axis that spans so many days (d3-time-format).
pub fn format(granularity: Granularity, days: f64) -> &'static str {
    match granularity {
        Granularity::Year => "%Y",
        Granularity::Quarter => "%Y-Q%q",
        Granularity::Month => "%Y-%m",
        Granularity::Instant if days <= 3.0 => "%Y-%m-%d %H:%M",
        Granularity::Day | Granularity::Instant => "%Y-%m-%d",
    }
}

/// The ticks of the axis: no finer than the values, and no more than there is room for.
fn ticks(granularity: Granularity, days: f64) -> Value {
    let every = |interval: &str, count: f64, most: f64| {
        let step = (count / most).ceil().max(1.0) as u64;
        json!({ "interval": interval, "step": step })
    };
    match granularity {
        Granularity::Year => every("year", days / 365.0, 12.0),
        Granularity::Quarter if days <= 4.0 * 365.0 => json!({ "interval": "month", "step": 3 }),
        Granularity::Month if days <= 380.0 => json!({ "interval": "month", "step": 1 }),
        Granularity::Month if days <= 3.0 * 370.0 => json!({ "interval": "month", "step": 3 }),
        Granularity::Quarter | Granularity::Month => every("year", days / 365.0, 10.0),
        Granularity::Day if days <= 7.0 => json!({ "interval": "day", "step": 1 }),
        Granularity::Day => json!(6),
        Granularity::Instant => json!(4),
    }
}

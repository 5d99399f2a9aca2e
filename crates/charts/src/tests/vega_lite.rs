//! Vega-Lite specifications.

use serde_json::{Value, json};

use super::*;

#[test]
fn a_bar_chart_in_full() {
    let regions = table(&[REGION, REVENUE], &[&["South", "1.50"], &["North", "3"]]);
    let expected = json!({
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": "Bar chart of revenue by region",
        "title": ["revenue by region"],
        "width": 480,
        "height": { "step": 22 },
        "mark": { "type": "bar", "invalid": "show" },
        "encoding": {
            "y": { "field": "region", "type": "nominal", "sort": null, "title": "region" },
            "x": {
                "field": "revenue", "type": "quantitative", "title": "revenue", "stack": null, "axis": { "tickCount": 7 }
            },
            "tooltip": [
                { "field": "region", "type": "nominal", "title": "region" },
                { "field": "revenue", "type": "quantitative", "title": "revenue" }
            ]
        },
        // As the query sorts.
        "data": { "values": [{ "region": "South", "revenue": 1.5 }, { "region": "North", "revenue": 3 }] }
    });
    let specification = to_vega_lite("revenue by region", &regions);
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&specification[key], value, "{key}");
    }
    assert_eq!(specification, to_vega_lite("revenue by region", &regions));
}

#[test]
fn time_is_the_servers_wall_clock() {
    let rows: &[&[&str]] = &[&["2024-01-01T00:00:00+01:00", "1"], &["2024-07-01T00:00:00+02:00", "2"]];
    let specification = to_vega_lite("", &table(&[MONTH, REVENUE], rows));
    assert_eq!(specification["data"]["values"][1]["month"], "2024-07-01");
    assert_eq!(specification["data"]["format"]["parse"]["month"], "utc:'%Y-%m-%d'");
    assert_eq!(specification["encoding"]["x"]["scale"]["type"], "utc");
    assert_eq!(specification["encoding"]["x"]["axis"]["format"], "%Y-%m");
    assert!(specification.get("title").is_none());
}

#[test]
fn digits_that_a_double_drops_are_kept_beside_it() {
    let rows: &[&[&str]] = &[&["a", "9007199254740993"], &["b", "1"]];
    let specification = to_vega_lite("", &table(&[REGION, REVENUE], rows));
    assert_eq!(specification["data"]["values"][0]["revenue (exact)"], "9007199254740993");
    assert_eq!(specification["encoding"]["tooltip"][1]["field"], "revenue (exact)");
    let kpi = to_vega_lite("", &table(&[REVENUE], &[&["12345678901234567890.12"]]));
    assert_eq!(kpi["data"]["values"][0]["value"], "12345678901234567890.12");
}

#[test]
fn every_field_is_one_of_the_rows() {
    let odd =
        ["a.b", "a[0]", "it's", "say \"hi\"", "back\\slash", "__proto__", "constructor", "x\ny", "?column?", "row"];
    for (at, name) in odd.iter().enumerate() {
        let other = odd[(at + 1) % odd.len()];
        let pair = table(&[(name, ColumnType::Text), (other, ColumnType::Number)], &[&["A", "1"], &["B", "2"]]);
        let line = table(
            &[(name, ColumnType::Timestamp), (other, ColumnType::Number)],
            &[&["2024-01-01", "1"], &["2024-02-01", "2"]],
        );
        let texts = table(&[(name, ColumnType::Text), (other, ColumnType::Text)], &[&["A", "x"], &["B", "y"]]);
        for (question, results) in [("bars", &pair), ("share", &pair), ("line", &line), ("table", &texts)] {
            fields_exist(&to_vega_lite(question, results));
        }
    }
}

/// Follows every path as Vega does.
fn fields_exist(specification: &Value) {
    let values = specification["data"]["values"].as_array().unwrap();
    let text = specification.to_string();
    let mut count = 0;
    for part in text.split("\"field\":").skip(1) {
        let path: String = serde_json::Deserializer::from_str(part).into_iter().next().unwrap().unwrap();
        let name = path.replace("\\.", ".").replace("\\[", "[").replace("\\]", "]");
        assert!(!name.contains(['\\', '"', '\'']), "{name}");
        assert!(values.iter().all(|row| row.get(&name).is_some()), "{name} in {text}");
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn a_table_is_a_text_mark_for_each_column() {
    let specification =
        to_vega_lite("list", &table(&[REGION, ("city", ColumnType::Text)], &[&["n", "∅"], &["s", "b"]]));
    assert_eq!(specification["data"]["values"][0], json!({ "row": 1, "region": "n", "city": null }));
    let marks: Vec<&str> = specification["layer"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["mark"]["type"].as_str().unwrap())
        .collect();
    // A rule, then heading and cells of each.
    assert_eq!(marks, ["rule", "text", "text", "text", "text"]);
    assert_eq!(specification["description"], "Table of region, city");
}

#[test]
fn notes_are_the_subtitle() {
    let mut regions = table(&[REGION, REVENUE], &[&["n", "1"], &["s", "NaN"]]);
    regions.note = Some("the answer was cut off after 2 rows".to_owned());
    let title = to_vega_lite("revenue", &regions)["title"].clone();
    assert_eq!(title["text"], json!(["revenue"]));
    assert_eq!(title["subtitle"][0], "1 value of \"revenue\" not drawn: NaN, infinite or beyond what an axis can hold");
    assert_eq!(title["subtitle"][1], "the answer was cut off after 2 rows");
}

#[test]
fn steps_spread_over_series_come_in_their_own_order() {
    let columns = [("hour", ColumnType::Number), ("channel", ColumnType::Text), ("orders", ColumnType::Number)];
    let rows: &[&[&str]] = &[&["9", "web", "1"], &["10", "web", "2"], &["8", "shop", "3"], &["10", "shop", "4"]];
    assert_eq!(to_vega_lite("", &table(&columns, rows))["encoding"]["x"]["sort"], json!(["8", "9", "10"]));
}

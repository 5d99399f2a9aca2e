//! Unusual results: nothing panics, no line is wider than the terminal or has control characters in it, and a note says
//! what can't be drawn.

use unicode_width::UnicodeWidthStr;

use super::*;

/// Renders the chart both ways and checks what must hold for every chart.
fn render(question: &str, results: &ResultSet) -> (serde_json::Value, Vec<String>) {
    let (specification, lines) = (to_vega_lite(question, results), recommend(question, results).to_terminal_lines());
    assert_eq!(specification["$schema"], "https://vega.github.io/schema/vega-lite/v5.json");
    assert!(!lines.is_empty());
    for line in &lines {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
        assert!(!line.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)), "{line:?}");
    }
    (specification, lines)
}

#[test]
fn an_empty_result_is_one_line() {
    assert_eq!(render("q", &table(&[MONTH, REVENUE], &[])).1, ["(the answer has no rows)"]);
    assert_eq!(render("q", &table(&[], &[&[], &[]])).1, ["(the answer has no columns)"]);
    assert_eq!(render("", &table(&[], &[])).0["mark"]["text"], "the answer has no columns");
}

#[test]
fn undrawable_numbers_keep_their_text() {
    let huge = "9".repeat(1000);
    let rows: &[&[&str]] =
        &[&["A", "NaN"], &["B", "Infinity"], &["C", &huge], &["D", "∅"], &["E", "-1.7e308"], &["∅", "2"]];
    let (specification, lines) = render("revenue by region", &table(&[REGION, REVENUE], rows));
    let values = specification["data"]["values"].as_array().unwrap();
    assert_eq!(values.len(), 6);
    assert!(values.iter().take(5).all(|row| row["revenue"].is_null()), "{values:?}");
    for (line, end) in lines.iter().skip(1).zip(["NaN", "Infinity", "9.999e999", "NULL", "-1.7e308", "2"]) {
        assert!(line.ends_with(end), "{line}");
    }
    assert!(lines[6].starts_with("(null) ██"), "{}", lines[6]);
    assert!(lines[7].starts_with("(4 values of \"revenue\" not drawn"), "{}", lines[7]);
}

#[test]
fn a_result_without_drawable_points_is_a_table() {
    let rows: &[&[&str]] = &[&["∅", "1"], &["∅", "2"]];
    let (specification, lines) = render("revenue per month", &table(&[MONTH, REVENUE], rows));
    assert_eq!(specification["usermeta"]["nl2sql"]["mark"], "table");
    assert_eq!(lines, ["month  revenue", "─────  ───────", "NULL         1", "NULL         2"]);
    let rows: &[&[&str]] = &[&["a", "∅"], &["b", "NaN"]];
    assert_eq!(render("revenue", &table(&[REGION, REVENUE], rows)).0["usermeta"]["nl2sql"]["mark"], "table");
}

#[test]
fn dates_out_of_range_become_labels() {
    let rows: &[&[&str]] = &[&["0044-03-15 BC", "1"], &["2024-01-01", "2"], &["12024-01-01", "3"]];
    let (specification, _) = render("events", &table(&[("day", ColumnType::Timestamp), REVENUE], rows));
    assert_eq!(specification["mark"]["type"], "bar");
    assert_eq!(specification["data"]["values"][0]["day"], "0044-03-15 BC");
    let rows: &[&[&str]] = &[&["-infinity", "1"], &["2024-01-01", "2"], &["∅", "3"], &["2024-01-03", "4"]];
    let (specification, lines) = render("events", &table(&[("day", ColumnType::Timestamp), REVENUE], rows));
    assert_eq!(specification["data"]["values"].as_array().unwrap().len(), 2);
    assert_eq!(lines.last().unwrap(), "(2 rows are not drawn: \"day\" is NULL, infinite or too large there)");
}

#[test]
fn duplicate_names_stay_apart() {
    let mut twice = table(&[("x", ColumnType::Text), ("x", ColumnType::Number), ("x", ColumnType::Number)], &[]);
    twice.push_json(r#"{"x": "A", "x": 1, "x": 2}"#).unwrap();
    twice.push_json(r#"{"x": "B", "x": 3, "x": 4}"#).unwrap();
    let (specification, _) = render("x", &twice);
    let row = serde_json::json!({ "x": "B", "measure": "x (3)", "value": 4 });
    assert_eq!(specification["data"]["values"][3], row);
}

#[test]
fn rows_that_lack_values_have_nulls() {
    let mut ragged = table(&[REGION, REVENUE, ("city", ColumnType::Text)], &[]);
    for row in ["[]", r#"["A"]"#, r#"["B", 1, "x", "more"]"#] {
        ragged.push_json(row).unwrap();
    }
    render("revenue by region", &ragged);
    render("as a table", &ragged);
}

#[test]
fn labels_of_any_kind_take_one_line() {
    let labels = [
        "\u{1b}[2J\u{7}",
        "a\r\nb\tc",
        "\u{202e}evil",
        "👩‍👩‍👧‍👦 family",
        "日本電気株式会社日本電気株式会社日本電気株式会社",
        "e\u{301}\u{301}",
        "\u{200b}",
        "",
        &"long ".repeat(40),
        "שלום",
    ];
    let rows: Vec<Vec<&str>> = labels.iter().map(|label| vec![*label, "1"]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let (_, lines) = render("\u{1b}]0;title\u{7}", &table(&[("\u{1b}[31mname", ColumnType::Text), REVENUE], &rows));
    // All values are as large, so all bars end in the same column.
    let ends: Vec<usize> = lines.iter().skip(1).map(|line| line.width()).collect();
    assert!(ends.iter().all(|end| *end == 80), "{ends:?}\n{}", lines.join("\n"));
}

#[test]
fn hundreds_of_columns_are_cut_and_counted() {
    let columns: Vec<(&str, ColumnType)> = (0..400).map(|_| ("c", ColumnType::Number)).collect();
    let row: Vec<&str> = (0..400).map(|_| "1").collect();
    assert_eq!(render("q", &table(&columns, &[&row])).1.last().unwrap(), "(12 of 400 columns are shown)");
    assert_eq!(
        render("q", &table(&columns, &[&row, &row])).1.last().unwrap(),
        "(the first 12 of 400 columns are shown)"
    );
}

#[test]
fn any_mixture_of_values_and_types_is_drawn() {
    let values = [
        "",
        "∅",
        "NaN",
        "1",
        "-5.5",
        "2024-01-01",
        "infinity",
        "0044-03-15 BC",
        "x\ny",
        "01:02:03",
        "{\"a\":1}",
        "$1.00",
        "Mon",
        "may",
        "1e400",
    ];
    let kinds = [
        ColumnType::Number,
        ColumnType::Interval,
        ColumnType::Timestamp,
        ColumnType::TimeOfDay,
        ColumnType::Boolean,
        ColumnType::Text,
        ColumnType::Other,
    ];
    // A fixed sequence of Knuth's, so that a failure can be repeated.
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let names = ["year", "month", "dow", "total", "id", "share", "avg", "x.y"];
    for _ in 0..1000 {
        let columns: Vec<_> = (0..next(5)).map(|_| (names[next(names.len())], kinds[next(kinds.len())])).collect();
        let rows: Vec<Vec<&str>> =
            (0..next(60)).map(|_| columns.iter().map(|_| values[next(values.len())]).collect()).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        render(["share by x", "x vs y", "bars", "per month", ""][next(5)], &table(&columns, &rows));
    }
}

//! The lines for a terminal, as a whole.

use super::*;

fn assert_plot(question: &str, results: &ResultSet, expected: &str) {
    let shown = recommend(question, results).to_terminal_lines().join("\n");
    assert_eq!(shown, expected.trim_matches('\n'), "\n{shown}");
}

#[test]
fn bars_grow_by_eighths_to_both_sides() {
    let profits = table(
        &[("department", ColumnType::Text), ("profit", ColumnType::Number)],
        &[
            &["Sales", "5200.50"],
            &["サービス", "-1300.25"],
            &["∅", "0"],
            &["A department with a name of many words", "40"],
            &["IT", "∅"],
        ],
    );
    assert_plot(
        "profit by department",
        &profits,
        r#"
profit by department
Sales                                    █████████████████████████████  5,200.50
サービス                         ▐███████                              -1,300.25
(null)                                                                         0
A department with a name of man…         ▎                                    40
IT                                                                          NULL
"#,
    );
}

#[test]
fn series_are_under_their_label() {
    let rows: &[&[&str]] =
        &[&["North", "open", "3"], &["North", "paid", "4"], &["South", "open", "1"], &["South", "paid", "2"]];
    assert_plot(
        "orders",
        &table(&[REGION, ("status", ColumnType::Text), ("orders", ColumnType::Number)], rows),
        r#"
orders by region and status
North
  open █████████████████████████████████████████████████████▎                  3
  paid ███████████████████████████████████████████████████████████████████████ 4
South
  open █████████████████▊                                                      1
  paid ███████████████████████████████████▌                                    2
"#,
    );
}

#[test]
fn parts_have_percentages() {
    assert_plot(
        "share of revenue by region",
        &table(&[REGION, REVENUE], &[&["North", "750"], &["South", "250"]]),
        r#"
revenue by region
North ███████████████████████████████████████████████████████████████ 750  75.0%
South █████████████████████                                           250  25.0%
"#,
    );
}

#[test]
fn a_line_leaves_a_gap_where_nothing_is_known() {
    let rows: &[&[&str]] = &[
        &["2024-01-01", "0"],
        &["2024-02-01", "4000"],
        &["2024-03-01", "2000"],
        &["2024-04-01", "∅"],
        &["2024-05-01", "1000"],
        &["2024-06-01", "3000"],
    ];
    assert_plot(
        "revenue per month",
        &table(&[MONTH, REVENUE], rows),
        r#"
revenue by month
4,000 ┤              ⡰⠑⢄⡀
      │             ⡜   ⠈⠢⡀
      │           ⢀⠎      ⠈⠒⢄
      │          ⡠⠃          ⠑⠤⡀                                             ⢀⠤⠊
      │         ⡰⠁             ⠈⠢⡀                                         ⡠⠒⠁
      │       ⢀⠜                 ⠈⠑⢄                                    ⣀⠔⠉
2,000 ┤      ⢠⠊                                                      ⢀⡠⠊
      │     ⡰⠁                                                     ⡠⠔⠁
      │    ⡔⠁                                                   ⢀⠔⠊
      │  ⢀⠎
      │ ⢠⠃
    0 ┤⡰⠁
      └─────────────────────────────────────────────────────────────────────────
       2024-01                                                           2024-06
"#,
    );
}

#[test]
fn points_stand_alone() {
    let rows: &[&[&str]] = &[&["0", "0"], &["50", "25"], &["100", "100"]];
    assert_plot(
        "weight vs price",
        &table(&[("weight", ColumnType::Number), ("price", ColumnType::Number)], rows),
        r#"
price over weight
100 ┤                                                                          ⠛
    │
    │
    │
    │
    │
 50 ┤
    │
    │                                     ⣤
    │
    │
  0 ┤⣤
    └───────────────────────────────────────────────────────────────────────────
     0                                   50                                  100
"#,
    );
}

#[test]
fn values_of_one_label_are_points_along_its_line() {
    let rows: &[&[&str]] = &[&["North", "0"], &["North", "50"], &["North", "50"], &["South", "100"], &["∅", "25"]];
    assert_plot(
        "amounts by region",
        &table(&[REGION, REVENUE], rows),
        r#"
revenue by region
North  ·                                   :
South                                                                          ·
(null)                   ·
       0                                                                     100
"#,
    );
}

#[test]
fn several_lines_are_blocks_on_one_scale() {
    let series = many(&[MONTH, REGION, REVENUE], 24, |at| {
        let region = if at % 2 == 0 { "North" } else { "South" };
        vec![format!("2024-{:02}-01", at / 2 + 1), region.to_owned(), ((at / 2) * (at % 2 * 2 + 1)).to_string()]
    });
    assert_plot(
        "revenue by month and region",
        &series,
        r#"
revenue by month and region
North  ▁▁▁▂▂▂▂▂▃▃▃▃  0 … 11
South  ▁▂▂▃▄▄▅▅▆▇▇█  0 … 33
       2024-01 … 2024-12
"#,
    );
}

#[test]
fn single_values_have_their_names_beside_them() {
    let columns = [("count", ColumnType::Number), ("average", ColumnType::Number), ("largest", ColumnType::Text)];
    assert_plot(
        "",
        &table(&columns, &[&["1234567", "49.9000000000000000", "Acme"]]),
        r#"
count    1,234,567
average  49.90
largest  Acme
"#,
    );
}

#[test]
fn a_table_fits_and_never_cuts_digits() {
    let columns = [
        ("id", ColumnType::Number),
        ("a name of some length", ColumnType::Text),
        ("note", ColumnType::Text),
        ("amount", ColumnType::Number),
    ];
    let long = "Lorem ipsum dolor sit amet, ".repeat(5);
    let rows: &[&[&str]] =
        &[&["1", "李小龍", &long, "1.5"], &["20", "∅", "", "123456789012345678901234567890.12345678901234567890"]];
    assert_plot(
        "in a table",
        &table(&columns, rows),
        r#"
id  a name of some length  note                                           amount
──  ─────────────────────  ──────────────────────────  ─────────────────────────
 1  李小龍                 Lorem ipsum dolor sit ame…                        1.5
20  NULL                                                               ≈1.235e29
"#,
    );
}

#[test]
fn a_heatmap_is_a_cross_table() {
    let columns = [("dow", ColumnType::Number), ("hour", ColumnType::Number), ("orders", ColumnType::Number)];
    let rows: &[&[&str]] = &[&["0", "9", "1"], &["0", "10", "2"], &["1", "8", "3"], &["1", "10", "∅"]];
    assert_plot(
        "orders by weekday and hour",
        &table(&columns, rows),
        r#"
orders by hour and dow
hour  Monday  Sunday
────  ──────  ──────
8          3
9                  1
10      NULL       2
"#,
    );
}

#[test]
fn a_small_change_is_drawn_with_a_note_about_the_axis() {
    let rows: &[&[&str]] = &[&["2024", "10014"], &["2025", "9986"]];
    assert_plot(
        "orders per year",
        &table(&[("year", ColumnType::Number), ("orders", ColumnType::Number)], rows),
        r#"
orders by year
10,014 ┤⠉⠒⠢⠤⣀⡀
       │     ⠈⠉⠒⠢⠤⣀⡀
       │           ⠈⠉⠒⠢⠤⣀⡀
       │                 ⠈⠉⠑⠒⠤⢄⣀
       │                        ⠉⠑⠒⠤⢄⣀
       │                              ⠉⠑⠒⠤⢄⣀
10,000 ┤                                    ⠉⠑⠒⠤⢄⣀
       │                                          ⠉⠑⠒⠤⢄⣀
       │                                                ⠉⠑⠒⠤⢄⣀⡀
       │                                                      ⠈⠉⠒⠢⠤⣀⡀
       │                                                            ⠈⠉⠒⠢⠤⣀⡀
 9,986 ┤                                                                  ⠈⠉⠒⠢⠤⣀
       └────────────────────────────────────────────────────────────────────────
        2024                                                                2025
(the axis of "orders" does not begin at 0)
"#,
    );
}

#[test]
fn weekdays_are_in_the_order_of_the_week() {
    let rows: &[&[&str]] = &[&["3", "20"], &["7", "40"], &["1", "30"]];
    assert_plot(
        "orders per weekday",
        &table(&[("weekday", ColumnType::Number), ("orders", ColumnType::Number)], rows),
        r#"
orders by weekday
Monday    ██████████████████████████████████████████████████▎                 30
Wednesday █████████████████████████████████▌                                  20
Sunday    ███████████████████████████████████████████████████████████████████ 40
"#,
    );
}

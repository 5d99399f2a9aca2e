//! Recommends charts for random results and renders them both ways. Nothing may panic, and no line for a terminal may be
//! wider than 80 columns or hold a control character.

#![no_main]

use charts::{CellText, ResultSet, recommend};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use schema::{ResultColumn, ResultShape};
use unicode_width::UnicodeWidthStr;

/// Type names and categories of every type that charts tell apart.
const TYPES: [(&str, char); 9] = [
    ("numeric", 'N'),
    ("money", 'N'),
    ("interval", 'T'),
    ("timestamp with time zone", 'D'),
    ("time without time zone", 'D'),
    ("boolean", 'B'),
    ("text", 'S'),
    ("uuid", 'U'),
    ("jsonb", 'U'),
];
/// Names and words that decide about a chart, which random text would seldom hit.
const NAMES: [&str; 10] =
    ["year", "month", "day of week", "total", "customer_id", "name", "share", "avg_price", "__proto__", "a.b[0]"];
const QUESTIONS: [&str; 7] =
    ["share by x", "x vs y", "as a bar chart", "stacked x per y", "in a table", "revenue per month", ""];

#[derive(Arbitrary, Debug)]
enum Text<'a> {
    Known(u8),
    Random(&'a str),
}

#[derive(Arbitrary, Debug)]
enum Cell<'a> {
    Null,
    Whole(i64),
    Number(f64),
    Small(u8),
    Date(i16, u8, u8),
    Timestamp(u16, u8, u8, u16),
    Interval(i16, u16),
    Text(&'a str),
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    question: Text<'a>,
    columns: Vec<(Text<'a>, u8)>,
    rows: Vec<Vec<Cell<'a>>>,
    /// The rows are repeated, as large results take other ways than small ones.
    repeat: u8,
}

fuzz_target!(|input: Input| {
    let question = text(&input.question, &QUESTIONS);
    let columns = input.columns.iter().take(20).map(|(name, kind)| {
        let (type_name, category) = TYPES[usize::from(*kind) % TYPES.len()];
        let name = text(name, &NAMES).to_owned();
        ResultColumn { name, type_name: type_name.to_owned(), type_oid: 0, modifier: -1, category }
    });
    let columns = ResultShape(columns.collect());
    let mut rows = Vec::new();
    for at in 0..=i64::from(input.repeat) {
        rows.extend(input.rows.iter().take(20).map(|row| row.iter().map(|value| cell(value, at)).collect()));
    }
    let chart = recommend(question, &ResultSet { columns, rows, note: Some("note\u{1b}[2J".to_owned()) });
    assert!(chart.to_vega_lite().is_object());
    for line in chart.to_terminal_lines() {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
        assert!(!line.contains(char::is_control), "{line:?}");
    }
});

fn text<'a>(text: &Text<'a>, known: &[&'static str]) -> &'a str {
    match text {
        Text::Known(at) => known[usize::from(*at) % known.len()],
        Text::Random(text) => text,
    }
}

/// The value as the server would print it; `at` makes it another one in every repetition.
fn cell(cell: &Cell, at: i64) -> CellText {
    Some(match cell {
        Cell::Null => return None,
        Cell::Whole(number) => number.wrapping_add(at).to_string(),
        Cell::Number(number) => (number * (at + 1) as f64).to_string(),
        Cell::Small(number) => (i64::from(*number) + at).to_string(),
        Cell::Date(year, month, day) => format!("{year:04}-{:02}-{:02}", (i64::from(*month) + at) % 13, day % 32),
        Cell::Timestamp(year, month, day, minute) => {
            let minute = (i64::from(*minute) + at) % 1440;
            format!("{year:04}-{:02}-{:02}T{:02}:{:02}:00+01", month % 13, day % 32, minute / 60, minute % 60)
        }
        Cell::Interval(days, seconds) => {
            format!("{days} days {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
        Cell::Text(text) => format!("{text}{}", at % 60),
    })
}

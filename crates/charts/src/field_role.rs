//! Decides what role a column plays in a chart, from its type, its name and its values.

use schema::ResultColumn;

use crate::calendar_names;
use crate::column_type::ColumnType;
use crate::field::{Field, FieldRole, lowercase_words};
use crate::number;
use crate::timestamps::{self, Granularity, ParsedTime};

/// The field of a column with these values.
pub fn field_of<'a>(column: &ResultColumn, mut texts: Vec<Option<&'a str>>) -> Field<'a> {
    let (role, positions) = match ColumnType::of(column) {
        ColumnType::Number => number_role(&column.name, &texts),
        ColumnType::Timestamp => time_role(&column.name, &texts),
        ColumnType::Interval => return interval_field(column, texts),
        ColumnType::TimeOfDay => (FieldRole::Ordinal, Vec::new()),
        ColumnType::Boolean => (FieldRole::Nominal, Vec::new()),
        ColumnType::Text => text_role(&column.name, &texts),
        ColumnType::Other => (FieldRole::Unsupported, Vec::new()),
    };
    if role == FieldRole::Ordinal && ColumnType::of(column) == ColumnType::Number {
        let numbers: Vec<_> = texts.iter().map(|text| number::parse((*text)?)).collect();
        texts = calendar_names::names_of(&last_word(&column.name), &numbers).unwrap_or(texts);
    }
    Field { title: column.name.clone(), role, texts, positions }
}

fn number_role(name: &str, texts: &[Option<&str>]) -> (FieldRole, Vec<Option<f64>>) {
    let positions: Vec<_> = texts.iter().map(|text| number::parse((*text)?)).collect();
    // Money in an unknown format can't be drawn to scale.
    let is_readable = texts
        .iter()
        .zip(&positions)
        .all(|(text, at)| text.is_none_or(|text| at.is_some() || number::is_unplottable(text)));
    let last = last_word(name);
    let all_whole_in = |(least, most): (f64, f64)| {
        let mut numbers = positions.iter().flatten().peekable();
        numbers.peek().is_some() && numbers.all(|at| at.fract() == 0.0 && (least..=most).contains(at))
    };
    if !is_readable {
        (FieldRole::Nominal, Vec::new())
    } else if matches!(last.as_str(), "year" | "yr") && all_whole_in((1000.0, 9999.0)) {
        let years = positions
            .iter()
            .map(|at| timestamps::first_of_month((*at)? as i64, 1).map(|millis| millis as f64))
            .collect();
        (FieldRole::Temporal(Granularity::Year), years)
    } else if IDENTIFIERS.contains(&last.as_str()) {
        (FieldRole::Identifier, Vec::new())
    } else if date_part_range(&last).is_some_and(all_whole_in) {
        (FieldRole::Ordinal, Vec::new())
    } else {
        (FieldRole::Measure, positions)
    }
}

/// Columns whose names end in these hold numbers that identify something and measure nothing.
const IDENTIFIERS: &[&str] =
    &["id", "key", "no", "nr", "code", "zip", "zipcode", "postcode", "phone", "ean", "isbn", "rank"];

/// The range of values of a part of a date, by the names that `extract` takes.
fn date_part_range(part: &str) -> Option<(f64, f64)> {
    let most = match part {
        "quarter" => 4.0,
        "month" => 12.0,
        "week" => 53.0,
        "dow" | "isodow" | "weekday" => 7.0,
        "day" => 31.0,
        "doy" => 366.0,
        "hour" => 24.0,
        "minute" => 59.0,
        _ => return None,
    };
    Some((0.0, most))
}

/// The last word of a column's name, which says what the column holds: "month" in "order_month". Empty if the name has
/// words by which the column holds something else, as in "orders_last_month". "day of week" is "dow", as `extract`
/// calls it.
pub fn last_word(name: &str) -> String {
    const QUALIFIERS: [&str; 12] =
        ["this", "last", "next", "past", "previous", "current", "per", "each", "in", "orders", "sales", "total"];
    let mut words = lowercase_words(name);
    if words.iter().any(|word| QUALIFIERS.contains(&word.as_str()) || word == "count") {
        return String::new();
    }
    // In "month of year" and "day of week", the word before "of" says what it is.
    if let Some(of) = words.iter().position(|word| word == "of") {
        let week = words.last().is_some_and(|word| word == "week");
        words.truncate(of);
        if week {
            return "dow".to_owned();
        }
    }
    words.pop().unwrap_or_default()
}

fn time_role(name: &str, texts: &[Option<&str>]) -> (FieldRole, Vec<Option<f64>>) {
    let mut positions = Vec::with_capacity(texts.len());
    for text in texts {
        positions.push(match text.map(timestamps::parse) {
            None | Some(Some(ParsedTime::Infinite)) => None,
            Some(Some(ParsedTime::At(millis))) => Some(millis),
            // A time axis can't hold this value, but an axis of labels can.
            Some(Some(ParsedTime::OutOfRange) | None) => return (FieldRole::Ordinal, Vec::new()),
        });
    }
    let is_quarter = lowercase_words(name).iter().any(|word| word == "quarter");
    let granularity = timestamps::granularity(positions.iter().flatten().copied(), is_quarter);
    (FieldRole::Temporal(granularity), positions.into_iter().map(|at| at.map(|millis| millis as f64)).collect())
}

fn text_role(name: &str, texts: &[Option<&str>]) -> (FieldRole, Vec<Option<f64>>) {
    if calendar_names::are_names(texts) {
        return (FieldRole::Ordinal, Vec::new());
    }
    let parse = |text: &Option<&str>| text.map(timestamps::parse_period);
    let mut granularities = texts.iter().filter_map(parse);
    let Some(Some((_, granularity))) = granularities.next() else { return (label_role(name), Vec::new()) };
    // Four digits may be anything, so they are a year only if the name says so.
    let is_time = granularity != Granularity::Year || lowercase_words(name).iter().any(|word| word == "year");
    if !is_time || !granularities.all(|period| period.is_some_and(|(_, other)| other == granularity)) {
        return (label_role(name), Vec::new());
    }
    (
        FieldRole::Temporal(granularity),
        texts.iter().map(|text| parse(text).flatten().map(|(millis, _)| millis as f64)).collect(),
    )
}

fn label_role(name: &str) -> FieldRole {
    let last = lowercase_words(name).pop().unwrap_or_default();
    if matches!(last.as_str(), "id" | "uuid") { FieldRole::Identifier } else { FieldRole::Nominal }
}

/// Intervals as numbers, in the unit that suits the longest of them.
fn interval_field<'a>(column: &ResultColumn, texts: Vec<Option<&'a str>>) -> Field<'a> {
    let seconds: Vec<_> = texts.iter().map(|text| number::parse_interval((*text)?)).collect();
    let longest = seconds.iter().flatten().fold(0.0_f64, |longest, at| longest.max(at.abs()));
    let (unit, length) = match longest {
        ..120.0 => ("seconds", 1.0),
        ..7200.0 => ("minutes", 60.0),
        ..172_800.0 => ("hours", 3600.0),
        _ => ("days", 86_400.0),
    };
    let is_readable = texts.iter().zip(&seconds).all(|(text, at)| text.is_none() || at.is_some());
    if !is_readable {
        return Field { title: column.name.clone(), role: FieldRole::Unsupported, texts, positions: Vec::new() };
    }
    let positions = seconds.into_iter().map(|at| at.map(|at| at / length)).collect();
    Field { title: format!("{} ({unit})", column.name), role: FieldRole::Measure, texts, positions }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::fields;
    use crate::fixtures::table;

    fn role(name: &str, column_type: ColumnType, values: &[&str]) -> FieldRole {
        let rows: Vec<_> = values.iter().map(|value| vec![*value]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        fields(&table(&[(name, column_type)], &rows)).first().unwrap().role
    }

    #[test]
    fn numbers_that_measure_nothing_are_recognized_by_name_and_value() {
        assert_eq!(role("total", ColumnType::Number, &["1", "2.5"]), FieldRole::Measure);
        assert_eq!(role("customer_id", ColumnType::Number, &["1", "2"]), FieldRole::Identifier);
        assert_eq!(role("year", ColumnType::Number, &["2023", "2024"]), FieldRole::Temporal(Granularity::Year));
        assert_eq!(role("per_year", ColumnType::Number, &["12.5", "2024"]), FieldRole::Measure);
        assert_eq!(role("month", ColumnType::Number, &["1", "12"]), FieldRole::Ordinal);
        assert_eq!(role("day_of_week", ColumnType::Number, &["0", "6"]), FieldRole::Ordinal);
        assert_eq!(role("order_hour", ColumnType::Number, &["0", "23"]), FieldRole::Ordinal);
        assert_eq!(role("sales_this_month", ColumnType::Number, &["1", "5"]), FieldRole::Measure);
        assert_eq!(role("month", ColumnType::Number, &["1", "13"]), FieldRole::Measure);
        assert_eq!(role("total", ColumnType::Number, &["1", "NaN"]), FieldRole::Measure);
        assert_eq!(role("price", ColumnType::Number, &["$1.00", "¥1,234"]), FieldRole::Nominal);
    }

    #[test]
    fn time_is_found_in_dates_and_in_text() {
        assert_eq!(
            role("d", ColumnType::Timestamp, &["2024-01-01", "2024-02-01"]),
            FieldRole::Temporal(Granularity::Month)
        );
        assert_eq!(
            role("d", ColumnType::Timestamp, &["2024-01-01", "infinity"]),
            FieldRole::Temporal(Granularity::Day)
        );
        assert_eq!(role("d", ColumnType::Timestamp, &["2024-01-01", "0044-03-15 BC"]), FieldRole::Ordinal);
        assert_eq!(role("m", ColumnType::Text, &["2024-01", "2024-02", "∅"]), FieldRole::Temporal(Granularity::Month));
        assert_eq!(role("m", ColumnType::Text, &["2024-01", "unknown"]), FieldRole::Nominal);
        assert_eq!(role("code", ColumnType::Text, &["2024", "1999"]), FieldRole::Nominal);
        assert_eq!(role("t", ColumnType::TimeOfDay, &["08:00:00"]), FieldRole::Ordinal);
    }

    #[test]
    fn intervals_are_measured_in_the_unit_of_the_longest() {
        let table = table(&[("wait", ColumnType::Interval)], &[&["00:30:00"], &["1 day"], &["∅"]]);
        let field = fields(&table).remove(0);
        assert_eq!((field.title.as_str(), field.role), ("wait (hours)", FieldRole::Measure));
        assert_eq!(field.positions, [Some(0.5), Some(24.0), None]);
        assert_eq!(role("wait", ColumnType::Interval, &["P1D"]), FieldRole::Unsupported);
    }
}

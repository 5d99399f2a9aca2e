//! What a column can be in a drawing: a measure, a place in time, a category. Judged by its type, its name and its values.

use std::collections::HashSet;

use super::timestamps::{self, Grain, Reading};
use super::{Column, Kind, Table, number};

/// One column, its values below each other.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// The column's name, with the unit where values were converted.
    pub title: String,
    pub role: Role,
    pub texts: Vec<Option<&'a str>>,
    /// Positions of a measure or of time; None where a value has none.
    pub positions: Vec<Option<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Role {
    Measure,
    Time(Grain),
    /// A label.
    Category,
    /// A label whose order is known to whoever reads it, like the months of a year.
    Step,
    /// A number or uuid that only identifies.
    Key,
    /// Nothing that can be drawn.
    Other,
}

impl Field<'_> {
    /// Whether it tells rows apart instead of measuring them.
    pub fn is_dimension(&self) -> bool {
        matches!(self.role, Role::Time(_) | Role::Category | Role::Step | Role::Key)
    }

    /// How many different values there are, NULL among them.
    pub fn distinct(&self) -> usize {
        self.texts.iter().collect::<HashSet<_>>().len()
    }

    /// How many values are there, but have no position.
    pub fn unplaced(&self) -> usize {
        self.texts.iter().zip(&self.positions).filter(|(text, position)| text.is_some() && position.is_none()).count()
    }
}

/// The columns of the table, judged. No two have the same title.
pub fn fields(table: &Table) -> Vec<Field<'_>> {
    let columns = table.columns.iter().enumerate();
    let mut fields: Vec<Field> = columns
        .map(|(at, column)| {
            let texts = table.rows.iter().map(|row| row.get(at).and_then(|value| value.as_deref())).collect();
            field(column, texts)
        })
        .collect();
    let mut taken = HashSet::new();
    for field in &mut fields {
        field.title = untaken(&field.title, &mut taken);
    }
    fields
}

/// The name, numbered where it is taken.
pub fn untaken(name: &str, taken: &mut HashSet<String>) -> String {
    let mut numbered = name.to_owned();
    let mut number = 2;
    while !taken.insert(numbered.clone()) {
        numbered = format!("{name} ({number})");
        number += 1;
    }
    numbered
}

fn field<'a>(column: &Column, texts: Vec<Option<&'a str>>) -> Field<'a> {
    let (role, positions) = match column.kind {
        Kind::Number => number_role(&column.name, &texts),
        Kind::Moment => time_role(&column.name, &texts),
        Kind::Duration => return duration(column, texts),
        Kind::Clock => (Role::Step, Vec::new()),
        Kind::Boolean => (Role::Category, Vec::new()),
        Kind::Text => text_role(&column.name, &texts),
        Kind::Other => (Role::Other, Vec::new()),
    };
    Field { title: column.name.clone(), role, texts, positions }
}

fn number_role(name: &str, texts: &[Option<&str>]) -> (Role, Vec<Option<f64>>) {
    let positions: Vec<_> = texts.iter().map(|text| number::position((*text)?)).collect();
    let readable =
        texts.iter().zip(&positions).all(|(text, at)| text.is_none_or(|text| at.is_some() || number::is_odd(text)));
    let last = subject(name);
    let whole = |(least, most): (f64, f64)| {
        let mut numbers = positions.iter().flatten().peekable();
        numbers.peek().is_some() && numbers.all(|at| at.fract() == 0.0 && (least..=most).contains(at))
    };
    if !readable {
        (Role::Category, Vec::new())
    } else if matches!(last.as_str(), "year" | "yr") && whole((1000.0, 9999.0)) {
        let years =
            positions.iter().map(|at| timestamps::of_month((*at)? as i64, 1).map(|millis| millis as f64)).collect();
        (Role::Time(Grain::Year), years)
    } else if KEYS.contains(&last.as_str()) {
        (Role::Key, Vec::new())
    } else if step(&last).is_some_and(whole) {
        (Role::Step, Vec::new())
    } else {
        (Role::Measure, positions)
    }
}

/// Last words of columns whose numbers only tell one thing from another.
const KEYS: &[&str] = &["id", "key", "no", "nr", "code", "zip", "zipcode", "postcode", "phone", "ean", "isbn", "rank"];

/// The range of a part of a date, as `extract` names it.
fn step(part: &str) -> Option<(f64, f64)> {
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

/// The word that says what a column holds; empty where it holds something about that, as in "orders last month".
pub fn subject(name: &str) -> String {
    const ABOUT: [&str; 12] =
        ["this", "last", "next", "past", "previous", "current", "per", "each", "in", "orders", "sales", "total"];
    let mut words = words(name);
    if words.iter().any(|word| ABOUT.contains(&word.as_str()) || word == "count") {
        return String::new();
    }
    // "month of year", "day of week"
    if let Some(of) = words.iter().position(|word| word == "of") {
        let week = words.last().is_some_and(|word| word == "week");
        words.truncate(of);
        if week {
            return "dow".to_owned();
        }
    }
    words.pop().unwrap_or_default()
}

fn time_role(name: &str, texts: &[Option<&str>]) -> (Role, Vec<Option<f64>>) {
    let mut positions = Vec::with_capacity(texts.len());
    for text in texts {
        positions.push(match text.map(timestamps::read) {
            None | Some(Some(Reading::Endless)) => None,
            Some(Some(Reading::At(millis))) => Some(millis),
            // One such date and the axis can't be drawn to scale; labels can.
            Some(Some(Reading::Beyond) | None) => return (Role::Step, Vec::new()),
        });
    }
    let named = words(name).iter().any(|word| word == "quarter");
    let grain = timestamps::grain(positions.iter().flatten().copied(), named);
    (Role::Time(grain), positions.into_iter().map(|at| at.map(|millis| millis as f64)).collect())
}

fn text_role(name: &str, texts: &[Option<&str>]) -> (Role, Vec<Option<f64>>) {
    let read = |text: &Option<&str>| text.map(timestamps::read_period);
    let mut grains = texts.iter().filter_map(read);
    let Some(Some((_, grain))) = grains.next() else { return (category(name), Vec::new()) };
    // Four digits alone may be anything.
    let named = grain != Grain::Year || words(name).iter().any(|word| word == "year");
    if !named || !grains.all(|period| period.is_some_and(|(_, other)| other == grain)) {
        return (category(name), Vec::new());
    }
    (Role::Time(grain), texts.iter().map(|text| read(text).flatten().map(|(millis, _)| millis as f64)).collect())
}

fn category(name: &str) -> Role {
    let last = words(name).pop().unwrap_or_default();
    if matches!(last.as_str(), "id" | "uuid") { Role::Key } else { Role::Category }
}

/// Intervals in the unit that suits the longest of them.
fn duration<'a>(column: &Column, texts: Vec<Option<&'a str>>) -> Field<'a> {
    let seconds: Vec<_> = texts.iter().map(|text| number::seconds((*text)?)).collect();
    let longest = seconds.iter().flatten().fold(0.0_f64, |longest, at| longest.max(at.abs()));
    let (unit, length) = match longest {
        ..120.0 => ("seconds", 1.0),
        ..7200.0 => ("minutes", 60.0),
        ..172_800.0 => ("hours", 3600.0),
        _ => ("days", 86_400.0),
    };
    let readable = texts.iter().zip(&seconds).all(|(text, at)| text.is_none() || at.is_some());
    if !readable {
        return Field { title: column.name.clone(), role: Role::Other, texts, positions: Vec::new() };
    }
    let positions = seconds.into_iter().map(|at| at.map(|at| at / length)).collect();
    Field { title: format!("{} ({unit})", column.name), role: Role::Measure, texts, positions }
}

/// A name or a question in lower-case words.
pub fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::table;
    use super::*;

    fn role(name: &str, kind: Kind, values: &[&str]) -> Role {
        let rows: Vec<_> = values.iter().map(|value| vec![*value]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        fields(&table(&[(name, kind)], &rows)).first().unwrap().role
    }

    #[test]
    fn numbers_that_measure_nothing_are_told_by_name_and_value() {
        assert_eq!(role("total", Kind::Number, &["1", "2.5"]), Role::Measure);
        assert_eq!(role("customer_id", Kind::Number, &["1", "2"]), Role::Key);
        assert_eq!(role("year", Kind::Number, &["2023", "2024"]), Role::Time(Grain::Year));
        assert_eq!(role("per_year", Kind::Number, &["12.5", "2024"]), Role::Measure);
        assert_eq!(role("month", Kind::Number, &["1", "12"]), Role::Step);
        assert_eq!(role("day_of_week", Kind::Number, &["0", "6"]), Role::Step);
        assert_eq!(role("order_hour", Kind::Number, &["0", "23"]), Role::Step);
        assert_eq!(role("sales_this_month", Kind::Number, &["1", "5"]), Role::Measure);
        assert_eq!(role("month", Kind::Number, &["1", "13"]), Role::Measure);
        assert_eq!(role("total", Kind::Number, &["1", "NaN"]), Role::Measure);
        assert_eq!(role("price", Kind::Number, &["$1.00", "¥1,234"]), Role::Category);
    }

    #[test]
    fn time_is_found_in_dates_and_in_text() {
        assert_eq!(role("d", Kind::Moment, &["2024-01-01", "2024-02-01"]), Role::Time(Grain::Month));
        assert_eq!(role("d", Kind::Moment, &["2024-01-01", "infinity"]), Role::Time(Grain::Day));
        assert_eq!(role("d", Kind::Moment, &["2024-01-01", "0044-03-15 BC"]), Role::Step);
        assert_eq!(role("m", Kind::Text, &["2024-01", "2024-02", "∅"]), Role::Time(Grain::Month));
        assert_eq!(role("m", Kind::Text, &["2024-01", "unknown"]), Role::Category);
        assert_eq!(role("code", Kind::Text, &["2024", "1999"]), Role::Category);
        assert_eq!(role("t", Kind::Clock, &["08:00:00"]), Role::Step);
    }

    #[test]
    fn intervals_are_measured_in_the_unit_of_the_longest() {
        let table = table(&[("wait", Kind::Duration)], &[&["00:30:00"], &["1 day"], &["∅"]]);
        let field = fields(&table).remove(0);
        assert_eq!((field.title.as_str(), field.role), ("wait (hours)", Role::Measure));
        assert_eq!(field.positions, [Some(0.5), Some(24.0), None]);
        assert_eq!(role("wait", Kind::Duration, &["P1D"]), Role::Other);
    }
}

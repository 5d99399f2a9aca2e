//! What the columns of a result are: numbers that measure, periods, and labels; and what they are called in a sentence.

use super::Facts;
use super::dates::{self, Date, Unit};
use super::figures::{Figures, Style};
use super::subquery_phrases::{counted_in, joined_aggregate};
use super::timed::Timed;
use super::{nouns, numbers, units};
use crate::outline::{AggregateCall, Body, EntryKind, Expr, FromItem, OutputColumn, Select};
use schema::ResultColumn;

/// One column with its values.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub role: Role,
    /// What its numbers are, as a noun without an article: `revenue`, `number of orders`.
    pub noun: String,
    /// The values as they are shown, one a row.
    pub labels: Vec<String>,
    /// The values of a measure, one a row.
    pub numbers: Vec<Option<f64>>,
    pub figures: Figures,
    /// Its values over all rows make a total.
    pub adds_up: bool,
    /// It counts rows of what the noun ends in.
    pub counted: Option<String>,
    /// It has a time of its own, beside others.
    pub timed: Option<Timed>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Role {
    Measure,
    /// The first days of periods; `None` where there is none.
    Period(Unit, Vec<Option<Date>>),
    Label,
    /// Numbers that identify a row and say nothing else.
    Identifier,
}

/// A NULL in a sentence.
pub const NO_VALUE: &str = "no value";

const IDENTIFIERS: &[&str] = &["id", "key", "no", "nr", "code", "zip", "zipcode", "postcode", "phone", "ean", "isbn"];
const FRACTIONS: &[&str] = &["fraction", "share", "rate", "growth", "proportion"];
const PERCENTS: &[&str] = &["percent", "percentage", "pct"];

/// A space and one digit or two; more are a year.
const MOST_SUFFIX: usize = 3;

/// The columns of a result.
pub fn columns(facts: &Facts) -> Vec<Column> {
    let select = top_select(facts);
    let outputs = select.map(|select| select.columns.as_slice()).unwrap_or_default();
    facts.columns.0.iter().enumerate().map(|(at, column)| of(facts, at, column, outputs.get(at))).collect()
}

/// The clauses of the statement, where it is one SELECT.
pub fn top_select<'o>(facts: &Facts<'o>) -> Option<&'o Select> {
    match &facts.outline.query.body {
        Body::Select(select) => Some(select),
        _ => None,
    }
}

fn of(facts: &Facts, at: usize, column: &ResultColumn, output: Option<&OutputColumn>) -> Column {
    let texts: Vec<Option<&str>> = facts.rows.iter().map(|row| row.get(at)?.as_deref()).collect();
    let words = spoken(&column.name);
    // A second column of the same name has a number behind it: `customer_id_2`.
    let bare = words.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    let bare = if words.len() - bare.len() <= MOST_SUFFIX { bare } else { &words };
    let last = bare.rsplit(' ').next().unwrap_or_default().to_owned();
    let value = output.map(|output| &output.value);
    let numbers: Vec<Option<f64>> = texts.iter().map(|text| numbers::parse((*text)?)).collect();
    let is_number = column.category == 'N' && !column.type_name.starts_with("reg") && column.type_name != "oid";
    let are_read = texts.iter().zip(&numbers).all(|(text, number)| text.is_none() || number.is_some());
    let role = if column.category == 'D' && !column.type_name.starts_with("time ") && column.type_name != "time" {
        period_role(&column.name, &texts)
    } else if is_number && last == "year" && are_read && value.is_none_or(|value| aggregate(value).is_none()) {
        let year = |number: &Option<f64>| Some(Date { year: (*number)? as i64, month: 1, day: 1 });
        Role::Period(Unit::Year, numbers.iter().map(year).collect())
    } else if is_number && IDENTIFIERS.contains(&last.as_str()) {
        Role::Identifier
    } else if is_number && are_read && !is_part_of_date(&words) && !is_group(facts, value) {
        Role::Measure
    } else {
        Role::Label
    };
    let style = match last.as_str() {
        _ if !matches!(role, Role::Measure) => Style::Plain,
        last if PERCENTS.contains(&last) => Style::Percent,
        last if FRACTIONS.contains(&last) && value.is_some_and(is_quotient) => Style::Fraction,
        _ => Style::Plain,
    };
    let joined = value.and_then(|value| joined_aggregate(facts, value));
    let counted_beside = joined.and_then(|(call, select)| counted_in(facts, call, select));
    let aggregate = value.and_then(aggregate).or(joined.map(|(call, _)| call));
    let counted = match counted_beside {
        Some(rows) => Some(rows),
        None => aggregate.filter(|call| is_row_count(call)).and_then(|_| nouns::counted(facts)),
    };
    let noun = counted.as_ref().map_or_else(|| nouns::noun(facts, &words, value), |rows| format!("number of {rows}"));
    // Counts of rows of two times are named after the time.
    let noun = match (words.strip_prefix("count "), nouns::counted(facts)) {
        (Some(which), Some(rows)) if aggregate.is_some_and(|call| call.filter.is_some()) => {
            format!("number of {rows} {which}")
        }
        _ => noun,
    };
    let noun = if matches!(role, Role::Measure) { units::in_unit(noun) } else { noun };
    let labels = texts.iter().zip(&numbers).map(|(text, number)| label(&last, &role, *text, *number)).collect();
    let adds_up = aggregate.is_some_and(|call| matches!(call.name.as_str(), "sum" | "count") && !call.distinct);
    let figures = Figures::of(style, &numbers);
    let timed = value.and_then(|value| Timed::of(facts, &words, value));
    Column { name: column.name.clone(), role, noun, labels, numbers, figures, adds_up, counted, timed }
}

/// The words of a name.
pub fn spoken(name: &str) -> String {
    let words: Vec<&str> = name.split(['_', ' ']).filter(|word| !word.is_empty()).collect();
    schema::sanitize::one_line(&words.join(" "))
}

fn period_role(name: &str, texts: &[Option<&str>]) -> Role {
    let days: Vec<Option<Date>> = texts.iter().map(|text| Date::parse((*text)?)).collect();
    if texts.iter().zip(&days).any(|(text, day)| text.is_some() && day.is_none()) {
        let moments: Vec<Option<Date>> = texts.iter().map(|text| Date::of_moment((*text)?)).collect();
        let is_read = texts.iter().zip(&moments).all(|(text, day)| text.is_none() || day.is_some());
        return if is_read { Role::Period(Unit::Moment, moments) } else { Role::Label };
    }
    let present: Vec<Date> = days.iter().flatten().copied().collect();
    let named = Unit::named(name).filter(|unit| present.iter().all(|day| day.first_of(*unit) == *day));
    Role::Period(named.unwrap_or_else(|| Unit::of(&present)), days)
}

/// Parts of dates, as `extract` names them, are labels and no measures.
fn is_part_of_date(word: &str) -> bool {
    ["quarter", "month", "week", "dow", "isodow", "weekday", "day", "doy", "hour", "minute"].contains(&word)
}

/// Whether a value is one by which the rows are grouped, so that it labels them.
fn is_group(facts: &Facts, value: Option<&Expr>) -> bool {
    let (Some(select), Some(value)) = (top_select(facts), value) else { return false };
    let groups = select.grouping.iter().flat_map(|grouping| match grouping {
        crate::outline::Grouping::By(values) => values.as_slice(),
        _ => &[],
    });
    groups.into_iter().any(|group| group == value)
}

/// Whether a value divides one number by another and is not made percent.
fn is_quotient(value: &Expr) -> bool {
    match value {
        Expr::Operator { symbol, .. } if symbol == "/" => true,
        Expr::Operator { symbol, args } if symbol == "-" => args.first().is_some_and(is_quotient),
        Expr::Cast { value, .. } => is_quotient(value),
        _ => false,
    }
}

/// The aggregate that a value is, within casts and a default for an empty one.
pub fn aggregate(value: &Expr) -> Option<&AggregateCall> {
    match value {
        Expr::Aggregate(call) => Some(call),
        Expr::Cast { value, .. } => aggregate(value),
        Expr::Call { name, args } if name == "coalesce" => aggregate(args.first()?),
        _ => None,
    }
}

fn is_row_count(call: &AggregateCall) -> bool {
    call.name == "count" && call.args.is_empty() && call.filter.is_none()
}

/// What the rows are that the statement counts: the one relation that it reads, or what the reading calls them.
pub fn counted_rows(facts: &Facts) -> Option<String> {
    let of_reading = || {
        let (_, rest) = facts.reading?.split_once("count of ")?;
        rest.split([' ', ',', ')']).next().filter(|name| *name != "its").map(spoken_relation)
    };
    let listed = || {
        let rest = facts.reading?.strip_prefix("all ").or_else(|| facts.reading?.strip_prefix("different "))?;
        rest.split([' ', ',']).next().map(spoken_relation)
    };
    let select = top_select(facts)?;
    match select.from.as_slice() {
        [FromItem::Entry { entry, kind: EntryKind::Table | EntryKind::View, .. }] => {
            facts.outline.entries.get(*entry).map(|entry| spoken_relation(&entry.name))
        }
        _ => of_reading().or_else(listed).or_else(|| first_rows(facts.reading?, select)),
    }
}

/// The rows that are the first ones by something, as a reading tells them: `orders` of `top 1 orders (with customers) by …`.
fn first_rows(reading: &str, select: &Select) -> Option<String> {
    let rest = reading.strip_prefix("top ").or_else(|| reading.strip_prefix("bottom "))?;
    let (name, after) = rest.split_once(' ')?.1.split_once(' ')?;
    let is_rows =
        select.grouping.is_empty() && !name.contains('.') && (after.starts_with("by ") || after.starts_with('('));
    is_rows.then(|| spoken_relation(name))
}

/// The name of a relation without its schema, as words for its rows: `singers` of a table `singer`.
pub fn spoken_relation(name: &str) -> String {
    // What has no number, or is many as it is.
    const AS_THEY_ARE: [&str; 32] = [
        "staff",
        "personnel",
        "equipment",
        "furniture",
        "inventory",
        "stock",
        "news",
        "series",
        "species",
        "data",
        "metadata",
        "information",
        "feedback",
        "media",
        "music",
        "weather",
        "traffic",
        "money",
        "software",
        "hardware",
        "police",
        "history",
        "sheep",
        "deer",
        "fish",
        "cattle",
        "livestock",
        "aircraft",
        "luggage",
        "mail",
        "research",
        "advice",
    ];
    let words = spoken(name.rsplit('.').next().unwrap_or(name));
    // "Singers in concert", and "pets" of a table of who has a pet.
    let words = words.strip_prefix("has ").unwrap_or(&words);
    let ties = [" in ", " of ", " at ", " on ", " by ", " for ", " per "];
    let at = ties.iter().filter_map(|tie| words.find(tie)).min().unwrap_or(words.len());
    let (rows, rest) = words.split_at(at);
    let last = rows.rsplit(' ').next().unwrap_or_default();
    let is_word = last.len() > 2 && last.chars().all(|c| c.is_ascii_lowercase()) && !AS_THEY_ARE.contains(&last);
    let rows = if is_word { nouns::plural(rows) } else { rows.to_owned() };
    format!("{rows}{rest}")
}

fn label(last: &str, role: &Role, text: Option<&str>, number: Option<f64>) -> String {
    let Some(text) = text else { return NO_VALUE.to_owned() };
    let whole = number.filter(|number| number.fract() == 0.0 && number.abs() < 1e6).map(|number| number as i64);
    let named = match (last, whole) {
        ("month", Some(month)) => dates::month_name(month).map(str::to_owned),
        ("weekday" | "dow" | "isodow", Some(day)) => dates::weekday_name(day).map(str::to_owned),
        ("hour", Some(hour @ 0..=24)) => Some(format!("{hour}:00 to {hour}:59")),
        _ => None,
    };
    match (named, text) {
        (Some(named), _) => named,
        _ if matches!(role, Role::Measure) => number.map_or_else(|| text.to_owned(), numbers::plain),
        _ => shortened(text),
    }
}

/// A value as a part of a sentence: on one line, and no longer than people read.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let text = schema::sanitize::one_line(text);
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

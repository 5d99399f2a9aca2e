//! Time expressions: "in March 2025", "last quarter", "since 2024-05-01" as half-open ranges.
//!
//! Absolute dates become literals. Relative ones become SQL over `current_date`, so that a saved statement is still
//! right tomorrow. What could mean two ranges (a month without a year, 01/02/2024) is no time expression.

use crate::query::tree::TimeUnit;
use words::{Word, WordKind};

/// A range of time as SQL: `from` is its first moment, `to` the first one after it. At least one of them is present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeRange {
    pub from: Option<String>,
    pub to: Option<String>,
    /// The words of the question, for the summary.
    pub text: String,
}

impl TimeRange {
    /// The unit of time of which it is one, from its first day to its last; `None` where it is none of the calendar.
    pub fn calendar_unit(&self) -> Option<TimeUnit> {
        let (from, to) = self.calendar_months()?;
        match to - from {
            1 => Some(TimeUnit::Month),
            3 if from % 3 == 0 => Some(TimeUnit::Quarter),
            12 if from % 12 == 0 => Some(TimeUnit::Year),
            _ => None,
        }
    }

    /// The months from the beginning of our era to the first and to the one after its last, where it is made of whole ones.
    pub fn calendar_months(&self) -> Option<(i32, i32)> {
        let month = |date: &String| {
            let mut parts = date.strip_prefix("DATE '")?.strip_suffix('\'')?.split('-').map(str::parse::<i32>);
            let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
            (day == 1).then_some(year * 12 + month - 1)
        };
        Some((month(self.from.as_ref()?)?, month(self.to.as_ref()?)?))
    }
}

struct Period {
    from: String,
    to: String,
    /// It is understood without a preposition: "last month", "March 2025"; but not "2024", which may be any number.
    bare: bool,
}

/// The names of the months, long and short.
pub const MONTHS: [(&str, &str); 12] = [
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may", "may"),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
];

/// The time expression that begins at a word, with its preposition, and the position after it.
pub fn time_range(words: &[Word], start: usize) -> Option<(TimeRange, usize)> {
    let at = |position: usize| words.get(position).map_or("", |word| word.lower.as_str());
    let next = start + 1;
    let (from, to, end) = match at(start) {
        "in" | "during" | "for" | "on" | "of" | "within" | "throughout" => both(period(words, next)?),
        "since" => from_only(period(words, next)?),
        "starting" if matches!(at(next), "from" | "in" | "on") => from_only(period(words, next + 1)?),
        "after" => after(period(words, next)?),
        "before" => before(period(words, next)?),
        "prior" if at(next) == "to" => before(period(words, next + 1)?),
        opening @ ("between" | "from") => {
            let (first, middle) = period(words, next)?;
            let joined = if opening == "between" {
                at(middle) == "and"
            } else {
                matches!(at(middle), "to" | "through" | "until")
            };
            if joined {
                let (last, end) = period(words, middle + 1)?;
                (Some(first.from), Some(last.to), end)
            } else if opening == "from" {
                both((first, middle))
            } else {
                return None;
            }
        }
        _ => both(period(words, start).filter(|(period, _)| period.bare)?),
    };
    let text = words.get(start..end)?.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    // An empty range, as of "between 2025 and 2024", is not what was meant.
    let ordered = match (&from, &to) {
        (Some(from), Some(to)) if from.starts_with("DATE") && to.starts_with("DATE") => from < to,
        _ => true,
    };
    ordered.then_some((TimeRange { from, to, text }, end))
}

/// A time without a preposition, a year among them, and the position after it.
pub fn bare_range(words: &[Word], start: usize) -> Option<(TimeRange, usize)> {
    let (from, to, end) = both(period(words, start)?);
    let text = words.get(start..end)?.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    Some((TimeRange { from, to, text }, end))
}

/// A month whose year is told by a later one: "January" in "January and February 2025".
pub fn month_of_later_year(words: &[Word], start: usize) -> Option<(TimeRange, usize)> {
    const FAR: usize = 24;
    let month = month_number(words, start)?;
    let joins = |word: &str| matches!(word, "," | "and");
    let mut at = start + 1;
    while at < start + FAR && words.get(at).is_some_and(|word| joins(&word.lower) || month_number(words, at).is_some())
    {
        at += 1;
    }
    let period = months(year(words, at).filter(|_| at > start + 1)?, month, 1);
    let text = words.get(start)?.text.clone();
    Some((TimeRange { from: Some(period.from), to: Some(period.to), text }, start + 1))
}

type Bounds = (Option<String>, Option<String>, usize);

fn both((period, end): (Period, usize)) -> Bounds {
    (Some(period.from), Some(period.to), end)
}

fn from_only((period, end): (Period, usize)) -> Bounds {
    (Some(period.from), None, end)
}

fn after((period, end): (Period, usize)) -> Bounds {
    (Some(period.to), None, end)
}

fn before((period, end): (Period, usize)) -> Bounds {
    (None, Some(period.from), end)
}

fn period(words: &[Word], start: usize) -> Option<(Period, usize)> {
    let word = words.get(start)?;
    match word.kind {
        WordKind::Word if word.lower == "the" => period(words, start + 1),
        WordKind::Word if word.lower == "year" => year(words, start + 1).map(|year| (years(year), start + 2)),
        WordKind::Date => iso(&word.lower).map(|period| (period, start + 1)),
        WordKind::Number => {
            day_month_year(words, start).or_else(|| year(words, start).map(|year| (years(year), start + 1)))
        }
        WordKind::Word => relative(words, start)
            .or_else(|| month(words, start))
            .or_else(|| quarter(words, start))
            .or_else(|| half_year(words, start)),
        WordKind::Quoted | WordKind::Symbol => None,
    }
}

fn year(words: &[Word], position: usize) -> Option<i32> {
    let word = words.get(position).filter(|word| word.kind == WordKind::Number && word.text.len() == 4)?;
    word.lower.parse().ok().filter(|year| (1900..2100).contains(year))
}

fn relative(words: &[Word], start: usize) -> Option<(Period, usize)> {
    let (from, to, end) = match words.get(start)?.lower.as_str() {
        "today" => ("current_date".to_owned(), "current_date + 1".to_owned(), start + 1),
        "yesterday" => ("current_date - 1".to_owned(), "current_date".to_owned(), start + 1),
        // "The last year" may also mean the past twelve months, so it is not read.
        "last" if start > 0 && words.get(start - 1).is_some_and(|word| word.lower == "the") => return None,
        which @ ("last" | "previous" | "this" | "current") => {
            let unit = match words.get(start + 1)?.lower.as_str() {
                "week" => TimeUnit::Week,
                "month" => TimeUnit::Month,
                "quarter" => TimeUnit::Quarter,
                "year" => TimeUnit::Year,
                _ => return None,
            };
            let this = format!("date_trunc('{}', current_date)", unit_name(unit));
            let step = if unit == TimeUnit::Quarter { "3 months".to_owned() } else { format!("1 {}", unit_name(unit)) };
            if matches!(which, "last" | "previous") {
                (format!("{this} - interval '{step}'"), this, start + 2)
            } else {
                (this.clone(), format!("{this} + interval '{step}'"), start + 2)
            }
        }
        _ => return None,
    };
    Some((Period { from, to, bare: true }, end))
}

/// A month or a day that begins with the name of the month: "March 2025", "March 5, 2025".
fn month(words: &[Word], start: usize) -> Option<(Period, usize)> {
    let month = month_number(words, start)?;
    let comma = |position: usize| words.get(position).is_some_and(|word| word.lower == ",");
    if let Some(day) = day(words, start + 1) {
        let position = start + 2 + usize::from(comma(start + 2));
        return Some((one_day(year(words, position)?, month, day)?, position + 1));
    }
    let position =
        start + 1 + usize::from(words.get(start + 1).is_some_and(|word| matches!(word.lower.as_str(), "of" | ",")));
    Some((months(year(words, position)?, month, 1), position + 1))
}

fn day_month_year(words: &[Word], start: usize) -> Option<(Period, usize)> {
    let period = one_day(year(words, start + 2)?, month_number(words, start + 1)?, day(words, start)?)?;
    Some((period, start + 3))
}

/// A quarter: "Q1 2025", "first quarter of 2025".
fn quarter(words: &[Word], start: usize) -> Option<(Period, usize)> {
    const ORDINALS: [(&str, &str); 4] = [("q1", "first"), ("q2", "second"), ("q3", "third"), ("q4", "fourth")];
    let word = words.get(start)?.lower.as_str();
    let index = ORDINALS.iter().position(|(short, long)| *short == word || *long == word)?;
    let mut position = start + 1;
    if !word.starts_with('q') {
        words.get(position).filter(|word| word.lower == "quarter")?;
        position += 1;
    }
    position += usize::from(words.get(position).is_some_and(|word| word.lower == "of"));
    let first = u32::try_from(index).ok()? * 3 + 1;
    Some((months(year(words, position)?, first, 3), position + 1))
}

/// A half of a year: "H1 2025", "first half of 2025", "second half year 2025".
fn half_year(words: &[Word], start: usize) -> Option<(Period, usize)> {
    let at = |position: usize| words.get(position).map_or("", |word| word.lower.as_str());
    let (first, mut end) = match [at(start), at(start + 1)] {
        ["h1", _] => (1, start + 1),
        ["h2", _] => (7, start + 1),
        ["first", "half"] => (1, start + 2),
        ["second" | "last", "half"] => (7, start + 2),
        _ => return None,
    };
    end += usize::from(at(end) == "year");
    end += usize::from(at(end) == "of");
    Some((months(year(words, end)?, first, 6), end + 1))
}

fn month_number(words: &[Word], position: usize) -> Option<u32> {
    let word = words.get(position).filter(|word| word.kind == WordKind::Word)?;
    let index = MONTHS.iter().position(|(long, short)| *long == word.lower || *short == word.lower)?;
    u32::try_from(index + 1).ok()
}

fn day(words: &[Word], position: usize) -> Option<u32> {
    let word = words.get(position).filter(|word| word.kind == WordKind::Number)?;
    word.lower.parse().ok().filter(|day| (1..=31).contains(day))
}

fn iso(text: &str) -> Option<Period> {
    let mut parts = text.split('-').map(|part| part.parse::<u32>().ok());
    let year = i32::try_from(parts.next()??).ok().filter(|year| (1..=9998).contains(year))?;
    let month = parts.next()?.filter(|month| (1..=12).contains(month))?;
    match parts.next() {
        Some(day) => one_day(year, month, day?),
        None => Some(months(year, month, 1)),
    }
}

fn years(year: i32) -> Period {
    Period { from: literal(year, 1, 1), to: literal(year + 1, 1, 1), bare: false }
}

fn months(year: i32, first: u32, count: u32) -> Period {
    let next = first + count;
    let to = if next > 12 { literal(year + 1, next - 12, 1) } else { literal(year, next, 1) };
    Period { from: literal(year, first, 1), to, bare: true }
}

/// One day; `None` where the calendar has no such day.
fn one_day(year: i32, month: u32, day: u32) -> Option<Period> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let to = match (day == length, month) {
        (false, _) => literal(year, month, day + 1),
        (true, 12) => literal(year + 1, 1, 1),
        (true, _) => literal(year, month + 1, 1),
    };
    (1..=length).contains(&day).then(|| Period { from: literal(year, month, day), to, bare: true })
}

fn literal(year: i32, month: u32, day: u32) -> String {
    format!("DATE '{year:04}-{month:02}-{day:02}'")
}

/// The unit as `date_trunc` and the output column spell it.
pub fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Hour => "hour",
        TimeUnit::Day => "day",
        TimeUnit::Weekday => "weekday",
        TimeUnit::Week => "week",
        TimeUnit::Month => "month",
        TimeUnit::Quarter => "quarter",
        TimeUnit::Year => "year",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use words::split;

    fn range(text: &str) -> Option<(String, String)> {
        let words = split(text, 20);
        let (range, end) = time_range(&words, 0)?;
        assert_eq!(end, words.len(), "{text}");
        Some((range.from.unwrap_or_default(), range.to.unwrap_or_default()))
    }

    #[test]
    fn absolute_ranges_are_half_open() {
        for (text, from, to) in [
            ("in 2024", "2024-01-01", "2025-01-01"),
            ("in the year 2024", "2024-01-01", "2025-01-01"),
            ("in March 2025", "2025-03-01", "2025-04-01"),
            ("December 2024", "2024-12-01", "2025-01-01"),
            ("in Q4 2024", "2024-10-01", "2025-01-01"),
            ("in the first quarter of 2025", "2025-01-01", "2025-04-01"),
            ("in the first half of 2025", "2025-01-01", "2025-07-01"),
            ("in the second half year 2025", "2025-07-01", "2026-01-01"),
            ("H2 of 2024", "2024-07-01", "2025-01-01"),
            ("on 2024-02-29", "2024-02-29", "2024-03-01"),
            ("on 31 December 2024", "2024-12-31", "2025-01-01"),
            ("on March 5, 2025", "2025-03-05", "2025-03-06"),
            ("between 2024-01-01 and 2024-06-30", "2024-01-01", "2024-07-01"),
            ("from 2023 to 2024", "2023-01-01", "2025-01-01"),
        ] {
            assert_eq!(range(text), Some((format!("DATE '{from}'"), format!("DATE '{to}'"))), "{text}");
        }
        assert_eq!(range("since 2024"), Some(("DATE '2024-01-01'".into(), String::new())));
        assert_eq!(range("after March 2025"), Some(("DATE '2025-04-01'".into(), String::new())));
        assert_eq!(range("before March 2025"), Some((String::new(), "DATE '2025-03-01'".into())));
    }

    #[test]
    fn relative_ranges_stay_relative() {
        let month = "date_trunc('month', current_date)";
        assert_eq!(range("last month"), Some((format!("{month} - interval '1 month'"), month.into())));
        assert_eq!(range("yesterday"), Some(("current_date - 1".into(), "current_date".into())));
        let quarter = "date_trunc('quarter', current_date)";
        assert_eq!(range("this quarter"), Some((quarter.into(), format!("{quarter} + interval '3 months'"))));
    }

    #[test]
    fn unclear_times_are_none() {
        for text in ["in March", "2024", "in 24", "on 2023-02-29", "in 2024-13", "between 2025 and 2024", "in"] {
            assert_eq!(range(text), None, "{text}");
        }
    }
}

//! The time of a question, where the SQL says it in literals.

use serde::{Deserialize, Serialize};

use crate::calendar::{Day, Period, Unit};
use crate::compared::Constants;
use crate::pattern::Span;
use crate::sql_text::Literal;
use prose::outline::Comparison;

/// What of a time a literal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    /// The first day.
    From,
    /// The first day after it.
    Until,
    /// The last day.
    Last,
    /// The number of the year that it is.
    Year,
    /// Year and month, of the month that it is.
    Month,
}

/// The literals that say the time of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeHole {
    has_from: bool,
    has_until: bool,
    /// The only unit of the calendar that fits, where the SQL says no end of it.
    unit: Option<Unit>,
    parts: Vec<(Role, Span)>,
}

impl TimeHole {
    pub(crate) fn name(&self) -> &'static str {
        match (self.has_from, self.has_until) {
            (true, true) => "{time}",
            (true, false) => "{since}",
            _ => "{until}",
        }
    }

    pub(crate) fn takes(&self, start: usize) -> bool {
        self.spans().any(|span| span.start == start)
    }

    pub(crate) fn spans(&self) -> impl Iterator<Item = &Span> {
        self.parts.iter().map(|(_, span)| span)
    }

    /// What another time writes in the places of the literals; `None` where it does not fit.
    pub(crate) fn filled(&self, period: Period) -> Option<Vec<(&Span, String)>> {
        let is_alike = (period.from.is_some(), period.to.is_some()) == (self.has_from, self.has_until);
        if !is_alike || (self.unit.is_some() && self.unit != period.unit()) {
            return None;
        }
        self.parts.iter().map(|(role, span)| Some((span, role.text(period)?))).collect()
    }
}

impl Role {
    fn text(self, period: Period) -> Option<String> {
        let last = || Some(Day(period.to?.0 - 1));
        Some(match self {
            Self::From => period.from?.to_string(),
            Self::Until => period.to?.to_string(),
            Self::Last => last()?.to_string(),
            Self::Year => period.from.filter(|_| period.unit() == Some(Unit::Year))?.year().to_string(),
            Self::Month => {
                let day = period.from.filter(|_| period.unit() == Some(Unit::Month))?.to_string();
                day.get(..7)?.to_owned()
            }
        })
    }
}

/// The hole for the time of a question, where the literals of the SQL say the whole of it, and nothing in the SQL seems to say
/// anything else of time: it would stay as it is when the time changes.
pub(crate) fn time_hole(period: Period, sql: &str, literals: &[Literal], constants: &Constants) -> Option<TimeHole> {
    let mut parts = Vec::new();
    let mut equal = false;
    for literal in literals.iter().filter(|literal| tells_time(literal)) {
        let comparison = constants.get(&literal.start).and_then(|compared| compared.comparison);
        let (role, day_length) = role(literal, period, comparison)?;
        equal |= role == Role::From && comparison == Some(Comparison::Equal);
        let quote = if literal.is_string { "'" } else { "" };
        let after = format!("{}{quote}", literal.value.get(day_length..)?);
        parts.push((role, Span { start: literal.start, end: literal.end, before: quote.to_owned(), after }));
    }
    let has = |role: Role| parts.iter().any(|(other, _)| *other == role);
    let (begins, ends) = (has(Role::From), has(Role::Until) || has(Role::Last));
    let whole = has(Role::Year) || has(Role::Month);
    let unit = (equal && !ends && !whole).then(|| period.unit()).flatten();
    let (has_from, has_until) = (period.from.is_some(), period.to.is_some());
    let is_said = match (has_from, has_until) {
        (true, true) => whole || (begins && ends) || unit.is_some(),
        (true, false) => begins && !ends,
        _ => ends && !begins,
    };
    let hole = TimeHole { has_from, has_until, unit, parts };
    (is_said && !is_said_elsewhere(sql, &hole, period)).then_some(hole)
}

/// Whether a literal may say a time: a date, a month or a year.
fn tells_time(literal: &Literal) -> bool {
    let text = literal.value.as_str();
    let year = text.get(..4).and_then(|digits| digits.parse::<u32>().ok());
    let may_be_year = year.is_some_and(|year| (1900..2200).contains(&year));
    let rest = text.get(4..).unwrap_or_default();
    may_be_year && (rest.is_empty() || (literal.is_string && rest.starts_with('-')))
}

/// What a literal says of the time, and how many of its bytes say it.
fn role(literal: &Literal, period: Period, comparison: Option<Comparison>) -> Option<(Role, usize)> {
    let text = literal.value.as_str();
    let is = |day: Option<Day>, length: usize| day.is_some_and(|day| day.to_string().get(..length) == Some(text));
    match text.len() {
        4 => (period.unit() == Some(Unit::Year) && is(period.from, 4)).then_some((Role::Year, 4)),
        7 => (period.unit() == Some(Unit::Month) && is(period.from, 7)).then_some((Role::Month, 7)),
        _ => {
            let day = Day::parse(text.get(..10)?)?;
            let clock = text.get(10..)?;
            let is_midnight = clock.chars().all(|c| " T0:.Z+".contains(c));
            let last = period.to.map(|to| Day(to.0 - 1));
            let at_end = matches!(comparison, Some(Comparison::LessOrEqual | Comparison::Less));
            let role = if Some(day) == period.from && is_midnight && !(at_end && last == Some(day)) {
                Role::From
            } else if Some(day) == period.to && is_midnight {
                Role::Until
            } else if Some(day) == last {
                Role::Last
            } else {
                return None;
            };
            Some((role, 10))
        }
    }
}

/// Whether the year stands in other places of the SQL, such as the name of a partition or of a column of the result.
fn is_said_elsewhere(sql: &str, hole: &TimeHole, period: Period) -> bool {
    let rest = crate::filling::splice(sql, hole.spans().map(|span| (span, String::new())));
    let last = period.to.map(|to| Day(to.0 - 1));
    let mut years = period.from.iter().chain(&last).map(|day| day.year().to_string());
    years.any(|year| rest.contains(&year))
}

//! Measures that have a time of their own, such as `revenue_2025` beside `revenue_2024`: what they measure, and when.

use super::columns::{Column, aggregate};
use super::conditions::{bound, conjuncts};
use super::dates::{self, Date, stretch};
use super::{Facts, nouns, with_the};
use crate::outline::Expr;

/// What is measured, and the time that the FILTER of the measure names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// As a noun without an article: `revenue`.
    pub what: String,
    /// In the words of the column where these are told from today, else the time itself: `last month`, `in 2025`.
    pub when: String,
    pub from: Option<Date>,
    /// The first day after it.
    pub to: Option<Date>,
}

/// Words at the end of a column's name that say when.
const TIME_WORDS: &[&str] = &[
    "this",
    "last",
    "previous",
    "month",
    "week",
    "year",
    "quarter",
    "day",
    "before",
    "today",
    "yesterday",
    "q1",
    "q2",
    "q3",
    "q4",
];

impl Timed {
    /// `words` are those of the column's name.
    pub fn of(facts: &Facts, words: &str, value: &Expr) -> Option<Self> {
        let filter = aggregate(value)?.filter.as_ref()?;
        let bounds: Vec<_> = conjuncts(filter).into_iter().filter_map(|one| bound(one, facts.today)).collect();
        let from = bounds.iter().filter_map(|(_, from, _)| *from).max();
        let to = bounds.iter().filter_map(|(_, _, to)| *to).min();
        let (what, time) = split(words);
        let when = match time {
            _ if time.ends_with(" before") => format!("the {time}"),
            _ if ["this ", "last ", "previous "].iter().any(|word| time.starts_with(word)) => time.to_owned(),
            "today" | "yesterday" => time.to_owned(),
            _ => stretch(from, to)?,
        };
        let what = match nouns::counted(facts) {
            Some(rows) if what == "count" => format!("number of {rows}"),
            _ if ["count", "sum", "avg", "min", "max"].contains(&what) => return None,
            _ => nouns::noun(facts, what, Some(value)),
        };
        Some(Self { what, when, from, to })
    }

    /// Today is in it.
    pub fn is_running(&self, today: Option<Date>) -> bool {
        let is_in = |today: Date| self.from.is_some_and(|from| from <= today) && self.to.is_none_or(|to| today < to);
        today.is_some_and(is_in)
    }
}

/// A name's words in what is measured and when: `average total` and `q4 2025`.
fn split(words: &str) -> (&str, &str) {
    let mut what = words;
    while let Some((before, last)) = what.rsplit_once(' ') {
        let is_number = last.chars().all(|c| c.is_ascii_digit());
        if !is_number && !TIME_WORDS.contains(&last) && !dates::is_month(last) {
            break;
        }
        what = before;
    }
    (what, words.get(what.len()..).unwrap_or_default().trim_start())
}

impl Column {
    /// What it measures, with its article and its time: `revenue in 2025`, `the number of orders last month`.
    pub fn subject(&self) -> String {
        match &self.timed {
            Some(timed) => format!("{} {}", with_the(&timed.what), timed.when),
            None => with_time(&self.noun),
        }
    }

    /// What it measures without its time, where `other` measures the same at another.
    pub fn what_beside(&self, other: &Self) -> String {
        match &self.timed {
            Some(timed) => with_the(&timed.what),
            None => {
                let (noun, when) = (with_time(&self.noun), self.when_beside(other));
                noun.strip_suffix(&when).unwrap_or(&noun).trim_end().to_owned()
            }
        }
    }

    /// Its time, or what else tells it from `other`.
    pub fn when_beside(&self, other: &Self) -> String {
        match &self.timed {
            Some(timed) => timed.when.clone(),
            None => told_apart(&self.noun, &other.noun),
        }
    }

    /// Whether its time is after that of `other`.
    pub fn is_after(&self, other: &Self) -> bool {
        match (&self.timed, &other.timed) {
            (Some(one), Some(other)) => one.from > other.from,
            _ => ends_in_year(&self.noun) > ends_in_year(&other.noun),
        }
    }
}

fn ends_in_year(noun: &str) -> Option<i64> {
    let last = noun.rsplit(' ').next()?;
    (last.len() == 4).then(|| last.parse().ok()).flatten()
}

/// `revenue in 2025` for `revenue 2025`, with its article.
fn with_time(noun: &str) -> String {
    match (noun.rsplit_once(' '), ends_in_year(noun)) {
        (Some((what, year)), Some(_)) => format!("{} in {year}", with_the(what)),
        _ => with_the(noun),
    }
}

/// What tells one noun from another that begins alike: `in 2024` for `revenue 2024` beside `revenue 2025`.
fn told_apart(noun: &str, other: &str) -> String {
    let alike = noun.split(' ').zip(other.split(' ')).take_while(|(one, two)| one == two).count();
    let rest: Vec<&str> = noun.split(' ').skip(alike).collect();
    match (ends_in_year(noun), rest.as_slice()) {
        (Some(_), [year]) => format!("in {year}"),
        (_, ["month" | "week" | "year" | "quarter" | "day", "before"]) => format!("the {}", rest.join(" ")),
        (_, []) => noun.to_owned(),
        _ => rest.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_in_their_time() {
        assert_eq!(split("revenue q4 2025"), ("revenue", "q4 2025"));
        assert_eq!(split("average total december 2025"), ("average total", "december 2025"));
        assert_eq!(split("count month before"), ("count", "month before"));
        assert_eq!(split("units sold"), ("units sold", ""));
        assert_eq!(split("2025"), ("2025", ""));
    }
}

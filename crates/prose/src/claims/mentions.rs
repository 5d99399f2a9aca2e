//! Which rows a sentence speaks of, by their labels and periods.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use schema::ResultColumn;

use crate::answer::dates::{Date, Unit, period};

/// The same months in the languages that models are likely to answer in.
const MONTHS: [[&str; 4]; 12] = [
    ["january", "januar", "janvier", "enero"],
    ["february", "februar", "février", "febrero"],
    ["march", "märz", "mars", "marzo"],
    ["april", "april", "avril", "abril"],
    ["may", "mai", "mai", "mayo"],
    ["june", "juni", "juin", "junio"],
    ["july", "juli", "juillet", "julio"],
    ["august", "august", "août", "agosto"],
    ["september", "september", "septembre", "septiembre"],
    ["october", "oktober", "octobre", "octubre"],
    ["november", "november", "novembre", "noviembre"],
    ["december", "dezember", "décembre", "diciembre"],
];

/// How the rows of a result can be named.
pub struct Names {
    /// For each name, in lower case, the rows that have it.
    rows: HashMap<String, Vec<usize>>,
    /// How long names are, in bytes.
    lengths: BTreeSet<usize>,
}

/// A place where a sentence names rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// More than one where rows have the same label.
    pub rows: Vec<usize>,
    pub place: Range<usize>,
}

impl Names {
    pub fn of(columns: &[ResultColumn], rows: &[Vec<Option<String>>]) -> Self {
        let mut rows_of: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, column) in columns.iter().enumerate() {
            let texts: Vec<Option<&str>> = rows.iter().map(|row| row.get(at)?.as_deref()).collect();
            let days: Vec<Date> = texts.iter().flatten().filter_map(|text| Date::parse(text)).collect();
            let is_time = column.category == 'D' && days.len() == texts.iter().flatten().count();
            let is_year = column.category == 'N' && column.name.ends_with("year");
            let unit = Unit::named(&column.name).unwrap_or_else(|| Unit::of(&days));
            let one_year = days.windows(2).all(|pair| pair[0].year == pair[1].year);
            for (row, text) in texts.into_iter().enumerate() {
                let Some(text) = text else { continue };
                let names = match Date::parse(text).filter(|_| is_time) {
                    Some(day) => names_of(day, unit, one_year),
                    None if is_year || column.category != 'N' && text.chars().count() > 1 => vec![text.to_lowercase()],
                    None => Vec::new(),
                };
                for name in names.into_iter().filter(|name| !name.is_empty()) {
                    rows_of.entry(name).or_default().push(row);
                }
            }
        }
        let lengths = rows_of.keys().map(String::len).collect();
        for rows in rows_of.values_mut() {
            rows.sort_unstable();
        }
        Self { rows: rows_of, lengths }
    }

    /// Where a text in lower case names rows, in its order; of names within each other the longest.
    pub fn mentions(&self, text: &str) -> Vec<Mention> {
        // The names are looked up by what stands in the text: there may be a thousand times more of them than words.
        let starts = text.char_indices().map(|(at, _)| at).filter(|at| is_edge(text, *at));
        let mut all: Vec<(&str, Range<usize>, &Vec<usize>)> = Vec::new();
        for start in starts {
            for length in self.lengths.range(..=text.len() - start) {
                let place = start..start + length;
                let Some(name) = text.get(place.clone()).filter(|_| is_edge(text, place.end)) else { continue };
                all.extend(self.rows.get(name).map(|rows| (name, place, rows)));
            }
        }
        all.sort_by_key(|(name, place, _)| (std::cmp::Reverse(name.len()), *name, place.start));
        let mut found: Vec<Mention> = Vec::new();
        for (_, place, rows) in all {
            if found.iter().all(|other| other.place.end <= place.start || place.end <= other.place.start) {
                found.push(Mention { rows: rows.clone(), place });
            }
        }
        found.sort_by_key(|mention| mention.place.start);
        found
    }
}

/// Whether a word begins or ends here.
fn is_edge(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let after = text.get(at..).and_then(|after| after.chars().next());
    !(before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric))
}

/// How a period may be written.
fn names_of(day: Date, unit: Unit, one_year: bool) -> Vec<String> {
    let mut names = vec![format!("{:04}-{:02}-{:02}", day.year, day.month, day.day)];
    let both = |names: &mut Vec<String>, unit: Unit| {
        names.push(period(day, unit, true).to_lowercase());
        if one_year {
            names.push(period(day, unit, false).to_lowercase());
        }
    };
    let index = usize::try_from(day.month - 1).unwrap_or(0);
    let months = MONTHS.get(index).into_iter().flatten();
    match unit {
        Unit::Year => names.push(day.year.to_string()),
        Unit::Quarter => {
            let quarter = (day.month - 1) / 3 + 1;
            both(&mut names, unit);
            names.extend([format!("q{quarter} {}", day.year), format!("{}-q{quarter}", day.year)]);
            if one_year {
                names.push(format!("q{quarter}"));
            }
        }
        Unit::Month => {
            names.push(format!("{:04}-{:02}", day.year, day.month));
            for month in months {
                names.push(format!("{month} {}", day.year));
                names.push(format!("{month} de {}", day.year));
                if one_year {
                    names.push((*month).to_owned());
                }
            }
        }
        Unit::Week | Unit::Day | Unit::Moment => {
            both(&mut names, Unit::Day);
            for month in months {
                names.push(format!("{month} {}, {}", day.day, day.year));
                names.push(format!("{}. {month} {}", day.day, day.year));
                if one_year {
                    names.push(format!("{month} {}", day.day));
                    names.push(format!("{}. {month}", day.day));
                }
            }
        }
    }
    names.sort();
    names.dedup();
    names
}

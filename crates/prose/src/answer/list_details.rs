//! What can be said of a list whose rows are too many to be named, by the conditions that they fulfil: how many have each of the
//! values that were asked for, how much they come to, which is the first by what was asked.

use super::columns::{Column, Role, top_select};
use super::conditions::filters;
use super::flags::is_adjective;
use super::phrases::{self, Side};
use super::places::PLACES;
use super::{Told, nouns, numbers, sentence, units};
use crate::english_list;
use crate::outline::Expr;

/// More values than these are not told one by one.
const MOST_VALUES: usize = 4;

impl Told<'_> {
    /// How many rows have which of several values that were asked for: `500 in Germany and 327 in France`.
    pub(super) fn parts_by_condition(&self) -> Option<String> {
        filters(&self.facts).into_iter().find_map(|condition| {
            let (column, values) = phrases::alternatives(condition)?;
            let column = self.showing(column).filter(|column| column.role == Role::Label)?;
            let many = |value: &str| column.labels.iter().filter(|label| *label == value).count();
            let mut parts: Vec<(&str, usize)> = values.iter().map(|value| (*value, many(value))).collect();
            let is_all = parts.iter().map(|(_, many)| many).sum::<usize>() == self.facts.rows.len();
            let last = column.name.rsplit('_').next().unwrap_or_default();
            let is_place = PLACES.contains(&last);
            if !is_all || parts.len() > MOST_VALUES || !is_place && !values.iter().all(|value| is_adjective(value)) {
                return None;
            }
            parts.sort_by_key(|(_, many)| std::cmp::Reverse(*many));
            let tie = if is_place { "in " } else { "" };
            let told = |(value, many): &(&str, usize)| format!("{} {tie}{value}", numbers::exact(*many as f64));
            Some(english_list(&parts.iter().map(told).collect::<Vec<_>>(), "and"))
        })
    }

    /// What rows come to by the number that they were chosen by, or which of them is first by it.
    pub(super) fn measured_condition(&self) -> Option<String> {
        filters(&self.facts).into_iter().find_map(|condition| {
            let (column, side) = phrases::measured(condition)?;
            let column = self.showing(column).filter(|column| column.role == Role::Measure)?;
            // Where all are alike, none is first.
            let alike = column.numbers.windows(2).all(|pair| pair[0] == pair[1]);
            if let Some(Some(number)) = column.numbers.first().filter(|_| alike && !nouns::is_amount(column)) {
                let all = format!("The {} is {} for all of them.", column.noun, column.figures.show(*number));
                return Some(all).filter(|_| *number != 0.0);
            }
            if nouns::is_amount(column) { self.sum_of(column, side, condition) } else { self.end_of(column, side) }
        })
    }

    /// `Together they come to 846,112.20; the largest is 9,853.20 (id 5330).` Rows that stand twice would count twice.
    fn sum_of(&self, column: &Column, side: Side, condition: &Expr) -> Option<String> {
        let mut keys = self.columns.iter().find(|column| column.role == Role::Identifier)?.labels.clone();
        keys.sort();
        keys.dedup();
        let values: Vec<f64> = column.numbers.iter().flatten().copied().collect();
        if keys.len() != self.facts.rows.len() || values.len() != keys.len() {
            return None;
        }
        let (come, is) = if self.scope.is_over { ("came", "was") } else { ("come", "is") };
        let unit = units::unit_of(&self.facts, condition).map(|unit| format!(" {unit}")).unwrap_or_default();
        let total = format!("{}{unit}", numbers::plain(values.iter().sum()));
        let largest = match side {
            Side::Over => self.extreme(column, true).map(|(row, number)| {
                format!("; the largest {is} {}{}", numbers::plain(number), self.key_of(row, " (", ")"))
            }),
            _ => None,
        };
        Some(format!("Together they {come} to {total}{}.", largest.unwrap_or_default()))
    }

    /// `The cheapest is Classic One 102 (20.99).`
    fn end_of(&self, column: &Column, side: Side) -> Option<String> {
        let ends: &[bool] = match side {
            Side::Over => &[true],
            Side::Under => &[false],
            Side::Between => &[false, true],
        };
        let is_price = nouns::is_price(&column.name);
        let told = |highest: bool| {
            let Some((row, number)) = self.extreme(column, highest) else {
                let numbers = column.numbers.iter().flatten().copied();
                let end = if highest { numbers.reduce(f64::max) } else { numbers.reduce(f64::min) };
                let (noun, end) = (&column.noun, column.figures.show(end?));
                return Some(format!("the {} {noun} is {end}", if highest { "highest" } else { "lowest" }));
            };
            let name = self.key_of(row, "", "");
            let value = column.figures.show(number);
            Some(match (is_price, highest) {
                _ if name.is_empty() => return None,
                (true, true) => format!("the most expensive {} {name} ({value})", self.be()),
                (true, false) => format!("the cheapest {} {name} ({value})", self.be()),
                _ => format!("{name} {}: {value}", self.has_most(column, highest)),
            })
        };
        let told: Option<Vec<String>> = ends.iter().map(|end| told(*end)).collect();
        Some(sentence(&english_list(&told?, "and")))
    }

    /// The row with the highest or the lowest number, where it is one.
    fn extreme(&self, column: &Column, highest: bool) -> Option<(usize, f64)> {
        let numbers = || column.numbers.iter().enumerate().filter_map(|(row, number)| Some((row, (*number)?)));
        let better = |one: f64, other: f64| if highest { one > other } else { one < other };
        let best = numbers().reduce(|best, next| if better(next.1, best.1) { next } else { best })?;
        (numbers().filter(|(_, number)| *number == best.1).count() == 1).then_some(best)
    }

    /// What a row is called: by its name, else by its number; nothing where it has neither.
    fn key_of(&self, row: usize, before: &str, behind: &str) -> String {
        let is_name = |column: &&Column| {
            column.role == Role::Label && ["name", "title", "label"].iter().any(|end| column.name.ends_with(end))
        };
        let identifier = || self.columns.iter().find(|column| column.role == Role::Identifier);
        let key = match (self.columns.iter().find(is_name), identifier()) {
            (Some(_), _) => self.row_name(row),
            (None, Some(identifier)) => self.numbered(identifier, row),
            (None, None) => return String::new(),
        };
        format!("{before}{key}{behind}")
    }

    /// The column of the answer that shows a column of the data.
    fn showing(&self, of: &Expr) -> Option<&Column> {
        let output = top_select(&self.facts)?.columns.iter().find(|output| output.value == *of)?;
        self.columns.iter().find(|column| column.name == output.name)
    }
}

//! Parts of a whole: `79 % of customers with orders have more than one order`, `Germany brings in 30.5 % of revenue`.

use super::columns::{Column, aggregate, counted_rows, top_select};
use super::conditions::of_condition;
use super::figures::Style;
use super::leaders::{Saying, is_income};
use super::phrases::Phrase;
use super::{Told, nouns, numbers, sentence};
use crate::english_list;
use crate::outline::Expr;

/// So many are named in a sentence; of more, so many at the top.
const NAMED: usize = 5;
const TOP: usize = 3;

impl Told<'_> {
    /// The fraction of rows for which a condition holds, where an answer is nothing else.
    pub(super) fn share_of_rows(&self, column: &Column, number: f64) -> Option<String> {
        if column.figures.style != Style::Fraction || !matches!(column.name.as_str(), "fraction" | "repeat_rate") {
            return None;
        }
        let output = top_select(&self.facts)?.columns.iter().find(|output| output.name == column.name)?;
        let Expr::Operator { args, .. } = &output.value else { return None };
        let part = aggregate(args.first()?).filter(|call| call.name == "count")?;
        let rows = counted_rows(&self.facts)?;
        let (have, lack) = self.predicate_of(part.filter.as_ref()?)?;
        let all = format!("{rows}{}", self.scope.after_noun());
        let tense = |text: String| if self.scope.is_over { in_the_past(&text) } else { text };
        Some(match lack {
            Some(lack) if number == 0.0 => sentence(&format!("none: all {all} {}", tense(lack))),
            _ if number == 0.0 => sentence(&format!("none of the {all} {}", tense(have))),
            _ if number == 1.0 => sentence(&format!("all {all} {}", tense(have))),
            _ => sentence(&format!("{} of {all} {}", column.figures.show(number), tense(have))),
        })
    }

    /// What rows with a condition do, and what those without it do where that is easily said.
    fn predicate_of(&self, condition: &Expr) -> Option<(String, Option<String>)> {
        let scope = of_condition(&self.facts, condition)?;
        match (scope.phrases.as_slice(), scope.beside.as_slice(), scope.time.is_none()) {
            ([phrase], [], true) => Some(predicate(phrase)),
            ([], [beside], true) => match (beside.strip_prefix("without "), beside.strip_prefix("with ")) {
                (Some(rows), _) => Some((format!("have no {rows}"), Some(format!("have {rows}")))),
                (_, Some(rows)) => Some((format!("have {rows}"), Some(format!("have no {rows}")))),
                _ => None,
            },
            _ => None,
        }
    }

    /// `The share of orders that are returned is highest in Cycling: 10.3 %`, where each group has a share of its own rows.
    pub(super) fn leading_share(&self, column: &Column, name: &str, descending: bool, value: &str) -> Option<String> {
        if column.figures.style != Style::Fraction || !column.noun.starts_with("share of ") {
            return None;
        }
        let output = top_select(&self.facts)?.columns.iter().find(|output| output.name == column.name)?;
        let Expr::Operator { args, .. } = &output.value else { return None };
        let part = aggregate(args.first()?).filter(|call| call.name == "count")?;
        let (have, _) = self.predicate_of(part.filter.as_ref()?)?;
        let of = || nouns::measured(&self.facts, args.first()?).map(|(of, _)| nouns::plural(&of));
        let (rows, after) = (counted_rows(&self.facts).or_else(of)?, self.scope.after_noun());
        let have = if self.scope.is_over { in_the_past(&have) } else { have };
        let who = if super::question_words::are_people(&rows) { "who" } else { "that" };
        let (tie, be, end) = (self.tie(), self.be(), if descending { "highest" } else { "lowest" });
        Some(format!("the share of {rows}{after} {who} {have} {be} {end} {tie} {name}: {value}"))
    }

    /// Groups with a measure and its part of the whole.
    pub(super) fn shares(&self, measures: &[&Column]) -> Option<Vec<String>> {
        let is_share = |column: &&&Column| column.name == "share" && column.figures.style == Style::Fraction;
        let share = measures.iter().find(is_share)?;
        let column = measures.iter().find(|column| !is_share(column))?;
        if self.is_cut || self.facts.outline.query.limit.is_some() || measures.len() != 2 {
            return None;
        }
        let mut ranked: Vec<(usize, f64)> =
            share.numbers.iter().enumerate().filter_map(|(row, number)| Some((row, (*number)?))).collect();
        ranked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let (first, best) = ranked.first().copied()?;
        let total: f64 = column.numbers.iter().flatten().sum();
        let value = column.numbers.get(first).copied().flatten()?;
        let of = match &column.counted {
            Some(rows) => format!("the {rows}{}", self.after(column)),
            None => format!("{}{}", column.noun, self.after(column)),
        };
        let verb = if is_income(&column.noun) { format!("{} in", self.bring()) } else { self.make_up().to_owned() };
        let named = if ranked.len() <= NAMED { ranked.len() } else { TOP };
        let show = |number: f64| share.figures.show(number);
        let others: Vec<String> = ranked
            .iter()
            .take(named)
            .skip(1)
            .map(|(row, number)| format!("{} with {}", self.row_name(*row), show(*number)))
            .collect();
        let others =
            if others.is_empty() { String::new() } else { format!(", followed by {}", english_list(&others, "and")) };
        let (name, value, total) = (self.row_name(first), column.figures.show(value), column.figures.show(total));
        let mut sentences =
            vec![sentence(&format!("{name} {verb} {} of {of} ({value} of {total}){others}", show(best)))];
        if let Some((row, least)) = ranked.last().filter(|_| ranked.len() > named) {
            let has = self.has();
            sentences.push(sentence(&format!("{} {has} the smallest share: {}", self.row_name(*row), show(*least))));
        }
        Some(sentences)
    }

    /// The state that most rows have, with its part of all: `50 % of the 20,000 orders are delivered (10,032)`.
    pub(super) fn leading_state(&self, column: &Column, ranked: &[(usize, f64)]) -> Option<String> {
        let rows = column.counted.as_ref().filter(|_| self.saying(column) == Saying::Are)?;
        let total: f64 = ranked.iter().map(|(_, number)| number).sum();
        let (first, best) = ranked.first().copied().filter(|_| total > 0.0)?;
        let (name, are) = (self.row_name(first), self.be_many());
        let part = numbers::percent(best / total);
        let part = if part == "50 %" { "half".to_owned() } else { part };
        let (total, best) = (column.figures.show(total), column.figures.show(best));
        Some(format!("{part} of the {total} {rows}{} {are} {name} ({best})", self.after(column)))
    }

    fn make_up(&self) -> &'static str {
        if self.scope.is_over { "made up" } else { "makes up" }
    }
}

/// What rows with a condition do, many of them, and what those without it do where that is easily said.
fn predicate(phrase: &Phrase) -> (String, Option<String>) {
    match phrase {
        Phrase::Place(text) | Phrase::When(text) | Phrase::Amount(text) => (format!("are {text}"), None),
        Phrase::With(text) => (format!("have {text}"), None),
        Phrase::Without(text) => (format!("have no {text}"), Some(format!("have {text}"))),
        Phrase::That(text) => (text.clone(), None),
        Phrase::Adjective(text) | Phrase::Called(text) => (format!("are {text}"), None),
    }
}

fn in_the_past(text: &str) -> String {
    let past = [("are ", "were "), ("have ", "had "), ("do not ", "did not ")];
    let changed = past.iter().find_map(|(now, then)| Some(format!("{then}{}", text.strip_prefix(now)?)));
    changed.unwrap_or_else(|| text.to_owned())
}

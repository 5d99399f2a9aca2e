//! What is compared with what: the two times of a difference, those who have a thing and those who have not.

use super::changes::change_of;
use super::columns::{Column, aggregate, counted_rows, spoken, spoken_relation, top_select};
use super::conditions::{Scope, bound, conjuncts};
use super::dates::stretch;
use super::flags::is_adjective;
use super::single_row::is_plural;
use super::{Told, counted, question_words, sentence};
use crate::outline::Expr;

/// A difference of one thing in two times, which is below zero.
pub(super) struct Sides {
    /// `had`, or `sold` where that is what was asked for.
    pub verb: &'static str,
    pub fewer: &'static str,
    pub what: String,
    pub new: String,
    pub old: String,
}

impl Told<'_> {
    /// The sides of a difference, where each is an aggregate over a time of its own.
    pub(super) fn sides(&self, column: &Column) -> Option<Sides> {
        let output = top_select(&self.facts)?.columns.iter().find(|output| output.name == column.name)?;
        let Expr::Operator { symbol, args } = &output.value else { return None };
        let [new, old] = args.as_slice() else { return None };
        let time = |value: &Expr| {
            let bounds: Vec<_> = conjuncts(aggregate(value)?.filter.as_ref()?)
                .into_iter()
                .filter_map(|one| bound(one, self.facts.today))
                .collect();
            let from = bounds.iter().filter_map(|(_, from, _)| *from).max();
            stretch(from, bounds.iter().filter_map(|(_, _, to)| *to).min())
        };
        let call = aggregate(new).filter(|_| symbol == "-")?;
        let sold = ["sell", "sold"].iter().any(|verb| question_words::has(self.facts.question, verb));
        let what = match call.args.as_slice() {
            [] => counted_rows(&self.facts)?,
            [_] if question_words::has(self.facts.question, "units") => "units".to_owned(),
            [Expr::Column { name, .. }] => spoken(name),
            _ => return None,
        };
        let verb = if sold && what == "units" { "sold" } else { "had" };
        let fewer = if is_plural(&what) { "fewer" } else { "less" };
        Some(Sides { verb, fewer, what, new: time(new)?, old: time(old)? })
    }

    /// Two groups of which one has what a flag tells and the other has not: who has it comes first.
    pub(super) fn two_of_a_flag(&self, column: &Column, ranked: &[(usize, f64)], scope: &Scope) -> Option<String> {
        let naming = self.naming()?;
        let of = |flag: &str| {
            let is_so = |row: usize| naming.labels.get(row).is_some_and(|label| label == flag);
            ranked.iter().find(|(row, _)| is_so(*row)).map(|(_, number)| *number)
        };
        let (with, without) = (of("true")?, of("false")?);
        let noun = spoken(&naming.name);
        let by_question = match question_words::owners(self.facts.question, &noun) {
            Some(owners) => Some((owners, "the others".to_owned())),
            None => question_words::deed(self.facts.question, &noun)
                .map(|deed| (format!("those who {deed}"), "the others".to_owned())),
        };
        let (who, others) = match by_question {
            Some(both) => both,
            None if column.counted.is_some() => return Some(self.parted(column, &noun, (with, without), scope)),
            None => match (is_adjective(&noun), self.rows_of_label()) {
                (true, Some(rows)) => (format!("{noun} {rows}"), "the others".to_owned()),
                (true, None) => (format!("those that are {noun}"), "the others".to_owned()),
                (false, _) => (format!("those with {noun}"), "those without".to_owned()),
            },
        };
        let change = change_of(column, with, without);
        let (with, without) = (column.figures.show(with), column.figures.show(without));
        let than = if with == without { "as" } else { "than" };
        Some(match &column.counted {
            Some(rows) => {
                let have = if scope.is_over { "had" } else { "have" };
                sentence(&format!(
                    "{who} {have} {with} {rows}{}, {change} {than} {others} ({without})",
                    scope.after_number()
                ))
            }
            None => sentence(&format!(
                "{} of {who}{} {} {with}, {change} {than} that of {others} ({without})",
                super::with_the(&column.noun),
                scope.after_measure(),
                self.be()
            )),
        })
    }

    /// `42 products are discontinued and 458 are not.`, `1,647 customers have newsletter and 3,353 do not.`
    fn parted(&self, column: &Column, noun: &str, (with, without): (f64, f64), scope: &Scope) -> String {
        let rows = column.counted.as_deref().unwrap_or_default();
        let many = |number: f64| if number == 1.0 { self.be() } else { self.be_many() };
        let (told, rest) = (counted(with, rows), column.figures.show(without));
        let after = scope.after_number();
        if is_adjective(noun) {
            return sentence(&format!("{told}{after} {} {noun} and {rest} {} not", many(with), many(without)));
        }
        format!("There {} {told}{after} with {noun} and {rest} without.", many(with))
    }

    /// The rows that a label is of, many of them.
    fn rows_of_label(&self) -> Option<String> {
        let naming = self.naming()?;
        let output = top_select(&self.facts)?.columns.iter().find(|output| output.name == naming.name)?;
        let Expr::Column { entry: Some(entry), .. } = &output.value else { return None };
        self.facts.outline.entries.get(*entry).map(|entry| spoken_relation(&entry.name))
    }
}

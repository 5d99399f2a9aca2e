//! Tests of what a row is worth, of how much there is of something, without a comparison or a name: "over 5000", "between
//! 100 and 200 euros", "out of stock", "that still have stock".

use crate::choice::costs;
use crate::grammar::conditions::about;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Expression, Operand};

/// Units that are no money.
const MEASURES: [&str; 4] = ["kg", "km", "meters", "feet"];

impl Parser<'_> {
    /// An amount without the name of a column, for what a row is worth.
    pub fn worth_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        if connective.negated || connective.also && !connective.linked {
            return found;
        }
        let start = connective.end;
        let compares = self.accept(start, Category::Between).is_some() || !self.operators(start).is_empty();
        if compares {
            found.extend(self.measured_tests(hypothesis, source, start));
        }
        let Some(column) = self.worth_of_row(hypothesis.query.relation(source)).filter(|_| compares) else {
            return found;
        };
        let at = ColumnRef { source, column };
        for (next, end) in self.comparisons(hypothesis, at, start, false) {
            // What weighs or measures so much need not cost it.
            if end.checked_sub(1).is_some_and(|last| MEASURES.contains(&self.lattice.lower(last))) {
                continue;
            }
            let money = end.checked_sub(1).is_some_and(|last| is_currency(self.lattice.lower(last)))
                || (start..end).any(|at| matches!(self.lattice.lower(at), "$" | "€" | "£"));
            let year = (start..end).any(|at| self.is_year_number(at));
            // A number alone may be a year or count something, which a unit after it would tell.
            let counts =
                end < self.lattice.len() && (!self.column_terms(end).is_empty() || !self.noun_phrases(end).is_empty());
            if !money && (year || counts) {
                continue;
            }
            let cost = if money { costs::WORTH_OF_ROW } else { costs::WORTH_WITHOUT_UNIT };
            found.push((next.with_cost(cost), end));
        }
        found
    }

    /// "Over 500 kg": by the one number of the row that its name or its comment says to be in this unit.
    fn measured_tests(&self, hypothesis: &Hypothesis, source: usize, start: usize) -> Parses<Hypothesis> {
        let relation = hypothesis.query.relation(source);
        let mut found = Vec::new();
        for unit in MEASURES {
            let says = |id: ColumnId| {
                let comment = self.schema.column(id).comment.as_deref().unwrap_or_default().to_lowercase();
                self.schema.words(id).iter().any(|word| word == unit)
                    || comment.split(|c: char| !c.is_alphanumeric()).any(|word| word == unit)
            };
            let numbers = self.schema.columns(relation).map(|(id, _)| id).filter(|id| self.schema.is_number(*id));
            let measured: Vec<ColumnId> = numbers.filter(|id| says(*id)).collect();
            let [column] = measured.as_slice() else { continue };
            let tests = self.comparisons(hypothesis, ColumnRef { source, column: *column }, start, false);
            let in_unit = tests.into_iter().filter(|(_, end)| self.lattice.lower(end.saturating_sub(1)) == unit);
            found.extend(in_unit.map(|(next, end)| (next.with_cost(costs::WORTH_OF_ROW), end)));
        }
        found
    }

    /// Whether there is any of what a number of the row counts: "out of stock", "that have stock".
    pub fn supply_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = self.supply_numbers(hypothesis, source, connective);
        let out = self.accept_phrase(connective.end, &["out of", "in short supply of", "run out of"]);
        let has = connective.verb && connective.linked;
        let start = match out {
            Some(start) => start,
            None if has => self.skip_all(connective.end, &[Category::Adverb, Category::Any]),
            None => return found,
        };
        let relation = hypothesis.query.relation(source);
        for (candidates, _, end) in self.column_terms(start) {
            for mention in
                candidates.into_iter().filter(|m| m.cost <= costs::INFLECTED_NAME && m.target.relation == relation)
            {
                let column = mention.target;
                if !self.schema.is_whole(column) || self.schema.is_key(column) || self.lattice.is_plural(end) {
                    continue;
                }
                let none = out.is_some() != connective.negated;
                let at = ColumnRef { source, column };
                let operator = if none { "<=" } else { ">" };
                let operand = Operand::Number("0".to_owned());
                let condition = Condition::Compare { value: Expression::Column(at), operator, operand };
                found.push((
                    about(hypothesis.clone().with_cost(mention.cost + costs::SUPPLY).filter(source, condition), at),
                    end,
                ));
            }
        }
        found
    }

    /// "Fewer than 10 pieces in stock": a comparison before the name of the number that it is about.
    fn supply_numbers(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        const UNITS: [&str; 8] = ["pieces", "units", "items", "pcs", "piece", "unit", "left", "copies"];
        let mut found = Vec::new();
        let relation = hypothesis.query.relation(source);
        for (operator, at) in self.operators(connective.end).into_iter().filter(|_| !connective.negated) {
            let Some((operand, end)) = self.amount(at) else { continue };
            let end = self.accept_phrase(end, &UNITS).unwrap_or(end);
            let Some(start) = self.accept_phrase(end, &["in", "on", "left in"]) else { continue };
            for (candidates, _, end) in self.column_terms(start) {
                for mention in
                    candidates.into_iter().filter(|m| m.cost <= costs::INFLECTED_NAME && m.target.relation == relation)
                {
                    let column = mention.target;
                    if self.schema.is_whole(column) && !self.schema.is_key(column) && !self.lattice.is_plural(end) {
                        let at = ColumnRef { source, column };
                        let operand = operand.clone();
                        let condition = Condition::Compare { value: Expression::Column(at), operator, operand };
                        let next = hypothesis.clone().with_cost(mention.cost + costs::SUPPLY);
                        found.push((about(next.filter(source, condition), at), end));
                    }
                }
            }
        }
        found
    }
}

fn is_currency(word: &str) -> bool {
    matches!(word, "dollar" | "dollars" | "usd" | "euro" | "euros" | "eur" | "pounds" | "€" | "£" | "$")
}

//! Tests of what related rows come to: "who spent more than 5000 in 2025", "with revenue over 20000", "rated below 3", "who
//! ordered more than once".

use crate::catalog::money_columns::is_income;
use crate::choice::costs;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Condition, Direction, Expression, Operand};

/// Last words of the names of columns in which somebody says what they think of something.
pub const OPINIONS: [&str; 5] = ["rating", "ratings", "stars", "star", "score"];

/// Words that ask for one opinion among several.
pub const ONE_OF_THEM: [&str; 5] = ["any", "some", "both", "ever", "once"];

impl Parser<'_> {
    /// All such tests after a connective, but for those that tell what was done.
    pub fn related_total_tests(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
    ) -> Parses<Hypothesis> {
        if connective.negated {
            return Vec::new();
        }
        let mut found = self.money_tests(hypothesis, source, connective);
        found.extend(self.average_opinion_tests(hypothesis, source, connective));
        found
    }

    /// "Spent more than 5000", "with revenue over 20000", perhaps in a time.
    fn money_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let start = self.skip_all(connective.end, &[Category::Article, Category::Pronoun]);
        let start = self.accept_phrase(start, &["total", "overall"]).unwrap_or(start);
        let last = connective.end.checked_sub(1).map_or("", |at| self.lattice.lower(at));
        let (word, begin) = match self.lattice.lower(start) {
            word if is_income(word) && connective.linked => (word, self.skip_optional(start + 1, Category::Be)),
            _ if matches!(last, "spent" | "spend" | "spends") && connective.verb => ("spent", connective.end),
            _ => return Vec::new(),
        };
        let mut found = Vec::new();
        for (operator, at) in self.operators(begin) {
            let Some((operand, end)) = self.amount(at) else { continue };
            for (relation, flow, cost) in self.money_flows(word) {
                for (next, head, target) in hypothesis.subquery(self.schema, source, relation, false) {
                    let Some(head) = head.filter(|_| relation != hypothesis.query.relation(source)) else { continue };
                    let Some(value) = flow.clone().moved_to(target) else { continue };
                    if next.fans_out(self.schema, head, target, Aggregate::Sum) {
                        continue;
                    }
                    let value = Expression::SubqueryMeasure(head, Box::new(value));
                    let condition = Condition::Compare { value, operator, operand: operand.clone() };
                    let next = next.with_cost(cost + costs::AGGREGATE_OF_RELATED).filter(source, condition);
                    found.extend(self.perhaps_in_time(&next, target, end));
                }
            }
        }
        found
    }

    /// The same, and the same of the related rows of a time that follows.
    fn perhaps_in_time(&self, hypothesis: &Hypothesis, target: usize, end: usize) -> Parses<Hypothesis> {
        let mut found = vec![(hypothesis.clone(), end)];
        for (range, after) in &self.lattice.cell(end).time_ranges {
            found.extend(self.in_time(hypothesis, target, range).into_iter().map(|next| (next, *after)));
        }
        found
    }

    /// "Rated below 3", "with an average rating of at least 4": what all who rated something gave it on average.
    fn average_opinion_tests(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
    ) -> Parses<Hypothesis> {
        let last = connective.end.checked_sub(1).map_or("", |at| self.lattice.lower(at));
        let start = self.skip_articles(connective.end);
        let named = self.accept_phrase(start, &["average rating", "rating", "average score", "score"]);
        let begin = match named {
            Some(end) if connective.linked => {
                let end = self.skip_optional(end, Category::Be);
                self.accept_word(end, "of").unwrap_or(end)
            }
            None if last == "rated" => connective.end,
            _ => return Vec::new(),
        };
        // "Any rating below 5" is one of them.
        if (0..begin).any(|at| ONE_OF_THEM.contains(&self.lattice.lower(at))) {
            return Vec::new();
        }
        let mut tests: Vec<(&'static str, Operand, usize)> = Vec::new();
        for (operator, at) in self.operators(begin) {
            tests.extend(self.amount(at).map(|(operand, end)| (operator, operand, end)));
        }
        tests.extend(self.amount(begin).and_then(|(operand, middle)| {
            let (operator, end) = self.or_more(middle)?;
            Some((operator, operand, end))
        }));
        let mut found = Vec::new();
        for (operator, operand, end) in tests {
            let end = self.accept_phrase(end, &["stars", "points"]).unwrap_or(end);
            for (next, value) in self.average_opinions(hypothesis, source) {
                let condition = Condition::Compare { value, operator, operand: operand.clone() };
                found.push((next.filter(source, condition), end));
            }
        }
        found
    }

    /// What the rows of a source are given on average by those who rate them, where one relation records that and they hold no
    /// such number themselves.
    pub fn average_opinions(&self, hypothesis: &Hypothesis, source: usize) -> Vec<(Hypothesis, Expression)> {
        let relation = hypothesis.query.relation(source);
        let opinion_of = |of: usize| {
            let mut columns = self.schema.columns(of).map(|(id, _)| id);
            columns.find(|id| self.schema.is_number(*id) && OPINIONS.contains(&self.schema.last_word(*id)))
        };
        let mut referring: Vec<usize> = self.schema.keys_to(relation).map(|(_, edge)| edge.from).collect();
        referring.sort_unstable();
        referring.dedup();
        let opinions: Vec<ColumnId> =
            referring.into_iter().filter(|from| self.is_table(*from)).filter_map(opinion_of).collect();
        let ([column], None) = (opinions.as_slice(), opinion_of(relation)) else { return Vec::new() };
        let subqueries = hypothesis.subquery(self.schema, source, column.relation, false).into_iter();
        subqueries
            .filter_map(|(next, head, target)| {
                let at = Some(ColumnRef { source: target, column: *column });
                Some((
                    next.with_cost(costs::AGGREGATE_OF_RELATED),
                    Expression::SubqueryAggregate(head?, Aggregate::Average, at),
                ))
            })
            .collect()
    }

    /// The base's rows in the order of what they are given on average, which is shown.
    pub fn ranked_by_opinions(
        &self,
        hypothesis: &Hypothesis,
        direction: Direction,
        limit: Option<u32>,
    ) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        for (next, value) in self.average_opinions(hypothesis, 0) {
            // The word says which related rows are meant.
            let cost = next.cost.min(hypothesis.cost + costs::STEP_TO_MANY);
            let next = Hypothesis { cost, ..next }.select(value.clone(), "average_rating");
            found.extend(self.rank_by(next, 0, value, direction, limit));
        }
        found
    }

    /// How often something was done, after its verb: "more than once", "at least three times", "only once". Whether fewer times
    /// may be none is open.
    pub fn frequency(&self, position: usize) -> Option<(&'static str, u32, usize)> {
        let times = |at: usize| match self.lattice.lower(at) {
            "once" => Some((1, at + 1)),
            "twice" => Some((2, at + 1)),
            _ => self.number(at).and_then(|(number, end)| Some((number, self.accept_word(end, "times")?))),
        };
        let only = self.accept_phrase(position, &["only", "exactly", "just"]);
        if let Some((number, end)) = only.and_then(times) {
            return Some(("=", number, end));
        }
        let compared = self.operators(position).into_iter().filter(|(operator, _)| matches!(*operator, ">" | ">="));
        compared.into_iter().find_map(|(operator, at)| times(at).map(|(number, end)| (operator, number, end)))
    }

    /// Restricts a source to rows with so many records of something, perhaps of a time that follows.
    pub fn with_frequency(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        records: usize,
        position: usize,
    ) -> Parses<Hypothesis> {
        let Some((operator, number, end)) = self.frequency(position) else { return Vec::new() };
        let mut found = Vec::new();
        for (next, head, target) in hypothesis.subquery(self.schema, source, records, false) {
            let (Some(head), Some(distinct)) = (head, next.counted_by(self.schema, source, target)) else { continue };
            let condition = Condition::RowCount { source: head, distinct, operator, number };
            let mut next = next.filter(source, condition);
            next.cost = next.cost.min(hypothesis.cost + costs::STEP_TO_MANY);
            found.extend(self.perhaps_in_time(&next, target, end));
        }
        found
    }
}

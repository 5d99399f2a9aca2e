//! Groups set against each other: "in Germany or in France", "of newsletter subscribers versus everybody else", "which
//! products sold fewer units in 2025 than in 2024".

use crate::choice::costs;
use crate::grammar::conditions::about;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::measures::measure_terms::Measure;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Expression, Operand};

/// Words that set two groups against each other.
pub const AGAINST: [&str; 7] = ["vs", "vs.", "versus", "compared to", "compared with", "against", "in comparison to"];

impl Parser<'_> {
    /// "Did we sell more units in Germany or in France": the measure for either.
    pub fn either_questions(&self, position: usize) -> Parses<Hypothesis> {
        const ASKED: [&str; 9] = [
            "did we sell more",
            "do we sell more",
            "did we make more",
            "do we make more",
            "did we get more",
            "do we have more",
            "did we have more",
            "are there more",
            "were there more",
        ];
        let mut found = Vec::new();
        let Some(start) = self.accept_phrase(position, &ASKED) else { return found };
        for (measure, end) in self.measure_terms(start) {
            found.extend(self.grouped_by_two_values(&base_of(&measure), end, &["or"]));
        }
        found
    }

    /// Two groups that follow a measure: "of newsletter subscribers versus everybody else", "in Berlin vs Hamburg".
    pub fn compared_groups(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let mut found = self.grouped_by_two_values(hypothesis, position, &AGAINST);
        found.extend(self.grouped_by_values(hypothesis, position, true));
        found.extend(self.grouped_by_flag(hypothesis, position));
        found
    }

    /// Several groups by name: "compare revenue in Germany and France", or with `said` where words after them say that each is asked
    /// for by itself: "in Germany and France side by side".
    pub fn grouped_by_values(&self, hypothesis: &Hypothesis, position: usize, said: bool) -> Parses<Hypothesis> {
        const BY_ITSELF: [&str; 6] =
            ["side by side", "separately", "respectively", "each", "next to each other", "apart"];
        let mut found = Vec::new();
        if !hypothesis.query.groups.is_empty() || !hypothesis.is_counting() {
            return found;
        }
        let start = self.skip_all(position, &[Category::In, Category::Of]);
        for (column, first, middle) in self.values_at(start) {
            for (more, end) in self.listed_values(column, middle) {
                let Some(end) = (if said { self.accept_phrase(end, &BY_ITSELF) } else { Some(end) }) else { continue };
                let values = [vec![Operand::Text(first.clone())], more].concat();
                found.extend(self.grouped_by_any(hypothesis, column, &values).map(|next| (next, end)));
            }
        }
        found
    }

    /// The rows of a hypothesis that have one of several values, grouped by these.
    fn grouped_by_any(&self, hypothesis: &Hypothesis, column: ColumnId, values: &[Operand]) -> Option<Hypothesis> {
        let joined = hypothesis.join(self.schema, 0, column.relation).into_iter().find(|(.., many)| !many);
        joined.map(|(joined, source, _)| {
            let at = ColumnRef { source, column };
            let condition = Condition::OneOf { column: at, values: values.to_vec(), negated: false };
            about(grouped_by(joined.filter(source, condition), at).with_cost(costs::COMPARED_GROUPS), at)
        })
    }

    pub fn grouped_by_two_values(
        &self,
        hypothesis: &Hypothesis,
        position: usize,
        between: &[&str],
    ) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        if !hypothesis.query.groups.is_empty() || !hypothesis.is_counting() {
            return found;
        }
        let start = self.skip_all(position, &[Category::In, Category::Of]);
        for (column, first, middle) in self.values_at(start) {
            let comma = self.skip_optional(middle, Category::Comma);
            let Some(next) = self.accept_phrase(comma, between) else { continue };
            let next = self.skip_all(next, &[Category::In, Category::Of]);
            for (_, second, end) in self.values_at(next).into_iter().filter(|(other, ..)| *other == column) {
                let values = [Operand::Text(first.clone()), Operand::Text(second)];
                found.extend(self.grouped_by_any(hypothesis, column, &values).map(|next| (next, end)));
            }
        }
        found
    }

    /// Those for whom a flag holds against the others.
    fn grouped_by_flag(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        const OTHERS: [&str; 8] = [
            "everybody else",
            "everyone else",
            "the others",
            "others",
            "the rest",
            "all others",
            "those without",
            "non subscribers",
        ];
        let mut found = Vec::new();
        if !hypothesis.query.groups.is_empty() || !hypothesis.is_counting() {
            return found;
        }
        let start = self.skip_articles(self.skip_all(position, &[Category::Of, Category::With]));
        for mention in self.lattice.cell(start).columns.iter().filter(|m| m.cost <= costs::OWN_WORDS) {
            if !self.schema.is_flag(mention.target) {
                continue;
            }
            let people =
                |end: usize| matches!(self.lattice.lower(end), "subscribers" | "members" | "users" | "holders");
            let named = self.lattice.cell(mention.end).relations.iter().map(|m| m.end).max();
            let middle = named.unwrap_or(mention.end + usize::from(people(mention.end)));
            let Some(next) = self.accept_phrase(self.skip_optional(middle, Category::Comma), &AGAINST) else {
                continue;
            };
            let Some(end) = self.accept_phrase(next, &OTHERS) else { continue };
            for (joined, source, many) in hypothesis.join(self.schema, 0, mention.target.relation) {
                if !many {
                    let at = ColumnRef { source, column: mention.target };
                    found.push((grouped_by(joined, at).with_cost(mention.cost + costs::COMPARED_GROUPS), end));
                }
            }
        }
        found
    }

    /// "which products sold fewer units in 2025 than in 2024".
    pub fn changed_groups(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (noun, middle) in self.noun_phrases(position).into_iter().filter(|(noun, _)| noun.limit.is_none()) {
            let linked = [Category::That, Category::Do, Category::Have, Category::With];
            let start = self.skip_all(middle, &linked);
            let start = self.accept_phrase(start, &["sold", "sell", "made"]).unwrap_or(start);
            let operator = match self.lattice.lower(start) {
                "fewer" | "less" | "lower" => "<",
                "more" | "higher" => ">",
                _ => continue,
            };
            for (measure, end) in self.measure_terms(start + 1) {
                let Some((one, next)) = self.period(end) else { continue };
                let Some((other, end)) = self.accept_word(next, "than").and_then(|than| self.period(than)) else {
                    continue;
                };
                for grouped in self.group_by_noun(&base_of(&measure), &noun) {
                    for (next, source, column) in self.event_dates_of(&grouped) {
                        let at = ColumnRef { source, column };
                        let part = |range: &crate::lattice::time_expressions::TimeRange| {
                            let within = Condition::InTimeRange { column: at, range: range.clone() };
                            Box::new(measure.value.clone().filtered(&within))
                        };
                        let (first, second) = (part(&one), part(&other));
                        let value = Expression::Difference(first, second);
                        let operand = Operand::Number("0".to_owned());
                        let mut next = next.with_cost(costs::COMPARED_GROUPS);
                        next.query.outputs.retain(|output| !output.value.is_aggregate());
                        next = next.select(value.clone(), "difference");
                        next.query.having.push(Condition::Compare { value, operator, operand });
                        found.push((next, end));
                    }
                }
            }
        }
        found
    }
}

fn base_of(measure: &Measure) -> Hypothesis {
    let mut hypothesis = Hypothesis::new(measure.relation, measure.cost);
    hypothesis.measures = true;
    hypothesis.select(measure.value.clone(), &measure.alias)
}

fn grouped_by(mut hypothesis: Hypothesis, at: ColumnRef) -> Hypothesis {
    let value = Expression::Column(at);
    hypothesis.query.groups.push(value.clone());
    hypothesis.needs_group = false;
    let output = crate::query::tree::OutputColumn { value, alias: String::new() };
    hypothesis.query.outputs.insert(0, output);
    hypothesis
}

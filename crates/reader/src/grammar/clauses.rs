//! The clauses that may follow the form of a question, in any order. Each restricts, orders, groups or adds outputs.

use crate::catalog::comment_names::is_participle;
use crate::choice::costs;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::Condition;

impl Parser<'_> {
    /// All ways to read one clause at a position.
    pub fn clause(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        if let Some((_, end)) = hypothesis.read_ahead.filter(|(start, _)| *start == position) {
            return vec![(Hypothesis { read_ahead: None, ..hypothesis.clone() }.taking(position, end), end)];
        }
        let comma = self.skip_optional(position, Category::Comma);
        let and = self.skip_optional(comma, Category::And);
        let mut found = self.fillers(hypothesis, position);
        found.extend(taken(position, self.limits_per_group(hypothesis, comma)));
        found.extend(taken(position, self.measure_clauses(hypothesis, position)));
        found.extend(taken(position, self.events_denied(hypothesis, position)));
        found.extend(taken(position, self.time_lists(hypothesis, position)));
        found.extend(self.paired_dates(hypothesis, position));
        found.extend(taken(position, self.empty_groups(hypothesis, position)));
        found.extend(self.follow_ups(hypothesis, position));
        found.extend(self.order_clauses(hypothesis, and, and > position));
        found.extend(self.group_clauses(hypothesis, and, and > position));
        found.extend(self.ranking_clauses(hypothesis, position));
        if let Some(start) = self.accept(comma, Category::Or) {
            found.extend(self.alternatives(hypothesis, start));
        }
        found.extend(self.restrictions(hypothesis, and, and > comma));
        found
    }

    /// Words that add nothing: "are there", "also", a verb at the end.
    fn fillers(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for one in [Category::Filler, Category::Adverb] {
            found.extend(self.ends(position, one).into_iter().map(|end| (hypothesis.clone(), end)));
        }
        let please = self.accept_word(self.skip_optional(position, Category::Comma), "please");
        found.extend(please.map(|end| (hypothesis.clone(), end)));
        found.extend(self.trailing_verb(hypothesis, position));
        found
    }

    /// A verb that ends a clause adds nothing to it: "… they are in", "… students live".
    fn trailing_verb(&self, hypothesis: &Hypothesis, position: usize) -> Option<(Hypothesis, usize)> {
        let verb = [
            Category::Be,
            Category::Do,
            Category::Have,
            Category::RelationVerb,
            Category::In,
            Category::Adverb,
            Category::Pronoun,
            Category::That,
            Category::Filler,
        ];
        let mut end = position;
        // "which are involved in" says in what, or is no whole question.
        let opens = self.accept(position, Category::That).is_some();
        // A word that names a relation or a column exactly, or may be a value ("orders are shipped"), has to be explained as
        // that.
        let named = |at: usize| {
            let cell = self.lattice.cell(at);
            cell.relations.iter().any(|m| m.cost == 0)
                || cell.columns.iter().any(|m| m.cost == 0 && m.end == at + 1)
                || cell.values.iter().any(|m| m.end == at + 1)
        };
        while let Some(((), next)) =
            self.accept_longest(end, |one| verb.contains(&one).then_some(())).filter(|_| !named(end))
        {
            end = next;
        }
        let closes = |one: &Category| {
            matches!(
                one,
                Category::Comma
                    | Category::And
                    | Category::FullStop
                    | Category::OrderBy
                    | Category::Per
                    | Category::Sort(_)
            )
        };
        let closed = end >= self.lattice.len() || self.lattice.cell(end).categories.iter().any(|(one, _)| closes(one));
        let dangles = opens && end >= self.lattice.len() && self.lattice.lower(end.wrapping_sub(1)) == "in";
        (end > position && closed && !dangles).then(|| (hypothesis.clone().with_cost(costs::IDLE_VERB), end))
    }

    /// A clause that describes one of the nouns in focus.
    fn restrictions(&self, hypothesis: &Hypothesis, position: usize, also: bool) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        // After "and", the last column may be tested once more: "before 1945 and after 1955".
        if let Some(at) = hypothesis.last_column.filter(|_| also) {
            found.extend(self.tests_of(hypothesis, at, position, true));
        }
        for connective in self.connectives(position, also) {
            if self.is_interrupted() {
                break;
            }
            for (outward, source) in hypothesis.focus.iter().rev().copied().enumerate() {
                let outward = u32::try_from(outward).unwrap_or(u32::MAX);
                // What is measured is always at hand, whatever it is grouped by.
                let at_hand = also || source == 0 && self.is_at_hand(hypothesis, connective);
                let mut near = hypothesis.clone().with_cost(if at_hand { 0 } else { outward * costs::OUTER_NOUN });
                near.focus.truncate(hypothesis.focus.len().saturating_sub(usize::try_from(outward).unwrap_or(0)));
                found.extend(self.column_tests(&near, source, connective));
                found.extend(self.unnamed_column_tests(&near, source, connective));
                found.extend(self.missing_value_tests(&near, source, connective));
                found.extend(taken(connective.end, self.worth_tests(&near, source, connective)));
                found.extend(taken(connective.end, self.supply_tests(&near, source, connective)));
                found.extend(taken(connective.end, self.named_tests(&near, source, connective)));
                let verb = connective.verb_position.unwrap_or(connective.end);
                found.extend(taken(verb, self.related_total_tests(&near, source, connective)));
                found.extend(taken(verb, self.events(&near, source, connective)));
                found.extend(self.own_comparisons(&near, source, connective));
                found.extend(self.count_tests(&near, source, connective));
                found.extend(self.superlatives(&near, source, connective));
                found.extend(self.related_nouns(&near, source, connective));
            }
        }
        found
    }

    /// Whether a clause may be about the base's rows, whatever was named in between: where they are measured by groups, and for
    /// times.
    fn is_at_hand(&self, hypothesis: &Hypothesis, connective: Connective) -> bool {
        let grouped = hypothesis.measures && !hypothesis.query.groups.is_empty();
        // "Trips of drivers hired in 2023" tells when these were hired.
        let before = connective.end.checked_sub(1).map_or("", |at| self.lattice.lower(at));
        let timed = !self.lattice.cell(connective.end).time_ranges.is_empty() && !is_participle(before);
        let dated = || !self.schema.event_dates(hypothesis.query.relation(0)).is_empty();
        // "Orders with shipments in 2025" were shipped then.
        let joined = hypothesis.focus.last().is_some_and(|last| hypothesis.query.scope(*last) == 0);
        grouped || joined && timed && !self.follows_relative(connective.end) && dated()
    }

    /// An alternative to the last condition: "… or below 20".
    fn alternatives(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let Some(scope) = hypothesis.last_scope else { return Vec::new() };
        let before = hypothesis.query.sources.get(scope).map_or(0, |source| source.conditions.len());
        let mut next: Parses<Hypothesis> = Vec::new();
        if let Some(at) = hypothesis.last_column {
            next.extend(self.tests_of(hypothesis, at, position, true));
        }
        for connective in self.connectives(position, true) {
            if self.is_interrupted() {
                break;
            }
            for source in hypothesis.focus.iter().rev() {
                next.extend(self.column_tests(hypothesis, *source, connective));
                next.extend(self.unnamed_column_tests(hypothesis, *source, connective));
            }
        }
        let merged = next.into_iter().filter_map(|(mut next, end)| {
            let conditions = &mut next.query.sources.get_mut(scope)?.conditions;
            if conditions.len() != before + 1 || before == 0 {
                return None;
            }
            let (second, first) = (conditions.pop()?, conditions.pop()?);
            conditions.push(either(first, second));
            Some((next, end))
        });
        merged.collect()
    }
}

/// Hypotheses of a rule that took in every word from a position on.
pub fn taken(position: usize, hypotheses: Parses<Hypothesis>) -> Parses<Hypothesis> {
    hypotheses.into_iter().map(|(hypothesis, end)| (hypothesis.taking(position, end), end)).collect()
}

/// One of two conditions has to hold. Two values of the same column become one list.
fn either(first: Condition, second: Condition) -> Condition {
    match (first, second) {
        (
            Condition::OneOf { column: one, values: mut all, negated: false },
            Condition::OneOf { column: two, values: more, negated: false },
        ) if one == two => {
            all.extend(more);
            Condition::OneOf { column: one, values: all, negated: false }
        }
        (first, second) => Condition::AnyOf(vec![first, second]),
    }
}

//! Amounts that are spoken of as one: "revenue per month", "top 5 customers by revenue", "monthly orders".

use super::hypothesis::{Draft, alias};
use super::lexicon::Use;
use super::name_index::Mention;
use super::parser::{Parser, Parses};
use super::query_tree::{Aggregate, At, ColumnId, Direction, Unit, Value};

/// The most that the distance between a flow of money and a column's name may cost in a ranking.
const FLOW: u32 = 7;

impl Parser<'_> {
    /// "revenue", "how much revenue", "monthly revenue", "monthly orders".
    pub fn measures(&self, position: usize) -> Parses<Draft> {
        let start = self.maybe(position, Use::HowMuch);
        let every = |one| if let Use::Every(unit) = one { Some(unit) } else { None };
        let unit = self.eat_any(start, every);
        let start = unit.map_or(start, |(_, end)| end);
        let unit = unit.map(|(unit, _)| unit);
        let mut found = Vec::new();
        for (candidates, begin, end) in self.terms(start) {
            let flow = is_flow(self.chart.lower(begin)) && end == begin + 1;
            let additive = flow || is_additive(self.chart.lower(end.saturating_sub(1)));
            for mention in candidates.into_iter().filter(|m| additive && self.can(Aggregate::Sum, m.target)) {
                let at = At { source: 0, column: mention.target };
                let cost =
                    if flow && self.is_remarked(mention.target, self.chart.lower(begin)) { 0 } else { mention.cost };
                let mut draft = Draft::new(mention.target.relation, cost);
                let name = if flow { self.chart.lower(begin) } else { &alias(self.schema, Aggregate::Sum, at) };
                draft = draft.show(Value::Aggregate(Aggregate::Sum, at), name);
                draft.ungrouped = !flow;
                found.extend(self.every(draft, unit).into_iter().map(|draft| (draft, end)));
            }
        }
        if unit.is_some() {
            for (noun, end) in self.nouns(start).into_iter().filter(|(noun, _)| noun.class.is_none() && noun.plural) {
                for mut draft in self.base(&noun) {
                    draft.open = false;
                    let draft = draft.show(Value::Rows, "count");
                    found.extend(self.every(draft, unit).into_iter().map(|draft| (draft, end)));
                }
            }
        }
        found
    }

    /// "which month has the most orders", "which year had the highest revenue".
    pub fn best_units(&self, position: usize) -> Parses<Draft> {
        let unit = |one| if let Use::Unit(unit) = one { Some(unit) } else { None };
        let Some((unit, end)) = self.eat_any(position, unit) else { return Vec::new() };
        let start = self.skip(self.maybe_all(end, &[Use::Do, Use::Have, Use::With, Use::That]));
        let mut found = Vec::new();
        for (one, begin) in &self.chart.at(start).uses {
            let (direction, rows) = match one {
                Use::Most(direction) => (*direction, true),
                Use::Highest(direction) => (*direction, false),
                _ => continue,
            };
            let mut drafts: Parses<Draft> = self.measures(*begin).into_iter().filter(|_| !rows).collect();
            for (noun, end) in self.nouns(*begin).into_iter().filter(|(noun, _)| rows && noun.class.is_none()) {
                drafts.extend(
                    self.base(&noun)
                        .into_iter()
                        .map(|draft| (Draft { open: false, ..draft }.show(Value::Rows, "count"), end)),
                );
            }
            for (draft, end) in drafts.into_iter().filter(|(draft, _)| draft.query.groups.is_empty()) {
                for mut next in self.by_unit(&draft, unit) {
                    let measure = next.query.outputs.last().map(|output| output.value.clone());
                    next.query.order.extend(measure.map(|value| (value, direction)));
                    next.query.limit = Some(1);
                    found.push((next, end));
                }
            }
        }
        found
    }

    /// Whether a column's comment says the word.
    fn is_remarked(&self, column: ColumnId, word: &str) -> bool {
        let comment = self.schema.column(column).comment.as_deref().unwrap_or_default().to_lowercase();
        comment.split(|c: char| !c.is_alphanumeric()).any(|other| other == word)
    }

    fn every(&self, draft: Draft, unit: Option<Unit>) -> Vec<Draft> {
        match unit {
            Some(unit) => self.by_unit(&draft, unit),
            None => vec![draft],
        }
    }

    /// "by revenue", "by number of orders", "by average rating" after "top 5 customers".
    pub fn rankings(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let by = |one| matches!(one, Use::By | Use::OrderBy).then_some(());
        let Some(limit) = draft.number.filter(|_| draft.query.order.is_empty()) else { return Vec::new() };
        let Some(((), start)) = self.eat_any(position, by) else { return Vec::new() };
        let direction = if draft.lowest { Direction::Ascending } else { Direction::Descending };
        let mut found = Vec::new();
        for most in self.ends(start, Use::HowMany) {
            found.extend(self.most(draft, 0, most, direction));
        }
        let aggregate = self.eat_any(start, |one| if let Use::Aggregate(one) = one { Some(one) } else { None });
        let starts = [Some((None, start)), aggregate.map(|(one, end)| (Some(one), end))];
        for (aggregate, begin) in starts.into_iter().flatten() {
            for (candidates, from, end) in self.terms(begin) {
                let word = self.chart.lower(end.saturating_sub(1));
                let additive = is_additive(word) || (is_flow(self.chart.lower(from)) && end == from + 1);
                for mention in candidates {
                    let ranked = self.ranked(draft, mention, aggregate, additive, self.chart.lower(from));
                    for (next, value) in ranked {
                        let sorted = self.superlative(next, 0, value, direction, Some(limit));
                        found.extend(sorted.into_iter().map(|draft| (draft, end)));
                    }
                }
            }
        }
        found
    }

    /// What a thing is ranked by: its own number, or an aggregate of the numbers of what belongs to it.
    fn ranked(
        &self,
        draft: &Draft,
        mention: &Mention<ColumnId>,
        aggregate: Option<Aggregate>,
        additive: bool,
        said: &str,
    ) -> Vec<(Draft, Value)> {
        let column = mention.target;
        let mut found = Vec::new();
        if !self.can(aggregate.unwrap_or(Aggregate::Average), column) {
            return found;
        }
        let remarked = self.is_remarked(column, said);
        let draft = draft.clone().costing(if remarked { 0 } else { mention.cost.min(FLOW) });
        if draft.query.relation(0) == column.relation {
            let value = Value::Column(At { source: 0, column });
            found.extend(aggregate.is_none().then_some((draft, value)));
            return found;
        }
        let named = |aggregate: Aggregate, at: At| {
            if is_flow(said) && aggregate == Aggregate::Sum {
                said.to_owned()
            } else {
                alias(self.schema, aggregate, at)
            }
        };
        let Some(aggregate) = aggregate.or((additive && self.can(Aggregate::Sum, column)).then_some(Aggregate::Sum))
        else {
            return found;
        };
        if let Some(class) = draft.class {
            for (mut next, source, _) in draft.join(self.schema, 0, column.relation) {
                let at = At { source, column };
                if next.fans_out(self.schema, 0, source, aggregate) {
                    continue;
                }
                next.query.groups.push(Value::Column(class));
                let value = Value::Aggregate(aggregate, at);
                found.push((next.show(value.clone(), &named(aggregate, at)), value));
            }
            return found;
        }
        for (next, head, source) in draft.sub(self.schema, 0, column.relation, false) {
            let Some(head) = head else { continue };
            let at = At { source, column };
            if next.fans_out(self.schema, head, source, aggregate) {
                continue;
            }
            let value = Value::Each(head, aggregate, Some(at));
            let mut next = next;
            next.focus.push(source);
            found.push((next.show(value.clone(), &named(aggregate, at)), value));
        }
        found
    }
}

/// A flow of money that is spoken of as one sum.
fn is_flow(word: &str) -> bool {
    matches!(word, "revenue" | "sales" | "turnover" | "spend" | "spending" | "spent" | "income" | "profit")
}

/// Said without an aggregate, a column of such words means its sum.
fn is_additive(word: &str) -> bool {
    matches!(
        word,
        "total" | "amount" | "amounts" | "quantity" | "quantities" | "units" | "pieces" | "earnings" | "cost" | "costs"
    )
}

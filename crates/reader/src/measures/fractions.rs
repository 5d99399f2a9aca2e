//! Fractions: "what percentage of customers get the newsletter", "share of returned orders by category", "each
//! country's share of revenue", "repeat purchase rate".

use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::grammar::hypothesis::{Hypothesis, alias};
use crate::grammar::noun_phrases::NounPhrase;
use crate::grammar::parser::{Parser, Parses};
use crate::grammar::repeated_rows::single_key;
use crate::lattice::lexicon::Category;
use crate::measures::measure_terms::Measure;
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Condition, Expression, WindowFunction};

impl Parser<'_> {
    /// Questions for a fraction.
    pub fn fraction_questions(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = self.shares_of_groups(position);
        found.extend(self.repeat_rates(position));
        found.extend(self.averages_per_row(position));
        for start in self.fraction_words(position) {
            for (noun, end) in self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.column.is_none()) {
                if !noun.plural || noun.limit.is_some() {
                    continue;
                }
                for mut hypothesis in self.rows_of(&noun) {
                    hypothesis.default_projection = false;
                    hypothesis.measures = true;
                    found.push((share_of_rows(&hypothesis), end));
                    hypothesis.fraction_from = Some(hypothesis.query.sources.first().map_or(0, |s| s.conditions.len()));
                    let rows = || Box::new(Expression::CountRows);
                    found.push((hypothesis.select(Expression::Quotient(rows(), rows()), "fraction"), end));
                }
            }
            for (measure, end) in self.measure_terms(start).into_iter().filter(|(one, _)| one.noun.is_none()) {
                let mut hypothesis = share_of_all(&measure);
                hypothesis.needs_group = true;
                found.push((hypothesis, end));
            }
        }
        found
    }

    /// The positions after "percentage of" and the like.
    fn fraction_words(&self, position: usize) -> Vec<usize> {
        let start = self.skip_articles(position);
        // A ratio is of two things that the question names.
        let mut found = self.ends(start, Category::Percent);
        found.retain(|_| self.lattice.lower(start) != "ratio");
        let asked =
            ["how many percent of", "what percent of", "what percentage of", "what share of", "what fraction of"];
        found.extend(self.accept_phrase(start, &asked));
        found
    }

    /// "each country's share of revenue".
    fn shares_of_groups(&self, position: usize) -> Parses<Hypothesis> {
        let start = self.skip_optional(position, Category::Each);
        let mut found = Vec::new();
        for (noun, middle) in
            self.noun_phrases(start).into_iter().filter(|(_, middle)| self.lattice.is_possessive(*middle))
        {
            for begin in self.fraction_words(middle) {
                for (measure, end) in self.measure_terms(begin) {
                    let grouped = self.group_by_noun(&share_of_all(&measure), &noun);
                    found.extend(grouped.into_iter().map(|hypothesis| (hypothesis, end)));
                }
            }
        }
        found
    }

    /// The fraction of customers who bought more than once, of those who bought at all.
    fn repeat_rates(&self, position: usize) -> Parses<Hypothesis> {
        const RATES: [&str; 6] = [
            "repeat purchase rate",
            "repeat rate",
            "repeat customer rate",
            "repurchase rate",
            "repeat order rate",
            "repeat buyer rate",
        ];
        let Some(end) = self.accept_phrase(self.skip_articles(position), &RATES) else { return Vec::new() };
        let mut found = Vec::new();
        for (events, _, cost) in self.money_flows("revenue").into_iter().filter(|(.., cost)| *cost == 0) {
            for people in self.people_of(events) {
                let base = Hypothesis::new(people, cost + costs::STATE_RATE);
                for (next, head, _) in base.subquery(self.schema, 0, events, false) {
                    let Some(head) = head else { continue };
                    let some = Condition::Exists { source: head, negated: false };
                    let repeated = Condition::RowCount { source: head, distinct: None, operator: ">", number: 1 };
                    let part = Expression::Filtered(Box::new(Expression::CountRows), vec![repeated]);
                    let rate = Expression::Quotient(Box::new(part), Box::new(Expression::CountRows));
                    let mut next = next.filter(0, some).select(rate, "repeat_rate");
                    next.measures = true;
                    found.push((next, end));
                }
            }
        }
        found
    }

    /// The people to whom the rows of a relation refer.
    pub fn people_of(&self, relation: usize) -> Vec<usize> {
        let mut people: Vec<usize> = self.schema.keys_of(relation).map(|(_, edge)| edge.to).collect();
        people.retain(|one| self.schema.is_people(*one));
        people.dedup();
        people
    }

    /// "average number of items per order": the items by the number of orders that have any.
    fn averages_per_row(&self, position: usize) -> Parses<Hypothesis> {
        let start = self.skip_articles(position);
        let average = |one| (one == Category::Aggregate(Aggregate::Average)).then_some(());
        let Some(((), begin)) = self.accept_longest(start, average) else { return Vec::new() };
        let mut found = Vec::new();
        for start in self.ends(self.skip_articles(begin), Category::HowMany) {
            for (counted, middle) in self.noun_phrases(start) {
                let Some(per) = self.accept(middle, Category::Per) else { continue };
                for (owner, end) in self.noun_phrases(per).into_iter().filter(|(noun, _)| is_plain(noun)) {
                    if let Some(column) = counted.column {
                        found.extend(self.average_of_own(&owner, column, counted.cost).map(|next| (next, end)));
                        continue;
                    }
                    found.extend(self.average_count(&counted, &owner).into_iter().map(|next| (next, end)));
                }
            }
        }
        found
    }

    /// "average number of seats per subscription", where each subscription holds the number.
    fn average_of_own(&self, owner: &NounPhrase, column: ColumnId, cost: u32) -> Option<Hypothesis> {
        let own = column.relation == owner.relation && self.can_aggregate(Aggregate::Average, column);
        let at = ColumnRef { source: 0, column };
        let name = alias(self.schema, Aggregate::Average, at);
        let mut hypothesis = Hypothesis::new(owner.relation, cost.saturating_sub(costs::COLUMN_AS_NOUN) + owner.cost)
            .select(Expression::Aggregate(Aggregate::Average, at), &name);
        hypothesis.measures = true;
        own.then_some(hypothesis)
    }

    fn average_count(&self, counted: &NounPhrase, owner: &NounPhrase) -> Vec<Hypothesis> {
        let Some(key) = self.key_to(counted.relation, owner.relation) else { return Vec::new() };
        // "items per order" says both words of the name of the order's items.
        let name = |relation: usize| self.schema.relation_words(relation);
        let whole = name(owner.relation)
            .iter()
            .all(|one| name(counted.relation).iter().any(|other| words::singular(one) == words::singular(other)));
        let cost = if whole { 0 } else { counted.cost } + owner.cost;
        let owners = Expression::Aggregate(Aggregate::Count, key);
        let value = Expression::Quotient(Box::new(Expression::CountRows), Box::new(owners));
        let mut hypothesis = Hypothesis::new(counted.relation, cost).select(value, "average");
        hypothesis.measures = true;
        self.with_adjectives(hypothesis, 0, counted)
    }
}

fn is_plain(noun: &NounPhrase) -> bool {
    noun.column.is_none() && noun.adjectives.is_empty() && noun.limit.is_none()
}

/// The rows of each group as a share of all: "share of orders by status".
fn share_of_rows(rows: &Hypothesis) -> Hypothesis {
    let share = Expression::Window(WindowFunction::ShareOfTotal, Box::new(Expression::CountRows));
    let mut hypothesis =
        rows.clone().with_cost(costs::SHARE_OF_ROWS).select(Expression::CountRows, "count").select(share, "share");
    hypothesis.needs_group = true;
    hypothesis
}

fn share_of_all(measure: &Measure) -> Hypothesis {
    let mut hypothesis = Hypothesis::new(measure.relation, measure.cost);
    hypothesis.measures = true;
    let share = Expression::Window(WindowFunction::ShareOfTotal, Box::new(measure.value.clone()));
    hypothesis.select(measure.value.clone(), &measure.alias).select(share, "share")
}

impl Hypothesis {
    /// Makes the conditions that tell the part of a fraction a filter of what is counted. Those that follow the noun
    /// tell it, else its adjectives; a time restricts the whole, unless there is nothing else. `None` where no condition
    /// tells the part.
    pub fn with_fraction(mut self) -> Option<Self> {
        let Some(first) = self.fraction_from else { return Some(self) };
        let base = self.query.sources.first_mut()?;
        let mut whole: Vec<Condition> = base.conditions.drain(..first.min(base.conditions.len())).collect();
        let is_time = |condition: &Condition| matches!(condition, Condition::InTimeRange { .. });
        let (times, mut part): (Vec<_>, Vec<_>) = base.conditions.drain(..).partition(is_time);
        if part.is_empty() && whole.is_empty() {
            part = times;
        } else {
            if part.is_empty() {
                std::mem::swap(&mut part, &mut whole);
            }
            whole.extend(times);
        }
        base.conditions = whole;
        if part.is_empty() {
            return None;
        }
        for output in &mut self.query.outputs {
            if let Expression::Quotient(one, _) = &mut output.value {
                **one = Expression::Filtered(one.clone(), part.clone());
            }
        }
        Some(self)
    }

    /// Counts the base's rows once although a join to many rows repeats them. `None` where they have no key.
    pub fn with_rows_counted_once(mut self, schema: &SchemaView) -> Option<Self> {
        let repeated = self.query.joined(0).any(|source| {
            let step = self.query.sources.get(source).and_then(|source| source.parent).map(|(_, step)| step);
            step.is_some_and(|step| !schema.is_single(step)) && !self.is_told_apart(schema, source)
        });
        if !self.measures || !repeated {
            return Some(self);
        }
        let key = single_key(&self.query, schema, 0);
        for output in &mut self.query.outputs {
            let once = output.value.clone().with_rows_as(key)?;
            for (value, _) in self.query.order.iter_mut().filter(|(value, _)| *value == output.value) {
                *value = once.clone();
            }
            output.value = once;
        }
        Some(self)
    }
}

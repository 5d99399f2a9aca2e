//! Measures: amounts that are added up without the question saying so. "revenue per month", "top 5 customers by
//! revenue", "monthly orders".

pub(crate) mod compared_groups;
pub(crate) mod comparisons;
pub(crate) mod fact_lists;
pub(crate) mod fractions;
pub(crate) mod measure_clauses;
pub(crate) mod measure_lists;
pub(crate) mod measure_terms;
pub(crate) mod money_questions;
pub(crate) mod ranked_measures;
pub(crate) mod row_worths;
pub(crate) mod series;
pub(crate) mod state_rates;
pub(crate) mod time_lists;

use crate::catalog::name_index::Mention;
use crate::choice::costs;
use crate::grammar::clauses::taken;
use crate::grammar::hypothesis::{Hypothesis, alias};
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::lattice::time_expressions::TimeRange;
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Condition, Direction, Expression, TimeUnit};

impl Parser<'_> {
    /// A question for a measure: "revenue", "how much revenue", "monthly revenue", "monthly orders".
    pub fn measure_questions(&self, position: usize) -> Parses<Hypothesis> {
        let start = self.skip_optional(position, Category::HowMuch);
        let every = |one| if let Category::EveryTimeUnit(unit) = one { Some(unit) } else { None };
        let unit = self.accept_longest(start, every);
        let start = unit.map_or(start, |(_, end)| end);
        let unit = unit.map(|(unit, _)| unit);
        let mut found = Vec::new();
        for (candidates, begin, end) in self.column_terms(start) {
            let flow = is_flow(self.lattice.lower(begin)) && end == begin + 1;
            let additive = flow || is_additive(self.lattice.lower(end.saturating_sub(1)));
            for mention in candidates.into_iter().filter(|m| additive && self.can_aggregate(Aggregate::Sum, m.target)) {
                let at = ColumnRef { source: 0, column: mention.target };
                let cost =
                    if flow && self.comment_says(mention.target, self.lattice.lower(begin)) { 0 } else { mention.cost };
                let mut hypothesis = Hypothesis::new(mention.target.relation, cost);
                let name = if flow { self.lattice.lower(begin) } else { &alias(self.schema, Aggregate::Sum, at) };
                hypothesis = hypothesis.select(Expression::Aggregate(Aggregate::Sum, at), name);
                hypothesis.needs_group = !flow;
                hypothesis.measures = true;
                found.extend(self.per_time_unit(hypothesis, unit).into_iter().map(|hypothesis| (hypothesis, end)));
            }
        }
        if unit.is_some() {
            for (noun, end) in
                self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.column.is_none() && noun.plural)
            {
                for mut hypothesis in self.rows_of(&noun) {
                    hypothesis.default_projection = false;
                    let hypothesis = hypothesis.select(Expression::CountRows, "count");
                    found.extend(self.per_time_unit(hypothesis, unit).into_iter().map(|hypothesis| (hypothesis, end)));
                }
            }
        }
        found
    }

    /// A question for a unit of time: "which month has the most orders", "which year had the highest revenue".
    pub fn best_time_unit_questions(&self, position: usize) -> Parses<Hypothesis> {
        let unit = |one| if let Category::TimeUnit(unit) = one { Some(unit) } else { None };
        let Some((unit, end)) = self.accept_longest(position, unit) else { return Vec::new() };
        let mut found = self.best_of_units(unit, end, None);
        for (range, after) in &self.lattice.cell(end).time_ranges {
            found.extend(taken(end, self.best_of_units(unit, *after, Some(range))));
        }
        found
    }

    /// The best of the units of time that a time has: what is the most or the highest in it follows.
    fn best_of_units(&self, unit: TimeUnit, position: usize, range: Option<&TimeRange>) -> Parses<Hypothesis> {
        let ties = [Category::Do, Category::Have, Category::With, Category::That, Category::Pronoun];
        let verb = self.skip_all(position, &ties);
        let earned = self.accept_phrase(verb, &["get", "make", "brought in", "bring in", "saw", "see", "earn", "got"]);
        let start = self.skip_articles(earned.unwrap_or(verb));
        let mut found = Vec::new();
        for (one, begin) in &self.lattice.cell(start).categories {
            let (direction, rows) = match one {
                Category::MostRows(direction) => (*direction, true),
                Category::Highest(direction) => (*direction, false),
                _ => continue,
            };
            let mut hypotheses: Parses<Hypothesis> =
                self.measure_questions(*begin).into_iter().filter(|_| !rows).collect();
            for (noun, end) in self.noun_phrases(*begin).into_iter().filter(|(noun, _)| rows && noun.column.is_none()) {
                hypotheses.extend(self.rows_of(&noun).into_iter().map(|hypothesis| {
                    (Hypothesis { default_projection: false, ..hypothesis }.select(Expression::CountRows, "count"), end)
                }));
            }
            for (hypothesis, end) in hypotheses.into_iter().filter(|(hypothesis, _)| hypothesis.query.groups.is_empty())
            {
                found.extend(self.best_unit(&hypothesis, unit, direction, range).into_iter().map(|next| (next, end)));
            }
        }
        found
    }

    /// The one unit of time for which a measure is the greatest or least.
    fn best_unit(
        &self,
        hypothesis: &Hypothesis,
        unit: TimeUnit,
        direction: Direction,
        range: Option<&TimeRange>,
    ) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        for mut next in self.truncated_to(hypothesis, unit) {
            let measure = next.query.outputs.last().map(|output| output.value.clone());
            next.query.order.extend(measure.map(|value| (value, direction)));
            next.query.limit = Some(1);
            let series = next.query.groups.iter().find_map(|group| match group {
                Expression::DateTrunc(_, at) => Some(*at),
                _ => None,
            });
            let within = range.zip(series).map(|(range, column)| {
                let text =
                    range.text.strip_prefix("of ").map_or_else(|| range.text.clone(), |rest| format!("in {rest}"));
                (column.source, column, TimeRange { text, ..range.clone() })
            });
            found.push(match within {
                Some((source, column, range)) => {
                    next.with_cost(costs::TIME_WITHOUT_COLUMN).filter(source, Condition::InTimeRange { column, range })
                }
                None => next,
            });
        }
        found
    }

    /// "Our best month in 2025", "the worst quarter": by the money that comes in, or by what is told.
    pub fn best_unit_questions(&self, position: usize) -> Parses<Hypothesis> {
        let start = self.skip_all(position, &[Category::Be, Category::Article, Category::Pronoun]);
        let direction = match self.lattice.lower(start) {
            "best" | "strongest" => Direction::Descending,
            "worst" | "weakest" => Direction::Ascending,
            _ => return Vec::new(),
        };
        let unit = |one| if let Category::TimeUnit(unit) = one { Some(unit) } else { None };
        let Some((unit, end)) = self.accept_longest(start + 1, unit) else { return Vec::new() };
        let mut ends = vec![(None, end)];
        ends.extend(self.lattice.cell(end).time_ranges.iter().map(|(range, end)| (Some(range), *end)));
        let mut found = Vec::new();
        for (range, end) in ends {
            let money = self.money_flows("revenue").into_iter().filter(|(.., cost)| *cost == 0);
            let mut measured: Parses<Hypothesis> = Vec::new();
            for (relation, value, _) in money {
                let base = Hypothesis::new(relation, costs::WORTH_OF_ROW).select(value, "revenue");
                measured.push((Hypothesis { measures: true, ..base }, end));
            }
            let by = self.accept_phrase(end, &["by", "for", "in terms of"]);
            for (measure, after) in by.into_iter().flat_map(|by| self.measure_terms(by)) {
                let base = Hypothesis::new(measure.relation, measure.cost).select(measure.value, &measure.alias);
                measured.push((Hypothesis { measures: true, ..base }, after));
            }
            for (hypothesis, end) in measured {
                found.extend(self.best_unit(&hypothesis, unit, direction, range).into_iter().map(|next| (next, end)));
            }
        }
        found
    }

    /// Whether the comment on a column holds a word: then the column is what people call so.
    fn comment_says(&self, column: ColumnId, word: &str) -> bool {
        let comment = self.schema.column(column).comment.as_deref().unwrap_or_default().to_lowercase();
        // A recurring revenue is a level and no flow.
        let level = is_flow(word) && comment.contains("recurring");
        !level && comment.split(|c: char| !c.is_alphanumeric()).any(|other| other == word)
    }

    fn per_time_unit(&self, hypothesis: Hypothesis, unit: Option<TimeUnit>) -> Vec<Hypothesis> {
        match unit {
            Some(unit) => self.truncated_to(&hypothesis, unit),
            None => vec![hypothesis],
        }
    }

    /// The ranking of "top 5 customers": "by revenue", "by number of orders", "by average rating".
    pub fn ranking_clauses(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let by = |one| matches!(one, Category::By | Category::OrderBy).then_some(());
        let Some(limit) = hypothesis.asked_limit.filter(|_| hypothesis.query.order.is_empty()) else {
            return Vec::new();
        };
        let Some(((), start)) = self.accept_longest(position, by) else { return Vec::new() };
        let direction = if hypothesis.from_bottom { Direction::Ascending } else { Direction::Descending };
        let mut found = Vec::new();
        for most in self.ends(start, Category::HowMany) {
            found.extend(self.most_rows(hypothesis, 0, most, direction));
        }
        let aggregate =
            self.accept_longest(start, |one| if let Category::Aggregate(one) = one { Some(one) } else { None });
        let starts = [Some((None, start)), aggregate.map(|(one, end)| (Some(one), end))];
        for (aggregate, begin) in starts.into_iter().flatten() {
            for (candidates, from, end) in self.column_terms(begin) {
                let word = self.lattice.lower(end.saturating_sub(1));
                let additive = is_additive(word) || (is_flow(self.lattice.lower(from)) && end == from + 1);
                for mention in candidates {
                    let ranked =
                        self.ranking_expressions(hypothesis, mention, aggregate, additive, self.lattice.lower(from));
                    for (next, value) in ranked {
                        let sorted = self.rank_by(next, 0, value, direction, Some(limit));
                        found.extend(sorted.into_iter().map(|hypothesis| (hypothesis, end)));
                    }
                }
            }
        }
        found
    }

    /// The expressions by which rows can be ranked: their own number, or an aggregate over related rows.
    fn ranking_expressions(
        &self,
        hypothesis: &Hypothesis,
        mention: &Mention<ColumnId>,
        aggregate: Option<Aggregate>,
        additive: bool,
        said: &str,
    ) -> Vec<(Hypothesis, Expression)> {
        let column = mention.target;
        let mut found = Vec::new();
        if !self.can_aggregate(aggregate.unwrap_or(Aggregate::Average), column) {
            return found;
        }
        let remarked = self.comment_says(column, said);
        let hypothesis =
            hypothesis.clone().with_cost(if remarked { 0 } else { mention.cost.min(costs::MAX_MONEY_FLOW) });
        if hypothesis.query.relation(0) == column.relation {
            let value = Expression::Column(ColumnRef { source: 0, column });
            found.extend(aggregate.is_none().then_some((hypothesis, value)));
            return found;
        }
        let named = |aggregate: Aggregate, at: ColumnRef| {
            if is_flow(said) && aggregate == Aggregate::Sum {
                said.to_owned()
            } else {
                alias(self.schema, aggregate, at)
            }
        };
        let Some(aggregate) =
            aggregate.or((additive && self.can_aggregate(Aggregate::Sum, column)).then_some(Aggregate::Sum))
        else {
            return found;
        };
        if let Some(subject) = hypothesis.subject_column {
            for (mut next, source, _) in hypothesis.join(self.schema, 0, column.relation) {
                let at = ColumnRef { source, column };
                if next.fans_out(self.schema, 0, source, aggregate) {
                    continue;
                }
                next.query.groups.push(Expression::Column(subject));
                let value = Expression::Aggregate(aggregate, at);
                found.push((next.select(value.clone(), &named(aggregate, at)), value));
            }
            return found;
        }
        for (next, head, source) in hypothesis.subquery(self.schema, 0, column.relation, false) {
            let Some(head) = head else { continue };
            let at = ColumnRef { source, column };
            if next.fans_out(self.schema, head, source, aggregate) {
                continue;
            }
            let value = Expression::SubqueryAggregate(head, aggregate, Some(at));
            let mut next = next;
            next.focus.push(source);
            found.push((next.select(value.clone(), &named(aggregate, at)), value));
        }
        found
    }
}

/// Whether a word names a flow of money, which is always meant as a sum.
pub fn is_flow(word: &str) -> bool {
    matches!(word, "revenue" | "sales" | "turnover" | "spend" | "spending" | "spent" | "income" | "profit")
}

/// Whether a column of such a name means its sum where no aggregate is said.
fn is_additive(word: &str) -> bool {
    matches!(
        word,
        "total"
            | "amount"
            | "amounts"
            | "quantity"
            | "quantities"
            | "units"
            | "pieces"
            | "earnings"
            | "cost"
            | "costs"
            | "stock"
            | "hours"
            | "shipping"
            | "tax"
            | "discount"
            | "expenses"
    )
}

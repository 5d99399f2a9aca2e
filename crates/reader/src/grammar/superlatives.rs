//! Superlatives: rows ranked by a column, an aggregate or a number of related rows, as in "the highest capacity", "the most
//! dogs", "the oldest".

use crate::catalog::name_index::Mention;
use crate::choice::costs;
use crate::grammar::clauses::taken;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::{Category, Quality};
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Condition, Direction, Expression, OutputColumn, QueryTree};

impl Parser<'_> {
    /// A superlative: "the most dogs", "the highest capacity", "the largest number of …", "the oldest".
    pub fn superlatives(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        if connective.negated {
            return found;
        }
        let position = self.skip_articles(connective.end);
        for (one, start) in
            self.lattice.cell(connective.end).categories.iter().chain(&self.lattice.cell(position).categories)
        {
            found.extend(match one {
                Category::MostRows(direction) => self.most_rows(hypothesis, source, *start, *direction),
                Category::Highest(direction) => {
                    let mut highest = self.highest_value(hypothesis, source, *start, *direction);
                    highest.extend(self.highest_rating(hypothesis, source, *start, *direction));
                    highest
                }
                Category::MostFrequent(direction) => {
                    self.ranked_by_frequency(hypothesis, source, connective, *start, *direction)
                }
                Category::Superlative(quality, direction) => {
                    let indirect = hypothesis.clone().with_cost(costs::INDIRECT_SUPERLATIVE);
                    let mut highest = self.highest_value(&indirect, source, *start, *direction);
                    highest.extend(self.highest_quality(hypothesis, source, *start, (*quality, *direction)));
                    highest
                }
                _ => Vec::new(),
            });
        }
        found
    }

    /// "The worst rating" of a product is that of all who rated it.
    fn highest_rating(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        start: usize,
        direction: Direction,
    ) -> Parses<Hypothesis> {
        let rating = self.accept_phrase(start, &["rating", "ratings", "average rating", "score"]);
        let Some(end) = rating.filter(|_| source == 0 && hypothesis.subject_column.is_none()) else {
            return Vec::new();
        };
        let ranked = self.ranked_by_opinions(hypothesis, direction, hypothesis.asked_limit.or(Some(1)));
        taken(start, ranked.into_iter().map(|next| (next, end)).collect())
    }

    /// Ranks by how often something is there: "the most common breed", "the most frequent of all orders".
    fn ranked_by_frequency(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
        start: usize,
        direction: Direction,
    ) -> Parses<Hypothesis> {
        let indirect = hypothesis.clone().with_cost(costs::INDIRECT_SUPERLATIVE);
        let over = self.accept(start, Category::Of).map(|begin| self.skip_all(begin, &[Category::All]));
        let mut found = over.map(|begin| self.most_rows(&indirect, source, begin, direction)).unwrap_or_default();
        let fits = source == 0
            && hypothesis.query.groups.is_empty()
            && hypothesis.subject_column.is_some()
            && self.records_what_is_told(hypothesis, connective);
        if let Some(subject) = hypothesis.subject_column.filter(|_| fits) {
            let mut next = indirect;
            next.query.groups.push(Expression::Column(subject));
            let limit = hypothesis.asked_limit.or(Some(1));
            let sorted = self.rank_by(next, 0, Expression::CountRows, direction, limit);
            found.extend(sorted.into_iter().map(|hypothesis| (hypothesis, start)));
        }
        found
    }

    /// Ranks by a column that measures a quality: "the oldest".
    fn highest_quality(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        start: usize,
        (quality, direction): (Quality, Direction),
    ) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let limit = hypothesis.asked_limit.or(Some(1));
        for (column, direction, cost) in self.quality_columns(hypothesis.query.relation(source), quality, direction) {
            let value = Expression::Column(ColumnRef { source, column });
            let sorted = self.rank_by(hypothesis.clone().with_cost(cost), source, value, direction, limit);
            found.extend(sorted.into_iter().map(|hypothesis| (hypothesis, start)));
        }
        found
    }

    /// Whether the rows at hand are those that a verb before "the most often" tells of, where it tells of any: "ordered the most
    /// often" counts orders, and no suppliers of what was ordered.
    fn records_what_is_told(&self, hypothesis: &Hypothesis, connective: Connective) -> bool {
        let verb = connective.verb_position.or(connective.end.checked_sub(1));
        let records = verb.map(|verb| self.records_of_verb(verb)).unwrap_or_default();
        records.is_empty() || records.iter().any(|(relation, _)| *relation == hypothesis.query.relation(0))
    }

    /// Ranks by the number of related rows: "the most dogs".
    pub fn most_rows(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        position: usize,
        direction: Direction,
    ) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let limit = hypothesis.asked_limit.or(Some(1));
        for (noun, end) in self.noun_phrases(position).into_iter().filter(|(noun, _)| noun.column.is_none()) {
            if let Some(subject) = hypothesis.subject_column.filter(|_| source == 0) {
                for (mut next, target) in self.grouped_by_subject(hypothesis, subject, &noun) {
                    let Some(count) = next.count_of_joined(self.schema, 0, target) else { continue };
                    next.focus.push(target);
                    let next = next.select(count.clone(), "count");
                    found.extend(
                        self.rank_by(next, 0, count, direction, limit).into_iter().map(|hypothesis| (hypothesis, end)),
                    );
                }
                continue;
            }
            if noun.relation == hypothesis.query.relation(source) {
                continue;
            }
            for (next, head, target) in hypothesis.subquery(self.schema, source, noun.relation, false) {
                let Some(head) = head else { continue };
                for mut next in self.with_adjectives(next.with_cost(noun.cost + costs::RELATED_NOUN), target, &noun) {
                    let Some(counted) = next.counted_by(self.schema, source, target) else { continue };
                    let value = Expression::SubqueryAggregate(head, Aggregate::Count, counted);
                    next.focus.push(target);
                    if source == 0 && next.default_projection {
                        next = next.select(value.clone(), "count");
                    }
                    let sorted = self.rank_by(next, source, value, direction, limit);
                    found.extend(sorted.into_iter().map(|hypothesis| (hypothesis, end)));
                }
            }
        }
        found
    }

    /// Ranks by a column or an aggregate: "the highest capacity", "the lowest average rating", "the largest total amount".
    fn highest_value(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        position: usize,
        direction: Direction,
    ) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let limit = hypothesis.asked_limit.or(Some(1));
        // "which country has the most capacity" asks for the sum of each country.
        let once = (0..self.lattice.len()).any(|at| self.accept_phrase(at, &["at once", "at a time"]).is_some());
        let most =
            position.checked_sub(1).is_some_and(|at| matches!(self.lattice.lower(at), "most" | "least")) && !once;
        let aggregate =
            self.accept_longest(position, |one| if let Category::Aggregate(one) = one { Some(one) } else { None });
        let starts = [Some((None, position)), aggregate.map(|(one, end)| (Some(one), end))];
        for (aggregate, start) in starts.into_iter().flatten() {
            for (candidates, _, end) in self.column_terms(start) {
                for mention in candidates.into_iter().filter(|m| self.is_sortable(m.target)) {
                    let ranked = match aggregate {
                        Some(aggregate) => self.by_aggregate(hypothesis, source, mention, aggregate),
                        None => self.by_column(hypothesis, source, mention, most),
                    };
                    for (next, value) in ranked {
                        let sorted = self.rank_by(next, source, value, direction, limit);
                        found.extend(sorted.into_iter().map(|hypothesis| (hypothesis, end)));
                    }
                }
            }
        }
        found
    }

    /// What a source can be ranked by with an aggregate of a column: over the rows of each value of the subject column,
    /// or over the related rows of each row.
    fn by_aggregate(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        mention: &Mention<ColumnId>,
        aggregate: Aggregate,
    ) -> Vec<(Hypothesis, Expression)> {
        let column = mention.target;
        let own = hypothesis.query.relation(source) == column.relation;
        if own {
            let subject = hypothesis.subject_column.filter(|_| source == 0 && hypothesis.query.groups.is_empty());
            let grouped = subject.map(|subject| grouped_by(hypothesis, subject, mention.cost));
            let value = Expression::Aggregate(aggregate, ColumnRef { source, column });
            return grouped.into_iter().map(|next| (next, value.clone())).collect();
        }
        let subqueries = hypothesis.subquery(self.schema, source, column.relation, false).into_iter();
        subqueries
            .filter_map(|(next, head, target)| {
                let at = Some(ColumnRef { source: target, column });
                let mut next = next.with_cost(mention.cost + costs::AGGREGATE_OF_RELATED);
                // "The most API calls yesterday" are those of yesterday.
                next.focus.push(target);
                Some((next, Expression::SubqueryAggregate(head?, aggregate, at)))
            })
            .collect()
    }

    /// What a source can be ranked by with a column alone: its values, or with `most` the sum for each value of the
    /// subject column.
    fn by_column(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        mention: &Mention<ColumnId>,
        most: bool,
    ) -> Vec<(Hypothesis, Expression)> {
        let column = mention.target;
        let own = hypothesis.query.relation(source) == column.relation;
        if let Some(subject) = hypothesis.subject_column.filter(|_| own && source == 0 && most) {
            if !hypothesis.query.groups.is_empty() || !self.can_aggregate(Aggregate::Sum, column) {
                return Vec::new();
            }
            let value = Expression::Aggregate(Aggregate::Sum, ColumnRef { source, column });
            return vec![(grouped_by(hypothesis, subject, mention.cost), value)];
        }
        let joined = hypothesis.join(self.schema, source, column.relation);
        // "Which driver drove the most kilometres" is told by all trips of each.
        if most && joined.iter().any(|(.., many)| *many) {
            let adds_up = self.can_aggregate(Aggregate::Sum, column) && hypothesis.subject_column.is_none();
            let sums = adds_up.then(|| self.by_aggregate(hypothesis, source, mention, Aggregate::Sum));
            return sums.unwrap_or_default();
        }
        let value = |source: usize| Expression::Column(ColumnRef { source, column });
        joined.into_iter().map(|(next, target, _)| (next.with_cost(mention.cost), value(target))).collect()
    }

    fn is_sortable(&self, column: ColumnId) -> bool {
        (self.schema.is_number(column) || self.schema.is_date(column) || self.schema.is_year(column))
            && !self.schema.is_key(column)
    }

    /// Restricts a source to the rows with the greatest or least value: by ORDER BY and LIMIT where the source is what
    /// the question lists, else by a subquery that finds the key of those rows.
    pub fn rank_by(
        &self,
        mut hypothesis: Hypothesis,
        source: usize,
        value: Expression,
        direction: Direction,
        limit: Option<u32>,
    ) -> Vec<Hypothesis> {
        if source == 0 && !hypothesis.is_counting() && hypothesis.query.order.is_empty() {
            hypothesis.query.order.push((value, direction));
            hypothesis.query.limit = hypothesis.query.limit.or(limit);
            return vec![hypothesis];
        }
        let relation = hypothesis.query.relation(source);
        let keys = self.schema.key_columns(relation);
        let (Expression::Column(at), [key]) = (&value, keys.as_slice()) else { return Vec::new() };
        if at.source != source || hypothesis.query.relation(at.source) != at.column.relation {
            return Vec::new();
        }
        let mut best = QueryTree::new(relation);
        let key_at = |source: usize| ColumnRef { source, column: *key };
        best.outputs.push(OutputColumn { value: Expression::Column(key_at(0)), alias: String::new() });
        best.order.push((Expression::Column(ColumnRef { source: 0, column: at.column }), direction));
        best.limit = limit;
        let condition = Condition::InSubquery { column: key_at(source), query: Box::new(best), negated: false };
        vec![hypothesis.filter(source, condition).with_cost(costs::SUPERLATIVE_AS_SUBQUERY)]
    }
}

/// Groups by the subject column.
fn grouped_by(hypothesis: &Hypothesis, subject: ColumnRef, cost: u32) -> Hypothesis {
    let mut next = hypothesis.clone().with_cost(cost);
    next.query.groups.push(Expression::Column(subject));
    next
}

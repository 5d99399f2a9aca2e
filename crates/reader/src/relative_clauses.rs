//! Nouns that describe other noun_phrases: "who have a dog", "with more than two accounts", "without any course", "of France".

use super::connectives::Connective;
use super::costs;
use super::hypothesis::Hypothesis;
use super::lexicon::Category;
use super::noun_phrases::NounPhrase;
use super::parser::{Parser, Parses};
use super::query_tree::{Aggregate, ColumnRef, Condition, Direction, Expression, Operand, QueryTree};

impl Parser<'_> {
    /// "who have a dog", "in the stadium", "without any concert".
    pub fn related_nouns(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        if !connective.linked {
            return found;
        }
        // "revenue by category" is a group.
        let by = connective.end.checked_sub(1).is_some_and(|at| self.lattice.lower(at) == "by");
        let lists = |noun: &NounPhrase| hypothesis.is_counting() || (hypothesis.default_projection && !noun.plural);
        let groups = |noun: &NounPhrase| by && lists(noun) && noun.adjectives.is_empty();
        for (noun, end) in
            self.noun_phrases(connective.end).into_iter().filter(|(noun, _)| noun.column.is_none() && !groups(noun))
        {
            let near: Vec<(Hypothesis, usize)> = if connective.negated {
                let deny = |head: usize| Condition::Exists { source: head, negated: true };
                let subs = hypothesis.subquery(self.schema, source, noun.relation, true).into_iter();
                subs.filter_map(|(hypothesis, head, target)| Some((hypothesis.filter(source, deny(head?)), target)))
                    .collect()
            } else {
                self.attach(hypothesis, source, noun.relation)
            };
            for (mut next, target) in near {
                if target == source && (connective.verb || connective.negated) || noun.each && hypothesis.is_aggregate()
                {
                    continue;
                }
                next.cost += noun.cost + costs::RELATED_NOUN + self.unused_verb_cost(&next, connective);
                next.focus.retain(|one| *one != target);
                next.focus.push(target);
                found.extend(self.with_adjectives(next, target, &noun).into_iter().map(|hypothesis| (hypothesis, end)));
            }
        }
        found
    }

    /// The cost of a verb that names a relation which the way from noun to noun does not touch: "attended" where there
    /// is a relation of attendances.
    fn unused_verb_cost(&self, hypothesis: &Hypothesis, connective: Connective) -> u32 {
        let Some(verb) = connective.link else { return 0 };
        let named = &self.lattice.cell(verb).relations;
        let touched = |relation: usize| hypothesis.query.sources.iter().any(|source| source.relation == relation);
        if named.is_empty() || named.iter().any(|mention| touched(mention.target)) { 0 } else { costs::UNUSED_VERB }
    }

    /// "more than two accounts", "at least 3 car makers", "two or more courses".
    pub fn count_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (operator, number, start) in
            self.quantities(connective.end).into_iter().filter(|(one, ..)| *one != "=" || connective.verb)
        {
            let start = self.skip_optional(start, Category::Of);
            for (noun, end) in self.noun_phrases(start) {
                let hypotheses = self.with_count(hypothesis, source, &noun, operator, number);
                found
                    .extend(hypotheses.into_iter().filter(|_| !connective.negated).map(|hypothesis| (hypothesis, end)));
            }
        }
        found
    }

    /// How many of a following noun there are: operator, number, and the position after it.
    fn quantities(&self, position: usize) -> Vec<(&'static str, u32, usize)> {
        let mut found = Vec::new();
        for (operator, start) in self.operators(position) {
            found.extend(self.number(start).map(|(number, end)| (operator, number, end)));
        }
        if let Some(start) = self.accept(position, Category::Compare("=")) {
            found.extend(self.number(start).map(|(number, end)| ("=", number, end)));
        }
        if let Some((number, end)) = self.number(position) {
            match self.or_more(end) {
                Some((operator, end)) => found.push((operator, number, end)),
                None => found.push(("=", number, end)),
            }
        }
        found
    }

    fn with_count(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        noun: &NounPhrase,
        operator: &'static str,
        number: u32,
    ) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        if let Some(subject) = hypothesis.subject_column.filter(|_| source == 0) {
            let having = Condition::Compare {
                value: Expression::CountRows,
                operator,
                operand: Operand::Number(number.to_string()),
            };
            for (mut next, target) in self.grouped_by_subject(hypothesis, subject, noun) {
                next.query.having.push(having.clone());
                next.focus.push(target);
                found.push(next);
            }
            return found;
        }
        let own = hypothesis.query.relation(source);
        for (next, head, target) in hypothesis.subquery(self.schema, source, noun.relation, false) {
            let Some(head) = head.filter(|_| noun.relation != own) else { continue };
            let distinct = noun.column.map(|column| ColumnRef { source: target, column });
            let condition = Condition::RowCount { source: head, distinct, operator, number };
            let mut next = next.filter(source, condition).with_cost(noun.cost + costs::RELATED_NOUN);
            next.focus.push(target);
            found.extend(self.with_adjectives(next, target, noun));
        }
        found
    }

    /// Rows per value of a subject, counted over the subject's own relation or over one joined to it.
    fn grouped_by_subject(
        &self,
        hypothesis: &Hypothesis,
        subject: ColumnRef,
        noun: &NounPhrase,
    ) -> Vec<(Hypothesis, usize)> {
        let mut found = Vec::new();
        for (mut next, target, _) in hypothesis.join(self.schema, 0, noun.relation) {
            if noun.column.is_some() || !next.query.groups.is_empty() {
                continue;
            }
            next.query.groups.push(Expression::Column(subject));
            next.cost += noun.cost + costs::RELATED_NOUN;
            found.extend(self.with_adjectives(next, target, noun).into_iter().map(|hypothesis| (hypothesis, target)));
        }
        found
    }

    /// "the most dogs", "the highest capacity", "the largest number of …", "the oldest".
    pub fn superlatives(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        if connective.negated {
            return found;
        }
        let position = self.skip_articles(connective.end);
        for (one, start) in
            self.lattice.cell(connective.end).categories.iter().chain(&self.lattice.cell(position).categories)
        {
            match one {
                Category::MostRows(direction) => found.extend(self.most_rows(hypothesis, source, *start, *direction)),
                Category::Highest(direction) => {
                    found.extend(self.highest_value(hypothesis, source, *start, *direction))
                }
                Category::MostFrequent(direction) => {
                    let over = self.accept(*start, Category::Of).map(|begin| self.skip_all(begin, &[Category::All]));
                    found.extend(over.into_iter().flat_map(|begin| {
                        self.most_rows(
                            &hypothesis.clone().with_cost(costs::INDIRECT_SUPERLATIVE),
                            source,
                            begin,
                            *direction,
                        )
                    }));
                    if let Some(subject) =
                        hypothesis.subject_column.filter(|_| source == 0 && hypothesis.query.groups.is_empty())
                    {
                        let mut next = hypothesis.clone().with_cost(costs::INDIRECT_SUPERLATIVE);
                        next.query.groups.push(Expression::Column(subject));
                        let limit = hypothesis.asked_limit.or(Some(1));
                        let sorted = self.rank_by(next, 0, Expression::CountRows, *direction, limit);
                        found.extend(sorted.into_iter().map(|hypothesis| (hypothesis, *start)));
                    }
                }
                Category::Superlative(quality, direction) => {
                    found.extend(self.highest_value(
                        &hypothesis.clone().with_cost(costs::INDIRECT_SUPERLATIVE),
                        source,
                        *start,
                        *direction,
                    ));
                    for (column, direction, cost) in
                        self.quality_columns(hypothesis.query.relation(source), *quality, *direction)
                    {
                        let value = Expression::Column(ColumnRef { source, column });
                        let limit = hypothesis.asked_limit.or(Some(1));
                        let sorted = self.rank_by(hypothesis.clone().with_cost(cost), source, value, direction, limit);
                        found.extend(sorted.into_iter().map(|hypothesis| (hypothesis, *start)));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// "the most dogs": by the number of rows that belong to each.
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
                    next.focus.push(target);
                    let next = next.select(Expression::CountRows, "count");
                    found.extend(
                        self.rank_by(next, 0, Expression::CountRows, direction, limit)
                            .into_iter()
                            .map(|hypothesis| (hypothesis, end)),
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
                    let value = Expression::SubqueryAggregate(head, Aggregate::Count, None);
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

    /// "the highest capacity", "the lowest average rating", "the largest total amount".
    fn highest_value(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        position: usize,
        direction: Direction,
    ) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let limit = hypothesis.asked_limit.or(Some(1));
        let aggregate =
            self.accept_longest(position, |one| if let Category::Aggregate(one) = one { Some(one) } else { None });
        let starts = [Some((None, position)), aggregate.map(|(one, end)| (Some(one), end))];
        for (aggregate, start) in starts.into_iter().flatten() {
            for (candidates, _, end) in self.column_terms(start) {
                for mention in candidates.into_iter().filter(|m| self.is_sortable(m.target)) {
                    let column = mention.target;
                    let own = hypothesis.query.relation(source) == column.relation;
                    if let Some(aggregate) = aggregate {
                        if let Some(subject) = hypothesis
                            .subject_column
                            .filter(|_| own && source == 0 && hypothesis.query.groups.is_empty())
                        {
                            let mut next = hypothesis.clone().with_cost(mention.cost);
                            next.query.groups.push(Expression::Column(subject));
                            let value = Expression::Aggregate(aggregate, ColumnRef { source, column });
                            let sorted = self.rank_by(next, source, value, direction, limit);
                            found.extend(sorted.into_iter().map(|hypothesis| (hypothesis, end)));
                        }
                        for (next, head, target) in hypothesis.subquery(self.schema, source, column.relation, false) {
                            let Some(head) = head.filter(|_| !own) else { continue };
                            let value = Expression::SubqueryAggregate(
                                head,
                                aggregate,
                                Some(ColumnRef { source: target, column }),
                            );
                            let next = next.with_cost(mention.cost + costs::AGGREGATE_OF_RELATED);
                            let sorted = self.rank_by(next, source, value, direction, limit);
                            found.extend(sorted.into_iter().map(|hypothesis| (hypothesis, end)));
                        }
                        continue;
                    }
                    // "which country has the most capacity": all of it together
                    let most =
                        position.checked_sub(1).is_some_and(|at| matches!(self.lattice.lower(at), "most" | "least"));
                    if let Some(subject) = hypothesis.subject_column.filter(|_| own && source == 0 && most) {
                        if hypothesis.query.groups.is_empty() && self.can_aggregate(Aggregate::Sum, column) {
                            let mut next = hypothesis.clone().with_cost(mention.cost);
                            next.query.groups.push(Expression::Column(subject));
                            let value = Expression::Aggregate(Aggregate::Sum, ColumnRef { source, column });
                            let sorted = self.rank_by(next, source, value, direction, limit);
                            found.extend(sorted.into_iter().map(|hypothesis| (hypothesis, end)));
                        }
                        continue;
                    }
                    for (next, target, _) in hypothesis.join(self.schema, source, column.relation) {
                        let value = Expression::Column(ColumnRef { source: target, column });
                        let next = next.with_cost(mention.cost);
                        let sorted = self.rank_by(next, source, value, direction, limit);
                        found.extend(sorted.into_iter().map(|hypothesis| (hypothesis, end)));
                    }
                }
            }
        }
        found
    }

    fn is_sortable(&self, column: super::query_tree::ColumnId) -> bool {
        (self.schema.is_number(column) || self.schema.is_date(column) || self.schema.is_year(column))
            && !self.schema.is_key(column)
    }

    /// The rows of a source with the greatest or least value: by order and limit where they are what is listed, else
    /// as a condition.
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
        best.outputs
            .push(super::query_tree::OutputColumn { value: Expression::Column(key_at(0)), alias: String::new() });
        best.order.push((Expression::Column(ColumnRef { source: 0, column: at.column }), direction));
        best.limit = limit;
        let condition = Condition::InSubquery { column: key_at(source), query: Box::new(best), negated: false };
        vec![hypothesis.filter(source, condition).with_cost(costs::SUPERLATIVE_AS_SUBQUERY)]
    }
}

impl Hypothesis {
    /// Whether the whole answer is made of counts or other aggregates without groups.
    pub fn is_counting(&self) -> bool {
        self.is_aggregate() && self.query.groups.is_empty()
    }
}

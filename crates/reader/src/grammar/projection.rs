//! Projection: turns select items into outputs of the query tree, with the joins, groups and subqueries that they need.

use crate::catalog::name_index::Mention;
use crate::choice::costs;
use crate::grammar::hypothesis::{Hypothesis, alias};
use crate::grammar::noun_phrases::NounPhrase;
use crate::grammar::parser::Parser;
use crate::grammar::select_items::{ItemKind, SelectItem};
use crate::lattice::lexicon::Category;
use crate::measures::is_flow;
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Expression, JoinStep};

impl Parser<'_> {
    /// All ways to add the items as outputs, with joins that begin at the source `from`. After each item the cheapest
    /// few are kept.
    pub fn project(&self, hypothesis: &Hypothesis, from: usize, items: &[SelectItem]) -> Vec<Hypothesis> {
        let mut hypotheses = vec![hypothesis.clone()];
        for item in items {
            hypotheses = hypotheses.iter().flat_map(|hypothesis| self.project_item(hypothesis, from, item)).collect();
            hypotheses.sort_by_key(|hypothesis| hypothesis.cost);
            hypotheses.truncate(6);
        }
        hypotheses.into_iter().map(|hypothesis| self.group_by_plain_columns(hypothesis)).collect()
    }

    /// Groups by the plain columns that stand beside an aggregate, as SQL demands.
    fn group_by_plain_columns(&self, mut hypothesis: Hypothesis) -> Hypothesis {
        if hypothesis.is_aggregate() && hypothesis.query.outputs.len() > 1 {
            self.distribute_aggregate(&mut hypothesis);
            let plain = |value: &Expression| matches!(value, Expression::Column(_) | Expression::DateTrunc(..));
            let columns: Vec<Expression> =
                hypothesis.query.outputs.iter().map(|o| o.value.clone()).filter(plain).collect();
            for column in columns {
                if !hypothesis.query.groups.contains(&column) {
                    hypothesis.query.groups.push(column);
                    hypothesis.cost += costs::IMPLIED_GROUP;
                }
            }
        }
        hypothesis
    }

    /// Applies the aggregate to the numbers that follow it: "average latitude and longitude".
    fn distribute_aggregate(&self, hypothesis: &mut Hypothesis) {
        let mut said = None;
        for output in &mut hypothesis.query.outputs {
            match (&output.value, said) {
                (Expression::Aggregate(aggregate, _), _) if *aggregate != Aggregate::Count => said = Some(*aggregate),
                (Expression::Column(at), Some(aggregate)) if self.can_aggregate(Aggregate::Average, at.column) => {
                    output.alias = alias(self.schema, aggregate, *at);
                    output.value = Expression::Aggregate(aggregate, *at);
                    hypothesis.cost += costs::SHARED_AGGREGATE;
                }
                _ => {}
            }
        }
    }

    fn project_item(&self, hypothesis: &Hypothesis, from: usize, item: &SelectItem) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        for (hypothesis, source) in self.owners(hypothesis, from, item) {
            let candidates: Vec<&Mention<ColumnId>> =
                self.lattice.cell(item.start).columns.iter().filter(|m| m.end == item.end).collect();
            match &item.kind {
                // "Revenue" among other items is a sum as well.
                ItemKind::Column if self.is_sum_of_flow(&hypothesis, source, item, &candidates) => {
                    found.extend(self.project_aggregate(&hypothesis, source, Aggregate::Sum, &candidates));
                }
                ItemKind::Column => found.extend(self.project_column(&hypothesis, source, item, &candidates)),
                ItemKind::Aggregate(aggregate) => {
                    found.extend(self.project_aggregate(&hypothesis, source, *aggregate, &candidates));
                }
                ItemKind::Count(noun) => found.extend(self.project_count(&hypothesis, source, noun)),
                ItemKind::EarlierCount => found.extend(project_earlier_count(hypothesis)),
                ItemKind::FullName => {
                    let names = self.full_names(hypothesis.query.relation(source));
                    found.extend((!names.is_empty()).then(|| hypothesis.select_columns(source, names)));
                }
                ItemKind::MostFrequent(direction) => {
                    for (mut next, at, many) in self.join_columns(&hypothesis, source, &candidates, |_| true) {
                        if !many && at.source == source && next.query.order.is_empty() {
                            next.query.groups.push(Expression::Column(at));
                            next.query.order.push((Expression::CountRows, *direction));
                            next.query.limit = Some(1);
                            found.push(next.select(Expression::Column(at), ""));
                        }
                    }
                }
                ItemKind::AllColumns => {
                    found.push(hypothesis.with_cost(costs::ALL_COLUMNS).select_all(self.schema, source))
                }
                ItemKind::Rows => {
                    // Rows that people know by nothing but a key are no item.
                    let known =
                        |m: &&Mention<usize>| m.end == item.end && !self.schema.display_columns(m.target).is_empty();
                    for mention in self.lattice.cell(item.start).relations.iter().filter(known) {
                        for (next, source, _) in hypothesis.join(self.schema, source, mention.target) {
                            found.push(
                                next.with_cost(mention.cost + costs::RELATION_AS_ITEM)
                                    .select_display_columns(self.schema, source),
                            );
                        }
                    }
                }
            }
        }
        found
    }

    /// The column that is called the full name, or else those by which people know the rows.
    fn full_names(&self, relation: usize) -> Vec<ColumnId> {
        let called = |id: &ColumnId| self.schema.words(*id).concat().ends_with("fullname");
        let own = self.schema.columns(relation).map(|(id, _)| id).find(called);
        own.map_or_else(|| self.schema.display_columns(relation), |id| vec![id])
    }

    /// Whether an item names a flow of money ("revenue") for which the rows at hand have no column of that very name.
    fn is_sum_of_flow(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        item: &SelectItem,
        candidates: &[&Mention<ColumnId>],
    ) -> bool {
        let own = |m: &&Mention<ColumnId>| m.cost == 0 && m.target.relation == hypothesis.query.relation(source);
        item.end == item.start + 1 && is_flow(self.lattice.lower(item.start)) && !candidates.iter().any(own)
    }

    /// The source that an item belongs to: the relation named right after it, else the source that all items are of.
    fn owners(&self, hypothesis: &Hypothesis, from: usize, item: &SelectItem) -> Vec<(Hypothesis, usize)> {
        let Some((start, end)) = item.of else { return vec![(hypothesis.clone(), from)] };
        let mut found = Vec::new();
        for mention in self.lattice.cell(start).relations.iter().filter(|m| m.end == end) {
            let joined = hypothesis.join(self.schema, from, mention.target).into_iter();
            found.extend(
                joined.map(|(hypothesis, source, _)| {
                    (hypothesis.with_cost(mention.cost + costs::ITEM_WITH_OWNER), source)
                }),
            );
        }
        found
    }

    fn project_aggregate(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        aggregate: Aggregate,
        candidates: &[&Mention<ColumnId>],
    ) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        for (next, at, many) in
            self.join_columns(hypothesis, source, candidates, |id| self.can_aggregate(aggregate, id))
        {
            if !many || hypothesis.query.relation(source) == at.column.relation {
                let name = alias(self.schema, aggregate, at);
                found.push(next.select(Expression::Aggregate(aggregate, at), &name));
            }
        }
        if aggregate != Aggregate::Count {
            found.extend(self.aggregate_per_row(hypothesis, source, aggregate, candidates));
        }
        found
    }

    fn project_column(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        item: &SelectItem,
        candidates: &[&Mention<ColumnId>],
    ) -> Vec<Hypothesis> {
        let relation = hypothesis.query.relation(source);
        let generic = item.end == item.start + 1 && is_generic(&self.lattice.words, item.start);
        let mut found = Vec::new();
        let near = |id: ColumnId| candidates.iter().any(|m| m.target == id && m.cost <= costs::OWN_WORDS);
        let fits = |id: ColumnId| {
            let own = !generic || id.relation == relation && near(id);
            own && !self.is_key_of_named_relation(item, id) && !self.means_rows(item, id)
        };
        for (mut next, at, _) in self.join_columns(hypothesis, source, candidates, fits) {
            if item.of.is_some() && at.source != source {
                continue;
            }
            next.query.distinct |= item.distinct;
            let aggregate = |one: &(Category, usize)| matches!(one.0, Category::Aggregate(_)) && one.1 == item.end;
            if self.lattice.cell(item.start).categories.iter().any(aggregate) {
                next.cost += costs::AGGREGATE_WORD_AS_COLUMN;
            }
            let key = (item.start..item.end)
                .any(|at| matches!(self.lattice.lower(at), "id" | "ids" | "code" | "codes" | "number" | "key"));
            let partial = !key && candidates.iter().any(|m| m.target == at.column && m.cost > costs::INFLECTED_NAME);
            let followed = if partial { self.follow_foreign_key(&next, at) } else { Vec::new() };
            if followed.is_empty() {
                found.push(next.select(Expression::Column(at), ""));
            }
            found.extend(followed);
        }
        let named = candidates.iter().any(|m| m.cost <= costs::NEARLY_EXACT_NAME && m.target.relation == relation);
        let own = self.schema.display_columns(relation);
        if generic && !named && !own.is_empty() && is_name(&self.lattice.words, item.start) {
            found.push(hypothesis.clone().with_cost(costs::GENERIC_NAME).select_columns(source, own));
        }
        found
    }

    /// The display columns that a foreign key refers to, where the item names the key: "hair colour" for
    /// `hair_colour_id`.
    fn follow_foreign_key(&self, hypothesis: &Hypothesis, at: ColumnRef) -> Vec<Hypothesis> {
        let Some((edge, _)) = self.schema.key_of_column(at.column) else { return Vec::new() };
        let step = JoinStep { edge, forward: true };
        let (hypothesis, source) = hypothesis.join_step(self.schema, at.source, step);
        let names = self.schema.display_columns(hypothesis.query.relation(source));
        if names.is_empty() { Vec::new() } else { vec![hypothesis.select_columns(source, names)] }
    }

    /// Whether the item means the rows of a relation of that name which refers to the column's relation ("orders"),
    /// although a column shares the name.
    fn means_rows(&self, item: &SelectItem, column: ColumnId) -> bool {
        let exact = |m: &&Mention<usize>| m.cost == 0 && m.end == item.end && m.target != column.relation;
        let refers = |from: usize| self.schema.keys_of(from).any(|(_, edge)| edge.to == column.relation);
        let named = self.lattice.cell(item.start).relations.iter().filter(exact).any(|m| refers(m.target));
        named && self.lattice.is_plural(item.end)
    }

    /// Whether the item names a relation ("the department") and the column is only the key that refers to it.
    fn is_key_of_named_relation(&self, item: &SelectItem, column: ColumnId) -> bool {
        let cell = self.lattice.cell(item.start);
        let cost = cell.columns.iter().filter(|m| m.target == column && m.end == item.end).map(|m| m.cost).min();
        let relation = cell.relations.iter().filter(|m| m.end == item.end).map(|m| m.cost).min();
        self.schema.is_key(column)
            && cost > Some(costs::INFLECTED_NAME)
            && relation.is_some_and(|relation| relation <= costs::OWN_WORDS)
    }

    /// An aggregate over related rows, for each row of the source or for its groups: "average rating" of products.
    fn aggregate_per_row(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        aggregate: Aggregate,
        candidates: &[&Mention<ColumnId>],
    ) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        for mention in candidates.iter().filter(|m| self.can_aggregate(aggregate, m.target)) {
            let column = mention.target;
            if !hypothesis.query.groups.is_empty() {
                for (next, target, _) in hypothesis.join(self.schema, source, column.relation) {
                    let at = ColumnRef { source: target, column };
                    if next.fans_out(self.schema, source, target, aggregate) {
                        continue;
                    }
                    let name = alias(self.schema, aggregate, at);
                    found.push(
                        next.with_cost(mention.cost + costs::AGGREGATE_OF_RELATED)
                            .select(Expression::Aggregate(aggregate, at), &name),
                    );
                }
                continue;
            }
            for (next, head, target) in hypothesis.subquery(self.schema, source, column.relation, false) {
                let Some(head) = head.filter(|_| column.relation != hypothesis.query.relation(source)) else {
                    continue;
                };
                let at = ColumnRef { source: target, column };
                if next.fans_out(self.schema, head, target, aggregate) {
                    continue;
                }
                let name = alias(self.schema, aggregate, at);
                found.push(
                    next.with_cost(mention.cost + costs::AGGREGATE_OF_RELATED)
                        .select(Expression::SubqueryAggregate(head, aggregate, Some(at)), &name),
                );
            }
        }
        found
    }

    /// A count of the rows of the source, or for each of them a count of related rows: "number of pets".
    fn project_count(&self, hypothesis: &Hypothesis, source: usize, noun: &NounPhrase) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        if noun.relation == hypothesis.query.relation(source) {
            let hypothesis = hypothesis.clone().with_cost(noun.cost);
            for hypothesis in self.with_adjectives(hypothesis, source, noun) {
                found.extend(match noun.column {
                    Some(column) => self
                        .count_of_values(ColumnRef { source, column }, noun.distinct)
                        .map(|value| hypothesis.select(value, "count")),
                    None => Some(hypothesis.select(Expression::CountRows, "count")),
                });
            }
            return found;
        }
        for (next, head, target) in hypothesis.subquery(self.schema, source, noun.relation, false) {
            let Some(head) = head else { continue };
            for mut next in self.with_adjectives(next.with_cost(noun.cost), target, noun) {
                let Some(at) = self.counted(&next, source, target, noun) else { continue };
                next.focus.push(target);
                found.push(next.select(Expression::SubqueryAggregate(head, Aggregate::Count, at), "count"));
            }
        }
        found
    }

    /// Whether a column holds rates or positions by its name, so that a sum of it has no meaning.
    fn is_rate(&self, column: ColumnId) -> bool {
        const RATES: [&str; 18] = [
            "price",
            "rate",
            "rating",
            "ratio",
            "percent",
            "percentage",
            "pct",
            "average",
            "avg",
            "mean",
            "median",
            "age",
            "latitude",
            "longitude",
            "lat",
            "temperature",
            "rank",
            "year",
        ];
        RATES.contains(&self.schema.last_word(column))
    }

    /// Whether an aggregate over a column has a meaning.
    pub fn can_aggregate(&self, aggregate: Aggregate, column: ColumnId) -> bool {
        match aggregate {
            Aggregate::Count => true,
            Aggregate::Minimum | Aggregate::Maximum => {
                !self.schema.is_flag(column)
                    && (self.schema.is_number(column) || self.schema.is_date(column) || self.schema.is_year(column))
            }
            Aggregate::Sum | Aggregate::Average => {
                self.schema.is_number(column)
                    && !self.schema.is_key(column)
                    && !(aggregate == Aggregate::Sum && self.is_rate(column))
            }
        }
    }
}

/// "the number": the count that is shown already, or the number of rows of each group.
fn project_earlier_count(hypothesis: Hypothesis) -> Option<Hypothesis> {
    let counted = |value: &Expression| {
        matches!(
            value,
            Expression::CountRows
                | Expression::SubqueryAggregate(_, Aggregate::Count, _)
                | Expression::Aggregate(Aggregate::Count, _)
        )
    };
    if hypothesis.query.outputs.iter().any(|output| counted(&output.value)) {
        return Some(hypothesis);
    }
    (!hypothesis.query.groups.is_empty()).then(|| hypothesis.select(Expression::CountRows, "count"))
}

/// Whether a word names a column of nearly every relation: only that of the relation at hand can be meant.
fn is_generic(words: &[words::Word], position: usize) -> bool {
    let generic = |word: &str| {
        matches!(
            word,
            "name"
                | "id"
                | "type"
                | "code"
                | "date"
                | "description"
                | "title"
                | "detail"
                | "number"
                | "status"
                | "address"
                | "age"
        )
    };
    words.get(position).is_some_and(|word| generic(&word.singular))
}

fn is_name(words: &[words::Word], position: usize) -> bool {
    words.get(position).is_some_and(|word| matches!(word.singular.as_str(), "name" | "title"))
}

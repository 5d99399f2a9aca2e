//! Puts what a question asks to see into a query: columns joined where needed, aggregates, counts for each row.

use super::costs;
use super::hypothesis::{Hypothesis, alias};
use super::lexicon::Category;
use super::name_index::Mention;
use super::noun_phrases::NounPhrase;
use super::parser::Parser;
use super::query_tree::{Aggregate, ColumnId, ColumnRef, Expression, JoinStep};
use super::select_items::{ItemKind, SelectItem};

impl Parser<'_> {
    /// The hypothesis that shows the items, seen from one of its sources.
    pub fn project(&self, hypothesis: &Hypothesis, from: usize, items: &[SelectItem]) -> Vec<Hypothesis> {
        let mut hypotheses = vec![hypothesis.clone()];
        for item in items {
            hypotheses = hypotheses.iter().flat_map(|hypothesis| self.project_item(hypothesis, from, item)).collect();
            hypotheses.sort_by_key(|hypothesis| hypothesis.cost);
            hypotheses.truncate(6);
        }
        hypotheses.into_iter().map(|hypothesis| self.group_by_plain_columns(hypothesis)).collect()
    }

    /// Columns beside an aggregate of the same rows say what it is taken for.
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

    /// "average latitude and longitude": a number after an aggregate shares it.
    fn distribute_aggregate(&self, hypothesis: &mut Hypothesis) {
        let mut said = None;
        for output in &mut hypothesis.query.outputs {
            match (&output.value, said) {
                (Expression::Aggregate(aggregate, _), _) if *aggregate != Aggregate::Count => said = Some(*aggregate),
                (Expression::Column(at), Some(aggregate)) if self.can_aggregate(Aggregate::Sum, at.column) => {
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
                ItemKind::Column => found.extend(self.project_column(&hypothesis, source, item, &candidates)),
                ItemKind::Aggregate(aggregate) => {
                    found.extend(self.project_aggregate(&hypothesis, source, *aggregate, &candidates));
                }
                ItemKind::Count(noun) => found.extend(self.project_count(&hypothesis, source, noun)),
                ItemKind::EarlierCount => found.extend(project_earlier_count(hypothesis)),
                ItemKind::FullName => {
                    let names = self.schema.display_columns(hypothesis.query.relation(source));
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
                    for mention in self.lattice.cell(item.start).relations.iter().filter(|m| m.end == item.end) {
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

    /// Whose the item is: "of the singer" right after it, else the noun that all items are of.
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

    /// "hair colour" where only a key is called so: the name of what the key refers to.
    fn follow_foreign_key(&self, hypothesis: &Hypothesis, at: ColumnRef) -> Vec<Hypothesis> {
        let Some((edge, _)) = self.schema.key_of_column(at.column) else { return Vec::new() };
        let step = JoinStep { edge, forward: true };
        let (hypothesis, source) = hypothesis.join_step(self.schema, at.source, step);
        let names = self.schema.display_columns(hypothesis.query.relation(source));
        if names.is_empty() { Vec::new() } else { vec![hypothesis.select_columns(source, names)] }
    }

    /// "orders" are the rows of the relation that is called so and refers here, whatever column shares its name.
    fn means_rows(&self, item: &SelectItem, column: ColumnId) -> bool {
        let exact = |m: &&Mention<usize>| m.cost == 0 && m.end == item.end && m.target != column.relation;
        let refers = |from: usize| self.schema.keys_of(from).any(|(_, edge)| edge.to == column.relation);
        let named = self.lattice.cell(item.start).relations.iter().filter(exact).any(|m| refers(m.target));
        named && self.lattice.is_plural(item.end)
    }

    /// "the department" asks for its name rather than for the key that refers to it.
    fn is_key_of_named_relation(&self, item: &SelectItem, column: ColumnId) -> bool {
        let cell = self.lattice.cell(item.start);
        let cost = cell.columns.iter().filter(|m| m.target == column && m.end == item.end).map(|m| m.cost).min();
        let relation = cell.relations.iter().filter(|m| m.end == item.end).map(|m| m.cost).min();
        self.schema.is_key(column)
            && cost > Some(costs::INFLECTED_NAME)
            && relation.is_some_and(|relation| relation <= costs::OWN_WORDS)
    }

    /// "average rating" of things that have many of them: for each.
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

    /// "number of pets": the rows themselves, or for each the rows that belong to it.
    fn project_count(&self, hypothesis: &Hypothesis, source: usize, noun: &NounPhrase) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        if noun.relation == hypothesis.query.relation(source) {
            let hypothesis = hypothesis.clone().with_cost(noun.cost);
            for hypothesis in self.with_adjectives(hypothesis, source, noun) {
                found.push(match noun.column {
                    Some(column) => hypothesis
                        .select(Expression::Aggregate(Aggregate::Count, ColumnRef { source, column }), "count"),
                    None => hypothesis.select(Expression::CountRows, "count"),
                });
            }
            return found;
        }
        for (next, head, target) in hypothesis.subquery(self.schema, source, noun.relation, false) {
            let Some(head) = head else { continue };
            for mut next in self.with_adjectives(next.with_cost(noun.cost), target, noun) {
                let at = noun.column.map(|column| ColumnRef { source: target, column });
                next.focus.push(target);
                found.push(next.select(Expression::SubqueryAggregate(head, Aggregate::Count, at), "count"));
            }
        }
        found
    }

    /// Adding up a column of such a name has no meaning.
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

/// "the number": what is counted already, or the rows of each group.
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

/// A word that many relations have a column for: only the one asked for can be meant.
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

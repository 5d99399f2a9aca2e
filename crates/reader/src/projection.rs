//! Puts what a question asks to see into a query: columns joined where needed, aggregates, counts for each row.

use super::hypothesis::{Draft, alias};
use super::lexicon::Use;
use super::name_index::Mention;
use super::noun_phrases::Noun;
use super::parser::Parser;
use super::query_tree::{Aggregate, At, ColumnId, Step, Value};
use super::select_items::{Item, What};

impl Parser<'_> {
    /// The draft that shows the items, seen from one of its sources.
    pub fn showing(&self, draft: &Draft, from: usize, items: &[Item]) -> Vec<Draft> {
        let mut drafts = vec![draft.clone()];
        for item in items {
            drafts = drafts.iter().flat_map(|draft| self.shown(draft, from, item)).collect();
            drafts.sort_by_key(|draft| draft.cost);
            drafts.truncate(6);
        }
        drafts.into_iter().map(|draft| self.grouped_by_plain(draft)).collect()
    }

    /// Columns beside an aggregate of the same rows say what it is taken for.
    fn grouped_by_plain(&self, mut draft: Draft) -> Draft {
        if draft.is_aggregate() && draft.query.outputs.len() > 1 {
            self.spread(&mut draft);
            let plain = |value: &Value| matches!(value, Value::Column(_) | Value::Cut(..));
            let columns: Vec<Value> = draft.query.outputs.iter().map(|o| o.value.clone()).filter(plain).collect();
            for column in columns {
                if !draft.query.groups.contains(&column) {
                    draft.query.groups.push(column);
                    draft.cost += 1;
                }
            }
        }
        draft
    }

    /// "average latitude and longitude": a number after an aggregate shares it.
    fn spread(&self, draft: &mut Draft) {
        let mut said = None;
        for output in &mut draft.query.outputs {
            match (&output.value, said) {
                (Value::Aggregate(aggregate, _), _) if *aggregate != Aggregate::Count => said = Some(*aggregate),
                (Value::Column(at), Some(aggregate)) if self.can(Aggregate::Sum, at.column) => {
                    output.alias = alias(self.schema, aggregate, *at);
                    output.value = Value::Aggregate(aggregate, *at);
                    draft.cost += 1;
                }
                _ => {}
            }
        }
    }

    fn shown(&self, draft: &Draft, from: usize, item: &Item) -> Vec<Draft> {
        let mut found = Vec::new();
        for (draft, source) in self.owners(draft, from, item) {
            let candidates: Vec<&Mention<ColumnId>> =
                self.chart.at(item.start).columns.iter().filter(|m| m.end == item.end).collect();
            match &item.what {
                What::Column => found.extend(self.column_shown(&draft, source, item, &candidates)),
                What::Aggregate(aggregate) => {
                    found.extend(self.aggregate_shown(&draft, source, *aggregate, &candidates));
                }
                What::Count(noun) => found.extend(self.count_shown(&draft, source, noun)),
                What::Number => found.extend(number_shown(draft)),
                What::FullName => {
                    let names = self.schema.name_columns(draft.query.relation(source));
                    found.extend((!names.is_empty()).then(|| draft.show_columns(source, names)));
                }
                What::Common(direction) => {
                    for (mut next, at, many) in self.reach(&draft, source, &candidates, |_| true) {
                        if !many && at.source == source && next.query.order.is_empty() {
                            next.query.groups.push(Value::Column(at));
                            next.query.order.push((Value::Rows, *direction));
                            next.query.limit = Some(1);
                            found.push(next.show(Value::Column(at), ""));
                        }
                    }
                }
                What::Everything => found.push(draft.costing(2).show_all(self.schema, source)),
                What::Entity => {
                    for mention in self.chart.at(item.start).relations.iter().filter(|m| m.end == item.end) {
                        for (next, source, _) in draft.join(self.schema, source, mention.target) {
                            found.push(next.costing(mention.cost + 3).show_name(self.schema, source));
                        }
                    }
                }
            }
        }
        found
    }

    /// Whose the item is: "of the singer" right after it, else the noun that all items are of.
    fn owners(&self, draft: &Draft, from: usize, item: &Item) -> Vec<(Draft, usize)> {
        let Some((start, end)) = item.of else { return vec![(draft.clone(), from)] };
        let mut found = Vec::new();
        for mention in self.chart.at(start).relations.iter().filter(|m| m.end == end) {
            let joined = draft.join(self.schema, from, mention.target).into_iter();
            found.extend(joined.map(|(draft, source, _)| (draft.costing(mention.cost + 1), source)));
        }
        found
    }

    fn aggregate_shown(
        &self,
        draft: &Draft,
        source: usize,
        aggregate: Aggregate,
        candidates: &[&Mention<ColumnId>],
    ) -> Vec<Draft> {
        let mut found = Vec::new();
        for (next, at, many) in self.reach(draft, source, candidates, |id| self.can(aggregate, id)) {
            if !many || draft.query.relation(source) == at.column.relation {
                let name = alias(self.schema, aggregate, at);
                found.push(next.show(Value::Aggregate(aggregate, at), &name));
            }
        }
        if aggregate != Aggregate::Count {
            found.extend(self.each(draft, source, aggregate, candidates));
        }
        found
    }

    fn column_shown(&self, draft: &Draft, source: usize, item: &Item, candidates: &[&Mention<ColumnId>]) -> Vec<Draft> {
        let relation = draft.query.relation(source);
        let generic = item.end == item.start + 1 && is_generic(&self.chart.words, item.start);
        let mut found = Vec::new();
        let near = |id: ColumnId| candidates.iter().any(|m| m.target == id && m.cost < 4);
        let fits = |id: ColumnId| {
            let own = !generic || id.relation == relation && near(id);
            own && !self.stands_for(item, id) && !self.means_rows(item, id)
        };
        for (mut next, at, _) in self.reach(draft, source, candidates, fits) {
            if item.of.is_some() && at.source != source {
                continue;
            }
            next.query.distinct |= item.distinct;
            let aggregate = |one: &(Use, usize)| matches!(one.0, Use::Aggregate(_)) && one.1 == item.end;
            if self.chart.at(item.start).uses.iter().any(aggregate) {
                next.cost += 3;
            }
            let key = (item.start..item.end)
                .any(|at| matches!(self.chart.lower(at), "id" | "ids" | "code" | "codes" | "number" | "key"));
            let partial = !key && candidates.iter().any(|m| m.target == at.column && m.cost > 1);
            let followed = if partial { self.follow(&next, at) } else { Vec::new() };
            if followed.is_empty() {
                found.push(next.show(Value::Column(at), ""));
            }
            found.extend(followed);
        }
        let named = candidates.iter().any(|m| m.cost < 3 && m.target.relation == relation);
        let own = self.schema.name_columns(relation);
        if generic && !named && !own.is_empty() && is_name(&self.chart.words, item.start) {
            found.push(draft.clone().costing(2).show_columns(source, own));
        }
        found
    }

    /// "hair colour" where only a key is called so: the name of what the key refers to.
    fn follow(&self, draft: &Draft, at: At) -> Vec<Draft> {
        let name = &self.schema.column(at.column).name;
        let refers = |edge: &&super::join_graph::Edge| {
            edge.from == at.column.relation && edge.columns.iter().all(|(from, _)| from == name)
        };
        let number = self.schema.edges.iter().position(|edge| refers(&edge));
        let Some(step) = number.map(|edge| Step { edge, forward: true }) else { return Vec::new() };
        let (draft, source) = draft.step(self.schema, at.source, step);
        let names = self.schema.name_columns(draft.query.relation(source));
        if names.is_empty() { Vec::new() } else { vec![draft.show_columns(source, names)] }
    }

    /// "orders" are the rows of the relation that is called so and refers here, whatever column shares its name.
    fn means_rows(&self, item: &Item, column: ColumnId) -> bool {
        let exact = |m: &&Mention<usize>| m.cost == 0 && m.end == item.end && m.target != column.relation;
        let refers = |from: usize| self.schema.edges.iter().any(|edge| edge.from == from && edge.to == column.relation);
        let named = self.chart.at(item.start).relations.iter().filter(exact).any(|m| refers(m.target));
        named && self.chart.is_plural(item.end)
    }

    /// "the department" asks for its name rather than for the key that refers to it.
    fn stands_for(&self, item: &Item, column: ColumnId) -> bool {
        let cell = self.chart.at(item.start);
        let cost = cell.columns.iter().filter(|m| m.target == column && m.end == item.end).map(|m| m.cost).min();
        let relation = cell.relations.iter().filter(|m| m.end == item.end).map(|m| m.cost).min();
        self.schema.is_key(column) && cost > Some(1) && relation.is_some_and(|relation| relation < 4)
    }

    /// "average rating" of things that have many of them: for each.
    fn each(
        &self,
        draft: &Draft,
        source: usize,
        aggregate: Aggregate,
        candidates: &[&Mention<ColumnId>],
    ) -> Vec<Draft> {
        let mut found = Vec::new();
        for mention in candidates.iter().filter(|m| self.can(aggregate, m.target)) {
            let column = mention.target;
            if !draft.query.groups.is_empty() {
                for (next, target, _) in draft.join(self.schema, source, column.relation) {
                    let at = At { source: target, column };
                    if next.fans_out(self.schema, source, target, aggregate) {
                        continue;
                    }
                    let name = alias(self.schema, aggregate, at);
                    found.push(next.costing(mention.cost + 1).show(Value::Aggregate(aggregate, at), &name));
                }
                continue;
            }
            for (next, head, target) in draft.sub(self.schema, source, column.relation, false) {
                let Some(head) = head.filter(|_| column.relation != draft.query.relation(source)) else { continue };
                let at = At { source: target, column };
                if next.fans_out(self.schema, head, target, aggregate) {
                    continue;
                }
                let name = alias(self.schema, aggregate, at);
                found.push(next.costing(mention.cost + 1).show(Value::Each(head, aggregate, Some(at)), &name));
            }
        }
        found
    }

    /// "number of pets": the rows themselves, or for each the rows that belong to it.
    fn count_shown(&self, draft: &Draft, source: usize, noun: &Noun) -> Vec<Draft> {
        let mut found = Vec::new();
        if noun.relation == draft.query.relation(source) {
            let draft = draft.clone().costing(noun.cost);
            for draft in self.described(draft, source, noun) {
                found.push(match noun.class {
                    Some(column) => draft.show(Value::Aggregate(Aggregate::Count, At { source, column }), "count"),
                    None => draft.show(Value::Rows, "count"),
                });
            }
            return found;
        }
        for (next, head, target) in draft.sub(self.schema, source, noun.relation, false) {
            let Some(head) = head else { continue };
            for mut next in self.described(next.costing(noun.cost), target, noun) {
                let at = noun.class.map(|column| At { source: target, column });
                next.focus.push(target);
                found.push(next.show(Value::Each(head, Aggregate::Count, at), "count"));
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
    pub fn can(&self, aggregate: Aggregate, column: ColumnId) -> bool {
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
fn number_shown(draft: Draft) -> Option<Draft> {
    let counted = |value: &Value| {
        matches!(value, Value::Rows | Value::Each(_, Aggregate::Count, _) | Value::Aggregate(Aggregate::Count, _))
    };
    if draft.query.outputs.iter().any(|output| counted(&output.value)) {
        return Some(draft);
    }
    (!draft.query.groups.is_empty()).then(|| draft.show(Value::Rows, "count"))
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

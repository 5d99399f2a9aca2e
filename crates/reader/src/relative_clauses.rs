//! Nouns that describe other nouns: "who have a dog", "with more than two accounts", "without any course", "of France".

use super::clauses::Lead;
use super::hypothesis::Draft;
use super::lexicon::Use;
use super::noun_phrases::Noun;
use super::parser::{Parser, Parses};
use super::query_tree::{Aggregate, At, Condition, Direction, Operand, Query, Value};

/// The cost of passing by what a verb names.
const UNSAID: u32 = 12;

impl Parser<'_> {
    /// "who have a dog", "in the stadium", "without any concert".
    pub fn linked(&self, draft: &Draft, source: usize, lead: Lead) -> Parses<Draft> {
        let mut found = Vec::new();
        if !lead.linked {
            return found;
        }
        // "revenue by category" is a group.
        let by = lead.end.checked_sub(1).is_some_and(|at| self.chart.lower(at) == "by");
        let lists = |noun: &Noun| draft.is_counting() || (draft.open && !noun.plural);
        let groups = |noun: &Noun| by && lists(noun) && noun.adjectives.is_empty();
        for (noun, end) in self.nouns(lead.end).into_iter().filter(|(noun, _)| noun.class.is_none() && !groups(noun)) {
            let near: Vec<(Draft, usize)> = if lead.negated {
                let deny = |head: usize| Condition::Exists { source: head, negated: true };
                let subs = draft.sub(self.schema, source, noun.relation, true).into_iter();
                subs.filter_map(|(draft, head, target)| Some((draft.filter(source, deny(head?)), target))).collect()
            } else {
                self.attach(draft, source, noun.relation)
            };
            for (mut next, target) in near {
                if target == source && (lead.verb || lead.negated) || noun.each && draft.is_aggregate() {
                    continue;
                }
                next.cost += noun.cost + 1 + self.unsaid(&next, lead);
                next.focus.retain(|one| *one != target);
                next.focus.push(target);
                found.extend(self.described(next, target, &noun).into_iter().map(|draft| (draft, end)));
            }
        }
        found
    }

    /// The cost of a verb that names a relation which the way from noun to noun does not touch: "attended" where there
    /// is a relation of attendances.
    fn unsaid(&self, draft: &Draft, lead: Lead) -> u32 {
        let Some(verb) = lead.link else { return 0 };
        let named = &self.chart.at(verb).relations;
        let touched = |relation: usize| draft.query.sources.iter().any(|source| source.relation == relation);
        if named.is_empty() || named.iter().any(|mention| touched(mention.target)) { 0 } else { UNSAID }
    }

    /// "more than two accounts", "at least 3 car makers", "two or more courses".
    pub fn counted(&self, draft: &Draft, source: usize, lead: Lead) -> Parses<Draft> {
        let mut found = Vec::new();
        for (operator, number, start) in
            self.quantities(lead.end).into_iter().filter(|(one, ..)| *one != "=" || lead.verb)
        {
            let start = self.maybe(start, Use::Of);
            for (noun, end) in self.nouns(start) {
                let drafts = self.quantified(draft, source, &noun, operator, number);
                found.extend(drafts.into_iter().filter(|_| !lead.negated).map(|draft| (draft, end)));
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
        if let Some(start) = self.eat(position, Use::Compare("=")) {
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

    fn quantified(&self, draft: &Draft, source: usize, noun: &Noun, operator: &'static str, number: u32) -> Vec<Draft> {
        let mut found = Vec::new();
        if let Some(class) = draft.class.filter(|_| source == 0) {
            let having =
                Condition::Compare { value: Value::Rows, operator, operand: Operand::Number(number.to_string()) };
            for (mut next, target) in self.per_class(draft, class, noun) {
                next.query.having.push(having.clone());
                next.focus.push(target);
                found.push(next);
            }
            return found;
        }
        let own = draft.query.relation(source);
        for (next, head, target) in draft.sub(self.schema, source, noun.relation, false) {
            let Some(head) = head.filter(|_| noun.relation != own) else { continue };
            let distinct = noun.class.map(|column| At { source: target, column });
            let condition = Condition::Counted { source: head, distinct, operator, number };
            let mut next = next.filter(source, condition).costing(noun.cost + 1);
            next.focus.push(target);
            found.extend(self.described(next, target, noun));
        }
        found
    }

    /// Rows per value of a class, counted over the class's own relation or over one joined to it.
    fn per_class(&self, draft: &Draft, class: At, noun: &Noun) -> Vec<(Draft, usize)> {
        let mut found = Vec::new();
        for (mut next, target, _) in draft.join(self.schema, 0, noun.relation) {
            if noun.class.is_some() || !next.query.groups.is_empty() {
                continue;
            }
            next.query.groups.push(Value::Column(class));
            next.cost += noun.cost + 1;
            found.extend(self.described(next, target, noun).into_iter().map(|draft| (draft, target)));
        }
        found
    }

    /// "the most dogs", "the highest capacity", "the largest number of …", "the oldest".
    pub fn extremes(&self, draft: &Draft, source: usize, lead: Lead) -> Parses<Draft> {
        let mut found = Vec::new();
        if lead.negated {
            return found;
        }
        let position = self.skip(lead.end);
        for (one, start) in self.chart.at(lead.end).uses.iter().chain(&self.chart.at(position).uses) {
            match one {
                Use::Most(direction) => found.extend(self.most(draft, source, *start, *direction)),
                Use::Highest(direction) => found.extend(self.highest(draft, source, *start, *direction)),
                Use::Common(direction) => {
                    let over = self.eat(*start, Use::Of).map(|begin| self.maybe_all(begin, &[Use::All]));
                    found.extend(
                        over.into_iter()
                            .flat_map(|begin| self.most(&draft.clone().costing(1), source, begin, *direction)),
                    );
                    if let Some(class) = draft.class.filter(|_| source == 0 && draft.query.groups.is_empty()) {
                        let mut next = draft.clone().costing(1);
                        next.query.groups.push(Value::Column(class));
                        let limit = draft.number.or(Some(1));
                        let sorted = self.superlative(next, 0, Value::Rows, *direction, limit);
                        found.extend(sorted.into_iter().map(|draft| (draft, *start)));
                    }
                }
                Use::Superlative(quality, direction) => {
                    found.extend(self.highest(&draft.clone().costing(1), source, *start, *direction));
                    for (column, direction, cost) in
                        self.quality_columns(draft.query.relation(source), *quality, *direction)
                    {
                        let value = Value::Column(At { source, column });
                        let limit = draft.number.or(Some(1));
                        let sorted = self.superlative(draft.clone().costing(cost), source, value, direction, limit);
                        found.extend(sorted.into_iter().map(|draft| (draft, *start)));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// "the most dogs": by the number of rows that belong to each.
    pub fn most(&self, draft: &Draft, source: usize, position: usize, direction: Direction) -> Parses<Draft> {
        let mut found = Vec::new();
        let limit = draft.number.or(Some(1));
        for (noun, end) in self.nouns(position).into_iter().filter(|(noun, _)| noun.class.is_none()) {
            if let Some(class) = draft.class.filter(|_| source == 0) {
                for (mut next, target) in self.per_class(draft, class, &noun) {
                    next.focus.push(target);
                    let next = next.show(Value::Rows, "count");
                    found.extend(
                        self.superlative(next, 0, Value::Rows, direction, limit).into_iter().map(|draft| (draft, end)),
                    );
                }
                continue;
            }
            if noun.relation == draft.query.relation(source) {
                continue;
            }
            for (next, head, target) in draft.sub(self.schema, source, noun.relation, false) {
                let Some(head) = head else { continue };
                for mut next in self.described(next.costing(noun.cost + 1), target, &noun) {
                    let value = Value::Each(head, Aggregate::Count, None);
                    next.focus.push(target);
                    if source == 0 && next.open {
                        next = next.show(value.clone(), "count");
                    }
                    let sorted = self.superlative(next, source, value, direction, limit);
                    found.extend(sorted.into_iter().map(|draft| (draft, end)));
                }
            }
        }
        found
    }

    /// "the highest capacity", "the lowest average rating", "the largest total amount".
    fn highest(&self, draft: &Draft, source: usize, position: usize, direction: Direction) -> Parses<Draft> {
        let mut found = Vec::new();
        let limit = draft.number.or(Some(1));
        let aggregate = self.eat_any(position, |one| if let Use::Aggregate(one) = one { Some(one) } else { None });
        let starts = [Some((None, position)), aggregate.map(|(one, end)| (Some(one), end))];
        for (aggregate, start) in starts.into_iter().flatten() {
            for (candidates, _, end) in self.terms(start) {
                for mention in candidates.into_iter().filter(|m| self.is_sortable(m.target)) {
                    let column = mention.target;
                    let own = draft.query.relation(source) == column.relation;
                    if let Some(aggregate) = aggregate {
                        if let Some(class) = draft.class.filter(|_| own && source == 0 && draft.query.groups.is_empty())
                        {
                            let mut next = draft.clone().costing(mention.cost);
                            next.query.groups.push(Value::Column(class));
                            let value = Value::Aggregate(aggregate, At { source, column });
                            let sorted = self.superlative(next, source, value, direction, limit);
                            found.extend(sorted.into_iter().map(|draft| (draft, end)));
                        }
                        for (next, head, target) in draft.sub(self.schema, source, column.relation, false) {
                            let Some(head) = head.filter(|_| !own) else { continue };
                            let value = Value::Each(head, aggregate, Some(At { source: target, column }));
                            let next = next.costing(mention.cost + 1);
                            let sorted = self.superlative(next, source, value, direction, limit);
                            found.extend(sorted.into_iter().map(|draft| (draft, end)));
                        }
                        continue;
                    }
                    // "which country has the most capacity": all of it together
                    let most =
                        position.checked_sub(1).is_some_and(|at| matches!(self.chart.lower(at), "most" | "least"));
                    if let Some(class) = draft.class.filter(|_| own && source == 0 && most) {
                        if draft.query.groups.is_empty() && self.can(Aggregate::Sum, column) {
                            let mut next = draft.clone().costing(mention.cost);
                            next.query.groups.push(Value::Column(class));
                            let value = Value::Aggregate(Aggregate::Sum, At { source, column });
                            let sorted = self.superlative(next, source, value, direction, limit);
                            found.extend(sorted.into_iter().map(|draft| (draft, end)));
                        }
                        continue;
                    }
                    for (next, target, _) in draft.join(self.schema, source, column.relation) {
                        let value = Value::Column(At { source: target, column });
                        let next = next.costing(mention.cost);
                        let sorted = self.superlative(next, source, value, direction, limit);
                        found.extend(sorted.into_iter().map(|draft| (draft, end)));
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
    pub fn superlative(
        &self,
        mut draft: Draft,
        source: usize,
        value: Value,
        direction: Direction,
        limit: Option<u32>,
    ) -> Vec<Draft> {
        if source == 0 && !draft.is_counting() && draft.query.order.is_empty() {
            draft.query.order.push((value, direction));
            draft.query.limit = draft.query.limit.or(limit);
            return vec![draft];
        }
        let relation = draft.query.relation(source);
        let keys = self.schema.key_columns(relation);
        let (Value::Column(at), [key]) = (&value, keys.as_slice()) else { return Vec::new() };
        if at.source != source || draft.query.relation(at.source) != at.column.relation {
            return Vec::new();
        }
        let mut best = Query::new(relation);
        let key_at = |source: usize| At { source, column: *key };
        best.outputs.push(super::query_tree::Output { value: Value::Column(key_at(0)), alias: String::new() });
        best.order.push((Value::Column(At { source: 0, column: at.column }), direction));
        best.limit = limit;
        let condition = Condition::Among { column: key_at(source), query: Box::new(best), negated: false };
        vec![draft.filter(source, condition).costing(2)]
    }
}

impl Draft {
    /// Whether the whole answer is made of counts or other aggregates without groups.
    pub fn is_counting(&self) -> bool {
        self.is_aggregate() && self.query.groups.is_empty()
    }
}

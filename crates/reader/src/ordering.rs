//! Order, limits, and what a second sentence asks to see: "sorted by age", "in descending order", "List the name."

use super::hypothesis::Draft;
use super::lexicon::Use;
use super::noun_phrases::opposite;
use super::parser::{Parser, Parses};
use super::query_tree::{Aggregate, At, Direction, Value};

/// An order without the name of what it goes by.
const NATURAL: u32 = 2;

impl Parser<'_> {
    /// "ordered by age", "in descending order of the number of pets", "alphabetically".
    pub fn orders(&self, draft: &Draft, position: usize, also: bool) -> Parses<Draft> {
        let mut found = Vec::new();
        let position = self.sorted_verb(position);
        for start in self.ends(position, Use::OrderBy) {
            let start = self.skip(self.maybe_all(start, &[Use::Back]));
            let early = self.direction(start);
            let begin = early.map_or(start, |(_, end)| self.maybe(end, Use::Of));
            for (value, next, end) in self.keys(draft, begin) {
                let late = self.direction(end);
                let direction = late.or(early).map_or(Direction::Ascending, |(direction, _)| direction);
                let aged =
                    self.eat_any(end, |one| if let Use::SortedBy(_, direction) = one { Some(direction) } else { None });
                if let Some((direction, after)) = aged {
                    let turned = matches!(&value, Value::Column(at) if self.schema.is_date(at.column) || self.schema.is_year(at.column));
                    let direction = if turned { opposite(direction) } else { direction };
                    found.push((sorted(next.clone(), value.clone(), direction), after));
                }
                found.push((sorted(next, value, direction), late.map_or(end, |(_, end)| end)));
            }
        }
        found.extend(self.aged(draft, position));
        for (one, start) in &self.chart.at(position).uses {
            let direction = match one {
                Use::Sorted(direction) => *direction,
                Use::Alphabetical => Direction::Ascending,
                _ => continue,
            };
            let named = self.maybe(self.maybe(*start, Use::Of), Use::By);
            for (value, next, end) in self.keys(draft, named) {
                found.push((sorted(next, value, direction), end));
            }
            if let Some((_, last)) =
                draft.query.order.last().filter(|_| draft.query.limit.is_none() && *one != Use::Alphabetical)
            {
                let mut next = draft.clone();
                let turned = if *last == direction { *last } else { direction };
                if let Some(order) = next.query.order.last_mut() {
                    order.1 = turned;
                }
                found.push((next, *start));
            } else if draft.query.order.is_empty() {
                found.extend(
                    self.natural_key(draft, *one)
                        .map(|value| (sorted(draft.clone().costing(NATURAL), value, direction), *start)),
                );
            }
        }
        if !draft.query.order.is_empty() && also {
            found.extend(self.more_keys(draft, position));
        }
        found
    }

    /// "from the oldest to the youngest" where nothing tells by which column.
    fn aged(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for (one, end) in &self.chart.at(position).uses {
            let Use::SortedBy(quality, direction) = one else { continue };
            for (column, direction, cost) in self.quality_columns(draft.query.relation(0), *quality, *direction) {
                let value = Self::column_value(0, column);
                found.push((sorted(draft.clone().costing(cost), value, direction), *end));
            }
        }
        found
    }

    /// "sort", "ordered", "listed" before "in descending order".
    fn sorted_verb(&self, position: usize) -> usize {
        let verb = |word: &str| {
            matches!(
                word,
                "ordered" | "sorted" | "arranged" | "listed" | "order" | "sort" | "arrange" | "ranked" | "rank"
            )
        };
        let words = [self.chart.lower(position), self.chart.lower(position + 1)];
        let after = if verb(words[0]) { position + 1 } else { return position };
        let rows = self.skip(after);
        let noun = matches!(self.chart.lower(rows), "them" | "results" | "result" | "it" | "list" | "rows");
        let after = if noun { rows + 1 } else { after };
        let sorts = self.chart.at(after).uses.iter().any(|(one, _)| matches!(one, Use::Sorted(_) | Use::Alphabetical));
        if sorts { after } else { position }
    }

    fn direction(&self, position: usize) -> Option<(Direction, usize)> {
        let comma = self.maybe(position, Use::Comma);
        self.eat_any(comma, |one| match one {
            Use::Sorted(direction) => Some(direction),
            Use::Alphabetical => Some(Direction::Ascending),
            _ => None,
        })
    }

    /// "… and then by name" after a first key.
    fn more_keys(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let start = self.maybe(position, Use::By);
        let mut found = Vec::new();
        if draft.query.limit.is_some() {
            return found;
        }
        for (value, next, end) in self.keys(draft, start) {
            let direction = self.direction(end);
            found.push((
                sorted(next, value, direction.map_or(Direction::Ascending, |(d, _)| d)),
                direction.map_or(end, |(_, end)| end),
            ));
        }
        found
    }

    /// What rows can be sorted by: a shown value, a column, a count.
    fn keys(&self, draft: &Draft, position: usize) -> Vec<(Value, Draft, usize)> {
        let position = self.skip(self.maybe_all(position, &[Use::Back]));
        let mut found = Vec::new();
        let counted = |value: &Value| matches!(value, Value::Rows | Value::Each(_, Aggregate::Count, _));
        for start in self.ends(position, Use::HowMany) {
            for (noun, end) in self.nouns(start).into_iter().filter(|(noun, _)| noun.adjectives.is_empty()) {
                let shown = draft.query.outputs.iter().find(|output| counted(&output.value));
                if let Some(output) = shown {
                    found.push((output.value.clone(), draft.clone(), end));
                } else if !draft.query.groups.is_empty() {
                    found.push((Value::Rows, draft.clone(), end));
                } else if noun.class.is_none() && noun.relation != draft.query.relation(0) {
                    for (next, head, _) in draft.sub(self.schema, 0, noun.relation, false) {
                        found.extend(head.map(|head| (Value::Each(head, Aggregate::Count, None), next, end)));
                    }
                } else if let Some(column) =
                    noun.class.filter(|id| self.schema.is_number(*id) && draft.query.relation(0) == id.relation)
                {
                    found.push((Self::column_value(0, column), draft.clone().costing(noun.cost), end));
                } else if let Some(class) = draft.class.filter(|_| noun.class.is_none()) {
                    let mut next = draft.clone();
                    next.query.groups.push(Value::Column(class));
                    found.push((Value::Rows, next, end));
                }
            }
        }
        for end in self.ends(position, Use::Count) {
            let shown = draft.query.outputs.iter().find(|output| counted(&output.value));
            found.extend(shown.map(|output| (output.value.clone(), draft.clone(), end)));
        }
        found.extend(self.column_keys(draft, position));
        found
    }

    fn column_keys(&self, draft: &Draft, position: usize) -> Vec<(Value, Draft, usize)> {
        let mut found = Vec::new();
        let aggregate = self.eat_any(position, |one| if let Use::Aggregate(one) = one { Some(one) } else { None });
        let starts = [Some((None, position)), aggregate.map(|(one, end)| (Some(one), end))];
        for (aggregate, start) in starts.into_iter().flatten() {
            for (candidates, _, end) in self.longest_terms(start) {
                let end = self.after_owner(draft, end);
                if let Some(aggregate) = aggregate {
                    let of = |value: &Value| matches!(value, Value::Aggregate(one, at) | Value::Each(_, one, Some(at)) if *one == aggregate && candidates.iter().any(|m| m.target == at.column));
                    let shown = draft.query.outputs.iter().find(|output| of(&output.value));
                    found.extend(shown.map(|output| (output.value.clone(), draft.clone(), end)));
                    continue;
                }
                if draft.is_aggregate() {
                    let group = |m: &&super::name_index::Mention<super::query_tree::ColumnId>| {
                        draft
                            .query
                            .groups
                            .iter()
                            .find(
                                |group| matches!(group, Value::Column(at) | Value::Cut(_, at) if at.column == m.target),
                            )
                            .map(|group| (m.cost, group.clone()))
                    };
                    let groups = candidates.iter().filter_map(group);
                    found.extend(groups.map(|(cost, group)| (group, draft.clone().costing(cost), end)));
                    continue;
                }
                for (next, at, many) in self.reach(draft, draft.query.scope(0), &candidates, |_| true) {
                    if !many {
                        found.push((Value::Column(at), next, end));
                    }
                }
            }
        }
        found
    }

    /// "by age of the singer": whose it is goes without saying.
    fn after_owner(&self, draft: &Draft, end: usize) -> usize {
        let start = self.eat(end, Use::Of).map(|start| self.skip(self.maybe_all(start, &[Use::All, Use::Each])));
        let base = draft.query.relation(0);
        let owner = start.and_then(|start| {
            self.chart.at(start).relations.iter().filter(|m| m.target == base && m.cost < 4).map(|m| m.end).max()
        });
        owner.unwrap_or(end)
    }

    /// What "alphabetically" or "in descending order" sorts by where nothing is said.
    fn natural_key(&self, draft: &Draft, one: Use) -> Option<Value> {
        let mut shown = draft.query.outputs.iter().map(|output| &output.value);
        if one == Use::Alphabetical {
            return shown.find(|value| matches!(value, Value::Column(at) if self.schema.is_text(at.column))).cloned();
        }
        let only = draft.query.outputs.len() == 1 && !draft.is_aggregate();
        let measure = shown.find(|value| {
            matches!(value, Value::Rows | Value::Aggregate(..) | Value::Each(..)) && draft.query.outputs.len() > 1
        });
        measure.or(draft.query.outputs.first().map(|output| &output.value).filter(|_| only)).cloned()
    }

    /// "… List the name and age.", "… and show the city": what to show, said after the rest.
    pub fn follow_ups(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        let stop = self.maybe(position, Use::Stop);
        let comma = self.maybe(stop, Use::Comma);
        let and = self.maybe(comma, Use::And);
        if and == position {
            return found;
        }
        let mut starts = Vec::new();
        for (one, end) in
            self.chart.at(and).uses.iter().filter(|(one, _)| matches!(one, Use::Open | Use::Also | Use::HowMany))
        {
            starts.push(if *one == Use::HowMany { and } else { *end });
        }
        if stop > position {
            found.push((draft.clone(), stop));
        }
        for start in starts {
            for (items, end) in self.items(self.maybe(start, Use::Back)) {
                let end = self.after_reference(draft, end);
                let mut next = draft.clone();
                if next.open {
                    next.open = false;
                    next.query.outputs.retain(|output| !matches!(output.value, Value::Each(..)));
                    if let Some(class) = next.class.filter(|_| !next.query.groups.is_empty()) {
                        next = next.show(Value::Column(class), "");
                    }
                }
                for source in reference(draft) {
                    found.extend(self.showing(&next, source, &items).into_iter().map(|draft| (draft, end)));
                }
            }
        }
        found
    }

    /// "of them", "for each", "of those stadiums": refers back to what was asked for.
    fn after_reference(&self, draft: &Draft, end: usize) -> usize {
        let Some(start) = self.eat(end, Use::Of) else { return end };
        let start = self.skip(self.maybe_all(start, &[Use::Back, Use::All, Use::Each]));
        let base = |m: &&super::name_index::Mention<usize>| {
            draft.query.sources.iter().any(|s| s.relation == m.target) && m.cost < 4
        };
        let noun = self.chart.at(start).relations.iter().filter(base).map(|m| m.end).max();
        noun.unwrap_or(end)
    }

    /// The value of a column of a source.
    pub fn column_value(source: usize, column: super::query_tree::ColumnId) -> Value {
        Value::Column(At { source, column })
    }
}

fn sorted(mut draft: Draft, value: Value, direction: Direction) -> Draft {
    if !draft.query.order.iter().any(|(other, _)| *other == value) {
        draft.query.order.push((value, direction));
    }
    draft
}

/// The sources that a second sentence may ask about: what the groups are of, else the base and what is joined to it.
fn reference(draft: &Draft) -> Vec<usize> {
    let of = |value: &Value| if let Value::Column(at) = value { Some(at.source) } else { None };
    let mut sources: Vec<usize> = draft.query.groups.iter().filter_map(of).filter(|_| draft.is_aggregate()).collect();
    if sources.is_empty() {
        let joined = draft.focus.iter().copied().filter(|source| *source != 0 && draft.query.scope(*source) == 0);
        sources = [0].into_iter().chain(joined).collect();
    }
    sources.dedup();
    sources
}

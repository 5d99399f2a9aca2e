//! Nouns: "all cancelled orders", "the 3 oldest French singers", a relation with the adjectives before it.

use super::hypothesis::Draft;
use super::lexicon::{Quality, Use};
use super::parser::{Parser, Parses};
use super::query_tree::{At, ColumnId, Direction, Value};

/// A relation, or one of its columns taken as a thing of its own, with the adjectives before it.
#[derive(Debug, Clone)]
pub struct Noun {
    pub relation: usize,
    /// The thing is a value of this column: "countries" where only a column is called so.
    pub class: Option<ColumnId>,
    pub cost: u32,
    pub adjectives: Vec<Adjective>,
    pub plural: bool,
    pub distinct: bool,
    /// "each", "every".
    pub each: bool,
    /// "top 3".
    pub limit: Option<u32>,
    /// "bottom 3".
    pub lowest: bool,
}

/// What stands before a noun.
#[derive(Debug, Clone, Copy)]
pub enum Adjective {
    /// Words from `start` to `end` that may be a value.
    Value {
        start: usize,
        end: usize,
        negated: bool,
    },
    Flag {
        column: ColumnId,
        negated: bool,
    },
    Superlative(Quality, Direction),
}

/// A column as a thing is less likely than a relation.
const CLASS: u32 = 3;
/// A relation by the name of a column that refers to it.
const ROLE: u32 = 2;
/// A value that stands for the things that have it: "dogs" among pets.
const VALUE_NOUN: u32 = 6;

#[derive(Clone, Default)]
struct Before {
    adjectives: Vec<Adjective>,
    distinct: bool,
    each: bool,
    limit: Option<u32>,
    lowest: bool,
}

impl Parser<'_> {
    /// The nouns that begin here.
    pub fn nouns(&self, position: usize) -> Parses<Noun> {
        if let Some(known) = self.nouns.borrow().get(&position) {
            return known.clone();
        }
        let found = self.nouns_after(position, &Before::default());
        self.nouns.borrow_mut().insert(position, found.clone());
        found
    }

    fn nouns_after(&self, position: usize, before: &Before) -> Parses<Noun> {
        let position = self.skip(position);
        let mut found = self.noun_heads(position, before);
        if before.adjectives.len() < 3 {
            for (next, end) in self.adjectives(position, before) {
                found.extend(self.nouns_after(end, &next));
            }
        }
        found
    }

    fn noun_heads(&self, position: usize, before: &Before) -> Parses<Noun> {
        let cell = self.chart.at(position);
        let noun = |relation: usize, class: Option<ColumnId>, cost: u32, end: usize| Noun {
            relation,
            class,
            cost,
            adjectives: before.adjectives.clone(),
            plural: self.chart.is_plural(end),
            distinct: before.distinct,
            each: before.each,
            limit: before.limit,
            lowest: before.lowest,
        };
        let mut found = Vec::new();
        for mention in &cell.relations {
            found.push((noun(mention.target, None, mention.cost, mention.end), self.after_member(mention.end)));
        }
        // A relation that is called so is meant before a column of the same name.
        let taken =
            |end: usize| self.chart.is_plural(end) && cell.relations.iter().any(|m| m.cost == 0 && m.end == end);
        let columns = cell.columns.iter().filter(|m| !taken(m.end) && (m.cost < 4 || !self.schema.is_key(m.target)));
        for mention in columns {
            // "maker" is the relation that a column of this name refers to.
            if let Some(edge) = self.schema.edges.iter().find(|edge| {
                edge.from == mention.target.relation
                    && edge.columns.iter().all(|(from, _)| *from == self.schema.column(mention.target).name)
            }) {
                found.push((noun(edge.to, None, mention.cost + ROLE, mention.end), mention.end));
                continue;
            }
            let class = Some(mention.target);
            found.push((noun(mention.target.relation, class, mention.cost + CLASS, mention.end), mention.end));
        }
        for mention in cell.values.iter().filter(|mention| mention.cost < 2 && self.chart.is_plural(mention.end)) {
            let relation = mention.target.column.relation;
            let mut one = noun(relation, None, mention.cost + VALUE_NOUN, mention.end);
            one.adjectives.push(Adjective::Value { start: position, end: mention.end, negated: false });
            found.push((one, mention.end));
        }
        found
    }

    /// "faculty members", "party records": the second word adds nothing.
    fn after_member(&self, end: usize) -> usize {
        let adds_nothing =
            |word: &str| matches!(word, "member" | "members" | "record" | "records" | "entries" | "table");
        let known = self.chart.at(end).relations.iter().any(|mention| mention.cost == 0);
        if adds_nothing(self.chart.lower(end)) && !known { end + 1 } else { end }
    }

    fn adjectives(&self, position: usize, before: &Before) -> Parses<Before> {
        let mut found = Vec::new();
        for (one, end) in &self.chart.at(position).uses {
            let mut next = before.clone();
            match one {
                Use::All | Use::Back => {}
                Use::Each => next.each = true,
                Use::Distinct => next.distinct = true,
                Use::Superlative(quality, direction) => {
                    next.adjectives.push(Adjective::Superlative(*quality, *direction))
                }
                Use::Top | Use::Bottom if before.limit.is_none() => {
                    let Some((number, after)) = self.number(*end).filter(|(number, _)| *number > 0) else { continue };
                    next.limit = Some(number);
                    next.lowest = *one == Use::Bottom;
                    found.push((next, after));
                    continue;
                }
                _ => continue,
            }
            found.push((next, *end));
        }
        let superlative = |at: usize| self.chart.at(at).uses.iter().any(|(one, _)| matches!(one, Use::Superlative(..)));
        let said = before.adjectives.iter().any(|one| matches!(one, Adjective::Superlative(..)));
        let bare = |end: usize| self.chart.at(end).relations.iter().any(|m| m.cost < 4 && self.chart.is_plural(m.end));
        let fits = |end: usize| before.limit.is_none() && (said || superlative(end) || bare(end));
        if let Some((number, end)) = self.number(position).filter(|(number, end)| fits(*end) && *number > 0) {
            found.push((Before { limit: Some(number), ..before.clone() }, end));
        }
        let negated = self.eat(position, Use::Not);
        let start = negated.unwrap_or(position);
        let mut add = |adjective: Adjective, end: usize| {
            let mut next = before.clone();
            next.adjectives.push(adjective);
            found.push((next, end));
        };
        let mut ends: Vec<usize> = self.chart.at(start).values.iter().map(|mention| mention.end).collect();
        ends.sort_unstable();
        ends.dedup();
        for end in ends {
            add(Adjective::Value { start, end, negated: negated.is_some() }, end);
        }
        for mention in self.chart.at(start).columns.iter().filter(|m| m.cost < 3 && self.schema.is_flag(m.target)) {
            add(Adjective::Flag { column: mention.target, negated: negated.is_some() }, mention.end);
        }
        found
    }

    /// The draft in which a source is described by a noun's adjectives.
    pub fn described(&self, draft: Draft, source: usize, noun: &Noun) -> Vec<Draft> {
        let mut drafts = vec![draft];
        for adjective in &noun.adjectives {
            drafts = drafts.iter().flat_map(|draft| self.adjective(draft, source, *adjective, noun)).collect();
        }
        drafts
    }

    fn adjective(&self, draft: &Draft, source: usize, adjective: Adjective, noun: &Noun) -> Vec<Draft> {
        match adjective {
            Adjective::Value { start, end, negated } => self.valued(draft, source, start, end, negated),
            Adjective::Flag { column, negated } => self.flagged(draft, source, column, negated),
            Adjective::Superlative(quality, direction) => {
                let limit = noun.limit.or((!noun.plural).then_some(1));
                let columns = self.quality_columns(self.schema_relation(draft, source), quality, direction);
                let sorted = columns.into_iter().map(|(column, direction, cost)| {
                    let value = Value::Column(At { source, column });
                    self.superlative(draft.clone().costing(cost), source, value, direction, limit)
                });
                sorted.flatten().collect()
            }
        }
    }

    fn schema_relation(&self, draft: &Draft, source: usize) -> usize {
        draft.query.relation(source)
    }

    fn flagged(&self, draft: &Draft, source: usize, column: ColumnId, negated: bool) -> Vec<Draft> {
        let condition = |at: At| super::query_tree::Condition::Flag { column: at, negated };
        let attached = self.attach(draft, source, column.relation).into_iter();
        attached.map(|(draft, source)| draft.filter(source, condition(At { source, column }))).collect()
    }

    /// The columns that an adjective like "oldest" measures, with the direction that their values go.
    pub fn quality_columns(
        &self,
        relation: usize,
        quality: Quality,
        direction: Direction,
    ) -> Vec<(ColumnId, Direction, u32)> {
        let words = super::lexicon::quality_words(quality);
        let dates: Vec<ColumnId> = self.schema.event_dates(relation);
        if quality == Quality::Date && !dates.is_empty() {
            return dates.into_iter().map(|id| (id, direction, 0)).collect();
        }
        for word in words {
            let named = |id: &ColumnId| self.schema.words(*id).iter().any(|w| w == word || w.ends_with(word));
            let fits = |id: &ColumnId| {
                self.schema.is_number(*id)
                    || self.schema.is_date(*id)
                    || (quality == Quality::Date && self.schema.is_year(*id))
            };
            let columns = self.schema.columns(relation).map(|(id, _)| id);
            let found: Vec<ColumnId> = columns.filter(|id| named(id) && fits(id) && !self.schema.is_key(*id)).collect();
            if !found.is_empty() {
                let turn =
                    |id: &ColumnId| quality == Quality::Age && (self.schema.is_date(*id) || self.schema.is_year(*id));
                let flip = |id: &ColumnId| if turn(id) { opposite(direction) } else { direction };
                return found.into_iter().map(|id| (id, flip(&id), 1)).collect();
            }
        }
        Vec::new()
    }
}

/// The other direction.
pub fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Ascending => Direction::Descending,
        Direction::Descending => Direction::Ascending,
    }
}

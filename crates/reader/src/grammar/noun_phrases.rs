//! Noun phrases: "all cancelled orders", "the 3 oldest French singers".

use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::{Category, Quality};
use crate::query::tree::{ColumnId, ColumnRef, Direction, Expression};

/// A noun with what stands before it. It denotes the rows of a relation or the values of a column.
#[derive(Debug, Clone)]
pub struct NounPhrase {
    pub relation: usize,
    /// It denotes the values of this column of the relation: "countries" where no relation is called so.
    pub column: Option<ColumnId>,
    /// The key by whose name the relation is called: "sales rep" for the employee that an account's key of this name
    /// refers to.
    pub via: Option<usize>,
    pub cost: u32,
    pub adjectives: Vec<Adjective>,
    pub plural: bool,
    pub distinct: bool,
    /// "each" or "every" stands before it.
    pub each: bool,
    /// How many are meant: "top 3".
    pub limit: Option<u32>,
    /// The least are meant: "bottom 3".
    pub from_bottom: bool,
}

/// A premodifier that restricts or ranks rows.
#[derive(Debug, Clone, Copy)]
pub enum Adjective {
    /// The words from `start` to `end`, which may be stored values.
    Value {
        start: usize,
        end: usize,
        negated: bool,
    },
    /// A list of stored values, of which any may hold: "paid and shipped".
    AnyValue {
        start: usize,
        end: usize,
    },
    Flag {
        column: ColumnId,
        negated: bool,
    },
    Superlative(Quality, Direction),
}

/// What stands before a noun.
#[derive(Clone, Default)]
pub(super) struct Premodifiers {
    adjectives: Vec<Adjective>,
    distinct: bool,
    each: bool,
    limit: Option<u32>,
    from_bottom: bool,
}

impl Premodifiers {
    /// A noun after them.
    pub(super) fn noun(&self, relation: usize, column: Option<ColumnId>, cost: u32, plural: bool) -> NounPhrase {
        NounPhrase {
            relation,
            column,
            via: None,
            cost,
            adjectives: self.adjectives.clone(),
            plural,
            distinct: self.distinct,
            each: self.each,
            limit: self.limit,
            from_bottom: self.from_bottom,
        }
    }
}

impl Parser<'_> {
    /// The noun phrases that begin here.
    pub fn noun_phrases(&self, position: usize) -> Parses<NounPhrase> {
        if let Some(known) = self.noun_phrases.borrow().get(&position) {
            return known.clone();
        }
        let found = self.noun_phrases_after(position, &Premodifiers::default());
        self.noun_phrases.borrow_mut().insert(position, found.clone());
        found
    }

    fn noun_phrases_after(&self, position: usize, before: &Premodifiers) -> Parses<NounPhrase> {
        let position = self.skip_articles(position);
        let mut found = self.head_nouns(position, before);
        if before.adjectives.len() < 3 {
            for (next, end) in self.premodifiers(position, before) {
                found.extend(self.noun_phrases_after(end, &next));
            }
        }
        found
    }

    fn premodifiers(&self, position: usize, before: &Premodifiers) -> Parses<Premodifiers> {
        let mut found = Vec::new();
        for (one, end) in &self.lattice.cell(position).categories {
            let mut next = before.clone();
            match one {
                Category::All | Category::Pronoun => {}
                Category::Each => next.each = true,
                Category::Distinct => next.distinct = true,
                Category::Superlative(quality, direction) => {
                    next.adjectives.push(Adjective::Superlative(*quality, *direction))
                }
                Category::Top | Category::Bottom if before.limit.is_none() => {
                    let Some((number, after)) = self.number(*end).filter(|(number, _)| *number > 0) else { continue };
                    next.limit = Some(number);
                    next.from_bottom = *one == Category::Bottom;
                    found.push((next, after));
                    continue;
                }
                _ => continue,
            }
            found.push((next, *end));
        }
        let superlative = |at: usize| {
            self.lattice.cell(at).categories.iter().any(|(one, _)| matches!(one, Category::Superlative(..)))
        };
        let said = before.adjectives.iter().any(|one| matches!(one, Adjective::Superlative(..)));
        let bare = |end: usize| {
            self.lattice.cell(end).relations.iter().any(|m| m.cost <= costs::OWN_WORDS && self.lattice.is_plural(m.end))
        };
        let fits = |end: usize| before.limit.is_none() && (said || superlative(end) || bare(end));
        if let Some((number, end)) = self.number(position).filter(|(number, end)| fits(*end) && *number > 0) {
            found.push((Premodifiers { limit: Some(number), ..before.clone() }, end));
        }
        let negated = self.accept(position, Category::Not);
        let start = negated.unwrap_or(position);
        let mut add = |adjective: Adjective, end: usize| {
            let mut next = before.clone();
            next.adjectives.push(adjective);
            found.push((next, end));
        };
        let mut ends: Vec<usize> = self.lattice.cell(start).values.iter().map(|mention| mention.end).collect();
        ends.sort_unstable();
        ends.dedup();
        for end in ends {
            add(Adjective::Value { start, end, negated: negated.is_some() }, end);
        }
        for end in self.ends_of_lists(start).into_iter().filter(|_| negated.is_none()) {
            add(Adjective::AnyValue { start, end }, end);
        }
        for mention in self
            .lattice
            .cell(start)
            .columns
            .iter()
            .filter(|m| m.cost <= costs::NEARLY_EXACT_NAME && self.schema.is_flag(m.target))
        {
            add(Adjective::Flag { column: mention.target, negated: negated.is_some() }, mention.end);
        }
        found
    }

    /// Restricts a source by the adjectives of its noun, in each way they can be meant.
    pub fn with_adjectives(&self, hypothesis: Hypothesis, source: usize, noun: &NounPhrase) -> Vec<Hypothesis> {
        let mut hypotheses = vec![hypothesis];
        for adjective in &noun.adjectives {
            hypotheses = hypotheses
                .iter()
                .flat_map(|hypothesis| self.with_adjective(hypothesis, source, *adjective, noun))
                .collect();
        }
        hypotheses
    }

    fn with_adjective(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        adjective: Adjective,
        noun: &NounPhrase,
    ) -> Vec<Hypothesis> {
        match adjective {
            Adjective::Value { start, end, negated } => self.with_value(hypothesis, source, start, end, negated),
            Adjective::AnyValue { start, end } => self.with_any_value(hypothesis, source, start, end),
            Adjective::Flag { column, negated } => self.with_flag(hypothesis, source, column, negated),
            Adjective::Superlative(quality, direction) => {
                let limit = noun.limit.or((!noun.plural).then_some(1));
                let columns = self.quality_columns(self.schema_relation(hypothesis, source), quality, direction);
                let sorted = columns.iter().map(|(column, direction, cost)| {
                    let value = Expression::Column(ColumnRef { source, column: *column });
                    self.rank_by(hypothesis.clone().with_cost(*cost), source, value, *direction, limit)
                });
                let sorted = sorted.flatten().collect();
                // What is best rated is told by those who rated it.
                if columns.is_empty() && quality == Quality::Rating && source == 0 {
                    return self.ranked_by_opinions(hypothesis, direction, limit);
                }
                sorted
            }
        }
    }

    fn schema_relation(&self, hypothesis: &Hypothesis, source: usize) -> usize {
        hypothesis.query.relation(source)
    }

    fn with_flag(&self, hypothesis: &Hypothesis, source: usize, column: ColumnId, negated: bool) -> Vec<Hypothesis> {
        let condition = |at: ColumnRef| crate::query::tree::Condition::IsTrue { column: at, negated };
        let attached = self.attach(hypothesis, source, column.relation).into_iter();
        attached
            .map(|(hypothesis, source)| hypothesis.filter(source, condition(ColumnRef { source, column })))
            .collect()
    }
}

/// The opposite direction.
pub fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Ascending => Direction::Descending,
        Direction::Descending => Direction::Ascending,
    }
}

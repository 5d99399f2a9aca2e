//! The grammar's common ground: a position in the chart, phrases eaten from it, nouns, the sequence of clauses.
//!
//! Every function returns all ways to go on; the choice between finished drafts is made in the end, by rank.
//! The question forms themselves are in `heads`, `top`, `measures`, `clauses` and `groups`.

use super::chart::{Chart, Mention};
use super::draft::Draft;
use super::lexicon::{self, Use};
use super::query::ColumnId;
use super::schema::Schema;
use std::cell::Cell;

/// Ways to go on: a result and the position after it.
pub type Parses<T> = Vec<(T, usize)>;

/// The grammar over one chart.
pub struct Parser<'a> {
    pub chart: &'a Chart,
    pub schema: &'a Schema<'a>,
    /// Steps left before a question counts as too tangled.
    budget: Cell<u32>,
}

/// A relation with the adjectives before it.
#[derive(Debug, Clone)]
pub struct Noun {
    pub relation: usize,
    pub rank: u32,
    pub adjectives: Vec<Adjective>,
    pub plural: bool,
}

/// Where an adjective (a value or a flag) stands.
#[derive(Debug, Clone, Copy)]
pub struct Adjective {
    pub start: usize,
    pub end: usize,
    pub negated: bool,
}

const BUDGET: u32 = 4000;

impl<'a> Parser<'a> {
    /// A parser with a full budget.
    pub fn new(chart: &'a Chart, schema: &'a Schema<'a>) -> Self {
        Self { chart, schema, budget: Cell::new(BUDGET) }
    }

    /// The position of the first word from here that is no article.
    pub fn skip(&self, mut position: usize) -> usize {
        while self.chart.at(position).uses.iter().any(|(one, _)| *one == Use::Article) {
            position += 1;
        }
        position
    }

    /// The longest phrase here whose use `pick` accepts.
    pub fn eat_any<T>(&self, position: usize, pick: impl Fn(Use) -> Option<T>) -> Option<(T, usize)> {
        let uses = &self.chart.at(self.skip(position)).uses;
        uses.iter().filter_map(|(one, end)| pick(*one).map(|picked| (picked, *end))).max_by_key(|(_, end)| *end)
    }

    /// The position after the longest phrase of one use.
    pub fn eat(&self, position: usize, one: Use) -> Option<usize> {
        self.eat_any(position, |other| (other == one).then_some(())).map(|((), end)| end)
    }

    /// The position after a phrase, or the same position where it is absent.
    pub fn maybe(&self, position: usize, one: Use) -> usize {
        self.eat(position, one).unwrap_or(position)
    }

    /// How many: digits or a word, at least one, at most six digits.
    pub fn number(&self, position: usize) -> Option<(u32, usize)> {
        let position = self.skip(position);
        let word = self.chart.lower(position);
        let number = if word.len() <= 6 { word.parse().ok() } else { None };
        number.or_else(|| lexicon::number_word(word)).filter(|number| *number > 0).map(|number| (number, position + 1))
    }

    /// "all cancelled orders": a relation with its adjectives.
    pub fn nouns(&self, position: usize) -> Parses<Noun> {
        let position = self.maybe(position, Use::All);
        self.nouns_after(position, &[])
    }

    fn nouns_after(&self, position: usize, adjectives: &[Adjective]) -> Parses<Noun> {
        let position = self.skip(position);
        let cell = self.chart.at(position);
        let mut found: Parses<Noun> = Vec::new();
        for mention in &cell.relations {
            let plural = self.chart.is_plural(mention.end);
            let adjectives = adjectives.to_vec();
            found.push((Noun { relation: mention.target, rank: mention.rank, adjectives, plural }, mention.end));
        }
        if adjectives.len() >= 3 {
            return found;
        }
        let negated = self.eat(position, Use::Not);
        let start = negated.unwrap_or(position);
        let values = self.chart.at(start).values.iter().map(|mention| mention.end);
        let flags = self.chart.at(start).columns.iter().filter(|mention| self.schema.is_flag(mention.target));
        let mut ends: Vec<usize> = values.chain(flags.map(|mention| mention.end)).collect();
        ends.sort_unstable();
        ends.dedup();
        for end in ends {
            let adjective = Adjective { start, end, negated: negated.is_some() };
            found.extend(self.nouns_after(end, &[adjectives, &[adjective]].concat()));
        }
        found
    }

    /// The draft filtered by a noun's adjectives.
    pub fn described(&self, draft: Draft, noun: &Noun) -> Vec<Draft> {
        noun.adjectives.iter().fold(vec![draft], |drafts, adjective| {
            drafts.iter().flat_map(|draft| self.adjective(draft, *adjective)).collect()
        })
    }

    /// The columns mentioned here that pass `fits`, joined: of each span the best by rank, then by distance. Equal
    /// ones all go on, and make the question ambiguous unless a later word decides.
    pub fn attach(
        &self,
        draft: &Draft,
        position: usize,
        outer: bool,
        fits: impl Fn(&Mention<ColumnId>) -> bool,
    ) -> Parses<(Draft, ColumnId)> {
        let mentions = &self.chart.at(self.skip(position)).columns;
        let candidates: Vec<(&Mention<ColumnId>, u32)> = mentions
            .iter()
            .filter(|mention| fits(mention))
            .filter_map(|mention| Some((mention, draft.distance_to(self.schema, mention.target.relation)?)))
            .collect();
        let mut found = Vec::new();
        for (mention, distance) in &candidates {
            let standing = (mention.rank, *distance);
            let beaten = candidates.iter().any(|(other, d)| other.end == mention.end && (other.rank, *d) < standing);
            if !beaten {
                let joined = draft.join(self.schema, mention.target.relation, outer).into_iter();
                found.extend(joined.map(|draft| ((ranked(draft, mention.rank), mention.target), mention.end)));
            }
        }
        found
    }

    /// The drafts after reading every word up to `end` as clauses; none where a word is left over.
    pub fn clauses(&self, draft: &Draft, position: usize, end: usize) -> Vec<Draft> {
        let position = self.skip(position);
        if position >= end {
            return vec![draft.clone()];
        }
        let Some(left) = self.budget.get().checked_sub(1) else { return Vec::new() };
        self.budget.set(left);
        let comma = self.maybe(position, Use::Comma);
        let and = self.maybe(comma, Use::And);
        let mut found = Vec::new();
        for (next, after) in self.clause(draft, and, and > comma) {
            if after <= end && after > position {
                found.extend(self.clauses(&next, after, end));
            }
        }
        found
    }

    fn clause(&self, draft: &Draft, position: usize, after_and: bool) -> Parses<Draft> {
        let mut found = self.conditions(draft, position, after_and);
        found.extend(self.groups(draft, position));
        found.extend(self.dated_groups(draft, position));
        found.extend(self.fillers(draft, position));
        found
    }

    /// "are there", "were placed": words that end a clause without adding to it.
    fn fillers(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let happened = self.eat(self.maybe(position, Use::Be), Use::Happened);
        let ends = [self.eat(position, Use::Filler), happened];
        ends.into_iter().flatten().map(|end| (draft.clone(), end)).collect()
    }

    /// Whether the question was too tangled to read to the end.
    pub fn exhausted(&self) -> bool {
        self.budget.get() == 0
    }
}

/// The draft with the rank of one more mention.
pub fn ranked(mut draft: Draft, rank: u32) -> Draft {
    draft.rank += rank;
    draft
}

//! The grammar's common ground: phrases eaten from the chart, and the search over all ways to read the clauses.
//!
//! Every function returns all ways to go on; the choice between finished drafts is made in the end, by cost. The
//! question forms themselves are in the files beside this one.

use super::clauses::Lead;
use super::hypothesis::Draft;
use super::lattice::Chart;
use super::lexicon::{self, Use};
use super::name_index::Mention;
use super::noun_phrases::Noun;
use super::query_tree::{At, ColumnId};
use super::schema_view::Schema;
use std::cell::RefCell;
use std::collections::HashMap;

/// Ways to go on: a result and the position after it.
pub type Parses<T> = Vec<(T, usize)>;

/// The grammar over one chart.
pub struct Parser<'a> {
    pub chart: &'a Chart,
    pub schema: &'a Schema<'a>,
    /// What was found at a position before: the same for every draft.
    pub nouns: RefCell<HashMap<usize, Parses<Noun>>>,
    pub leads: RefCell<HashMap<usize, Vec<Lead>>>,
}

/// How many drafts go on from one position.
const BEAM: usize = 14;

impl<'a> Parser<'a> {
    /// A parser that knows nothing yet.
    pub fn new(chart: &'a Chart, schema: &'a Schema<'a>) -> Self {
        Self { chart, schema, nouns: RefCell::default(), leads: RefCell::default() }
    }

    /// The position of the first word from here that is no article.
    pub fn skip(&self, mut position: usize) -> usize {
        while let Some((_, end)) =
            self.chart.at(position).uses.iter().filter(|(one, _)| *one == Use::Article).max_by_key(|u| u.1)
        {
            position = *end;
        }
        position
    }

    /// The longest phrase here whose use `pick` accepts.
    pub fn eat_any<T>(&self, position: usize, pick: impl Fn(Use) -> Option<T>) -> Option<(T, usize)> {
        let here = self.chart.at(position).uses.iter();
        let later = self.chart.at(self.skip(position)).uses.iter();
        here.chain(later).filter_map(|(one, end)| pick(*one).map(|picked| (picked, *end))).max_by_key(|(_, end)| *end)
    }

    /// The position after the longest phrase of one use.
    pub fn eat(&self, position: usize, one: Use) -> Option<usize> {
        self.eat_any(position, |other| (other == one).then_some(())).map(|((), end)| end)
    }

    /// The positions after each phrase of one use.
    pub fn ends(&self, position: usize, one: Use) -> Vec<usize> {
        let mut ends: Vec<usize> =
            self.chart.at(position).uses.iter().filter(|(other, _)| *other == one).map(|(_, end)| *end).collect();
        ends.sort_unstable();
        ends.dedup();
        ends
    }

    /// The position after a phrase, or the same position where it is absent.
    pub fn maybe(&self, position: usize, one: Use) -> usize {
        self.eat(position, one).unwrap_or(position)
    }

    /// The position after any number of words of these uses.
    pub fn maybe_all(&self, mut position: usize, uses: &[Use]) -> usize {
        while let Some((_, end)) = self.eat_any(position, |one| uses.contains(&one).then_some(())) {
            position = end;
        }
        position
    }

    /// How many: digits or a word, at most six digits.
    pub fn number(&self, position: usize) -> Option<(u32, usize)> {
        let position = self.skip(position);
        let word = self.chart.lower(position);
        let number = if word.len() <= 6 { word.parse().ok() } else { None };
        number.or_else(|| lexicon::number_word(word)).map(|number| (number, position + 1))
    }

    /// All readings of the whole question.
    pub fn question(&self) -> Vec<Draft> {
        let heads = self.heads();
        self.run(heads).into_iter().filter_map(|draft| draft.finish(self.schema)).collect()
    }

    /// Reads clauses from the heads on to the end of the question, at each position with the best drafts only.
    fn run(&self, heads: Parses<Draft>) -> Vec<Draft> {
        let length = self.chart.len();
        let mut waiting: Vec<Vec<Draft>> = vec![Vec::new(); length + 1];
        for (draft, position) in heads {
            if let Some(list) = waiting.get_mut(position) {
                list.push(draft);
            }
        }
        for position in 0..length {
            let drafts = waiting.get_mut(position).map(std::mem::take).unwrap_or_default();
            for draft in best(drafts) {
                for (next, end) in self.clause(&draft, position) {
                    if let Some(list) = waiting.get_mut(end).filter(|_| end > position) {
                        list.push(next);
                    }
                }
            }
        }
        waiting.pop().map(best).unwrap_or_default()
    }

    /// The ends of the terms that begin here, each with its candidates: columns by cost.
    pub fn terms(&self, position: usize) -> Vec<(Vec<&Mention<ColumnId>>, usize, usize)> {
        let position = self.skip(position);
        let mentions = &self.chart.at(position).columns;
        let mut ends: Vec<usize> = mentions.iter().map(|mention| mention.end).collect();
        ends.sort_unstable();
        ends.dedup();
        let of = |end: usize| mentions.iter().filter(|mention| mention.end == end).collect();
        ends.into_iter().map(|end| (of(end), position, end)).collect()
    }

    /// The column candidates that a source can reach, each with the draft in which it is joined. Only the best few.
    pub fn reach(
        &self,
        draft: &Draft,
        from: usize,
        candidates: &[&Mention<ColumnId>],
        fits: impl Fn(ColumnId) -> bool,
    ) -> Vec<(Draft, At, bool)> {
        let mut found: Vec<(Draft, At, bool)> = Vec::new();
        for mention in candidates.iter().filter(|mention| fits(mention.target)) {
            for (joined, source, many) in draft.join(self.schema, from, mention.target.relation) {
                found.push((joined.costing(mention.cost), At { source, column: mention.target }, many));
            }
        }
        found.sort_by_key(|(draft, ..)| draft.cost);
        found.truncate(4);
        found
    }
}

/// The cheapest drafts, equal ones once.
fn best(mut drafts: Vec<Draft>) -> Vec<Draft> {
    drafts.sort_by_key(|draft| draft.cost);
    let mut kept: Vec<Draft> = Vec::new();
    for draft in drafts {
        if kept.len() >= BEAM {
            break;
        }
        let same = |other: &Draft| other.query == draft.query && other.focus == draft.focus && other.open == draft.open;
        if !kept.iter().any(same) {
            kept.push(draft);
        }
    }
    kept
}

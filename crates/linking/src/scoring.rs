//! Scores: how much of a question the joinable neighbourhood of each relation covers.
//!
//! For every word of the question, the evidence of a relation is its best posting. A neighbourhood covers a word once,
//! however often it occurs there: this keeps a table of many similar names from beating the tables that, together, have
//! all of what was asked for. Rare words count more, by the usual logarithm of inverse document frequency.

use crate::directory::{Directory, Entry};
use crate::expansion::expand;
use crate::graph::Reach;
use crate::occurrences::{Hit, words_of};
use crate::options::Options;
use crate::priors;
use crate::query_terms::{QueryTerms, is_stop, lightness};
use crate::ranking::Context;
use crate::relation::{Check, Interrupted};
use crate::word_table::normal;
use std::rc::Rc;

/// The callback is called after so many words of the catalog, and after so many places of one of them.
const WORDS: usize = 64;
const HITS: usize = 4096;

/// A word or phrase of the question with everything it met.
#[derive(Debug)]
pub(crate) struct Concept {
    pub text: Rc<str>,
    /// How much the word says times how rare it is.
    pub weight: f32,
    /// The best evidence of each relation that has any.
    pub evidence: Vec<(u32, f32)>,
    /// The terms of the catalog that it may mean, with how surely.
    terms: Vec<(u32, f32)>,
    /// Columns that hold it as a value, by the relation's slot.
    values: Vec<(u32, u16)>,
    /// Schemas whose names have it.
    schemas: Vec<(u32, f32)>,
}

impl Concept {
    fn new(text: &str) -> Self {
        Self {
            text: text.into(),
            weight: 0.0,
            evidence: Vec::new(),
            terms: Vec::new(),
            values: Vec::new(),
            schemas: Vec::new(),
        }
    }

    /// Calls `met` with every place it was found in, those included that the asker may not know of.
    pub fn each_hit(
        &self,
        directory: &Directory,
        options: &Options,
        check: Check<'_>,
        mut met: impl FnMut(Hit),
    ) -> Result<(), Interrupted> {
        let occurrences = self.terms.iter().flat_map(|(term, strength)| words_of(*term, *strength, directory, options));
        for (count, occurrence) in occurrences.enumerate() {
            if count % WORDS == 0 {
                check()?;
            }
            for (count, hit) in (1..).zip(occurrence.hits(directory, options)) {
                if count % HITS == 0 {
                    check()?;
                }
                met(hit);
            }
        }
        self.values.iter().for_each(|(slot, column)| met(Hit::value(*slot, *column, options)));
        Ok(())
    }
}

/// All scores by slot, zero where a slot is empty or nothing was found, and what they were made of.
#[derive(Debug)]
pub(crate) struct Scores {
    pub scores: Vec<f32>,
    pub concepts: Vec<Concept>,
}

pub(crate) fn score(
    question: &str,
    directory: &Directory,
    context: &Context<'_>,
    check: Check<'_>,
) -> Result<Scores, Interrupted> {
    let mut scorer = Scorer::new(directory, context);
    let terms = QueryTerms::new(question);
    let mut seen: Vec<String> = Vec::new();
    let mut concepts = Vec::new();
    for (position, word) in terms.words.iter().enumerate() {
        let digit = word.bytes().all(|byte| byte.is_ascii_digit());
        let light = if scorer.options.light_words { lightness(word) } else { 1.0 };
        let stem = normal(word);
        if is_stop(word) || (word.len() < 2 && !digit) || light == 0.0 || seen.contains(&stem) {
            continue;
        }
        check()?;
        let expansion = expand(&terms.words, position, directory, scorer.options, check)?;
        concepts.extend(scorer.word(word, light, expansion.terms, check)?);
        seen.push(stem);
    }
    if scorer.options.values {
        for (phrase, factor) in &terms.phrases {
            check()?;
            concepts.extend(scorer.value(phrase, *factor, check)?);
        }
    }
    let scores = scorer.combine(&concepts, check)?;
    Ok(Scores { scores, concepts })
}

struct Scorer<'a> {
    directory: &'a Directory,
    context: &'a Context<'a>,
    options: &'a Options,
    /// The best evidence for the word at hand, by slot.
    best: Vec<f32>,
    /// What of a relation counts in document frequency: a share of its group of look-alikes.
    readable: Vec<bool>,
    /// The number of relations, each group of look-alikes counted once.
    total: f32,
    shares: Vec<f32>,
}

impl<'a> Scorer<'a> {
    fn new(directory: &'a Directory, context: &'a Context<'a>) -> Self {
        let options = context.options;
        let readable = |entry: &Entry| context.readable.is_none_or(|readable| readable(entry.oid, entry.group));
        let mut scorer = Self {
            directory,
            context,
            options,
            best: vec![0.0; directory.entries.len()],
            readable: Vec::with_capacity(directory.entries.len()),
            total: 0.0,
            shares: Vec::with_capacity(directory.entries.len()),
        };
        let mut units = 0;
        for (entry, alike) in directory.entries.iter().zip(&directory.alike) {
            let known = entry.as_ref().is_some_and(readable);
            let share = if options.look_alikes { alike.share } else { 1.0 };
            let share = if known { share } else { 0.0 };
            scorer.readable.push(known);
            scorer.shares.push(share);
            units += to_units(share);
        }
        scorer.total = from_units(units);
        scorer
    }

    /// Collects what speaks for each relation among the terms that a word may mean.
    fn word(
        &mut self,
        word: &str,
        light: f32,
        terms: Vec<(u32, f32)>,
        check: Check<'_>,
    ) -> Result<Option<Concept>, Interrupted> {
        let mut concept = Concept { terms, ..Concept::new(word) };
        let (directory, options) = (self.directory, self.options);
        let occurrences =
            concept.terms.iter().flat_map(|(term, strength)| words_of(*term, *strength, directory, options));
        concept.schemas = occurrences.flat_map(|occurrence| occurrence.schemas(directory, options)).collect();
        self.weigh(concept, light, check)
    }

    /// Whether the asker may know of what a hit is about.
    fn may_know(&self, hit: &Hit) -> bool {
        let readable = self.readable.get(hit.slot as usize).copied().unwrap_or_default();
        readable && !self.context.hides(hit, self.directory)
    }

    /// Stored values that are equal to a phrase.
    fn value(&mut self, phrase: &str, factor: f32, check: Check<'_>) -> Result<Option<Concept>, Interrupted> {
        let directory = self.directory;
        let mut found: Vec<(u32, u16)> = directory.values.find(phrase).collect();
        let seen = self.context.values.iter().filter(|value| value.phrase.eq_ignore_ascii_case(phrase));
        found.extend(seen.filter_map(|value| Some((directory.slot(value.oid)?, value.column))));
        if found.is_empty() && phrase.ends_with('s') {
            found = directory.values.find(&words::singular(phrase)).collect();
        }
        self.weigh(Concept { values: found, ..Concept::new(phrase) }, factor, check)
    }

    /// Finds the best evidence of each relation and weighs the concept by its rarity. `None` where nothing was met.
    fn weigh(&mut self, mut concept: Concept, factor: f32, check: Check<'_>) -> Result<Option<Concept>, Interrupted> {
        let mut evidence: Vec<(u32, f32)> = Vec::new();
        let mut best = std::mem::take(&mut self.best);
        let walked = concept.each_hit(self.directory, self.options, check, |hit| {
            if self.may_know(&hit)
                && let Some(best) = best.get_mut(hit.slot as usize)
            {
                if *best == 0.0 {
                    evidence.push((hit.slot, 0.0));
                }
                *best = best.max(hit.strength);
            }
        });
        self.best = best;
        walked?;
        concept.evidence = evidence;
        let mut frequency = 0;
        for (slot, value) in &mut concept.evidence {
            let at = *slot as usize;
            if let (Some(best), Some(share)) = (self.best.get_mut(at), self.shares.get(at)) {
                *value = std::mem::take(best);
                frequency += to_units(value.min(1.0) * share);
            }
        }
        if concept.evidence.is_empty() && concept.schemas.is_empty() {
            return Ok(None);
        }
        let frequency = from_units(frequency);
        let rarity = ((self.total - frequency + 0.5).max(0.5) / (frequency + 0.5)).ln_1p();
        concept.weight = factor * if self.options.rarity { rarity } else { 1.0 };
        // The order of postings depends on the order of changes; scores must not.
        concept.evidence.sort_unstable_by_key(|(slot, _)| *slot);
        Ok(Some(concept))
    }

    /// Adds all concepts up.
    fn combine(&self, concepts: &[Concept], check: Check<'_>) -> Result<Vec<f32>, Interrupted> {
        let directory = self.directory;
        let slots = directory.entries.len();
        let schema_of = |slot: u32| directory.entry(slot).map_or(0, |entry| entry.schema as usize);
        let mut near = vec![0.0_f32; slots];
        let mut own = vec![0.0_f32; slots];
        let mut schemas = vec![0.0_f32; directory.schemas.len()];
        let mut best_in = vec![0.0_f32; directory.schemas.len()];
        let mut reach = Reach::new(slots);
        let edge = self.options.schema_edge;
        for concept in concepts {
            check()?;
            best_in.fill(0.0);
            for &(slot, value) in &concept.evidence {
                add(&mut own, slot as usize, concept.weight * value);
                raise(&mut best_in, schema_of(slot), value * edge * self.schema_share(schema_of(slot)));
            }
            for &(schema, value) in &concept.schemas {
                raise(&mut best_in, schema as usize, value * self.schema_share(schema as usize));
            }
            for (sum, best) in schemas.iter_mut().zip(&best_in) {
                *sum += concept.weight * best;
            }
            reach.spread(&directory.graph, &concept.evidence, self.options.steps, self.options.decay, check)?;
            for &slot in &reach.touched {
                let value = reach.best.get(slot as usize).copied().unwrap_or_default();
                let everywhere = best_in.get(schema_of(slot)).copied().unwrap_or_default();
                add(&mut near, slot as usize, concept.weight * (value - everywhere).max(0.0));
            }
        }
        check()?;
        let mut scores = vec![0.0_f32; slots];
        for (slot, entry) in (0..).zip(&directory.entries) {
            let at = slot as usize;
            let Some(entry) = entry.as_ref().filter(|_| self.readable.get(at).copied().unwrap_or_default()) else {
                continue;
            };
            let value = |list: &[f32], at: usize| list.get(at).copied().unwrap_or_default();
            let mut two = [0.0_f32; 2];
            let neighbours = directory.graph.neighbours(slot);
            for neighbour in neighbours {
                let value = value(&own, *neighbour as usize);
                if value > two[0] {
                    two = [value, two[0]];
                } else if value > two[1] {
                    two[1] = value;
                }
            }
            let bridge = self.options.bridge * (two[0] + two[1]) / 2.0;
            let words = value(&near, at)
                + value(&schemas, entry.schema as usize)
                + self.options.own * (value(&own, at) + bridge);
            let prior = if self.options.priors { priors::factor(entry, !neighbours.is_empty()) } else { 1.0 };
            if let Some(score) = scores.get_mut(at) {
                *score = words * prior;
            }
        }
        self.prefer_visible(&mut scores);
        Ok(scores)
    }

    /// What is said of a schema says less of each of its relations the more it has.
    fn schema_share(&self, schema: usize) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "a number of relations")]
        let members = self.directory.schemas.members(schema).len().max(1) as f32;
        (self.options.schema_size / members).min(1.0)
    }

    fn prefer_visible(&self, scores: &mut [f32]) {
        let most = scores.iter().fold(0.0_f32, |most, score| most.max(*score));
        let most = if most == 0.0 { 1.0 } else { most };
        for schema in self.context.visible.iter().filter_map(|name| self.directory.schemas.number(name)) {
            for slot in self.directory.schemas.members(schema as usize) {
                if self.readable.get(*slot as usize).copied().unwrap_or_default() {
                    add(scores, *slot as usize, self.options.visible * most);
                }
            }
        }
    }
}

fn add(list: &mut [f32], at: usize, value: f32) {
    if let Some(sum) = list.get_mut(at) {
        *sum += value;
    }
}

fn raise(list: &mut [f32], at: usize, value: f32) {
    if let Some(best) = list.get_mut(at) {
        *best = best.max(value);
    }
}

/// Frequencies are summed as whole numbers, so that the order of the sum does not matter.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1")]
fn to_units(value: f32) -> u64 {
    (value * 65_536.0) as u64
}

#[expect(clippy::cast_precision_loss, reason = "a number of relations")]
fn from_units(units: u64) -> f32 {
    units as f32 / 65_536.0
}

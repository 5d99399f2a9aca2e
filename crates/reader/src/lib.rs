//! The builtin model: reads an English question against a snapshot, with rules alone, and answers right or not at all.
//!
//! Words become a lattice of candidates (`lattice` from `index`, `literals`, `lexicon`, `calendar`); the grammar combines
//! them into hypotheses (`parse` and the question's parts: `heads`, `items`, `nouns`, `clauses`, `conditions`, `links`,
//! `groups`, `orders`); the best hypothesis becomes SQL (`sql`, `predicates`, `names`) and one line of plain words
//! (`summary`). Every word has to be explained; two equally good readings are no answer. No network, no weights, no
//! state, nothing random.

#![forbid(unsafe_code)]

mod aliases;
mod clauses;
mod column_tests;
mod conditions;
mod connectives;
mod contradictions;
mod costs;
mod grouped_subqueries;
mod grouping;
mod hypothesis;
mod interrupts;
mod join_graph;
mod key_inference;
mod lattice;
mod lexicon;
mod measures;
mod name_index;
mod noun_phrases;
mod ordering;
mod parser;
mod predicates;
mod projection;
mod query_tree;
mod question_forms;
mod relative_clauses;
mod schema_view;
mod select_items;
mod sql;
mod summary;
mod time_expressions;
mod time_filters;
mod unknown_words;
mod value_mentions;

pub mod stored_values;

#[cfg(test)]
mod answers;
#[cfg(test)]
mod interrupt_tests;
#[cfg(test)]
mod shop_fixture;
#[cfg(test)]
mod tests;

use ::schema::Snapshot;
use hypothesis::Hypothesis;
use lattice::Lattice;
use parser::Parser;
use schema_view::SchemaView;
use std::collections::BTreeMap;
use stored_values::ValueLookup;

pub use interrupts::{InterruptCheck, Interrupted, never};

/// A question read in the one way it can be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub sql: String,
    /// The reading in plain words, on one line.
    pub summary: String,
    /// How far the words had to be stretched: 0 where each is said as the schema says it.
    pub distance: u32,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Abstention {
    /// Words that stand for nothing known, as the user spelled them, and the real names that are spelled alike.
    Unknown { words: Vec<String>, understood: String, nearest: Vec<Nearest> },
    /// Two or more readings of equal standing.
    Ambiguous { readings: Vec<String> },
    /// Every word has a place, but together they are no question that is surely understood.
    NoParse { understood: String },
}

/// A name of the schema that an unknown word may be meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    pub word: String,
    /// `relation` or `relation.column`.
    pub name: String,
}

/// Longer questions are not read at all.
const MAX_WORDS: usize = 80;
/// An ambiguity is shown by this many readings at most.
const MAX_READINGS: usize = 6;

/// Reads a question against a snapshot. An answer comes only where every word is explained and one reading is best.
///
/// `lookup` is asked once at most, for phrases that name nothing in the schema. `interrupt` is called in every loop that
/// may be long. The outer error is the caller's own wish to end; the inner one says why there is no answer.
pub fn read(
    question: &str,
    snapshot: &Snapshot,
    lookup: &dyn ValueLookup,
    interrupt: InterruptCheck,
) -> Result<Result<Reading, Abstention>, Interrupted> {
    let words = words::split(question, MAX_WORDS + 1);
    if words.is_empty() || words.len() > MAX_WORDS {
        return Ok(Err(Abstention::NoParse { understood: String::new() }));
    }
    let schema = SchemaView::new(snapshot, interrupt)?;
    let lattice = Lattice::new(question, words, &schema, lookup, interrupt)?;
    let understood = || lattice.understood(&schema).join(", ");
    let unknown = lattice.unknown();
    if !unknown.is_empty() {
        let nearest = unknown_words::nearest(&unknown, &schema, interrupt)?;
        return Ok(Err(Abstention::Unknown { words: unknown, understood: understood(), nearest }));
    }
    let hypotheses = Parser::new(&lattice, &schema, interrupt).parse()?;
    Ok(choose(&hypotheses, &schema)
        .map_err(|abstention| abstention.unwrap_or_else(|| Abstention::NoParse { understood: understood() })))
}

/// The best hypothesis, if there is one best and nothing blocks it. Drafts that give the same SQL are one reading.
fn choose(hypotheses: &[Hypothesis], schema: &SchemaView) -> Result<Reading, Option<Abstention>> {
    let least = hypotheses.iter().map(|hypothesis| hypothesis.cost).min();
    let Some(best) = least.filter(|least| *least <= costs::MAX_TOTAL) else { return Err(None) };
    let mut readings: BTreeMap<String, String> = BTreeMap::new();
    for hypothesis in hypotheses.iter().filter(|hypothesis| hypothesis.cost == best) {
        if !sql::can_be_written(&hypothesis.query, schema) {
            return Err(None);
        }
        readings.insert(sql::write(&hypothesis.query, schema), summary::summary(&hypothesis.query, schema));
    }
    if readings.len() > 1 {
        let readings = readings.into_values().take(MAX_READINGS).collect();
        return Err(Some(Abstention::Ambiguous { readings }));
    }
    readings.into_iter().next().map(|(sql, summary)| Reading { sql, summary, distance: best }).ok_or(None)
}

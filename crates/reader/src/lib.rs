//! The builtin model: reads an English question against a snapshot of a schema and writes SQL, by rules alone.
//!
//! It answers only where it is sure. Every word has to be explained, and one reading has to be better than all others;
//! else it abstains and says why. There is no network, no training, no state and no chance in it: the same question on
//! the same schema gives the same statement.
//!
//! ```text
//! text ─► word lattice ─► grammar ─► query tree ─► SQL
//! ```
//!
//! 1. **Text to lattice.** `lattice` notes for each word everything that may begin there: relations and columns
//!    (`name_index`), stored values (`value_mentions`, through the trait in [`stored_values`]), phrases of English
//!    (`lexicon`), times (`time_expressions`). A word with nothing ends the reading; `unknown_words` then suggests names.
//!    `schema_view` answers what the snapshot tells of a column, with the foreign keys as a graph (`join_graph`,
//!    `key_inference`).
//! 2. **Lattice to query trees.** `parser` is a beam search over `hypothesis`, each a partial `query_tree` with a cost.
//!    `question_forms` begin, `clauses` continue: noun phrases and their parts (`noun_phrases`, `select_items`,
//!    `projection`), restrictions (`connectives`, `column_tests`, `conditions`, `time_filters`, `relative_clauses`, `superlatives`), and
//!    `grouping`, `ordering` and `measures`. What is assumed costs (`costs`); `contradictions` are taken apart at the end.
//! 3. **Query tree to text.** `sql`, with `predicates`, `grouped_subqueries` and `aliases`, writes the cheapest
//!    hypothesis as a statement, `summary` as a line of plain words.

#![forbid(unsafe_code)]

mod aliases;
mod clauses;
mod column_tests;
mod comments;
mod conditions;
mod connectives;
mod contradictions;
mod costs;
mod evidence;
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
mod superlatives;
mod time_expressions;
mod time_filters;
mod uncounted_rows;
mod unknown_words;
mod value_mentions;
mod word_accounting;

pub mod stored_values;

#[cfg(test)]
mod answers;
#[cfg(test)]
mod clinic_fixture;
#[cfg(test)]
mod comment_tests;
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

/// The one reading of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// One SELECT statement on several lines, without a semicolon.
    pub sql: String,
    /// The reading in plain words, on one line, without control characters.
    pub summary: String,
    /// What the reading assumes, as a cost: 0 where every word is the schema's own, at most 10.
    pub distance: u32,
}

/// Why the reader abstains from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Abstention {
    /// Words that name nothing in the schema and are no words of the language, as the user spelled them. `understood`
    /// lists the names that were recognised, `nearest` those that are spelled like an unknown word.
    Unknown { words: Vec<String>, understood: String, nearest: Vec<Nearest> },
    /// Two or more readings are equally likely; their summaries, six at most.
    Ambiguous { readings: Vec<String> },
    /// Every word is known, but the grammar finds no reading, or none that is likely enough.
    NoParse { understood: String },
}

/// A name of the schema that an unknown word may have been meant for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    /// The unknown word, as the user spelled it.
    pub word: String,
    /// `relation` or `relation.column`.
    pub name: String,
}

/// Longer questions are not read: the search would take long, and no reading of them is sure.
const MAX_WORDS: usize = 80;
/// More readings of an ambiguous question are not listed.
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

/// The reading of the cheapest hypothesis. Hypotheses of the same cost that give the same SQL are one reading; if they
/// give several statements, the question is ambiguous. `None` as the error where none is cheap enough, or one of the
/// cheapest can't be written.
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

//! The builtin model: reads an English question against a snapshot, with rules alone, and answers right or not at all.
//!
//! Words become a chart of candidates (`chart`, `matching`, `lexicon`, `calendar`), the grammar combines them into
//! drafts (`parse`, `heads`, `top`, `measures`, `groups`, `clauses`), the best draft becomes SQL (`sql`) and one line
//! of plain words (`summary`). Every word has to be explained; two equally good readings are no answer. No network, no
//! weights, no state, nothing random.

mod calendar;
mod chart;
mod clauses;
mod draft;
mod groups;
mod heads;
mod lexicon;
mod matching;
mod measures;
mod parse;
mod query;
mod schema;
mod sql;
mod summary;
mod top;

#[cfg(test)]
mod answers;
#[cfg(test)]
mod shop_fixture;
#[cfg(test)]
mod tests;

use crate::catalog::Snapshot;
use crate::linking::values::Values;
use crate::linking::words;
use chart::Chart;
use draft::Draft;
use parse::Parser;
use schema::Schema;
use std::collections::BTreeMap;

/// A question read in the one way it can be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub sql: String,
    /// The reading in plain words, on one line.
    pub summary: String,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// Words that stand for nothing known, as the user spelled them.
    Unknown { words: Vec<String>, understood: String },
    /// Two or more readings of equal standing.
    Ambiguous { readings: Vec<String> },
    /// Every word has a place, but together they are no question that is surely understood.
    NoShape { understood: String },
}

/// Longer questions are not read at all.
const MAX_WORDS: usize = 80;
/// An ambiguity is shown by this many readings at most.
const MAX_READINGS: usize = 6;

/// Reads a question; silent unless every word is explained and exactly one reading is best.
pub fn read(question: &str, snapshot: &Snapshot, _values: &dyn Values) -> Result<Reading, Silence> {
    let words = words::split(question, MAX_WORDS + 1);
    if words.is_empty() || words.len() > MAX_WORDS {
        return Err(Silence::NoShape { understood: String::new() });
    }
    let schema = Schema::new(snapshot);
    let chart = Chart::new(words, &schema);
    let unknown = chart.unknown();
    if !unknown.is_empty() {
        return Err(Silence::Unknown { words: unknown, understood: chart.understood(&schema) });
    }
    let parser = Parser::new(&chart, &schema);
    let drafts = parser.question();
    let no_shape = |reason: Option<&String>| {
        let understood = chart.understood(&schema);
        Silence::NoShape {
            understood: reason.map_or_else(|| understood.clone(), |reason| format!("{understood} ({reason})")),
        }
    };
    if parser.exhausted() {
        return Err(no_shape(None));
    }
    choose(&drafts, &schema).map_err(|silence| silence.unwrap_or_else(|reason| no_shape(reason.as_ref())))
}

/// The best draft, if there is one best and nothing blocks it. Drafts that give the same SQL are one reading.
fn choose(drafts: &[Draft], schema: &Schema) -> Result<Reading, Result<Silence, Option<String>>> {
    let standing = |draft: &Draft| (draft.rank, draft.distance);
    let Some(best) = drafts.iter().map(standing).min() else { return Err(Err(None)) };
    let finalists: Vec<&Draft> = drafts.iter().filter(|draft| standing(draft) == best).collect();
    let mut readings: BTreeMap<String, String> = BTreeMap::new();
    for draft in &finalists {
        if let Some(reason) = &draft.blocked {
            return Err(Err(Some(reason.clone())));
        }
        readings.insert(sql::write(&draft.query, schema), summary::summary(&draft.query, schema));
    }
    if readings.len() > 1 {
        let readings = readings.into_values().take(MAX_READINGS).collect();
        return Err(Ok(Silence::Ambiguous { readings }));
    }
    readings.into_iter().next().map(|(sql, summary)| Reading { sql, summary }).ok_or(Err(None))
}

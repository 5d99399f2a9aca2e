//! The company's words: terms that somebody defined, which a question may use like names of the schema.
//!
//! A synonym stands for other words of a question, and is put in their place before it is read. A filter is a condition on the rows
//! of a relation ("active customers"), and used like a stored value of theirs. A measure is an aggregate over them ("AOV").
//! Where a question says a term, only readings that use it stand: the company's word wins over any other meaning.

pub(crate) mod partial_measures;
mod synonyms;
#[cfg(test)]
mod tests;

use crate::catalog::schema_view::SchemaView;
use crate::query::tree::ColumnId;
use schema::{Column, Snapshot};
use synonyms::{Synonym, Synonyms};
use words::{Word, WordKind, singular, stem};

/// Of a question, so many words are looked for terms.
const MAX_WORDS: usize = 200;

/// Stands in the SQL of a term for the alias of the relation's row.
pub const ROW: &str = "nl2sql_row";

/// A term as it was defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As people say it: "active customer".
    pub text: String,
    pub meaning: Meaning,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// Other words for the same.
    Words(String),
    /// A condition on the rows of a relation, as SQL in which [`ROW`] is the row.
    Filter { schema: String, relation: String, sql: String },
    /// An aggregate over the rows of a relation, likewise.
    Measure { schema: String, relation: String, sql: String },
}

/// The words of a term as they are compared: the stems of their singulars.
pub fn key(text: &str) -> Vec<String> {
    words::split(text, 80).iter().filter(|word| word.kind != WordKind::Symbol).map(said).collect()
}

fn said(word: &Word) -> String {
    stem(&singular(&word.lower))
}

/// A text with the singular of its last word, if that is a plural.
fn in_singular(text: &str) -> String {
    match words::split(text, 80).pop() {
        Some(last) if last.kind == WordKind::Word && last.lower != last.singular => {
            let (before, after) = (text.get(..last.start), text.get(last.end..));
            [before.unwrap_or_default(), &last.singular, after.unwrap_or_default()].concat()
        }
        _ => text.to_owned(),
    }
}

/// A term that a schema knows, as a column of its relation that no table has.
#[derive(Debug, Clone, PartialEq)]
pub struct TermColumn {
    pub relation: usize,
    pub column: Column,
    pub sql: String,
    pub is_measure: bool,
    key: Vec<String>,
    /// So many words at its end name the relation: "active customer" of customers.
    noun: usize,
}

/// The terms that may be used in questions about a snapshot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terms {
    pub columns: Vec<TermColumn>,
    /// Each stands for its words in the end.
    synonyms: Synonyms,
    /// The keys of all other terms, whose words are not taken apart.
    others: Vec<Vec<String>>,
    /// Filters whose words do not name the relation, which may stand for its rows: "VIPs" are VIP customers.
    nouns: Vec<(Vec<String>, String)>,
}

impl Terms {
    /// Those of the terms whose relation the snapshot has.
    pub fn new(terms: &[Term], snapshot: &Snapshot) -> Self {
        let (mut found, mut synonyms) = (Self::default(), Vec::new());
        for Term { text, meaning } in terms {
            let key = key(text);
            let (schema, relation, sql, is_measure) = match meaning {
                Meaning::Words(words) => {
                    synonyms.push(Synonym::new(key, words.clone()));
                    continue;
                }
                Meaning::Filter { schema, relation, sql } => (schema, relation, sql, false),
                Meaning::Measure { schema, relation, sql } => (schema, relation, sql, true),
            };
            found.others.push(key.clone());
            let Some(number) = snapshot.relations.position(schema, relation) else { continue };
            let noun = noun_of(&key, relation);
            if !is_measure && noun == 0 {
                let plural = words::identifier_words(relation).join(" ");
                // Before the noun it is said in the singular, however it was defined.
                found.nouns.push((key.clone(), format!("{} {plural}", in_singular(text.trim()))));
            }
            let (data_type, category) = if is_measure { ("numeric", 'N') } else { ("boolean", 'B') };
            let column =
                Column { name: text.trim().to_owned(), data_type: data_type.into(), category, ..Column::default() };
            found.columns.push(TermColumn { relation: number, column, sql: sql.clone(), is_measure, key, noun });
        }
        found.synonyms = Synonyms::new(synonyms);
        found.follow_synonyms();
        found
    }

    pub fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.synonyms.all.is_empty()
    }

    /// The term's columns that are said from a word on, with the position after the words that say it, and the one after those
    /// that name its relation too.
    pub fn said_at<'t>(
        &'t self,
        words: &'t [Word],
        start: usize,
    ) -> impl Iterator<Item = (ColumnId, usize, usize)> + 't {
        self.columns.iter().enumerate().filter_map(move |(number, term)| {
            let end = matches(words, start, &term.key)?;
            let id = ColumnId { relation: term.relation, column: SchemaView::TERMS + number };
            // A measure's words are all its own.
            let own = if term.is_measure { end } else { end - term.noun };
            Some((id, own, end))
        })
    }
}

/// The position after the words of a key that stand here.
fn matches(words: &[Word], start: usize, key: &[String]) -> Option<usize> {
    let here = words.get(start..start + key.len())?;
    // What stands in quotation marks is a value.
    let is_said = |word: &Word| matches!(word.kind, WordKind::Word | WordKind::Number);
    let same = here.iter().zip(key).all(|(word, key)| is_said(word) && said(word) == *key);
    (same && !key.is_empty()).then_some(start + key.len())
}

/// How many words at the end of a term name a relation, but not all: one of "active customer" and customers.
pub fn noun_length(term: &str, relation: &str) -> usize {
    noun_of(&key(term), relation)
}

fn noun_of(key: &[String], relation: &str) -> usize {
    let name: Vec<String> = words::identifier_words(relation).iter().map(|word| stem(&singular(word))).collect();
    let fits =
        |length: &usize| key.len() > *length && name.len() >= *length && key.ends_with(&name[name.len() - length..]);
    (1..=name.len()).rev().find(fits).unwrap_or(0)
}

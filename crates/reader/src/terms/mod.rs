//! The company's words: terms that somebody defined, which a question may use like names of the schema.
//!
//! A synonym stands for other words of a question, and is put in their place before it is read. A filter is a condition on the rows
//! of a relation ("active customers"), and used like a stored value of theirs. A measure is an aggregate over them ("AOV").
//! Where a question says a term, only readings that use it stand: the company's word wins over any other meaning.

pub(crate) mod partial_measures;
#[cfg(test)]
mod tests;

use crate::catalog::schema_view::SchemaView;
use crate::query::tree::ColumnId;
use schema::{Column, Snapshot};
use words::{Word, WordKind, singular, stem};

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
    /// Each with the key of its words, and the words that it stands for in the end.
    synonyms: Vec<(Vec<String>, String)>,
    /// The keys of all other terms, whose words are not taken apart.
    others: Vec<Vec<String>>,
    /// Filters whose words do not name the relation, which may stand for its rows: "VIPs" are VIP customers.
    nouns: Vec<(Vec<String>, String)>,
}

impl Terms {
    /// Those of the terms whose relation the snapshot has.
    pub fn new(terms: &[Term], snapshot: &Snapshot) -> Self {
        let mut found = Self::default();
        for Term { text, meaning } in terms {
            let key = key(text);
            let (schema, relation, sql, is_measure) = match meaning {
                Meaning::Words(words) => {
                    found.synonyms.push((key, words.clone()));
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
        found.follow_synonyms();
        found
    }

    /// Has each synonym stand for what the words of its meaning stand for, however many synonyms are between. One that comes
    /// back to itself ends there.
    fn follow_synonyms(&mut self) {
        let all = std::mem::take(&mut self.synonyms);
        let followed = all.iter().enumerate().map(|(number, (key, meaning))| {
            let (mut meaning, mut used) = (meaning.clone(), vec![number]);
            loop {
                let unused: Vec<_> = (0..).zip(&all).filter(|(other, _)| !used.contains(other)).collect();
                let (followed, said) = self.with_meanings(&meaning, &unused);
                if said.is_empty() {
                    return (key.clone(), followed);
                }
                (meaning, used) = (followed, [used, said].concat());
            }
        });
        self.synonyms = followed.collect();
    }

    pub fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.synonyms.is_empty()
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

    /// A question with the words that synonyms stand for in their place, the longest synonym first.
    pub fn spelled_out(&self, question: &str) -> String {
        let synonyms: Vec<_> = (0..).zip(&self.synonyms).collect();
        self.with_meanings(question, &synonyms).0
    }

    /// A text with the words that these synonyms stand for in their place, and the numbers of those that it says.
    fn with_meanings(&self, question: &str, synonyms: &[(usize, &(Vec<String>, String))]) -> (String, Vec<usize>) {
        let words = words::split(question, 200);
        let (mut text, mut said) = (String::new(), Vec::new());
        let (mut at, mut copied) = (0, 0);
        while at < words.len() {
            let is_plural = |end: &usize| words.get(end - 1).is_some_and(|last| last.lower != last.singular);
            let nouns = self
                .nouns
                .iter()
                .filter_map(|(key, meaning)| Some((matches(&words, at, key).filter(is_plural)?, meaning, None)));
            let found = synonyms.iter().filter(|(_, (key, meaning))| !is_said_within(&words, at, key, meaning));
            let found =
                found.filter_map(|(number, (key, meaning))| Some((matches(&words, at, key)?, meaning, Some(*number))));
            let other = self.others.iter().filter_map(|key| matches(&words, at, key)).max().unwrap_or_default();
            let found = found.max_by_key(|(end, ..)| *end).filter(|(end, ..)| *end >= other);
            let found = found.or_else(|| nouns.max_by_key(|(end, ..)| *end).filter(|(end, ..)| *end >= other));
            let (Some((end, meaning, number)), Some(first)) = (found, words.get(at)) else {
                at = other.max(at + 1);
                continue;
            };
            text.push_str(question.get(copied..first.start).unwrap_or_default());
            text.push_str(meaning);
            said.extend(number);
            copied = words.get(end - 1).map_or(copied, |last| last.end);
            at = end;
        }
        text.push_str(question.get(copied..).unwrap_or_default());
        (text, said)
    }
}

/// Whether the words of a key that stand here are a part of its meaning, all of which stands around them: where "sales" means "net
/// sales", "net sales" is said already.
fn is_said_within(words: &[Word], at: usize, key: &[String], meaning: &str) -> bool {
    let meaning = self::key(meaning);
    let places = (0..meaning.len()).filter(|place| meaning.get(*place..place + key.len()) == Some(key));
    let mut starts = places.filter_map(|place| at.checked_sub(place));
    starts.any(|start| matches(words, start, &meaning).is_some())
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

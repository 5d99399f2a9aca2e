//! Which part of the schema a question is about, by words alone.
//!
//! Pure: it scores what it is given and leaves nothing out; what does not fit a prompt is the prompt's affair.

#![forbid(unsafe_code)]

pub mod values;
pub mod words;

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::catalog::{Relation, Snapshot};
use values::Match;
use words::Kind;

/// Of a longer question only the beginning is looked up.
const MAX_WORDS: usize = 40;
/// Words of one phrase.
const MAX_PHRASE: usize = 4;

/// A question with everything that is known about it before anybody writes SQL.
#[derive(Debug, Clone)]
pub struct Context {
    pub question: String,
    pub snapshot: Rc<Snapshot>,
    /// For each relation of the snapshot, how many of its words the question shares; higher is nearer.
    pub scores: Vec<u32>,
    /// What of the data a model outside this server may be told: stored values that words of the question may mean, and
    /// typical values of columns. `None`: nothing at all.
    pub shared: Option<Vec<Match>>,
}

/// Scores every relation against the question by plain word overlap.
pub fn link(question: &str, snapshot: Rc<Snapshot>) -> Context {
    let asked: BTreeSet<String> = stems(question);
    let scores = snapshot.relations.iter().map(|relation| score(&asked, relation)).collect();
    Context { question: question.to_owned(), snapshot, scores, shared: None }
}

/// What of a question may be a stored value: text in quotes, and every run of up to four words.
pub fn phrases(question: &str) -> Vec<String> {
    let words = words::split(question, MAX_WORDS);
    let mut phrases = Vec::new();
    for start in 0..words.len() {
        let rest = words.get(start..).unwrap_or_default().iter();
        let mut phrase = String::new();
        for word in rest.take(MAX_PHRASE).take_while(|word| word.kind != Kind::Symbol) {
            if !phrase.is_empty() {
                phrase.push(' ');
            }
            phrase.push_str(&word.text);
            phrases.push(phrase.clone());
        }
    }
    phrases.sort();
    phrases.dedup();
    phrases
}

/// A word of the relation's name counts four, of a column's name two, of a comment or enum label one.
fn score(asked: &BTreeSet<String>, relation: &Relation) -> u32 {
    let shared = |text: &str| u32::try_from(stems(text).intersection(asked).count()).unwrap_or(u32::MAX);
    let columns: u32 = relation
        .columns
        .iter()
        .map(|column| {
            let labels: u32 = column.labels.iter().map(|label| shared(label)).sum();
            2 * shared(&column.name) + shared(column.comment.as_deref().unwrap_or_default()) + labels
        })
        .sum();
    4 * shared(&relation.name) + shared(relation.comment.as_deref().unwrap_or_default()) + columns
}

fn stems(text: &str) -> BTreeSet<String> {
    text.split_whitespace().flat_map(words::identifier_words).map(|word| words::stem(&words::singular(&word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Column;

    fn relation(name: &str, columns: &[&str]) -> Relation {
        let columns = columns.iter().map(|name| Column { name: (*name).to_owned(), ..Column::default() }).collect();
        Relation { name: name.to_owned(), columns, ..Relation::default() }
    }

    #[test]
    fn every_run_of_words_may_be_a_value() {
        assert_eq!(phrases("in New York, 'a b'?"), ["New", "New York", "York", "a b", "in", "in New", "in New York"]);
    }

    #[test]
    fn names_count_more_than_columns_and_plurals_are_no_hurdle() {
        let snapshot = Snapshot {
            relations: vec![
                relation("invoice", &["id"]),
                relation("notes", &["invoice_id"]),
                relation("mood", &["id"]),
            ],
            ..Snapshot::default()
        };
        let scores = link("how many invoices are there", Rc::new(snapshot)).scores;
        assert!(scores[0] > scores[1] && scores[1] > scores[2], "{scores:?}");
    }
}

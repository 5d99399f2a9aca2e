//! Which part of the schema a question is about, by words alone.
//!
//! Pure: it scores what it is given and leaves nothing out; what does not fit a prompt is the prompt's affair.

#![forbid(unsafe_code)]

pub mod names;
mod synonyms;
pub mod values;
pub mod words;

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::catalog::{Relation, Snapshot};
use values::Match;

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

/// A statement with the relations it names, by schema and name, and nothing else of the schema.
pub fn narrow(sql: &str, snapshot: &Snapshot, relations: &[(String, String)]) -> Context {
    let is_named = |relation: &&Relation| {
        relations.iter().any(|(schema, name)| relation.schema == *schema && relation.name == *name)
    };
    let kept: Vec<Relation> = snapshot.relations.iter().filter(is_named).cloned().collect();
    let schemas = snapshot.schemas.iter().filter(|schema| kept.iter().any(|relation| relation.schema == schema.name));
    let snapshot = Snapshot {
        server_version: snapshot.server_version.clone(),
        search_path: snapshot.search_path.clone(),
        today: snapshot.today.clone(),
        time_zone: snapshot.time_zone.clone(),
        schemas: schemas.cloned().collect(),
        relations: kept,
    };
    link(sql, Rc::new(snapshot))
}

/// What of a question may be a stored value: text in quotes, and every run of up to four words, as it is spelled.
pub fn phrases(question: &str) -> Vec<String> {
    let quoted = ['"', '\''].into_iter().flat_map(|mark| question.split(mark).skip(1).step_by(2));
    let mut phrases: Vec<String> = quoted.filter(|text| !text.trim().is_empty()).map(str::to_owned).collect();
    let around = |c: char| !c.is_alphanumeric();
    let words: Vec<&str> = question.split_whitespace().take(MAX_WORDS).collect();
    for start in 0..words.len() {
        for length in 1..=MAX_PHRASE {
            let Some(run) = words.get(start..start + length) else { break };
            let phrase = run.join(" ").trim_matches(around).to_owned();
            if !phrase.is_empty() {
                phrases.push(phrase);
            }
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
        assert_eq!(phrases("in New York?"), ["New", "New York", "York", "in", "in New", "in New York"]);
        assert_eq!(phrases("'a, b' K-17"), ["K-17", "a", "a, b", "a, b' K-17", "b", "b' K-17"]);
    }

    #[test]
    fn a_statement_is_told_with_its_own_relations_alone() {
        let mut relations =
            vec![relation("orders", &["id"]), relation("orders", &["id"]), relation("salaries", &["id"])];
        relations[0].schema = "public".to_owned();
        let snapshot = Snapshot { relations, ..Snapshot::default() };
        let context = narrow("SELECT salaries", &snapshot, &[("public".to_owned(), "orders".to_owned())]);
        assert_eq!(context.snapshot.relations, snapshot.relations[..1]);
        assert_eq!(context.scores.len(), 1);
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

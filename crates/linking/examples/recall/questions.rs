//! The questions of the suites with the relations and columns that their gold statements need.

use crate::catalog::Table;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// Relations and columns, as `schema.table` and `schema.table.column`.
pub type Needs = (BTreeSet<String>, BTreeSet<String>);

pub struct Question {
    pub suite: String,
    pub schema: String,
    pub text: String,
    /// Any of these will do.
    pub gold: Vec<Needs>,
}

#[derive(Deserialize)]
struct Line {
    db: String,
    question: String,
    gold: Vec<Statement>,
    #[serde(default)]
    skip: serde_json::Value,
}

#[derive(Deserialize)]
struct Statement {
    sql: String,
}

/// Known relations and columns of statements by `database|sql`.
type Known = HashMap<String, Option<(Vec<String>, Vec<String>)>>;

/// Reads `data/SUITE/open/questions.jsonl` of every suite, and of every so many only one.
pub fn read(data: &str, known: &str, suites: &[&str], step: usize, tables: &[Table]) -> Vec<Question> {
    let text = std::fs::read_to_string(known).unwrap_or_else(|error| panic!("{known}: {error}"));
    let known: Known = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{known}: {error}"));
    let mut names: HashMap<&str, Vec<&Table>> = HashMap::new();
    for table in tables {
        names.entry(&table.schema).or_default().push(table);
    }
    let mut found = Vec::new();
    for suite in suites {
        let path = Path::new(data).join(suite).join("open/questions.jsonl");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for line in text.lines().step_by(step) {
            let line: Line = serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            if !line.skip.is_null() {
                continue;
            }
            let of_schema = names.get(line.db.as_str()).map_or(&[] as &[&Table], Vec::as_slice);
            let gold: Vec<_> =
                line.gold.iter().filter_map(|one| needs(&line.db, &one.sql, &known, of_schema)).collect();
            if !gold.is_empty() {
                found.push(Question { suite: (*suite).to_owned(), schema: line.db, text: line.question, gold });
            }
        }
    }
    found
}

fn needs(schema: &str, sql: &str, known: &Known, tables: &[&Table]) -> Option<Needs> {
    if let Some(Some((relations, columns))) = known.get(&format!("{schema}|{sql}")) {
        return (!relations.is_empty())
            .then(|| (relations.iter().cloned().collect(), columns.iter().cloned().collect()));
    }
    let relations = named_after_from(sql, tables);
    (!relations.is_empty()).then_some((relations, BTreeSet::new()))
}

/// The tables named after FROM, JOIN or a comma, and no columns: for statements whose needs nobody has written down.
fn named_after_from(sql: &str, tables: &[&Table]) -> BTreeSet<String> {
    let spaced = sql.replace(',', " , ").replace(['(', ')', ';'], " ").to_lowercase();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let named = words.windows(2).filter(|pair| matches!(pair[0], "from" | "join" | ","));
    named
        .filter_map(|pair| {
            let name = pair[1].trim_matches('"');
            tables.iter().find(|table| table.name.to_lowercase() == name).map(|table| table.full_name())
        })
        .collect()
}

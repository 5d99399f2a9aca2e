//! What was understood of a question that is not answered, in the words of whoever asked.

use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::help::suggestions::text_of;
use crate::lattice::{Cell, Lattice};
use crate::query::tree::ColumnId;
use schema::sanitize::one_line;

/// Words of a question and what they mean in the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// As they stand in the question, on one line.
    pub words: String,
    /// What they may name, the likeliest first: `relation`, `relation.column`, or `a value of relation.column`. At least
    /// one and at most [`MAX_NAMES`].
    pub names: Vec<String>,
}

/// More names of the same words are left out.
pub const MAX_NAMES: usize = 3;
/// Nothing is told of the words after these many.
const MAX_PARTS: usize = 12;
/// More of what could not be read is not quoted, in characters.
const MAX_UNREAD: usize = 60;

/// The words that name something, in the question's order. Of words that name several things, only the likeliest count.
pub fn understood(question: &str, lattice: &Lattice, schema: &SchemaView) -> Vec<Understood> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < lattice.len() && found.len() < MAX_PARTS {
        match longest(lattice.cell(at), schema) {
            Some((end, names)) if end > at => {
                found.push(Understood { words: text_of(question, lattice, at, end), names });
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// The question from a word on, on one line and shortened; empty where there is no such word.
pub fn unread(question: &str, lattice: &Lattice, position: usize) -> String {
    schema::sanitize::truncated(
        text_of(question, lattice, position, lattice.len()).trim_end_matches(['?', '.', '!', ' ']),
        MAX_UNREAD,
    )
}

/// The longest run of words from here that names something, with the likeliest names.
fn longest(cell: &Cell, schema: &SchemaView) -> Option<(usize, Vec<String>)> {
    let relations = cell.relations.iter().map(|m| (m.end, m.cost, schema.shown_name(m.target).to_owned()));
    let columns = cell.columns.iter().map(|m| (m.end, m.cost, schema.spelled(m.target)));
    let names = relations.chain(columns).filter(|(_, cost, _)| *cost <= costs::SYNONYMOUS_NAME);
    let is_stored = |column: ColumnId| schema.term(column).is_none();
    let values = cell.values.iter().filter(|m| is_stored(m.target.column));
    let values = values.map(|m| (m.end, m.cost, format!("a value of {}", schema.spelled(m.target.column))));
    let term =
        |(column, end): &(ColumnId, usize)| (*end, 0, format!("a term on {}", schema.shown_name(column.relation)));
    let all: Vec<(usize, u32, String)> = names.chain(values).chain(cell.terms.iter().map(term)).collect();
    let end = all.iter().map(|(end, ..)| *end).max()?;
    let least = all.iter().filter(|(other, ..)| *other == end).map(|(_, cost, _)| *cost).min()?;
    let mut names: Vec<String> = Vec::new();
    for (_, _, name) in all.into_iter().filter(|(other, cost, _)| *other == end && *cost == least) {
        if !names.contains(&name) {
            names.push(one_line(&name));
        }
    }
    names.truncate(MAX_NAMES);
    Some((end, names))
}

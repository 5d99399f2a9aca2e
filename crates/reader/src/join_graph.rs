//! The foreign keys of a snapshot, and those that a schema means but does not declare.
//!
//! An undeclared one is only taken where the names leave no doubt: `film_id` beside a table `film` with an `id` or a
//! `film_id`, or a column named like another table's key.

use schema::{Column, Relation, Snapshot};

/// A relation's columns that refer to another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinEdge {
    pub from: usize,
    pub to: usize,
    /// Referencing and referenced column, by name.
    pub columns: Vec<(String, String)>,
    /// A referencing column may be null.
    pub nullable: bool,
    /// At most one row refers to each.
    pub unique: bool,
    pub declared: bool,
}

/// Declared keys first, then inferred ones.
pub fn edges(snapshot: &Snapshot, words: &[Vec<Vec<String>>]) -> Vec<JoinEdge> {
    let owners: Vec<Vec<String>> =
        snapshot.relations.iter().map(|relation| singulars(&words::identifier_words(&relation.name))).collect();
    let mut edges: Vec<JoinEdge> = Vec::new();
    for (from, relation) in snapshot.relations.iter().enumerate() {
        for key in &relation.foreign_keys {
            let target = snapshot.relations.iter().position(|r| r.schema == key.schema && r.name == key.relation);
            if let Some(to) = target {
                let columns = key.columns.iter().cloned().zip(key.referenced.iter().cloned()).collect();
                let edge = edge(relation, from, to, columns, true);
                // A reference to the relation itself connectives nowhere new.
                if from != to && !edges.contains(&edge) {
                    edges.push(edge);
                }
            }
        }
    }
    for (from, relation) in snapshot.relations.iter().enumerate() {
        for (column, parts) in relation.columns.iter().zip(words.get(from).into_iter().flatten()) {
            infer(snapshot, from, &Referring { column, parts, owner: owner(parts) }, &owners, &mut edges);
        }
    }
    edges
}

fn edge(relation: &Relation, from: usize, to: usize, columns: Vec<(String, String)>, declared: bool) -> JoinEdge {
    let nullable = columns.iter().any(|(name, _)| relation.column(name).is_none_or(|column| !column.not_null));
    let same = |key: &Vec<String>| key.len() == columns.len() && columns.iter().all(|(name, _)| key.contains(name));
    let unique = same(&relation.primary_key) || relation.unique_keys.iter().any(same);
    JoinEdge { from, to, columns, nullable, unique, declared }
}

/// A column that may refer to another relation, with the words of its name.
struct Referring<'a> {
    column: &'a Column,
    parts: &'a [String],
    /// The words that name the other relation: `film` of `film_id`.
    owner: Vec<String>,
}

/// The relation that an undeclared key column means, if it is exactly one.
fn infer(snapshot: &Snapshot, from: usize, one: &Referring, owners: &[Vec<String>], edges: &mut Vec<JoinEdge>) {
    let Some(relation) = snapshot.relations.get(from) else { return };
    let column = one.column;
    let taken = |edge: &JoinEdge| edge.from == from && edge.columns.iter().any(|(name, _)| *name == column.name);
    let own = relation.primary_key.len() == 1 && relation.primary_key.contains(&column.name);
    if edges.iter().any(taken) || !matches!(column.category, 'N' | 'S' | 'U') {
        return;
    }
    let mut targets: Vec<(usize, String, bool)> = Vec::new();
    for ((to, other), name) in snapshot.relations.iter().enumerate().zip(owners).filter(|((to, _), _)| *to != from) {
        let owns = *name == one.owner;
        if let Some(key) = referenced(other, one, owns).filter(|_| !own || owns) {
            targets.push((to, key, owns));
        }
    }
    if targets.len() > 1 {
        targets.retain(|(.., owns)| *owns);
    }
    if let [(to, key, _)] = targets.as_slice() {
        let back =
            |edge: &JoinEdge| edge.from == *to && edge.to == from && edge.columns.iter().any(|(name, _)| name == key);
        if !edges.iter().any(back) {
            edges.push(edge(relation, from, *to, vec![(column.name.clone(), key.clone())], false));
        }
    }
}

/// The column of `other` that a column refers to by its name.
fn referenced(other: &Relation, one: &Referring, owns: bool) -> Option<String> {
    let column = one.column;
    let last = one.parts.last()?;
    let of_type =
        |name: &str| other.column(name).filter(|key| key.category == column.category).map(|key| key.name.clone());
    let single = match other.primary_key.as_slice() {
        [only] => Some(only.as_str()),
        _ => None,
    };
    let telling = one.parts.len() > 1 || !matches!(last.as_str(), "id" | "name" | "code" | "key" | "no" | "number");
    if single == Some(column.name.as_str()) && telling {
        return of_type(&column.name);
    }
    if owns && matches!(last.as_str(), "id" | "code" | "key") {
        // Without declared keys, the same name on both sides says it.
        let same = other.primary_key.is_empty().then(|| of_type(&column.name)).flatten();
        return same.or_else(|| single.and_then(of_type)).or_else(|| of_type("id"));
    }
    None
}

/// The relation that a key column is named after: `film` of `film_id`.
fn owner(parts: &[String]) -> Vec<String> {
    let mut parts = singulars(parts);
    if parts.len() > 1 {
        parts.pop();
    }
    parts
}

fn singulars(parts: &[String]) -> Vec<String> {
    parts.iter().map(|part| words::singular(part)).collect()
}

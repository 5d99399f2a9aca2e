//! How the relations of a snapshot hang together: its foreign keys, and those that it means but does not declare.
//!
//! An undeclared key is only inferred where the names leave no doubt: `film_id` beside a table `film` with an `id` or a
//! `film_id`, or a column named like another table's key (see [`crate::key_inference`]).

use super::interrupts::{InterruptCheck, Interrupted};
use super::key_inference::KeyInference;
use schema::{Relation, Snapshot};

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
    /// The schema declares it; otherwise it was inferred.
    pub declared: bool,
}

/// The relations as nodes, by their numbers in the snapshot, and the foreign keys as edges, by theirs.
#[derive(Debug, Default)]
pub struct JoinGraph {
    edges: Vec<JoinEdge>,
    /// For each relation the edges that leave it, and those that lead to it, in ascending order.
    outgoing: Vec<Vec<usize>>,
    incoming: Vec<Vec<usize>>,
}

impl JoinGraph {
    /// The declared keys first, then the inferred ones. Keys to relations that the snapshot does not show are left out,
    /// and so are keys from a relation to itself. `words` has the words of each column's name, by relation and column.
    pub fn new(
        snapshot: &Snapshot,
        words: &[Vec<Vec<String>>],
        interrupt: InterruptCheck,
    ) -> Result<Self, Interrupted> {
        let nodes = snapshot.relations.len();
        let mut graph =
            Self { edges: Vec::new(), outgoing: vec![Vec::new(); nodes], incoming: vec![Vec::new(); nodes] };
        for (from, relation) in snapshot.relations.iter().enumerate() {
            interrupt()?;
            for key in &relation.foreign_keys {
                let Some(to) = snapshot.relations.position(&key.schema, &key.relation) else { continue };
                let columns = key.columns.iter().cloned().zip(key.referenced.iter().cloned()).collect();
                let edge = edge(relation, from, to, columns, true);
                if from != to && !graph.edges_from(from).any(|(_, other)| *other == edge) {
                    graph.add(edge);
                }
            }
        }
        let mut inference = KeyInference::new(snapshot, interrupt)?;
        for (from, relation) in snapshot.relations.iter().enumerate() {
            for (column, words) in relation.columns.iter().zip(words.get(from).into_iter().flatten()) {
                interrupt()?;
                let is_key = |(_, edge): (usize, &JoinEdge)| edge.columns.iter().any(|(name, _)| *name == column.name);
                if graph.edges_from(from).any(is_key) {
                    continue;
                }
                let Some((to, key)) = inference.target(from, column, words)? else { continue };
                let refers_back = |(_, edge): (usize, &JoinEdge)| {
                    edge.to == from && edge.columns.iter().any(|(name, _)| *name == key)
                };
                if !graph.edges_from(to).any(refers_back) {
                    graph.add(edge(relation, from, to, vec![(column.name.clone(), key.clone())], false));
                }
            }
        }
        Ok(graph)
    }

    fn add(&mut self, edge: JoinEdge) {
        let number = self.edges.len();
        for (edges, node) in [(&mut self.outgoing, edge.from), (&mut self.incoming, edge.to)] {
            if let Some(edges) = edges.get_mut(node) {
                edges.push(number);
            }
        }
        self.edges.push(edge);
    }

    /// An edge by its number.
    pub fn edge(&self, number: usize) -> Option<&JoinEdge> {
        self.edges.get(number)
    }

    /// The keys of a relation, with their numbers.
    pub fn edges_from(&self, relation: usize) -> impl Iterator<Item = (usize, &JoinEdge)> + Clone {
        self.numbered(&self.outgoing, relation)
    }

    /// The keys that refer to a relation, with their numbers.
    pub fn edges_to(&self, relation: usize) -> impl Iterator<Item = (usize, &JoinEdge)> + Clone {
        self.numbered(&self.incoming, relation)
    }

    fn numbered<'a>(
        &'a self,
        edges: &'a [Vec<usize>],
        relation: usize,
    ) -> impl Iterator<Item = (usize, &'a JoinEdge)> + Clone {
        let numbers = edges.get(relation).map_or(&[] as &[usize], Vec::as_slice);
        numbers.iter().filter_map(|number| Some((*number, self.edges.get(*number)?)))
    }
}

fn edge(relation: &Relation, from: usize, to: usize, columns: Vec<(String, String)>, declared: bool) -> JoinEdge {
    let nullable = columns.iter().any(|(name, _)| relation.column(name).is_none_or(|column| !column.not_null));
    let same = |key: &Vec<String>| key.len() == columns.len() && columns.iter().all(|(name, _)| key.contains(name));
    let unique = same(&relation.primary_key) || relation.unique_keys.iter().any(same);
    JoinEdge { from, to, columns, nullable, unique, declared }
}

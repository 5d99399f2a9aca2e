//! How the relations of a snapshot hang together: its foreign keys, and those that it means but does not declare.
//!
//! An undeclared key is only inferred where the names leave no doubt: `film_id` beside a table `film` with an `id` or a
//! `film_id`, or a column named like another table's key (see [`crate::catalog::key_inference`]).

use crate::catalog::key_inference::KeyInference;
use crate::interrupts::{InterruptCheck, Interrupted};
use crate::query::tree::JoinStep;
use schema::{Relation, Snapshot};
use std::collections::{HashMap, HashSet};

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
    /// For each relation the edges that leave it, those that lead to it, and the steps along either, in the order of
    /// the edges.
    outgoing: Vec<Vec<usize>>,
    incoming: Vec<Vec<usize>>,
    steps: Vec<Vec<JoinStep>>,
    /// The first edge that leaves a relation by one column alone, by relation and the column's name.
    by_column: Vec<HashMap<String, usize>>,
    /// The keys from a relation to itself, by relation. No path goes along them.
    own: HashMap<usize, Vec<usize>>,
    /// The steps from one relation to another.
    between: HashMap<(usize, usize), Vec<JoinStep>>,
}

/// Of more shortest paths between two relations only these are kept.
const MAX_PATHS: usize = 4;
/// Relations that are further apart are not joined.
const MAX_STEPS: usize = 4;
/// Of more paths that have not arrived yet, the first are followed.
const MAX_OPEN_PATHS: usize = 64;

impl JoinGraph {
    /// The declared keys first, then the inferred ones. Keys to relations that the snapshot does not show are left out,
    /// and keys from a relation to itself stand apart. `words` has the words of each column's name, by relation and column.
    pub fn new(
        snapshot: &Snapshot,
        words: &[Vec<Vec<String>>],
        interrupt: InterruptCheck,
    ) -> Result<Self, Interrupted> {
        let nodes = snapshot.relations.len();
        let mut graph = Self {
            outgoing: vec![Vec::new(); nodes],
            incoming: vec![Vec::new(); nodes],
            steps: vec![Vec::new(); nodes],
            by_column: vec![HashMap::new(); nodes],
            ..Self::default()
        };
        for (from, relation) in snapshot.relations.iter().enumerate() {
            interrupt()?;
            let mut met: HashSet<(usize, Vec<(String, String)>)> = HashSet::new();
            for key in &relation.foreign_keys {
                interrupt()?;
                let Some(to) = snapshot.relations.position(&key.schema, &key.relation) else { continue };
                let columns: Vec<(String, String)> =
                    key.columns.iter().cloned().zip(key.referenced.iter().cloned()).collect();
                let is_new = met.insert((to, columns.clone()));
                let edge = edge(relation, from, to, columns, true);
                if from == to {
                    graph.own.entry(from).or_default().push(graph.edges.len());
                    graph.edges.push(edge);
                    continue;
                }
                if is_new {
                    graph.add(edge);
                }
            }
        }
        let mut inference = KeyInference::new(snapshot, interrupt)?;
        for (from, relation) in snapshot.relations.iter().enumerate() {
            let declared = graph.edges_from(from).flat_map(|(_, edge)| &edge.columns);
            let declared: HashSet<String> = declared.map(|(name, _)| name.clone()).collect();
            for (column, words) in relation.columns.iter().zip(words.get(from).into_iter().flatten()) {
                interrupt()?;
                if declared.contains(&column.name) {
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
        if let [(column, _), others @ ..] = edge.columns.as_slice()
            && others.iter().all(|(other, _)| other == column)
            && let Some(by_column) = self.by_column.get_mut(edge.from)
        {
            by_column.entry(column.clone()).or_insert(number);
        }
        for (edges, node) in [(&mut self.outgoing, edge.from), (&mut self.incoming, edge.to)] {
            if let Some(edges) = edges.get_mut(node) {
                edges.push(number);
            }
        }
        for (from, to, forward) in [(edge.from, edge.to, true), (edge.to, edge.from, false)] {
            let step = JoinStep { edge: number, forward };
            if let Some(steps) = self.steps.get_mut(from) {
                steps.push(step);
            }
            self.between.entry((from, to)).or_default().push(step);
        }
        self.edges.push(edge);
    }

    /// The relation that a step leads to.
    pub fn target(&self, step: JoinStep) -> Option<usize> {
        self.edges.get(step.edge).map(|edge| if step.forward { edge.to } else { edge.from })
    }

    /// The shortest paths between two relations, along foreign keys in either direction; none from a relation to itself.
    ///
    /// Breadth first: every round makes all paths one step longer, until some arrive. Whether a path can arrive is looked
    /// up, as thousands of relations may refer to one that lies on the way.
    pub fn shortest_paths(&self, from: usize, to: usize) -> Vec<Vec<JoinStep>> {
        if from == to {
            return Vec::new();
        }
        let mut open: Vec<(Vec<JoinStep>, usize)> = vec![(Vec::new(), from)];
        let mut seen = HashSet::from([from]);
        for _ in 0..MAX_STEPS {
            let last_steps = |at: usize| self.between.get(&(at, to)).into_iter().flatten();
            let arrived = open
                .iter()
                .flat_map(|(path, at)| last_steps(*at).map(move |step| [path.as_slice(), &[*step]].concat()));
            let arrived: Vec<Vec<JoinStep>> = arrived.take(MAX_PATHS).collect();
            if !arrived.is_empty() {
                return arrived;
            }
            let longer = open.iter().flat_map(|(path, at)| {
                let steps = self.steps.get(*at).into_iter().flatten();
                let further = steps.filter_map(|step| Some((*step, self.target(*step)?)));
                further
                    .filter(|(_, target)| !seen.contains(target))
                    .map(move |(step, target)| ([path.as_slice(), &[step]].concat(), target))
            });
            let longer: Vec<(Vec<JoinStep>, usize)> = longer.take(MAX_OPEN_PATHS).collect();
            seen.extend(longer.iter().map(|(_, at)| *at));
            open = longer;
        }
        Vec::new()
    }

    /// An edge by its number.
    pub fn edge(&self, number: usize) -> Option<&JoinEdge> {
        self.edges.get(number)
    }

    /// The keys from a relation to itself, with their numbers.
    pub fn own_edges(&self, relation: usize) -> impl Iterator<Item = (usize, &JoinEdge)> + Clone {
        let numbers = self.own.get(&relation).map_or(&[] as &[usize], Vec::as_slice);
        numbers.iter().filter_map(|number| Some((*number, self.edges.get(*number)?)))
    }

    /// The first key of a relation that consists of this column alone, with its number.
    pub fn edge_of_column(&self, relation: usize, name: &str) -> Option<(usize, &JoinEdge)> {
        let number = *self.by_column.get(relation)?.get(name)?;
        Some((number, self.edges.get(number)?))
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

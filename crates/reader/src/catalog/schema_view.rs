//! The snapshot as the grammar asks about it: what a column can be used for, how relations hang together.
//!
//! Answers questions about the schema alone; the words of the user's question are matched elsewhere.

use crate::catalog::column_words::KINDS;
use crate::catalog::comments::{self, Code};
use crate::catalog::join_graph::{JoinEdge, JoinGraph};
use crate::interrupts::{InterruptCheck, Interrupted, Watch};
use crate::query::tree::{ColumnId, JoinStep};
use crate::terms::{TermColumn, Terms};
use schema::{Column, Relation, Snapshot};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The paths between two relations.
type Paths = Rc<[Vec<JoinStep>]>;

/// A snapshot with what follows from it.
pub struct SchemaView<'a> {
    snapshot: &'a Snapshot,
    facts: &'a SchemaFacts,
    terms: Option<&'a Terms>,
    watch: Watch<'a>,
}

/// What follows from a snapshot, whatever is asked.
pub struct SchemaFacts {
    graph: JoinGraph,
    /// The paths that were asked for before: many hypotheses join the same relations.
    paths: RefCell<HashMap<(usize, usize), Paths>>,
    /// The words of each column's name.
    words: Vec<Vec<Vec<String>>>,
    /// For each relation, the names of the columns that its primary and foreign keys have.
    keys: Vec<HashSet<String>>,
    /// The codes that the comments of columns explain, where there are any.
    codes: HashMap<ColumnId, Vec<Code>>,
    /// For each relation, how people are told of it: by its bare name where no other relation has the same.
    shown_names: Vec<String>,
}

impl SchemaFacts {
    /// Resolves the declared foreign keys and infers others.
    pub fn new(snapshot: &Snapshot, interrupt: InterruptCheck) -> Result<Self, Interrupted> {
        let of = |relation: &Relation| relation.columns.iter().map(|c| words::identifier_words(&c.name)).collect();
        let words: Vec<Vec<Vec<String>>> = snapshot.relations.iter().map(of).collect();
        let graph = JoinGraph::new(snapshot, &words, interrupt)?;
        let words = words.into_iter().map(|columns| columns.into_iter().map(spelled_out).collect()).collect();
        let codes = codes(snapshot, interrupt)?;
        let keys_of = |relation: &Relation| {
            let foreign = relation.foreign_keys.iter().flat_map(|key| &key.columns);
            relation.primary_key.iter().chain(foreign).cloned().collect()
        };
        let keys = snapshot.relations.iter().map(keys_of).collect();
        Ok(Self { graph, paths: RefCell::default(), words, keys, codes, shown_names: shown_names(snapshot) })
    }
}

impl<'a> SchemaView<'a> {
    /// The facts are those of the snapshot. `interrupt` is asked for each relation, column and key that is walked through; once
    /// it has ended the reading, there are no more of them.
    pub fn new(snapshot: &'a Snapshot, facts: &'a SchemaFacts, interrupt: InterruptCheck<'a>) -> Self {
        Self { snapshot, facts, terms: None, watch: Watch::new(interrupt) }
    }

    /// The one look for interrupts of a reading.
    pub fn watch(&self) -> &Watch<'a> {
        &self.watch
    }

    /// Passes items on until the reading is ended.
    fn watched<T>(&self) -> impl FnMut(&T) -> bool + Clone + use<'a, T> {
        let watch = self.watch.clone();
        move |_| watch.look().is_ok()
    }

    /// The columns that terms are begin with this number in every relation, far above those that tables have.
    pub const TERMS: usize = 1 << 24;

    /// The same with terms that were made for the snapshot.
    pub fn with_terms(self, terms: &'a Terms) -> Self {
        Self { terms: Some(terms), ..self }
    }

    pub fn terms(&self) -> Option<&'a Terms> {
        self.terms
    }

    /// The term that a column is, if it is none of a table.
    pub fn term(&self, id: ColumnId) -> Option<&'a TermColumn> {
        self.terms?.columns.get(id.column.checked_sub(Self::TERMS)?)
    }

    /// The relations with their numbers.
    pub fn relations(&self) -> impl Iterator<Item = (usize, &'a Relation)> + use<'a> {
        self.snapshot.relations.iter().enumerate().filter(self.watched())
    }

    /// Every number of a relation comes from `relations`, so the index can't fail.
    pub fn relation(&self, relation: usize) -> &'a Relation {
        &self.snapshot.relations[relation]
    }

    /// The name of a relation, for a human: with its schema where another relation has the same name.
    pub fn shown_name(&self, relation: usize) -> &str {
        self.facts.shown_names.get(relation).map_or("", String::as_str)
    }

    /// The number of a relation by its name.
    pub fn relation_named(&self, schema: &str, name: &str) -> Option<usize> {
        self.snapshot.relations.position(schema, name)
    }

    /// Every [`ColumnId`] comes from `columns`, so the index can't fail, or is a term's.
    pub fn column(&self, id: ColumnId) -> &'a Column {
        if let Some(term) = self.term(id) {
            return &term.column;
        }
        &self.relation(id.relation).columns[id.column]
    }

    /// `relation.column`, for a human.
    pub fn spelled(&self, id: ColumnId) -> String {
        format!("{}.{}", self.shown_name(id.relation), self.column(id).name)
    }

    /// The columns of a relation, in table order.
    pub fn columns(&self, relation: usize) -> impl Iterator<Item = (ColumnId, &'a Column)> + use<'a> {
        let columns = self.relation(relation).columns.iter().enumerate();
        columns.filter(self.watched()).map(move |(column, data)| (ColumnId { relation, column }, data))
    }

    /// The column of exactly this name.
    pub fn column_named(&self, relation: usize, name: &str) -> Option<ColumnId> {
        self.columns(relation).find(|(_, column)| column.name == name).map(|(id, _)| id)
    }

    /// A number that can be compared with a literal and added up; money can not.
    pub fn is_number(&self, id: ColumnId) -> bool {
        let data_type = self.column(id).data_type.as_str();
        self.column(id).category == 'N'
            && ["smallint", "integer", "bigint", "numeric", "real", "double precision"]
                .iter()
                .any(|number| data_type.starts_with(number))
    }

    /// A whole number, by its type.
    pub fn is_whole(&self, id: ColumnId) -> bool {
        matches!(self.column(id).data_type.as_str(), "smallint" | "integer" | "bigint")
    }

    /// A text, by its type.
    pub fn is_text(&self, id: ColumnId) -> bool {
        self.column(id).category == 'S'
    }

    /// A date or a timestamp.
    pub fn is_date(&self, id: ColumnId) -> bool {
        let column = self.column(id);
        column.category == 'D' && (column.data_type.starts_with("date") || column.data_type.starts_with("timestamp"))
    }

    /// A boolean.
    pub fn is_flag(&self, id: ColumnId) -> bool {
        self.column(id).category == 'B'
    }

    /// Whether rows are told apart into kinds by a column: a status, a flag, a country. No name of the rows, no measure.
    pub fn is_category(&self, id: ColumnId) -> bool {
        let kind = matches!(self.column(id).category, 'E' | 'B') || self.is_text(id);
        kind && !self.is_key(id) && !self.display_columns(id.relation).contains(&id)
    }

    /// Part of a primary or foreign key, or named like one.
    pub fn is_key(&self, id: ColumnId) -> bool {
        self.facts.keys.get(id.relation).is_some_and(|keys| keys.contains(&self.column(id).name))
            || matches!(self.last_word(id), "id" | "uuid" | "key" | "code" | "zip")
    }

    /// A year that is stored as a number or a text.
    pub fn is_year(&self, id: ColumnId) -> bool {
        matches!(self.last_word(id), "year" | "years") && (self.is_whole(id) || self.is_text(id))
    }

    /// Whether greater values of a column mean less age: dates and years, also a date of birth that is stored as a text.
    pub fn tells_birth(&self, id: ColumnId) -> bool {
        let birth = |word: &String| matches!(word.as_str(), "birth" | "born" | "dob" | "birthday" | "birthdate");
        self.is_date(id) || self.is_year(id) || self.words(id).iter().any(birth)
    }

    /// Whether a column may be tested by a year: by its name ("year", "founded"), or because its common values are years.
    pub fn holds_years(&self, id: ColumnId) -> bool {
        const EVENTS: [&str; 8] = ["built", "born", "made", "begun", "began", "written", "founding", "yr"];
        let named = |word: &str| EVENTS.contains(&word) || (word.ends_with("ed") && word.len() > 4);
        let year = |value: &String| value.parse().is_ok_and(|number: u32| (1500..=2100).contains(&number));
        let values = &self.column(id).common_values;
        let stored = values.len() > 1 && values.iter().all(year);
        self.is_year(id) || (self.is_whole(id) && !self.is_key(id) && (named(self.last_word(id)) || stored))
    }

    /// The words of a relation's name in lower case, short forms spelled out.
    pub fn relation_words(&self, relation: usize) -> Vec<String> {
        spelled_out(words::identifier_words(&self.relation(relation).name))
    }

    /// The words of a column's name in lower case, short forms spelled out.
    pub fn words(&self, id: ColumnId) -> &[String] {
        self.facts.words.get(id.relation).and_then(|columns| columns.get(id.column)).map_or(&[], Vec::as_slice)
    }

    /// The codes of a column that its comment explains.
    pub fn codes(&self, id: ColumnId) -> &[Code] {
        self.facts.codes.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The last word of a column's name.
    pub fn last_word(&self, id: ColumnId) -> &str {
        self.words(id).last().map_or("", String::as_str)
    }

    /// The display columns: those by which people know a row. Empty where there is only the key.
    pub fn display_columns(&self, relation: usize) -> Vec<ColumnId> {
        let own: String = words::identifier_words(&self.relation(relation).name).last().cloned().unwrap_or_default();
        let own = words::singular(&own);
        for name in ["name", "full_name"] {
            if let Some(id) = self.column_named(relation, name) {
                return vec![id];
            }
        }
        let named = self.name_in_two(relation);
        if !named.is_empty() {
            return named;
        }
        let own_names = [format!("{own}_name"), format!("{own}_title"), format!("{own}name"), own.clone()];
        for name in ["title".to_owned(), "label".to_owned()].iter().chain(&own_names) {
            if let Some(id) = self.column_named(relation, name).filter(|id| self.is_text(*id)) {
                return vec![id];
            }
        }
        let named = |id: ColumnId| self.is_text(id) && self.column(id).name.ends_with("name");
        if let Some((id, _)) = self.columns(relation).find(|(id, _)| named(*id)) {
            return vec![id];
        }
        let text = |id: ColumnId, column: &Column| {
            let kind = KINDS.contains(&self.last_word(id));
            column.category == 'S' && column.not_null && !self.is_key(id) && !kind && self.codes(id).is_empty()
        };
        let texts = || self.columns(relation).filter(|(id, column)| text(*id, column)).map(|(id, _)| id);
        let name = texts().find(|id| self.last_word(*id) == "name");
        name.or_else(|| texts().next()).map(|id| vec![id]).unwrap_or_default()
    }

    /// The first and the last name of people, by the names of the columns or by their comments.
    fn name_in_two(&self, relation: usize) -> Vec<ColumnId> {
        for [first, last] in [["first_name", "last_name"], ["fname", "lname"], ["firstname", "lastname"]] {
            let find =
                |end: &str| self.columns(relation).find(|(_, column)| column.name.ends_with(end)).map(|(id, _)| id);
            if let (Some(first), Some(last)) = (find(first), find(last)) {
                return vec![first, last];
            }
        }
        let told = |names: &[&str]| {
            let says = |column: &Column| {
                let comment = column.comment.as_deref().unwrap_or_default().trim().to_lowercase();
                names.iter().any(|name| comment.starts_with(name))
            };
            self.columns(relation).find(|(id, column)| self.is_text(*id) && says(column)).map(|(id, _)| id)
        };
        let first = told(&["first name", "given name", "forename"]);
        let last = told(&["last name", "family name", "surname"]);
        first.zip(last).map(|(first, last)| vec![first, last]).unwrap_or_default()
    }

    /// The primary key; empty where a part of it can't be read.
    pub fn key_columns(&self, relation: usize) -> Vec<ColumnId> {
        let key = self.relation(relation).primary_key.iter();
        key.map(|name| self.column_named(relation, name)).collect::<Option<_>>().unwrap_or_default()
    }

    /// Whether a step leads from each row to one row at most.
    pub fn is_single(&self, step: JoinStep) -> bool {
        self.facts.graph.edge(step.edge).is_some_and(|edge| step.forward || edge.unique)
    }

    /// Whether a key is the plain one between two relations: the only one, or the one whose name the others extend, as
    /// `original_language_id` extends `language_id`. True for all where none is.
    pub fn is_plain(&self, step: JoinStep) -> bool {
        let Some(edge) = self.facts.graph.edge(step.edge) else { return true };
        let rivals = self.keys_of(edge.from).map(|(_, other)| other).filter(|other| other.to == edge.to);
        let length = |edge: &JoinEdge| edge.columns.iter().map(|(from, _)| from.len()).sum::<usize>();
        let ends = |edge: &JoinEdge, other: &JoinEdge| {
            edge.columns.iter().zip(&other.columns).all(|((one, _), (two, _))| two.ends_with(one.as_str()))
        };
        rivals.clone().count() < 2
            || rivals.clone().all(|other| other == edge || (length(edge) < length(other) && ends(edge, other)))
            || !rivals.clone().any(|one| {
                rivals.clone().all(|other| other == one || (length(one) < length(other) && ends(one, other)))
            })
    }

    /// The relation that a step leads to.
    pub fn target(&self, step: JoinStep) -> usize {
        self.facts.graph.target(step).unwrap_or(0)
    }

    /// The edge that a step follows.
    pub fn edge(&self, step: JoinStep) -> Option<&JoinEdge> {
        self.facts.graph.edge(step.edge)
    }

    /// The foreign keys of a relation, declared and inferred, with their numbers.
    pub fn keys_of(&self, relation: usize) -> impl Iterator<Item = (usize, &JoinEdge)> + Clone {
        self.facts.graph.edges_from(relation).filter(self.watched())
    }

    /// The foreign keys that refer to a relation, declared and inferred, with their numbers.
    pub fn keys_to(&self, relation: usize) -> impl Iterator<Item = (usize, &JoinEdge)> + Clone {
        self.facts.graph.edges_to(relation).filter(self.watched())
    }

    /// The other relations whose rows have to refer to a row of a relation.
    pub fn referring(&self, relation: usize) -> Vec<usize> {
        let edges = self
            .facts
            .graph
            .edges_to(relation)
            .filter(|(_, edge)| !edge.nullable && edge.declared && edge.from != relation);
        edges.map(|(_, edge)| edge.from).collect()
    }

    /// The foreign key of a relation that consists of this column alone, with its number.
    pub fn key_of_column(&self, id: ColumnId) -> Option<(usize, &JoinEdge)> {
        self.facts.graph.edge_of_column(id.relation, &self.column(id).name)
    }

    /// The key by which the rows of a relation refer to others of them, if this column is one, with its number.
    pub fn own_key_of_column(&self, id: ColumnId) -> Option<(usize, &JoinEdge)> {
        let name = &self.column(id).name;
        self.facts.graph.own_edges(id.relation).find(|(_, edge)| edge.columns.iter().all(|(from, _)| from == name))
    }

    /// Whether a key goes from a relation to itself.
    pub fn is_own_key(&self, edge: usize) -> bool {
        self.edge(JoinStep { edge, forward: true }).is_some_and(|edge| edge.from == edge.to)
    }

    /// All shortest paths between two relations, along foreign keys in either direction.
    pub fn paths(&self, from: usize, to: usize) -> Paths {
        if let Some(known) = self.facts.paths.borrow().get(&(from, to)) {
            return Rc::clone(known);
        }
        let paths: Paths = self.facts.graph.shortest_paths(from, to).into();
        self.facts.paths.borrow_mut().insert((from, to), Rc::clone(&paths));
        paths
    }
}

/// The codes of all columns whose comments explain some.
fn codes(snapshot: &Snapshot, interrupt: InterruptCheck) -> Result<HashMap<ColumnId, Vec<Code>>, Interrupted> {
    let mut found = HashMap::new();
    for (relation, data) in snapshot.relations.iter().enumerate() {
        for (column, data) in data.columns.iter().enumerate() {
            interrupt()?;
            let codes = comments::codes_of(data);
            if !codes.is_empty() {
                found.insert(ColumnId { relation, column }, codes);
            }
        }
    }
    Ok(found)
}

/// The bare name of each relation, or `schema.name` where two have the same bare name.
fn shown_names(snapshot: &Snapshot) -> Vec<String> {
    let mut count: HashMap<&str, usize> = HashMap::with_capacity(snapshot.relations.len());
    for relation in &snapshot.relations {
        *count.entry(&relation.name).or_default() += 1;
    }
    let is_alone = |relation: &Relation| count.get(relation.name.as_str()).is_none_or(|count| *count == 1);
    let shown = |relation: &Relation| {
        let (schema, name) = (&relation.schema, &relation.name);
        if is_alone(relation) { name.clone() } else { format!("{schema}.{name}") }
    };
    snapshot.relations.iter().map(shown).collect()
}

/// The words with short forms spelled out.
fn spelled_out(words: Vec<String>) -> Vec<String> {
    words
        .into_iter()
        .flat_map(|word| match words::spelled_out(&word) {
            Some(parts) => parts.iter().map(|part| (*part).to_owned()).collect(),
            None => vec![word],
        })
        .collect()
}

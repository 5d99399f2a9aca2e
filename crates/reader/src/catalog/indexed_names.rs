//! What the relations and columns of a schema are called, word by word: by their names, in short, and by their comments.

use crate::catalog::comment_names::{
    names_by_unit, names_in_comment, names_of_event, names_of_state, people_in_comment,
};
use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::query::tree::ColumnId;
use schema::RelationKind;
use words::Vocabulary;

#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Relation(usize),
    Column(ColumnId),
}

/// A name by its words, with those of the relation it belongs to, which may stand before it.
pub(super) struct IndexedName {
    pub(super) target: Target,
    pub(super) own: Vec<usize>,
    pub(super) owner: Vec<usize>,
    /// What it costs by itself: it is, or belongs to, a view, or it stands in a comment.
    pub(super) cost: u32,
    /// Its name has the word "per" itself: `pages_per_minute`.
    pub(super) per: bool,
}

/// The words of all names.
pub(super) fn words_of(schema: &SchemaView) -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    for (number, relation) in schema.relations() {
        vocabulary.learn(&relation.name);
        schema.columns(number).for_each(|(_, column)| vocabulary.learn(&column.name));
        let remarks = schema.columns(number).map(|(_, column)| &column.comment).chain([&relation.comment]).flatten();
        remarks.flat_map(|remark| names_in_comment(remark)).for_each(|(name, _)| vocabulary.learn(&name));
    }
    vocabulary
}

/// All names of a schema, each relation's after those of its columns.
pub(super) fn of_schema(schema: &SchemaView, vocabulary: &mut Vocabulary) -> Vec<IndexedName> {
    let mut entries = Vec::new();
    for (number, _) in schema.relations() {
        let names = RelationNames::new(schema, number, vocabulary);
        for (id, _) in schema.columns(number) {
            entries.extend(names.of_column(schema, id, vocabulary));
        }
        entries.extend(names.of_rows(vocabulary));
    }
    entries
}

/// What the rows of a relation are called.
struct RelationNames {
    number: usize,
    name: Vec<usize>,
    /// By the comment, with what each costs.
    remarks: Vec<(String, u32)>,
    /// Those of one word, which may stand before a column's name.
    called: Vec<Vec<usize>>,
    /// Nouns for the rows.
    nouns: Vec<String>,
    /// What every name costs: the relation is a view.
    base: u32,
}

impl RelationNames {
    fn new(schema: &SchemaView, number: usize, vocabulary: &mut Vocabulary) -> Self {
        let relation = schema.relation(number);
        let name = vocabulary.name(&relation.name);
        let view = matches!(relation.kind, RelationKind::View | RelationKind::MaterializedView);
        let comment = relation.comment.as_deref();
        let mut remarks = names_of_rows(schema, number);
        remarks.extend(comment.and_then(people_in_comment));
        let nouns = schema.relation_words(number).into_iter().chain(single_words(&remarks)).collect();
        let called = single_words(&remarks).map(|name| vocabulary.name(&name)).collect();
        Self { number, name, remarks, called, nouns, base: if view { costs::VIEW } else { 0 } }
    }

    /// The names of a column, each also after what the rows are called.
    fn of_column(&self, schema: &SchemaView, id: ColumnId, vocabulary: &mut Vocabulary) -> Vec<IndexedName> {
        let target = Target::Column(id);
        let own = vocabulary.name(&schema.column(id).name);
        let per = schema.words(id).iter().any(|word| word == "per");
        let mut names = vec![(own, self.base, per)];
        let told = names_told(schema, id, &self.nouns).into_iter();
        names.extend(told.map(|(name, cost)| (vocabulary.name(&name), self.base + cost, false)));
        let mut entries = Vec::new();
        for (own, cost, per) in names {
            // "Invoice date" where the comment on a terse name says that the rows are invoices. A key names other rows.
            for owner in self.called.iter().filter(|called| **called != self.name && !schema.is_key(id)) {
                let cost = cost + costs::NAME_IN_COMMENT;
                entries.push(IndexedName { target, own: own.clone(), owner: owner.clone(), cost, per });
            }
            entries.push(IndexedName { target, own, owner: self.name.clone(), cost, per });
        }
        entries
    }

    /// The names of the relation itself.
    fn of_rows(self, vocabulary: &mut Vocabulary) -> Vec<IndexedName> {
        let entry = |own: Vec<usize>, cost: u32| IndexedName {
            target: Target::Relation(self.number),
            own,
            owner: Vec::new(),
            cost,
            per: false,
        };
        let mut entries = Vec::new();
        for (name, cost) in &self.remarks {
            // A comment that says in one word what the rows are says it plainly.
            let cost = match *cost {
                costs::NAME_IN_COMMENT if !name.contains(' ') => costs::ROWS_IN_COMMENT,
                costs::PART_OF_COMMENT => costs::ROWS_IN_PART,
                cost => cost,
            };
            entries.push(entry(vocabulary.name(name), self.base + cost));
        }
        entries.push(entry(self.name.clone(), self.base));
        entries
    }
}

/// The names of one word.
fn single_words(names: &[(String, u32)]) -> impl Iterator<Item = String> {
    names.iter().map(|(name, _)| name.clone()).filter(|name| !name.contains(' '))
}

/// What a column is called beside its name: in short, and by its comment. `rows` are nouns for the rows that it belongs to.
fn names_told(schema: &SchemaView, id: ColumnId, rows: &[String]) -> Vec<(String, u32)> {
    let mut names: Vec<(String, u32)> =
        schema.names_in_short(id).into_iter().map(|name| (name, costs::NAME_IN_SHORT)).collect();
    let Some(comment) = schema.column(id).comment.as_deref() else { return names };
    names.extend(names_in_comment(comment));
    if schema.is_number(id) {
        names.extend(names_by_unit(comment));
    }
    if schema.is_flag(id) {
        names.extend(names_of_state(comment));
    }
    if schema.is_date(id) {
        names.extend(names_of_event(comment, rows));
    }
    names
}

/// The names that the comment on a relation gives to its rows. In "time sheets: hours worked" the hours are those of a number
/// that each row holds.
fn names_of_rows(schema: &SchemaView, relation: usize) -> Vec<(String, u32)> {
    let names = schema.relation(relation).comment.as_deref().map(names_in_comment).unwrap_or_default();
    let numbers = schema.columns(relation).filter(|(id, _)| schema.is_number(*id) && !schema.is_key(*id));
    let held: Vec<(String, u32)> =
        numbers.flat_map(|(_, column)| column.comment.as_deref().map(names_in_comment).unwrap_or_default()).collect();
    let of_rows = |name: &str| !held.iter().any(|(other, _)| words::singular(other) == words::singular(name));
    // Where nothing else is told of them, the rows are called so too.
    if names.iter().any(|(name, _)| of_rows(name)) {
        names.into_iter().filter(|(name, _)| of_rows(name)).collect()
    } else {
        names
    }
}

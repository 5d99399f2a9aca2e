//! Which relations hold people or firms, and by which columns these are called.

use crate::catalog::comments;
use crate::catalog::schema_view::SchemaView;
use crate::query::tree::ColumnId;

const PEOPLE: [&str; 22] = [
    "customer",
    "client",
    "user",
    "person",
    "people",
    "member",
    "patient",
    "student",
    "employee",
    "staff",
    "guest",
    "subscriber",
    "contact",
    "account",
    "buyer",
    "visitor",
    "reader",
    "borrower",
    "driver",
    "owner",
    "company",
    "passenger",
];

impl SchemaView<'_> {
    /// Whether the rows of a relation are people or firms.
    pub fn is_people(&self, relation: usize) -> bool {
        let is_people = |last: &str| PEOPLE.contains(&words::singular(last).as_str());
        let name = self.relation_words(relation);
        let comment = self.relation(relation).comment.as_deref().unwrap_or_default();
        let told = || comments::names(comment).into_iter().next();
        name.last().is_some_and(|last| is_people(last))
            || told().is_some_and(|name| name.split(' ').next_back().is_some_and(is_people))
    }

    /// Whether a relation's rows refer to others of it, as employees do to their managers.
    pub fn has_own_key(&self, relation: usize) -> bool {
        self.columns(relation).any(|(id, _)| self.own_key_of_column(id).is_some())
    }

    /// Whether a column has names of people, of which several may be called the same.
    pub fn names_people(&self, column: ColumnId) -> bool {
        let relation = self.relation(column.relation);
        let name = &self.column(column).name;
        let is_key =
            relation.unique_keys.iter().chain([&relation.primary_key]).any(|key| key.as_slice() == [name.clone()]);
        self.is_people(column.relation) && self.display_columns(column.relation).contains(&column) && !is_key
    }
}

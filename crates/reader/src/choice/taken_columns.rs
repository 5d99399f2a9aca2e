//! What an answer took for granted although the schema offers another: a country where two tables have one.
//!
//! The nearer one is taken, and whoever asked is told, unless the question names the rows that it is of.

use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::lattice::Lattice;
use crate::query::tree::{ColumnId, Condition, Expression, Operand, QueryTree};
use schema::sanitize::one_line;

/// No column is a rival that lies more steps away.
const MOST_STEPS: usize = 4;
/// No more rivals are told of one column.
const MOST_TOLD: usize = 3;

/// The notes, each like `country was taken for guests.country, not hotels.country`.
pub fn notes(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> Vec<String> {
    let taken = Taken { query, lattice, schema };
    let mut notes: Vec<String> = Vec::new();
    let by_name = taken.groups().map(|column| taken.note(column, taken.called_alike(column)));
    let by_value = taken.tested().map(|column| taken.note(column, taken.holding_the_same(column)));
    for note in by_name.chain(by_value).flatten() {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

struct Taken<'a> {
    query: &'a QueryTree,
    lattice: &'a Lattice<'a>,
    schema: &'a SchemaView<'a>,
}

impl Taken<'_> {
    /// The columns by whose values rows are grouped.
    fn groups(&self) -> impl Iterator<Item = ColumnId> {
        self.query.groups.iter().filter_map(|group| match group {
            Expression::Column(at) => Some(at.column),
            _ => None,
        })
    }

    /// The columns that have to hold stored values.
    fn tested(&self) -> impl Iterator<Item = ColumnId> {
        let conditions = self.query.sources.iter().flat_map(|source| &source.conditions);
        conditions.filter_map(|condition| match condition {
            Condition::OneOf { column, values, .. } if values.iter().all(|one| matches!(one, Operand::Text(_))) => {
                Some(column.column)
            }
            _ => None,
        })
    }

    /// What is told of a column that was taken while `rivals` could be meant.
    fn note(&self, column: ColumnId, mut rivals: Vec<ColumnId>) -> Option<String> {
        // A list is of the rows that it shows.
        let measures = self.query.outputs.iter().any(|output| output.value.is_aggregate());
        let listed = column.relation == self.query.relation(0) && !measures;
        if listed || self.is_said(column.relation) || self.schema.term(column).is_some() {
            return None;
        }
        rivals.retain(|other| self.is_rival(column, *other));
        rivals.sort_unstable();
        rivals.dedup();
        let told: Vec<String> = rivals.iter().take(MOST_TOLD).map(|id| self.schema.spelled(*id)).collect();
        let name = self.schema.words(column).join(" ");
        let taken = self.schema.spelled(column);
        (!told.is_empty()).then(|| one_line(&format!("{name} was taken for {taken}, not {}", told.join(" or "))))
    }

    /// Whether another column has the same name, and its rows have to do with those at hand.
    fn is_rival(&self, column: ColumnId, other: ColumnId) -> bool {
        other.relation != column.relation
            && self.schema.words(other) == self.schema.words(column)
            && !self.schema.is_key(other)
            && self.is_near(other.relation)
    }

    /// The columns that the words for a column name as well.
    fn called_alike(&self, column: ColumnId) -> Vec<ColumnId> {
        let mut found = Vec::new();
        for cell in (0..self.lattice.len()).map(|at| self.lattice.cell(at)) {
            for said in cell.columns.iter().filter(|m| m.target == column && !m.qualified) {
                let alike = cell.columns.iter().filter(|m| m.end == said.end && m.cost <= said.cost && !m.qualified);
                found.extend(alike.map(|m| m.target));
            }
        }
        found
    }

    /// The columns that hold a value which was said of a column.
    fn holding_the_same(&self, column: ColumnId) -> Vec<ColumnId> {
        let mut found = Vec::new();
        for cell in (0..self.lattice.len()).map(|at| self.lattice.cell(at)) {
            for said in cell.values.iter().filter(|m| m.target.column == column) {
                let alike = cell.values.iter().filter(|m| m.end == said.end && m.cost <= said.cost);
                found.extend(alike.map(|m| m.target.column));
            }
        }
        found
    }

    /// Whether the rows at hand have to do with those of a relation.
    fn is_near(&self, relation: usize) -> bool {
        let base = self.query.relation(0);
        base == relation || self.schema.paths(base, relation).iter().any(|path| path.len() <= MOST_STEPS)
    }

    /// Whether the question has a word for the rows of a relation, or for a key that refers to them.
    fn is_said(&self, relation: usize) -> bool {
        (0..self.lattice.len()).any(|at| {
            let cell = self.lattice.cell(at);
            cell.relations.iter().any(|m| m.target == relation && m.cost <= costs::SYNONYMOUS_NAME)
                || cell.columns.iter().any(|m| m.target.relation == relation && m.qualified)
        })
    }
}

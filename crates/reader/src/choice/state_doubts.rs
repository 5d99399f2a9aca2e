//! States of rows that a reading takes where something that was done is told, or dates by when the rows began.

use crate::catalog::name_index::Mention;
use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::lattice::Lattice;
use crate::lattice::idle_words::tells_beginning;
use crate::lattice::value_mentions::StoredValue;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Expression, Operand, QueryTree};

/// Words for states in which rows end.
const ENDED: [&str; 16] = [
    "terminated",
    "ended",
    "cancelled",
    "canceled",
    "closed",
    "expired",
    "finished",
    "completed",
    "resolved",
    "solved",
    "fixed",
    "left",
    "removed",
    "stopped",
    "quit",
    "churned",
];

/// Whether any of these is so.
pub fn mistakes_a_state(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> bool {
    takes_a_deed_for_a_state(query, lattice)
        || takes_later_states_for_earlier_ones(query, lattice, schema)
        || takes_what_all_are_for_a_state(query, lattice, schema)
        || dates_an_end_by_the_beginning(query, lattice, schema)
}

/// Whether a word is a stored value of certain rows that are named right before it: "bills paid in 2025".
pub fn is_state_of_rows(relation: usize, position: usize, lattice: &Lattice) -> bool {
    let named = |m: &Mention<usize>| m.target == relation && m.end == position;
    let after = (position.saturating_sub(4)..position).any(|at| lattice.cell(at).relations.iter().any(named));
    let is_its = |m: &Mention<StoredValue>| m.target.column.relation == relation && m.cost <= costs::STORED_AS_SAID;
    after && !tells_beginning(lattice.lower(position)) && lattice.cell(position).values.iter().any(is_its)
}

/// "Meters installed by Ole" are whom he installed, whether they still are or not.
fn takes_a_deed_for_a_state(query: &QueryTree, lattice: &Lattice) -> bool {
    let is_state = |column: ColumnId| {
        let of_column = |condition: &Condition| match condition {
            Condition::OneOf { column: at, values, negated: false } => {
                at.column == column
                    && values.iter().any(|value| matches!(value, Operand::Text(text) if text.is_empty()))
            }
            _ => false,
        };
        query.sources.iter().any(|source| source.conditions.iter().any(of_column))
    };
    (0..lattice.len()).any(|at| {
        let mut states = lattice.cell(at).values.iter().filter(|m| m.target.value.is_empty() && m.end == at + 1);
        lattice.lower(at + 1) == "by" && states.any(|m| is_state(m.target.column))
    })
}

/// "Orders that are not shipped yet" are none of those that are delivered already, though their state is another. Nothing comes after
/// an end.
fn takes_later_states_for_earlier_ones(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> bool {
    let is_end = |column: ColumnId| {
        let tells = |at: usize| lattice.cell(at).values.iter().any(|m| m.target.column == column);
        (0..lattice.len()).any(|at| ENDED.contains(&lattice.lower(at)) && tells(at))
    };
    let are_two = |id: ColumnId| {
        let column = schema.column(id);
        column.labels.len().max(column.common_values.len()).max(schema.codes(id).len()) == 2
    };
    let denies = |condition: &Condition| match condition {
        Condition::OneOf { column: at, negated: true, .. } => !are_two(at.column) && !is_end(at.column),
        _ => false,
    };
    (0..lattice.len()).any(|at| lattice.lower(at) == "yet")
        && query.sources.iter().any(|source| source.conditions.iter().any(denies))
}

/// "Nights booked per channel" are those of all bookings, and not of those alone whose state is "booked".
fn takes_what_all_are_for_a_state(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> bool {
    let base = query.relation(0);
    let rows = schema.relation_words(base).last().map(|last| words::stem(&words::singular(last)));
    let names_rows = |at: usize| lattice.cell(at).relations.iter().any(|m| m.target == base);
    (1..lattice.len()).any(|at| {
        let word = lattice.lower(at);
        let deed = word.ends_with("ed") && rows.as_ref().is_some_and(|rows| *rows == words::stem(word));
        let mut values = lattice.cell(at).values.iter();
        deed && !names_rows(at + 1) && !names_rows(at - 1) && values.any(|m| tests(query, m.target.column, base))
    })
}

/// "Terminated contracts per year", where each has the date at which it ended, are not told by the date of its beginning, unless
/// the question speaks of that.
fn dates_an_end_by_the_beginning(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> bool {
    let conditions = || query.sources.iter().flat_map(|source| &source.conditions);
    let dates = conditions().filter_map(|condition| match condition {
        Condition::InTimeRange { column, .. } => Some(*column),
        _ => None,
    });
    let units = query.groups.iter().filter_map(|group| match group {
        Expression::DateTrunc(_, at) => Some(*at),
        _ => None,
    });
    let dates: Vec<ColumnRef> = dates.chain(units).collect();
    let said = |id: ColumnId| (0..lattice.len()).any(|at| lattice.cell(at).columns.iter().any(|m| m.target == id));
    let beginning = |at: &ColumnRef| schema.column(at.column).not_null && !said(at.column);
    let ends = |relation: usize| {
        let nullable = |id: &ColumnId| schema.is_date(*id) && !schema.column(*id).not_null;
        schema.columns(relation).map(|(id, _)| id).filter(nullable).any(|id| schema.tells_end(id))
    };
    let ended = |relation: usize| {
        let is_told = |at: usize| {
            let mut values = lattice.cell(at).values.iter();
            ENDED.contains(&lattice.lower(at)) && values.any(|m| tests(query, m.target.column, relation))
        };
        (0..lattice.len()).any(is_told)
    };
    dates.iter().filter(|at| beginning(at)).any(|at| {
        let relation = at.column.relation;
        ends(relation) && ended(relation)
    })
}

/// Whether a query tests a column of a relation.
fn tests(query: &QueryTree, column: ColumnId, relation: usize) -> bool {
    let of_column =
        |condition: &Condition| matches!(condition, Condition::OneOf { column: at, .. } if at.column == column);
    column.relation == relation && query.sources.iter().any(|source| source.conditions.iter().any(of_column))
}

//! Readings that leave out what is told to have happened.

use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::grammar::paired_dates::PARTICLES;
use crate::lattice::Lattice;
use crate::query::tree::{ColumnId, Condition, Expression, QueryTree};

/// Whether something that happened to rows is shown as a column or passed over, although it restricts the rows: "tickets opened
/// and closed in 2025" are no times of opening, and no tickets that were closed in 2025 and opened before.
pub fn shows_what_was_done(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> bool {
    let base = query.relation(0);
    let dates = |at: usize| {
        let mentions = lattice.cell(at).columns.iter();
        mentions.filter(move |m| m.end <= at + 2 && m.cost <= costs::MOST_OF_EVENT && schema.is_date(m.target))
    };
    let tests = |id: ColumnId| query.sources.iter().flat_map(|source| &source.conditions).any(|one| is_about(one, id));
    let names_rows =
        |at: usize| (0..at).any(|start| lattice.cell(start).relations.iter().any(|m| m.end == at && m.target == base));
    (1..lattice.len()).any(|at| {
        let tie = if PARTICLES.contains(&lattice.lower(at + 1)) { at + 2 } else { at + 1 };
        let is_event = lattice.lower(at).ends_with("ed") && matches!(lattice.lower(tie), "and" | "or");
        let of_rows = names_rows(at) || matches!(lattice.lower(at - 1), "were" | "was" | "are" | "been");
        let own = || dates(at).filter(|m| m.target.relation == base).map(|m| m.target);
        let other = || dates(tie + 1).any(|m| m.target.relation == base && tests(m.target));
        is_event && of_rows && own().next().is_some() && other() && !own().any(tests)
    })
}

/// Whether a condition is about a column.
fn is_about(condition: &Condition, id: ColumnId) -> bool {
    match condition {
        Condition::InTimeRange { column, .. } | Condition::IsNull { column, .. } => column.column == id,
        Condition::Compare { value: Expression::Column(at), .. } => at.column == id,
        Condition::AnyOf(all) => all.iter().any(|one| is_about(one, id)),
        _ => false,
    }
}

//! Amounts that were taken one by one although somebody may have several: "highest MRR" is that of one subscription, and the
//! customer with the highest may have it with many. Whoever asked is told, unless the question speaks of the rows.

use crate::catalog::recurring_amounts;
use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::lattice::Lattice;
use crate::query::tree::{Aggregate, ColumnId, Expression, QueryTree};
use schema::sanitize::one_line;

/// The note, like `each subs was taken by itself: several of one customers were not added up`.
pub fn notes(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> Option<String> {
    let extreme = query.outputs.iter().find_map(|output| match &output.value {
        Expression::Aggregate(Aggregate::Maximum | Aggregate::Minimum | Aggregate::Average, at) => Some(at.column),
        _ => None,
    });
    let column: ColumnId = extreme.filter(|column| recurring_amounts::recurs(*column, schema))?;
    let rows = column.relation;
    let said =
        |at: usize| lattice.cell(at).relations.iter().any(|m| m.target == rows && m.cost <= costs::SYNONYMOUS_NAME);
    let owners = schema.keys_of(rows).filter(|(_, edge)| !edge.nullable && edge.to != rows);
    let owners: Vec<&str> = owners.map(|(_, edge)| schema.shown_name(edge.to)).collect();
    let told = !owners.is_empty() && !(0..lattice.len()).any(said);
    let (one, of) = (schema.shown_name(rows), owners.join(" or "));
    told.then(|| {
        one_line(&format!("each row of {one} was taken by itself, those of one row of {of} were not added up"))
    })
}

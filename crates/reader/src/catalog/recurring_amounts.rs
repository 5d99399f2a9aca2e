//! Amounts that recur as long as something runs: monthly recurring revenue is that of the subscriptions that are running.
//!
//! Where a comment says that an amount recurs, and another one that a date is empty while a row is in force, a sum of all
//! rows, ended ones among them, is no such amount. The reading then names the condition like any other.

use crate::catalog::schema_view::SchemaView;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Expression, QueryTree};

/// Restricts what is told of recurring amounts to the rows that are in force, unless the question says of which times or states it
/// is to be. `asked` are the columns that the question speaks of.
pub fn keep_running(query: &mut QueryTree, schema: &SchemaView, asked: &[ColumnId]) {
    let recurring = query.outputs.iter().find_map(|output| match &output.value {
        Expression::Aggregate(_, at) if recurs(at.column, schema) => Some(*at),
        _ => None,
    });
    let Some(at) = recurring else { return };
    let relation = at.column.relation;
    let speaks_of_times = asked.iter().any(|column| column.relation == relation && schema.is_date(*column));
    let ends = schema.columns(relation).map(|(id, _)| id).find(|id| {
        let told = |code: &crate::catalog::comments::Code| code.code.is_empty();
        schema.is_date(*id) && schema.codes(*id).iter().any(told)
    });
    let Some(end) = ends.filter(|_| !speaks_of_times) else { return };
    let scope = query.scope(at.source);
    let column = ColumnRef { source: at.source, column: end };
    if let Some(source) = query.sources.get_mut(scope) {
        source.conditions.push(Condition::IsNull { column, negated: false });
    }
}

/// Whether a column holds amounts that recur.
pub fn recurs(column: ColumnId, schema: &SchemaView) -> bool {
    let said =
        schema.column(column).comment.as_deref().is_some_and(|comment| comment.to_lowercase().contains("recurring"));
    said || schema.words(column).iter().any(|word| matches!(word.as_str(), "mrr" | "arr" | "recurring"))
}

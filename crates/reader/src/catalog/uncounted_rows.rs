//! Rows that a schema keeps but does not count: soft deletes.
//!
//! Where a comment on a flag or date says so, or a date is called `deleted_at`, the rows of the relation that a query lists
//! or counts are restricted to those that count, unless the question speaks of that column itself. The reading then names
//! the condition like any other.

use crate::catalog::comments::{self, Uncounted};
use crate::catalog::schema_view::SchemaView;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Expression, Operand, QueryTree, SourceRole};

/// Restricts each base and each head of a subquery to the rows that count. `asked` are the columns that the question
/// speaks of. What is only joined is restricted where the question `names` it: "tickets of customers in Spain".
pub fn leave_out(query: &mut QueryTree, schema: &SchemaView, asked: &[ColumnId], names: &dyn Fn(usize) -> bool) {
    for number in 0..query.sources.len() {
        let scope = query.scope(number);
        let Some(source) = query.sources.get(number) else { continue };
        let joined = !matches!(source.role, SourceRole::Base | SourceRole::Subquery);
        if joined && !names(source.relation) {
            continue;
        }
        let marks = marks(source.relation, schema);
        // Whoever asks for what was deleted asks for all of that.
        if marks.iter().any(|mark| mark.is_date && asked.contains(&mark.column)) {
            continue;
        }
        for mark in marks.into_iter().filter(|mark| !asked.contains(&mark.column)) {
            let column = ColumnRef { source: number, column: mark.column };
            let condition = if mark.is_date {
                Condition::IsNull { column, negated: false }
            } else {
                Condition::IsTrue { column, negated: mark.rows == Uncounted::Marked }
            };
            let Some(source) = query.sources.get_mut(scope) else { continue };
            if !source.conditions.contains(&condition) {
                source.conditions.push(condition);
            }
        }
    }
    for source in &mut query.sources {
        source.conditions.iter_mut().for_each(|condition| within(condition, schema, asked, names));
    }
    query.intersect.iter_mut().for_each(|other| leave_out(other, schema, asked, names));
}

fn within(condition: &mut Condition, schema: &SchemaView, asked: &[ColumnId], names: &dyn Fn(usize) -> bool) {
    match condition {
        Condition::InSubquery { query, .. } => leave_out(query, schema, asked, names),
        Condition::Compare { operand: Operand::Expression(Expression::ScalarSubquery(query)), .. } => {
            leave_out(query, schema, asked, names);
        }
        Condition::AnyOf(all) => all.iter_mut().for_each(|one| within(one, schema, asked, names)),
        _ => {}
    }
}

/// Whether a date is set for rows that do not count.
pub fn is_mark(column: ColumnId, schema: &SchemaView) -> bool {
    mark(column, schema).is_some()
}

/// A column that marks rows which do not count.
struct Mark {
    column: ColumnId,
    rows: Uncounted,
    is_date: bool,
}

/// A relation may have several: a flag for accounts that are closed, and a date for rows that were deleted.
fn marks(relation: usize, schema: &SchemaView) -> Vec<Mark> {
    schema.columns(relation).filter_map(|(id, _)| mark(id, schema)).collect()
}

fn mark(id: ColumnId, schema: &SchemaView) -> Option<Mark> {
    let column = schema.column(id);
    let (is_flag, is_date) = (schema.is_flag(id), schema.is_date(id) && !column.not_null);
    if !is_flag && !is_date {
        return None;
    }
    let said = column.comment.as_deref().and_then(comments::uncounted);
    let words = schema.words(id);
    let named = words.iter().any(|word| word == "deleted") && words.len() <= 2;
    let rows = said.or(named.then_some(Uncounted::Marked))?;
    (is_flag || rows == Uncounted::Marked).then_some(Mark { column: id, rows, is_date })
}

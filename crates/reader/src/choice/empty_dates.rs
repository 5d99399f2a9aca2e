//! States that a missing date tells: a comment says that `ended_on` is "empty while the subscription is running".
//!
//! The lattice holds such a state as a stored value of the date, so that all that is read of values is read of it. Here it is
//! written as what it means.

use crate::catalog::schema_view::SchemaView;
use crate::query::tree::{Condition, Expression, Operand, QueryTree};

/// Turns the conditions that compare dates with a state into tests for null, in a query and all within it.
pub fn write(query: &mut QueryTree, schema: &SchemaView) {
    for source in &mut query.sources {
        source.conditions.iter_mut().for_each(|condition| condition_of_date(condition, schema));
    }
    for output in &mut query.outputs {
        in_expression(&mut output.value, schema);
    }
    query.order.iter_mut().for_each(|(value, _)| in_expression(value, schema));
    query.intersect.iter_mut().for_each(|other| write(other, schema));
}

fn in_expression(value: &mut Expression, schema: &SchemaView) {
    match value {
        Expression::Filtered(inner, conditions) => {
            in_expression(inner, schema);
            conditions.iter_mut().for_each(|condition| condition_of_date(condition, schema));
        }
        Expression::Quotient(one, two) | Expression::Difference(one, two) | Expression::Growth(one, two) => {
            in_expression(one, schema);
            in_expression(two, schema);
        }
        Expression::Window(_, inner) | Expression::SubqueryMeasure(_, inner) => in_expression(inner, schema),
        Expression::ScalarSubquery(query) => write(query, schema),
        _ => {}
    }
}

fn condition_of_date(condition: &mut Condition, schema: &SchemaView) {
    match condition {
        Condition::OneOf { column, values, negated }
            if schema.is_date(column.column) && values.iter().all(|value| matches!(value, Operand::Text(_))) =>
        {
            *condition = Condition::IsNull { column: *column, negated: *negated };
        }
        Condition::InSubquery { query, .. } => write(query, schema),
        Condition::AnyOf(all) => all.iter_mut().for_each(|one| condition_of_date(one, schema)),
        _ => {}
    }
}

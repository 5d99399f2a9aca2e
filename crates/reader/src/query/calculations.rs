//! Writes what is calculated from aggregates: fractions, growth, aggregates over a part of the rows, window functions.

use crate::query::predicates;
use crate::query::sql::SqlWriter;
use crate::query::tree::{Direction, Expression, WindowFunction};

/// An expression made of aggregates as SQL.
pub fn write(writer: &SqlWriter, value: &Expression) -> String {
    match value {
        Expression::SumOfProducts(one, two) => format!("sum({} * {})", writer.column(*one), writer.column(*two)),
        Expression::Percentile(percent, at) => {
            let fraction = f64::from(*percent) / 100.0;
            format!("percentile_cont({fraction}) WITHIN GROUP (ORDER BY {})", writer.column(*at))
        }
        Expression::TermMeasure(at) => writer.column(*at),
        Expression::Filtered(inner, conditions) => {
            let conditions: Vec<String> = conditions.iter().map(|one| predicates::write(writer, one)).collect();
            let condition = conditions.join(" AND ");
            match **inner {
                Expression::TermMeasure(at) => writer.term_of_some_rows(at, &condition).unwrap_or_default(),
                _ => format!("{} FILTER (WHERE {condition})", writer.expression(inner)),
            }
        }
        Expression::Quotient(one, two) => quotient(&writer.expression(one), &writer.expression(two)),
        Expression::Difference(one, two) => {
            format!("coalesce({}, 0) - coalesce({}, 0)", writer.expression(one), writer.expression(two))
        }
        Expression::Growth(one, two) => {
            format!("{} - 1", quotient(&writer.expression(one), &writer.expression(two)))
        }
        Expression::Window(function, inner) => window(writer, *function, &writer.expression(inner)),
        Expression::SubqueryMeasure(head, inner) => writer.subquery_measure(*head, inner),
        other => writer.expression(other),
    }
}

/// Both as numeric: whole numbers would be divided without a remainder. Nothing divided by nothing is null.
fn quotient(one: &str, two: &str) -> String {
    format!("({one})::numeric / nullif({two}, 0)")
}

fn window(writer: &SqlWriter, function: WindowFunction, inner: &str) -> String {
    let series = writer.query.groups.iter().find(|group| matches!(group, Expression::DateTrunc(..)));
    let order = series.map(|group| writer.expression(group)).unwrap_or_default();
    match function {
        WindowFunction::ShareOfTotal => quotient(inner, &format!("sum({inner}) OVER ()")),
        WindowFunction::RunningTotal => format!("sum({inner}) OVER (ORDER BY {order})"),
        WindowFunction::GrowthOverPrevious => {
            format!("{} - 1", quotient(inner, &format!("lag({inner}) OVER (ORDER BY {order})")))
        }
        WindowFunction::Rank(direction) => {
            let direction = if direction == Direction::Descending { " DESC NULLS LAST" } else { "" };
            format!("rank() OVER (ORDER BY {inner}{direction})")
        }
    }
}

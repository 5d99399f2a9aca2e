//! Writes the conditions of a query tree as SQL predicates.

use crate::query::sql::{SqlWriter, write as write_query};
use crate::query::tree::{Aggregate, ColumnRef, Condition, Expression, Operand, TextMatch, TimeUnit};

/// A condition as a boolean expression that may stand beside AND without parentheses.
pub fn write(writer: &SqlWriter, condition: &Condition) -> String {
    match condition {
        Condition::OneOf { column, values, negated } => equals(writer, *column, values, *negated),
        Condition::Compare { value, operator, operand } => {
            format!("{} {operator} {}", writer.expression(value), self::operand(writer, operand))
        }
        Condition::Between { column, low, high } => {
            let (low, high) = (operand(writer, low), operand(writer, high));
            format!("{} BETWEEN {low} AND {high}", writer.column(*column))
        }
        Condition::Like { column, text, matching, negated } => {
            let verb = if *negated { "NOT ILIKE" } else { "ILIKE" };
            format!("{} {verb} {}", writer.column(*column), literal(&pattern(text, *matching)))
        }
        Condition::InTimeRange { column, range } => {
            let column = writer.column(*column);
            let from = range.from.as_ref().map(|from| format!("{column} >= {from}"));
            let to = range.to.as_ref().map(|to| format!("{column} < {to}"));
            from.into_iter().chain(to).collect::<Vec<_>>().join(" AND ")
        }
        Condition::IsTrue { column, negated: false } => writer.column(*column),
        Condition::IsTrue { column, negated: true } => format!("NOT {}", writer.column(*column)),
        Condition::IsNull { column, negated: false } => format!("{} IS NULL", writer.column(*column)),
        Condition::IsNull { column, negated: true } => format!("{} IS NOT NULL", writer.column(*column)),
        Condition::Exists { source, negated } => {
            let not = if *negated { "NOT " } else { "" };
            format!("{not}EXISTS ({})", writer.subquery(*source, "1"))
        }
        Condition::RowCount { source, distinct, operator, number } => {
            let each = Expression::SubqueryAggregate(*source, Aggregate::Count, *distinct);
            format!("{} {operator} {number}", writer.expression(&each))
        }
        Condition::InSubquery { column, query, negated } => {
            let not = if *negated { "NOT " } else { "" };
            let query = write_query(query, writer.schema).replace('\n', " ");
            format!("{} {not}IN ({query})", writer.column(*column))
        }
        Condition::IsFirst { date, key } => is_first(writer, *date, *key),
        Condition::AnyOf(all) => {
            let all: Vec<String> = all.iter().map(|one| write(writer, one)).collect();
            format!("({})", all.join(" OR "))
        }
    }
}

fn is_first(writer: &SqlWriter, date: ColumnRef, key: ColumnRef) -> String {
    let relation = writer.schema.relation(writer.query.relation(date.source)).sql_name();
    let name = |at: ColumnRef| schema::quote_ident(&writer.schema.column(at.column).name);
    let outer = |at: ColumnRef| format!("{}.{}", writer.source_aliases.of(at.source), name(at));
    format!(
        "NOT EXISTS (SELECT 1 FROM {relation} AS earlier WHERE earlier.{} = {} AND earlier.{} < {})",
        name(key),
        outer(key),
        name(date),
        outer(date)
    )
}

fn equals(writer: &SqlWriter, column: ColumnRef, values: &[Operand], negated: bool) -> String {
    let name = writer.column(column);
    if writer.schema.term(column.column).is_some() {
        return if negated { format!("NOT {name}") } else { name };
    }
    let literals: Vec<String> = values.iter().map(|value| operand(writer, value)).collect();
    match (literals.as_slice(), negated) {
        ([only], false) => format!("{name} = {only}"),
        ([only], true) => format!("{name} <> {only}"),
        (many, false) => format!("{name} IN ({})", many.join(", ")),
        (many, true) => format!("{name} NOT IN ({})", many.join(", ")),
    }
}

fn operand(writer: &SqlWriter, operand: &Operand) -> String {
    match operand {
        Operand::Number(number) => number.clone(),
        Operand::Text(text) => literal(text),
        Operand::Expression(value) => writer.expression(value),
    }
}

fn pattern(text: &str, matching: TextMatch) -> String {
    let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    match matching {
        TextMatch::Prefix => format!("{text}%"),
        TextMatch::Substring => format!("%{text}%"),
        TextMatch::Suffix => format!("%{text}"),
    }
}

/// A text literal. One with backslashes is written as E'…', which means the same whatever `standard_conforming_strings`
/// is.
pub fn literal(value: &str) -> String {
    let escape = if value.contains('\\') { " E" } else { "" };
    format!("{escape}'{}'", value.replace('\\', "\\\\").replace('\'', "''")).trim_start().to_owned()
}

/// The field for `extract`, for units by which a date can not be truncated: weekdays and hours of the day recur.
pub fn part(unit: TimeUnit) -> Option<&'static str> {
    match unit {
        TimeUnit::Weekday => Some("isodow"),
        TimeUnit::Hour => Some("hour"),
        _ => None,
    }
}

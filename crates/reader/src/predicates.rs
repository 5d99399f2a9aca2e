//! Writes the conditions of a query as SQL.

use super::query_tree::{Aggregate, At, Condition, Operand, Place, Unit, Value};
use super::sql::{Writer, write as write_query};

/// A condition as a boolean expression that may stand beside AND.
pub fn write(writer: &Writer, condition: &Condition) -> String {
    match condition {
        Condition::Equals { column, values, negated } => equals(writer, *column, values, *negated),
        Condition::Compare { value, operator, operand } => {
            format!("{} {operator} {}", writer.value(value), self::operand(writer, operand))
        }
        Condition::Between { column, low, high } => {
            let (low, high) = (operand(writer, low), operand(writer, high));
            format!("{} BETWEEN {low} AND {high}", writer.column(*column))
        }
        Condition::Like { column, text, place, negated } => {
            let verb = if *negated { "NOT ILIKE" } else { "ILIKE" };
            format!("{} {verb} {}", writer.column(*column), literal(&pattern(text, *place)))
        }
        Condition::Within { column, window } => {
            let column = writer.column(*column);
            let from = window.from.as_ref().map(|from| format!("{column} >= {from}"));
            let to = window.to.as_ref().map(|to| format!("{column} < {to}"));
            from.into_iter().chain(to).collect::<Vec<_>>().join(" AND ")
        }
        Condition::Flag { column, negated: false } => writer.column(*column),
        Condition::Flag { column, negated: true } => format!("NOT {}", writer.column(*column)),
        Condition::Null { column, negated: false } => format!("{} IS NULL", writer.column(*column)),
        Condition::Null { column, negated: true } => format!("{} IS NOT NULL", writer.column(*column)),
        Condition::Exists { source, negated } => {
            let not = if *negated { "NOT " } else { "" };
            format!("{not}EXISTS ({})", writer.sub(*source, "1"))
        }
        Condition::Counted { source, distinct, operator, number } => {
            let each = Value::Each(*source, Aggregate::Count, *distinct);
            format!("{} {operator} {number}", writer.value(&each))
        }
        Condition::Among { column, query, negated } => {
            let not = if *negated { "NOT " } else { "" };
            let query = write_query(query, writer.schema).replace('\n', " ");
            format!("{} {not}IN ({query})", writer.column(*column))
        }
        Condition::Any(all) => {
            let all: Vec<String> = all.iter().map(|one| write(writer, one)).collect();
            format!("({})", all.join(" OR "))
        }
    }
}

fn equals(writer: &Writer, column: At, values: &[Operand], negated: bool) -> String {
    let name = writer.column(column);
    let literals: Vec<String> = values.iter().map(|value| operand(writer, value)).collect();
    match (literals.as_slice(), negated) {
        ([only], false) => format!("{name} = {only}"),
        ([only], true) => format!("{name} <> {only}"),
        (many, false) => format!("{name} IN ({})", many.join(", ")),
        (many, true) => format!("{name} NOT IN ({})", many.join(", ")),
    }
}

fn operand(writer: &Writer, operand: &Operand) -> String {
    match operand {
        Operand::Number(number) => number.clone(),
        Operand::Text(text) => literal(text),
        Operand::Value(value) => writer.value(value),
    }
}

fn pattern(text: &str, place: Place) -> String {
    let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    match place {
        Place::Start => format!("{text}%"),
        Place::Anywhere => format!("%{text}%"),
        Place::End => format!("%{text}"),
    }
}

/// A text literal. Backslashes mean themselves whatever `standard_conforming_strings` says.
fn literal(value: &str) -> String {
    let escape = if value.contains('\\') { " E" } else { "" };
    format!("{escape}'{}'", value.replace('\\', "\\\\").replace('\'', "''")).trim_start().to_owned()
}

/// The part of a date that groups it, for units that are no stretch of time.
pub fn part(unit: Unit) -> Option<&'static str> {
    (unit == Unit::Weekday).then_some("isodow")
}

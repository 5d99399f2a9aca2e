//! Says a query in one line of plain words, so that the user can see how the question was read.

use super::calendar::unit_name;
use super::measures;
use super::query::{ColumnId, Condition, Direction, Key, Measure, Query, Shape};
use super::schema::Schema;
use crate::linking::words;

/// The reading on one line.
pub fn summary(query: &Query, schema: &Schema) -> String {
    let base = &schema.relation(query.base).name;
    let mut text = match &query.shape {
        Shape::Rows { columns, order } => rows(query, schema, columns, *order),
        Shape::Groups { keys, measure, order: Some(direction) } => {
            let keys: Vec<String> = keys.iter().map(|key| ranked(schema, *key)).collect();
            let measure = self::measure(schema, measure, base);
            format!("{} {} by {measure}", extreme(*direction, query.limit), keys.join(" and "))
        }
        Shape::Groups { keys, measure, order: None } => {
            let keys: Vec<String> = keys.iter().map(|key| self::key(schema, *key)).collect();
            let per = if keys.is_empty() { String::new() } else { format!(" per {}", keys.join(" and ")) };
            format!("{}{per}", self::measure(schema, measure, base))
        }
    };
    let conditions: Vec<String> = query.conditions.iter().map(|condition| self::condition(schema, condition)).collect();
    if !conditions.is_empty() {
        text = format!("{text} where {}", conditions.join(" and "));
    }
    for join in query.joins.iter().filter(|join| join.contested) {
        let key = schema.relation(join.hop.from).foreign_keys.get(join.hop.foreign_key);
        let columns = key.map(|key| key.columns.join(", ")).unwrap_or_default();
        text = format!(
            "{text}, {} by {}.{columns}",
            schema.relation(join.hop.to).name,
            schema.relation(join.hop.from).name
        );
    }
    text
}

fn rows(query: &Query, schema: &Schema, columns: &[ColumnId], order: Option<(ColumnId, Direction)>) -> String {
    let relation = schema.relation(query.base);
    let names: Vec<&str> = columns.iter().map(|id| schema.column(*id).name.as_str()).collect();
    let what = if columns.len() == relation.columns.len() {
        relation.name.clone()
    } else {
        format!("{} of {}", names.join(", "), relation.name)
    };
    match order {
        Some((id, direction)) => format!("{} {what} by {}", extreme(direction, query.limit), schema.column(id).name),
        None if columns.len() == relation.columns.len() => format!("all {what}"),
        None => what,
    }
}

fn extreme(direction: Direction, limit: Option<u32>) -> String {
    let end = if direction == Direction::Descending { "top" } else { "bottom" };
    limit.map_or_else(|| end.to_owned(), |limit| format!("{end} {limit}"))
}

fn measure(schema: &Schema, measure: &Measure, base: &str) -> String {
    let what = measure.column.map_or_else(|| base.to_owned(), |id| schema.spelled(id));
    format!("{} of {what}", measures::name(measure.aggregate))
}

fn key(schema: &Schema, key: Key) -> String {
    match key {
        Key::Unit(unit, id) => format!("{} of {}", unit_name(unit), schema.spelled(id)),
        Key::Column(id) => schema.spelled(id),
        Key::Entity(relation) => words::singular(&schema.relation(relation).name),
    }
}

/// A key that is ranked: of entities there are many.
fn ranked(schema: &Schema, key: Key) -> String {
    if let Key::Entity(relation) = key { schema.relation(relation).name.clone() } else { self::key(schema, key) }
}

fn condition(schema: &Schema, condition: &Condition) -> String {
    let column = schema.spelled(condition.column());
    match condition {
        Condition::Equals { values, negated, .. } => {
            let verb = if *negated { "is not" } else { "is" };
            format!("{column} {verb} {}", values.join(" or "))
        }
        Condition::Compare { operator, number, .. } => format!("{column} {operator} {number}"),
        Condition::Between { low, high, .. } => format!("{column} is between {low} and {high}"),
        Condition::Within { window, .. } => format!("{column} is {}", window.text),
        Condition::Flag { negated: false, .. } => format!("{column} is true"),
        Condition::Flag { negated: true, .. } => format!("{column} is false"),
    }
}

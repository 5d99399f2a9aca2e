//! Writes "the top 3 of each": the rows are ranked within their groups by a window function, and those of a later place
//! left out.

use crate::query::sql::SqlWriter;
use crate::query::tree::{Direction, Expression};
use schema::quote_ident;

/// The lines of the statement. Rows that share the last place are all shown.
pub fn write(writer: &SqlWriter) -> Vec<String> {
    let query = writer.query;
    let names: Vec<String> = writer.output_names().iter().map(|name| quote_ident(name)).collect();
    let parts: Vec<String> = query.limit_per.iter().map(|value| writer.expression(value)).collect();
    let order: Vec<String> = query
        .order
        .iter()
        .map(|(value, direction)| match direction {
            Direction::Ascending => writer.expression(value),
            Direction::Descending => format!("{} DESC NULLS LAST", writer.expression(value)),
        })
        .collect();
    let place = unused("place", &names);
    let window = format!("rank() OVER (PARTITION BY {} ORDER BY {}) AS {place}", parts.join(", "), order.join(", "));
    let inner = writer.unsorted_lines(Some(&window)).join(" ").replace("\n  ", " ");
    let shown = names.join(", ");
    let limit = query.limit.unwrap_or(1);
    let shown_part = |value: &Expression| query.outputs.iter().position(|output| output.value == *value);
    let mut sorting: Vec<String> =
        query.limit_per.iter().filter_map(shown_part).filter_map(|at| names.get(at).cloned()).collect();
    sorting.push(place.clone());
    vec![
        format!("SELECT {shown}"),
        format!("FROM ({inner}) AS ranked"),
        format!("WHERE {place} <= {limit}"),
        format!("ORDER BY {}", sorting.join(", ")),
    ]
}

/// A name that no output has.
fn unused(name: &str, taken: &[String]) -> String {
    let mut free = name.to_owned();
    while taken.contains(&free) {
        free.push('_');
    }
    free
}

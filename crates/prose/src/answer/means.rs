//! The mean with which a condition compares, as in `price > (SELECT avg(price) FROM products)`: it is in no row of the answer.

use super::conditions::conjuncts;
use super::phrases::uncast;
use super::subquery_phrases::is_average_of;
use super::{Facts, numbers};
use crate::outline::{Body, Expr, FromItem, Outline};

/// The mean of a column over all rows that the asker may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mean {
    /// Schema and name of the table or view.
    pub relation: (String, String),
    pub column: String,
    /// As the server prints the number.
    pub value: String,
}

/// The columns with whose means conditions of a statement compare, as schema, name and column, each once.
pub fn mean_columns(outline: &Outline) -> Vec<(String, String, String)> {
    let Body::Select(select) = &outline.query.body else { return Vec::new() };
    let mut found = Vec::new();
    for (relation, column) in select.filter.iter().flat_map(conjuncts).filter_map(|one| compared(outline, one)) {
        let one = (relation.0.clone(), relation.1.clone(), column.to_owned());
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

/// The relation and the column of which a condition takes the mean.
fn compared<'o>(outline: &'o Outline, condition: &'o Expr) -> Option<(&'o (String, String), &'o str)> {
    let Expr::Compare { sides, .. } = condition else { return None };
    let (column, Expr::Subquery(query)) = (uncast(&sides.0), uncast(&sides.1)) else { return None };
    let Expr::Column { entry: Some(of), name } = column else { return None };
    let Body::Select(select) = &query.body else { return None };
    let [FromItem::Entry { entry, .. }] = select.from.as_slice() else { return None };
    let relation = |at: usize| outline.entries.get(at)?.relation.as_ref();
    let is_same = relation(*of) == relation(*entry) && is_average_of(query, column);
    Some((relation(*entry).filter(|_| is_same)?, name))
}

/// The mean that a condition compares with, in brackets, where it is known: ` (495.12)`.
pub fn in_brackets(facts: &Facts, condition: &Expr) -> String {
    let mean = compared(facts.outline, condition).and_then(|(relation, column)| {
        let mean = facts.means.iter().find(|mean| mean.relation == *relation && mean.column == column)?;
        numbers::parse(&mean.value)
    });
    mean.map(|mean| format!(" ({})", numbers::plain(mean))).unwrap_or_default()
}

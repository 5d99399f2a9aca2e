//! Subqueries that a condition compares with: how many rows of another relation there are for a row, and a mean over all rows.

use super::Facts;
use super::columns::{aggregate, spoken_relation, top_select};
use super::phrases::uncast;
use crate::outline::{AggregateCall, Body, EntryKind, Expr, FromItem, Query, Select};

/// The rows that a subquery counts, such as `orders`.
pub fn counted_by(facts: &Facts, value: &Expr) -> Option<String> {
    let query = match value {
        Expr::Subquery(query) => query,
        Expr::Call { name, args } if name == "coalesce" => return joined_count(facts, args.first()?),
        _ => return None,
    };
    let Body::Select(select) = &query.body else { return None };
    let [output] = select.columns.as_slice() else { return None };
    let call = aggregate(&output.value).filter(|call| call.name == "count" && !call.distinct)?;
    let [FromItem::Entry { entry, .. }] = select.from.as_slice() else { return None };
    // One condition joins it with the rows outside; more of them would have to be told.
    let is_join = matches!(&select.filter, Some(Expr::Compare { sides, .. })
        if matches!((uncast(&sides.0), uncast(&sides.1)), (Expr::Column { .. }, Expr::Column { .. })));
    let name = &facts.outline.entries.get(*entry)?.name;
    (is_join && call.filter.is_none()).then(|| spoken_relation(name))
}

/// The aggregate that a joined subquery computes for each row, and the SELECT that does: `coalesce(orders.total, 0)` of customers
/// with the sums of their orders.
pub fn joined_aggregate<'o>(facts: &Facts<'o>, value: &Expr) -> Option<(&'o AggregateCall, &'o Select)> {
    let column = match value {
        Expr::Call { name, args } if name == "coalesce" => args.first()?,
        other => other,
    };
    let Expr::Column { entry: Some(at), name } = uncast(column) else { return None };
    let query = top_select(facts)?.from.iter().find_map(|item| subquery(item, *at))?;
    let Body::Select(select) = &query.body else { return None };
    let output = select.columns.iter().find(|output| output.name == *name)?;
    let is_whole = select.having.is_none() && query.limit.is_none() && query.ctes.is_empty();
    let call = aggregate(&output.value).filter(|_| is_whole)?;
    Some((call, select))
}

/// The rows that a joined subquery counts for each row, without a condition: `orders`.
fn joined_count(facts: &Facts, column: &Expr) -> Option<String> {
    let (call, select) = joined_aggregate(facts, column).filter(|(_, select)| select.filter.is_none())?;
    counted_in(facts, call, select)
}

/// The rows of one relation that an aggregate of a SELECT counts.
pub fn counted_in(facts: &Facts, call: &AggregateCall, select: &Select) -> Option<String> {
    let [FromItem::Entry { entry, .. }] = select.from.as_slice() else { return None };
    let is_plain = call.name == "count" && !call.distinct && call.args.is_empty() && call.filter.is_none();
    is_plain.then(|| facts.outline.entries.get(*entry).map(|entry| spoken_relation(&entry.name)))?
}

fn subquery(item: &FromItem, at: usize) -> Option<&Query> {
    match item {
        FromItem::Entry { entry, kind: EntryKind::Subquery(query), .. } if *entry == at => Some(query),
        FromItem::Entry { .. } => None,
        FromItem::Join { left, right, .. } => subquery(left, at).or_else(|| subquery(right, at)),
    }
}

/// Whether a query is the average of the same column over a whole relation.
pub fn is_average_of(query: &Query, column: &Expr) -> bool {
    let (Body::Select(select), Expr::Column { name, .. }) = (&query.body, column) else { return false };
    let [output] = select.columns.as_slice() else { return false };
    aggregate(&output.value).is_some_and(|call| {
        let of_same = matches!(call.args.as_slice(), [Expr::Column { name: other, .. }] if other == name);
        call.name == "avg" && of_same && call.filter.is_none() && select.filter.is_none()
    })
}

//! Numbers that are told without what they belong to.

use crate::catalog::recurring_amounts;
use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::lattice::Lattice;
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Condition, Expression, QueryTree};

/// Words for what flows as time goes on, so that a row has a part of it only.
const FLOWING: [&str; 12] = [
    "consumption",
    "usage",
    "energy",
    "spending",
    "traffic",
    "output",
    "production",
    "mileage",
    "expenses",
    "costs",
    "intake",
    "throughput",
];

/// Whether parts of what flows are averaged for those who have several: "average consumption per customer" is no average of
/// single bills, of which nobody spoke.
pub fn averages_a_flow(query: &QueryTree, lattice: &Lattice, is_named: impl Fn(usize) -> bool) -> bool {
    let averaged = query.outputs.iter().find_map(|output| match &output.value {
        Expression::Aggregate(Aggregate::Average, at) => Some(at.column),
        _ => None,
    });
    let Some(column) = averaged else { return false };
    let flows = |at: usize| {
        FLOWING.contains(&lattice.lower(at))
            && (0..=at).any(|start| lattice.cell(start).columns.iter().any(|m| m.target == column && m.end > at))
    };
    let grouped = query.groups.iter().any(|group| matches!(group, Expression::Column(at) if at.source != 0));
    grouped && !is_named(column.relation) && (0..lattice.len()).any(flows)
}

/// Whether a number is told that is only called so in part, while rows are called as was said: "total payments" are no advance
/// payments where payments are kept.
pub fn takes_a_part_for_rows(query: &QueryTree, lattice: &Lattice) -> bool {
    let told = |value: &Expression| match value {
        Expression::Aggregate(aggregate, at) if *aggregate != Aggregate::Count => Some(at.column),
        _ => None,
    };
    let mut columns = query.outputs.iter().filter_map(|output| told(&output.value));
    columns.any(|column: ColumnId| {
        let mentions = || (0..lattice.len()).flat_map(|at| lattice.cell(at).columns.iter().map(move |m| (at, m)));
        let own = || mentions().filter(|(_, m)| m.target == column);
        let least = own().map(|(_, m)| m.cost).min();
        let by_part = |(at, end): (usize, usize)| {
            let rows = lattice.cell(at).relations.iter();
            rows.into_iter().any(|m| m.end == end && m.cost <= costs::INFLECTED_NAME && m.target != column.relation)
        };
        least.is_some_and(|least| {
            least >= costs::PART_OF_COMMENT
                && own().filter(|(_, m)| m.cost == least).all(|(at, m)| by_part((at, m.end)))
        })
    })
}

/// Whether the numbers of a time are listed one by one although the question names no rows that have them: "storage in October"
/// may be added up or averaged, but nobody wants a number for each day of each customer, without day or customer. `is_named`
/// tells which relations the question names.
pub fn lists_bare_numbers(query: &QueryTree, schema: &SchemaView, is_named: impl Fn(usize) -> bool) -> bool {
    let [output] = query.outputs.as_slice() else { return false };
    let number =
        matches!(&output.value, Expression::Column(at) if schema.is_number(at.column) && !schema.is_key(at.column));
    let in_time = |condition: &Condition| matches!(condition, Condition::InTimeRange { .. });
    let timed = query.sources.iter().any(|source| source.conditions.iter().any(in_time));
    let plain = query.groups.is_empty() && query.order.is_empty() && query.limit.is_none() && !query.distinct;
    number && timed && plain && !is_named(query.relation(0))
}

/// Whether rows are ranked by one of several amounts that recur for each: "the customer with the highest MRR" has it with all its
/// subscriptions. The same holds for people with the "highest total", where nobody spoke of what it is the total of.
pub fn ranks_by_one_of_several(query: &QueryTree, schema: &SchemaView, is_named: impl Fn(usize) -> bool) -> bool {
    const TOTALS: [&str; 4] = ["total", "amount", "subtotal", "sum"];
    let adds_up = |at: &ColumnRef| {
        let total = TOTALS.contains(&schema.last_word(at.column)) && schema.is_people(query.relation(0));
        recurring_amounts::recurs(at.column, schema) || total && !is_named(at.column.relation)
    };
    let of_many = |at: &ColumnRef| {
        let parent = |source: &usize| query.sources.get(*source).and_then(|one| one.parent).map(|(parent, _)| parent);
        let step = |source: usize| query.sources.get(source).and_then(|one| one.parent).map(|(_, step)| step);
        let mut way = std::iter::successors(Some(at.source), parent);
        way.any(|source| step(source).is_some_and(|step| !schema.is_single(step)))
    };
    let one = |value: &Expression| matches!(value, Expression::Column(at) if adds_up(at) && of_many(at));
    query.limit.is_some() && query.groups.is_empty() && query.order.iter().any(|(value, _)| one(value))
}

/// Whether amounts that recur are told for a time in which rows began: "MRR per month" is that of all that ran in a month, and not of
/// what started in it, unless the question speaks of that date.
pub fn adds_up_levels_by_their_beginning(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> bool {
    const OFTEN: [&str; 6] = ["daily", "weekly", "monthly", "quarterly", "yearly", "annual"];
    let comes_often = |column: ColumnId| {
        let comment = schema.column(column).comment.as_deref().unwrap_or_default().to_lowercase();
        comment.split(' ').next().is_some_and(|first| OFTEN.contains(&first))
    };
    let level = |value: &Expression| match value {
        Expression::Aggregate(aggregate, at) => {
            let summed = *aggregate == Aggregate::Sum && comes_often(at.column);
            *aggregate != Aggregate::Count && (summed || recurring_amounts::recurs(at.column, schema))
        }
        _ => false,
    };
    let said = |id: ColumnId| (0..lattice.len()).any(|at| lattice.cell(at).columns.iter().any(|m| m.target == id));
    let unsaid = |group: &Expression| matches!(group, Expression::DateTrunc(_, at) if !said(at.column));
    let timed =
        |condition: &Condition| matches!(condition, Condition::InTimeRange { column, .. } if !said(column.column));
    let base = query.sources.first().map_or(&[] as &[Condition], |base| base.conditions.as_slice());
    (query.groups.iter().any(unsaid) || base.iter().any(timed))
        && query.outputs.iter().any(|output| level(&output.value))
}

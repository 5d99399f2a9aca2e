//! Conditions and aggregates over related rows that may be meant of something else: of each row, of all of them together, or of
//! what they are grouped by.

use crate::catalog::schema_view::SchemaView;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::related_totals::{ONE_OF_THEM, OPINIONS};
use crate::lattice::Lattice;
use crate::query::tree::{Aggregate, Condition, Expression, QueryTree, SourceRole};

/// Whether a reading takes one of these meanings for granted. `is_named` tells which relations the question names.
pub fn takes_one_meaning(
    hypothesis: &Hypothesis,
    lattice: &Lattice,
    schema: &SchemaView,
    is_named: impl Fn(usize) -> bool,
) -> bool {
    let query = &hypothesis.query;
    denies_rows_for_their_group(query, lattice)
        || compares_one_of_many_states(query, lattice, schema, &is_named)
        || counts_values_of_a_number(query, schema)
        || tests_one_opinion(query, lattice, schema, &is_named)
        || ranks_by_one_opinion(query, schema)
        || averages_parts_of_a_whole(query, schema)
        || dates_what_only_refers(hypothesis, schema, &is_named)
}

/// "The average rating of each movie that is not reviewed by …" leaves movies out, and not the one review of each.
fn denies_rows_for_their_group(query: &QueryTree, lattice: &Lattice) -> bool {
    const RELATIVES: [&str; 4] = ["that", "which", "who", "whose"];
    let denied = query
        .sources
        .first()
        .is_some_and(|base| base.conditions.iter().any(|one| matches!(one, Condition::Exists { negated: true, .. })));
    let described = |relation: usize| {
        (0..lattice.len()).any(|at| {
            let named = lattice.cell(at).relations.iter().filter(|m| m.target == relation);
            named.into_iter().any(|m| RELATIVES.contains(&lattice.lower(m.end)))
        })
    };
    denied
        && query.groups.iter().any(
            |group| matches!(group, Expression::Column(at) if at.source != 0 && described(query.relation(at.source))),
        )
}

/// "Stations that have more than 10 bikes", where each has a row for every minute: now, ever, or on average.
fn compares_one_of_many_states(
    query: &QueryTree,
    lattice: &Lattice,
    schema: &SchemaView,
    is_named: &dyn Fn(usize) -> bool,
) -> bool {
    const AT_ANY_TIME: [&str; 8] = ["ever", "had", "once", "any", "some", "been", "was", "were"];
    let at_any_time = (0..lattice.len()).any(|at| AT_ANY_TIME.contains(&lattice.lower(at)));
    let is_state = |condition: &Condition| match condition {
        Condition::Compare { value: Expression::Column(at), .. } | Condition::Between { column: at, .. } => {
            let relation = at.column.relation;
            schema.is_number(at.column) && !schema.event_dates(relation).is_empty() && !is_named(relation)
        }
        _ => false,
    };
    let of_many = query.sources.iter().filter(|source| {
        let step = source.parent.map(|(_, step)| step);
        source.role == SourceRole::Subquery && step.is_some_and(|step| !schema.is_single(step))
    });
    !at_any_time && of_many.into_iter().any(|source| source.conditions.iter().any(is_state))
}

/// "More than 10 bikes" are no different values of how many bikes there are.
fn counts_values_of_a_number(query: &QueryTree, schema: &SchemaView) -> bool {
    let is_held = |condition: &Condition| {
        matches!(condition, Condition::RowCount { distinct: Some(at), .. }
            if schema.is_number(at.column) && !schema.is_key(at.column))
    };
    query.sources.iter().any(|source| source.conditions.iter().any(is_held))
}

/// "Products rated below 3" are so by all their ratings, and not by any one of them, unless reviews are spoken of.
fn tests_one_opinion(
    query: &QueryTree,
    lattice: &Lattice,
    schema: &SchemaView,
    is_named: &dyn Fn(usize) -> bool,
) -> bool {
    if (0..lattice.len()).any(|at| ONE_OF_THEM.contains(&lattice.lower(at))) {
        return false;
    }
    let is_opinion = |condition: &Condition| match condition {
        Condition::Compare { value: Expression::Column(at), .. } | Condition::Between { column: at, .. } => {
            OPINIONS.contains(&schema.last_word(at.column)) && !is_named(at.column.relation)
        }
        _ => false,
    };
    let of_many = query.sources.iter().filter(|source| {
        let step = source.parent.map(|(_, step)| step);
        source.role == SourceRole::Subquery && step.is_some_and(|step| !schema.is_single(step))
    });
    of_many.into_iter().any(|source| source.conditions.iter().any(is_opinion))
}

/// "Which product has the worst rating" is told by all its ratings, and not by a single one.
fn ranks_by_one_opinion(query: &QueryTree, schema: &SchemaView) -> bool {
    let is_of_many = |source: usize| {
        let parent = |at: &usize| query.sources.get(*at).and_then(|one| one.parent).map(|(parent, _)| parent);
        let mut way = std::iter::successors(Some(source), parent);
        way.any(|at| query.sources.get(at).and_then(|one| one.parent).is_some_and(|(_, step)| !schema.is_single(step)))
    };
    let is_opinion = |value: &Expression| matches!(value, Expression::Column(at) if OPINIONS.contains(&schema.last_word(at.column)) && is_of_many(at.source));
    query.limit.is_some() && query.groups.is_empty() && query.order.iter().any(|(value, _)| is_opinion(value))
}

/// "The average quantity per order" may be of an order's lines, or of what they are together.
fn averages_parts_of_a_whole(query: &QueryTree, schema: &SchemaView) -> bool {
    const AMOUNTS: [&str; 8] = ["quantity", "qty", "amount", "total", "units", "pieces", "cost", "volume"];
    let averages = query.outputs.iter().any(|output| match &output.value {
        Expression::Aggregate(Aggregate::Average, at) => {
            at.source == 0 && AMOUNTS.contains(&schema.last_word(at.column))
        }
        _ => false,
    });
    // What happens at a time has parts; who it happens to has many of them.
    let is_whole = |relation: usize| !schema.event_dates(relation).is_empty() && !schema.is_people(relation);
    let of_whole = |group: &Expression| match group {
        Expression::Column(at) => {
            let parent = query.sources.get(at.source).and_then(|source| source.parent);
            let is_part = parent.is_some_and(|(parent, step)| parent == 0 && step.forward);
            is_part && schema.key_columns(at.column.relation) == [at.column] && is_whole(at.column.relation)
        }
        _ => false,
    };
    averages && query.groups.iter().any(of_whole)
}

/// "Invoice numbers created before 1989" are dated by the invoices, and by no shipments that have their numbers.
fn dates_what_only_refers(hypothesis: &Hypothesis, schema: &SchemaView, is_named: &dyn Fn(usize) -> bool) -> bool {
    let query = &hypothesis.query;
    let (base, outputs) = (query.relation(0), query.outputs.as_slice());
    let [output] = outputs else { return false };
    let refers = |value: &Expression| match value {
        Expression::Column(at) if at.source == 0 => {
            schema.key_of_column(at.column).is_some_and(|(_, edge)| edge.to != base)
        }
        Expression::Column(at) => schema.key_columns(at.column.relation) == [at.column],
        _ => false,
    };
    let is_date = |condition: &Condition| {
        matches!(condition, Condition::InTimeRange { column, .. } if column.source == 0)
            || matches!(condition, Condition::Compare { value: Expression::Column(at), .. }
                if at.source == 0 && schema.is_date(at.column))
    };
    let dated = |condition: &Condition| match condition {
        Condition::AnyOf(all) => all.iter().any(is_date),
        one => is_date(one),
    };
    !is_named(base)
        && refers(&output.value)
        && query.sources.first().is_some_and(|source| source.conditions.iter().any(dated))
}

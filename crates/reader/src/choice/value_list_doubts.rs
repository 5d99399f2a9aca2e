//! Several values of one column side by side: "excluding cancelled and returned" denies both, "revenue of novels and phones" is
//! that of either.

use crate::catalog::schema_view::SchemaView;
use crate::lattice::Lattice;
use crate::lattice::lexicon::Category;
use crate::query::tree::{Aggregate, ColumnId, Condition, Expression, Operand, OutputColumn, QueryTree};

/// Words that deny the values after them.
const DENIALS: [&str; 9] = ["not", "excluding", "except", "without", "no", "neither", "nor", "besides", "exclude"];
/// So many words may stand between a denial and the first value.
const NEAR: usize = 4;

/// Whether a reading takes values apart that belong together.
pub fn tears_values_apart(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> bool {
    affirms_what_is_denied(query, lattice)
        || asks_for_two_at_once(query)
        || adds_up_what_holds_both(query, lattice, schema)
}

/// Whether rows of a query within a condition would have to hold two values in one column.
fn asks_for_two_at_once(query: &QueryTree) -> bool {
    let of_part = |output: &OutputColumn| counts_two_at_once(&output.value);
    if query.outputs.iter().any(of_part) {
        return true;
    }
    let of_column = |condition: &Condition| match condition {
        Condition::OneOf { column, values, negated: false } => Some((*column, values.clone())),
        _ => None,
    };
    let holds_two = |inner: &QueryTree| {
        inner.sources.iter().any(|source| {
            let held: Vec<_> = source.conditions.iter().filter_map(of_column).collect();
            let differ = |(at, (one, values)): (usize, &(_, Vec<Operand>))| {
                held.iter().skip(at + 1).any(|(other, others)| other == one && others != values)
            };
            held.iter().enumerate().any(differ)
        })
    };
    query.sources.iter().flat_map(|source| &source.conditions).any(|condition| match condition {
        Condition::InSubquery { query, .. } => holds_two(query) || asks_for_two_at_once(query),
        _ => false,
    })
}

/// Whether what is counted of some rows alone would have to hold two values in one column: a share of nothing.
fn counts_two_at_once(value: &Expression) -> bool {
    match value {
        Expression::Filtered(_, conditions) => conditions.iter().enumerate().any(|(at, one)| {
            conditions.iter().skip(at + 1).any(|other| match (one, other) {
                (
                    Condition::OneOf { column, values, negated: false },
                    Condition::OneOf { column: again, values: others, negated: false },
                ) => column == again && !values.iter().any(|value| others.contains(value)),
                _ => false,
            })
        }),
        Expression::Quotient(one, two) | Expression::Difference(one, two) | Expression::Growth(one, two) => {
            counts_two_at_once(one) || counts_two_at_once(two)
        }
        _ => false,
    }
}

/// Whether of two values that are denied together the second is required.
fn affirms_what_is_denied(query: &QueryTree, lattice: &Lattice) -> bool {
    let affirmed = affirmed_values(query);
    let is_denied = |start: usize| {
        (start.saturating_sub(NEAR)..start).any(|at| {
            let word = lattice.lower(at);
            let between = (at + 1..start).any(|between| !lattice.cell(between).values.is_empty());
            (DENIALS.contains(&word) || word.ends_with("n't")) && !between
        })
    };
    let ties = |at: usize| {
        let one = |category: Category| matches!(category, Category::And | Category::Or | Category::Comma);
        lattice.cell(at).categories.iter().any(|(category, _)| one(*category))
    };
    (0..lattice.len()).filter(|start| is_denied(*start)).any(|start| {
        lattice.cell(start).values.iter().any(|first| {
            let begin = (first.end..first.end + 3).take_while(|at| ties(*at)).last().map(|at| at + 1);
            let second = begin.into_iter().flat_map(|begin| {
                let skipped = usize::from(matches!(lattice.lower(begin), "from" | "in" | "of" | "the"));
                &lattice.cell(begin + skipped).values
            });
            second.into_iter().any(|second| {
                second.target.column == first.target.column
                    && affirmed.contains(&(second.target.column, second.target.value.clone()))
            })
        })
    })
}

/// The values that some row has to hold, whatever else is denied.
fn affirmed_values(query: &QueryTree) -> Vec<(ColumnId, String)> {
    let denied = |scope: usize| {
        let all = query.sources.iter().flat_map(|source| &source.conditions);
        all.into_iter().any(|one| matches!(one, Condition::Exists { source, negated: true } if *source == scope))
    };
    let mut found = Vec::new();
    for (_, source) in query.sources.iter().enumerate().filter(|(number, _)| !denied(query.scope(*number))) {
        source.conditions.iter().for_each(|condition| values_of(condition, &mut found));
    }
    found
}

fn values_of(condition: &Condition, found: &mut Vec<(ColumnId, String)>) {
    match condition {
        Condition::OneOf { column, values, negated: false } => {
            found.extend(values.iter().filter_map(|value| match value {
                Operand::Text(text) => Some((column.column, text.clone())),
                _ => None,
            }));
        }
        Condition::AnyOf(all) => all.iter().for_each(|one| values_of(one, found)),
        _ => {}
    }
}

/// Whether an amount of rows is added up that have related rows of one kind and of another, where nobody said "both".
fn adds_up_what_holds_both(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> bool {
    let sums = |value: &Expression| {
        matches!(value, Expression::Aggregate(Aggregate::Sum | Aggregate::Average, _) | Expression::SumOfProducts(..))
    };
    let both = (0..lattice.len()).any(|at| lattice.lower(at) == "both");
    let mut held: Vec<ColumnId> = Vec::new();
    let mut twice = false;
    for (number, source) in query.sources.iter().enumerate() {
        let is_head = number != 0 && query.scope(number) == number;
        for condition in source.conditions.iter().filter(|_| is_head) {
            if let Condition::OneOf { column, negated: false, .. } = condition
                && (schema.is_text(column.column) || schema.column(column.column).category == 'E')
            {
                twice |= held.contains(&column.column);
                held.push(column.column);
            }
        }
    }
    twice && !both && query.outputs.iter().any(|output| sums(&output.value))
}

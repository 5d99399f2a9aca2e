//! Words that refer to something which the question does not tell: "these films", "the projects launched by the organisation".
//! Whoever asks has certain ones in mind, so that an answer about all of them is no answer.

use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::lattice::Lattice;
use crate::query::tree::{Condition, Expression, QueryTree, SourceRole};

/// Whether a reading leaves open which rows are referred to.
pub fn leaves_open(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> bool {
    points_at_nothing(lattice)
        || points_without_telling(lattice)
        || stands_for_nothing(lattice)
        || joins_any_for_a_certain_one(query, lattice, schema)
        || says_no_more_than_is_asked(query, schema)
}

/// "These films", where no films were spoken of before.
fn points_at_nothing(lattice: &Lattice) -> bool {
    let singular = |at: usize| lattice.words.get(at).map_or("", |word| word.singular.as_str());
    (0..lattice.len()).filter(|at| lattice.lower(*at) == "these").any(|at| {
        let ends = lattice.cell(at + 1).relations.iter().map(|m| m.end);
        let Some(last) = ends.max().and_then(|end| end.checked_sub(1)) else { return false };
        !(0..at).any(|before| singular(before) == singular(last))
    })
}

/// "The orders of those customers", where nothing tells which, before or after: "those customers who …" does.
fn points_without_telling(lattice: &Lattice) -> bool {
    const TELLING: [&str; 14] = [
        "who", "that", "which", "whose", "with", "without", "in", "from", "where", "not", "never", "having", "of",
        "for",
    ];
    let singular = |at: usize| lattice.words.get(at).map_or("", |word| word.singular.as_str());
    (0..lattice.len()).filter(|at| lattice.lower(*at) == "those").any(|at| {
        let Some(end) = lattice.cell(at + 1).relations.iter().map(|m| m.end).max() else { return false };
        let said = (0..at).any(|before| singular(before) == singular(end - 1));
        let told = TELLING.contains(&lattice.lower(end)) || lattice.lower(end).ends_with("ed");
        !said && !told
    })
}

/// "How many orders did they make": nobody was spoken of.
fn stands_for_nothing(lattice: &Lattice) -> bool {
    const PRONOUNS: [&str; 8] = ["they", "their", "them", "his", "her", "its", "he", "she"];
    (0..lattice.len()).filter(|at| PRONOUNS.contains(&lattice.lower(*at))).any(|at| {
        // What somebody did something to is not who did it.
        let asks = at > 0 && matches!(lattice.lower(at - 1), "did" | "do" | "have" | "had");
        let until = if asks { at - 1 } else { at };
        let is_before = |end: usize| if asks { end < until } else { end <= until };
        !(0..until).any(|start| {
            let cell = lattice.cell(start);
            let sure = |cost: u32| cost <= costs::SYNONYMOUS_NAME;
            cell.relations.iter().any(|m| sure(m.cost) && is_before(m.end))
                || cell.columns.iter().any(|m| sure(m.cost) && is_before(m.end))
                || cell.values.iter().any(|m| sure(m.cost) && is_before(m.end))
        })
    })
}

/// "Launched by the organisation": one is meant, but nothing says which, and the reading has all that have any.
fn joins_any_for_a_certain_one(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> bool {
    let plain = query.groups.is_empty()
        && query.order.is_empty()
        && query.having.is_empty()
        && query.sources.iter().all(|source| source.conditions.is_empty());
    let is_shown = |number: usize| {
        query.outputs.iter().any(|output| match &output.value {
            Expression::Column(at) | Expression::Aggregate(_, at) => at.source == number,
            Expression::CountRows => false,
            _ => true,
        })
    };
    let is_certain = |relation: usize| {
        (0..lattice.len()).filter(|at| lattice.lower(*at) == "the").any(|at| {
            let named =
                |m: &crate::catalog::name_index::Mention<usize>| m.target == relation && !lattice.is_plural(m.end);
            lattice.cell(at + 1).relations.iter().any(named) && schema.relation(relation).columns.len() > 1
        })
    };
    plain
        && query.sources.iter().enumerate().any(|(number, source)| {
            let leads_on = query.sources.iter().any(|other| other.parent.is_some_and(|(parent, _)| parent == number));
            let joined = matches!(source.role, SourceRole::Join { .. });
            joined && !leads_on && !is_shown(number) && is_certain(source.relation)
        })
}

/// "The names of all tracks in 'Balls to the Wall'" asks for no name that it tells.
fn says_no_more_than_is_asked(query: &QueryTree, schema: &SchemaView) -> bool {
    let conditions = query.sources.first().map_or(&[] as &[Condition], |base| base.conditions.as_slice());
    let is_told = |value: &Expression| {
        let Expression::Column(at) = value else { return false };
        !schema.is_key(at.column)
            && conditions.iter().any(|condition| {
                matches!(condition, Condition::OneOf { column, values, negated: false } if column == at && values.len() == 1)
            })
    };
    query.groups.is_empty() && !query.outputs.is_empty() && query.outputs.iter().all(|output| is_told(&output.value))
}

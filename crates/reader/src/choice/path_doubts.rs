//! Paths between relations that a reading takes although the question speaks of no relation on them, or of another path.

use crate::catalog::key_roles;
use crate::catalog::schema_view::SchemaView;
use crate::lattice::Lattice;
use crate::lattice::lexicon::Category;
use crate::query::tree::{ColumnId, QueryTree, Source};

/// Whether a reading reaches rows over a relation they share with the rows at hand ("siblings": the endowments of the
/// school that a budget is of), and the question names neither the shared relation nor those rows, or there is a relation
/// whose rows tie the two together one by one. `is_named` tells which relations the question names.
pub fn goes_over_siblings(query: &QueryTree, schema: &SchemaView, is_named: impl Fn(usize) -> bool) -> bool {
    query.sources.iter().any(|source| {
        let Some((from, shared)) = siblings(source, query, schema) else { return false };
        let used = !shared.conditions.is_empty() || is_named(shared.relation);
        !used && (!is_named(source.relation) || is_tied(from, source.relation, schema))
    })
}

/// The relation that a source is reached from over one that both refer to, and the source of that one.
fn siblings<'q>(source: &Source, query: &'q QueryTree, schema: &SchemaView) -> Option<(usize, &'q Source)> {
    let (parent, step) = source.parent?;
    let shared = query.sources.get(parent)?;
    let (base, up) = shared.parent?;
    let from = query.relation(base);
    let down = !step.forward && !schema.is_single(step);
    (up.forward && down && from != source.relation).then_some((from, shared))
}

/// Whether the rows of one relation refer to both of two others.
fn is_tied(one: usize, other: usize, schema: &SchemaView) -> bool {
    schema.keys_to(one).any(|(_, edge)| schema.keys_of(edge.from).any(|(_, key)| key.to == other))
}

/// Whether a verb beside a join says a role that a column of one of its sides is called by, and the join goes by another
/// key: "employees who manage a department" are no employees of departments where these have a `manager_id`.
pub fn passes_a_role(query: &QueryTree, lattice: &Lattice, schema: &SchemaView) -> bool {
    let sides = |source: &Source| {
        let edge = source.parent.and_then(|(_, step)| schema.edge(step))?;
        let names = edge.columns.iter().flat_map(|(from, to)| [from.clone(), to.clone()]).collect::<Vec<_>>();
        Some(([edge.from, edge.to], names))
    };
    // Whoever climbs is a climber where there are climbers, and no role of another's.
    let is_thing = |role: &String| {
        let last = |source: &Source| schema.relation_words(source.relation).last().map(|last| words::singular(last));
        query.sources.iter().any(|source| last(source).as_ref() == Some(role))
    };
    let is_role = |id: ColumnId, verb: &str| match schema.words(id) {
        [role, end] if end == "id" => !is_thing(role) && key_roles::agent(role) == key_roles::agent(verb),
        _ => false,
    };
    let verbs = || {
        (0..lattice.len())
            .filter(|at| lattice.cell(*at).categories.iter().any(|(one, _)| *one == Category::RelationVerb))
    };
    let links: Vec<_> = query.sources.iter().filter_map(sides).collect();
    let used = |id: ColumnId| {
        links.iter().any(|(sides, names)| sides.contains(&id.relation) && names.contains(&schema.column(id).name))
    };
    verbs().any(|verb| {
        let base = [query.relation(0)];
        let sides = links.iter().flat_map(|(sides, _)| sides).chain(&base);
        let columns: Vec<_> = sides.flat_map(|side| schema.columns(*side)).collect();
        let mut roles = columns.into_iter().map(|(id, _)| id).filter(|id| is_role(*id, lattice.lower(verb))).peekable();
        roles.peek().is_some() && !roles.any(used)
    })
}

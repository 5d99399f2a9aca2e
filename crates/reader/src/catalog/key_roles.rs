//! Several foreign keys to the same relation: which of them a question means, told by the role in the key's name.
//!
//! "Tickets assigned to Anna" means `assigned_to` and not `created_by`. Where no key's role is said, all remain, and the
//! question is ambiguous.

use crate::catalog::comments;
use crate::catalog::join_graph::JoinEdge;
use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::lattice::Lattice;

/// Words of a key's name that tell no role.
const NO_ROLE: [&str; 12] = ["id", "by", "to", "for", "from", "of", "key", "code", "no", "fk", "ref", "on"];

/// Whether no join of a hypothesis follows a key whose role is not said while the role of a rival is.
pub fn fit(hypothesis: &Hypothesis, lattice: &Lattice, schema: &SchemaView) -> bool {
    hypothesis.query.sources.iter().filter(|source| source.ambiguous_path).all(|source| {
        let Some((number, edge)) = source.parent.and_then(|(_, step)| Some((step.edge, schema.edge(step)?))) else {
            return true;
        };
        let rivals = schema.keys_of(edge.from).filter(|(other, rival)| *other != number && rival.to == edge.to);
        // "Employees who manage a department": of two keys between them, in either direction.
        let back = schema.keys_of(edge.to).filter(|(_, rival)| rival.to == edge.from);
        let mut said = rivals.chain(back).filter(|(_, rival)| is_said(rival, lattice, schema)).peekable();
        said.peek().is_none() || is_said(edge, lattice, schema)
    })
}

/// Whether the question has a word of the role that a key's name tells. The words of the relation it refers to are none, nor are
/// those that name the rows at hand: "customers" say nothing of a customer success manager.
fn is_said(edge: &JoinEdge, lattice: &Lattice, schema: &SchemaView) -> bool {
    let stem = |word: &str| words::stem(&words::singular(word));
    let of_rows = schema.relation(edge.to).comment.as_deref().map(comments::names).unwrap_or_default();
    let owner = words::identifier_words(&schema.relation(edge.to).name).into_iter();
    let owner: Vec<String> = owner.chain(of_rows.iter().flat_map(|name| name.split(' ').map(str::to_owned))).collect();
    let owner: Vec<String> = owner.iter().map(|word| stem(word)).collect();
    let columns: Vec<_> = edge.columns.iter().filter_map(|(from, _)| schema.column_named(edge.from, from)).collect();
    let remarks = columns.iter().flat_map(|id| comments::telling_words(schema.column(*id)));
    let spelled = columns.iter().flat_map(|id| schema.words(*id).iter().cloned());
    let names = edge.columns.iter().flat_map(|(from, _)| words::identifier_words(from)).chain(spelled).chain(remarks);
    let roles: Vec<String> = names
        .filter(|word| !NO_ROLE.contains(&word.as_str()))
        .map(|word| stem(&word))
        .filter(|role| !owner.contains(role))
        .collect();
    let does = |word: &str| roles.iter().any(|role| agent(role) == agent(word));
    let names_rows = |at: usize| {
        let mentions = &lattice.cell(at).relations;
        mentions.iter().any(|m| m.target == edge.from && m.end == at + 1 && m.cost <= costs::OWN_WORDS)
    };
    let said = (0..lattice.len()).filter(|at| !names_rows(*at)).map(|at| stem(lattice.lower(at)));
    said.into_iter().any(|word| roles.contains(&word) || does(&word))
}

/// The stem that a verb and the noun for whoever does it have in common: "manag" of "manages" and of "manager".
pub fn agent(word: &str) -> String {
    let stem = words::stem(&words::singular(word));
    stem.trim_end_matches('e').trim_end_matches("er").trim_end_matches("or").to_owned()
}

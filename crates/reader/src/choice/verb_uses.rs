//! Words that may be verbs, but are something else where they stand.

use crate::choice::costs;
use crate::lattice::Lattice;
use crate::lattice::lexicon::Category;

/// Whether a word that may be a verb has to be a noun after a preposition, which tells a state: "orders on hold".
pub fn follows_preposition(position: usize, lattice: &Lattice) -> bool {
    let word = lattice.lower(position);
    let before = position.checked_sub(1).map_or("", |at| lattice.lower(at));
    let helps = matches!(word, "have" | "has" | "had" | "do" | "does" | "did" | "be" | "been" | "through");
    let last = position + 1 == lattice.len();
    let inflected = word.ends_with("ed") || word.ends_with("ing") && !last;
    matches!(before, "on" | "in" | "under" | "at" | "off") && !helps && !inflected
}

/// Whether a participle stands before a noun as its adjective: "a running subscription".
pub fn is_attributive(position: usize, lattice: &Lattice) -> bool {
    let word = lattice.lower(position);
    let next = lattice.cell(position + 1);
    let before = position.checked_sub(1).map(|at| &lattice.cell(at).categories);
    let opens = |one: &Category| {
        matches!(
            one,
            Category::Article | Category::All | Category::HowMany | Category::Without | Category::No | Category::Each
        )
    };
    let ties = || {
        const TIES: [&str; 14] =
            ["with", "of", "in", "from", "for", "at", "on", "by", "to", "per", "without", "than", "our", "between"];
        position.checked_sub(1).is_some_and(|at| TIES.contains(&lattice.lower(at)))
    };
    (word.ends_with("ing") || word.ends_with("ed"))
        && next.relations.iter().any(|mention| mention.cost <= costs::OWN_WORDS)
        && (before.is_none_or(|before| before.iter().any(|(one, _)| opens(one))) || ties())
}

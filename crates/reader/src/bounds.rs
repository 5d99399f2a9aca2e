//! How much of a schema one word of a question may mean, and how long the work between two looks for interrupts may be.
//!
//! An owner of tables chooses their names, comments and labels, and others ask questions beside them. Ten thousand columns of one
//! name, or of one label, are legal; what compares each meaning of a word with each other would then take minutes, and no cancel
//! would end it. Two rules hold against that:
//!
//! 1. A cell of the lattice holds no more than [`MOST_MEANINGS`] relations, columns or values each, and what is made of two of them
//!    no more again. What compares one of them with the others is done in a moment.
//! 2. What walks through relations, columns, keys or cells gets them from [`SchemaView`] or [`Lattice`], which look for
//!    interrupts each time. Once one has come they have nothing more, so that every loop runs out.
//!
//! [`SchemaView`]: crate::catalog::schema_view::SchemaView
//! [`Lattice`]: crate::lattice::Lattice

use std::collections::HashMap;

use crate::catalog::name_index::Mention;

/// Of more relations, columns or values that may begin at one word, some are left out. A schema that people ask about has some
/// hundred where each of its tables has a name or a state.
pub const MOST_MEANINGS: usize = 1_000;

/// So many are collected before some are left out.
const MOST_COLLECTED: usize = 8 * MOST_MEANINGS;

/// Whether some of the mentions are to be left out before more are collected.
pub fn is_full<T>(mentions: &[Mention<T>]) -> bool {
    mentions.len() >= MOST_COLLECTED
}

/// Where there are too many mentions, keeps the cheapest of each relation, then the next of each, and so on: whoever owns a relation
/// takes no place from others. The cheapest come first then; else nothing changes.
pub fn keep_most<T>(mentions: &mut Vec<Mention<T>>, relation: impl Fn(&T) -> usize) {
    if mentions.len() <= MOST_MEANINGS {
        return;
    }
    mentions.sort_by_key(|mention| mention.cost);
    let mut met: HashMap<usize, usize> = HashMap::new();
    let mut placed: Vec<(usize, Mention<T>)> = Vec::with_capacity(mentions.len());
    for mention in mentions.drain(..) {
        let place = met.entry(relation(&mention.target)).or_default();
        placed.push((*place, mention));
        *place += 1;
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.truncate(MOST_MEANINGS);
    placed.sort_by_key(|(_, mention)| mention.cost);
    mentions.extend(placed.into_iter().map(|(_, mention)| mention));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mention(target: (usize, usize), cost: u32) -> Mention<(usize, usize)> {
        Mention { target, end: 1, cost, qualified: false }
    }

    #[test]
    fn few_mentions_stay_as_they_are() {
        let mut few: Vec<_> = (0..MOST_MEANINGS).map(|at| mention((0, at), (at % 7) as u32)).collect();
        let before = few.clone();
        keep_most(&mut few, |target| target.0);
        assert_eq!(few, before);
    }

    #[test]
    fn a_relation_of_many_takes_no_place_from_others() {
        let mut many: Vec<_> = (0..5_000).map(|at| mention((0, at), 0)).collect();
        many.push(mention((1, 0), 3));
        many.push(mention((2, 0), 1));
        keep_most(&mut many, |target| target.0);
        assert_eq!(many.len(), MOST_MEANINGS);
        assert_eq!(many.first(), Some(&mention((0, 0), 0)));
        assert_eq!(&many[MOST_MEANINGS - 2..], [mention((2, 0), 1), mention((1, 0), 3)]);
    }
}

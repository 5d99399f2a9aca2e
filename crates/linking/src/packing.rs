//! What of a ranked catalog fits a budget: the nearest relations in full, the next with the names of their columns, and
//! the bare names of the rest, so that a model can ask for what it misses.
//!
//! Independent of how any of it is written: the caller says what a piece costs, in tokens or in whatever the budget is
//! counted by.

use crate::relation::{Check, Interrupted};

/// How much of a relation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only `schema.table`.
    Name,
    /// One line with the names of the columns.
    Line,
    /// Everything.
    Full,
}

/// A relation as it is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its place in the ranking.
    pub place: usize,
    pub level: Level,
    /// Positions of the columns that are shown, in order; `None` means all of them.
    pub columns: Option<Vec<u16>>,
}

/// What packing has to know of a ranked relation.
pub trait Pieces {
    /// How many columns it has; `None` where it is gone.
    fn columns(&self, place: usize) -> Option<u16>;
    /// Columns that a statement needs to join it: of keys and of foreign keys.
    fn keys(&self, place: usize) -> Vec<u16>;
    /// Columns that the question's words or values met, the most telling first.
    fn matched(&self, place: usize) -> Vec<u16>;
    /// The cost of showing it like this.
    fn cost(&self, shown: &Shown) -> usize;
}

/// How a budget is shared out.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// The part of the budget for full blocks, of 100.
    pub full: usize,
    /// The part that full blocks and lines may use together, of 100.
    pub lines: usize,
    /// A wider relation shows its keys, what matched, and then its first columns up to so many.
    pub wide: u16,
    /// Bare names at most.
    pub names: usize,
    /// After so many in a row that do not fit, the rest does not either.
    pub misses: usize,
}

impl Default for Shares {
    fn default() -> Self {
        Self { full: 50, lines: 92, wide: 16, names: 200, misses: 20 }
    }
}

/// Chooses what of the first `count` relations of a ranking is shown within `budget`, in the order of the ranking.
pub fn pack(
    count: usize,
    budget: usize,
    pieces: &dyn Pieces,
    shares: &Shares,
    check: Check<'_>,
) -> Result<Vec<Shown>, Interrupted> {
    let mut chosen: Vec<Option<Shown>> = vec![None; count];
    let mut used = 0;
    for (level, share) in [(Level::Full, shares.full), (Level::Line, shares.lines), (Level::Name, 100)] {
        let goal = budget.saturating_mul(share) / 100;
        // The last block may take what is left: a large one that is near beats several that are far.
        let most = if level == Level::Full { budget } else { goal };
        let (mut misses, mut names) = (0, 0);
        for (place, choice) in chosen.iter_mut().enumerate() {
            check()?;
            if used >= goal || misses > shares.misses || (level == Level::Name && names >= shares.names) {
                break;
            }
            let Some(columns) = pieces.columns(place).filter(|_| choice.is_none()) else { continue };
            let shown = Shown { place, level, columns: kept(place, level, columns, pieces, shares) };
            let cost = pieces.cost(&shown);
            if used + cost <= most {
                used += cost;
                misses = 0;
                names += 1;
                *choice = Some(shown);
            } else if level != Level::Full {
                misses += 1;
            }
        }
    }
    Ok(chosen.into_iter().flatten().collect())
}

/// The columns of a wide relation that are shown in full.
fn kept(place: usize, level: Level, columns: u16, pieces: &dyn Pieces, shares: &Shares) -> Option<Vec<u16>> {
    if level != Level::Full || columns <= shares.wide {
        return None;
    }
    let mut kept: Vec<u16> = pieces.keys(place);
    kept.extend(pieces.matched(place));
    kept.sort_unstable();
    kept.dedup();
    let missing = usize::from(shares.wide).saturating_sub(kept.len());
    let others: Vec<u16> = (0..columns).filter(|column| kept.binary_search(column).is_err()).take(missing).collect();
    kept.extend(others);
    kept.sort_unstable();
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relations of so many columns each: a block costs ten a column, a line two, a name one.
    struct Columns(Vec<u16>);

    impl Pieces for Columns {
        fn columns(&self, place: usize) -> Option<u16> {
            self.0.get(place).copied().filter(|columns| *columns > 0)
        }

        fn keys(&self, _: usize) -> Vec<u16> {
            vec![0, 1]
        }

        fn matched(&self, _: usize) -> Vec<u16> {
            vec![40, 1]
        }

        fn cost(&self, shown: &Shown) -> usize {
            let columns = shown.columns.as_ref().map_or(usize::from(self.0[shown.place]), Vec::len);
            match shown.level {
                Level::Full => columns * 10,
                Level::Line => columns * 2,
                Level::Name => 1,
            }
        }
    }

    fn packed(columns: &[u16], budget: usize) -> Vec<Shown> {
        let pieces = Columns(columns.to_vec());
        pack(columns.len(), budget, &pieces, &Shares::default(), &mut || Ok(())).expect("never interrupted")
    }

    fn cost(columns: &[u16], shown: &[Shown]) -> usize {
        let pieces = Columns(columns.to_vec());
        shown.iter().map(|one| pieces.cost(one)).sum()
    }

    #[test]
    fn the_nearest_in_full_then_lines_then_names() {
        let columns = vec![10; 400];
        let shown = packed(&columns, 1000);
        let count = |level: Level| shown.iter().filter(|one| one.level == level).count();
        assert_eq!([Level::Full, Level::Line, Level::Name].map(count), [5, 21, 80]);
        assert!(shown.is_sorted_by_key(|one| (std::cmp::Reverse(one.level), one.place)));
        assert!(cost(&columns, &shown) <= 1000);
        assert_eq!(packed(&columns, 100_000).len(), 400);
        assert!(packed(&columns, 100_000).iter().all(|one| one.level == Level::Full));
        assert!(packed(&columns, 0).is_empty());
    }

    #[test]
    fn wide_relations_keep_keys_and_what_matched() {
        let shown = packed(&[60, 5], 1000);
        let kept = shown[0].columns.as_ref().expect("not all");
        assert_eq!(kept.len(), 16);
        assert!([0, 1, 40].iter().all(|column| kept.contains(column)) && kept.is_sorted());
        assert_eq!(shown[1].columns, None);
    }

    #[test]
    fn what_does_not_fit_or_is_gone_makes_room() {
        let shown = packed(&[0, 200, 3, 90], 40);
        assert!(shown.iter().all(|one| one.place != 0));
        assert_eq!(shown.iter().find(|one| one.place == 2).map(|one| one.level), Some(Level::Full));
        assert!(cost(&[0, 200, 3, 90], &shown) <= 40);
    }

    #[test]
    fn the_callback_ends_it() {
        let mut stop = || Err(Interrupted);
        assert_eq!(pack(3, 100, &Columns(vec![1; 3]), &Shares::default(), &mut stop), Err(Interrupted));
    }
}

//! Where columns stand among those that the caller sees.

use crate::{Check, Interrupted, Ranked};

/// Counts, for the columns that words of a question were found in, those before them that are not hidden. Each column of a relation
/// is asked about once, whatever number of words is found in it: its owner may have thousands of such columns.
pub fn count_seen(
    ranked: &mut [Ranked],
    hidden: &dyn Fn(u32, u16) -> bool,
    check: Check<'_>,
) -> Result<(), Interrupted> {
    for one in ranked {
        check()?;
        let last = one.matches.iter().filter_map(|found| found.column).max();
        let mut seen: Vec<u16> = Vec::with_capacity(last.map_or(0, |last| usize::from(last) + 1));
        let mut count = 0;
        for column in last.map(|last| 0..=last).into_iter().flatten() {
            seen.push(count);
            count += u16::from(!hidden(one.oid, column));
        }
        for column in one.matches.iter_mut().filter_map(|found| found.column.as_mut()) {
            *column = seen.get(usize::from(*column)).copied().unwrap_or(*column);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Match, Place};
    use std::cell::Cell;

    fn relation(oid: u32, columns: &[Option<u16>]) -> Ranked {
        let found = |column: &Option<u16>| Match {
            asked: "apples".into(),
            found: "apple".into(),
            place: Place::Column,
            column: *column,
            weight: 1.0,
        };
        Ranked { oid, score: 1.0, matches: columns.iter().map(found).collect(), neighbours: Vec::new() }
    }

    #[test]
    fn columns_stand_among_those_that_are_seen() {
        let mut ranked = [relation(1, &[Some(4), None, Some(0), Some(2)]), relation(2, &[Some(4)])];
        count_seen(&mut ranked, &|oid, column| oid == 1 && matches!(column, 1 | 3), &mut || Ok(())).unwrap();
        let columns = |one: &Ranked| one.matches.iter().map(|found| found.column).collect::<Vec<_>>();
        assert_eq!(columns(&ranked[0]), [Some(2), None, Some(0), Some(1)]);
        assert_eq!(columns(&ranked[1]), [Some(4)]);
    }

    #[test]
    fn each_column_is_asked_about_once_and_each_relation_can_be_the_last() {
        let columns: Vec<Option<u16>> = (0..1_600).map(Some).collect();
        let mut ranked: Vec<Ranked> = (0..40).map(|oid| relation(oid, &columns)).collect();
        let (asked, checks) = (Cell::new(0), Cell::new(0));
        let hidden = |_, column| {
            asked.set(asked.get() + 1);
            column == 0
        };
        let mut check = || {
            checks.set(checks.get() + 1);
            if checks.get() > 30 { Err(Interrupted) } else { Ok(()) }
        };
        assert_eq!(count_seen(&mut ranked, &hidden, &mut check), Err(Interrupted));
        assert_eq!(asked.get(), 30 * 1_600);
    }
}

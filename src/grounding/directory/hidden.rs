//! Which relations and columns security labels hide, whoever asks.
//!
//! One owner may have labelled hundreds of thousands of columns. So only labels that hide are read, of relations that somebody may
//! read who asks, those with the fewest labels first, and for so long a question. What has not been read yet counts as hidden, and so
//! do an owner's relations beyond so many labels.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::grounding::oid_literal;
use crate::pg::host::{catalog_stamps, invalidation, label_provider};
use crate::pg::running::query;

/// Labels are read for so long a question; the rest of them at the next.
const TIME: Duration = Duration::from_millis(300);
/// So many labels or relations in one query, and so many milliseconds at most: where an owner's take longer, all of theirs that are
/// still to be read stay hidden until some label changes.
const AT_ONCE: usize = 1000;
const MOST_MILLISECONDS: i32 = 1000;
/// Of one owner, so many labels are read at most.
const MOST_OF_OWNER: usize = 20_000;

/// A relation with the number of its labels that hide something.
type Labelled = (usize, u32);

/// What labels were read with: their stamp, as SECURITY LABEL sends no message, and the generation, as labels hold for parents
/// and children too; `None` where there are none.
pub type ReadAt = Option<(u64, u64)>;

#[derive(Default)]
pub struct Hidden {
    pub read_at: ReadAt,
    /// Changes with every label. What parents and children have of them changes with messages of the server.
    pub fingerprint: u64,
    /// The relations with labels that hide something and have not been read yet, with their owner and how many labels they have.
    unread: HashMap<u32, (u32, usize)>,
    relations: HashSet<u32>,
    columns: HashMap<u32, HashSet<u16>>,
}

impl Hidden {
    /// Brings them up to date for whoever may read these relations. Costs a look at the first row of pg_seclabel where there are
    /// no labels.
    pub fn refresh(&mut self, is_readable: impl Fn(u32) -> bool) -> Result<(), Error> {
        if !label_provider::exist() {
            *self = Self::default();
            return Ok(());
        }
        let stamp = catalog_stamps::of_security_labels();
        let read_at = Some((stamp, invalidation::generation()));
        if self.read_at != read_at {
            *self = Self { read_at, fingerprint: stamp, unread: labelled()?, ..Self::default() };
            let all: Vec<u32> = owners(&self.unread, |_| true).into_iter().flat_map(too_many).collect();
            self.give_up(all.iter());
        }
        self.read(is_readable)
    }

    fn read(&mut self, is_readable: impl Fn(u32) -> bool) -> Result<(), Error> {
        let started = Instant::now();
        for relations in owners(&self.unread, is_readable) {
            let mut rest = relations.as_slice();
            while !rest.is_empty() && started.elapsed() < TIME {
                let (now, later) = rest.split_at(how_many(rest));
                rest = later;
                let oids: Vec<u32> = now.iter().map(|(_, oid)| *oid).collect();
                match self.read_some(&oids) {
                    Err(Error::OwnQueryTimedOut { .. }) => {
                        let left = oids.iter().chain(rest.iter().map(|(_, oid)| oid));
                        self.give_up(left);
                        break;
                    }
                    done => done?,
                }
            }
        }
        Ok(())
    }

    fn read_some(&mut self, oids: &[u32]) -> Result<(), Error> {
        const SQL: &str =
            concat!(include_str!("hidden_asked.sql"), include_str!("../labels.sql"), include_str!("hidden.sql"));
        let rows = query::rows_within(MOST_MILLISECONDS, SQL, &[Some(&oid_literal(oids))])?;
        for row in rows {
            let [Some(relation), position] = row.as_slice() else { continue };
            let Ok(relation) = relation.parse() else { continue };
            match position.as_ref().and_then(|position| position.parse().ok()) {
                Some(column) => drop(self.columns.entry(relation).or_default().insert(column)),
                None => drop(self.relations.insert(relation)),
            }
        }
        self.unread.retain(|oid, _| !oids.contains(oid));
        Ok(())
    }

    fn give_up<'o>(&mut self, oids: impl Iterator<Item = &'o u32>) {
        for oid in oids {
            self.unread.remove(oid);
            self.relations.insert(*oid);
        }
    }

    pub fn is_hidden(&self, relation: u32) -> bool {
        self.relations.contains(&relation) || self.unread.contains_key(&relation)
    }

    /// Whether some relations have hidden columns.
    pub fn has_columns(&self) -> bool {
        !self.columns.is_empty()
    }

    pub fn is_hidden_column(&self, relation: u32, column: u16) -> bool {
        self.columns.get(&relation).is_some_and(|columns| columns.contains(&column))
    }
}

/// The relations that labels hide something of, with their owner and how many such labels they have.
fn labelled() -> Result<HashMap<u32, (u32, usize)>, Error> {
    let relation = |row: query::Row| {
        let [oid, owner, labels] = <[Option<String>; 3]>::try_from(row).ok()?;
        Some((oid?.parse().ok()?, (owner?.parse().ok()?, labels?.parse().ok()?)))
    };
    Ok(query::rows(include_str!("hidden_relations.sql"), &[])?.into_iter().filter_map(relation).collect())
}

/// The relations of each owner, those of whom has the fewest labels first, and in that order.
fn owners(unread: &HashMap<u32, (u32, usize)>, is_wanted: impl Fn(u32) -> bool) -> Vec<Vec<Labelled>> {
    let mut owners: BTreeMap<u32, Vec<Labelled>> = BTreeMap::new();
    for (oid, (owner, labels)) in unread.iter().filter(|(oid, _)| is_wanted(**oid)) {
        owners.entry(*owner).or_default().push((*labels, *oid));
    }
    let mut owners: Vec<Vec<Labelled>> = owners.into_values().collect();
    owners.iter_mut().for_each(|relations| relations.sort_unstable());
    owners.sort_by_key(|relations| relations.iter().map(|(labels, _)| labels + 1).sum::<usize>());
    owners
}

/// Those of an owner's relations that are too many to read.
fn too_many(relations: Vec<Labelled>) -> impl Iterator<Item = u32> {
    let mut labels = 0;
    let is_beyond = move |(count, _): &Labelled| {
        labels += count;
        labels > MOST_OF_OWNER
    };
    relations.into_iter().filter(is_beyond).map(|(_, oid)| oid)
}

/// How many of these relations, which have so many labels, are read at once.
fn how_many(relations: &[Labelled]) -> usize {
    let mut labels = 0;
    let fits = relations.iter().take_while(|(count, _)| {
        labels += count + 1;
        labels <= AT_ONCE
    });
    fits.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_with_more_labels_than_are_read_at_once_is_read_alone() {
        assert_eq!(how_many(&[(1, 7), (500, 8), (600, 9)]), 2);
        assert_eq!(how_many(&[(5000, 7), (6000, 8)]), 1);
    }

    #[test]
    fn an_owners_smaller_relations_are_read_and_the_rest_is_hidden() {
        let unread = HashMap::from([(1, (10, 5)), (2, (10, MOST_OF_OWNER)), (3, (10, 7)), (4, (11, MOST_OF_OWNER))]);
        let owners = owners(&unread, |_| true);
        assert_eq!(owners, [vec![(MOST_OF_OWNER, 4)], vec![(5, 1), (7, 3), (MOST_OF_OWNER, 2)]]);
        assert_eq!(owners.into_iter().flat_map(too_many).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let mut hidden = Hidden { unread: HashMap::from([(7, (10, 1)), (8, (10, 1))]), ..Hidden::default() };
        assert!(hidden.is_hidden(7) && !hidden.is_hidden(9));
        hidden.give_up([7].iter());
        assert!(hidden.is_hidden(7) && !hidden.unread.contains_key(&7));
    }
}

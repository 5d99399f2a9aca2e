//! The detail of chosen relations, exact and as the caller may see it: columns with types, keys, checks, statistics.
//!
//! It is read for many relations at once and kept for each, for the caller it was read for, until the server announces a change
//! of what it tells: see [`invalidation`]. What changes without a message is read anew for every question: see [`moment`].

pub mod moment;
mod placements;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde::Deserialize;

use super::values::Entry as Target;
use super::{LOCK_NOT_AVAILABLE, array_literal, oid_literal, unreadable};
use crate::error::Error;
use crate::pg::host::invalidation::{self, Changes};
use crate::pg::running::query;
use crate::settings::Scope;
use schema::Relation;

/// So many bytes of details are kept, by the length of their documents and what is known of their values; what was used last.
const MAX_KEPT: usize = 6_000_000;

/// What the query tells of a relation.
#[derive(Deserialize)]
struct Document {
    relation: Relation,
    /// The numbers of its columns.
    numbers: Vec<i16>,
    /// Types of users that its columns have, those behind domains, and those in arrays.
    types: Vec<u32>,
    bases: Vec<u32>,
    elements: Vec<u32>,
    /// What its foreign keys refer to.
    referenced: Vec<u32>,
}

/// A relation, but for its comments and whether a bare name finds it.
#[derive(Debug)]
pub struct Detail {
    pub relation: Relation,
    /// The numbers of its columns, in their order.
    pub numbers: Vec<i16>,
    referenced: Vec<u32>,
    types: Vec<u32>,
    statistics: Vec<u32>,
    has_enum: bool,
    /// The length of its document.
    length: usize,
    /// What is known for looking up values in it, once that was read.
    target: OnceCell<Rc<Target>>,
}

impl Detail {
    pub fn target(&self) -> Option<Rc<Target>> {
        self.target.get().cloned()
    }

    /// Keeps what was read for looking up values.
    pub fn keep_target(&self, target: Rc<Target>) {
        // Nobody reads it twice.
        let _ = self.target.set(target);
    }

    fn bytes(&self) -> usize {
        self.length + self.target.get().map_or(0, |target| target.bytes())
    }

    fn of(document: Document, length: usize) -> Self {
        let Document { relation, numbers, types, bases, elements, referenced } = document;
        let types = types.into_iter().chain(bases).chain(elements).collect::<HashSet<u32>>();
        let both = |number: &i16| {
            [false, true].map(|inherited| invalidation::statistics_hash(relation.oid, *number, inherited))
        };
        Self {
            types: types.into_iter().map(invalidation::type_hash).collect(),
            statistics: numbers.iter().flat_map(both).collect(),
            has_enum: relation.columns.iter().any(|column| !column.labels.is_empty()),
            relation,
            numbers,
            referenced,
            length,
            target: OnceCell::new(),
        }
    }

    /// Whether it may tell something else now.
    fn is_changed_by(&self, changes: &Changes) -> bool {
        let is_named = |named: &HashSet<u32>, all: bool, own: &[u32]| all || own.iter().any(|one| named.contains(one));
        changes.relations.contains(&self.relation.oid)
            || is_named(&changes.relations, false, &self.referenced)
            || (changes.enums && self.has_enum)
            || is_named(&changes.types, changes.all_types && !self.types.is_empty(), &self.types)
            || is_named(&changes.statistics, changes.all_statistics, &self.statistics)
    }
}

/// What a detail depends on besides its relation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reader {
    pub role: u32,
    pub schemas: String,
    pub servers: String,
    pub row_security: String,
    pub time_zone: String,
    pub labels: u64,
    pub with_values: bool,
}

impl Reader {
    pub fn new(scope: &Scope<'_>, moment: &moment::Moment, labels: u64, with_values: bool) -> Self {
        Self {
            role: query::current_role().to_u32(),
            schemas: array_literal(scope.schemas),
            servers: array_literal(scope.allow_servers),
            row_security: moment.row_security.clone(),
            time_zone: moment.time_zone.clone(),
            labels,
            with_values,
        }
    }
}

/// Details by relation, with when they were last used.
type ByRelation = HashMap<u32, (Rc<Detail>, u64)>;

/// The details that the session keeps.
#[derive(Default)]
pub struct Details {
    kept: HashMap<Reader, ByRelation>,
    /// Counts the questions.
    clock: u64,
}

impl Details {
    /// Drops what may tell something else now.
    pub fn forget(&mut self, changes: &Changes) {
        if changes.everything || changes.schemas || changes.roles {
            self.kept.clear();
        } else if !changes.is_empty() {
            self.retain(|detail, _| !detail.is_changed_by(changes));
        }
    }

    fn retain(&mut self, keep: impl Fn(&Detail, u64) -> bool) {
        for details in self.kept.values_mut() {
            details.retain(|_, (detail, used)| keep(detail, *used));
        }
        self.kept.retain(|_, details| !details.is_empty());
    }

    /// The details of these relations, in their order; without those that the reader may know nothing of.
    pub fn of(&mut self, oids: &[u32], reader: &Reader) -> Result<Vec<Rc<Detail>>, Error> {
        self.clock += 1;
        let known = self.kept.get(reader);
        let missing: Vec<u32> =
            oids.iter().filter(|oid| known.is_none_or(|known| !known.contains_key(oid))).copied().collect();
        let mut passing = HashMap::new();
        if !missing.is_empty() {
            let (details, is_complete) = read(&missing, reader)?;
            let details = details.into_iter().map(|detail| (detail.relation.oid, (Rc::new(detail), self.clock)));
            if is_complete {
                let kept = self.kept.entry(reader.clone()).or_default();
                kept.extend(details);
            } else {
                passing.extend(details);
            }
        }
        let mut found = Vec::with_capacity(oids.len());
        let mut kept = self.kept.get_mut(reader);
        for oid in oids {
            let kept = kept.as_mut().and_then(|kept| kept.get_mut(oid));
            if let Some((detail, used)) = kept.or_else(|| passing.get_mut(oid)) {
                *used = self.clock;
                found.push(Rc::clone(detail));
            }
        }
        self.make_room();
        Ok(found)
    }

    /// Drops what was used longest ago, but nothing of this question.
    fn make_room(&mut self) {
        let mut uses: Vec<(u64, usize)> =
            self.kept.values().flat_map(HashMap::values).map(|(detail, used)| (*used, detail.bytes())).collect();
        if uses.iter().map(|(_, bytes)| bytes).sum::<usize>() <= MAX_KEPT {
            return;
        }
        uses.sort_unstable_by_key(|(used, _)| std::cmp::Reverse(*used));
        let mut room = MAX_KEPT / 4 * 3;
        let fits = |(_, bytes): &&(u64, usize)| {
            room = room.saturating_sub(*bytes);
            room > 0
        };
        let oldest = uses.iter().take_while(fits).last().map_or(self.clock, |(used, _)| *used);
        self.retain(|_, used| used >= oldest);
    }
}

/// Reads details; false where checks are missing, as somebody holds a table whose checks were to be printed: the next question
/// tries again.
fn read(oids: &[u32], reader: &Reader) -> Result<(Vec<Detail>, bool), Error> {
    let oids = oid_literal(oids);
    let values = if reader.with_values { "true" } else { "false" };
    const SQL: &str = concat!(include_str!("asked.sql"), include_str!("../labels.sql"), include_str!("detail.sql"));
    let read = |checks| {
        let arguments = [Some(reader.schemas.as_str()), Some(values), Some(&reader.servers), Some(&oids), Some(checks)];
        query::rows_at_once(SQL, &arguments)
    };
    let (rows, is_complete) = match read("true") {
        Ok(rows) => (rows, true),
        Err(error) if error.sqlstate() == LOCK_NOT_AVAILABLE => (read("false")?, false),
        Err(error) => return Err(error),
    };
    let parse =
        |text: String| serde_json::from_str(&text).map(|document| Detail::of(document, text.len())).map_err(unreadable);
    let mut details = rows.into_iter().flatten().flatten().map(parse).collect::<Result<Vec<Detail>, Error>>()?;
    placements::add(&mut details)?;
    Ok((details, is_complete))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(oid: u32, bytes: usize) -> Detail {
        Detail {
            relation: Relation { oid, ..Relation::default() },
            numbers: vec![1],
            referenced: vec![oid + 100],
            types: vec![7],
            statistics: vec![8],
            has_enum: oid == 1,
            length: bytes,
            target: OnceCell::new(),
        }
    }

    fn details(all: &[(u32, u64)], bytes: usize) -> Details {
        let reader = Reader {
            role: 10,
            schemas: String::new(),
            servers: String::new(),
            row_security: String::new(),
            time_zone: String::new(),
            labels: 0,
            with_values: false,
        };
        let of: ByRelation = all.iter().map(|(oid, used)| (*oid, (Rc::new(detail(*oid, bytes)), *used))).collect();
        Details { kept: HashMap::from([(reader, of)]), clock: 9 }
    }

    fn oids(details: &Details) -> Vec<u32> {
        let mut oids: Vec<u32> = details.kept.values().flat_map(HashMap::keys).copied().collect();
        oids.sort_unstable();
        oids
    }

    #[test]
    fn a_change_drops_what_depends_on_it_and_nothing_else() {
        let left = |changes: Changes| {
            let mut details = details(&[(1, 0), (2, 0)], 5);
            details.forget(&changes);
            oids(&details)
        };
        let named = |oid| HashSet::from([oid]);
        assert_eq!(left(Changes { relations: named(1), ..Changes::default() }), [2]);
        assert_eq!(left(Changes { relations: named(102), ..Changes::default() }), [1]);
        assert_eq!(left(Changes { relations: named(3), types: named(9), ..Changes::default() }), [1, 2]);
        assert_eq!(left(Changes { enums: true, ..Changes::default() }), [2]);
        for all in [
            Changes { types: named(7), ..Changes::default() },
            Changes { statistics: named(8), ..Changes::default() },
            Changes { all_types: true, ..Changes::default() },
            Changes { roles: true, ..Changes::default() },
            Changes { schemas: true, ..Changes::default() },
            Changes { everything: true, ..Changes::default() },
        ] {
            assert_eq!(left(all), [0; 0]);
        }
    }

    #[test]
    fn what_was_used_last_is_kept() {
        let mut many = details(&[(1, 1), (2, 2), (3, 3), (4, 9)], MAX_KEPT / 3);
        many.make_room();
        assert_eq!(oids(&many), [3, 4]);
        let mut large = details(&[(1, 9), (2, 9)], MAX_KEPT);
        large.make_room();
        assert_eq!(oids(&large), [1, 2], "the question at hand keeps all of its own");
    }
}

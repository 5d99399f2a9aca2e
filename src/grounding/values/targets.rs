//! The tables and columns in which values are looked up, with what is known of them beforehand; kept as long as the
//! details they belong to.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use serde::Deserialize;

use super::super::detail::Detail;
use super::super::{LOCK_NOT_AVAILABLE, first_value, oid_literal, unreadable};
use super::is_comparable;
use super::known::Known;
use super::statements::{self, SAMPLE_PAGES, Statement, quoted};
use crate::error::Error;
use crate::pg::host::interrupts;
use crate::pg::running::query;
use schema::{Placement, Relation};

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Target {
    pub schema: String,
    pub relation: String,
    pub oid: u32,
    /// A table without children: the server counts its changes.
    pub alone: bool,
    /// The size in pages when it was looked at, that of its partitions and children included.
    pub pages: u64,
    pub columns: Vec<TargetColumn>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct TargetColumn {
    pub name: String,
    /// Values from the planner's statistics.
    pub known: Vec<String>,
    /// The statistics hold every value there was.
    pub complete: bool,
    /// A b-tree begins with it and can tell whether it holds a text.
    pub indexed: bool,
}

/// The targets of one question, in the order of its relations.
pub struct Targets {
    entries: Vec<Rc<Entry>>,
}

/// What is known beforehand of one relation.
#[derive(Debug)]
pub struct Entry {
    target: Target,
    known: Known,
    /// What to run where the table may have changed since its statistics were made.
    statements: Vec<Statement>,
    /// What is left of it where it has not.
    fresh: Vec<Statement>,
    /// It took too long to read: it is not looked into again.
    is_costly: Cell<bool>,
}

/// A column of a target, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub target: u32,
    pub column: u32,
}

/// So many values equal to one text are told of. Whoever owns tables may give all their columns the same labels.
const MAX_EQUAL: usize = 1_000;

/// About so many pages are read for one question, those of the relations nearest to it.
const MAX_PAGES: u64 = 120;

/// The targets of these relations, each read once for as long as its detail is kept.
pub fn of(details: &[Rc<Detail>]) -> Result<Targets, Error> {
    let missing: Vec<&Rc<Detail>> = details.iter().filter(|detail| detail.target().is_none()).collect();
    let mut passing = HashMap::new();
    if !missing.is_empty() {
        let oids: Vec<u32> = missing.iter().map(|detail| detail.relation.oid).collect();
        let oids = oid_literal(&oids);
        let read = |sizes| first_value(query::rows_at_once(include_str!("values.sql"), &[Some(&oids), sizes]));
        let (document, is_complete) = match read(Some("true")) {
            // Somebody holds a table. The next question tries again.
            Err(error) if error.sqlstate() == LOCK_NOT_AVAILABLE => (read(Some("false"))?, false),
            document => (document?, true),
        };
        let found: Vec<Target> = serde_json::from_str(&document).map_err(unreadable)?;
        let mut found: HashMap<u32, Target> = found.into_iter().map(|target| (target.oid, target)).collect();
        for (count, detail) in missing.into_iter().enumerate() {
            if count % 16 == 0 {
                interrupts::serve();
            }
            let oid = detail.relation.oid;
            let entry = Rc::new(Entry::of(&detail.relation, found.remove(&oid)));
            if is_complete {
                detail.keep_target(entry);
            } else {
                passing.insert(oid, entry);
            }
        }
    }
    let entry = |detail: &Rc<Detail>| detail.target().or_else(|| passing.get(&detail.relation.oid).cloned());
    Ok(Targets { entries: details.iter().filter_map(entry).collect() })
}

impl Entry {
    /// What the relation does not show is no target.
    fn of(relation: &Relation, found: Option<Target>) -> Self {
        let labelled = relation.columns.iter().filter(|column| is_comparable(column) && !column.labels.is_empty());
        let labelled = labelled.map(|column| (column.name.clone(), column.labels.clone()));
        let mut target = found.unwrap_or_default();
        target.columns.retain(|column| relation.column(&column.name).is_some_and(is_comparable));
        // Where rows are on other nodes of a cluster, each look would be one at every node.
        let is_here = matches!(relation.placement, Placement::Here | Placement::Everywhere);
        let readable = (is_here && !target.columns.is_empty()).then(|| target.clone());
        (target.schema, target.relation) = (relation.schema.clone(), relation.name.clone());
        target.oid = relation.oid;
        // Labels are searched here and nowhere else.
        target.columns.extend(labelled.map(|(name, known)| TargetColumn { name, known, ..TargetColumn::default() }));
        let known = Known::new((0..).zip(&target.columns).map(|(number, column)| (number, column.known.as_slice())));
        target.columns.iter_mut().for_each(|column| column.known = Vec::new());
        let of =
            |fresh| readable.as_ref().map(|target| statements::of(target, relation.rows, fresh)).unwrap_or_default();
        Self { statements: of(false), fresh: of(true), target, known, is_costly: Cell::new(false) }
    }

    /// Bytes on the heap, nearly.
    pub fn bytes(&self) -> usize {
        let statements: usize =
            self.statements.iter().chain(&self.fresh).map(|statement| statement.sql.len() + 32).sum();
        self.known.bytes() + statements + self.target.columns.len() * 64
    }
}

/// Of what was found in several tables, each with its number in its table: where there is too much, the first of each table, then the
/// second of each, and so on.
fn some_of_each<T>(mut found: Vec<(usize, T)>) -> Vec<T> {
    if found.len() > MAX_EQUAL {
        found.sort_by_key(|(number, _)| *number);
        found.truncate(MAX_EQUAL);
    }
    found.into_iter().map(|(_, found)| found).collect()
}

impl Target {
    pub fn sql_name(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.relation))
    }
}

impl Targets {
    /// Values that statistics and labels tell and that are equal to a text but for case, [`MAX_EQUAL`] at most; `folded` is in lower
    /// case.
    pub fn equal(&self, folded: &str) -> Vec<(Place, &str)> {
        let mut found: Vec<(usize, (Place, &str))> = Vec::new();
        for (target, entry) in (0..).zip(&self.entries) {
            interrupts::serve();
            let equal = entry.known.equal(folded).map(|(column, value)| (Place { target, column }, value));
            found.extend(equal.take(MAX_EQUAL).enumerate());
        }
        some_of_each(found)
    }

    /// The `most` of them most similar to a text with these trigrams, down to a similarity of `least`.
    pub fn near(&self, trigrams: &[u64], least: f32, most: usize) -> Vec<(Place, &str)> {
        let mut near: Vec<(f32, Place, &str)> = Vec::new();
        for (target, entry) in (0..).zip(&self.entries) {
            // Thousands of values that are all alike may be like the text, too.
            interrupts::serve();
            let found = entry.known.near(trigrams, least).into_iter();
            near.extend(found.map(|(similarity, column, value)| (similarity, Place { target, column }, value)));
        }
        near.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        near.into_iter().take(most).map(|(_, place, value)| (place, value)).collect()
    }

    /// What to run for a question, each with the number of its target, on `most` tables: the `nearest`, given by their oids, then
    /// the smallest; indexes last.
    pub fn statements(&self, nearest: &[u32], most: usize) -> Result<Vec<(u32, &Statement)>, Error> {
        let is_usable = |(_, entry): &(u32, &Rc<Entry>)| !entry.statements.is_empty() && !entry.is_costly.get();
        let mut order: Vec<(u32, &Rc<Entry>)> = (0..).zip(&self.entries).filter(is_usable).collect();
        let places: HashMap<u32, usize> = nearest.iter().enumerate().map(|(place, oid)| (*oid, place)).collect();
        order.sort_by_key(|(_, entry)| {
            (places.get(&entry.target.oid).copied().unwrap_or(usize::MAX), entry.target.pages)
        });
        order.truncate(most);
        // The nearest one in any case. An index is read in few, a large table in a sample.
        let mut pages = 0;
        order.retain(|(_, entry)| {
            let by_index = entry.statements.iter().any(|statement| statement.by_index);
            let read = if by_index { 1 } else { entry.target.pages.clamp(1, SAMPLE_PAGES) };
            let fits = pages == 0 || pages + read <= MAX_PAGES;
            pages += if fits { read } else { 0 };
            fits
        });
        let counted = order.iter().filter(|(_, entry)| entry.target.alone && entry.fresh != entry.statements);
        let counted: Vec<u32> = counted.map(|(_, entry)| entry.target.oid).collect();
        let fresh = if counted.is_empty() {
            Vec::new()
        } else {
            query::rows(include_str!("fresh.sql"), &[Some(&oid_literal(&counted))])?
        };
        let fresh: BTreeSet<u32> = fresh.iter().flatten().flatten().filter_map(|oid| oid.parse().ok()).collect();
        let of = |entry: &'_ Entry| fresh.contains(&entry.target.oid);
        let mut statements: Vec<(u32, &Statement)> = Vec::new();
        for (number, entry) in order {
            let list = if of(entry) { &entry.fresh } else { &entry.statements };
            statements.extend(list.iter().map(|statement| (number, statement)));
        }
        statements.sort_by_key(|(_, statement)| statement.by_index);
        Ok(statements)
    }

    /// Leaves a table out as long as it is known.
    pub fn leave_out(&self, target: u32) {
        if let Some(entry) = self.entries.get(target as usize) {
            entry.is_costly.set(true);
        }
    }

    /// Schema, relation and column.
    pub fn names(&self, place: Place) -> (String, String, String) {
        let Some(target) = self.entries.get(place.target as usize).map(|entry| &entry.target) else {
            return Default::default();
        };
        let column = target.columns.get(place.column as usize).map(|column| column.name.clone());
        (target.schema.clone(), target.relation.clone(), column.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_many_equal_values_takes_no_place_from_others() {
        let few: Vec<(usize, char)> = vec![(0, 'a'), (1, 'a'), (0, 'b')];
        assert_eq!(some_of_each(few), ['a', 'a', 'b']);
        let many = (0..5_000).map(|number| (number, 'a')).chain([(0, 'b'), (1, 'b')]).collect();
        let some = some_of_each(many);
        assert_eq!((some.len(), some.iter().filter(|of| **of == 'b').count()), (MAX_EQUAL, 2));
    }
}

//! The tables and columns in which values are looked up, with what is known of them beforehand; kept as long as the
//! snapshot they belong to.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use serde::Deserialize;

use super::super::{LOCK_NOT_AVAILABLE, Snapshot, first_value, oid_literal, unreadable};
use super::known::{Known, Place};
use super::statements::{self, SAMPLE_PAGES, Statement, quoted};
use super::{MAX_UNFINISHED_MS, is_comparable};
use crate::error::Error;
use crate::pg::running::query;

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

#[derive(Default)]
pub struct Targets {
    entries: Vec<Entry>,
    pub known: Known,
    /// How many milliseconds tables have computed since they were last read to the end. Those that took too long are not
    /// looked into again.
    unfinished: RefCell<HashMap<u32, i64>>,
}

struct Entry {
    target: Target,
    /// What to run where the table may have changed since its statistics were made.
    statements: Vec<Statement>,
    /// What is left of it where it has not.
    fresh: Vec<Statement>,
}

/// About so many pages are read for one question, those of the relations nearest to it.
const MAX_PAGES: u64 = 120;

thread_local! {
    static KEPT: RefCell<Option<(Rc<Snapshot>, Rc<Targets>)>> = const { RefCell::new(None) };
}

/// The targets of a snapshot. What the snapshot does not show is none.
pub fn of(snapshot: &Rc<Snapshot>) -> Result<Rc<Targets>, Error> {
    let kept = KEPT.with_borrow(|kept| match kept {
        Some((of, targets)) if Rc::ptr_eq(of, snapshot) => Some(Rc::clone(targets)),
        _ => None,
    });
    if let Some(targets) = kept {
        return Ok(targets);
    }
    let oids: Vec<u32> = snapshot.relations.iter().map(|relation| relation.oid).collect();
    let oids = oid_literal(&oids);
    let read = |sizes| first_value(query::rows_at_once(include_str!("values.sql"), &[Some(&oids), sizes]));
    let (document, is_complete) = match read(Some("true")) {
        // Somebody holds a table. The next question tries again.
        Err(error) if error.sqlstate() == LOCK_NOT_AVAILABLE => (read(Some("false"))?, false),
        document => (document?, true),
    };
    let found = serde_json::from_str(&document).map_err(unreadable)?;
    let targets = Rc::new(Targets::new(snapshot, found));
    query::forget();
    if is_complete {
        KEPT.set(Some((Rc::clone(snapshot), Rc::clone(&targets))));
    }
    Ok(targets)
}

impl Target {
    pub fn sql_name(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.relation))
    }
}

impl Targets {
    fn new(snapshot: &Snapshot, found: Vec<Target>) -> Self {
        let mut targets = Self::default();
        let found: HashMap<u32, &Target> = found.iter().map(|target| (target.oid, target)).collect();
        for relation in &snapshot.relations {
            let labelled = relation.columns.iter().filter(|column| is_comparable(column) && !column.labels.is_empty());
            let labelled = labelled.map(|column| (column.name.clone(), column.labels.clone()));
            let target = found.get(&relation.oid);
            let mut target = target.map(|target| (*target).clone()).unwrap_or_default();
            target.columns.retain(|column| relation.column(&column.name).is_some_and(is_comparable));
            let readable = (!target.columns.is_empty()).then(|| target.clone());
            (target.schema, target.relation) = (relation.schema.clone(), relation.name.clone());
            target.oid = relation.oid;
            // Labels are searched here and nowhere else.
            target.columns.extend(labelled.map(|(name, known)| TargetColumn {
                name,
                known,
                ..TargetColumn::default()
            }));
            targets.add(target, readable.as_ref(), relation.rows);
        }
        targets
    }

    fn add(&mut self, mut target: Target, readable: Option<&Target>, rows: Option<f64>) {
        let Ok(number) = u32::try_from(self.entries.len()) else { return };
        for (column, values) in (0..).zip(&mut target.columns) {
            self.known.add(Place { target: number, column }, &std::mem::take(&mut values.known));
        }
        let of = |fresh| readable.map(|target| statements::of(number, target, rows, fresh)).unwrap_or_default();
        self.entries.push(Entry { statements: of(false), fresh: of(true), target });
    }

    /// What to run for a question, on `most` tables: the `nearest`, given by their oids, then the smallest; indexes last.
    pub fn statements(&self, nearest: &[u32], most: usize) -> Result<Vec<&Statement>, Error> {
        let unfinished = self.unfinished.borrow();
        let is_costly = |target| unfinished.get(&target).is_some_and(|computed| *computed > MAX_UNFINISHED_MS);
        let is_usable = |entry: &&Entry| entry.statements.first().is_some_and(|first| !is_costly(first.target));
        let mut order: Vec<&Entry> = self.entries.iter().filter(is_usable).collect();
        let places: HashMap<u32, usize> = nearest.iter().enumerate().map(|(place, oid)| (*oid, place)).collect();
        order.sort_by_key(|entry| (places.get(&entry.target.oid).copied().unwrap_or(usize::MAX), entry.target.pages));
        order.truncate(most);
        // The nearest one in any case. An index is read in few, a large table in a sample.
        let mut pages = 0;
        order.retain(|entry| {
            let by_index = entry.statements.iter().any(|statement| statement.by_index);
            let read = if by_index { 1 } else { entry.target.pages.clamp(1, SAMPLE_PAGES) };
            let fits = pages == 0 || pages + read <= MAX_PAGES;
            pages += if fits { read } else { 0 };
            fits
        });
        let counted = order.iter().filter(|entry| entry.target.alone && entry.fresh != entry.statements);
        let counted: Vec<u32> = counted.map(|entry| entry.target.oid).collect();
        let fresh = if counted.is_empty() {
            Vec::new()
        } else {
            query::rows(include_str!("fresh.sql"), &[Some(&oid_literal(&counted))])?
        };
        let fresh: BTreeSet<u32> = fresh.iter().flatten().flatten().filter_map(|oid| oid.parse().ok()).collect();
        let of = |entry: &&'_ Entry| fresh.contains(&entry.target.oid);
        let mut statements: Vec<&Statement> =
            order.iter().flat_map(|entry| if of(entry) { &entry.fresh } else { &entry.statements }).collect();
        statements.sort_by_key(|statement| statement.by_index);
        Ok(statements)
    }

    /// A table was not read to the end, and has computed so many milliseconds. Too many leave it out as long as these targets
    /// are kept.
    pub fn note_unfinished(&self, target: u32, computed: i64) {
        *self.unfinished.borrow_mut().entry(target).or_default() += computed;
    }

    pub fn note_finished(&self, target: u32) {
        self.unfinished.borrow_mut().remove(&target);
    }

    /// Schema, relation and column.
    pub fn names(&self, place: Place) -> (String, String, String) {
        let Some(Entry { target, .. }) = self.entries.get(place.target as usize) else { return Default::default() };
        let column = target.columns.get(place.column as usize).map(|column| column.name.clone());
        (target.schema.clone(), target.relation.clone(), column.unwrap_or_default())
    }
}

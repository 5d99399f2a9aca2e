//! Where values come from: the labelled columns that each output column of a statement tells something of.
//!
//! It reads the analyzed and rewritten trees. A value is made of the columns in its expression, through subqueries, common
//! table expressions, set operations, row types and functions. And it follows what decides about rows ([`deciding`]): a
//! labelled column that is compared with another column, joined to it, or sorted and grouped with it, tells itself through
//! which rows there are, so the whole answer is made of it. What is compared with constants alone is not: that is one
//! yes or no, and those are counted.

mod aggregates;
mod comparing;
mod correlated;
mod deciding;
mod entries;
mod row_counts;
mod set_operations;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CString;
use std::rc::Rc;

use pgrx::PgList;
use pgrx::pg_sys;

use crate::pg::tree::query_trees::QueryTrees;
use values::{Found, Mode};

/// Columns, by relation and number; number 0 is the whole row.
pub type Sources = BTreeSet<(u32, i16)>;

/// Stands for what comes out of code that reads labelled relations on its own.
const OF_CODE: (u32, i16) = (0, 0);

/// What is looked for.
#[derive(Clone, Copy)]
pub struct Labelled<'l> {
    pub columns: &'l Sources,
    /// Those of them that have the label in all rows, and not only in those of some children.
    pub throughout: &'l Sources,
    /// Functions whose results may hold values of labelled columns, whatever their arguments.
    pub code: &'l BTreeSet<u32>,
    /// Functions that may result in anything each time, whatever they are marked, as nobody trusted wrote them.
    pub strange: &'l BTreeSet<u32>,
    /// Who owns the relations of these columns and so may have written their values, by relation. Owners whom everybody
    /// trusts are left out.
    pub owners: &'l BTreeMap<u32, String>,
}

/// What a statement makes of the labelled columns.
#[derive(Debug, Default)]
pub struct Lineage {
    /// One entry an output column.
    pub outputs: Vec<Sources>,
    /// Labelled values decide how many rows there are, so that whoever counts those learns them.
    pub is_told_by_rows: bool,
    /// There is one row, or none by a constant LIMIT, whatever the values are.
    pub is_one_row: bool,
    /// How often the statement's own text compares them.
    pub comparisons: usize,
    /// Rows are grouped by labelled values as they stand, or made unique.
    pub groups: bool,
    /// Rows are joined by them.
    pub joins: bool,
}

/// Traces every output column of a statement.
pub fn trace(trees: &QueryTrees<'_>, labelled: Labelled<'_>) -> Lineage {
    let mut walk = Walk::new(labelled, true);
    let mut lineage = Lineage::default();
    for query in trees.iter() {
        // SAFETY: a live tree of the statement; the walk only reads it.
        let rows = unsafe { walk.rows(query) };
        lineage.outputs = rows.columns.iter().map(|value| value.labelled.clone()).collect();
        lineage.is_told_by_rows = !rows.counted_by.is_empty();
        // SAFETY: as above.
        lineage.is_one_row = unsafe { row_counts::is_one_row(&*query) };
    }
    lineage.comparisons = walk.comparisons.len();
    (lineage.groups, lineage.joins) = (walk.groups, walk.joins);
    lineage
}

/// Which of these columns the statement's own text uses in any place, views' bodies left out.
pub fn used(trees: &QueryTrees<'_>, columns: &Sources) -> Sources {
    let (functions, owners) = (BTreeSet::new(), BTreeMap::new());
    let labelled = Labelled { columns, throughout: columns, code: &functions, strange: &functions, owners: &owners };
    let mut walk = Walk::new(labelled, false);
    walk.mode = Mode::Uses;
    for query in trees.iter() {
        // SAFETY: as in `trace`.
        unsafe { walk.used_in(query) };
    }
    walk.found.labelled
}

/// Whether a column has a label, as a whole row has that of any of its columns.
pub fn carries(labelled: &Sources, (relation, number): (u32, i16)) -> bool {
    labelled.contains(&(relation, 0))
        || labelled.contains(&(relation, number))
        || number == 0 && labelled.range((relation, i16::MIN)..=(relation, i16::MAX)).next().is_some()
}

/// One value, or one column of values.
#[derive(Clone, Default, PartialEq)]
struct Value {
    labelled: Sources,
    /// It is made of labelled columns of one row each, and constants: nobody knows it, and comparing two of them
    /// tells no more than whether they are equal.
    is_pure: bool,
    /// It is one labelled column as it stands, not a part of it.
    is_whole: bool,
}

/// What a query results in.
#[derive(Clone, Default, PartialEq)]
struct Rows {
    columns: Vec<Value>,
    /// What decides which rows there are, in which order, and how many.
    decided_by: Sources,
    /// Those of them that decide how many.
    counted_by: Sources,
}

/// A query whose parts are being looked at, innermost last.
struct Level {
    query: *mut pg_sys::Query,
    entries: BTreeMap<usize, Rc<Rows>>,
    ctes: BTreeMap<CString, Rc<Rows>>,
    decided_by: Sources,
    counted_by: Sources,
    /// Whether its rows are the same wherever it is evaluated, once that was asked.
    is_fixed: Option<bool>,
    /// What is looked at comes after its grouping, by more than one set.
    has_sets: bool,
}

struct Walk<'l> {
    sought: Labelled<'l>,
    /// Whether what decides about rows counts.
    follows_decisions: bool,
    levels: Vec<Level>,
    /// Recursive queries in progress, each with what is known of its rows so far.
    recursive: Vec<(*mut pg_sys::Node, Rc<Rows>)>,
    /// The round of the innermost recursive query; 0 outside of any.
    round: usize,
    rounds: usize,
    /// What is known of queries, each since a round.
    known: BTreeMap<usize, (usize, Rc<Rows>)>,
    mode: Mode,
    found: Found,
    /// How many views' bodies the walk is in.
    views: usize,
    /// The comparisons with labelled values in the statement's own text, by their nodes' addresses.
    comparisons: BTreeSet<usize>,
    /// As [`Lineage`] has them.
    groups: bool,
    joins: bool,
    /// The node whose row type is looked at by the one above it.
    typed: *mut pg_sys::Node,
}

impl<'l> Walk<'l> {
    fn new(sought: Labelled<'l>, follows_decisions: bool) -> Self {
        Self {
            sought,
            follows_decisions,
            levels: Vec::new(),
            recursive: Vec::new(),
            round: 0,
            rounds: 0,
            known: BTreeMap::new(),
            mode: Mode::Value,
            found: Found::default(),
            views: 0,
            comparisons: BTreeSet::new(),
            groups: false,
            joins: false,
            typed: std::ptr::null_mut(),
        }
    }

    /// What a query of the innermost level results in.
    ///
    /// # Safety
    /// As for all functions here: the nodes are live parts of one analyzed statement.
    unsafe fn rows(&mut self, query: *mut pg_sys::Query) -> Rc<Rows> {
        if let Some((round, known)) = self.known.get(&(query as usize))
            && (*round == 0 || *round == self.round)
        {
            return Rc::clone(known);
        }
        self.levels.push(Level::new(query));
        // SAFETY: the caller's promise.
        let mut columns = unsafe {
            if self.follows_decisions {
                self.decide(query);
            }
            if (*query).setOperations.is_null() { self.listed(query) } else { self.combined(query) }
        };
        let (decided_by, mut counted_by) =
            self.levels.pop().map(|level| (level.decided_by, level.counted_by)).unwrap_or_default();
        // SAFETY: the caller's promise.
        if row_counts::depends_on_values(unsafe { &*query }) {
            counted_by.extend(&decided_by);
        }
        if !decided_by.is_empty() {
            for value in &mut columns {
                value.labelled.extend(&decided_by);
                (value.is_pure, value.is_whole) = (false, false);
            }
        }
        let rows = Rc::new(Rows { columns, decided_by, counted_by });
        self.known.insert(query as usize, (self.round, Rc::clone(&rows)));
        rows
    }

    /// The columns of a query's list.
    unsafe fn listed(&mut self, query: *mut pg_sys::Query) -> Vec<Value> {
        // SAFETY: the caller's promise.
        unsafe {
            let targets = PgList::<pg_sys::TargetEntry>::from_pg((*query).targetList);
            let shown = targets.iter_ptr().filter(|target| !(**target).resjunk);
            let columns: Vec<Value> = self.without_number(|walk| {
                shown
                    .map(|target| {
                        let node = (*target).expr.cast();
                        walk.made_of(node).into_value(node)
                    })
                    .collect()
            });
            if (*query).hasTargetSRFs {
                // How many rows a function in the list returns depends on its arguments.
                columns.iter().for_each(|value| self.decided_by(&value.labelled));
            }
            columns
        }
    }

    /// Adds to what decides about the rows of the innermost level, and how many there are.
    fn decided_by(&mut self, labelled: &Sources) {
        if let Some(level) = self.levels.last_mut().filter(|_| self.follows_decisions) {
            level.decided_by.extend(labelled);
            level.counted_by.extend(labelled);
        }
    }

    /// Runs `work`, which looks at what changes no number of rows of the innermost level: their order, or what is in them.
    fn without_number<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let known = self.levels.last().map(|level| level.counted_by.clone());
        let result = work(self);
        if let (Some(level), Some(known)) = (self.levels.last_mut(), known) {
            level.counted_by = known;
        }
        result
    }

    /// Runs `work` as if the levels inside `at` were not there: names in an entry of that level are resolved from it.
    fn at_level<T>(&mut self, at: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let inner = self.levels.split_off(at + 1);
        let result = work(self);
        self.levels.extend(inner);
        result
    }
}

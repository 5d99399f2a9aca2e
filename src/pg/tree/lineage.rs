//! Where values come from: the table columns that each output column of a statement is made of, and those its text uses.
//!
//! It reads the analyzed and rewritten trees and never guesses: an expression is made of every column in it, but for
//! counts and EXISTS, which tell how many and nothing else. Filters, joins and orderings carry no values.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, CString, c_int, c_void};

use pgrx::pg_sys::{self, NodeTag, RTEKind};
use pgrx::{PgList, prelude::*};

use crate::pg::tree::query_trees::QueryTrees;
use crate::pg::tree::uses::view_of;

/// Columns, by relation and number; number 0 is the whole row. A view's column comes with those it is made of.
pub type Sources = BTreeSet<(u32, i16)>;

#[derive(Debug, Default)]
pub struct Lineage {
    /// One entry an output column.
    pub outputs: Vec<Sources>,
    /// What the statement's own text uses in any place, views' bodies left out.
    pub used: Sources,
}

/// Traces every output column of a statement.
pub fn trace(trees: &QueryTrees<'_>) -> Lineage {
    let mut walk = Walk { levels: Vec::new(), recursive: Vec::new(), carries: true, found: Sources::new() };
    let mut lineage = Lineage::default();
    for query in trees.iter() {
        // SAFETY: a live tree of the statement; the walk only reads it.
        unsafe {
            lineage.outputs = walk.outputs(query);
            walk.carries = false;
            walk.used_in(query);
        }
    }
    lineage.used = walk.found;
    lineage
}

/// A query whose parts are being looked at, innermost last.
struct Level {
    query: *mut pg_sys::Query,
    entries: BTreeMap<usize, Vec<Sources>>,
    ctes: BTreeMap<CString, Vec<Sources>>,
}

struct Walk {
    levels: Vec<Level>,
    /// Recursive queries in progress, each with what is known of its columns so far.
    recursive: Vec<(*mut pg_sys::Node, Vec<Sources>)>,
    /// Whether `found` takes what an expression's value is made of, or everything used in it.
    carries: bool,
    found: Sources,
}

impl Walk {
    /// # Safety
    /// As for all functions here: the nodes are live parts of one analyzed statement.
    unsafe fn outputs(&mut self, query: *mut pg_sys::Query) -> Vec<Sources> {
        self.levels.push(Level { query, entries: BTreeMap::new(), ctes: BTreeMap::new() });
        // SAFETY: the caller's promise; set operations refer to entries of this query.
        let outputs = unsafe {
            let mut leaves = Vec::new();
            set_leaves((*query).setOperations, &mut leaves);
            if leaves.is_empty() {
                let targets = PgList::<pg_sys::TargetEntry>::from_pg((*query).targetList);
                targets
                    .iter_ptr()
                    .filter(|target| !(**target).resjunk)
                    .map(|target| self.made_of((*target).expr.cast()))
                    .collect()
            } else {
                let at = self.levels.len() - 1;
                leaves.into_iter().map(|entry| self.entry(at, entry)).reduce(union).unwrap_or_default()
            }
        };
        self.levels.pop();
        outputs
    }

    /// What the value of an expression of the innermost level is made of.
    unsafe fn made_of(&mut self, node: *mut pg_sys::Node) -> Sources {
        let outer = (std::mem::take(&mut self.found), std::mem::replace(&mut self.carries, true));
        // SAFETY: the caller's promise.
        unsafe { self.visit(node) };
        self.carries = outer.1;
        std::mem::replace(&mut self.found, outer.0)
    }

    /// Runs `work` as if the levels inside `at` were not there: names in an entry of that level are resolved from it.
    fn at_level<T>(&mut self, at: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let inner = self.levels.split_off(at + 1);
        let result = work(self);
        self.levels.extend(inner);
        result
    }

    /// Adds everything that a query uses, subqueries included.
    unsafe fn used_in(&mut self, query: *mut pg_sys::Query) {
        self.levels.push(Level { query, entries: BTreeMap::new(), ctes: BTreeMap::new() });
        // SAFETY: the caller's promise. The range table is gone through here: a join's columns and a view's body are no
        // uses by themselves.
        unsafe {
            let flags = (pg_sys::QTW_IGNORE_RANGE_TABLE | pg_sys::QTW_IGNORE_CTE_SUBQUERIES) as c_int;
            pg_sys::query_tree_walker(query, Some(visit), (&raw mut *self).cast(), flags);
            for cte in PgList::<pg_sys::CommonTableExpr>::from_pg((*query).cteList).iter_ptr() {
                self.used_in((*cte).ctequery.cast());
            }
            for entry in PgList::<pg_sys::RangeTblEntry>::from_pg((*query).rtable).iter_ptr() {
                let entry = &*entry;
                match entry.rtekind {
                    RTEKind::RTE_SUBQUERY if view_of(entry).is_none() => self.used_in(entry.subquery),
                    RTEKind::RTE_SUBQUERY | RTEKind::RTE_JOIN => {}
                    _ => parts(entry).into_iter().for_each(|part| self.visit(part)),
                }
            }
        }
        self.levels.pop();
    }

    /// The columns of an entry of the range table of level `at`; entries are counted from 1.
    unsafe fn entry(&mut self, at: usize, index: usize) -> Vec<Sources> {
        if let Some(known) = self.levels[at].entries.get(&index) {
            return known.clone();
        }
        // SAFETY: the caller's promise.
        let columns = unsafe {
            let entries = PgList::<pg_sys::RangeTblEntry>::from_pg((*self.levels[at].query).rtable);
            let Some(entry) = index.checked_sub(1).and_then(|at| entries.get_ptr(at)) else { return Vec::new() };
            let entry = &*entry;
            match entry.rtekind {
                RTEKind::RTE_SUBQUERY => {
                    let mut columns = self.at_level(at, |walk| walk.outputs(entry.subquery));
                    if let Some(view) = view_of(entry) {
                        for (number, sources) in (1..).zip(&mut columns) {
                            sources.insert((view, number));
                        }
                    }
                    columns
                }
                RTEKind::RTE_CTE => self.cte(at, entry),
                RTEKind::RTE_JOIN => {
                    let aliases: Vec<_> = PgList::<pg_sys::Node>::from_pg(entry.joinaliasvars).iter_ptr().collect();
                    self.at_level(at, |walk| aliases.into_iter().map(|alias| walk.made_of(alias)).collect())
                }
                #[cfg(feature = "pg18")]
                RTEKind::RTE_GROUP => {
                    let groups: Vec<_> = PgList::<pg_sys::Node>::from_pg(entry.groupexprs).iter_ptr().collect();
                    self.at_level(at, |walk| groups.into_iter().map(|group| walk.made_of(group)).collect())
                }
                _ => return Vec::new(),
            }
        };
        if self.recursive.is_empty() {
            self.levels[at].entries.insert(index, columns.clone());
        }
        columns
    }

    /// The columns of a common table expression that an entry of level `at` refers to.
    unsafe fn cte(&mut self, at: usize, entry: &pg_sys::RangeTblEntry) -> Vec<Sources> {
        let Some(at) = at.checked_sub(entry.ctelevelsup as usize) else { return Vec::new() };
        // SAFETY: the caller's promise; a reference to a common table expression names one of that level.
        unsafe {
            let name = CStr::from_ptr(entry.ctename);
            if let Some(known) = self.levels[at].ctes.get(name) {
                return known.clone();
            }
            let ctes = PgList::<pg_sys::CommonTableExpr>::from_pg((*self.levels[at].query).cteList);
            let Some(cte) = ctes.iter_ptr().find(|cte| CStr::from_ptr((**cte).ctename) == name) else {
                return Vec::new();
            };
            let query = (*cte).ctequery;
            if let Some((_, known)) = self.recursive.iter().find(|(running, _)| *running == query) {
                return known.clone();
            }
            if !(*cte).cterecursive {
                let columns = self.at_level(at, |walk| walk.outputs(query.cast()));
                if self.recursive.is_empty() {
                    self.levels[at].ctes.insert(name.to_owned(), columns.clone());
                }
                return columns;
            }
            // What a recursive query adds to itself only grows: round after round until nothing is new.
            let mut known = Vec::new();
            loop {
                self.recursive.push((query, known.clone()));
                let columns = self.at_level(at, |walk| walk.outputs(query.cast()));
                self.recursive.pop();
                if columns == known {
                    if self.recursive.is_empty() {
                        self.levels[at].ctes.insert(name.to_owned(), known.clone());
                    }
                    return known;
                }
                known = columns;
            }
        }
    }

    /// One column of an entry; number 0 is all of them.
    unsafe fn column(&mut self, at: usize, index: usize, number: i16) -> Sources {
        // SAFETY: the caller's promise.
        unsafe {
            let entries = PgList::<pg_sys::RangeTblEntry>::from_pg((*self.levels[at].query).rtable);
            let Some(entry) = index.checked_sub(1).and_then(|at| entries.get_ptr(at)) else { return Sources::new() };
            let entry = &*entry;
            match entry.rtekind {
                RTEKind::RTE_RELATION => return Sources::from([(entry.relid.to_u32(), number)]),
                RTEKind::RTE_FUNCTION | RTEKind::RTE_TABLEFUNC | RTEKind::RTE_VALUES => {
                    if let Some([known]) = self.levels[at].entries.get(&index).map(Vec::as_slice) {
                        return known.clone();
                    }
                    let parts = parts(entry);
                    let sources: Sources =
                        self.at_level(at, |walk| parts.into_iter().flat_map(|part| walk.made_of(part)).collect());
                    if self.recursive.is_empty() {
                        self.levels[at].entries.insert(index, vec![sources.clone()]);
                    }
                    return sources;
                }
                _ => {}
            }
            let columns = self.entry(at, index);
            match usize::try_from(number).unwrap_or(0).checked_sub(1) {
                Some(column) => columns.get(column).cloned().unwrap_or_default(),
                None => columns.into_iter().flatten().collect(),
            }
        }
    }

    unsafe fn visit(&mut self, node: *mut pg_sys::Node) {
        if node.is_null() {
            return;
        }
        // SAFETY: the node's tag tells its type.
        unsafe {
            pg_sys::check_stack_depth();
            pgrx::check_for_interrupts!();
            match (*node).type_ {
                NodeTag::T_Var => {
                    let var = &*node.cast::<pg_sys::Var>();
                    if let Some(at) = self.levels.len().checked_sub(1 + var.varlevelsup as usize) {
                        let sources = self.column(at, var.varno as usize, var.varattno);
                        self.found.extend(sources);
                    }
                }
                NodeTag::T_Query if self.carries => {
                    let outputs = self.outputs(node.cast());
                    self.found.extend(outputs.into_iter().flatten());
                }
                NodeTag::T_Query => self.used_in(node.cast()),
                _ if self.carries && tells_only_how_many(node) => {}
                _ => drop(pg_sys::expression_tree_walker(node, Some(visit), (&raw mut *self).cast())),
            }
        }
    }
}

/// The walker that the server calls for every node below one; see `tree::visit` on the guard.
#[pg_guard]
unsafe extern "C-unwind" fn visit(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    // SAFETY: context is the Walk of `trace`.
    unsafe { (*context.cast::<Walk>()).visit(node) };
    false
}

/// # Safety
/// `node` is a live node.
unsafe fn tells_only_how_many(node: *mut pg_sys::Node) -> bool {
    let is_count = |oid: pg_sys::Oid| [pg_sys::F_COUNT_, pg_sys::F_COUNT_ANY].contains(&oid.to_u32());
    // SAFETY: the node's tag tells its type.
    unsafe {
        match (*node).type_ {
            NodeTag::T_Aggref => is_count((*node.cast::<pg_sys::Aggref>()).aggfnoid),
            NodeTag::T_WindowFunc => is_count((*node.cast::<pg_sys::WindowFunc>()).winfnoid),
            NodeTag::T_GroupingFunc => true,
            NodeTag::T_SubLink => (*node.cast::<pg_sys::SubLink>()).subLinkType == pg_sys::SubLinkType::EXISTS_SUBLINK,
            _ => false,
        }
    }
}

/// The expressions of an entry that is no relation, subquery or join.
fn parts(entry: &pg_sys::RangeTblEntry) -> Vec<*mut pg_sys::Node> {
    let mut parts =
        vec![entry.functions.cast(), entry.tablefunc.cast(), entry.values_lists.cast(), entry.tablesample.cast()];
    #[cfg(feature = "pg18")]
    parts.push(entry.groupexprs.cast());
    parts.retain(|part: &*mut pg_sys::Node| !part.is_null());
    parts
}

/// The entries of the range table that a set operation puts together.
///
/// # Safety
/// `node` is null or a live node of a query's setOperations.
unsafe fn set_leaves(node: *mut pg_sys::Node, leaves: &mut Vec<usize>) {
    if node.is_null() {
        return;
    }
    // SAFETY: the node's tag tells its type.
    unsafe {
        if (*node).type_ == NodeTag::T_SetOperationStmt {
            pg_sys::check_stack_depth();
            let operation = &*node.cast::<pg_sys::SetOperationStmt>();
            set_leaves(operation.larg, leaves);
            set_leaves(operation.rarg, leaves);
        } else {
            leaves.push((*node.cast::<pg_sys::RangeTblRef>()).rtindex as usize);
        }
    }
}

fn union(mut one: Vec<Sources>, other: Vec<Sources>) -> Vec<Sources> {
    one.resize_with(one.len().max(other.len()), Sources::new);
    one.iter_mut().zip(other).for_each(|(sources, more)| sources.extend(more));
    one
}

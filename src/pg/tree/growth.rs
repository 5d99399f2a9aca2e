//! How large a statement grows on its way to a plan, computed before it does.
//!
//! The server puts the bodies of views and of common table expressions in the place of their names, policies beside tables,
//! and the expressions of subqueries in the place of their columns. What uses each of a chain twice doubles with every link:
//! a few hundred bytes become gigabytes, and neither the rewriter nor the planner looks for a cancel meanwhile. The sizes of
//! parts are computed once each, so that this takes time in the size of what was written.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, c_int, c_void};
use std::rc::Rc;

use pgrx::pg_sys::{self, NodeTag, RTEKind};
use pgrx::{PgList, prelude::*};

use super::planned_lists::{conditions, grouping_sets};
use super::{array_steps, virtual_columns, xml_tables};
use crate::limits::Growth;

/// How large an analyzed statement, not yet rewritten, becomes.
///
/// # Safety
/// `query` is live, in a transaction. Views and tables are locked as the rewriter locks them.
pub unsafe fn of(query: *mut pg_sys::Query) -> Growth {
    // SAFETY: the caller's promise.
    unsafe { GrowthWalk::default().rows(query).total }
}

/// What a query, view or other entry of a range table grows to.
#[derive(Default)]
struct Rows {
    total: Growth,
    /// What stands in the place of each column.
    columns: Vec<Growth>,
}

impl Rows {
    fn column(&self, number: i16) -> Growth {
        match usize::try_from(number).map(|number| number.checked_sub(1)) {
            Ok(Some(at)) => self.columns.get(at).copied().unwrap_or_default(),
            Ok(None) => sum(self.columns.iter()),
            Err(_) => Growth::default(),
        }
    }

    fn relation() -> Rc<Self> {
        Rc::new(Self { total: Growth { nodes: 1.0, relations: 1.0, ..Growth::default() }, columns: Vec::new() })
    }
}

fn sum<'g>(parts: impl Iterator<Item = &'g Growth>) -> Growth {
    parts.fold(Growth::default(), |mut sum, part| {
        sum += *part;
        sum
    })
}

struct Level {
    query: *mut pg_sys::Query,
    entries: BTreeMap<usize, Rc<Rows>>,
    aliases: BTreeMap<(usize, i16), Growth>,
}

#[derive(Default)]
struct GrowthWalk {
    /// The queries around, innermost last.
    levels: Vec<Level>,
    known: BTreeMap<usize, Rc<Rows>>,
    relations: BTreeMap<u32, Rc<Rows>>,
    /// Relations and recursive queries that are being looked at.
    open: BTreeSet<usize>,
    found: Growth,
}

impl GrowthWalk {
    /// # Safety
    /// As for all functions here: nodes are live parts of analyzed trees.
    unsafe fn rows(&mut self, query: *mut pg_sys::Query) -> Rc<Rows> {
        if let Some(known) = self.known.get(&(query as usize)) {
            return Rc::clone(known);
        }
        self.levels.push(Level { query, entries: BTreeMap::new(), aliases: BTreeMap::new() });
        // SAFETY: the caller's promise.
        let rows = unsafe {
            pg_sys::check_stack_depth();
            pgrx::check_for_interrupts!();
            let at = self.levels.len() - 1;
            let count = PgList::<pg_sys::RangeTblEntry>::from_pg((*query).rtable).len();
            let entries: Vec<Rc<Rows>> = (1..=count).map(|index| self.entry(at, index)).collect();
            let mut total = sum(entries.iter().map(|rows| &rows.total));
            for cte in PgList::<pg_sys::CommonTableExpr>::from_pg((*query).cteList).iter_ptr() {
                if !is_put_in_place(&*cte) {
                    total += self.cte(cte).total;
                }
            }
            total.columns += columns_around(query);
            let parts = self.parts_of(query);
            total += parts;
            let targets = PgList::<pg_sys::TargetEntry>::from_pg((*query).targetList);
            let sorted = targets.iter_ptr().filter(|target| (**target).ressortgroupref > 0);
            let sorted: f64 = sorted.map(|target| self.growth_of((*target).expr.cast()).nodes).sum();
            let windows = PgList::<pg_sys::WindowClause>::from_pg((*query).windowClause).len() as f64;
            // The first are mostly told apart by their first part.
            total.searched += sorted * parts.nodes + 5.0 * windows * (targets.len() as f64).powi(2);
            let shown = targets.iter_ptr().filter(|target| !(**target).resjunk);
            let mut columns: Vec<Growth> = shown.map(|target| self.growth_of((*target).expr.cast())).collect();
            if !(*query).setOperations.is_null() {
                for (number, column) in (1..).zip(&mut columns) {
                    let largest = |largest: Growth, rows: &Rc<Rows>| {
                        let other = rows.column(number);
                        if other.nodes > largest.nodes { other } else { largest }
                    };
                    *column = entries.iter().fold(*column, largest);
                }
            }
            Rc::new(Rows { total, columns })
        };
        self.levels.pop();
        self.known.insert(query as usize, Rc::clone(&rows));
        rows
    }

    /// All expressions of a query itself.
    unsafe fn parts_of(&mut self, query: *mut pg_sys::Query) -> Growth {
        let outer = std::mem::take(&mut self.found);
        let flags = (pg_sys::QTW_IGNORE_RANGE_TABLE | pg_sys::QTW_IGNORE_CTE_SUBQUERIES) as c_int;
        // SAFETY: the caller's promise.
        unsafe {
            pg_sys::query_tree_walker(query, Some(visit), (&raw mut *self).cast(), flags);
            self.found.conditions += conditions((*query).havingQual, false);
            self.found.grouping_sets += grouping_sets((*query).groupingSets);
        }
        std::mem::replace(&mut self.found, outer)
    }

    unsafe fn growth_of(&mut self, node: *mut pg_sys::Node) -> Growth {
        let outer = std::mem::take(&mut self.found);
        // SAFETY: the caller's promise.
        unsafe { self.visit(node) };
        std::mem::replace(&mut self.found, outer)
    }

    unsafe fn visit(&mut self, node: *mut pg_sys::Node) {
        if node.is_null() {
            return;
        }
        // SAFETY: the node's tag tells its type.
        unsafe {
            pg_sys::check_stack_depth();
            self.found.nodes += 1.0;
            match (*node).type_ {
                NodeTag::T_Var => {
                    let var = &*node.cast::<pg_sys::Var>();
                    if var.varlevelsup > 0 {
                        self.found.outer_columns += 1.0;
                    }
                    if let Some(at) = self.levels.len().checked_sub(1 + var.varlevelsup as usize) {
                        let column = self.column(at, var.varno as usize, var.varattno);
                        self.found += column;
                    }
                }
                NodeTag::T_Query => {
                    let total = self.rows(node.cast()).total;
                    self.found += total;
                }
                tag => {
                    self.found.array_steps += array_steps::of(node);
                    match tag {
                        NodeTag::T_FromExpr => {
                            self.found.conditions += conditions((*node.cast::<pg_sys::FromExpr>()).quals, false);
                        }
                        NodeTag::T_JoinExpr => {
                            let join = &*node.cast::<pg_sys::JoinExpr>();
                            self.found.conditions += conditions(join.quals, false);
                            if join.jointype != pg_sys::JoinType::JOIN_INNER {
                                self.found.outer_joins += 1.0;
                            }
                        }
                        NodeTag::T_Aggref | NodeTag::T_WindowFunc => self.found.aggregates += 1.0,
                        NodeTag::T_XmlExpr if xml_tables::parses(&*node.cast()) => self.found.xml_parses += 1.0,
                        NodeTag::T_TableFunc if !xml_tables::is_quick(&*node.cast()) => self.found.xml_tables += 1.0,
                        _ => {}
                    }
                    pg_sys::expression_tree_walker(node, Some(visit), (&raw mut *self).cast());
                }
            }
        }
    }

    unsafe fn column(&mut self, at: usize, index: usize, number: i16) -> Growth {
        // SAFETY: the caller's promise.
        unsafe {
            let Some(alias) = self.alias(at, index, number) else { return self.entry(at, index).column(number) };
            if let Some(known) = self.levels[at].aliases.get(&(index, number)) {
                return *known;
            }
            let growth = self.at_level(at, |walk| walk.growth_of(alias));
            self.levels[at].aliases.insert((index, number), growth);
            growth
        }
    }

    /// What a join's column, or from 18 on that of a grouping, stands for.
    unsafe fn alias(&self, at: usize, index: usize, number: i16) -> Option<*mut pg_sys::Node> {
        // SAFETY: the caller's promise.
        unsafe {
            let entry = &*self.table_entry(at, index)?;
            let aliases = match entry.rtekind {
                RTEKind::RTE_JOIN => entry.joinaliasvars,
                #[cfg(feature = "pg18")]
                RTEKind::RTE_GROUP => entry.groupexprs,
                _ => return None,
            };
            if number == 0 {
                return (!aliases.is_null()).then(|| aliases.cast());
            }
            PgList::<pg_sys::Node>::from_pg(aliases).get_ptr(usize::try_from(number).ok()?.checked_sub(1)?)
        }
    }

    unsafe fn table_entry(&self, at: usize, index: usize) -> Option<*mut pg_sys::RangeTblEntry> {
        // SAFETY: the caller's promise.
        unsafe {
            PgList::<pg_sys::RangeTblEntry>::from_pg((*self.levels.get(at)?.query).rtable)
                .get_ptr(index.checked_sub(1)?)
        }
    }

    unsafe fn entry(&mut self, at: usize, index: usize) -> Rc<Rows> {
        if let Some(known) = self.levels[at].entries.get(&index) {
            return Rc::clone(known);
        }
        // SAFETY: the caller's promise.
        let rows = unsafe {
            let Some(entry) = self.table_entry(at, index) else { return Rc::default() };
            let entry = &*entry;
            match entry.rtekind {
                RTEKind::RTE_RELATION => self.relation(entry.relid),
                RTEKind::RTE_SUBQUERY => self.at_level(at, |walk| walk.rows(entry.subquery)),
                RTEKind::RTE_CTE => self.cte_entry(at, entry),
                RTEKind::RTE_FUNCTION => self.at_level(at, |walk| walk.made_by(entry.functions)),
                RTEKind::RTE_TABLEFUNC => self.at_level(at, |walk| walk.made_by(entry.tablefunc.cast())),
                RTEKind::RTE_VALUES => self.at_level(at, |walk| walk.values(entry.values_lists)),
                _ => Rc::default(),
            }
        };
        self.levels[at].entries.insert(index, Rc::clone(&rows));
        rows
    }

    unsafe fn made_by(&mut self, functions: *mut pg_sys::List) -> Rc<Rows> {
        // SAFETY: the caller's promise.
        let mut total = unsafe { self.growth_of(functions.cast()) };
        total.relations += 1.0;
        Rc::new(Rows { total, columns: Vec::new() })
    }

    /// A single row of values is put in the place of its columns.
    unsafe fn values(&mut self, lists: *mut pg_sys::List) -> Rc<Rows> {
        // SAFETY: the caller's promise; a list of lists.
        unsafe {
            let total = self.made_by(lists).total;
            let lists = PgList::<pg_sys::List>::from_pg(lists);
            let only = lists.get_ptr(0).filter(|_| lists.len() == 1);
            let values = only.map(|list| PgList::<pg_sys::Node>::from_pg(list));
            let columns =
                values.iter().flat_map(|values| values.iter_ptr()).map(|value| self.growth_of(value)).collect();
            Rc::new(Rows { total, columns })
        }
    }

    unsafe fn cte_entry(&mut self, at: usize, entry: &pg_sys::RangeTblEntry) -> Rc<Rows> {
        // SAFETY: the caller's promise; a reference names a common table expression of that level.
        unsafe {
            let found = at.checked_sub(entry.ctelevelsup as usize).and_then(|at| {
                let name = CStr::from_ptr(entry.ctename);
                let ctes = PgList::<pg_sys::CommonTableExpr>::from_pg((*self.levels.get(at)?.query).cteList);
                Some((at, ctes.iter_ptr().find(|cte| CStr::from_ptr((**cte).ctename) == name)?))
            });
            match found {
                Some((at, cte)) if is_put_in_place(&*cte) => self.at_level(at, |walk| walk.cte(cte)),
                _ => Rows::relation(),
            }
        }
    }

    /// What a common table expression of the innermost level results in.
    unsafe fn cte(&mut self, cte: *mut pg_sys::CommonTableExpr) -> Rc<Rows> {
        // SAFETY: the caller's promise.
        unsafe { self.rows((*cte).ctequery.cast()) }
    }

    /// A table with its policies, or the body of a view.
    unsafe fn relation(&mut self, relation: pg_sys::Oid) -> Rc<Rows> {
        let key = relation.to_u32();
        if let Some(known) = self.relations.get(&key) {
            return Rc::clone(known);
        }
        if !self.open.insert(key as usize) {
            // The entries that stand for a view in its own rule; policies that name their table.
            return Rc::default();
        }
        let outer = std::mem::take(&mut self.levels);
        // SAFETY: in a transaction; the relation stays open, and its rules and policies in place, while they are read. The
        // lock is the one that the rewriter takes, and is kept as it keeps it.
        let rows = unsafe {
            let opened = pg_sys::try_relation_open(relation, pg_sys::AccessShareLock as c_int);
            if opened.is_null() {
                Rows::relation()
            } else {
                let rows = match (*(*opened).rd_rel).relkind as u8 {
                    pg_sys::RELKIND_VIEW => self.view((*opened).rd_rules),
                    _ => self.table(opened),
                };
                pg_sys::relation_close(opened, pg_sys::NoLock as c_int);
                rows
            }
        };
        self.levels = outer;
        self.open.remove(&(key as usize));
        self.relations.insert(key, Rc::clone(&rows));
        rows
    }

    unsafe fn view(&mut self, rules: *mut pg_sys::RuleLock) -> Rc<Rows> {
        // SAFETY: the caller's promise; a view has one rule for SELECT, with one action.
        unsafe {
            if rules.is_null() {
                return Rows::relation();
            }
            let rules = std::slice::from_raw_parts((*rules).rules, (*rules).numLocks as usize);
            let rule = rules.iter().find(|rule| (***rule).event == pg_sys::CmdType::CMD_SELECT);
            let body = rule.and_then(|rule| PgList::<pg_sys::Query>::from_pg((**rule).actions).get_ptr(0));
            body.map_or_else(Rows::relation, |body| self.rows(body))
        }
    }

    unsafe fn table(&mut self, table: pg_sys::Relation) -> Rc<Rows> {
        let mut total = Rows::relation().total;
        // SAFETY: the caller's promise.
        unsafe {
            let expressions = virtual_columns::expressions(table).into_iter();
            let growth = |expression: Option<_>| expression.map_or_else(Growth::default, |one| self.growth_of(one));
            let columns: Vec<Growth> = expressions.map(growth).collect();
            let largest = columns.iter().map(|column| column.nodes).fold(0.0, f64::max);
            if let Some(policies) = (*table).rd_rsdesc.as_ref() {
                for policy in PgList::<pg_sys::RowSecurityPolicy>::from_pg(policies.policies).iter_ptr() {
                    let mut parts = self.growth_of((*policy).qual.cast());
                    // Each may be a column of these.
                    parts.nodes *= 1.0 + largest;
                    total += parts;
                    total.conditions += conditions((*policy).qual.cast(), false);
                }
            }
            Rc::new(Rows { total, columns })
        }
    }

    /// Runs `work` as if the levels inside `at` were not there.
    fn at_level<T>(&mut self, at: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let inner = self.levels.split_off(at + 1);
        let result = work(self);
        self.levels.extend(inner);
        result
    }
}

/// The columns of all that a query reads from; those of joins are the same once more.
///
/// # Safety
/// `query` is live.
unsafe fn columns_around(query: *mut pg_sys::Query) -> f64 {
    // SAFETY: the caller's promise; every entry of a range table has names of columns.
    unsafe {
        let entries = PgList::<pg_sys::RangeTblEntry>::from_pg((*query).rtable);
        let read = entries.iter_ptr().filter(|entry| (**entry).rtekind != RTEKind::RTE_JOIN);
        read.filter_map(|entry| (*entry).eref.as_ref()?.colnames.as_ref()).map(|names| f64::from(names.length)).sum()
    }
}

/// Whether the planner puts a common table expression in the place of its name (SS_process_ctes in subselect.c).
fn is_put_in_place(cte: &pg_sys::CommonTableExpr) -> bool {
    use pg_sys::CTEMaterialize as Wish;
    let is_wish = |wish| cte.ctematerialized == wish;
    let is_used_once = is_wish(Wish::CTEMaterializeDefault) && cte.cterefcount == 1;
    (is_wish(Wish::CTEMaterializeNever) || is_used_once) && !cte.cterecursive
}

/// The walker that the server calls for every node below one; see `uses::visit` on the guard.
#[pg_guard]
unsafe extern "C-unwind" fn visit(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    // SAFETY: context is the GrowthWalk that asked for the visit.
    unsafe { (*context.cast::<GrowthWalk>()).visit(node) };
    false
}

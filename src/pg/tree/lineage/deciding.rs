//! What decides about rows: conditions, joins, sorting, grouping, counting, comparing sets.
//!
//! A condition on labelled values and constants is a question with one answer a row. With a column beside them that
//! differs from row to row, it is as many questions as that has values: whoever joins addresses with the letters of the
//! alphabet reads them off which rows are left, or how many. Then all that the query results in tells the labelled values.

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag, RTEKind};

use super::aggregates::{is_total, measures_values};
use super::row_counts::{is_aggregated, is_row_by_row};
use super::values::is_plain;
use super::{Level, Sources, Walk};

impl Level {
    pub(super) fn new(query: *mut pg_sys::Query) -> Self {
        Self {
            query,
            entries: Default::default(),
            ctes: Default::default(),
            decided_by: Sources::new(),
            counted_by: Sources::new(),
            is_fixed: None,
            has_sets: false,
        }
    }
}

impl Walk<'_> {
    /// Finds what decides about the rows of a query, which is the innermost level.
    pub(super) unsafe fn decide(&mut self, query: *mut pg_sys::Query) {
        // SAFETY: the caller's promise.
        unsafe {
            let query = &*query;
            self.decide_entries(query);
            self.decide_joins(query.jointree.cast());
            if is_aggregated(query)
                && query.havingQual.is_null()
                && !query.hasTargetSRFs
                && let Some(level) = self.levels.last_mut()
            {
                // However many rows are aggregated, they make one. With HAVING there may be none by what was counted, and a
                // function in the list may make as many of it.
                level.counted_by.clear();
            }
            if let Some(level) = self.levels.last_mut() {
                level.has_sets = !query.groupingSets.is_null();
            }
            self.decide_conditions(query.havingQual);
            if query.setOperations.is_null() {
                self.decide_clauses(query);
            }
            self.decide_number(query.limitCount);
            self.decide_number(query.limitOffset);
        }
    }

    /// What sorts and groups. In a set operation the items stand for its first part alone: see [`Walk::combined`]. Where it decides
    /// how many rows there are as well, `Walk::rows` counts it.
    unsafe fn decide_clauses(&mut self, query: &pg_sys::Query) {
        // SAFETY: the caller's promise.
        unsafe {
            self.groups |= self.decide_order(query, query.groupClause);
            self.groups |= self.decide_order(query, query.distinctClause);
            self.without_number(|walk| {
                walk.decide_order(query, query.sortClause);
                walk.decide_windows(query);
            });
        }
    }

    unsafe fn decide_windows(&mut self, query: &pg_sys::Query) {
        // SAFETY: the caller's promise.
        unsafe {
            for window in PgList::<pg_sys::WindowClause>::from_pg(query.windowClause).iter_ptr() {
                self.decide_order(query, (*window).partitionClause);
                self.decide_order(query, (*window).orderClause);
                if measures_values(&*window) {
                    self.decide_distance(query, (*window).orderClause);
                }
                self.decide_number((*window).startOffset);
                self.decide_number((*window).endOffset);
            }
        }
    }

    /// There are as many rows as those that they are put together of.
    unsafe fn decide_entries(&mut self, query: &pg_sys::Query) {
        let at = self.levels.len() - 1;
        // SAFETY: the caller's promise.
        unsafe {
            let count = PgList::<pg_sys::RangeTblEntry>::from_pg(query.rtable).len();
            for index in 1..=count {
                let Some(entry) = self.table_entry(at, index) else { continue };
                match (*entry).rtekind {
                    RTEKind::RTE_RELATION => self.decide_number((*entry).tablesample.cast()),
                    RTEKind::RTE_SUBQUERY | RTEKind::RTE_CTE | RTEKind::RTE_FUNCTION | RTEKind::RTE_TABLEFUNC => {
                        let rows = self.entry(at, index);
                        self.without_number(|walk| walk.decided_by(&rows.decided_by));
                        self.decided_by(&rows.counted_by);
                    }
                    _ => {}
                }
            }
        }
    }

    /// The conditions of a FROM clause and all joins in it.
    unsafe fn decide_joins(&mut self, node: *mut pg_sys::Node) {
        if node.is_null() {
            return;
        }
        // SAFETY: the node's tag tells its type.
        unsafe {
            pg_sys::check_stack_depth();
            match (*node).type_ {
                NodeTag::T_FromExpr => {
                    let from = &*node.cast::<pg_sys::FromExpr>();
                    for item in PgList::<pg_sys::Node>::from_pg(from.fromlist).iter_ptr() {
                        self.decide_joins(item);
                    }
                    self.decide_conditions(from.quals);
                }
                NodeTag::T_JoinExpr => {
                    let join = &*node.cast::<pg_sys::JoinExpr>();
                    self.decide_joins(join.larg);
                    self.decide_joins(join.rarg);
                    self.decide_conditions(join.quals);
                }
                _ => {}
            }
        }
    }

    unsafe fn decide_conditions(&mut self, node: *mut pg_sys::Node) {
        let (mut all, mut leaves) = (Vec::new(), Vec::new());
        // SAFETY: the caller's promise.
        unsafe {
            terms(node, |operator| operator == pg_sys::BoolExprType::AND_EXPR, &mut all);
            for condition in all {
                let found = self.made_of(condition);
                if found.labelled.is_empty() {
                    continue;
                }
                if self.is_mixed(condition, &found) {
                    self.decided_by(&found.labelled);
                } else {
                    terms(condition, |_| true, &mut leaves);
                }
            }
            leaves.into_iter().for_each(|leaf| self.note_comparison(leaf));
        }
    }

    /// A labelled value is compared with constants, which is counted, or with other columns of its row. The same value may
    /// stand in many rows, and those columns then enumerate it.
    unsafe fn note_comparison(&mut self, node: *mut pg_sys::Node) {
        // SAFETY: the caller's promise.
        let found = unsafe { self.made_of(node) };
        if found.labelled.is_empty() {
            return;
        }
        if found.others.iter().any(|other| !other.picks) {
            self.decided_by(&found.labelled);
        }
        self.joins |= found.is_of_several_rows();
        if self.views == 0 {
            self.comparisons.insert(node as usize);
        }
    }

    /// What rows are sorted or grouped by. Whether that is labelled.
    unsafe fn decide_order(&mut self, query: &pg_sys::Query, clause: *mut pg_sys::List) -> bool {
        let mut is_labelled = false;
        // SAFETY: the caller's promise; each item refers to an entry of the query's list.
        unsafe {
            for item in PgList::<pg_sys::SortGroupClause>::from_pg(clause).iter_ptr() {
                is_labelled |= self.decide_item((*pg_sys::get_sortgroupclause_tle(item, query.targetList)).expr.cast());
            }
        }
        is_labelled
    }

    unsafe fn decide_item(&mut self, node: *mut pg_sys::Node) -> bool {
        // SAFETY: the caller's promise; exprType knows every expression.
        unsafe {
            let found = self.made_of(node);
            if found.labelled.is_empty() {
                return false;
            }
            let is_answer = pg_sys::exprType(node) == pg_sys::BOOLOID;
            // Sorted by single letters, values can be read off the order.
            let is_part = found.has_computed || !is_plain(node) && !is_total(node);
            if is_answer {
                self.decide_conditions(node);
            } else if is_part || self.is_mixed(node, &found) {
                self.decided_by(&found.labelled);
            }
            true
        }
    }

    /// A frame of rows whose values are so far apart: moved along, it measures their differences.
    unsafe fn decide_distance(&mut self, query: &pg_sys::Query, clause: *mut pg_sys::List) {
        // SAFETY: as in `decide_order`.
        unsafe {
            for item in PgList::<pg_sys::SortGroupClause>::from_pg(clause).iter_ptr() {
                self.decide_number((*pg_sys::get_sortgroupclause_tle(item, query.targetList)).expr.cast());
            }
        }
    }

    /// A number of rows, or a share of them.
    unsafe fn decide_number(&mut self, node: *mut pg_sys::Node) {
        // SAFETY: the caller's promise.
        let found = unsafe { self.made_of(node) };
        self.decided_by(&found.labelled);
    }

    /// What a count counts: its value tells how many, and nothing else of what is counted.
    pub(super) unsafe fn decide_count(&mut self, node: *mut pg_sys::Node) {
        if !self.follows_decisions {
            return;
        }
        // SAFETY: the node's tag tells its type.
        unsafe {
            let (arguments, filter, is_distinct) = match (*node).type_ {
                NodeTag::T_Aggref => {
                    let count = &*node.cast::<pg_sys::Aggref>();
                    (count.args, count.aggfilter, !count.aggdistinct.is_null())
                }
                _ => {
                    let count = &*node.cast::<pg_sys::WindowFunc>();
                    (count.args, count.aggfilter, false)
                }
            };
            self.decide_conditions(filter.cast());
            for argument in PgList::<pg_sys::Node>::from_pg(arguments).iter_ptr() {
                let value = match (*argument).type_ {
                    NodeTag::T_TargetEntry => (*argument.cast::<pg_sys::TargetEntry>()).expr.cast(),
                    _ => argument,
                };
                if is_distinct {
                    // It tells how many are equal, as groups by it do.
                    self.decide_item(value);
                }
                // A computed value may be NULL by a condition.
                if self.made_of(value).has_computed || !is_plain(value) {
                    self.decide_conditions(value);
                }
            }
        }
    }

    /// Whether the rows of an entry are those of one relation, each at most once.
    pub(super) unsafe fn is_row(&self, at: usize, index: usize) -> bool {
        // SAFETY: the caller's promise.
        unsafe {
            let Some(entry) = self.table_entry(at, index) else { return false };
            match (*entry).rtekind {
                RTEKind::RTE_RELATION => true,
                RTEKind::RTE_SUBQUERY => is_row_by_row((*entry).subquery),
                RTEKind::RTE_CTE => self
                    .cte_of(at, &*entry)
                    .is_some_and(|(_, cte)| !(*cte).cterecursive && is_row_by_row((*cte).ctequery.cast())),
                _ => false,
            }
        }
    }
}

/// The terms that AND, OR and NOT put together, as far as `splits` wants them apart.
///
/// # Safety
/// `node` is null or live.
pub(super) unsafe fn terms(
    node: *mut pg_sys::Node,
    splits: fn(pg_sys::BoolExprType::Type) -> bool,
    found: &mut Vec<*mut pg_sys::Node>,
) {
    if node.is_null() {
        return;
    }
    // SAFETY: the node's tag tells its type.
    unsafe {
        pg_sys::check_stack_depth();
        if (*node).type_ == NodeTag::T_BoolExpr && splits((*node.cast::<pg_sys::BoolExpr>()).boolop) {
            let arguments = PgList::<pg_sys::Node>::from_pg((*node.cast::<pg_sys::BoolExpr>()).args);
            arguments.iter_ptr().for_each(|argument| terms(argument, splits, found));
        } else {
            found.push(node);
        }
    }
}

//! One query level: its entries, its clauses, its set operations.

use std::ffi::CStr;

use pgrx::{PgList, pg_sys, pg_sys::NodeTag};

use super::constant::{category, name_of, qualified, text};
use crate::pg::host::text::owned;
use crate::pg::tree::uses::view_of;
use prose::outline::{
    Body, Cte, Distinct, Expr, Grouping, Outline, OutputColumn, Query, RangeTableEntry, Select, SetOperation, SortKey,
};

/// Expressions and queries nested deeper than this are only named by their kind, as no reader could follow them.
const MAX_DEPTH: usize = 100;

#[derive(Default)]
pub struct OutlineWalk {
    pub(super) levels: Vec<Level>,
    depth: usize,
    pub(super) joins: usize,
    /// What CASE compares with, innermost last.
    pub(super) cases: Vec<Expr>,
    outline: Outline,
}

/// A query whose parts are being read, innermost last.
pub(super) struct Level {
    pub(super) query: *mut pg_sys::Query,
    /// The outline's entry for each entry of the range table.
    pub(super) entries: Vec<Option<usize>>,
    scope: usize,
}

impl OutlineWalk {
    pub(super) fn into_outline(mut self, query: Query) -> Outline {
        self.outline.relations.sort();
        self.outline.relations.dedup();
        Outline { query, ..self.outline }
    }

    /// Runs `work` one step deeper, unless that is too deep.
    pub(super) fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        Some(result)
    }

    /// Runs `work` as if the levels inside `at` were not there: names in an entry of that level are resolved from it.
    pub(super) fn at_level<T>(&mut self, at: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let inner = self.levels.split_off(at + 1);
        let result = work(self);
        self.levels.extend(inner);
        result
    }

    /// The scope of the innermost query, and the one around it.
    pub(super) fn scope(&self) -> Option<usize> {
        self.levels.last().map(|level| level.scope)
    }

    pub(super) fn outer_scope(&self) -> Option<usize> {
        self.outline.scopes.get(self.scope()?).copied().flatten()
    }

    /// # Safety
    /// As for all functions here: the nodes are live parts of one analyzed statement. `around` is the scope it sees.
    pub(super) unsafe fn query(&mut self, query: *mut pg_sys::Query, around: Option<usize>) -> Query {
        // SAFETY: the caller's promise.
        self.deeper(|walk| unsafe { walk.query_here(query, around) }).unwrap_or_default()
    }

    unsafe fn query_here(&mut self, query: *mut pg_sys::Query, around: Option<usize>) -> Query {
        pgrx::check_for_interrupts!();
        let scope = self.outline.scopes.len();
        self.outline.scopes.push(around);
        // SAFETY: the caller's promise. The level is pushed before anything in the query is read, and popped after.
        unsafe {
            pg_sys::check_stack_depth();
            let node = &*query;
            self.levels.push(Level { query, entries: Vec::new(), scope });
            let ctes = self.ctes(node);
            let leaves = !node.setOperations.is_null();
            for entry in PgList::<pg_sys::RangeTblEntry>::from_pg(node.rtable).iter_ptr() {
                let named = if leaves { None } else { self.name(entry, scope) };
                if let Some(level) = self.levels.last_mut() {
                    level.entries.push(named);
                }
            }
            let body = if leaves { self.set(node.setOperations) } else { self.select(node) };
            let order = self.sort_keys(node.sortClause, node.targetList, true);
            let limit = self.count(node.limitCount);
            let offset = self.count(node.limitOffset);
            let with_ties = node.limitOption == pg_sys::LimitOption::LIMIT_OPTION_WITH_TIES;
            self.levels.pop();
            Query { scope, ctes, body, order, limit, with_ties, offset }
        }
    }

    /// Puts an entry that can be named into the outline.
    unsafe fn name(&mut self, entry: *mut pg_sys::RangeTblEntry, scope: usize) -> Option<usize> {
        use pg_sys::RTEKind::*;
        // SAFETY: the caller's promise; an entry's names are live, a subquery's entry has a subquery.
        unsafe {
            let node = &*entry;
            let alias = owned((*node.eref).aliasname).unwrap_or_default();
            let relation = match node.rtekind {
                RTE_RELATION => Some(node.relid),
                RTE_SUBQUERY => view_of(node).map(pg_sys::Oid::from),
                RTE_FUNCTION | RTE_VALUES | RTE_CTE | RTE_TABLEFUNC | RTE_NAMEDTUPLESTORE => None,
                _ => return None,
            };
            let mut named = None;
            let name = match relation {
                Some(oid) => {
                    let (schema, name, visible) = name_of(oid);
                    self.outline.relations.push((schema.clone(), name.clone()));
                    named = Some((schema.clone(), name.clone()));
                    qualified(schema, name, visible)
                }
                None if node.rtekind == RTE_CTE => owned(node.ctename).unwrap_or_default(),
                None => alias.clone(),
            };
            let width = PgList::<pg_sys::Node>::from_pg((*node.eref).colnames).len() as i16;
            let columns = (1..=width)
                .filter(|number| !pg_sys::get_rte_attribute_is_dropped(entry, *number))
                .filter_map(|number| owned(pg_sys::get_rte_attribute_name(entry, number)))
                .collect();
            self.outline.entries.push(RangeTableEntry { name, alias, relation: named, scope, columns });
            Some(self.outline.entries.len() - 1)
        }
    }

    unsafe fn ctes(&mut self, node: &pg_sys::Query) -> Vec<Cte> {
        let around = self.outer_scope();
        // SAFETY: the caller's promise.
        unsafe {
            let list = PgList::<pg_sys::CommonTableExpr>::from_pg(node.cteList);
            let mut ctes = Vec::with_capacity(list.len());
            for cte in list.iter_ptr() {
                let name = CStr::from_ptr((*cte).ctename).to_string_lossy().into_owned();
                let query = self.query((*cte).ctequery.cast(), around);
                let columns = PgList::<pg_sys::Node>::from_pg((*cte).aliascolnames);
                let columns = columns.iter_ptr().filter_map(|node| text(node)).collect();
                ctes.push(Cte { name, recursive: (*cte).cterecursive, columns, query });
            }
            ctes
        }
    }

    unsafe fn set(&mut self, node: *mut pg_sys::Node) -> Body {
        // SAFETY: the caller's promise; leaves refer to subqueries of the innermost level.
        unsafe {
            let top = &*node.cast::<pg_sys::SetOperationStmt>();
            let operation = match top.op {
                pg_sys::SetOperation::SETOP_INTERSECT => SetOperation::Intersect,
                pg_sys::SetOperation::SETOP_EXCEPT => SetOperation::Except,
                _ => SetOperation::Union,
            };
            // A chain of the same operation is one list.
            let mut operands = vec![top.rarg];
            let mut left = top.larg;
            while (*left).type_ == NodeTag::T_SetOperationStmt {
                let inner = &*left.cast::<pg_sys::SetOperationStmt>();
                if inner.op != top.op || inner.all != top.all {
                    break;
                }
                operands.push(inner.rarg);
                left = inner.larg;
            }
            operands.push(left);
            let mut parts = Vec::with_capacity(operands.len());
            for operand in operands.into_iter().rev() {
                parts.push(self.deeper(|walk| walk.operand(operand)).unwrap_or_default());
            }
            Body::Set { operation, all: top.all, parts }
        }
    }

    unsafe fn operand(&mut self, node: *mut pg_sys::Node) -> Query {
        // SAFETY: the caller's promise.
        unsafe {
            if (*node).type_ == NodeTag::T_SetOperationStmt {
                pg_sys::check_stack_depth();
                return Query { body: self.set(node), scope: self.scope().unwrap_or_default(), ..Query::default() };
            }
            let index = (*node.cast::<pg_sys::RangeTblRef>()).rtindex as usize;
            let around = self.outer_scope();
            self.entry(index).map(|entry| self.query((*entry).subquery, around)).unwrap_or_default()
        }
    }

    /// An entry of the innermost range table, counted from 1.
    pub(super) unsafe fn entry(&self, index: usize) -> Option<*mut pg_sys::RangeTblEntry> {
        let level = self.levels.last()?;
        // SAFETY: the caller's promise.
        unsafe { PgList::<pg_sys::RangeTblEntry>::from_pg((*level.query).rtable).get_ptr(index.checked_sub(1)?) }
    }

    unsafe fn select(&mut self, node: &pg_sys::Query) -> Body {
        // SAFETY: the caller's promise.
        unsafe {
            let Some(from) = self.sources((*node.jointree).fromlist) else { return Body::TooDeep };
            let filter = self.optional((*node.jointree).quals);
            let mut columns = Vec::new();
            for target in PgList::<pg_sys::TargetEntry>::from_pg(node.targetList).iter_ptr() {
                if !(*target).resjunk {
                    let value = self.expr((*target).expr.cast());
                    columns.push(OutputColumn { value, name: owned((*target).resname).unwrap_or_default() });
                }
            }
            let distinct = match (node.distinctClause.is_null(), node.hasDistinctOn) {
                (true, _) => Distinct::No,
                (_, true) => Distinct::On(self.clauses(node.distinctClause, node.targetList)),
                _ => Distinct::Rows,
            };
            let grouping = if node.groupingSets.is_null() {
                let by = self.clauses(node.groupClause, node.targetList);
                if by.is_empty() { Vec::new() } else { vec![Grouping::By(by)] }
            } else {
                self.groupings(node.groupingSets, node.targetList)
            };
            let having = self.optional(node.havingQual);
            Body::Select(Box::new(Select { from, filter, columns, distinct, grouping, having }))
        }
    }

    unsafe fn groupings(&mut self, sets: *mut pg_sys::List, targets: *mut pg_sys::List) -> Vec<Grouping> {
        use pg_sys::GroupingSetKind::*;
        // SAFETY: the caller's promise; a simple set holds references to targets, the others hold sets.
        unsafe {
            let mut groupings = Vec::new();
            for set in PgList::<pg_sys::GroupingSet>::from_pg(sets).iter_ptr() {
                let content = (*set).content;
                groupings.push(match (*set).kind {
                    GROUPING_SET_EMPTY => Grouping::By(Vec::new()),
                    GROUPING_SET_SIMPLE => {
                        let mut by = Vec::new();
                        for reference in PgList::<i32>::from_pg(content).iter_int() {
                            let target = pg_sys::get_sortgroupref_tle(reference as u32, targets);
                            by.push(self.expr((*target).expr.cast()));
                        }
                        Grouping::By(by)
                    }
                    GROUPING_SET_ROLLUP => Grouping::Rollup(self.groupings(content, targets)),
                    GROUPING_SET_CUBE => Grouping::Cube(self.groupings(content, targets)),
                    _ => Grouping::Sets(self.groupings(content, targets)),
                });
            }
            groupings
        }
    }

    /// The expressions that sort or group clauses refer to.
    pub(super) unsafe fn clauses(&mut self, clauses: *mut pg_sys::List, targets: *mut pg_sys::List) -> Vec<Expr> {
        // SAFETY: the caller's promise; every clause refers to a target.
        unsafe {
            let mut values = Vec::new();
            for clause in PgList::<pg_sys::SortGroupClause>::from_pg(clauses).iter_ptr() {
                let target = pg_sys::get_sortgroupclause_tle(clause, targets);
                values.push(self.expr((*target).expr.cast()));
            }
            values
        }
    }

    /// `outputs`: the targets are the columns of a result, whose names may stand for them.
    pub(super) unsafe fn sort_keys(
        &mut self,
        clauses: *mut pg_sys::List,
        targets: *mut pg_sys::List,
        outputs: bool,
    ) -> Vec<SortKey> {
        // SAFETY: the caller's promise; every clause refers to a target and has an ordering operator.
        unsafe {
            let mut keys = Vec::new();
            for clause in PgList::<pg_sys::SortGroupClause>::from_pg(clauses).iter_ptr() {
                let target = &*pg_sys::get_sortgroupclause_tle(clause, targets);
                let mut descending = false;
                pg_sys::get_equality_op_for_ordering_op((*clause).sortop, &mut descending);
                let nulls_first = (*clause).nulls_first;
                keys.push(SortKey {
                    value: self.expr(target.expr.cast()),
                    output: owned(target.resname).filter(|_| outputs && !target.resjunk),
                    descending,
                    nulls_first: (nulls_first != descending).then_some(nulls_first),
                    category: category(pg_sys::exprType(target.expr.cast())),
                });
            }
            keys
        }
    }

    /// LIMIT or OFFSET; NULL is none.
    unsafe fn count(&mut self, node: *mut pg_sys::Node) -> Option<Expr> {
        // SAFETY: the caller's promise.
        unsafe { self.optional(node) }.filter(|count| !matches!(count, Expr::Constant { text: None, .. }))
    }
}

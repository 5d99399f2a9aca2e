//! The FROM clause: entries and joins.

use pgrx::{PgList, pg_sys, pg_sys::NodeTag};

use super::walk::OutlineWalk;
use crate::pg::tree::uses::view_of;
use prose::outline::{EntryKind, Expr, FromItem, JoinType};

/// The most joins inside each other. Every join of a chain contains the one before, so this limits how many a query has.
const MAX_JOINS: usize = 1000;

impl OutlineWalk {
    /// # Safety
    /// As for all functions here: the nodes are live parts of the innermost level's query.
    /// `None` where a part of the clause has no form in the outline.
    pub(super) unsafe fn sources(&mut self, from: *mut pg_sys::List) -> Option<Vec<FromItem>> {
        // SAFETY: the caller's promise.
        unsafe {
            let nodes: Vec<_> = PgList::<pg_sys::Node>::from_pg(from).iter_ptr().collect();
            nodes.into_iter().map(|node| self.source(node)).collect()
        }
    }

    unsafe fn source(&mut self, node: *mut pg_sys::Node) -> Option<FromItem> {
        // SAFETY: the node's tag tells its type; a join has two sides.
        unsafe {
            match (*node).type_ {
                NodeTag::T_RangeTblRef => self.entry_source((*node.cast::<pg_sys::RangeTblRef>()).rtindex as usize),
                NodeTag::T_JoinExpr if self.joins < MAX_JOINS => {
                    self.joins += 1;
                    let join = self.join(&*node.cast());
                    self.joins -= 1;
                    join
                }
                _ => None,
            }
        }
    }

    unsafe fn join(&mut self, join: &pg_sys::JoinExpr) -> Option<FromItem> {
        // SAFETY: the caller's promise.
        unsafe {
            pg_sys::check_stack_depth();
            let (mut left, mut right) = (self.source(join.larg)?, self.source(join.rarg)?);
            let on = self.optional(join.quals);
            let kind = match join.jointype {
                pg_sys::JoinType::JOIN_LEFT => JoinType::Left,
                pg_sys::JoinType::JOIN_RIGHT => {
                    std::mem::swap(&mut left, &mut right);
                    JoinType::Left
                }
                pg_sys::JoinType::JOIN_FULL => JoinType::Full,
                _ => JoinType::Inner,
            };
            Some(FromItem::Join { kind, left: Box::new(left), right: Box::new(right), on })
        }
    }

    unsafe fn entry_source(&mut self, index: usize) -> Option<FromItem> {
        use pg_sys::RTEKind::*;
        let entry = self.levels.last()?.entries.get(index.checked_sub(1)?).copied().flatten()?;
        // SAFETY: the caller's promise; each kind of entry has the fields of its kind.
        unsafe {
            let node = &*self.entry(index)?;
            let kind = match node.rtekind {
                RTE_RELATION if node.relkind == pg_sys::RELKIND_VIEW as std::ffi::c_char => EntryKind::View,
                RTE_RELATION => EntryKind::Table,
                RTE_SUBQUERY if view_of(node).is_some() => EntryKind::View,
                RTE_SUBQUERY => {
                    let around = if node.lateral { self.scope() } else { self.outer_scope() };
                    EntryKind::Subquery(Box::new(self.query(node.subquery, around)))
                }
                RTE_CTE => EntryKind::Cte,
                RTE_FUNCTION => EntryKind::Functions(self.functions(node.functions)),
                RTE_VALUES => {
                    let rows: Vec<_> = PgList::<pg_sys::List>::from_pg(node.values_lists).iter_ptr().collect();
                    EntryKind::Values(rows.into_iter().map(|row| self.list(row)).collect())
                }
                RTE_TABLEFUNC => EntryKind::Other("rows made of a document"),
                _ => EntryKind::Other("other rows"),
            };
            Some(FromItem::Entry { entry, kind, sampled: !node.tablesample.is_null(), lateral: node.lateral })
        }
    }

    unsafe fn functions(&mut self, functions: *mut pg_sys::List) -> Vec<Expr> {
        // SAFETY: the caller's promise.
        unsafe {
            let functions: Vec<_> = PgList::<pg_sys::RangeTblFunction>::from_pg(functions).iter_ptr().collect();
            functions.into_iter().map(|function| self.expr((*function).funcexpr)).collect()
        }
    }
}

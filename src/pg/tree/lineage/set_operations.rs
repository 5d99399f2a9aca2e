//! Set operations: columns that several queries put their values into.

use std::collections::BTreeSet;

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};

use super::{Value, Walk};

impl Walk<'_> {
    /// The columns of a set operation.
    pub(super) unsafe fn combined(&mut self, query: *mut pg_sys::Query) -> Vec<Value> {
        let at = self.levels.len() - 1;
        let mut leaves = Vec::new();
        // SAFETY: the caller's promise; set operations refer to entries of this query.
        let (compares, rows) = unsafe {
            let compares = set_leaves((*query).setOperations, &mut leaves);
            (compares, leaves.into_iter().map(|leaf| self.entry(at, leaf)).collect::<Vec<_>>())
        };
        let width = rows.iter().map(|rows| rows.columns.len()).max().unwrap_or_default();
        let mut columns = vec![Value::default(); width];
        let mut mingled = BTreeSet::new();
        for (number, column) in columns.iter_mut().enumerate() {
            let values = || rows.iter().filter_map(|rows| rows.columns.get(number));
            values().for_each(|value| column.labelled.extend(&value.labelled));
            self.groups |= compares && !column.labelled.is_empty();
            if values().any(|value| !value.is_whole) || self.are_of_strangers(&column.labelled) {
                mingled.insert(number);
                if compares {
                    self.decided_by(&column.labelled);
                }
            } else {
                (column.is_pure, column.is_whole) = (true, true);
            }
        }
        // SAFETY: the caller's promise.
        unsafe { self.decide_mingled(&*query, &columns, &mingled) };
        columns
    }

    /// The items that a whole set operation is sorted by are columns of its first part, but the order is that of all parts: where
    /// labelled values stand among others, it tells between which.
    unsafe fn decide_mingled(&mut self, query: &pg_sys::Query, columns: &[Value], mingled: &BTreeSet<usize>) {
        // SAFETY: the caller's promise; each item refers to an entry of the query's list.
        unsafe {
            for item in PgList::<pg_sys::SortGroupClause>::from_pg(query.sortClause).iter_ptr() {
                let target = pg_sys::get_sortgroupclause_tle(item, query.targetList);
                let number = usize::try_from((*target).resno).unwrap_or_default().saturating_sub(1);
                let Some(column) = columns.get(number).filter(|_| mingled.contains(&number)) else { continue };
                self.without_number(|walk| walk.decided_by(&column.labelled));
            }
        }
    }
}

/// The entries of the range table that a set operation puts together; whether it compares their rows.
///
/// # Safety
/// `node` is null or a live node of a query's setOperations.
unsafe fn set_leaves(node: *mut pg_sys::Node, leaves: &mut Vec<usize>) -> bool {
    if node.is_null() {
        return false;
    }
    // SAFETY: the node's tag tells its type.
    unsafe {
        if (*node).type_ != NodeTag::T_SetOperationStmt {
            leaves.push((*node.cast::<pg_sys::RangeTblRef>()).rtindex as usize);
            return false;
        }
        pg_sys::check_stack_depth();
        let operation = &*node.cast::<pg_sys::SetOperationStmt>();
        let (left, right) = (set_leaves(operation.larg, leaves), set_leaves(operation.rarg, leaves));
        let compares = operation.op != pg_sys::SetOperation::SETOP_UNION || !operation.all;
        compares || left || right
    }
}

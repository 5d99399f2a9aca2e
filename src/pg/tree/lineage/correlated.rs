//! What is the same wherever a query is evaluated, and what is not: it names columns of the queries around it, or is volatile.

use std::ffi::c_void;

use pgrx::pg_sys::{self, NodeTag};
use pgrx::{PgList, prelude::*};

use super::Walk;
use super::values::Mode;

impl Walk<'_> {
    /// Whether the rows of a query are the same wherever it is evaluated: it names no columns of the queries around it.
    pub(super) unsafe fn is_fixed(&mut self, at: usize) -> bool {
        if let Some(known) = self.levels[at].is_fixed {
            return known;
        }
        // SAFETY: the caller's promise.
        let is_fixed = unsafe {
            let query = self.levels[at].query;
            let entries = PgList::<pg_sys::RangeTblEntry>::from_pg((*query).rtable);
            let mut ctes = entries.iter_ptr().filter(|entry| (**entry).rtekind == pg_sys::RTEKind::RTE_CTE);
            !names_outer(query.cast())
                && ctes.all(|entry| self.cte_of(at, &*entry).is_none_or(|(_, cte)| !names_outer((*cte).ctequery)))
        };
        self.levels[at].is_fixed = Some(is_fixed);
        is_fixed
    }

    /// Whether an aggregate in a subquery is one of a query around that.
    pub(super) unsafe fn is_of_around(&self, node: *mut pg_sys::Aggref) -> bool {
        // SAFETY: the caller's promise.
        let level = self.levels.len().checked_sub(1 + unsafe { (*node).agglevelsup } as usize);
        matches!(self.mode, Mode::Around(floor, _) if level.is_some_and(|level| level <= floor))
    }

    /// Notes a common table expression that a subquery in an expression reads. It may stand outside of that, and be made of columns
    /// that the subquery itself does not name; then those that it refers to may be too.
    pub(super) unsafe fn note_cte(&mut self, entry: &pg_sys::RangeTblEntry, floor: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            let Some((at, _)) = self.cte_of(self.levels.len() - 1, entry) else { return };
            if at > floor {
                return;
            }
            let varies = |query: *mut pg_sys::Query| {
                PgList::<pg_sys::CommonTableExpr>::from_pg((*query).cteList).iter_ptr().any(|cte| {
                    let query = (*cte).ctequery;
                    names_outer(query) || pg_sys::contain_volatile_functions(query)
                })
            };
            let mut levels = self.levels.iter().map(|level| level.query).take(at + 1);
            // In each round of a recursive query, what it has found is something else.
            self.found.has_foreign |= !self.recursive.is_empty() || levels.any(varies);
        }
    }
}

/// Whether a query names columns of queries around it.
///
/// # Safety
/// `query` is live.
unsafe fn names_outer(query: *mut pg_sys::Node) -> bool {
    let mut depth = 0_u32;
    // SAFETY: the caller's promise; the walker gets the depth that it expects.
    unsafe { pg_sys::query_tree_walker(query.cast(), Some(find_outer), (&raw mut depth).cast(), 0) }
}

/// Ends the walk at a column of a query further out than the walk began. The context is how many queries further in it is.
#[pg_guard]
unsafe extern "C-unwind" fn find_outer(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    if node.is_null() {
        return false;
    }
    // SAFETY: the node's tag tells its type, and the context is the depth of `names_outer`.
    unsafe {
        pgrx::check_for_interrupts!();
        let depth = context.cast::<u32>();
        match (*node).type_ {
            NodeTag::T_Var => (*node.cast::<pg_sys::Var>()).varlevelsup > *depth,
            NodeTag::T_Query => {
                *depth += 1;
                let is_found = pg_sys::query_tree_walker(node.cast(), Some(find_outer), context, 0);
                *depth -= 1;
                is_found
            }
            _ => pg_sys::expression_tree_walker(node, Some(find_outer), context),
        }
    }
}

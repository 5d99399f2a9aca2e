//! How many rows a query has: one, or those of one relation.

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag, RTEKind};

/// Whether a query makes one row of however many it reads; HAVING may leave that out.
pub fn is_aggregated(query: &pg_sys::Query) -> bool {
    query.hasAggs && query.groupClause.is_null() && query.groupingSets.is_null() && query.setOperations.is_null()
}

/// Whether what is in a query's rows, or their order, decides how many there are.
pub fn depends_on_values(query: &pg_sys::Query) -> bool {
    query.hasTargetSRFs
        || !query.distinctClause.is_null()
        || query.limitOption == pg_sys::LimitOption::LIMIT_OPTION_WITH_TIES
}

/// Whether a query has one row, or none by a constant LIMIT, whatever it reads.
///
/// # Safety
/// `query` is live.
pub unsafe fn is_one_row(query: &pg_sys::Query) -> bool {
    // SAFETY: the caller's promise; the nodes' tags tell their types.
    unsafe {
        let is_without_rows = !query.jointree.is_null()
            && (*query.jointree).fromlist.is_null()
            && (*query.jointree).quals.is_null()
            && query.groupClause.is_null()
            && query.groupingSets.is_null()
            && query.setOperations.is_null();
        (is_aggregated(query) || is_without_rows)
            && query.havingQual.is_null()
            && !query.hasTargetSRFs
            && [query.limitCount, query.limitOffset].into_iter().all(|node| is_constant_number(node))
    }
}

/// Whether a LIMIT or OFFSET is none, or a constant, which is made a bigint first.
///
/// # Safety
/// `node` is null or live.
unsafe fn is_constant_number(node: *mut pg_sys::Node) -> bool {
    // SAFETY: the caller's promise; the nodes' tags tell their types.
    unsafe {
        if node.is_null() || (*node).type_ == NodeTag::T_Const {
            return true;
        }
        (*node).type_ == NodeTag::T_FuncExpr && {
            let cast = &*node.cast::<pg_sys::FuncExpr>();
            let argument = PgList::<pg_sys::Node>::from_pg(cast.args).get_ptr(0);
            cast.funcid.to_u32() == pg_sys::F_INT8_INT4
                && argument.is_some_and(|argument| (*argument).type_ == NodeTag::T_Const)
        }
    }
}

/// Whether each row of a query is made of one row of one relation.
///
/// # Safety
/// `query` is null or live.
pub unsafe fn is_row_by_row(query: *mut pg_sys::Query) -> bool {
    if query.is_null() {
        return false;
    }
    // SAFETY: the caller's promise; the nodes' tags tell their types.
    unsafe {
        let query = &*query;
        let is_plain = query.setOperations.is_null()
            && query.groupClause.is_null()
            && query.groupingSets.is_null()
            && !query.hasAggs
            && !query.hasTargetSRFs
            && !query.jointree.is_null();
        if !is_plain {
            return false;
        }
        let items = PgList::<pg_sys::Node>::from_pg((*query.jointree).fromlist);
        let Some(item) = items.get_ptr(0).filter(|item| items.len() == 1 && (**item).type_ == NodeTag::T_RangeTblRef)
        else {
            return false;
        };
        let index = (*item.cast::<pg_sys::RangeTblRef>()).rtindex as usize;
        let entries = PgList::<pg_sys::RangeTblEntry>::from_pg(query.rtable);
        let entry = index.checked_sub(1).and_then(|at| entries.get_ptr(at));
        entry.is_some_and(|entry| match (*entry).rtekind {
            RTEKind::RTE_RELATION => true,
            RTEKind::RTE_SUBQUERY => is_row_by_row((*entry).subquery),
            _ => false,
        })
    }
}

//! Bounds what the planner proves of a statement's conditions against those that owners gave tables and indexes.
//!
//! It takes every part of what OR joins in the one with every such part in the other (predtest.c), and looks for no cancel.

use std::ffi::CStr;

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};

use crate::error::Error;

/// Pairs, each of which takes some hundred nanoseconds.
const MOST_PAIRS: f64 = 5e6;

/// Parts that owners may always give: fewer than this with more than any statement has takes no time.
const FEW: f64 = 50.0;

/// A list of constants counts no more, as the planner does not look into longer ones (MAX_SAOP_ARRAY_SIZE in predtest.c).
const LONGEST_LIST: f64 = 100.0;

/// A check has at most one part for so many bytes, as the catalog keeps it.
const BYTES_OF_PART: f64 = 100.0;

/// Why a relation that is about to be planned may not be read by this query, if so.
///
/// # Safety
/// Called by get_relation_info_hook: the query's conditions have been prepared, and the relation is locked.
pub(super) unsafe fn refusal(
    root: *mut pg_sys::PlannerInfo,
    relation: pg_sys::Oid,
    info: &pg_sys::RelOptInfo,
) -> Option<Error> {
    // SAFETY: the caller's promise; all lists are of the nodes they are said to be.
    unsafe {
        let indexes = PgList::<pg_sys::IndexOptInfo>::from_pg(info.indexlist);
        let of_indexes = indexes.iter_ptr().map(|index| parts((*index).indpred.cast())).sum::<f64>();
        let given = of_indexes + parts_of_checks(relation);
        if given <= FEW {
            return None;
        }
        let query = &*(*root).parse;
        let entries = PgList::<pg_sys::RangeTblEntry>::from_pg(query.rtable);
        let by_policies = entries.iter_ptr().map(|entry| parts((*entry).securityQuals.cast())).sum::<f64>();
        let asked = parts(query.jointree.cast()) + by_policies;
        (asked * given > MOST_PAIRS).then_some(Error::TooComplex {
            what: "pairs of conditions of the statement and of a table or its indexes",
            limit: MOST_PAIRS as usize,
        })
    }
}

/// How many conditions AND and OR join, in a tree of them.
///
/// # Safety
/// `node` is null or live.
unsafe fn parts(node: *mut pg_sys::Node) -> f64 {
    // SAFETY: the caller's promise; the tag tells what the node is. Its depth is bounded by the server's own checks of the stack.
    unsafe {
        let of_list = |list: *mut pg_sys::List| {
            PgList::<pg_sys::Node>::from_pg(list).iter_ptr().map(|node| parts(node)).sum::<f64>()
        };
        let Some(tag) = node.as_ref().map(|node| node.type_) else { return 0.0 };
        match tag {
            NodeTag::T_List => of_list(node.cast()),
            NodeTag::T_BoolExpr => of_list((*node.cast::<pg_sys::BoolExpr>()).args),
            NodeTag::T_FromExpr => {
                let from = &*node.cast::<pg_sys::FromExpr>();
                of_list(from.fromlist) + parts(from.quals)
            }
            NodeTag::T_JoinExpr => {
                let join = &*node.cast::<pg_sys::JoinExpr>();
                parts(join.larg) + parts(join.rarg) + parts(join.quals)
            }
            NodeTag::T_RangeTblRef => 0.0,
            NodeTag::T_ScalarArrayOpExpr => LONGEST_LIST,
            _ => 1.0,
        }
    }
}

/// # Safety
/// The relation is locked, in a transaction.
unsafe fn parts_of_checks(relation: pg_sys::Oid) -> f64 {
    // SAFETY: the caller's promise; the relation is open while its checks are looked at, which are C strings.
    unsafe {
        let open = pg_sys::relation_open(relation, pg_sys::NoLock as pg_sys::LOCKMODE);
        let checks = (*(*open).rd_att).constr.as_ref().filter(|constraints| constraints.num_check > 0);
        let bytes = checks.map_or(0, |constraints| {
            let checks = std::slice::from_raw_parts(constraints.check, constraints.num_check.into());
            checks
                .iter()
                .filter(|check| !check.ccbin.is_null())
                .map(|check| CStr::from_ptr(check.ccbin).count_bytes())
                .sum()
        });
        pg_sys::relation_close(open, pg_sys::NoLock as pg_sys::LOCKMODE);
        bytes as f64 / BYTES_OF_PART
    }
}

//! How long the lists become that the planner compares item by item without looking for a cancel: of conditions and of grouping
//! sets. 25,000 conditions took it 23 s, 2,400 grouping sets 25 s.

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};

/// How many conditions the planner makes one list of, each of which it compares with all others; of what is negated, those
/// that are negated one by one (canonicalize_qual in prepqual.c). Of arms that OR joins it looks for those of the shortest in all
/// others (process_duplicate_ors): as many comparisons as lists of the length that is given for them have.
///
/// # Safety
/// `node` is null or a live part of an analyzed tree.
pub unsafe fn conditions(node: *mut pg_sys::Node, is_negated: bool) -> f64 {
    if node.is_null() {
        return 0.0;
    }
    // SAFETY: the caller's promise; the node's tag tells its type.
    unsafe {
        pg_sys::check_stack_depth();
        if (*node).type_ != NodeTag::T_BoolExpr {
            return 1.0;
        }
        let expression = &*node.cast::<pg_sys::BoolExpr>();
        let parts = PgList::<pg_sys::Node>::from_pg(expression.args);
        match expression.boolop {
            pg_sys::BoolExprType::NOT_EXPR => parts.get_ptr(0).map_or(1.0, |part| conditions(part, !is_negated)),
            pg_sys::BoolExprType::AND_EXPR if !is_negated => parts.iter_ptr().map(|part| conditions(part, false)).sum(),
            pg_sys::BoolExprType::OR_EXPR if is_negated => parts.iter_ptr().map(|part| conditions(part, true)).sum(),
            _ => {
                let arms = parts.iter_ptr().map(|part| conditions(part, is_negated));
                let (longest, all) = arms.fold((1.0, 0.0), |(longest, all), arm| (arm.max(longest), all + arm));
                if longest > 1.0 { f64::sqrt(longest * all) } else { 1.0 }
            }
        }
    }
}

/// How many sets a list in GROUP BY stands for, whose items are multiplied (expand_grouping_sets in parse_agg.c).
///
/// # Safety
/// `sets` is null or the list of a live query.
pub unsafe fn grouping_sets(sets: *mut pg_sys::List) -> f64 {
    if sets.is_null() {
        return 0.0;
    }
    // SAFETY: the caller's promise; all items are grouping sets.
    unsafe { PgList::<pg_sys::GroupingSet>::from_pg(sets).iter_ptr().map(|set| sets_of(&*set)).product() }
}

/// # Safety
/// `set` is live.
unsafe fn sets_of(set: &pg_sys::GroupingSet) -> f64 {
    use pg_sys::GroupingSetKind::{GROUPING_SET_CUBE, GROUPING_SET_ROLLUP, GROUPING_SET_SETS};
    // SAFETY: the caller's promise; the items of these kinds are grouping sets.
    unsafe {
        pg_sys::check_stack_depth();
        let parts = PgList::<pg_sys::GroupingSet>::from_pg(set.content);
        match set.kind {
            GROUPING_SET_CUBE => 2_f64.powi(parts.len() as i32),
            GROUPING_SET_ROLLUP => parts.len() as f64 + 1.0,
            GROUPING_SET_SETS => parts.iter_ptr().map(|part| sets_of(&*part)).sum(),
            _ => 1.0,
        }
    }
}

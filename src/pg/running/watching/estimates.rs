//! Bounds what the planner looks through that owners made of their tables and that only makes its estimates better. It looks for no
//! cancel meanwhile.
//!
//! It goes through all extended statistics of a table once for each that it uses, with all columns that are grouped by, for each
//! grouping set (estimate_num_groups in selfuncs.c), and compares each condition with their expressions (dependencies.c): 1,500 objects
//! kept one statement of 4 kB busy for more than half a minute. And it compares each foreign key between two relations of the
//! statement with all that is said to be equal (match_foreign_keys_to_quals in initsplan.c).

use pgrx::pg_sys;

/// Of one table; each kind of an object counts.
const MOST_STATISTICS: i32 = 64;

/// Of a query, each between two of its relations.
const MOST_KEYS: i32 = 1000;

/// Leaves the first of them to the planner, those made first.
///
/// # Safety
/// Called by get_relation_info_hook: the lists are the planner's own, made for this query.
pub(super) unsafe fn bound_aids(root: &mut pg_sys::PlannerInfo, info: &mut pg_sys::RelOptInfo) {
    // SAFETY: the caller's promise.
    unsafe {
        keep(&mut info.statlist, MOST_STATISTICS);
        keep(&mut root.fkey_list, MOST_KEYS);
    }
}

/// # Safety
/// The list is null or live.
unsafe fn keep(list: &mut *mut pg_sys::List, most: i32) {
    // SAFETY: the caller's promise.
    unsafe {
        if list.as_ref().is_some_and(|list| list.length > most) {
            *list = pg_sys::list_truncate(*list, most);
        }
    }
}

//! Bounds what the planner looks through that owners made of their tables and that only makes its estimates and plans better. It looks
//! for no cancel meanwhile.
//!
//! It goes through all extended statistics of a table once for each that it uses, with all columns that are grouped by, for each
//! grouping set (estimate_num_groups in selfuncs.c), and compares each condition with their expressions (dependencies.c): 1,500 objects
//! kept one statement of 4 kB busy for more than half a minute. And it compares each foreign key between two relations of the
//! statement with all that is said to be equal (match_foreign_keys_to_quals in initsplan.c), and each condition with each column of
//! each index (match_clause_to_index in indxpath.c): 1,500 conditions on a table of 4,500 indexes took five seconds.

use pgrx::{PgList, pg_sys};

/// Of one table; each kind of an object counts.
const MOST_STATISTICS: i32 = 64;

/// Of a query, each between two of its relations.
const MOST_KEYS: i32 = 1000;

/// Of one table's indexes together.
const MOST_INDEX_COLUMNS: i64 = 2048;

/// Leaves the first of them to the planner, those made first.
///
/// # Safety
/// Called by get_relation_info_hook: the lists are the planner's own, made for this query.
pub(super) unsafe fn bound_aids(root: &mut pg_sys::PlannerInfo, info: &mut pg_sys::RelOptInfo) {
    // SAFETY: the caller's promise.
    unsafe {
        keep(&mut info.statlist, MOST_STATISTICS);
        keep(&mut root.fkey_list, MOST_KEYS);
        // Those made last are the first of this list.
        let indexes = PgList::<pg_sys::IndexOptInfo>::from_pg(info.indexlist);
        let mut columns = 0;
        let made_first = (0..indexes.len()).rev().take_while(|at| {
            columns += indexes.get_ptr(*at).map_or(0, |index| i64::from((*index).ncolumns));
            columns <= MOST_INDEX_COLUMNS
        });
        let later = indexes.len() - made_first.count();
        info.indexlist = pg_sys::list_delete_first_n(info.indexlist, later as i32);
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

//! How much indexes are searched for where they look for no cancel.
//!
//! - Before PostgreSQL 17 a btree is searched for each combination of the elements that its columns are compared with
//!   (_bt_advance_array_keys in nbtutils.c): a statement with two subqueries of 20,000 rows went on for minutes.
//! - A GIN index keeps new rows in a list (its pending list), each of which is held against each element that is asked for
//!   (scanPendingInsert in ginget.c): 100,000 rows and 5,000 elements took more than twenty seconds.
//!
//! So functions of these access methods are ours, in this process, for the indexes of plans that run in a sandbox.

#[cfg(any(feature = "pg15", feature = "pg16"))]
use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};

use pgrx::pg_sys::{self, NodeTag};
use pgrx::prelude::*;

use super::watch_state::{is_watching, raise};
use crate::error::Error;
use crate::pg::running::arguments::any_sizes;
use crate::pg::running::plan_states::planstate_tree_walker;

/// So many searches of a btree take a second or two.
#[cfg(any(feature = "pg15", feature = "pg16"))]
const MOST_COMBINATIONS: f64 = 1e6;

/// So many comparisons take a second or two.
const MOST_COMPARED: f64 = 5e7;

/// So many elements wait in a page of a GIN index.
const MOST_OF_PAGE: f64 = 400.0;

/// Puts the bounds in front of the indexes of a plan that has been started.
///
/// # Safety
/// The state is live, or null.
pub(super) unsafe extern "C-unwind" fn bound(state: *mut pg_sys::PlanState, unused: *mut c_void) -> bool {
    // SAFETY: the caller's promise; the tag tells the type. The indexes are open as long as the plan runs.
    unsafe {
        if state.is_null() {
            return false;
        }
        let index = match (*state).type_ {
            NodeTag::T_IndexScanState => (*state.cast::<pg_sys::IndexScanState>()).iss_RelationDesc,
            NodeTag::T_IndexOnlyScanState => (*state.cast::<pg_sys::IndexOnlyScanState>()).ioss_RelationDesc,
            NodeTag::T_BitmapIndexScanState => (*state.cast::<pg_sys::BitmapIndexScanState>()).biss_RelationDesc,
            _ => std::ptr::null_mut(),
        };
        // It is null where a plan is only explained.
        if let Some(index) = index.as_ref()
            && let Some(method) = index.rd_indam.as_mut()
        {
            match (*index.rd_rel).relam {
                #[cfg(any(feature = "pg15", feature = "pg16"))]
                pg_sys::BTREE_AM_OID => method.amrescan = Some(search_btree),
                pg_sys::GIN_AM_OID => method.amgetbitmap = Some(search_gin),
                _ => {}
            }
        }
        planstate_tree_walker(state, Some(bound), unused)
    }
}

/// Takes the place of the server's own, for this process; it stays where a relation is kept open.
#[cfg(any(feature = "pg15", feature = "pg16"))]
unsafe extern "C-unwind" fn search_btree(
    scan: pg_sys::IndexScanDesc,
    keys: pg_sys::ScanKey,
    count: c_int,
    orders: pg_sys::ScanKey,
    order_count: c_int,
) {
    // SAFETY: passes the server's arguments on; the keys are an array of so many.
    unsafe {
        if !keys.is_null() && count > 0 && is_watching() {
            judge_combinations(keys, count);
        }
        raw::btrescan(scan, keys, count, orders, order_count);
    }
}

/// # Safety
/// The keys are an array of so many.
#[cfg(any(feature = "pg15", feature = "pg16"))]
#[pg_guard]
unsafe extern "C-unwind" fn judge_combinations(keys: pg_sys::ScanKey, count: c_int) {
    // Of several for a column, what is in all of them counts.
    let mut of_columns = BTreeMap::new();
    // SAFETY: the caller's promise; what an index searches for each element of is an array.
    unsafe {
        let keys = std::slice::from_raw_parts(keys, usize::try_from(count).unwrap_or_default());
        let has = |key: &pg_sys::ScanKeyData, flag: u32| key.sk_flags & flag as c_int != 0;
        let arrays = keys.iter().filter(|key| has(key, pg_sys::SK_SEARCHARRAY) && !has(key, pg_sys::SK_ISNULL));
        for key in arrays {
            let fewest = of_columns.entry(key.sk_attno).or_insert(f64::INFINITY);
            *fewest = fewest.min(any_sizes::elements(key.sk_argument));
        }
    }
    if of_columns.into_values().product::<f64>() > MOST_COMBINATIONS {
        raise(Error::TooComplex {
            what: "combinations of elements that an index is searched for",
            limit: MOST_COMBINATIONS as usize,
        });
    }
}

/// As [`search_btree`].
unsafe extern "C-unwind" fn search_gin(scan: pg_sys::IndexScanDesc, found: *mut pg_sys::TIDBitmap) -> i64 {
    // SAFETY: passes the server's arguments on; the scan is live.
    unsafe {
        if is_watching() {
            judge_waiting(scan);
        }
        raw::gingetbitmap(scan, found)
    }
}

/// # Safety
/// The scan of a GIN index is live.
#[pg_guard]
unsafe extern "C-unwind" fn judge_waiting(scan: pg_sys::IndexScanDesc) {
    // SAFETY: the caller's promise; the keys are an array of so many. What the index is searched for is a value of the type that the
    // key says.
    unsafe {
        let keys =
            std::slice::from_raw_parts((*scan).keyData, usize::try_from((*scan).numberOfKeys).unwrap_or_default());
        let elements: f64 =
            keys.iter().filter(|key| key.sk_flags & pg_sys::SK_ISNULL as c_int == 0).map(|key| sought(key)).sum();
        let mut stats = pg_sys::GinStatsData::default();
        pg_sys::ginGetStats((*scan).indexRelation, &raw mut stats);
        if f64::from(stats.nPendingPages) * MOST_OF_PAGE * elements > MOST_COMPARED {
            raise(Error::TooComplex {
                what: "pairs of elements to search a GIN index for and of those that wait in its pending list",
                limit: MOST_COMPARED as usize,
            });
        }
    }
}

/// How many elements a GIN index is searched for, at most.
///
/// # Safety
/// The key is that of a scan.
unsafe fn sought(key: &pg_sys::ScanKeyData) -> f64 {
    /// An element of a tsquery or jsonb, with what tells where it is.
    const LEAST: f64 = 8.0;
    // SAFETY: the caller's promise; what has no fixed length is a varlena.
    unsafe {
        if pg_sys::get_typlen(key.sk_subtype) != -1 {
            return 1.0;
        }
        if pg_sys::get_element_type(key.sk_subtype) != pg_sys::InvalidOid {
            return any_sizes::elements(key.sk_argument);
        }
        let size = pg_sys::toast_raw_datum_size(key.sk_argument) as f64;
        let is_text = [pg_sys::TEXTOID, pg_sys::VARCHAROID, pg_sys::BPCHAROID].contains(&key.sk_subtype);
        if is_text { size } else { size / LEAST }
    }
}

mod raw {
    use super::*;

    // Without pgrx's wrapper, as an ERROR may jump over the frames here, which have nothing to drop.
    unsafe extern "C-unwind" {
        pub fn gingetbitmap(scan: pg_sys::IndexScanDesc, found: *mut pg_sys::TIDBitmap) -> i64;
        #[cfg(any(feature = "pg15", feature = "pg16"))]
        pub fn btrescan(
            scan: pg_sys::IndexScanDesc,
            keys: pg_sys::ScanKey,
            count: c_int,
            orders: pg_sys::ScanKey,
            order_count: c_int,
        );
    }
}

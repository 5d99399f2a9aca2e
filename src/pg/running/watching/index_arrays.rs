//! How many combinations of the elements of arrays a btree is searched for.
//!
//! Before PostgreSQL 17 it is searched for each combination of the elements that its columns are compared with
//! (_bt_advance_array_keys in nbtutils.c), and no cancel is looked for where nothing is found: a statement with two subqueries of 20,000
//! rows went on for minutes. So the access method's function that takes the arrays is ours, in this process, for the indexes of plans
//! that run in a sandbox.

use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};

use pgrx::pg_sys::{self, NodeTag};
use pgrx::prelude::*;

use super::watch_state::{is_watching, raise};
use crate::error::Error;
use crate::pg::running::arguments::any_sizes;
use crate::pg::running::plan_states::planstate_tree_walker;

/// So many searches take a second or two.
const MOST_COMBINATIONS: f64 = 1e6;

/// Puts the bound in front of the indexes of a plan that has been started.
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
            && (*index.rd_rel).relam == pg_sys::BTREE_AM_OID
            && let Some(method) = index.rd_indam.as_mut()
        {
            method.amrescan = Some(rescan);
        }
        planstate_tree_walker(state, Some(bound), unused)
    }
}

/// Takes the place of the server's own, for this process; it stays where a relation is kept open.
unsafe extern "C-unwind" fn rescan(
    scan: pg_sys::IndexScanDesc,
    keys: pg_sys::ScanKey,
    count: c_int,
    orders: pg_sys::ScanKey,
    order_count: c_int,
) {
    // SAFETY: passes the server's arguments on; the keys are an array of so many.
    unsafe {
        if !keys.is_null() && count > 0 && is_watching() {
            judge(keys, count);
        }
        raw::btrescan(scan, keys, count, orders, order_count);
    }
}

/// # Safety
/// The keys are an array of so many.
#[pg_guard]
unsafe extern "C-unwind" fn judge(keys: pg_sys::ScanKey, count: c_int) {
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

mod raw {
    use super::*;

    // Without pgrx's wrapper, as an ERROR may jump over the frames here, which have nothing to drop.
    unsafe extern "C-unwind" {
        pub fn btrescan(
            scan: pg_sys::IndexScanDesc,
            keys: pg_sys::ScanKey,
            count: c_int,
            orders: pg_sys::ScanKey,
            order_count: c_int,
        );
    }
}

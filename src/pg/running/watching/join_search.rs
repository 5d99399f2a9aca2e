//! Bounds the planner's search for an order of joins, in front of it.
//!
//! The search by chance (geqo) asks of every pair of relations whether one of the outer joins has a say in their order
//! (have_join_order_restriction in joinrels.c): time that grows with the cube of a statement's joins, in which nothing is joined and
//! nobody looks for a cancel. 800 outer joins took it 57 s.

use std::ffi::c_int;

use pgrx::PgList;
use pgrx::pg_sys;
use pgrx::prelude::*;

use super::interrupts::interrupt;
use super::watch_state::{is_watching, raise};
use crate::error::Error;

/// Pairs of relations times outer joins, each of which takes some ten nanoseconds. A hundred relations with fifty outer joins are
/// half a million.
const MOST_LOOKS: usize = 50_000_000;

static mut NEXT: pg_sys::join_search_hook_type = None;

/// Puts the hook in place; called once, when the library is loaded.
pub fn install() {
    // SAFETY: called while the library is loaded; the variable is the server's own, meant to be chained.
    unsafe {
        NEXT = pg_sys::join_search_hook;
        pg_sys::join_search_hook = Some(on_search);
    }
}

/// Not guarded by pgrx, for the reason given at `function_hooks::on_access`. Where nobody else has put a hook in place it chooses as the
/// server does without one (make_rel_from_joinlist in allpaths.c).
unsafe extern "C-unwind" fn on_search(
    root: *mut pg_sys::PlannerInfo,
    levels: c_int,
    relations: *mut pg_sys::List,
) -> *mut pg_sys::RelOptInfo {
    // SAFETY: passes the server's arguments on, by plain pointers; the settings are the server's own.
    unsafe {
        if is_watching() {
            if pg_sys::InterruptPending != 0 {
                interrupt();
            }
            judge(root, relations);
        }
        if let Some(next) = NEXT {
            return next(root, levels, relations);
        }
        if pg_sys::enable_geqo && levels >= pg_sys::geqo_threshold {
            raw::geqo(root, levels, relations)
        } else {
            raw::standard_join_search(root, levels, relations)
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn judge(root: *mut pg_sys::PlannerInfo, relations: *mut pg_sys::List) {
    // SAFETY: as for `on_search`; outer joins are in a list of SpecialJoinInfo.
    let (relations, outer_joins) = unsafe {
        let relations = PgList::<pg_sys::RelOptInfo>::from_pg(relations).len();
        (relations, PgList::<pg_sys::SpecialJoinInfo>::from_pg((*root).join_info_list).len())
    };
    if relations.saturating_mul(relations).saturating_mul(outer_joins) > MOST_LOOKS {
        raise(Error::TooComplex { what: "pairs of relations times outer joins", limit: MOST_LOOKS });
    }
}

/// The server's own functions without pgrx's wrapper around them.
mod raw {
    use super::{c_int, pg_sys};

    unsafe extern "C-unwind" {
        /// In optimizer/geqo.h.
        pub fn geqo(
            root: *mut pg_sys::PlannerInfo,
            levels: c_int,
            relations: *mut pg_sys::List,
        ) -> *mut pg_sys::RelOptInfo;
        pub fn standard_join_search(
            root: *mut pg_sys::PlannerInfo,
            levels: c_int,
            relations: *mut pg_sys::List,
        ) -> *mut pg_sys::RelOptInfo;
    }
}

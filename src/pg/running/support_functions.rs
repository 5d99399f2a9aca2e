//! Support functions of types that were looked up before this library was there to be asked about them.
//!
//! The server keeps what it knows of a type for the session (typcache.c), functions ready to be called included. What is looked
//! up while the hooks are in place is announced at every call; what was before is looked up again, once a session.

use std::cell::Cell;

use pgrx::pg_sys;

use crate::error::Error;
use crate::pg::running::query::rows;

thread_local! {
    static IS_FRESH: Cell<bool> = const { Cell::new(false) };
}

/// Everything of an entry of the type cache that holds functions (typcache.h).
const FUNCTIONS: u32 = pg_sys::TYPECACHE_EQ_OPR_FINFO
    | pg_sys::TYPECACHE_CMP_PROC_FINFO
    | pg_sys::TYPECACHE_HASH_PROC_FINFO
    | pg_sys::TYPECACHE_HASH_EXTENDED_PROC_FINFO
    | pg_sys::TYPECACHE_RANGE_INFO;

/// Looks the support functions of users' types up again, the first time it is called.
pub fn refresh() -> Result<(), Error> {
    if IS_FRESH.get() {
        return Ok(());
    }
    let types = rows(include_str!("support_types.sql"), &[])?;
    let types: Vec<u32> = types.iter().flatten().flatten().filter_map(|oid| oid.parse().ok()).collect();
    for oid in &types {
        // SAFETY: in a transaction; the type exists, and its entry lives as long as the session.
        unsafe { look_up_again(pg_sys::Oid::from(*oid)) };
    }
    if !types.is_empty() {
        // The same is kept with indexes of such types.
        // SAFETY: in a transaction; the server does so by itself where too many messages of others are waiting.
        unsafe { pg_sys::InvalidateSystemCaches() };
    }
    IS_FRESH.set(true);
    Ok(())
}

/// # Safety
/// In a transaction; the type exists.
unsafe fn look_up_again(oid: pg_sys::Oid) {
    // SAFETY: an entry is never freed; its functions are written in place, as lookup_type_cache does, with memory that lives
    // as long as it.
    unsafe {
        let entry = &mut *pg_sys::lookup_type_cache(oid, FUNCTIONS as i32);
        let functions = [
            &mut entry.eq_opr_finfo,
            &mut entry.cmp_proc_finfo,
            &mut entry.hash_proc_finfo,
            &mut entry.hash_extended_proc_finfo,
            &mut entry.rng_cmp_proc_finfo,
            &mut entry.rng_canonical_finfo,
            &mut entry.rng_subdiff_finfo,
        ];
        for function in functions {
            let oid = function.fn_oid;
            if oid.to_u32() >= pg_sys::FirstNormalObjectId {
                pg_sys::fmgr_info_cxt(oid, function, pg_sys::CacheMemoryContext);
            }
        }
    }
}

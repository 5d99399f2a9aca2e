//! Support functions of types, looked up before anything that runs in a sandbox does so.
//!
//! The server keeps what it knows of a type for the session (typcache.c), functions ready to be called included. What is looked
//! up while the hooks are in place is announced at every call; what was before is looked up again, once a session. And in a
//! sandbox the looking up is judged like a call: a stranger's range type in somebody's constraint would end every question that
//! prints the constraint, so types that are made later are looked up outside, too.

use std::cell::Cell;

use pgrx::pg_sys;

use crate::error::Error;
use crate::pg::host::invalidation;
use crate::pg::running::query::rows;

thread_local! {
    /// The generation of functions at which the types were looked up last.
    static LOOKED_UP_AT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Everything of an entry of the type cache that holds functions (typcache.h).
const FUNCTIONS: u32 = pg_sys::TYPECACHE_EQ_OPR_FINFO
    | pg_sys::TYPECACHE_CMP_PROC_FINFO
    | pg_sys::TYPECACHE_HASH_PROC_FINFO
    | pg_sys::TYPECACHE_HASH_EXTENDED_PROC_FINFO
    | pg_sys::TYPECACHE_RANGE_INFO;

/// Looks the support functions of users' types up, where that was not done since one of them changed.
pub fn refresh() -> Result<(), Error> {
    // The locks of the query below are preceded by the messages of others; what they announce is looked up the next time.
    let generation = invalidation::generation_of_functions();
    let last = LOOKED_UP_AT.get();
    if last == Some(generation) {
        return Ok(());
    }
    let types = rows(include_str!("support_types.sql"), &[])?;
    let types: Vec<u32> = types.iter().flatten().flatten().filter_map(|oid| oid.parse().ok()).collect();
    for oid in types.iter().map(|oid| pg_sys::Oid::from(*oid)) {
        // SAFETY: in a transaction; the type exists, and its entry lives as long as the session.
        unsafe {
            match last {
                None => look_up_again(oid),
                Some(_) => drop(pg_sys::lookup_type_cache(oid, FUNCTIONS as i32)),
            }
        }
    }
    if last.is_none() && !types.is_empty() {
        // The same is kept with indexes of such types.
        // SAFETY: in a transaction; the server does so by itself where too many messages of others are waiting.
        unsafe { pg_sys::InvalidateSystemCaches() };
    }
    LOOKED_UP_AT.set(Some(generation));
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

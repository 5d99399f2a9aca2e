//! The schemas in which bare names are looked up.

use pgrx::PgList;
use pgrx::pg_sys;

/// The oids of the schemas of `search_path` that exist and that the caller may use, in order; implicit ones are left out.
pub fn schemas() -> Vec<u32> {
    // SAFETY: in a transaction; the list is a copy of ours, in memory that ends with the call.
    let list = unsafe { PgList::<pg_sys::Oid>::from_pg(pg_sys::fetch_search_path(false)) };
    list.iter_oid().map(|oid| oid.to_u32()).collect()
}

/// Whether a bare name finds this relation, as pg_table_is_visible tells; not if it no longer exists.
pub fn finds(relation: u32) -> bool {
    let oid = pg_sys::Oid::from(relation);
    let (cache, none) = (pg_sys::SysCacheIdentifier::RELOID as i32, pg_sys::Datum::from(0));
    // SAFETY: in a transaction, on the backend's only thread; the cache is asked first, as the other raises an ERROR for a
    // relation that does not exist.
    unsafe {
        pg_sys::SearchSysCacheExists(cache, pg_sys::Datum::from(oid), none, none, none)
            && pg_sys::RelationIsVisible(oid)
    }
}

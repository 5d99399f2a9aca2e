//! The schemas in which bare names are looked up.

use pgrx::PgList;
use pgrx::pg_sys;

/// The oids of the schemas of `search_path` that exist and that the caller may use, in order; implicit ones are left out.
pub fn schemas() -> Vec<u32> {
    // SAFETY: in a transaction; the list is a copy of ours, in memory that ends with the call.
    let list = unsafe { PgList::<pg_sys::Oid>::from_pg(pg_sys::fetch_search_path(false)) };
    list.iter_oid().map(|oid| oid.to_u32()).collect()
}

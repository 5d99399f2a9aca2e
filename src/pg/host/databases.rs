//! The databases of the server, for a process that is connected to none and so can run no SQL.

use pgrx::pg_sys;

/// The oids of those that can be connected to.
pub fn connectable() -> Vec<u32> {
    let mut found = Vec::new();
    // SAFETY: in a transaction. The catalog is shared, so it can be read without a database; it stays open and locked while its
    // rows are read, and an ERROR ends the transaction, which closes it.
    unsafe {
        let catalog = pg_sys::table_open(pg_sys::DatabaseRelationId, pg_sys::AccessShareLock as pg_sys::LOCKMODE);
        let scan = pg_sys::table_beginscan_catalog(catalog, 0, std::ptr::null_mut());
        loop {
            let row = pg_sys::heap_getnext(scan, pg_sys::ScanDirection::ForwardScanDirection);
            if row.is_null() {
                break;
            }
            let database = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_database>(row);
            // A limit below -1 marks one that was dropped by half (DATCONNLIMIT_INVALID_DB in pg_database.h).
            if database.datallowconn && database.datconnlimit >= -1 {
                found.push(database.oid.to_u32());
            }
        }
        pg_sys::table_endscan(scan);
        pg_sys::table_close(catalog, pg_sys::AccessShareLock as pg_sys::LOCKMODE);
    }
    found
}

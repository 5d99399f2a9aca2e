//! The extension as the database has it: of which version its functions and tables are.

use std::ffi::{CStr, c_char};

use pgrx::pg_sys;

use super::catalogs::scan;
use crate::error::Error;

/// The version of this library.
pub const LIBRARY: &str = env!("CARGO_PKG_VERSION");

/// Fails where the database has the extension in another version than this library. That is so from when the files are replaced
/// until it is updated there, and in a session that has loaded the library before that. It is looked up in a few microseconds, and
/// kept nowhere: the server announces no change of pg_extension.
pub fn check_version() -> Result<(), Error> {
    let mut installed: Option<String> = None;
    scan(pg_sys::ExtensionRelationId, 0, &[], |row| {
        // SAFETY: a row of pg_extension; its fixed part has this shape, and a name ends with a zero byte.
        let name = unsafe {
            let extension = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_extension>(row.tuple);
            CStr::from_ptr(extension.extname.data.as_ptr().cast::<c_char>())
        };
        if name == c"nl2sql" {
            installed = row.value(pg_sys::Anum_pg_extension_extversion);
        }
    });
    match installed {
        Some(installed) if installed != LIBRARY => Err(Error::OtherVersion { installed, library: LIBRARY }),
        _ => Ok(()),
    }
}

/// Whether an extension keeps rows of tables elsewhere, so that no rows in a table may be many: Citus on other servers, TimescaleDB in
/// tables of its own.
pub fn keeps_rows_elsewhere() -> bool {
    // SAFETY: in a transaction, on the backend's only thread; looks up rows of a catalog.
    let is_there = |name: &CStr| unsafe { pg_sys::get_extension_oid(name.as_ptr(), true) } != pg_sys::InvalidOid;
    is_there(c"citus") || is_there(c"timescaledb")
}

/// The tables in which Citus says where the rows of others are.
const OF_CITUS: [&CStr; 4] = [c"pg_dist_partition", c"pg_dist_shard", c"pg_dist_placement", c"pg_dist_local_group"];

/// Whether the database has Citus, with its tables where they belong, and the caller may read them. A look at one small catalog where
/// it has not. A table of this name in any other schema, or that is no part of the extension, does not count.
pub fn has_citus() -> bool {
    // SAFETY: in a transaction, on the backend's only thread; looks up rows of catalogs.
    unsafe {
        let citus = pg_sys::get_extension_oid(c"citus".as_ptr(), true);
        if citus == pg_sys::InvalidOid {
            return false;
        }
        let schema = pg_sys::Oid::from(pg_sys::PG_CATALOG_NAMESPACE);
        OF_CITUS.into_iter().all(|name| {
            let table = pg_sys::get_relname_relid(name.as_ptr(), schema);
            table != pg_sys::InvalidOid
                && pg_sys::getExtensionOfObject(pg_sys::RelationRelationId, table) == citus
                && pg_sys::pg_class_aclcheck(table, pg_sys::GetUserId(), pg_sys::AclMode::from(pg_sys::ACL_SELECT))
                    == pg_sys::AclResult::ACLCHECK_OK
        })
    }
}

//! The secrets of a model: the options of the caller's user mapping, which no SQL shows to ordinary roles.

use std::collections::BTreeMap;

use pgrx::PgList;
use pgrx::pg_sys;

use crate::pg::host::text::owned;

/// The options of the mapping that applies to the current user, or to everybody; empty where there is none.
///
/// USAGE on the server is the caller's to check.
pub fn mapping_options(server: u32) -> BTreeMap<String, String> {
    let server = pg_sys::Oid::from(server);
    // SAFETY: in a transaction, on the backend's only thread. The cache is asked first, as GetUserMapping raises an
    // ERROR where neither mapping exists. The options are a list of DefElem nodes.
    unsafe {
        let user = pg_sys::GetUserId();
        let exists = |user: pg_sys::Oid| {
            pg_sys::SearchSysCacheExists(
                pg_sys::SysCacheIdentifier::USERMAPPINGUSERSERVER as i32,
                pg_sys::Datum::from(user),
                pg_sys::Datum::from(server),
                pg_sys::Datum::from(0),
                pg_sys::Datum::from(0),
            )
        };
        if !exists(user) && !exists(pg_sys::InvalidOid) {
            return BTreeMap::new();
        }
        let mapping = pg_sys::GetUserMapping(user, server);
        PgList::<pg_sys::DefElem>::from_pg((*mapping).options)
            .iter_ptr()
            .filter_map(|option| Some((owned((*option).defname)?, owned(pg_sys::defGetString(option))?)))
            .collect()
    }
}

/// The current user may name files and variables of the server machine.
pub fn may_read_server_files() -> bool {
    // SAFETY: in a transaction, on the backend's only thread. Superusers have the privileges of every role.
    unsafe { pg_sys::has_privs_of_role(pg_sys::GetUserId(), pg_sys::Oid::from(PG_READ_SERVER_FILES)) }
}

/// The oid of the role pg_read_server_files, fixed in pg_authid.dat.
const PG_READ_SERVER_FILES: u32 = 4569;

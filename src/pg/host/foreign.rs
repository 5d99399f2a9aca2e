//! Foreign servers, as which models are declared, and the options of the caller's user mapping: a model's secrets, which no SQL
//! shows to ordinary roles.

use std::collections::BTreeMap;
use std::ffi::CString;

use pgrx::PgList;
use pgrx::pg_sys;

use crate::pg::host::text::owned;

/// A foreign server.
pub struct Server {
    pub oid: u32,
    /// The name of its foreign-data wrapper.
    pub wrapper: String,
    /// Whether the caller has USAGE on it. Inside of a SECURITY DEFINER function two are asked: the definer, and the role that
    /// the session has set.
    pub is_usable: bool,
    pub options: BTreeMap<String, String>,
}

/// The server of this name.
pub fn server(name: &str) -> Option<Server> {
    let name = CString::new(name).ok()?;
    // SAFETY: in a transaction, on the backend's only thread. What the server returns is in memory of the current call; a server
    // has a wrapper, and the options are a list of DefElem nodes.
    unsafe {
        let found = pg_sys::GetForeignServerByName(name.as_ptr(), true).as_ref()?;
        let wrapper = pg_sys::GetForeignDataWrapper(found.fdwid).as_ref()?;
        let roles = [pg_sys::GetUserId(), pg_sys::GetOuterUserId()];
        Some(Server {
            oid: found.serverid.to_u32(),
            wrapper: owned(wrapper.fdwname)?,
            is_usable: roles.into_iter().all(|role| may_use(found.serverid, role)),
            options: texts(found.options),
        })
    }
}

/// # Safety
/// In a transaction, on the backend's only thread; the server exists.
unsafe fn may_use(server: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    let mode = pg_sys::AclMode::from(pg_sys::ACL_USAGE);
    // SAFETY: the caller's promise.
    #[cfg(feature = "pg15")]
    let allowed = unsafe { pg_sys::pg_foreign_server_aclcheck(server, role, mode) };
    // SAFETY: the caller's promise.
    #[cfg(not(feature = "pg15"))]
    let allowed = unsafe { pg_sys::object_aclcheck(pg_sys::ForeignServerRelationId, server, role, mode) };
    allowed == pg_sys::AclResult::ACLCHECK_OK
}

/// Options by name.
///
/// # Safety
/// A list of DefElem nodes, each with a text.
unsafe fn texts(options: *mut pg_sys::List) -> BTreeMap<String, String> {
    // SAFETY: the caller's promise.
    unsafe {
        PgList::<pg_sys::DefElem>::from_pg(options)
            .iter_ptr()
            .filter_map(|option| Some((owned((*option).defname)?, owned(pg_sys::defGetString(option))?)))
            .collect()
    }
}

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
        texts((*pg_sys::GetUserMapping(user, server)).options)
    }
}

/// The current user may name files and variables of the server machine.
pub fn may_read_server_files() -> bool {
    // SAFETY: in a transaction, on the backend's only thread. Superusers have the privileges of every role.
    unsafe { pg_sys::has_privs_of_role(pg_sys::GetUserId(), pg_sys::Oid::from(PG_READ_SERVER_FILES)) }
}

/// The oid of the role pg_read_server_files, fixed in pg_authid.dat.
const PG_READ_SERVER_FILES: u32 = 4569;

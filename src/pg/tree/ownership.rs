//! Whose relations and types are, and who may read them, as far as texts of others are judged by it.

use std::ffi::c_int;

use pgrx::pg_sys::{self, SysCacheIdentifier as Id};

use crate::pg::host::text::owned;

/// What pg_class says of a relation.
pub struct Relation {
    name: String,
    pub schema: String,
    pub owner: pg_sys::Oid,
    namespace: pg_sys::Oid,
    /// It holds rows of its own, and is neither a view nor a foreign table.
    is_table: bool,
    has_policies: bool,
}

impl Relation {
    /// # Safety
    /// In a transaction.
    pub unsafe fn of(relation: pg_sys::Oid) -> Option<Self> {
        // SAFETY: the cache entry is held while its fields are read; the name is NUL-terminated.
        unsafe {
            let tuple = pg_sys::SearchSysCache1(Id::RELOID as c_int, pg_sys::Datum::from(relation));
            if tuple.is_null() {
                return None;
            }
            let row = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_class>(tuple);
            let found = Self {
                name: owned(row.relname.data.as_ptr()).unwrap_or_default(),
                schema: owned(pg_sys::get_namespace_name(row.relnamespace)).unwrap_or_default(),
                owner: row.relowner,
                namespace: row.relnamespace,
                is_table: b"rmp".contains(&(row.relkind as u8)),
                has_policies: row.relrowsecurity,
            };
            pg_sys::ReleaseSysCache(tuple);
            Some(found)
        }
    }

    /// A part of the system, or where this extension keeps things: what it shows depends on who asks. Schemas are asked for too,
    /// as information_schema can be made anew.
    pub fn is_system(&self, relation: pg_sys::Oid) -> bool {
        relation.to_u32() < pg_sys::FirstNormalObjectId
            || ["pg_catalog", "pg_toast", "information_schema", "nl2sql"].contains(&self.schema.as_str())
    }

    pub fn qualified(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// Whether this role reads in it what anybody reads: rows of its own relations, or all rows of a table. What a view or
    /// a policy shows may depend on who asks.
    ///
    /// # Safety
    /// In a transaction; `relation` is this one's oid.
    pub unsafe fn may_be_read_by(&self, relation: pg_sys::Oid, role: pg_sys::Oid) -> bool {
        if self.owner == role {
            return true;
        }
        // SAFETY: the caller's promise; look-ups of privileges that raise nothing for what exists.
        unsafe {
            self.is_table
                && !self.has_policies
                && pg_sys::pg_class_aclcheck(relation, role, pg_sys::ACL_SELECT as pg_sys::AclMode)
                    == pg_sys::AclResult::ACLCHECK_OK
                && may_use(self.namespace, role)
        }
    }
}

/// # Safety
/// In a transaction; the schema exists.
unsafe fn may_use(schema: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        #[cfg(feature = "pg15")]
        let result = pg_sys::pg_namespace_aclcheck(schema, role, pg_sys::ACL_USAGE as pg_sys::AclMode);
        #[cfg(not(feature = "pg15"))]
        let result =
            pg_sys::object_aclcheck(pg_sys::NamespaceRelationId, schema, role, pg_sys::ACL_USAGE as pg_sys::AclMode);
        result == pg_sys::AclResult::ACLCHECK_OK
    }
}

/// Whether policies hold for this role; 0 is who asks.
///
/// # Safety
/// In a transaction; the relation exists.
pub unsafe fn has_policies_for(relation: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: the caller's promise; a look-up that raises nothing with this last argument.
    let result = unsafe { pg_sys::check_enable_rls(relation, role, true) };
    result == pg_sys::CheckEnableRlsResult::RLS_ENABLED as c_int
}

/// Whether a view reads with the rights of who asks.
///
/// # Safety
/// In a transaction; the view exists.
pub unsafe fn is_invoker(view: pg_sys::Oid) -> bool {
    // SAFETY: the relation is open while its options are read; those of a view are null or ViewOptions (rel.h).
    unsafe {
        let relation = pg_sys::relation_open(view, pg_sys::AccessShareLock as c_int);
        let options = (*relation).rd_options.cast::<pg_sys::ViewOptions>();
        let is_view = (*(*relation).rd_rel).relkind == pg_sys::RELKIND_VIEW as std::ffi::c_char;
        let is_invoker = is_view && !options.is_null() && (*options).security_invoker;
        pg_sys::relation_close(relation, pg_sys::AccessShareLock as c_int);
        is_invoker
    }
}

/// # Safety
/// In a transaction.
pub unsafe fn owner_of_type(oid: pg_sys::Oid) -> Option<pg_sys::Oid> {
    // SAFETY: the caller's promise; the cache entry is held while its field is read.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(Id::TYPEOID as c_int, pg_sys::Datum::from(oid));
        if tuple.is_null() {
            return None;
        }
        let owner = (*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_type>(tuple)).typowner;
        pg_sys::ReleaseSysCache(tuple);
        Some(owner)
    }
}

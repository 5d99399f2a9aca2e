//! Judges what owners of views and tables wrote, the bodies of views and row-level security policies, in every tree that is
//! planned inside a sandbox: the statement's own, those of statements in functions, those that look values up.
//!
//! Such text becomes a part of whatever reads the view or table. What a policy or a view with `security_invoker` reads is read
//! with the rights of who asks, and functions in any of them run so. Where nobody has reason to trust its owner, it may read
//! there only what the owner could read alike, and call only what computes.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_int};

use pgrx::PgList;
use pgrx::pg_sys::{self, SysCacheIdentifier as Id};
use pgrx::prelude::*;

use super::query_trees::QueryTrees;
use super::uses::{self, Origin};
use crate::error::Error;
use crate::pg::host::report::raise;
use crate::pg::host::text::owned;
use crate::pg::running::function_facts;
use crate::pg::running::watch_state::{is_watching, judges};

static mut NEXT: pg_sys::planner_hook_type = None;

/// Puts the hook in place; called once, when the library is loaded.
pub fn install() {
    // SAFETY: called while the library is loaded, on the backend's only thread; the variable is the server's own, meant to be
    // chained, and the hook has the signature the server expects.
    unsafe {
        NEXT = pg_sys::planner_hook;
        pg_sys::planner_hook = Some(on_plan);
    }
}

/// Not guarded by pgrx, for the reason given at `function_hooks::on_access`: the list is the server's memory.
unsafe extern "C-unwind" fn on_plan(
    query: *mut pg_sys::Query,
    text: *const c_char,
    options: c_int,
    parameters: pg_sys::ParamListInfo,
) -> *mut pg_sys::PlannedStmt {
    // SAFETY: passes the server's arguments on, by plain pointers.
    unsafe {
        let is_watching = is_watching();
        let judged = if is_watching { judge_query(query) } else { std::ptr::null_mut() };
        let plan = NEXT.unwrap_or(raw::standard_planner)(query, text, options, parameters);
        if is_watching {
            judge_inlined(plan, judged);
        }
        plan
    }
}

/// Judges the texts in a tree that is about to be planned. The relations it reads, as a list of oids.
#[pg_guard]
unsafe extern "C-unwind" fn judge_query(query: *mut pg_sys::Query) -> *mut pg_sys::List {
    // SAFETY: a live tree that nothing changes while it is read; in a transaction.
    unsafe {
        let uses = uses::uses(&QueryTrees::new(vec![query]));
        let mut texts = BTreeMap::new();
        for (relation, origin) in &uses.relations {
            if let Some(text) = text(&mut texts, *origin)
                && let Some(error) = text.refused_relation(pg_sys::Oid::from(*relation))
            {
                raise(error);
            }
        }
        for used in &uses.functions {
            if let Some(text) = text(&mut texts, used.origin)
                && let Some(error) = text.refused_function(pg_sys::Oid::from(used.oid), used.by_cast)
            {
                raise(error);
            }
        }
        for (origin, name) in &uses.settings {
            if let Some(text) = text(&mut texts, *origin)
                && let Some(error) = text.refused_setting(name.as_deref())
            {
                raise(error);
            }
        }
        let relations = uses.relations.iter().map(|(relation, _)| pg_sys::Oid::from(*relation));
        relations.fold(std::ptr::null_mut(), |list, relation| pg_sys::lappend_oid(list, relation))
    }
}

/// Judges what the planner has brought in with the bodies of SQL functions. Their trees are gone, so what texts of others may
/// do in them is not known: they may not be there at all.
#[pg_guard]
unsafe extern "C-unwind" fn judge_inlined(plan: *const pg_sys::PlannedStmt, judged: *const pg_sys::List) {
    // SAFETY: the plan is live, and so is the list.
    unsafe {
        for entry in PgList::<pg_sys::RangeTblEntry>::from_pg((*plan).rtable).iter_ptr() {
            let relation = (*entry).relid;
            // Children are read without a look at their own policies.
            if relation == pg_sys::InvalidOid || !is_checked(&*entry) || pg_sys::list_member_oid(judged, relation) {
                continue;
            }
            let is_view = (*entry).relkind == pg_sys::RELKIND_VIEW as c_char;
            let works_as_asker = if is_view { is_invoker(relation) } else { has_policies_here(relation) };
            let owner = Relation::of(relation).map(|found| found.owner);
            if let Some(owner) = owner.filter(|owner| works_as_asker && !is_trusted(*owner)) {
                let text = Text { relation, owner, is_view, is_trusted: false, as_asker: true };
                raise(text.refusal("works", "in the body of an SQL function"));
            }
        }
    }
}

/// Whether policies hold for who asks.
///
/// # Safety
/// In a transaction; the relation exists.
unsafe fn has_policies_here(relation: pg_sys::Oid) -> bool {
    // SAFETY: the caller's promise; a look-up that raises nothing with this last argument.
    let result = unsafe { pg_sys::check_enable_rls(relation, pg_sys::InvalidOid, true) };
    result == pg_sys::CheckEnableRlsResult::RLS_ENABLED as c_int
}

/// Whether its privileges are checked, as for all that a query names.
fn is_checked(entry: &pg_sys::RangeTblEntry) -> bool {
    #[cfg(any(feature = "pg13", feature = "pg14", feature = "pg15"))]
    return entry.requiredPerms != 0;
    #[cfg(not(any(feature = "pg13", feature = "pg14", feature = "pg15")))]
    return entry.perminfoindex != 0;
}

/// The body of a view, or the policies of a table.
#[derive(Clone, Copy)]
struct Text {
    relation: pg_sys::Oid,
    owner: pg_sys::Oid,
    is_view: bool,
    is_trusted: bool,
    /// Relations in it are read with the rights of who asks.
    as_asker: bool,
}

/// What stands behind an origin that is a text, looked up once.
///
/// # Safety
/// In a transaction.
unsafe fn text(known: &mut BTreeMap<Origin, Option<Text>>, origin: Origin) -> Option<Text> {
    let (oid, is_view) = match origin {
        Origin::View(view) => (view, true),
        Origin::Policy(table) => (table, false),
        Origin::Statement | Origin::Type(_) | Origin::Default(_) => return None,
    };
    *known.entry(origin).or_insert_with(|| {
        let relation = pg_sys::Oid::from(oid);
        // SAFETY: the caller's promise; the statement holds a lock on what it reads.
        unsafe {
            let owner = Relation::of(relation)?.owner;
            let as_asker = !is_view || is_invoker(relation);
            Some(Text { relation, owner, is_view, is_trusted: is_trusted(owner), as_asker })
        }
    })
}

impl Text {
    /// # Safety
    /// In a transaction.
    unsafe fn refused_relation(&self, relation: pg_sys::Oid) -> Option<Error> {
        // SAFETY: the caller's promise.
        unsafe {
            let found = Relation::of(relation)?;
            let is_system = relation.to_u32() < pg_sys::FirstNormalObjectId || found.schema == OURS;
            // A view of an owner who is trusted may have its reasons, but reads what the statement itself could not.
            if self.is_view && self.as_asker && is_system {
                let why = judges().and_then(|judges| (judges.system_schema)(&found.schema));
                return why.map(|why| Error::refused_relation(&found.qualified(), why, "its schema in nl2sql.schemas"));
            }
            if self.is_trusted || !self.as_asker || !is_system && found.may_be_read_by(relation, self.owner) {
                return None;
            }
            Some(self.refusal("reads relation", &found.qualified()))
        }
    }

    /// # Safety
    /// In a transaction.
    unsafe fn refused_function(&self, function: pg_sys::Oid, by_cast: bool) -> Option<Error> {
        if self.is_trusted {
            return None;
        }
        let facts = function_facts::of(function)?;
        let why = judges().and_then(|judges| (judges.text_call)(&facts.call, by_cast))?;
        // SAFETY: the caller's promise.
        let refusal = unsafe { self.refusal("calls function", &facts.call.qualified()) };
        Some(match refusal {
            Error::Refused { what, why: place, hint } => Error::Refused { what, why: format!("{place} {why}"), hint },
            other => other,
        })
    }

    /// What only superusers may see is none of an owner's business.
    ///
    /// # Safety
    /// In a transaction.
    unsafe fn refused_setting(&self, name: Option<&str>) -> Option<Error> {
        // SAFETY: the caller's promise; the look-up raises nothing with this last argument, and says 0 of what is unknown.
        unsafe {
            let is_open = |name: &str| {
                let name = CString::new(name).unwrap_or_default();
                pg_sys::GetConfigOptionFlags(name.as_ptr(), true) & pg_sys::GUC_SUPERUSER_ONLY as c_int == 0
            };
            let what = match name {
                Some(name) if self.is_trusted || is_open(name) => return None,
                None if self.is_trusted => return None,
                Some(name) => format!("{name}, which only superusers may see,"),
                None => "whose name it computes,".to_owned(),
            };
            Some(self.refusal("reads a setting", &what))
        }
    }

    /// # Safety
    /// In a transaction.
    unsafe fn refusal(&self, does: &str, what: &str) -> Error {
        // SAFETY: the caller's promise.
        let (name, owner) = unsafe {
            let name = Relation::of(self.relation).map(|relation| relation.qualified()).unwrap_or_default();
            (name, owned(pg_sys::GetUserNameFromId(self.owner, true)).unwrap_or_default())
        };
        let whose = if self.is_view { "It" } else { "Its row-level security policy" };
        let what = if what.is_empty() { String::new() } else { format!(" {what}") };
        Error::Refused {
            what: format!("reading {} {name}", if self.is_view { "view" } else { "table" }),
            why: format!("{whose} {does}{what} with the rights of who asks, and nobody trusts its owner with that."),
            hint: Some(format!("A superuser who trusts the role {owner} can name it in nl2sql.trust_owners.")),
        }
    }
}

/// Where this extension keeps things.
const OURS: &str = "nl2sql";

/// What pg_class says of a relation.
struct Relation {
    name: String,
    schema: String,
    owner: pg_sys::Oid,
    namespace: pg_sys::Oid,
    /// It holds rows of its own, and is neither a view nor a foreign table.
    is_table: bool,
    has_policies: bool,
}

impl Relation {
    /// # Safety
    /// In a transaction.
    unsafe fn of(relation: pg_sys::Oid) -> Option<Self> {
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

    fn qualified(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// Whether this role reads in it what anybody reads: rows of its own relations, or all rows of a table. What a view or
    /// a policy shows may depend on who asks.
    ///
    /// # Safety
    /// In a transaction; `relation` is this one's oid.
    unsafe fn may_be_read_by(&self, relation: pg_sys::Oid, role: pg_sys::Oid) -> bool {
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
        #[cfg(any(feature = "pg13", feature = "pg14", feature = "pg15"))]
        let result = pg_sys::pg_namespace_aclcheck(schema, role, pg_sys::ACL_USAGE as pg_sys::AclMode);
        #[cfg(not(any(feature = "pg13", feature = "pg14", feature = "pg15")))]
        let result =
            pg_sys::object_aclcheck(pg_sys::NamespaceRelationId, schema, role, pg_sys::ACL_USAGE as pg_sys::AclMode);
        result == pg_sys::AclResult::ACLCHECK_OK
    }
}

/// Whether a view reads with the rights of who asks, which there is from PostgreSQL 15 on.
///
/// # Safety
/// In a transaction; the view exists.
unsafe fn is_invoker(view: pg_sys::Oid) -> bool {
    #[cfg(any(feature = "pg13", feature = "pg14"))]
    {
        let _ = view;
        false
    }
    #[cfg(not(any(feature = "pg13", feature = "pg14")))]
    // SAFETY: the relation is open while its options are read; those of a view are null or ViewOptions (rel.h).
    unsafe {
        let relation = pg_sys::relation_open(view, pg_sys::AccessShareLock as c_int);
        let options = (*relation).rd_options.cast::<pg_sys::ViewOptions>();
        let is_view = (*(*relation).rd_rel).relkind == pg_sys::RELKIND_VIEW as c_char;
        let is_invoker = is_view && !options.is_null() && (*options).security_invoker;
        pg_sys::relation_close(relation, pg_sys::AccessShareLock as c_int);
        is_invoker
    }
}

/// Whether who asks has reason to trust what this role wrote, as for functions.
///
/// # Safety
/// In a transaction.
unsafe fn is_trusted(owner: pg_sys::Oid) -> bool {
    // SAFETY: the caller's promise; the name is allocated in the current memory context.
    unsafe {
        if pg_sys::superuser_arg(owner) || owner == pg_sys::GetUserId() {
            return true;
        }
        let name = owned(pg_sys::GetUserNameFromId(owner, true)).unwrap_or_default();
        judges().is_some_and(|judges| (judges.trusts)(&name))
    }
}

/// The server's own function without pgrx's wrapper around it.
mod raw {
    use super::*;

    unsafe extern "C-unwind" {
        pub fn standard_planner(
            query: *mut pg_sys::Query,
            text: *const c_char,
            options: c_int,
            parameters: pg_sys::ParamListInfo,
        ) -> *mut pg_sys::PlannedStmt;
    }
}

//! Judges what owners of views, tables and types wrote, the bodies of views, row-level security policies and the checks of
//! domains, in every tree that is planned inside a sandbox: the statement's own, those of statements in functions, those that look values up.
//!
//! Such text becomes a part of whatever reads the view or table. What a policy or a view with `security_invoker` reads is read
//! with the rights of who asks, and functions in any of them run so. Where nobody has reason to trust its owner, it may read
//! there only what the owner could read alike, and call only what computes.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_int};

use pgrx::PgList;
use pgrx::pg_sys;
use pgrx::prelude::*;

use super::ownership::{Relation, is_invoker, owner_of_type};
use super::query_trees::QueryTrees;
use super::type_code::add_code_of_types;
use super::uses::{self, Origin, Uses};
use crate::error::Error;
use crate::pg::host::report::raise;
use crate::pg::host::text::owned;
use crate::pg::running::watch_state::{is_watching, judges, set_planning};
use crate::pg::running::{function_facts, prepared_code};

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
        let was_planning = set_planning(is_watching);
        let plan = NEXT.unwrap_or(raw::standard_planner)(query, text, options, parameters);
        set_planning(was_planning);
        if is_watching {
            judge_inlined(plan, judged);
        }
        plan
    }
}

/// Judges the texts in a tree that is about to be planned. What it reads,
/// as a list of oids: each relation and the role it is read as.
#[pg_guard]
unsafe extern "C-unwind" fn judge_query(query: *mut pg_sys::Query) -> *mut pg_sys::List {
    // SAFETY: a live tree that nothing changes while it is read; in a transaction.
    unsafe {
        let mut uses = uses::uses(&QueryTrees::new(vec![query]));
        if uses
            .types
            .iter()
            .any(|(oid, _)| owner_of_type(pg_sys::Oid::from(*oid)).is_some_and(|owner| !is_trusted(owner)))
        {
            prepared_code::note_types();
        }
        add_code_of_types(&mut uses);
        if let Some(error) = refusal(&uses) {
            raise(error);
        }
        let oids = uses.readers.iter().flat_map(|(relation, reader)| [*relation, *reader]);
        oids.fold(std::ptr::null_mut(), |list, oid| pg_sys::lappend_oid(list, pg_sys::Oid::from(oid)))
    }
}

/// Why these types may not be made values of, if so: for checks by owners whom nobody has reason to trust.
pub fn refused_types(types: impl Iterator<Item = u32>) -> Result<(), Error> {
    let mut uses = Uses { types: types.map(|oid| (oid, Origin::Statement)).collect(), ..Uses::default() };
    // SAFETY: called while a statement is judged, in a transaction.
    let refusal = unsafe {
        add_code_of_types(&mut uses);
        refusal(&uses)
    };
    refusal.map_or(Ok(()), Err)
}

/// What the first text says that it may not say.
///
/// # Safety
/// In a transaction.
unsafe fn refusal(uses: &Uses) -> Option<Error> {
    let mut texts = BTreeMap::new();
    // SAFETY: the caller's promise.
    unsafe {
        for (relation, origin) in &uses.relations {
            let error = text(&mut texts, *origin).and_then(|text| text.refused_relation(pg_sys::Oid::from(*relation)));
            if error.is_some() {
                return error;
            }
        }
        for used in &uses.functions {
            let text = text(&mut texts, used.origin);
            let error = text.and_then(|text| text.refused_function(pg_sys::Oid::from(used.oid), used.by_cast));
            if error.is_some() {
                return error;
            }
        }
        uses.settings.iter().find_map(|(origin, name)| text(&mut texts, *origin)?.refused_setting(name.as_deref()))
    }
}

/// Judges what the planner has brought in with the bodies of SQL functions. Their trees are gone, so what a policy or a view with
/// `security_invoker` of others may do in them is not known: it may not be there at all. An ordinary view calls what its rule says.
#[pg_guard]
unsafe extern "C-unwind" fn judge_inlined(plan: *const pg_sys::PlannedStmt, judged: *const pg_sys::List) {
    // SAFETY: the plan is live, and so is the list.
    unsafe {
        let judged: Vec<pg_sys::Oid> = PgList::<pg_sys::Oid>::from_pg(judged.cast_mut()).iter_oid().collect();
        for entry in PgList::<pg_sys::RangeTblEntry>::from_pg((*plan).rtable).iter_ptr() {
            let relation = (*entry).relid;
            // Children are read without a look at their own policies.
            let Some(reader) = reader(&*plan, &*entry).filter(|_| relation != pg_sys::InvalidOid) else { continue };
            let is_view = (*entry).relkind == pg_sys::RELKIND_VIEW as c_char;
            if judged.chunks(2).any(|known| known[0] == relation && (is_view || known[1] == reader)) {
                continue;
            }
            let Some(owner) = Relation::of(relation).map(|found| found.owner).filter(|owner| !is_trusted(*owner))
            else {
                continue;
            };
            let as_asker = if is_view { is_invoker(relation) } else { has_policies_for(relation, reader) };
            if as_asker {
                let kind = if is_view { Kind::View } else { Kind::Policy };
                let text = Text { of: relation, owner, kind, is_trusted: false, as_asker: true };
                raise(text.refusal("works", "in the body of an SQL function"));
            } else if is_view && let Some(error) = refused_body(relation) {
                raise(error);
            }
        }
    }
}

/// What the body of an ordinary view says that it may not say, but for the views it reads in turn.
///
/// # Safety
/// In a transaction; the view exists.
unsafe fn refused_body(view: pg_sys::Oid) -> Option<Error> {
    // SAFETY: the relation is open while its rules are read, whose actions are lists of analyzed queries.
    unsafe {
        let relation = pg_sys::relation_open(view, pg_sys::AccessShareLock as c_int);
        let mut queries = Vec::new();
        if let Some(rules) = (*relation).rd_rules.as_ref() {
            for at in 0..rules.numLocks as usize {
                queries.extend(PgList::<pg_sys::Query>::from_pg((**rules.rules.add(at)).actions).iter_ptr());
            }
        }
        let mut uses = uses::uses_as(&QueryTrees::new(queries), Origin::View(view.to_u32()));
        add_code_of_types(&mut uses);
        let refusal = refusal(&uses);
        pg_sys::relation_close(relation, pg_sys::AccessShareLock as c_int);
        refusal
    }
}

/// Whether policies hold for this role; 0 is who asks.
///
/// # Safety
/// In a transaction; the relation exists.
unsafe fn has_policies_for(relation: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: the caller's promise; a look-up that raises nothing with this last argument.
    let result = unsafe { pg_sys::check_enable_rls(relation, role, true) };
    result == pg_sys::CheckEnableRlsResult::RLS_ENABLED as c_int
}

/// The role it is read as, if its privileges are checked, as for all that a query names; 0 is who asks.
///
/// # Safety
/// The plan is live, and the entry is one of its own.
unsafe fn reader(plan: &pg_sys::PlannedStmt, entry: &pg_sys::RangeTblEntry) -> Option<pg_sys::Oid> {
    #[cfg(any(feature = "pg13", feature = "pg14", feature = "pg15"))]
    {
        let _ = plan;
        (entry.requiredPerms != 0).then_some(entry.checkAsUser)
    }
    #[cfg(not(any(feature = "pg13", feature = "pg14", feature = "pg15")))]
    // SAFETY: the list is one of RTEPermissionInfo nodes.
    unsafe {
        let infos = PgList::<pg_sys::RTEPermissionInfo>::from_pg(plan.permInfos);
        let info = (entry.perminfoindex as usize).checked_sub(1).and_then(|at| infos.get_ptr(at));
        info.map(|info| (*info).checkAsUser)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    View,
    Policy,
    /// The checks of a domain, or a cast that makes json of a type.
    Type,
}

/// The body of a view, the policies of a table, or what stands behind a type.
#[derive(Clone, Copy)]
struct Text {
    /// The view, table or type.
    of: pg_sys::Oid,
    owner: pg_sys::Oid,
    kind: Kind,
    is_trusted: bool,
    /// Relations in it are read with the rights of who asks.
    as_asker: bool,
}

/// What stands behind an origin that is a text, looked up once.
///
/// # Safety
/// In a transaction.
unsafe fn text(known: &mut BTreeMap<Origin, Option<Text>>, origin: Origin) -> Option<Text> {
    let (oid, kind) = match origin {
        Origin::View(view) => (view, Kind::View),
        Origin::Policy(table) => (table, Kind::Policy),
        Origin::Type(oid) => (oid, Kind::Type),
        Origin::Statement | Origin::Default(_) => return None,
    };
    *known.entry(origin).or_insert_with(|| {
        let of = pg_sys::Oid::from(oid);
        // SAFETY: the caller's promise; the statement holds a lock on what it reads.
        unsafe {
            let owner = if kind == Kind::Type { owner_of_type(of)? } else { Relation::of(of)?.owner };
            let as_asker = kind != Kind::View || is_invoker(of);
            Some(Text { of, owner, kind, is_trusted: is_trusted(owner), as_asker })
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
            if self.kind == Kind::View && self.as_asker && is_system {
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
            let name = match self.kind {
                Kind::Type => owned(pg_sys::format_type_be_qualified(self.of)),
                Kind::View | Kind::Policy => Relation::of(self.of).map(|relation| relation.qualified()),
            };
            (name.unwrap_or_default(), owned(pg_sys::GetUserNameFromId(self.owner, true)).unwrap_or_default())
        };
        let (used, whose) = match self.kind {
            Kind::View => ("reading view", "It"),
            Kind::Policy => ("reading table", "Its row-level security policy"),
            Kind::Type => ("making a value of type", "Its check"),
        };
        let what = if what.is_empty() { String::new() } else { format!(" {what}") };
        Error::Refused {
            what: format!("{used} {name}"),
            why: format!("{whose} {does}{what} with the rights of who asks, and nobody trusts its owner with that."),
            hint: Some(format!("A superuser who trusts the role {owner} can name it in nl2sql.trust_owners.")),
        }
    }
}

/// Where this extension keeps things.
const OURS: &str = "nl2sql";

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

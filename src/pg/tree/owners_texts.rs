//! Judges what owners of views, tables and types wrote, the bodies of views, row-level security policies and the checks of
//! domains, in every tree that is planned inside a sandbox: the statement's own, those of statements in functions, those that
//! look values up.
//!
//! Such text becomes a part of whatever reads the view or table. What a policy or a view with `security_invoker` reads is read
//! with the rights of who asks, and functions in any of them run so. Where nobody has reason to trust its owner, it may read
//! there only what the owner could read alike, and call only what computes.

use std::collections::BTreeSet;
use std::ffi::{c_char, c_int};

use pgrx::PgList;
use pgrx::pg_sys;
use pgrx::prelude::*;

use super::owned_text::{Kind, Text, Texts, is_trusted};
use super::ownership::{Relation, has_policies_for, is_invoker, owner_of_type};
use super::query_trees::QueryTrees;
use super::type_code::{MOST_DOMAINS, add_code_of_types, keep_checks};
use super::uses::{self, Origin, Uses};
use crate::error::Error;
use crate::pg::host::report::raise;
use crate::pg::running::watching::judged_types;
use crate::pg::running::watching::prepared_code;
use crate::pg::running::watching::watch_state::{is_watching, set_planning};

static mut NEXT: pg_sys::planner_hook_type = None;

/// Puts the hook in place; called once, when the library is loaded.
pub fn install() {
    // SAFETY: called while the library is loaded, on the backend's only thread; the variable is the server's own, meant to be
    // chained, and the hook has the signature the server expects.
    unsafe {
        judged_types::install(refused_again);
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
        // Workers would not know which types are watched.
        let is_alone = is_watching && judged_types::are_noted();
        let options = if is_alone { options & !(pg_sys::CURSOR_OPT_PARALLEL_OK as c_int) } else { options };
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
        let types = uses.types.clone();
        let all = add_code_of_types(&mut uses);
        let error = refusal(&uses).or_else(|| if has_strangers(&all) { judge_types(&types) } else { None });
        if let Some(error) = error {
            raise(error);
        }
        let oids = uses.readers.iter().flat_map(|(relation, reader)| [*relation, *reader]);
        oids.fold(std::ptr::null_mut(), |list, oid| pg_sys::lappend_oid(list, pg_sys::Oid::from(oid)))
    }
}

/// Why these types may not be made values of, if so: for checks by owners whom nobody has reason to trust.
pub fn refused_types(types: impl Iterator<Item = u32>) -> Result<(), Error> {
    let types: Vec<(u32, Origin)> = types.map(|oid| (oid, Origin::Statement)).collect();
    // SAFETY: called while a statement is judged, in a transaction.
    unsafe { judge_types(&types) }.map_or(Ok(()), Err)
}

/// The same of types that have changed while a statement runs.
fn refused_again(types: &BTreeSet<u32>) -> Option<Error> {
    refused_types(types.iter().copied()).err()
}

/// Judges what stands behind types, and watches those of owners whom nobody has reason to trust from then on.
///
/// # Safety
/// In a transaction.
unsafe fn judge_types(types: &[(u32, Origin)]) -> Option<Error> {
    /// They are read once more after they are watched; who changes them more often does it on purpose.
    const MOST_OFTEN: usize = 5;
    let mut watched = BTreeSet::new();
    for _ in 0..MOST_OFTEN {
        let mut uses = Uses { types: types.to_vec(), ..Uses::default() };
        // SAFETY: the caller's promise.
        unsafe {
            let all = add_code_of_types(&mut uses);
            let error = refusal(&uses);
            if error.is_some() || all.is_subset(&watched) || !has_strangers(&all) {
                return error;
            }
            prepared_code::note_types();
            judged_types::note(&all);
            if !keep_checks(&all) {
                return Some(Error::TooComplex { what: "domains over domains", limit: MOST_DOMAINS });
            }
            watched = all;
        }
    }
    Some(judged_types::changing())
}

/// # Safety
/// In a transaction.
unsafe fn has_strangers(types: &BTreeSet<u32>) -> bool {
    // SAFETY: the caller's promise.
    let is_strangers =
        |oid: u32| unsafe { owner_of_type(pg_sys::Oid::from(oid)).is_some_and(|owner| !is_trusted(owner)) };
    types.iter().any(|oid| is_strangers(*oid))
}

/// What the first text says that it may not say.
///
/// # Safety
/// In a transaction.
unsafe fn refusal(uses: &Uses) -> Option<Error> {
    // SAFETY: the caller's promise.
    unsafe {
        let texts = Texts::of(uses);
        for (relation, origin) in &uses.relations {
            let relation = pg_sys::Oid::from(*relation);
            let error = texts.by(*origin).find_map(|text| text.refused_relation(relation));
            if error.is_some() {
                return error;
            }
        }
        for used in &uses.functions {
            let function = pg_sys::Oid::from(used.oid);
            let error = texts.by(used.origin).find_map(|text| text.refused_function(function, used.by_cast));
            if error.is_some() {
                return error;
            }
        }
        let role = uses.asks_role.iter().find_map(|origin| texts.by(*origin).find_map(|text| text.refused_role()));
        role.or_else(|| {
            let mut settings = uses.settings.iter();
            settings.find_map(|(origin, name)| texts.by(*origin).find_map(|text| text.refused_setting(name.as_deref())))
        })
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
                raise(Text::of_stranger(relation, owner, kind).refusal("works", "in the body of an SQL function"));
            } else if is_view && let Some(error) = refused_body(relation) {
                raise(error);
            }
        }
    }
}

/// What the body of an ordinary view says that it may not say, and those of the views that it reads.
///
/// # Safety
/// In a transaction; the view exists.
unsafe fn refused_body(view: pg_sys::Oid) -> Option<Error> {
    let mut uses = Uses::default();
    let (mut open, mut seen) = (vec![view.to_u32()], BTreeSet::from([view.to_u32()]));
    while let Some(view) = open.pop() {
        // SAFETY: the relation is open while its rules are read, whose actions are lists of analyzed queries.
        unsafe {
            let relation = pg_sys::relation_open(view.into(), pg_sys::AccessShareLock as c_int);
            let mut queries = Vec::new();
            if let Some(rules) = (*relation).rd_rules.as_ref().filter(|_| is_view(relation)) {
                for at in 0..rules.numLocks as usize {
                    queries.extend(PgList::<pg_sys::Query>::from_pg((**rules.rules.add(at)).actions).iter_ptr());
                }
            }
            uses::add_queries(&mut uses, Origin::View(view), &QueryTrees::new(queries));
            pg_sys::relation_close(relation, pg_sys::AccessShareLock as c_int);
        }
        let read = uses.relations.iter().filter(|(_, origin)| *origin == Origin::View(view));
        open.extend(read.map(|(relation, _)| *relation).filter(|relation| seen.insert(*relation)));
    }
    // SAFETY: the caller's promise.
    unsafe {
        add_code_of_types(&mut uses);
        refusal(&uses)
    }
}

/// # Safety
/// An open relation.
unsafe fn is_view(relation: pg_sys::Relation) -> bool {
    // SAFETY: the caller's promise.
    unsafe { (*(*relation).rd_rel).relkind == pg_sys::RELKIND_VIEW as c_char }
}

/// The role it is read as, if its privileges are checked, as for all that a query names; 0 is who asks.
///
/// # Safety
/// The plan is live, and the entry is one of its own.
unsafe fn reader(plan: &pg_sys::PlannedStmt, entry: &pg_sys::RangeTblEntry) -> Option<pg_sys::Oid> {
    #[cfg(feature = "pg15")]
    {
        let _ = plan;
        (entry.requiredPerms != 0).then_some(entry.checkAsUser)
    }
    #[cfg(not(feature = "pg15"))]
    // SAFETY: the list is one of RTEPermissionInfo nodes.
    unsafe {
        let infos = PgList::<pg_sys::RTEPermissionInfo>::from_pg(plan.permInfos);
        let info = (entry.perminfoindex as usize).checked_sub(1).and_then(|at| infos.get_ptr(at));
        info.map(|info| (*info).checkAsUser)
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

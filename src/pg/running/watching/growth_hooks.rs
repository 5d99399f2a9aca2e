//! Refuses what grows without bound on its way to a plan, inside a sandbox, and has the rest interrupted.
//!
//! The server asks after every analysis, before it rewrites: of the statement, and of what functions run and put in its place.
//! While it plans, it asks about relations and joins; it looks for no cancel by itself there.

use std::sync::OnceLock;

use pgrx::pg_sys;
use pgrx::prelude::*;

use super::interrupts::interrupt;
use super::watch_state::{is_watching, raise};
use crate::error::Error;
use crate::limits::Growth;

/// The rewriter looks for each relation in all of a statement (rangeTableEntry_used in rewriteManip.c), and the planner compares each
/// aggregate with all before it (find_compatible_agg in prepagg.c).
const MOST_VISITS: f64 = 1e8;

/// The planner looks for each side of each condition among all that are equal to something (process_equivalence in equivclass.c).
const MOST_EQUALITIES: f64 = 4e7;

/// An outer join that the planner removes as useless is taken out of what is known of every column around (remove_rel_from_query in
/// analyzejoins.c).
const MOST_REMOVALS: f64 = 1e8;

/// After each of them it looks at all other outer joins again, and with each at what is computed below outer joins (join_is_removable
/// there).
const MOST_REMOVAL_LOOKS: f64 = 5e9;

/// Computes the growth of an analyzed query that is live, in a transaction.
pub type Measure = unsafe fn(*mut pg_sys::Query) -> Growth;

static LIMIT: OnceLock<(Measure, Growth)> = OnceLock::new();
static mut NEXT_ANALYSIS: pg_sys::post_parse_analyze_hook_type = None;
static mut NEXT_JOIN: pg_sys::set_join_pathlist_hook_type = None;

/// Puts the hooks in place; called once, when the library is loaded.
pub fn install(measure: Measure, most: Growth) {
    if LIMIT.set((measure, most)).is_ok() {
        // SAFETY: called while the library is loaded; the variables are the server's own, meant to be chained.
        unsafe {
            NEXT_ANALYSIS = pg_sys::post_parse_analyze_hook;
            pg_sys::post_parse_analyze_hook = Some(on_analysis);
            NEXT_JOIN = pg_sys::set_join_pathlist_hook;
            pg_sys::set_join_pathlist_hook = Some(on_join);
        }
    }
}

/// Not guarded by pgrx, for the reason given at `function_hooks::on_access`.
unsafe extern "C-unwind" fn on_analysis(
    state: *mut pg_sys::ParseState,
    query: *mut pg_sys::Query,
    jumble: *mut pg_sys::JumbleState,
) {
    // SAFETY: passes the server's arguments on, by plain pointers; the query is live.
    unsafe {
        if let Some(next) = NEXT_ANALYSIS {
            next(state, query, jumble);
        }
        if is_watching() {
            judge(query);
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn judge(query: *mut pg_sys::Query) {
    pgrx::check_for_interrupts!();
    let Some((measure, most)) = LIMIT.get() else { return };
    // SAFETY: live, in a transaction.
    let growth = unsafe { measure(query) };
    let refused = [
        (
            growth.xml_parses > most.xml_parses,
            "using XMLPARSE, IS DOCUMENT or INDENT",
            "Nothing bounds what they parse, and no cancel ends them.",
            "Cast the text to xml, or ask xml_is_well_formed_document().",
        ),
        (
            growth.xml_tables > most.xml_tables,
            "using XMLTABLE on any document or with any path",
            "Nothing bounds what it looks at, and no cancel ends it.",
            "Pass it (…::text::xml), and paths that stand in the statement and find rows in one look, columns inside of them.",
        ),
    ];
    if let Some((_, what, why, hint)) = refused.into_iter().find(|(is_refused, ..)| *is_refused) {
        raise(Error::Refused { what: what.to_owned(), why: why.to_owned(), hint: Some(hint.to_owned()) });
    }
    let excess = [
        (
            growth.relations,
            most.relations,
            "relations, when views, policies and common table expressions are put in place",
        ),
        (growth.conditions, most.conditions, "conditions that must all hold"),
        (growth.aggregates, most.aggregates, "aggregates and window functions"),
        (growth.outer_columns, most.outer_columns, "columns of outer queries in subqueries"),
        (growth.nodes * growth.relations, MOST_VISITS, "parts of expressions times relations"),
        (growth.nodes * growth.conditions, MOST_EQUALITIES, "parts of expressions times conditions"),
        (growth.nodes * growth.aggregates, MOST_VISITS, "parts of expressions times aggregates and window functions"),
        (growth.searched, most.searched, "parts of expressions times those of what they are sorted and grouped by"),
        (growth.columns, most.columns, "columns of relations"),
        (growth.outer_joins, most.outer_joins, "outer joins"),
        (growth.outer_joins * growth.columns, MOST_REMOVALS, "outer joins times columns of relations"),
        (
            growth.outer_joins.powi(2) * growth.nodes,
            MOST_REMOVAL_LOOKS,
            "pairs of outer joins times parts of expressions",
        ),
        (growth.grouping_sets, most.grouping_sets, "grouping sets"),
        (
            growth.array_steps,
            most.array_steps,
            "casts of arrays, comparisons with ANY or ALL of an array, and the like",
        ),
        (growth.nodes, most.nodes, "parts of expressions, when subqueries are put in the place of their columns"),
    ];
    if let Some((_, limit, what)) = excess.into_iter().find(|(size, limit, _)| size > limit) {
        raise(Error::TooComplex { what, limit: limit as usize });
    }
}

/// As [`on_analysis`].
unsafe extern "C-unwind" fn on_join(
    root: *mut pg_sys::PlannerInfo,
    join: *mut pg_sys::RelOptInfo,
    outer: *mut pg_sys::RelOptInfo,
    inner: *mut pg_sys::RelOptInfo,
    kind: pg_sys::JoinType::Type,
    extra: *mut pg_sys::JoinPathExtraData,
) {
    // SAFETY: passes the server's arguments on, by plain pointers.
    unsafe {
        if let Some(next) = NEXT_JOIN {
            next(root, join, outer, inner, kind, extra);
        }
        if is_watching() && pg_sys::InterruptPending != 0 {
            interrupt();
        }
    }
}

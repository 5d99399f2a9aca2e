//! What code that stands in no tree of a statement may read of labelled relations: what the guard has foreseen, and so masks.
//!
//! The guard tells from the text of functions which labelled relations they read. Where that fails (a name put together at run
//! time, a cast or a domain's check behind a function), the plan that reads one is stopped here, before it has read anything.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use pgrx::PgList;
use pgrx::pg_sys::{self, RTEKind};

use super::plan_hooks::qualified;
use crate::error::Error;
use crate::pg::host::labelled_relations::{STATISTICS, is_labelled};

/// The labelled relations that code may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreseen {
    /// Whatever it reads, what comes of it is masked or shown to nobody.
    Anything,
    /// These oids, and no others.
    Of(BTreeSet<u32>),
}

impl Foreseen {
    /// Code reads nothing labelled.
    pub const NOTHING: Self = Self::Of(BTreeSet::new());
}

struct State {
    foreseen: Foreseen,
    /// Which relations are labelled, as far as that was asked.
    known: BTreeMap<u32, bool>,
}

impl State {
    const fn new(foreseen: Foreseen) -> Self {
        Self { foreseen, known: BTreeMap::new() }
    }
}

thread_local! {
    static STATE: RefCell<State> = const { RefCell::new(State::new(Foreseen::Anything)) };
}

/// Until this is dropped, code may read what it begins with, or what [`foresee`] says from then on.
pub struct LabelledReads(Option<State>);

impl LabelledReads {
    pub fn begin(foreseen: Foreseen) -> Self {
        Self(Some(STATE.replace(State::new(foreseen))))
    }
}

impl Drop for LabelledReads {
    fn drop(&mut self) {
        if let Some(outer) = self.0.take() {
            STATE.set(outer);
        }
    }
}

/// Says what the code of the statement reads that is being worked on.
pub fn foresee(foreseen: Foreseen) {
    STATE.with_borrow_mut(|state| state.foreseen = foreseen);
}

/// Refuses a plan that reads a labelled relation nobody has foreseen. `is_known`: the statement itself reads it.
///
/// # Safety
/// `plan` is a live plan, in a transaction.
pub unsafe fn judge(plan: &pg_sys::PlannedStmt, is_known: impl Fn(u32) -> bool) -> Result<(), Error> {
    // SAFETY: reads a variable of the backend. Workers are not told what was foreseen: where anything was, there are none.
    let is_worker = unsafe { pg_sys::ParallelWorkerNumber >= 0 };
    if !is_worker && STATE.with_borrow(|state| state.foreseen == Foreseen::Anything) {
        return Ok(());
    }
    // SAFETY: the caller's promise: the list is one of RangeTblEntry nodes.
    let entries = unsafe { PgList::<pg_sys::RangeTblEntry>::from_pg(plan.rtable) };
    for entry in entries.iter_ptr() {
        // SAFETY: as above.
        let entry = unsafe { &*entry };
        let relation = entry.relid;
        if entry.rtekind != RTEKind::RTE_RELATION
            || relation.to_u32() < pg_sys::FirstNormalObjectId && !STATISTICS.contains(&relation.to_u32())
            || !is_named(entry)
            || is_known(relation.to_u32())
        {
            continue;
        }
        if !is_foreseen(relation.to_u32()) {
            let (schema, name) = qualified(relation);
            return Err(Error::Refused {
                what: format!("reading the labelled relation {schema}.{name} in a function"),
                why: "The function's text does not tell that it does, so what comes of it could not be masked."
                    .to_owned(),
                hint: Some("Name the relation with its schema in the function's text.".to_owned()),
            });
        }
    }
    Ok(())
}

/// Not a partition or child that the planner has added to what is named: its parent is labelled too.
fn is_named(entry: &pg_sys::RangeTblEntry) -> bool {
    #[cfg(any(feature = "pg13", feature = "pg14", feature = "pg15"))]
    return entry.requiredPerms != 0;
    #[cfg(not(any(feature = "pg13", feature = "pg14", feature = "pg15")))]
    return entry.perminfoindex != 0;
}

fn is_foreseen(relation: u32) -> bool {
    let known = STATE.with_borrow(|state| match &state.foreseen {
        Foreseen::Of(relations) if relations.contains(&relation) => Some(true),
        _ => state.known.get(&relation).map(|is_labelled| !is_labelled),
    });
    known.unwrap_or_else(|| {
        let is_labelled = is_labelled(relation);
        STATE.with_borrow_mut(|state| state.known.insert(relation, is_labelled));
        !is_labelled
    })
}

//! What code that stands in no tree of a statement may read of labelled relations: what comes of it must be masked.
//!
//! The guard tells from the text of functions which of them read labelled relations, and masks what these result in. All that such
//! a function calls becomes a part of that, so it may read what it likes. Whatever else reads a labelled relation (by a name put
//! together at run time, a cast, a domain's check, or as support of an operator class) is stopped here, before it has read anything.
//! So calls are followed where there are such functions: who is on the stack is told by the outermost of them, which is what the
//! statement itself calls.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use pgrx::PgList;
use pgrx::pg_sys::{self, FmgrHookEventType, NodeTag, RTEKind};

use super::plan_hooks::qualified;
use crate::error::Error;
use crate::pg::host::labelled_relations::{STATISTICS, is_labelled};

/// The labelled relations that code may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreseen {
    /// Whatever it reads, what comes of it is masked or shown to nobody.
    Anything,
    /// What is read by these functions where an expression of the statement calls them, and by what they call in turn.
    By(BTreeSet<u32>),
}

impl Foreseen {
    /// Code reads nothing labelled.
    pub const NOTHING: Self = Self::By(BTreeSet::new());

    fn is_by_functions(&self) -> bool {
        matches!(self, Self::By(functions) if !functions.is_empty())
    }
}

struct State {
    foreseen: Foreseen,
    /// Which relations are labelled, as far as that was asked.
    known: BTreeMap<u32, bool>,
    /// How many calls are under way, one in the other.
    depth: usize,
    /// The outermost of them is of a function that is masked.
    is_masked: bool,
}

impl State {
    const fn new(foreseen: Foreseen) -> Self {
        Self { foreseen, known: BTreeMap::new(), depth: 0, is_masked: false }
    }

    /// Whether what is read now may be labelled.
    fn may_read(&self) -> bool {
        self.foreseen == Foreseen::Anything || self.depth > 0 && self.is_masked
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
    STATE.with_borrow_mut(|state| *state = State::new(foreseen));
}

/// Whether every call of code is to be announced to [`follow`], so that no body of a function is put into a query either.
pub(super) fn are_calls_followed() -> bool {
    STATE.with_borrow(|state| state.foreseen.is_by_functions())
}

/// A call of a function begins or ends, or an ERROR ends it.
///
/// # Safety
/// `function` is live; its expression is null or the node that makes the call.
pub(super) unsafe fn follow(event: FmgrHookEventType::Type, function: &pg_sys::FmgrInfo) {
    STATE.with_borrow_mut(|state| {
        let Foreseen::By(functions) = &state.foreseen else { return };
        if functions.is_empty() {
            return;
        }
        if event != FmgrHookEventType::FHET_START {
            state.depth = state.depth.saturating_sub(1);
            return;
        }
        if state.depth == 0 {
            // SAFETY: the caller's promise.
            let is_expression = unsafe { is_in_expression(function.fn_expr) };
            state.is_masked = is_expression && functions.contains(&function.fn_oid.to_u32());
        }
        state.depth += 1;
    });
}

/// Whether a call stands where its result is followed as that of the function: not where the server calls it to compare or to hash
/// values for others.
///
/// # Safety
/// `expression` is null or a live node.
unsafe fn is_in_expression(expression: *const pg_sys::Node) -> bool {
    use NodeTag::*;
    // SAFETY: the caller's promise.
    let tag = unsafe { expression.as_ref() }.map(|node| node.type_);
    matches!(
        tag,
        Some(T_FuncExpr | T_OpExpr | T_DistinctExpr | T_NullIfExpr | T_ScalarArrayOpExpr | T_Aggref | T_WindowFunc)
    )
}

/// Refuses a plan that reads a labelled relation where nobody has foreseen that. `is_known`: the statement itself reads it.
///
/// # Safety
/// `plan` is a live plan, in a transaction.
pub unsafe fn judge(plan: &pg_sys::PlannedStmt, is_known: impl Fn(u32) -> bool) -> Result<(), Error> {
    // SAFETY: reads a variable of the backend. Workers are not told what was foreseen: where anything was, there are none.
    let is_worker = unsafe { pg_sys::ParallelWorkerNumber >= 0 };
    if !is_worker && STATE.with_borrow(State::may_read) {
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
        if !is_unlabelled(relation.to_u32()) {
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

/// The same of a plan that goes on to run, for example as a cursor that other code has opened.
///
/// # Safety
/// As for [`judge`].
pub(in crate::pg::running) unsafe fn judge_again(plan: &pg_sys::PlannedStmt) -> Result<(), Error> {
    // The statement itself runs in no function.
    if STATE.with_borrow(|state| state.depth > 0 && !state.is_masked) {
        // SAFETY: the caller's promise.
        return unsafe { judge(plan, |_| false) };
    }
    Ok(())
}

/// Not a partition or child that the planner has added to what is named: its parent is labelled too.
fn is_named(entry: &pg_sys::RangeTblEntry) -> bool {
    #[cfg(feature = "pg15")]
    return entry.requiredPerms != 0;
    #[cfg(not(feature = "pg15"))]
    return entry.perminfoindex != 0;
}

fn is_unlabelled(relation: u32) -> bool {
    let known = STATE.with_borrow(|state| state.known.get(&relation).copied());
    !known.unwrap_or_else(|| {
        let is_labelled = is_labelled(relation);
        STATE.with_borrow_mut(|state| state.known.insert(relation, is_labelled));
        is_labelled
    })
}

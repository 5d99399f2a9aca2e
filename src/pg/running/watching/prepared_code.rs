//! Code that was set up before a sandbox was entered, and that the server would run in it without announcing it again.
//!
//! PL/pgSQL keeps the expressions of a function ready until the transaction ends, plans that the session keeps may hold the
//! bodies of functions they were made of, and both are set up anew once the server forgets its cached plans. That costs
//! every statement of the session a new plan, so it is done only where something was prepared that has to be judged.

use std::cell::Cell;

use pgrx::pg_sys;

use super::function_facts::{Call, Language};
use super::watch_state::judges;
use crate::pg::host::invalidation::{generation, generation_of_functions};

/// For whom something was judged: the role, the generation of functions, and the settings' of the rules.
pub type JudgedFor = (pg_sys::Oid, u64, u64);

thread_local! {
    /// Something that has to be judged may have been prepared outside. What came before this library was loaded counts.
    static OUTSIDE: Cell<bool> = const { Cell::new(true) };
    /// The same for what was judged, for this user and by these facts.
    static INSIDE: Cell<Option<JudgedFor>> = const { Cell::new(None) };
    /// The same for types whose code was judged, by the generation of all catalogs: no plan depends on all that is behind them.
    static TYPES: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The extension's own functions, which refuse to run inside a sandbox.
const OURS: &str = "nl2sql";

/// A function is set up outside a sandbox; `is_harmful` tells whether it would be refused inside.
pub fn note_outside(call: &Call, is_harmful: impl FnOnce(&Call) -> bool) {
    let is_ours = || call.extension.as_deref() == Some(OURS);
    if !OUTSIDE.get() && !is_ours() && (is_users(call) || is_harmful(call)) {
        OUTSIDE.set(true);
    }
}

/// A function is set up inside a sandbox.
pub fn note_inside(call: &Call) {
    if is_users(call) {
        INSIDE.set(Some(judged_for()));
    }
}

/// A plan is made inside a sandbox that makes values of types whose owners are not trusted.
pub fn note_types() {
    TYPES.set(TYPES.get().or_else(|| Some(generation())));
}

/// Has everything prepared anew that a sandbox must judge; called where one is entered.
pub fn forget() {
    // What was prepared stays prepared until it is thrown away, so the note of it stays as long.
    let have_types_changed = TYPES.get().is_some_and(|judged| judged != generation());
    if OUTSIDE.replace(false) || have_types_changed || INSIDE.get().is_some_and(|inside| inside != judged_for()) {
        INSIDE.set(None);
        TYPES.set(None);
        // SAFETY: on the backend's only thread; marks cached plans and expressions as no longer valid, as DISCARD PLANS does.
        unsafe { pg_sys::ResetPlanCache() };
    }
}

fn is_users(call: &Call) -> bool {
    call.language != Language::Machine && !call.is_server
}

/// For whom it is that something is judged now.
pub fn judged_for() -> JudgedFor {
    let settings = judges().map_or(0, |judges| (judges.settings)());
    // SAFETY: reads a variable of the backend.
    (unsafe { pg_sys::GetUserId() }, generation_of_functions(), settings)
}

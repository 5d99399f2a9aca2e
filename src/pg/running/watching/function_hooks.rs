//! Judges functions before they run inside a sandbox: whose code it is, whatever calls it, and what it may do.
//!
//! The server announces every function that an expression is set up to call (OAT_FUNCTION_EXECUTE in objectaccess.h). Much
//! else it calls by itself: checks of domains, support of ranges and operators, casts, the bodies of SQL functions that it
//! puts into a query. But every function that is not built in is looked up first, and asked about on the way (needs_fmgr_hook
//! in fmgr.c and clauses.c), be it to analyze, to plan or to run. So whose code it is is judged there. What the server keeps
//! at hand for the session and so looks up once is announced at every call (fmgr_hook).

use std::cell::Cell;
use std::ffi::{c_int, c_void};

use pgrx::pg_sys::{self, ObjectAccessType};
use pgrx::prelude::*;

use super::function_facts::{self, Facts, Language};
use super::watch_state::{is_analyzing, is_inside, is_watching, judges, raise};
use super::{analysis_hooks, judged_types, labelled_reads, prepared_code, relations_being_made};
use crate::error::Error;
use crate::pg::running::arguments::argument_bounds;
use crate::pg::running::arguments::calls;

static mut NEXT_ACCESS: pg_sys::object_access_hook_type = None;
static mut NEXT_LOOKUP: pg_sys::needs_fmgr_hook_type = None;
static mut NEXT_CALL: pg_sys::fmgr_hook_type = None;

/// Puts the hooks in place; called once, when the library is loaded.
pub fn install() {
    // SAFETY: called while the library is loaded, on the backend's only thread; the hooks have the signatures the server
    // expects. The variables are the server's own, meant to be chained.
    unsafe {
        NEXT_ACCESS = pg_sys::object_access_hook;
        pg_sys::object_access_hook = Some(on_access);
        NEXT_LOOKUP = pg_sys::needs_fmgr_hook;
        pg_sys::needs_fmgr_hook = Some(on_lookup);
        NEXT_CALL = pg_sys::fmgr_hook;
        pg_sys::fmgr_hook = Some(on_call);
    }
}

/// Not guarded by pgrx, as that would cost errors of other statements their position: it owns nothing that a jump over
/// this frame could leave behind, and calls what comes next by its plain pointer.
unsafe extern "C-unwind" fn on_access(
    access: ObjectAccessType::Type,
    class: pg_sys::Oid,
    object: pg_sys::Oid,
    part: c_int,
    argument: *mut c_void,
) {
    // SAFETY: passes the server's arguments on; the hook variable is written only while the library is loaded.
    unsafe {
        if let Some(next) = NEXT_ACCESS {
            next(access, class, object, part, argument);
        }
        relations_being_made::note(access, class, object, part);
        analysis_hooks::on_access(access);
        if access == ObjectAccessType::OAT_FUNCTION_EXECUTE && (is_inside() || !is_known_harmless(object)) {
            judge_use(object);
        }
    }
}

/// As [`on_access`]. The answer asks for [`on_call`] at every call.
unsafe extern "C-unwind" fn on_lookup(function: pg_sys::Oid) -> bool {
    // SAFETY: as in `on_access`.
    unsafe {
        let next = NEXT_LOOKUP.is_some_and(|next| next(function));
        judge_lookup(function) || next
    }
}

/// As [`on_access`].
unsafe extern "C-unwind" fn on_call(
    event: pg_sys::FmgrHookEventType::Type,
    function: *mut pg_sys::FmgrInfo,
    argument: *mut pg_sys::Datum,
) {
    // SAFETY: as in `on_access`; the server hands over a live FmgrInfo.
    unsafe {
        if let Some(next) = NEXT_CALL {
            next(event, function, argument);
        }
        if event == pg_sys::FmgrHookEventType::FHET_START {
            judge_call((*function).fn_oid);
            if argument_bounds::may_be_limited((*function).fn_oid) {
                bound(function);
            }
        }
        // The last, as whatever is raised here ends no call that has begun.
        labelled_reads::follow(event, &*function);
    }
}

/// Puts a check of the arguments in front of a function of an extension.
#[pg_guard]
unsafe extern "C-unwind" fn bound(function: *mut pg_sys::FmgrInfo) {
    // SAFETY: the server is about to call it, in a transaction.
    unsafe {
        if let Some(limit) = argument_bounds::limit_on((*function).fn_oid) {
            argument_bounds::bound(function, limit);
        }
    }
}

/// An expression is set up that calls this function.
#[pg_guard]
unsafe extern "C-unwind" fn judge_use(function: pg_sys::Oid) {
    let Some(facts) = function_facts::of(function) else { return };
    if !is_inside() {
        note_outside(&facts);
        if facts.call.is_server {
            note_harmless(function, &facts);
        }
        return;
    }
    judged_types::judge_again();
    judge_owner(&facts, false);
    calls::note(function, facts.large_arguments);
    if is_analyzing()
        && is_watching()
        && let Some(why) = judges().and_then(|judges| (judges.analysis_call)(&facts.call))
    {
        raise(Error::refused_call(&facts.call.qualified(), why));
    }
    // Code in a trusted language does what it does through functions and statements that are announced in turn.
    if is_watching()
        && facts.call.language != Language::Trusted
        && let Some(why) = judges().and_then(|judges| (judges.call)(&facts.call))
    {
        raise(Error::refused_call(&facts.call.qualified(), why));
    }
}

/// Anything at all is about to call this function; whether every call is to be announced.
#[pg_guard]
unsafe extern "C-unwind" fn judge_lookup(function: pg_sys::Oid) -> bool {
    let Some(facts) = function_facts::of(function) else { return false };
    if is_inside() {
        // The planner puts bodies of functions in place without a look for cancels.
        pgrx::check_for_interrupts!();
        judge_owner(&facts, false);
        if is_watching()
            && let Some(why) = judges().and_then(|judges| (judges.lookup)(&facts.call))
        {
            raise(Error::refused_call(&facts.call.qualified(), why));
        }
        prepared_code::note_inside(&facts.call);
    } else {
        note_outside(&facts);
    }
    // SAFETY: in a transaction, where functions are looked up.
    facts.is_support
        || unsafe { argument_bounds::limit_on(function) }.is_some()
        || facts.call.language != Language::Machine && is_inside() && labelled_reads::are_calls_followed()
}

/// A function is called that has settings of its own or its owner's rights, or that the server keeps at hand.
#[pg_guard]
unsafe extern "C-unwind" fn judge_call(function: pg_sys::Oid) {
    let Some(facts) = function_facts::of(function) else { return };
    if is_inside() {
        // The current user is its owner by now.
        judge_owner(&facts, facts.call.security_definer);
    } else {
        note_outside(&facts);
    }
}

/// Whoever wrote the code must be a superuser, the caller or somebody whom a superuser trusts.
fn judge_owner(facts: &Facts, is_definer: bool) {
    // SAFETY: reads a variable of the backend.
    let is_callers = !is_definer && facts.owner == unsafe { pg_sys::GetUserId() };
    if facts.call.owner_superuser || is_callers {
        return;
    }
    if let Some(why) = judges().and_then(|judges| (judges.owner)(&facts.call)) {
        raise(Error::refused_owner(&facts.call.qualified(), &facts.call.owner, why));
    }
}

fn note_outside(facts: &Facts) {
    prepared_code::note_outside(&facts.call, |call| judges().is_some_and(|judges| (judges.any_call)(call).is_some()));
}

/// One bit for each of the server's own functions.
const WORDS: usize = pg_sys::FirstNormalObjectId as usize / 64;

thread_local! {
    /// Those that may be set up anywhere: most of what any statement of the session calls.
    static HARMLESS: [Cell<u64>; WORDS] = const { [const { Cell::new(0) }; WORDS] };
}

fn is_known_harmless(function: pg_sys::Oid) -> bool {
    let oid = function.to_u32() as usize;
    HARMLESS.with(|words| words.get(oid / 64).is_some_and(|word| word.get() >> (oid % 64) & 1 == 1))
}

fn note_harmless(function: pg_sys::Oid, facts: &Facts) {
    let oid = function.to_u32() as usize;
    if judges().is_some_and(|judges| (judges.any_call)(&facts.call).is_none()) {
        HARMLESS.with(|words| {
            if let Some(word) = words.get(oid / 64) {
                word.set(word.get() | 1 << (oid % 64));
            }
        });
    }
}

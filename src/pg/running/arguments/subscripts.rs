//! A look for interrupts in front of every element that an expression takes out of an array or a document: `names[3]`.
//!
//! That is no call of a function: an expression has the addresses of what does it from its type's subscripting support
//! (nodes/subscripting.h), and looks for no interrupts between thousands of them. Each goes through a packed value or a long
//! array from its beginning.

use std::ffi::c_void;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

use pgrx::pg_sys::{self, ExecEvalSubroutine, SubscriptRoutines};

use super::builtin_functions::{Builtin, Function};
use crate::pg::running::watching::interrupts::interrupt;
use crate::pg::running::watching::watch_state::is_watching;

/// The server's handlers: functions that give the support of a type.
const HANDLERS: [&str; 3] = ["array_subscript_handler", "raw_array_subscript_handler", "jsonb_subscript_handler"];

/// What the server's handlers are.
static ORIGINALS: [AtomicPtr<c_void>; HANDLERS.len()] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; HANDLERS.len()];
static WATCHED: [Function; HANDLERS.len()] = [handler::<0>, handler::<1>, handler::<2>];

/// The support that they give, constants of the server's.
static SUPPORT: [AtomicPtr<SubscriptRoutines>; HANDLERS.len()] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; HANDLERS.len()];
/// The same, but that they set up what looks for interrupts.
static OURS: [OnceLock<SubscriptRoutines>; HANDLERS.len()] = [const { OnceLock::new() }; HANDLERS.len()];
static SETUPS: [Setup; HANDLERS.len()] = [setup::<0>, setup::<1>, setup::<2>];

type Setup = unsafe extern "C-unwind" fn(
    *const pg_sys::SubscriptingRef,
    *mut pg_sys::SubscriptingRefState,
    *mut pg_sys::SubscriptExecSteps,
);
type Fetch = unsafe extern "C-unwind" fn(*mut pg_sys::ExprState, *mut pg_sys::ExprEvalStep, *mut pg_sys::ExprContext);

/// Functions that take an element or a slice, in the order in which they were met: two for each handler.
const FETCHES: usize = 2 * HANDLERS.len();
static FETCHING: [AtomicUsize; FETCHES] = [const { AtomicUsize::new(0) }; FETCHES];
static LOOKING: [Fetch; FETCHES] = [fetch::<0>, fetch::<1>, fetch::<2>, fetch::<3>, fetch::<4>, fetch::<5>];

/// Puts [`handler`] in the place of a handler in the table; false where the entry is none.
pub(super) fn watch(entry: &mut Builtin) -> bool {
    let Some(at) = HANDLERS.iter().position(|name| entry.name() == name.as_bytes()) else { return false };
    ORIGINALS[at].store(entry.function, Relaxed);
    entry.function = WATCHED[at] as *mut c_void;
    true
}

/// Not guarded by pgrx, for the reason given at `runtime_hooks`: an ERROR may jump over this frame, which owns nothing.
unsafe extern "C-unwind" fn handler<const N: usize>(call: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: passes the server's call on to its own function, which `watch` has noted; it gives the address of a constant.
    unsafe {
        let original: Function = std::mem::transmute(ORIGINALS[N].load(Relaxed));
        let support: *mut SubscriptRoutines = original(call).cast_mut_ptr();
        SUPPORT[N].store(support, Relaxed);
        let ours = OURS[N].get_or_init(|| SubscriptRoutines { exec_setup: Some(SETUPS[N]), ..*support });
        pg_sys::Datum::from(std::ptr::from_ref(ours))
    }
}

/// As [`handler`].
unsafe extern "C-unwind" fn setup<const N: usize>(
    reference: *const pg_sys::SubscriptingRef,
    state: *mut pg_sys::SubscriptingRefState,
    steps: *mut pg_sys::SubscriptExecSteps,
) {
    // SAFETY: passes the server's arguments on to its own function, which fills the steps in.
    unsafe {
        if let Some(original) = (*SUPPORT[N].load(Relaxed)).exec_setup {
            original(reference, state, steps);
        }
        (*steps).sbs_fetch = looking((*steps).sbs_fetch);
    }
}

/// What looks for interrupts and does the same; the function itself where there are more than were foreseen.
fn looking(function: ExecEvalSubroutine) -> ExecEvalSubroutine {
    let address = function? as usize;
    let is_free = |at: usize| FETCHING[at].compare_exchange(0, address, Relaxed, Relaxed).is_ok();
    let place = (0..FETCHES).find(|at| FETCHING[*at].load(Relaxed) == address || is_free(*at));
    place.map_or(function, |at| Some(LOOKING[at]))
}

/// As [`handler`].
unsafe extern "C-unwind" fn fetch<const N: usize>(
    state: *mut pg_sys::ExprState,
    step: *mut pg_sys::ExprEvalStep,
    context: *mut pg_sys::ExprContext,
) {
    // SAFETY: passes the server's arguments on to its own function, which `looking` has noted.
    unsafe {
        if pg_sys::InterruptPending != 0 && is_watching() {
            interrupt();
        }
        let original: Fetch = std::mem::transmute(FETCHING[N].load(Relaxed));
        original(state, step, context);
    }
}

//! What is done at every call of a built-in function inside a sandbox, besides the bounds on single ones: a look for
//! interrupts, and one at arrays that the planner gets.
//!
//! ExecInterpExpr (execExprInterp.c) looks for no interrupts between the calls of one expression: a select list of a thousand
//! functions that take half a second each could be ended by nobody. Neither does the planner, where it asks for the
//! selectivity of each element of a constant array, and it makes a clause of each to find out which partitions may
//! be left out: one of millions takes gigabytes. So all entries of the table that [`super::argument_bounds`] has no limit for
//! lead to [`watched`], but for those of the quickest functions.

use std::ffi::c_void;
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use pgrx::pg_sys::{self, NodeTag};
use pgrx::prelude::*;

use super::builtin_functions::{Builtin, Function};
use super::plan_hooks::interrupt;
use super::watch_state::{is_analyzing, is_planning, is_watching};
use crate::error::Error;
use crate::pg::host::report;

/// More elements than anybody writes in a list; far fewer than take the planner a second.
const MOST_ELEMENTS: i32 = 100_000;

/// Functions whose names begin so have arguments of a few bytes, return at once, and are called for every row. To leave one out
/// here costs nothing but time.
const QUICK: [&str; 18] = [
    "int2",
    "int4",
    "int8",
    "int24",
    "int42",
    "int48",
    "int84",
    "float4",
    "float8",
    "float48",
    "float84",
    "date_",
    "time_",
    "timestamp_",
    "oid",
    "bool",
    "char",
    "uuid_",
];

const ROWS: usize = 64;

/// The server's functions, by row and place of what stands for them in the table.
static ORIGINALS: [[AtomicPtr<c_void>; ROWS]; ROWS] =
    [const { [const { AtomicPtr::new(std::ptr::null_mut()) }; ROWS] }; ROWS];

macro_rules! row_of {
    ($row:ident: $($number:literal)*) => { [$(watched::<$row, $number>),*] };
}

macro_rules! rows_of {
    ($($number:literal)*) => { [$(row::<$number>()),*] };
}

/// One function for each entry there can be: a call does not tell through which entry it came.
static WATCHED: [[Function; ROWS]; ROWS] = rows_of!(
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43
    44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
);

const fn row<const R: usize>() -> [Function; ROWS] {
    row_of!(R: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39
        40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63)
}

/// Puts [`watched`] in the place of the `at`th function of the table; false where there are more than were foreseen.
pub(super) fn watch(entry: &mut Builtin, at: usize) -> bool {
    if QUICK.iter().any(|start| entry.name().starts_with(start.as_bytes())) {
        return true;
    }
    let (row, place) = (at / ROWS, at % ROWS);
    let Some(watched) = WATCHED.get(row).map(|functions| functions[place]) else { return false };
    ORIGINALS[row][place].store(entry.function, Relaxed);
    entry.function = watched as *mut c_void;
    true
}

/// Not guarded by pgrx, for the reason given at `runtime_hooks`: an ERROR may jump over this frame, which owns nothing.
unsafe extern "C-unwind" fn watched<const R: usize, const P: usize>(call: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: passes the server's call on to its own function, which `watch` has noted before anything calls this.
    unsafe {
        let original: Function = std::mem::transmute(ORIGINALS[R][P].load(Relaxed));
        if !is_watching() {
            return original(call);
        }
        if pg_sys::InterruptPending != 0 {
            interrupt();
        }
        let result = original(call);
        judge_array(call, result, false);
        result
    }
}

/// Refuses an array that is too long for the planner, where one is made for it; `is_array`: that it is one is known.
///
/// # Safety
/// `result` is what a live call gave.
pub(super) unsafe fn judge_array(call: pg_sys::FunctionCallInfo, result: pg_sys::Datum, is_array: bool) {
    if (is_planning() || is_analyzing()) && result != pg_sys::Datum::from(0) {
        // SAFETY: the caller's promise.
        unsafe { judge(call, result, is_array) };
    }
}

/// The type of what a call in an expression gives. Functions that an index calls have a Const in the place of the expression
/// (set_fn_opclass_options in fmgr.c): they are called while the index's page is locked, where no catalog may be looked at.
///
/// # Safety
/// `expression` is null or a live node.
unsafe fn result_type(expression: *mut pg_sys::Node) -> Option<pg_sys::Oid> {
    // SAFETY: the caller's promise; the tag tells what the node is.
    unsafe {
        match expression.as_ref()?.type_ {
            NodeTag::T_FuncExpr => Some((*expression.cast::<pg_sys::FuncExpr>()).funcresulttype),
            NodeTag::T_OpExpr | NodeTag::T_NullIfExpr => Some((*expression.cast::<pg_sys::OpExpr>()).opresulttype),
            _ => None,
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn judge(call: pg_sys::FunctionCallInfo, result: pg_sys::Datum, is_array: bool) {
    // SAFETY: a live call, in a transaction. Only what is an array is read as one: its type is what the expression that makes
    // the call says, and a result that is NULL is not read.
    unsafe {
        if (*call).isnull || (*call).flinfo.is_null() {
            return;
        }
        let is_array = is_array
            || result_type((*(*call).flinfo).fn_expr)
                .is_some_and(|of| pg_sys::get_element_type(of) != pg_sys::InvalidOid);
        // An element takes a byte at least, and one that is NULL a bit.
        if !is_array || pg_sys::toast_raw_datum_size(result) < MOST_ELEMENTS as usize / 8 {
            return;
        }
        let array = pg_sys::pg_detoast_datum(result.cast_mut_ptr()).cast::<pg_sys::ArrayType>();
        let lengths = array.add(1).cast::<i32>();
        if pg_sys::ArrayGetNItems((*array).ndim, lengths) > MOST_ELEMENTS {
            report::raise(Error::TooComplex { what: "elements in an array", limit: MOST_ELEMENTS as usize });
        }
    }
}

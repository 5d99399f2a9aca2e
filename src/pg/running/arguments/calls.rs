//! What is done at every call of a built-in function inside a sandbox, besides the bounds on single ones: a look for
//! interrupts, one at arguments that no function may be given, and one at arrays that the planner gets.
//!
//! A value may have a gigabyte, and a stored one is often packed a hundredfold: to unpack it and to go through it once takes
//! seconds in which nobody looks for a cancel.
//!
//! ExecInterpExpr (execExprInterp.c) looks for no interrupts between the calls of one expression: a select list of a thousand
//! functions that take half a second each could be ended by nobody. Neither does the planner, where it asks for the
//! selectivity of each element of a constant array, and it makes a clause of each to find out which partitions may
//! be left out: one of millions takes gigabytes. So all entries of the table that [`super::argument_bounds`] has no limit for
//! lead to [`watched`], but for those of the quickest functions. Of these, comparisons have a look of their own: see
//! [`super::quick_comparisons`].

use std::ffi::c_void;
use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering::Relaxed};

use pgrx::pg_sys::{self, NodeTag};
use pgrx::prelude::*;

use super::builtin_functions::{self, Builtin, Function};
use super::quick_comparisons::{is_comparison, watch_comparison};
use super::rank_sizes;
use crate::error::Error;
use crate::pg::host::report;
use crate::pg::running::watching::interrupts::interrupt;
use crate::pg::running::watching::watch_state::{is_analyzing, is_planning, is_watching};

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

/// Bytes of one argument, unpacked.
const MOST_BYTES: usize = 100_000_000;

const ROWS: usize = 64;

/// Which arguments of each function may be large, as far as one has been announced: see [`note`].
static LARGE: [[AtomicU8; ROWS]; ROWS] = [const { [const { AtomicU8::new(0) }; ROWS] }; ROWS];

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

/// Puts [`watched`] or [`compared`] in the place of the `at`th function of the table; false where there are more than were foreseen.
pub(super) fn watch(entry: &mut Builtin, at: usize) -> bool {
    if QUICK.iter().any(|start| entry.name().starts_with(start.as_bytes())) {
        return !is_comparison(entry.name()) || watch_comparison(entry);
    }
    let (row, place) = (at / ROWS, at % ROWS);
    let Some(watched) = WATCHED.get(row).map(|functions| functions[place]) else { return false };
    ORIGINALS[row][place].store(entry.function, Relaxed);
    if WRITTEN.iter().any(|name| entry.name() == name.as_bytes()) {
        LARGE[row][place].store(1, Relaxed);
    }
    entry.function = watched as *mut c_void;
    true
}

/// What writes values as text, for which nothing is announced.
const WRITTEN: [&str; 9] =
    ["textout", "byteaout", "bpcharout", "varcharout", "json_out", "xml_out", "bit_out", "varbit_out", "tsvectorout"];

/// A function of the server is about to be called, of which these arguments may be large, bit by bit.
pub(in crate::pg::running) fn note(function: pg_sys::Oid, large_arguments: u8) {
    if large_arguments != 0
        && let Some(at) = builtin_functions::place_of(function)
        && let Some(place) = LARGE.get(at / ROWS).and_then(|row| row.get(at % ROWS))
    {
        place.store(large_arguments, Relaxed);
    }
}

/// Whether one of these arguments is too large.
///
/// # Safety
/// `call` is a live call of a function of which these arguments are varlenas.
unsafe fn is_too_large(call: pg_sys::FunctionCallInfo, large_arguments: u8) -> bool {
    // SAFETY: the caller's promise. A raw function, as an ERROR may jump over the frames here.
    unsafe {
        let arguments = (*call).args.as_slice((*call).nargs as usize).iter().enumerate().take(8);
        arguments
            .filter(|(at, argument)| large_arguments >> at & 1 == 1 && !argument.isnull)
            .any(|(_, argument)| raw::toast_raw_datum_size(argument.value) > MOST_BYTES)
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn refuse(place: usize) {
    report::raise(Error::ArgumentsTooLarge { function: builtin_functions::name_at(place) });
}

mod raw {
    use pgrx::pg_sys;

    unsafe extern "C-unwind" {
        pub fn toast_raw_datum_size(value: pg_sys::Datum) -> usize;
    }
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
        let large_arguments = LARGE[R][P].load(Relaxed);
        if large_arguments != 0 && is_too_large(call, large_arguments) {
            refuse(R * ROWS + P);
        }
        let result = original(call);
        judge_result(call, result, Made::AsCalled);
        result
    }
}

/// What is known of a result's type.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub(super) enum Made {
    Array,
    TsQuery,
    /// What the expression says that makes the call.
    AsCalled,
}

/// Refuses an array that is too long for the planner, and a tsquery with too many prefixes, where one is made for it.
///
/// # Safety
/// `result` is what a live call gave.
pub(super) unsafe fn judge_result(call: pg_sys::FunctionCallInfo, result: pg_sys::Datum, made: Made) {
    if (is_planning() || is_analyzing()) && result != pg_sys::Datum::from(0) {
        // SAFETY: the caller's promise.
        unsafe { judge(call, result, made) };
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

/// More beginnings of words than anybody looks for at a time. The planner looks for each at all of a column's most common words
/// (mcelem_tsquery_selec in ts_selfuncs.c), of which there may be a hundred thousand, and for no cancel.
const MOST_PREFIXES: usize = 300;

/// # Safety
/// A tsquery, not NULL.
unsafe fn judge_prefixes(query: pg_sys::Datum) {
    // SAFETY: the caller's promise: a header of four bytes tells the length.
    let prefixes = unsafe {
        let query = pg_sys::pg_detoast_datum(query.cast_mut_ptr());
        let bytes = std::slice::from_raw_parts(pgrx::vardata_any(query).cast(), pgrx::varsize_any_exhdr(query));
        rank_sizes::prefixes(bytes)
    };
    if prefixes > MOST_PREFIXES {
        report::raise(Error::TooComplex { what: "beginnings of words (:*)", limit: MOST_PREFIXES });
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn judge(call: pg_sys::FunctionCallInfo, result: pg_sys::Datum, made: Made) {
    // SAFETY: a live call, in a transaction. Only what is an array is read as one: its type is what the expression that makes
    // the call says, and a result that is NULL is not read.
    unsafe {
        if (*call).isnull || (*call).flinfo.is_null() {
            return;
        }
        let of = result_type((*(*call).flinfo).fn_expr).filter(|_| made == Made::AsCalled);
        if made == Made::TsQuery || of == Some(pg_sys::TSQUERYOID) {
            return judge_prefixes(result);
        }
        let is_array = made == Made::Array || of.is_some_and(|of| pg_sys::get_element_type(of) != pg_sys::InvalidOid);
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

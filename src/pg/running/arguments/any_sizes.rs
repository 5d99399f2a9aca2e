//! Sizes of the arguments of functions that take any number of them, of any types (`VARIADIC "any"`).

use std::ffi::{c_int, c_void};

use pgrx::pg_sys;

mod raw {
    use super::{c_int, c_void, pg_sys};

    // Raw functions, as an ERROR may jump over the frames here, which have nothing to drop.
    unsafe extern "C-unwind" {
        pub fn pfree(value: *mut c_void);
        pub fn toast_raw_datum_size(value: pg_sys::Datum) -> usize;
        /// So many bytes of a value from the first on, with a header of four bytes.
        pub fn pg_detoast_datum_slice(value: *mut pg_sys::varlena, first: i32, count: i32) -> *mut pg_sys::varlena;
        pub fn get_element_type(of: pg_sys::Oid) -> pg_sys::Oid;
        pub fn get_fn_expr_argtype(function: *mut pg_sys::FmgrInfo, argument: c_int) -> pg_sys::Oid;
        pub fn get_fn_expr_variadic(function: *mut pg_sys::FmgrInfo) -> bool;
        pub fn get_typlen(of: pg_sys::Oid) -> i16;
    }
}

/// Bytes of texts that are put together, and of their separators.
const MOST_JOINED: f64 = 2e7;
const MOST_BETWEEN: f64 = 3e7;

/// What an element of a list counts, in bytes, and a byte of it: each element is looked at as an argument is, and may have one byte.
const ELEMENT: f64 = 10.0;

/// What tells how many elements an array has: its header and at most six dimensions (array.h).
const BEGINNING: i32 = 64;

/// The sizes of those arguments together that are varlenas.
///
/// # Safety
/// `call` is a live call.
pub(super) unsafe fn sum(call: pg_sys::FunctionCallInfo) -> f64 {
    // SAFETY: the caller's promise; only what its type says is a varlena is taken for one.
    unsafe {
        let arguments = (*call).args.as_slice((*call).nargs as usize).iter().enumerate();
        let varlenas = arguments.filter(|(at, argument)| !argument.isnull && is_varlena(call, *at));
        varlenas
            .map(|(at, argument)| {
                let size = size(argument.value);
                let of = raw::get_fn_expr_argtype((*call).flinfo, at as c_int);
                if is_list(call, at) {
                    ELEMENT * elements(argument.value).max(size)
                } else if raw::get_element_type(of) != pg_sys::InvalidOid {
                    elements(argument.value).max(size)
                } else {
                    size
                }
            })
            .sum()
    }
}

/// How much of the most there may be of texts that are put together with the first between them.
///
/// # Safety
/// `call` is a live call whose first argument is a varlena.
pub(super) unsafe fn joined(call: pg_sys::FunctionCallInfo) -> f64 {
    // SAFETY: the caller's promise; a list is an array, which is a varlena.
    unsafe {
        let arguments = (*call).args.as_slice((*call).nargs as usize);
        let between = match arguments {
            [separator, list] if !separator.isnull && !list.isnull && is_list(call, 1) => {
                (size(separator.value) + 1.0) * elements(list.value).max(size(list.value))
            }
            [separator, texts @ ..] if !separator.isnull => size(separator.value) * texts.len() as f64,
            _ => 0.0,
        };
        (sum(call) / MOST_JOINED).max(between / MOST_BETWEEN)
    }
}

/// Whether an argument is the list of a call with VARIADIC, which is its last.
///
/// # Safety
/// `call` is a live call.
unsafe fn is_list(call: pg_sys::FunctionCallInfo, argument: usize) -> bool {
    // SAFETY: the caller's promise.
    unsafe { argument + 1 == (*call).nargs as usize && raw::get_fn_expr_variadic((*call).flinfo) }
}

/// How many elements a list has, which take a bit each where they are NULL.
///
/// # Safety
/// `list` is an array.
pub(in crate::pg::running) unsafe fn elements(list: pg_sys::Datum) -> f64 {
    // SAFETY: the caller's promise; array.h: the dimensions come after the header. The slice is a copy of our own.
    unsafe {
        let array = raw::pg_detoast_datum_slice(list.cast_mut_ptr(), 0, BEGINNING).cast::<pg_sys::ArrayType>();
        let dimensions = array.byte_add(size_of::<pg_sys::ArrayType>()).cast::<i32>();
        let elements = match (*array).ndim {
            0 => 0.0,
            many => (0..many as usize).map(|at| f64::from(dimensions.add(at).read())).product(),
        };
        raw::pfree(array.cast());
        elements
    }
}

/// # Safety
/// `value` is a varlena.
unsafe fn size(value: pg_sys::Datum) -> f64 {
    // SAFETY: the caller's promise.
    unsafe { (raw::toast_raw_datum_size(value) - pg_sys::VARHDRSZ) as f64 }
}

/// Whether an argument is a varlena, as far as the expression that makes the call tells its type.
///
/// # Safety
/// `call` is a live call.
unsafe fn is_varlena(call: pg_sys::FunctionCallInfo, argument: usize) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let of = raw::get_fn_expr_argtype((*call).flinfo, argument as c_int);
        of != pg_sys::InvalidOid && raw::get_typlen(of) == -1
    }
}

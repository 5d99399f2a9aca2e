//! A look for interrupts in front of comparisons of numbers, dates and the like, which take no time themselves.
//!
//! The server calls them in loops that look for none: for each element of a list at each of a table's most common combinations of
//! values (mcv_get_match_bitmap in mcv.c), for each of those of one column at those of another (eqjoinsel in selfuncs.c), and for each
//! pair of elements of two lists on an indexed column (nbtutils.c, before PostgreSQL 17).

use std::ffi::c_void;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

use pgrx::pg_sys;

use super::builtin_functions::{Builtin, Function};
use crate::pg::running::watching::interrupts::interrupt;
use crate::pg::running::watching::watch_state::is_watching;

const ROWS: usize = 8;
const PLACES: usize = 32;

/// The server's functions, in the order in which they were met.
static ORIGINALS: [AtomicPtr<c_void>; ROWS * PLACES] = [const { AtomicPtr::new(std::ptr::null_mut()) }; ROWS * PLACES];
static COUNT: AtomicUsize = AtomicUsize::new(0);

macro_rules! row_of {
    ($row:ident: $($number:literal)*) => { [$(compared::<$row, $number>),*] };
}

/// One function for each: a call does not tell through which entry of the table it came.
static COMPARED: [[Function; PLACES]; ROWS] =
    [row::<0>(), row::<1>(), row::<2>(), row::<3>(), row::<4>(), row::<5>(), row::<6>(), row::<7>()];

const fn row<const R: usize>() -> [Function; PLACES] {
    row_of!(R: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)
}

/// Whether the name of a C function says that it compares: `int48lt`, `date_eq_timestamp`.
pub(super) fn is_comparison(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else { return false };
    let name = name.trim_end_matches("_timestamptz").trim_end_matches("_timestamp").trim_end_matches("_date");
    ["eq", "ne", "lt", "le", "gt", "ge"].iter().any(|end| name.ends_with(end))
}

/// Puts [`compared`] in the place of a function of the table; false where there are more than were foreseen.
pub(super) fn watch_comparison(entry: &mut Builtin) -> bool {
    let at = COUNT.fetch_add(1, Relaxed);
    let (Some(original), Some(row)) = (ORIGINALS.get(at), COMPARED.get(at / PLACES)) else { return false };
    original.store(entry.function, Relaxed);
    entry.function = row[at % PLACES] as *mut c_void;
    true
}

/// Not guarded by pgrx, for the reason given at `runtime_hooks`: an ERROR may jump over this frame, which owns nothing.
unsafe extern "C-unwind" fn compared<const R: usize, const P: usize>(call: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: passes the server's call on to its own function, which `watch_comparison` has noted before anything calls this.
    unsafe {
        if pg_sys::InterruptPending != 0 && is_watching() {
            interrupt();
        }
        let original: Function = std::mem::transmute(ORIGINALS[R * PLACES + P].load(Relaxed));
        original(call)
    }
}

#[cfg(test)]
mod tests {
    use super::is_comparison;

    #[test]
    fn names_tell_comparisons() {
        for name in ["int4eq", "int48lt", "oidge", "date_eq", "date_le_timestamptz", "booleq", "uuid_ne"] {
            assert!(is_comparison(name.as_bytes()), "{name}");
        }
        for name in ["int4pl", "int8inc", "float8_avg", "date_mi", "timestamp_cmp", "bool_int4"] {
            assert!(!is_comparison(name.as_bytes()), "{name}");
        }
    }
}

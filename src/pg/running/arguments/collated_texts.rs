//! A bound on texts that are compared by a collation of ICU.
//!
//! Many of these put the marks after a letter in order first (its Normalizer2Impl), each before all of a higher class: a text of nothing
//! but marks takes the square of its length, and no cancel is looked for. So a text that is compared by one, hashed or sorted, has
//! no longer run without a letter, space or sign of ASCII than this.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use pgrx::pg_sys::{self, Datum, SysCacheIdentifier as Id};
use pgrx::prelude::*;

use super::builtin_functions::{Builtin, Function};
use crate::error::Error;
use crate::pg::host::report;
use crate::pg::running::watching::watch_state::is_inside;

/// Bytes: this takes a tenth of a second, and the search of an index compares a dozen times.
const LONGEST: usize = 16 * 1024;

const COMPARING: [&str; 22] = [
    "texteq",
    "textne",
    "text_lt",
    "text_le",
    "text_gt",
    "text_ge",
    "bttextcmp",
    "text_larger",
    "text_smaller",
    "bpchareq",
    "bpcharne",
    "bpcharlt",
    "bpcharle",
    "bpchargt",
    "bpcharge",
    "bpcharcmp",
    "bpchar_larger",
    "bpchar_smaller",
    "hashtext",
    "hashtextextended",
    "hashbpchar",
    "hashbpcharextended",
];

/// The functions that prepare sorting: what compares in the end is no function of the table.
const SORTING: [&str; 2] = ["bttextsortsupport", "bpchar_sortsupport"];

const COUNT: usize = COMPARING.len() + SORTING.len();

static ORIGINALS: [AtomicPtr<c_void>; COUNT] = [const { AtomicPtr::new(std::ptr::null_mut()) }; COUNT];

macro_rules! instances {
    ($of:ident: $($number:literal)*) => { [$($of::<$number>),*] };
}

static COMPARED: [Function; COMPARING.len()] =
    instances!(compared: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21);
static SORTED: [Function; SORTING.len()] = instances!(sorted: 22 23);

/// What the server compares with while it sorts, and makes the beginning of a sort key with: the same in every sort by ICU.
static COMPARATOR: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
static CONVERTER: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

type Comparator = unsafe extern "C-unwind" fn(Datum, Datum, pg_sys::SortSupport) -> c_int;
type Converter = unsafe extern "C-unwind" fn(Datum, pg_sys::SortSupport) -> Datum;

/// Puts the bound in front of such a function in the table, and of what stands there in its place already.
pub(super) fn watch(entry: &mut Builtin) {
    let at = |names: &[&str]| names.iter().position(|name| entry.name() == name.as_bytes());
    let (place, ours) = match (at(&COMPARING), at(&SORTING)) {
        (Some(at), _) => (at, COMPARED[at]),
        (None, Some(at)) => (COMPARING.len() + at, SORTED[at]),
        (None, None) => return,
    };
    ORIGINALS[place].store(entry.function, Relaxed);
    entry.function = ours as *mut c_void;
}

/// Not guarded by pgrx, for the reason given at `runtime_hooks`: an ERROR may jump over this frame, which owns nothing. So the others.
unsafe extern "C-unwind" fn compared<const N: usize>(call: pg_sys::FunctionCallInfo) -> Datum {
    // SAFETY: passes the server's call on to its own function, which `watch` has noted; its first one or two arguments are texts.
    unsafe {
        if is_inside() {
            let texts = if COMPARING[N].starts_with("hash") { 1 } else { 2 };
            for text in (*call).args.as_slice((*call).nargs as usize).iter().take(texts).filter(|text| !text.isnull) {
                look(text.value, (*call).fncollation, is_equality(COMPARING[N]));
            }
        }
        let original: Function = std::mem::transmute(ORIGINALS[N].load(Relaxed));
        original(call)
    }
}

unsafe extern "C-unwind" fn sorted<const N: usize>(call: pg_sys::FunctionCallInfo) -> Datum {
    // SAFETY: as in `compared`; the only argument is what the server sorts with, which is filled in afterwards.
    unsafe {
        let original: Function = std::mem::transmute(ORIGINALS[N].load(Relaxed));
        let result = original(call);
        let support = (*call).args.as_slice(1)[0].value.cast_mut_ptr::<pg_sys::SortSupportData>();
        if is_inside() && is_of_icu((*support).ssup_collation, false) {
            put_before(&mut *support);
        }
        result
    }
}

fn put_before(support: &mut pg_sys::SortSupportData) {
    let comparator =
        if support.abbrev_converter.is_some() { &mut support.abbrev_full_comparator } else { &mut support.comparator };
    if let Some(theirs) = *comparator {
        COMPARATOR.store(theirs as *mut c_void, Relaxed);
        *comparator = Some(compare);
    }
    if let Some(theirs) = support.abbrev_converter {
        CONVERTER.store(theirs as *mut c_void, Relaxed);
        support.abbrev_converter = Some(convert);
    }
}

unsafe extern "C-unwind" fn compare(one: Datum, other: Datum, support: pg_sys::SortSupport) -> c_int {
    // SAFETY: both are texts; the server's own function was noted before this stood in its place.
    unsafe {
        look(one, (*support).ssup_collation, false);
        look(other, (*support).ssup_collation, false);
        let theirs: Comparator = std::mem::transmute(COMPARATOR.load(Relaxed));
        theirs(one, other, support)
    }
}

unsafe extern "C-unwind" fn convert(text: Datum, support: pg_sys::SortSupport) -> Datum {
    // SAFETY: as in `compare`.
    unsafe {
        look(text, (*support).ssup_collation, false);
        let theirs: Converter = std::mem::transmute(CONVERTER.load(Relaxed));
        theirs(text, support)
    }
}

/// # Safety
/// `text` is a varlena.
unsafe fn look(text: Datum, collation: pg_sys::Oid, is_equality: bool) {
    // SAFETY: the caller's promise.
    unsafe {
        if raw::toast_raw_datum_size(text) > LONGEST {
            judge(text, collation, is_equality);
        }
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn judge(text: Datum, collation: pg_sys::Oid, is_equality: bool) {
    // SAFETY: `look`'s promise; what is unpacked is freed at once where it is a copy.
    unsafe {
        if !is_of_icu(collation, is_equality) {
            return;
        }
        let given = text.cast_mut_ptr::<pg_sys::varlena>();
        let whole = pg_sys::pg_detoast_datum_packed(given);
        let bytes = std::slice::from_raw_parts(pgrx::vardata_any(whole).cast::<u8>(), pgrx::varsize_any_exhdr(whole));
        let longest = bytes.split(u8::is_ascii).map(<[u8]>::len).max();
        if whole != given {
            pg_sys::pfree(whole.cast());
        }
        if longest.is_some_and(|longest| longest > LONGEST) {
            report::raise(Error::ArgumentsTooLarge { function: "a comparison by a collation of ICU" });
        }
    }
}

/// Equal are texts of the same bytes alone, unless the collation is not deterministic.
fn is_equality(name: &str) -> bool {
    name.ends_with("eq") || name.ends_with("ne") || name.starts_with("hash")
}

/// Whether ICU compares, or for equality would.
///
/// # Safety
/// In a transaction.
unsafe fn is_of_icu(collation: pg_sys::Oid, for_equality: bool) -> bool {
    const ICU: u8 = b'i';
    // SAFETY: the caller's promise; the rows are released after they are read.
    unsafe {
        let is_default = collation == pg_sys::DEFAULT_COLLATION_OID;
        let (cache, key) = if is_default { (Id::DATABASEOID, pg_sys::MyDatabaseId) } else { (Id::COLLOID, collation) };
        let row = pg_sys::SearchSysCache1(cache as c_int, Datum::from(key));
        if row.is_null() {
            return false;
        }
        let (provider, is_deterministic) = if is_default {
            ((*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_database>(row)).datlocprovider, true)
        } else {
            let row = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_collation>(row);
            (row.collprovider, row.collisdeterministic)
        };
        pg_sys::ReleaseSysCache(row);
        provider as u8 == ICU && !(for_equality && is_deterministic)
    }
}

mod raw {
    use super::pg_sys;

    unsafe extern "C-unwind" {
        /// The size of a varlena that need not be in memory, header included. Without pgrx's wrapper, which costs more.
        pub fn toast_raw_datum_size(value: pg_sys::Datum) -> usize;
    }
}

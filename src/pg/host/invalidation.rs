//! Says whether anything in the catalogs may have changed since something was read from them.
//!
//! The server sends every backend invalidation messages at commit; each one that concerns us advances a generation.
//! What is kept with an older generation must be read again. Facts about functions have a generation of their own, which the
//! tables of other sessions, temporary ones above all, leave alone. COMMENT and SECURITY LABEL send no message: see `grounding`.

use std::cell::Cell;
use std::ffi::c_int;

use pgrx::pg_sys::{self, SysCacheIdentifier as Id};
use pgrx::prelude::*;

thread_local! {
    static GENERATION: Cell<Option<u64>> = const { Cell::new(None) };
    static GENERATION_OF_FUNCTIONS: Cell<u64> = const { Cell::new(0) };
}

/// What a function is, whose, and what it supports: roles and schemas by name, languages, ranges, operator classes.
const OF_FUNCTIONS: [u32; 10] = [
    Id::AGGFNOID,
    Id::AMOPOPID,
    Id::AMPROCNUM,
    Id::AUTHOID,
    Id::CLAOID,
    Id::LANGOID,
    Id::NAMESPACEOID,
    Id::OPEROID,
    Id::PROCOID,
    Id::RANGETYPE,
];

/// The current generation; a higher one means that something changed. The first call starts the watching.
pub fn generation() -> u64 {
    GENERATION.get().unwrap_or_else(|| {
        watch();
        GENERATION.set(Some(0));
        0
    })
}

/// The same for functions alone.
pub fn generation_of_functions() -> u64 {
    generation();
    GENERATION_OF_FUNCTIONS.get()
}

/// Asks the server to call us. Registered once a backend, as callbacks can't be taken back (inval.c).
fn watch() {
    // Columns, indexes, foreign keys and partitions arrive as messages about their relation.
    let others = [
        Id::AUTHMEMROLEMEM,
        Id::CASTSOURCETARGET,
        Id::CONSTROID,
        Id::DATABASEOID,
        Id::ENUMOID,
        Id::FOREIGNSERVEROID,
        Id::FOREIGNTABLEREL,
        Id::STATRELATTINH,
        Id::TYPEOID,
    ];
    // SAFETY: on the backend's only thread; the callbacks are functions of this library, which is never unloaded.
    unsafe {
        pg_sys::CacheRegisterRelcacheCallback(Some(relation_changed), pg_sys::Datum::from(0));
        for cache in others {
            pg_sys::CacheRegisterSyscacheCallback(cache as c_int, Some(row_changed), pg_sys::Datum::from(0));
        }
        for cache in OF_FUNCTIONS {
            pg_sys::CacheRegisterSyscacheCallback(cache as c_int, Some(function_changed), pg_sys::Datum::from(0));
        }
    }
}

fn advance() {
    GENERATION.set(GENERATION.get().map(|generation| generation + 1));
}

/// May run at any moment: touches nothing of the server.
#[pg_guard]
unsafe extern "C-unwind" fn relation_changed(_argument: pg_sys::Datum, _relation: pg_sys::Oid) {
    advance();
}

/// As [`relation_changed`].
#[pg_guard]
unsafe extern "C-unwind" fn row_changed(_argument: pg_sys::Datum, _cache: c_int, _hash: u32) {
    advance();
}

/// As [`relation_changed`].
#[pg_guard]
unsafe extern "C-unwind" fn function_changed(_argument: pg_sys::Datum, _cache: c_int, _hash: u32) {
    GENERATION_OF_FUNCTIONS.set(GENERATION_OF_FUNCTIONS.get() + 1);
    advance();
}

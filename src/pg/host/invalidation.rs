//! Says whether anything in the catalogs may have changed since something was read from them.
//!
//! The server sends every backend invalidation messages at commit; each one that concerns us advances a generation.
//! What is kept with an older generation must be read again. COMMENT sends no message: see `grounding`.

use std::cell::Cell;
use std::ffi::c_int;

use pgrx::pg_sys::{self, SysCacheIdentifier as Id};
use pgrx::prelude::*;

thread_local! {
    static GENERATION: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The current generation; a higher one means that something changed. The first call starts the watching.
pub fn generation() -> u64 {
    GENERATION.get().unwrap_or_else(|| {
        watch();
        GENERATION.set(Some(0));
        0
    })
}

/// Asks the server to call us. Registered once a backend, as callbacks can't be taken back (inval.c).
fn watch() {
    // Columns, indexes, foreign keys and partitions arrive as messages about their relation.
    let caches = [
        Id::AMOPOPID,
        Id::AMPROCNUM,
        Id::AUTHMEMROLEMEM,
        Id::AUTHOID,
        Id::CASTSOURCETARGET,
        Id::CLAOID,
        Id::CONSTROID,
        Id::DATABASEOID,
        Id::ENUMOID,
        Id::FOREIGNSERVEROID,
        Id::FOREIGNTABLEREL,
        Id::NAMESPACEOID,
        Id::PROCOID,
        Id::AGGFNOID,
        Id::STATRELATTINH,
        Id::TYPEOID,
    ];
    // SAFETY: on the backend's only thread; both callbacks are functions of this library, which is never unloaded.
    unsafe {
        pg_sys::CacheRegisterRelcacheCallback(Some(relation_changed), pg_sys::Datum::from(0));
        for cache in caches {
            pg_sys::CacheRegisterSyscacheCallback(cache as c_int, Some(row_changed), pg_sys::Datum::from(0));
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

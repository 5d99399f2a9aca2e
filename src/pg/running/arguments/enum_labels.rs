//! A bound on the labels of an enum type whose order is asked for.
//!
//! Labels that were there from the beginning have even oids, in their order. For one that came between, the server reads all labels of
//! the type and looks from each for the longest run that is in order (load_enum_cache_data in typcache.c), without a look for
//! cancels: half a minute for a million.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use pgrx::pg_sys::{self, SysCacheIdentifier as Id};
use pgrx::prelude::*;

use super::builtin_functions::{Builtin, Function};
use crate::error::Error;
use crate::pg::host::{catalogs, report};
use crate::pg::running::watching::interrupts::interrupt;
use crate::pg::running::watching::watch_state::is_watching;

/// It takes the server half a second to put these in order.
const MOST: usize = 20_000;

const COMPARING: [&str; 7] = ["enum_lt", "enum_le", "enum_gt", "enum_ge", "enum_cmp", "enum_smaller", "enum_larger"];

static ORIGINALS: [AtomicPtr<c_void>; COMPARING.len()] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; COMPARING.len()];

macro_rules! instances {
    ($($number:literal)*) => { [$(compared::<$number>),*] };
}

static JUDGED: [Function; COMPARING.len()] = instances!(0 1 2 3 4 5 6);

thread_local! {
    /// When the statement began that judged last, and the types that it has judged.
    static FEW: RefCell<(i64, BTreeSet<u32>)> = const { RefCell::new((0, BTreeSet::new())) };
}

/// Puts [`compared`] in the place of such a function in the table; false where the entry is none.
pub(super) fn watch(entry: &mut Builtin) -> bool {
    let Some(at) = COMPARING.iter().position(|name| entry.name() == name.as_bytes()) else { return false };
    ORIGINALS[at].store(entry.function, Relaxed);
    entry.function = JUDGED[at] as *mut c_void;
    true
}

/// Not guarded by pgrx, for the reason given at `runtime_hooks`: an ERROR may jump over this frame, which owns nothing.
unsafe extern "C-unwind" fn compared<const N: usize>(call: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: passes the server's call on to its own function, which `watch` has noted; its two arguments are oids of labels.
    unsafe {
        if is_watching() {
            if pg_sys::InterruptPending != 0 {
                interrupt();
            }
            let arguments = (*call).args.as_slice((*call).nargs as usize);
            let added = arguments.iter().find(|label| !label.isnull && label.value.value() % 2 == 1);
            if let Some(label) = added {
                judge(label.value);
            }
        }
        let original: Function = std::mem::transmute(ORIGINALS[N].load(Relaxed));
        original(call)
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn judge(label: pg_sys::Datum) {
    // SAFETY: in a transaction; the row is released after it is read.
    let (data_type, began) = unsafe {
        let row = pg_sys::SearchSysCache1(Id::ENUMOID as c_int, label);
        if row.is_null() {
            return;
        }
        let data_type = (*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_enum>(row)).enumtypid.to_u32();
        pg_sys::ReleaseSysCache(row);
        (data_type, pg_sys::GetCurrentStatementStartTimestamp())
    };
    let is_known = FEW.with_borrow_mut(|(at, types)| {
        if *at != began {
            (*at, *types) = (began, BTreeSet::new());
        }
        types.contains(&data_type)
    });
    if is_known {
        return;
    }
    let mut count = 0;
    catalogs::enum_labels(data_type, MOST + 1, |_| count += 1);
    if count > MOST {
        report::raise(Error::TooComplex { what: "labels of an enum type that are compared", limit: MOST });
    }
    FEW.with_borrow_mut(|(_, types)| types.insert(data_type));
}

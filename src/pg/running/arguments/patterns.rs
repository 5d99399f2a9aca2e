//! Bounds on the patterns that the planner estimates by, of LIKE and of regular expressions.
//!
//! It goes through a regular expression again for every level of parentheses (regex_selectivity in like_support.c), and makes the
//! next larger text of LIKE's beginning in time that grows with its square (make_greater_string there). It looks for no
//! interrupts. Bounds on the functions themselves do not hold there, as none of them is called.

use std::ffi::c_void;
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};
use pgrx::prelude::*;

use super::builtin_functions::{Builtin, Function};
use crate::error::Error;
use crate::pg::host::report;
use crate::pg::running::watching::interrupts::interrupt;
use crate::pg::running::watching::watch_state::is_watching;

/// More bytes than anybody writes in a pattern; it takes the planner less than a second.
const MOST_BYTES: usize = 10_000;

/// Functions of the server that estimate by a pattern: those that end in `sel` by the arguments of an operator, in a list that is their
/// third argument; the others by a request, their only one.
const ESTIMATES: [&str; 14] = [
    "likesel",
    "iclikesel",
    "nlikesel",
    "icnlikesel",
    "regexeqsel",
    "icregexeqsel",
    "regexnesel",
    "icregexnesel",
    "prefixsel",
    "textlike_support",
    "texticlike_support",
    "textregexeq_support",
    "texticregexeq_support",
    "text_starts_with_support",
];

static ORIGINALS: [AtomicPtr<c_void>; ESTIMATES.len()] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; ESTIMATES.len()];

macro_rules! instances {
    ($($number:literal)*) => { [$(estimate::<$number>),*] };
}

static JUDGED: [Function; ESTIMATES.len()] = instances!(0 1 2 3 4 5 6 7 8 9 10 11 12 13);

/// Puts [`estimate`] in the place of such a function in the table; false where the entry is none.
pub(super) fn watch(entry: &mut Builtin) -> bool {
    let Some(at) = ESTIMATES.iter().position(|name| entry.name() == name.as_bytes()) else { return false };
    ORIGINALS[at].store(entry.function, Relaxed);
    entry.function = JUDGED[at] as *mut c_void;
    true
}

/// Not guarded by pgrx, for the reason given at `runtime_hooks`: an ERROR may jump over this frame, which owns nothing.
unsafe extern "C-unwind" fn estimate<const N: usize>(call: pg_sys::FunctionCallInfo) -> pg_sys::Datum {
    // SAFETY: passes the server's call on to its own function, which `watch` has noted.
    unsafe {
        if is_watching() {
            if pg_sys::InterruptPending != 0 {
                interrupt();
            }
            judge(call);
        }
        let original: Function = std::mem::transmute(ORIGINALS[N].load(Relaxed));
        original(call)
    }
}

#[pg_guard]
unsafe extern "C-unwind" fn judge(call: pg_sys::FunctionCallInfo) {
    // SAFETY: the planner calls them as ESTIMATES tells, with live nodes.
    unsafe {
        let arguments = (*call).args.as_slice((*call).nargs as usize);
        let (root, list) = match arguments {
            [root, _, list, ..] => (root.value.cast_mut_ptr(), list.value.cast_mut_ptr()),
            [request] => arguments_of(request.value.cast_mut_ptr()),
            _ => return,
        };
        for node in PgList::<pg_sys::Node>::from_pg(list).iter_ptr() {
            if size(root, node) > MOST_BYTES {
                report::raise(Error::TooComplex { what: "bytes in a pattern of LIKE or ~", limit: MOST_BYTES });
            }
        }
    }
}

/// The arguments that a request is about, which may be none.
///
/// # Safety
/// `request` is live, and its tag tells what it is (nodes/supportnodes.h).
unsafe fn arguments_of(request: *mut pg_sys::Node) -> (*mut pg_sys::PlannerInfo, *mut pg_sys::List) {
    let none = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: the caller's promise.
    unsafe {
        match (*request).type_ {
            NodeTag::T_SupportRequestSelectivity => {
                let request = &*request.cast::<pg_sys::SupportRequestSelectivity>();
                (request.root, request.args)
            }
            NodeTag::T_SupportRequestIndexCondition => {
                let request = &*request.cast::<pg_sys::SupportRequestIndexCondition>();
                let arguments = match (*request.node).type_ {
                    NodeTag::T_OpExpr => (*request.node.cast::<pg_sys::OpExpr>()).args,
                    NodeTag::T_FuncExpr => (*request.node.cast::<pg_sys::FuncExpr>()).args,
                    _ => return none,
                };
                (request.root, arguments)
            }
            _ => none,
        }
    }
}

/// Bytes of a text that the planner takes for constant while it estimates, functions that are STABLE included; else 0.
///
/// # Safety
/// `node` is a live expression of the query that `root` plans.
unsafe fn size(root: *mut pg_sys::PlannerInfo, node: *mut pg_sys::Node) -> usize {
    // SAFETY: the caller's promise; a constant of a type of variable length is a varlena.
    unsafe {
        let node = if (*node).type_ == NodeTag::T_Const { node } else { pg_sys::estimate_expression_value(root, node) };
        if (*node).type_ != NodeTag::T_Const {
            return 0;
        }
        let constant = &*node.cast::<pg_sys::Const>();
        if constant.constisnull || constant.constlen != -1 {
            return 0;
        }
        raw::toast_raw_datum_size(constant.constvalue) - pg_sys::VARHDRSZ
    }
}

mod raw {
    use pgrx::pg_sys;

    unsafe extern "C-unwind" {
        pub fn toast_raw_datum_size(value: pg_sys::Datum) -> usize;
    }
}

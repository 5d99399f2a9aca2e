//! What aggregates make of labelled values.
//!
//! Some pick one of the values, which stays what it was: the smallest, the most frequent. All others put values together with
//! the number of rows: over as many copies of one value as somebody asks for, a sum or a rank is any number, and whoever
//! finds the value equal to one of those knows it.

use std::ffi::CStr;

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};

use super::values::is_plain;
use super::{Sources, Walk};

/// The server's own aggregates that pick one of the values.
const PICKING: [&[u8]; 5] = [b"min", b"max", b"mode", b"percentile_disc", b"any_value"];

/// Those whose results are neither more nor larger where rows are repeated, beside the picking ones.
const INDIFFERENT: [&[u8]; 7] =
    [b"bool_and", b"bool_or", b"every", b"bit_and", b"bit_or", b"range_merge", b"range_intersect_agg"];

/// Those that people sort groups by.
const TOTALS: [&[u8]; 2] = [b"sum", b"avg"];

/// Whether an aggregate results in one of the values of a column as it stands. One that leaves rows out by a condition tells by
/// NULL that there were none.
///
/// # Safety
/// `node` is live.
pub unsafe fn is_whole(node: *mut pg_sys::Aggref) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let result = (*node).aggtype;
        is_one_of(node, &PICKING)
            && (*node).aggfilter.is_null()
            && PgList::<pg_sys::TargetEntry>::from_pg((*node).args).iter_ptr().all(|argument| {
                let value = (*argument).expr.cast();
                // Several percentiles at once are an array.
                is_plain(value) && pg_sys::getBaseType(pg_sys::exprType(value)) == pg_sys::getBaseType(result)
            })
    }
}

/// Whether an expression is the sum or average of a column as it stands.
///
/// # Safety
/// `node` is live.
pub unsafe fn is_total(node: *mut pg_sys::Node) -> bool {
    // SAFETY: the node's tag tells its type.
    unsafe {
        (*node).type_ == NodeTag::T_Aggref && {
            let aggregate = node.cast::<pg_sys::Aggref>();
            let arguments = PgList::<pg_sys::TargetEntry>::from_pg((*aggregate).args);
            is_one_of(aggregate, &TOTALS)
                && (*aggregate).aggfilter.is_null()
                && arguments.iter_ptr().all(|argument| is_plain((*argument).expr.cast()))
        }
    }
}

/// # Safety
/// `node` is live.
unsafe fn is_one_of(node: *mut pg_sys::Aggref, names: &[&[u8]]) -> bool {
    // SAFETY: the caller's promise; the name is a copy, or null.
    unsafe {
        let name = pg_sys::get_func_name((*node).aggfnoid);
        (*node).aggfnoid.to_u32() < pg_sys::FirstNormalObjectId
            && !name.is_null()
            && names.contains(&CStr::from_ptr(name).to_bytes())
    }
}

impl Walk<'_> {
    /// An aggregate other than a count, in an expression whose value is looked at.
    pub(super) unsafe fn visit_aggregate(&mut self, node: *mut pg_sys::Aggref) {
        // SAFETY: the caller's promise.
        unsafe {
            let level = self.levels.len().checked_sub(1 + (*node).agglevelsup as usize);
            let counts_rows = !is_one_of(node, &PICKING) && !is_one_of(node, &INDIFFERENT);
            self.found.has_foreign |= counts_rows && !level.is_some_and(|level| self.reads_rows_once(level));
            if (*node).aggkind as u8 == b'h' {
                // Its direct arguments are values that those of the rows are compared with.
                let sorted = self.made_of((*node).args.cast());
                if !sorted.labelled.is_empty() && self.views == 0 {
                    self.comparisons.insert(node as usize);
                }
            }
            self.visit_parts(node.cast());
        }
    }

    /// Whether a query reads the rows of one relation, each at most once.
    unsafe fn reads_rows_once(&self, at: usize) -> bool {
        // SAFETY: the caller's promise; the node's tag tells its type.
        unsafe {
            let query = &*self.levels[at].query;
            if !query.groupingSets.is_null() || query.jointree.is_null() {
                return false;
            }
            let items = PgList::<pg_sys::Node>::from_pg((*query.jointree).fromlist);
            items.len() == 1
                && items.get_ptr(0).is_some_and(|item| {
                    (*item).type_ == NodeTag::T_RangeTblRef
                        && self.is_row(at, (*item.cast::<pg_sys::RangeTblRef>()).rtindex as usize)
                })
        }
    }

    /// Whether labelled columns are of owners who may have written the values of one to find out those of the other. Superusers
    /// and whom they trust are as one.
    pub(super) fn are_of_strangers(&self, labelled: &Sources) -> bool {
        let mut owners = labelled.iter().filter(|column| column.0 != 0).map(|column| self.sought.owners.get(&column.0));
        let first = owners.next();
        first.is_some_and(|first| owners.any(|owner| owner != first))
    }
}

/// The parts of a window's frame that are measured in the values it is sorted by.
pub fn measures_values(window: &pg_sys::WindowClause) -> bool {
    let options = window.frameOptions as u32;
    let offsets = pg_sys::FRAMEOPTION_START_OFFSET | pg_sys::FRAMEOPTION_END_OFFSET;
    options & pg_sys::FRAMEOPTION_RANGE != 0 && options & offsets != 0
}

//! What aggregates make of labelled values.
//!
//! Some pick one of the values, which stays what it was: the smallest, the most frequent. All others put values together with
//! the number of rows: over as many copies of one value as somebody asks for, a sum or a rank is any number, and whoever
//! finds the value equal to one of those knows it.

use std::ffi::CStr;

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};

use super::values::is_plain;
use super::{Sources, Value, Walk};

/// The server's own aggregates that pick one of the values.
const PICKING: [&[u8]; 5] = [b"min", b"max", b"mode", b"percentile_disc", b"any_value"];

/// Those whose results tell no more of rows together than of each alone, beside the picking ones.
const INDIFFERENT: [&[u8]; 3] = [b"bool_and", b"bool_or", b"every"];

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

/// Whether the columns of a query are such totals. Averages stay what they are beside joined rows.
///
/// # Safety
/// `query` is live.
pub unsafe fn lists_totals(query: *mut pg_sys::Query, columns: &[Value]) -> bool {
    // SAFETY: the caller's promise; a total is an aggregate.
    unsafe {
        let targets = PgList::<pg_sys::TargetEntry>::from_pg((*query).targetList);
        let mut shown = targets.iter_ptr().filter(|target| !(**target).resjunk).map(|target| (*target).expr.cast());
        let is_pure = columns.iter().all(|value| value.is_pure);
        (*query).setOperations.is_null()
            && shown.all(|node: *mut pg_sys::Node| is_total(node) && (is_pure || is_one_of(node.cast(), &[b"avg"])))
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
            let is_once = level.is_some_and(|level| self.reads_rows_once(level) && self.is_fixed(level));
            let counts_rows = !is_one_of(node, &PICKING) && !is_one_of(node, &INDIFFERENT);
            self.found.has_foreign |= counts_rows && !is_once;
            if (*node).aggkind as u8 == b'h' {
                // Its direct arguments are values that those of the rows are compared with.
                let sorted = self.made_of((*node).args.cast());
                if !sorted.labelled.is_empty() && self.views == 0 {
                    self.comparisons.insert(node as usize);
                }
            }
            let outside = std::mem::take(&mut self.found.entries);
            self.visit_parts(node.cast());
            let inside = std::mem::replace(&mut self.found.entries, outside);
            // The most frequent part tells which parts are equal.
            let counts_parts = is_one_of(node, &[b"mode"]) && (self.found.has_computed || !is_whole(node));
            self.found.has_foreign |= counts_parts && !is_once && !inside.is_empty();
            if !is_once && !inside.is_empty() {
                // Of which rows is another question for each pair, group or row around it.
                self.found.pick(node.cast());
            }
            if is_once || inside.len() > 1 {
                self.found.entries.extend(inside);
            }
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

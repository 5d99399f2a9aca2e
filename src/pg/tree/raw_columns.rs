//! How many columns what stands in a FROM clause has, and what names of columns say, in a raw parse tree.

use std::ffi::{CStr, c_char};

use pgrx::PgList;
use pgrx::pg_sys::{self, NodeTag};

/// The most columns that something can have whose columns are not known here (MaxTupleAttributeNumber in htup_details.h).
pub const UNKNOWN: f64 = 1664.0;

/// # Safety
/// `fields` is the list of a column's name or of an indirection.
pub unsafe fn is_star(fields: *mut pg_sys::List) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        let fields = PgList::<pg_sys::Node>::from_pg(fields);
        let last = fields.len().checked_sub(1).and_then(|at| fields.get_ptr(at));
        last.is_some_and(|last| (*last).type_ == NodeTag::T_A_Star)
    }
}

/// # Safety
/// `node` is a live String of the server's.
pub unsafe fn name_of(node: *mut pg_sys::Node) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe { (*node.cast::<pg_sys::String>()).sval }
}

/// # Safety
/// `table` is live, in a transaction.
pub unsafe fn relation_width(table: &pg_sys::RangeVar) -> f64 {
    // SAFETY: the caller's promise; the catalog row is held while its field is read.
    unsafe {
        let flags = pg_sys::RVROption::RVR_MISSING_OK;
        let (lock, none) = (pg_sys::NoLock as i32, std::ptr::null_mut());
        let relation = pg_sys::RangeVarGetRelidExtended(table, lock, flags, None, none);
        let key = pg_sys::Datum::from(relation);
        let row = pg_sys::SearchSysCache1(pg_sys::SysCacheIdentifier::RELOID as i32, key);
        if row.is_null() {
            return 1.0;
        }
        let columns = (*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_class>(row)).relnatts;
        pg_sys::ReleaseSysCache(row);
        f64::from(columns)
    }
}

/// The server's own functions that are used as tables most, which return one column; of others nothing is known here.
const NARROW: [&CStr; 4] = [c"generate_series", c"unnest", c"regexp_split_to_table", c"string_to_table"];

/// # Safety
/// `function` is live.
pub unsafe fn function_width(function: &pg_sys::RangeFunction) -> f64 {
    // SAFETY: the caller's promise; each item is a list of a call and of its column definitions.
    unsafe {
        let mut width = PgList::<pg_sys::Node>::from_pg(function.coldeflist).len() as f64;
        for item in PgList::<pg_sys::List>::from_pg(function.functions).iter_ptr() {
            let parts = PgList::<pg_sys::Node>::from_pg(item);
            let call = parts.get_ptr(0).filter(|call| !call.is_null() && (**call).type_ == NodeTag::T_FuncCall);
            let name = call.and_then(|call| {
                let names = PgList::<pg_sys::Node>::from_pg((*call.cast::<pg_sys::FuncCall>()).funcname);
                names.get_ptr(names.len().checked_sub(1)?)
            });
            let is_narrow = name.is_some_and(|name| NARROW.contains(&CStr::from_ptr(name_of(name))));
            width += if is_narrow {
                2.0
            } else if width > 0.0 {
                0.0
            } else {
                UNKNOWN
            };
        }
        width
    }
}

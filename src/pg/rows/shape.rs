//! Reads the shape of a result from its tuple descriptor.

use std::ffi::CStr;

use pgrx::pg_sys;

use crate::pg::host::text::owned;
use crate::pg::host::tuple_desc::attribute;
use schema::{ResultColumn, ResultShape};

/// The columns that a tuple descriptor describes.
///
/// # Safety
/// `shape` is a live tuple descriptor, in a transaction.
pub unsafe fn of(shape: pg_sys::TupleDesc) -> ResultShape {
    // SAFETY: the caller's promise; attribute numbers below natts exist.
    let columns = unsafe {
        (0..(*shape).natts as usize).map(|at| {
            let attribute = attribute(shape, at);
            let mut category = 0;
            let mut is_preferred = false;
            let base = pg_sys::getBaseType(attribute.atttypid);
            pg_sys::get_type_category_preferred(base, &mut category, &mut is_preferred);
            let type_name = pg_sys::format_type_with_typemod(attribute.atttypid, attribute.atttypmod);
            ResultColumn {
                name: CStr::from_ptr(attribute.attname.data.as_ptr()).to_string_lossy().into_owned(),
                type_name: owned(type_name).unwrap_or_default(),
                type_oid: attribute.atttypid.to_u32(),
                modifier: attribute.atttypmod,
                category: char::from(category as u8),
            }
        })
    };
    ResultShape(columns.collect())
}

//! The shape of a result: the names and types of its columns, in order.

use std::ffi::CStr;
use std::fmt;

use pgrx::pg_sys;

use crate::pg::host::text::owned;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape(pub Vec<Column>);

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    /// As `format_type` prints it, for example `numeric(12,2)`.
    pub type_name: String,
    pub type_oid: u32,
    /// The type's modifier, -1 where it has none.
    pub modifier: i32,
    /// `pg_type.typcategory`, of a domain its base type's.
    pub category: char,
}

impl Shape {
    /// # Safety
    /// `shape` is a live tuple descriptor, in a transaction.
    pub unsafe fn of(shape: pg_sys::TupleDesc) -> Self {
        // SAFETY: the caller's promise; attribute numbers below natts exist.
        let columns = unsafe {
            (0..(*shape).natts as usize).map(|at| {
                let attribute = attribute(shape, at);
                let mut category = 0;
                let mut is_preferred = false;
                let base = pg_sys::getBaseType(attribute.atttypid);
                pg_sys::get_type_category_preferred(base, &mut category, &mut is_preferred);
                let type_name = pg_sys::format_type_with_typemod(attribute.atttypid, attribute.atttypmod);
                Column {
                    name: CStr::from_ptr(attribute.attname.data.as_ptr()).to_string_lossy().into_owned(),
                    type_name: owned(type_name).unwrap_or_default(),
                    type_oid: attribute.atttypid.to_u32(),
                    modifier: attribute.atttypmod,
                    category: char::from(category as u8),
                }
            })
        };
        Self(columns.collect())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = |column: &Column| format!("{} {}", schema::quote_ident(&column.name), column.type_name);
        f.write_str(&self.0.iter().map(column).collect::<Vec<_>>().join(", "))
    }
}

/// # Safety
/// `shape` is a live tuple descriptor with more than `at` attributes.
pub unsafe fn attribute<'a>(shape: pg_sys::TupleDesc, at: usize) -> &'a pg_sys::FormData_pg_attribute {
    // SAFETY: the caller's promise.
    unsafe {
        #[cfg(feature = "pg18")]
        return &*pg_sys::TupleDescAttr(shape, at as i32);
        #[cfg(not(feature = "pg18"))]
        &*(*shape).attrs.as_ptr().add(at)
    }
}

//! The columns of a tuple descriptor, which are kept in other ways from 18 on.

use pgrx::pg_sys;

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

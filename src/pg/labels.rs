//! The provider of the security labels `hidden` and `masked`. It judges labels when they are set, never objects: what
//! labels mean is the guard's and the catalog's affair, who read them from pg_seclabel whether this is loaded or not.

use std::ffi::{CStr, c_char};

use pgrx::pg_sys;
use pgrx::prelude::*;

use crate::error::Error;

/// Makes the provider known to this session (`SECURITY LABEL FOR nl2sql`); called once, when the library is loaded.
pub fn register_provider() {
    // SAFETY: the hook has the signature the server expects and is never unloaded; the name is a constant.
    unsafe { pg_sys::register_label_provider(c"nl2sql".as_ptr(), Some(check)) };
}

/// Called by `SECURITY LABEL` before it changes anything; a null label takes the old one away. Whether the caller owns
/// the object has been checked.
#[pg_guard]
unsafe extern "C-unwind" fn check(object: *const pg_sys::ObjectAddress, label: *const c_char) {
    if label.is_null() {
        return;
    }
    // SAFETY: the server hands over a live address and a C string.
    let (object, label) = unsafe { (*object, CStr::from_ptr(label).to_string_lossy()) };
    let why = if !is_labelled(&object) {
        "Only schemas, tables, views, and their columns have labels here."
    } else if !["hidden", "masked"].contains(&label.as_ref()) {
        "Labels are \"hidden\" and \"masked\"."
    } else {
        return;
    };
    pg_sys::panic::ErrorReport::from(Error::InvalidLabel { label: label.into_owned(), why }).report(PgLogLevel::ERROR);
}

fn is_labelled(object: &pg_sys::ObjectAddress) -> bool {
    if object.classId == pg_sys::NamespaceRelationId {
        return true;
    }
    // SAFETY: in a transaction; a look-up that raises nothing.
    let kind = unsafe { pg_sys::get_rel_relkind(object.objectId) } as u8;
    object.classId == pg_sys::RelationRelationId && b"rvmpf".contains(&kind)
}

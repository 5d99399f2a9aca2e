//! The extension as the database has it: of which version its functions and tables are.

use std::ffi::{CStr, c_char};

use pgrx::pg_sys;

use super::catalogs::scan;
use crate::error::Error;

/// The version of this library.
pub const LIBRARY: &str = env!("CARGO_PKG_VERSION");

/// Fails where the database has the extension in another version than this library. That is so from when the files are replaced
/// until it is updated there, and in a session that has loaded the library before that. It is looked up in a few microseconds, and
/// kept nowhere: the server announces no change of pg_extension.
pub fn check_version() -> Result<(), Error> {
    let mut installed: Option<String> = None;
    scan(pg_sys::ExtensionRelationId, 0, &[], |row| {
        // SAFETY: a row of pg_extension; its fixed part has this shape, and a name ends with a zero byte.
        let name = unsafe {
            let extension = &*pg_sys::heap_tuple_get_struct::<pg_sys::FormData_pg_extension>(row.tuple);
            CStr::from_ptr(extension.extname.data.as_ptr().cast::<c_char>())
        };
        if name == c"nl2sql" {
            installed = row.value(pg_sys::Anum_pg_extension_extversion);
        }
    });
    match installed {
        Some(installed) if installed != LIBRARY => Err(Error::OtherVersion { installed, library: LIBRARY }),
        _ => Ok(()),
    }
}

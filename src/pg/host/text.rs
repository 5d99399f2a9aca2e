//! Text between Rust and the server.

use std::ffi::{CStr, CString, c_char};

use crate::error::{Error, Failure};

/// A C string as an owned one; null stays null.
///
/// # Safety
/// `text` is null or a NUL-terminated string.
pub unsafe fn owned(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    Some(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// Text as the server's functions take it.
pub fn c_string(sql: &str) -> Result<CString, Error> {
    CString::new(sql).map_err(|_| {
        Error::Server(Failure {
            sqlstate: "22021".to_owned(),
            message: "the statement holds a zero byte".to_owned(),
            ..Failure::default()
        })
    })
}

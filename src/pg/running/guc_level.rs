//! Settings that hold for a while: what they were before comes back, whatever ends it.

use std::ffi::{CStr, CString, c_int};

use pgrx::pg_sys;

use crate::pg::host::guc_limits;

/// Values that hold until it is dropped, as those of a function's SET clauses do.
pub struct Level(c_int);

impl Level {
    pub fn begin() -> Self {
        // SAFETY: in a transaction; the level ends in Drop, as that of a function with a SET clause does.
        Self(unsafe { pg_sys::NewGUCNestLevel() })
    }

    /// Sets what others have written down for whoever asks; limits may be above the session's ceilings. A value that the server does
    /// not accept is warned of, as when a session starts.
    pub fn set(&self, name: &str, value: &CStr) {
        guc_limits::trusting(|| set(name, value, pg_sys::GucContext::PGC_SUSET, pg_sys::WARNING));
    }

    /// Sets what a user may set, by which nothing becomes a superuser's: not what a library that is loaded later takes for its own
    /// setting either. Where it can't be set it is not, and nobody is told.
    pub fn set_for_user(&self, name: &str, value: &CStr) {
        set(name, value, pg_sys::GucContext::PGC_USERSET, pg_sys::DEBUG5);
    }
}

fn set(name: &str, value: &CStr, context: pg_sys::GucContext::Type, level: u32) {
    let Ok(name) = CString::new(name) else { return };
    // SAFETY: in a transaction, in which a `Level` was begun; both strings live during the call.
    unsafe {
        pg_sys::set_config_option(
            name.as_ptr(),
            value.as_ptr(),
            context,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_SAVE,
            true,
            level as c_int,
            false,
        );
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        // SAFETY: the level that `begin` opened; deeper ones have ended, or end with it.
        unsafe { pg_sys::AtEOXact_GUC(false, self.0) };
    }
}

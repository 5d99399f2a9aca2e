//! Questions that a SECURITY DEFINER function asks: what is written runs with the definer's rights, so the definer's settings
//! hold while it is asked, and not those of whoever called the function.

use std::ffi::{CString, c_int};

use pgrx::pg_sys;

use crate::error::Error;
use crate::pg::host::guc_limits;
use crate::pg::running::query;

/// The definer's settings are in force, until dropped; nothing where nobody but the session's own user asks.
pub struct DefinersSettings(Option<c_int>);

impl DefinersSettings {
    /// `base`: what holds of the settings that a caller could steer by, before roles and databases have their say.
    pub fn begin(base: &[(&str, CString)]) -> Result<Self, Error> {
        // SAFETY: both read variables of the backend. SET ROLE changes both.
        if unsafe { pg_sys::GetUserId() == pg_sys::GetOuterUserId() } {
            return Ok(Self(None));
        }
        let rows = query::rows(include_str!("definer.sql"), &[])?;
        // SAFETY: in a transaction; the level ends in Drop, as that of a function with a SET clause does.
        let in_force = Self(Some(unsafe { pg_sys::NewGUCNestLevel() }));
        for (name, value) in base {
            set(name, value);
        }
        for row in rows {
            let [Some(name), Some(value)] = row.as_slice() else { continue };
            if let Ok(value) = CString::new(value.as_str()) {
                set(name, &value);
            }
        }
        Ok(in_force)
    }
}

impl Drop for DefinersSettings {
    fn drop(&mut self) {
        if let Some(level) = self.0 {
            // SAFETY: the level that `begin` opened; deeper ones have ended, or end with it.
            unsafe { pg_sys::AtEOXact_GUC(false, level) };
        }
    }
}

/// A value that the server no longer accepts is warned of, as when a session starts.
fn set(name: &str, value: &CString) {
    let Ok(name) = CString::new(name) else { return };
    guc_limits::trusting(|| {
        // SAFETY: in a transaction; both strings live during the call.
        unsafe {
            pg_sys::set_config_option(
                name.as_ptr(),
                value.as_ptr(),
                pg_sys::GucContext::PGC_SUSET,
                pg_sys::GucSource::PGC_S_SESSION,
                pg_sys::GucAction::GUC_ACTION_SAVE,
                true,
                pg_sys::WARNING as c_int,
                false,
            );
        }
    });
}

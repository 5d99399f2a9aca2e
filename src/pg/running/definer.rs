//! Questions that a SECURITY DEFINER function asks: what is written runs with the definer's rights, so the definer's settings
//! hold while it is asked, and not those of whoever called the function.

use std::ffi::{CString, c_int};

use pgrx::pg_sys;

use crate::error::Error;
use crate::pg::host::guc_limits;
use crate::pg::running::query;

/// The definer's settings are in force, until dropped; nothing where nobody but the session's own user asks.
pub struct DefinersSettings(Option<c_int>);

/// The settings of this library whose values in force were given by ALTER ROLE for the role that the session belongs to.
const GIVEN_FOR_ROLE: &str = "SELECT s.name FROM pg_catalog.pg_settings s \
     WHERE pg_catalog.starts_with(s.name, 'nl2sql.') AND s.source OPERATOR(pg_catalog.=) ANY ('{user,database user}')";

impl DefinersSettings {
    /// What holds before roles and databases have their say: `steering`, of settings that a caller can change; `of_role`, of
    /// those that superusers change, where the value in force is the one given for the caller's role.
    pub fn begin(steering: &[(&str, CString)], of_role: &[(&str, CString)]) -> Result<Self, Error> {
        // SAFETY: both read variables of the backend. SET ROLE changes both.
        if unsafe { pg_sys::GetUserId() == pg_sys::GetOuterUserId() } {
            return Ok(Self(None));
        }
        let given_for_role: Vec<String> = query::rows(GIVEN_FOR_ROLE, &[])?.into_iter().flatten().flatten().collect();
        let rows = query::rows(include_str!("definer.sql"), &[])?;
        // SAFETY: in a transaction; the level ends in Drop, as that of a function with a SET clause does.
        let in_force = Self(Some(unsafe { pg_sys::NewGUCNestLevel() }));
        let replaced = of_role.iter().filter(|(name, _)| given_for_role.iter().any(|given| given == name));
        for (name, value) in steering.iter().chain(replaced) {
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

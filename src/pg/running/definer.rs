//! Questions that a SECURITY DEFINER function asks: what is written runs with the definer's rights, so the definer's settings
//! hold while it is asked, and not those of whoever called the function.

use std::ffi::CString;

use pgrx::pg_sys;

use crate::error::Error;
use crate::pg::running::guc_level::Level;
use crate::pg::running::query;

/// The definer's settings are in force, until dropped; nothing where nobody but the session's own user asks.
pub struct DefinersSettings {
    _level: Option<Level>,
}

/// The settings of this library whose values in force were given by ALTER ROLE for the role that the session belongs to.
const GIVEN_FOR_ROLE: &str = "SELECT s.name FROM pg_catalog.pg_settings s \
     WHERE pg_catalog.starts_with(s.name, 'nl2sql.') AND s.source OPERATOR(pg_catalog.=) ANY ('{user,database user}')";

impl DefinersSettings {
    /// What holds before roles and databases have their say: `steering`, of settings that a caller can change; `of_role`, of
    /// those that superusers change, where the value in force is the one given for the caller's role.
    pub fn begin(steering: &[(&str, CString)], of_role: &[(&str, CString)]) -> Result<Self, Error> {
        // SAFETY: both read variables of the backend. SET ROLE changes both.
        if unsafe { pg_sys::GetUserId() == pg_sys::GetOuterUserId() } {
            return Ok(Self { _level: None });
        }
        let given_for_role: Vec<String> = query::rows(GIVEN_FOR_ROLE, &[])?.into_iter().flatten().flatten().collect();
        let rows = query::rows(include_str!("definer.sql"), &[])?;
        let level = Level::begin();
        let replaced = of_role.iter().filter(|(name, _)| given_for_role.iter().any(|given| given == name));
        for (name, value) in steering.iter().chain(replaced) {
            level.set(name, value);
        }
        for row in rows {
            let [Some(name), Some(value)] = row.as_slice() else { continue };
            if let Ok(value) = CString::new(value.as_str()) {
                level.set(name, &value);
            }
        }
        Ok(Self { _level: Some(level) })
    }
}

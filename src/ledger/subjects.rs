//! What data protection asks for: to tell somebody what is kept of them, and to erase it.

use super::writing::TABLE;
use crate::error::Error;
use crate::pg::host::session;
use crate::pg::running::query;

/// Erases the history of a role, or of all, from before a time, and says how many questions there were. An audit that its subjects
/// could erase would be none, so it is for superusers.
pub fn erase(role: Option<&str>, before: Option<&str>) -> Result<i64, Error> {
    if !session::is_superuser() {
        return Err(Error::MayNotErase);
    }
    let rows = query::owner_change(TABLE, include_str!("erase.sql"), &[role, before])?;
    Ok(rows.into_iter().flatten().flatten().next().and_then(|count| count.parse().ok()).unwrap_or_default())
}

/// What is kept of a role (`None`: of the caller), one json document a question, oldest first. That of others is for superusers.
pub fn export(role: Option<&str>) -> Result<Vec<String>, Error> {
    let caller = session::role_name();
    let role = role.unwrap_or(&caller);
    if role != caller && !session::is_superuser() {
        return Err(Error::MayNotExport);
    }
    let of_others = if session::is_superuser() { "true" } else { "false" };
    let rows = query::owner_rows(TABLE, include_str!("export.sql"), &[Some(role), Some(of_others)])?;
    Ok(rows.into_iter().flatten().flatten().collect())
}

//! What the server knows of the moment: its version, the day, settings of its own.

use std::ffi::CStr;

use pgrx::pg_sys;

use super::text::owned;

/// The day in the session's time zone, as `YYYY-MM-DD`: that of the transaction's start, as CURRENT_DATE tells it.
pub fn today() -> String {
    let (mut year, mut month, mut day) = (0, 0, 0);
    // SAFETY: in a transaction, on the backend's only thread; the numbers are ours.
    unsafe {
        let julian = pg_sys::GetSQLCurrentDate() + pg_sys::POSTGRES_EPOCH_JDATE as pg_sys::DateADT;
        pg_sys::j2date(julian, &mut year, &mut month, &mut day);
    }
    format!("{year:04}-{month:02}-{day:02}")
}

/// What a setting of the server's is now, as SHOW tells it; empty where there is none of this name. Not for settings that only
/// some may see.
pub fn setting(name: &CStr) -> String {
    // SAFETY: the text is the server's, and copied before anything can change it.
    unsafe { owned(pg_sys::GetConfigOption(name.as_ptr(), true, false)) }.unwrap_or_default()
}

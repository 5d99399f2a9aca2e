//! What a session has set, so that another process can do something in its stead.

use pgrx::pg_sys;

use super::text::owned;

/// Settings with their values in the units of the server: those of `wanted`, whatever they are by, and of those whose names have a dot,
/// which are extensions' or made up by users, what is in force by the session, its role, its database or its client.
pub fn given(wanted: &[&str]) -> Vec<(String, String)> {
    let mut given = Vec::new();
    for (name, source) in all() {
        let is_given = name.contains('.') && source > pg_sys::GucSource::PGC_S_GLOBAL;
        if !is_given && !wanted.contains(&name.as_str()) {
            continue;
        }
        let Ok(key) = std::ffi::CString::new(name.as_str()) else { continue };
        // SAFETY: the text is the server's, and copied before anything can change it.
        let value = unsafe { owned(pg_sys::GetConfigOption(key.as_ptr(), true, false)) };
        given.extend(value.map(|value| (name, value)));
    }
    given
}

/// All settings with where their values come from.
fn all() -> Vec<(String, pg_sys::GucSource::Type)> {
    // SAFETY: the server hands out its table of settings, of so many entries, each alive as long as nothing is defined anew,
    // which nothing here does.
    unsafe {
        #[cfg(feature = "pg15")]
        let (settings, count) = (pg_sys::get_guc_variables(), pg_sys::GetNumConfigOptions());
        #[cfg(not(feature = "pg15"))]
        let (settings, count) = {
            let mut count = 0;
            let settings = pg_sys::get_guc_variables(&raw mut count);
            (settings, count)
        };
        let entry = |at: usize| {
            let setting = *settings.add(at);
            Some((owned((*setting).name)?, (*setting).source))
        };
        (0..usize::try_from(count).unwrap_or_default()).filter_map(entry).collect()
    }
}

//! Settings that are text: lists that the guard goes by, which nothing inside a sandbox may change, and texts of which is kept
//! what the configuration says, whatever a session has made of them.

use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::{Mutex, PoisonError};

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use pgrx::pg_sys;

use crate::pg::running::watch_state::may_rules_change;

/// What the configuration files, the command line and ALTER ROLE ALL say, by the number of the text.
static CONFIGURED: [Mutex<Option<CString>>; 4] = [const { Mutex::new(None) }; 4];

/// Defines a list of what superusers allow.
pub fn define_rule(
    name: &'static CStr,
    short: &'static CStr,
    long: &'static CStr,
    setting: &'static GucSetting<Option<CString>>,
) {
    let (context, flags) = (GucContext::Suset, GucFlags::default());
    // SAFETY: the hook has the signature the server expects and raises nothing.
    unsafe {
        GucRegistry::define_string_guc_with_hooks(
            name,
            short,
            long,
            setting,
            context,
            flags,
            Some(check_rule),
            None,
            None,
        );
    }
}

/// Defines a text that anybody may set. `N` tells the texts apart, as the server tells a check hook the value, not the name.
pub fn define_text<const N: usize>(
    name: &'static CStr,
    short: &'static CStr,
    long: &'static CStr,
    setting: &'static GucSetting<Option<CString>>,
) {
    let (context, flags) = (GucContext::Userset, GucFlags::default());
    // SAFETY: as in `define_rule`.
    unsafe {
        GucRegistry::define_string_guc_with_hooks(
            name,
            short,
            long,
            setting,
            context,
            flags,
            Some(check_text::<N>),
            None,
            None,
        );
    }
}

/// What the configuration says of text `N`, as far as this session has been told: where a role's or a database's own value was
/// in force before the library was loaded, that of the extension.
pub fn configured(number: usize) -> Option<CString> {
    CONFIGURED.get(number)?.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

unsafe extern "C-unwind" fn check_rule(_: *mut *mut c_char, _: *mut *mut c_void, _: pg_sys::GucSource::Type) -> bool {
    may_rules_change()
}

unsafe extern "C-unwind" fn check_text<const N: usize>(
    value: *mut *mut c_char,
    _: *mut *mut c_void,
    source: pg_sys::GucSource::Type,
) -> bool {
    if source <= pg_sys::GucSource::PGC_S_GLOBAL {
        // SAFETY: the server hands over the new value, a string that lives during the call, or null.
        let text = unsafe { if (*value).is_null() { None } else { Some(CStr::from_ptr(*value).to_owned()) } };
        *CONFIGURED[N].lock().unwrap_or_else(PoisonError::into_inner) = text;
    }
    true
}

//! Settings that are text: lists that the guard goes by, which nothing inside a sandbox may change, and texts of which is kept
//! what the configuration says, whatever a session has made of them.

use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::{Mutex, PoisonError};

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use pgrx::pg_sys;

use crate::pg::running::watching::watch_state::may_rules_change;

/// What the configuration files, the command line and ALTER ROLE ALL say, by the number of the text.
static CONFIGURED: [Mutex<Option<CString>>; 8] = [const { Mutex::new(None) }; 8];

type TextSetting = GucSetting<Option<CString>>;

/// Defines what superusers allow or say. `N` tells the texts apart, as the server tells a check hook the value, not the name.
pub fn define_rule<const N: usize>(
    name: &'static CStr,
    short: &'static CStr,
    long: &'static CStr,
    setting: &'static TextSetting,
) {
    define([name, short, long], setting, GucContext::Suset, check_rule::<N>);
}

/// Defines a text that anybody may set. `N` as in [`define_rule`].
pub fn define_text<const N: usize>(
    name: &'static CStr,
    short: &'static CStr,
    long: &'static CStr,
    setting: &'static TextSetting,
) {
    define([name, short, long], setting, GucContext::Userset, check_own_text::<N>);
}

type CheckHook = unsafe extern "C-unwind" fn(*mut *mut c_char, *mut *mut c_void, pg_sys::GucSource::Type) -> bool;

fn define(
    [name, short, long]: [&'static CStr; 3],
    setting: &'static TextSetting,
    context: GucContext,
    check: CheckHook,
) {
    let flags = GucFlags::default();
    // SAFETY: the hook has the signature the server expects and raises nothing.
    unsafe {
        GucRegistry::define_string_guc_with_hooks(name, short, long, setting, context, flags, Some(check), None, None);
    }
}

/// What the configuration says of text `N`, as far as this session has been told; nothing where a role's or a database's own
/// value was in force before the library was loaded.
pub fn configured(number: usize) -> Option<CString> {
    CONFIGURED.get(number)?.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

unsafe extern "C-unwind" fn check_rule<const N: usize>(
    value: *mut *mut c_char,
    extra: *mut *mut c_void,
    source: pg_sys::GucSource::Type,
) -> bool {
    // SAFETY: the server's arguments, handed on.
    may_rules_change() && unsafe { check_text::<N>(value, extra, source) }
}

/// The most bytes of a text that anybody may set: it goes into every prompt, which others pay for.
const MOST_OWN: usize = 20_000;

unsafe extern "C-unwind" fn check_own_text<const N: usize>(
    value: *mut *mut c_char,
    extra: *mut *mut c_void,
    source: pg_sys::GucSource::Type,
) -> bool {
    // SAFETY: the server hands over the new value, a string that lives during the call, or null; it only reads the detail.
    unsafe {
        if !(*value).is_null() && CStr::from_ptr(*value).count_bytes() > MOST_OWN {
            pg_sys::GUC_check_errdetail_string = c"It may have up to 20000 bytes.".as_ptr().cast_mut();
            return false;
        }
        check_text::<N>(value, extra, source)
    }
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

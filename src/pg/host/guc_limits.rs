//! Settings that anybody may tighten and only superusers may loosen.
//!
//! The ceiling of such a setting is what the configuration gives (file, command line, ALTER DATABASE, ALTER ROLE); a
//! session of an ordinary role may go below it, never above.

use std::cell::Cell;
use std::ffi::{CStr, CString, c_void};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};
use pgrx::pg_sys;

/// The ceiling of one limit, and the source it came from, as more specific sources win.
struct Ceiling {
    /// The bits of an f64; 0 stands for no limit.
    value: AtomicU64,
    source: AtomicU32,
}

static CEILINGS: [Ceiling; 12] = [const { Ceiling { value: AtomicU64::new(0), source: AtomicU32::new(0) } }; 12];

unsafe extern "C-unwind" {
    // utils/guc.h, which pgrx binds only in part.
    static mut GUC_check_errdetail_string: *mut std::ffi::c_char;
}

/// Makes every other name under `nl2sql.` an error, so that a misspelt setting is noticed.
pub fn reserve_prefix() {
    // SAFETY: called while the library is loaded, after its settings are defined.
    unsafe {
        pg_sys::MarkGUCPrefixReserved(c"nl2sql".as_ptr());
    }
}

/// Defines an integer limit. `N` distinguishes the limits, as the server gives a check hook the value and not the name.
pub fn define_int_limit<const N: usize>(
    name: &'static CStr,
    short: &'static CStr,
    long: &'static CStr,
    setting: &'static GucSetting<i32>,
    range: (i32, i32),
    flags: GucFlags,
) {
    // SAFETY: the hook has the signature the server expects and raises nothing.
    unsafe {
        GucRegistry::define_int_guc_with_hooks(
            name,
            short,
            long,
            setting,
            range.0,
            range.1,
            GucContext::Userset,
            flags,
            Some(check_int::<N>),
            None,
            None,
        );
    }
}

/// Defines a limit that is a real number, from 0 on.
pub fn define_real_limit<const N: usize>(
    name: &'static CStr,
    short: &'static CStr,
    long: &'static CStr,
    setting: &'static GucSetting<f64>,
) {
    GucRegistry::define_float_guc_with_hooks(
        name,
        short,
        long,
        setting,
        0.0,
        f64::MAX,
        GucContext::Userset,
        GucFlags::default(),
        Some(check_real::<N>),
        None,
        None,
    );
}

unsafe extern "C-unwind" fn check_int<const N: usize>(
    value: *mut i32,
    _: *mut *mut c_void,
    source: pg_sys::GucSource::Type,
) -> bool {
    // SAFETY: the server hands over the new value, which lives during the call; it calls with nothing of ours on the
    // stack above, so the guard may raise what `check` raises.
    unsafe { pg_sys::panic::pgrx_extern_c_guard(|| check(f64::from(*value), &CEILINGS[N], source)) }
}

unsafe extern "C-unwind" fn check_real<const N: usize>(
    value: *mut f64,
    _: *mut *mut c_void,
    source: pg_sys::GucSource::Type,
) -> bool {
    // SAFETY: as in `check_int`.
    unsafe { pg_sys::panic::pgrx_extern_c_guard(|| check(*value, &CEILINGS[N], source)) }
}

thread_local! {
    /// What is set now was written by whoever may write it: see [`trusting`].
    static TRUSTED: Cell<bool> = const { Cell::new(false) };
}

/// Sets limits that are a role's or a database's own: they may be above the session's ceilings, and do not become these.
pub fn trusting(work: impl FnOnce()) {
    /// Trusts nothing again, also where an ERROR unwinds.
    struct Trusted;
    impl Drop for Trusted {
        fn drop(&mut self) {
            TRUSTED.set(false);
        }
    }
    let _trusted = Trusted;
    TRUSTED.set(true);
    work();
}

fn check(value: f64, ceiling: &Ceiling, source: pg_sys::GucSource::Type) -> bool {
    use pg_sys::GucSource::*;
    if TRUSTED.get() {
        return true;
    }
    // PGC_S_TEST is ALTER ROLE or ALTER DATABASE … SET: what passes there is trusted when a session starts.
    if !matches!(source, PGC_S_CLIENT | PGC_S_INTERACTIVE | PGC_S_TEST | PGC_S_SESSION) {
        // A reload calls the hook for the file's value even where a role's or database's is in force.
        if source >= ceiling.source.load(Relaxed) {
            ceiling.source.store(source, Relaxed);
            ceiling.value.store(value.to_bits(), Relaxed);
        }
        return true;
    }
    let limit = f64::from_bits(ceiling.value.load(Relaxed));
    let loosens = limit > 0.0 && (value > limit || value == 0.0);
    // SAFETY: reads a variable of the backend; superuser() looks the role up, which needs a transaction, and a session
    // can only set things inside one. A parallel worker takes over what its leader was allowed to set.
    let allowed = unsafe {
        !loosens || pg_sys::InitializingParallelWorker || pg_sys::IsTransactionState() && pg_sys::superuser()
    };
    if !allowed {
        let detail = CString::new(format!("Only superusers may raise it above {limit}.")).unwrap_or_default();
        // SAFETY: the server wants its own allocation here (GUC_check_errdetail in guc.h is a macro around this).
        unsafe { GUC_check_errdetail_string = pg_sys::pstrdup(detail.as_ptr()) };
    }
    allowed
}

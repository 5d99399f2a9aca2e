//! A limit on the time that a connection to another server takes, where the server sets none.
//!
//! Up to PostgreSQL 15, postgres_fdw and dblink connect without a look for cancels (libpq's PQconnectdbParams): another server that
//! takes a connection and says nothing would hold the process until one of the two is killed. Since 16 they wait by
//! `libpqsrv_connect`, which is cancelled like anything else.

#[cfg(feature = "pg15")]
use std::cell::Cell;

/// Has libpq give up a connection of this process after five seconds, unless `connect_timeout` of the foreign server or the
/// environment says otherwise. Stays for as long as the process: to set and unset it each time would race with other threads.
#[cfg(feature = "pg15")]
pub fn limit() {
    thread_local! {
        static IS_LIMITED: Cell<bool> = const { Cell::new(false) };
    }
    if !IS_LIMITED.replace(true) {
        // SAFETY: both texts end in a zero byte, and are copied. Called before the process starts any thread that reads the environment.
        unsafe { libc::setenv(c"PGCONNECT_TIMEOUT".as_ptr(), c"5".as_ptr(), 0) };
    }
}

#[cfg(not(feature = "pg15"))]
pub fn limit() {}

//! Threads of questions.

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::ask::thread_name;
use crate::pg::host::extension::check_version;
use crate::threads;

/// Forgets a thread of the caller's, or all of them.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_forget(thread: default!(Option<&str>, "NULL")) -> Result<i64, ErrorReport> {
    check_version()?;
    Ok(threads::forget(thread.map(thread_name).transpose()?.as_deref())?)
}

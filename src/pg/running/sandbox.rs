//! The read-only room: a subtransaction in which nothing can be written, and which is always rolled back.
//!
//! Whatever happens inside (an answer, an ERROR, a cancel, a panic), the caller's transaction is afterwards as it was:
//! settings, locks, memory, resource owner, writability. That holds because there is one owner, [`Subtransaction`],
//! whose `Drop` is the only way out.

use std::ffi::{CStr, CString};
use std::marker::PhantomData;

use pgrx::pg_sys;

use crate::error::Error;
use crate::limits::Bounds;
use crate::pg::host::connect_timeout;
use crate::pg::host::failure::catch;
use crate::pg::host::messages::{self, Withheld};
use crate::pg::running::memory_ceiling;
use crate::pg::running::portals::Suspended;
use crate::pg::running::timer::{Exceeded, Timer, trim_memory};
use crate::pg::running::watching::labelled_reads::{Foreseen, LabelledReads};
use crate::pg::running::watching::runtime_hooks;
use crate::pg::running::watching::watch_state;

/// Proof that the code holding it runs inside the read-only subtransaction.
pub struct Sandbox<'s> {
    inside: PhantomData<&'s Subtransaction>,
}

/// Runs `work` on a statement that is not ours, read-only, bounded and watched, then undoes every trace of it.
pub fn sandboxed<T>(bounds: Bounds, work: impl FnOnce(&Sandbox<'_>) -> Result<T, Error>) -> Result<T, Error> {
    under_limits(bounds, || {
        // Outside of the subtransaction: what ended it becomes a value while this holds.
        let _withheld = Withheld::begin();
        let _portals = Suspended::begin();
        let _reads = LabelledReads::begin(Foreseen::Anything);
        in_subtransaction(|sandbox| {
            runtime_hooks::start();
            limit_temp_files(bounds.temp_file_kb);
            let result = work(sandbox)?;
            // A library that was told to end its work may have given up halfway, and given NULL (liblwgeom of PostGIS).
            pgrx::check_for_interrupts!();
            Ok(result)
        })
    })
}

/// Runs `work` under limits on time and memory, and says which one ended it.
pub fn under_limits<T>(bounds: Bounds, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let timer = Timer::start(bounds.milliseconds, bounds.memory_kb);
    let result = work();
    let exceeded = timer.and_then(|timer| {
        let exceeded = timer.stop();
        trim_memory();
        exceeded
    });
    match (result, exceeded) {
        (Err(Error::Server(failure) | Error::Run(failure)), Some(limit)) if failure.sqlstate == "57014" => {
            Err(match limit {
                Exceeded::Time => Error::QueryTimedOut { milliseconds: bounds.milliseconds },
                Exceeded::Memory => Error::MemoryExceeded { kilobytes: bounds.memory_kb },
            })
        }
        (Err(Error::Server(failure) | Error::Run(failure)), _)
            if messages::is_of_workers_limit(&failure) || messages::is_of_no_memory(&failure) =>
        {
            Err(Error::MemoryExceeded { kilobytes: bounds.memory_kb })
        }
        (result, _) => result,
    }
}

/// Runs `work` read-only, without limits: for the queries of this library alone.
pub fn in_subtransaction<T>(work: impl FnOnce(&Sandbox<'_>) -> Result<T, Error>) -> Result<T, Error> {
    // SAFETY: reads a variable of the backend.
    let encoding = unsafe { pg_sys::GetDatabaseEncoding() } as u32;
    if encoding != pg_sys::pg_enc::PG_UTF8 && encoding != pg_sys::pg_enc::PG_SQL_ASCII {
        return Err(Error::Encoding);
    }
    if watch_state::is_watching() {
        return Err(Error::nested_question());
    }
    // SAFETY: reads a variable of the backend. Some versions of the server would only complain of a setting later on.
    if unsafe { pg_sys::IsInParallelMode() } {
        return Err(Error::ParallelOperation);
    }
    connect_timeout::limit();
    let subtransaction = Subtransaction::begin(true);
    let result = catch(|| {
        connect_spi()?;
        never_compile();
        work(&Sandbox { inside: PhantomData })
    });
    // Even to undo what was done takes memory.
    memory_ceiling::lift();
    drop(subtransaction);
    result
}

/// Runs `work` so that what it writes becomes part of the caller's transaction, or nothing of it if it fails.
pub fn in_writing_subtransaction<T>(work: impl FnOnce(&Sandbox<'_>) -> Result<T, Error>) -> Result<T, Error> {
    let mut subtransaction = Subtransaction::begin(false);
    let result = catch(|| {
        connect_spi()?;
        let result = work(&Sandbox { inside: PhantomData })?;
        subtransaction.commit();
        Ok(result)
    });
    drop(subtransaction);
    result
}

/// Turns JIT off until the subtransaction ends: compiling can't be interrupted, and compiled code would call the server's
/// functions past the limits on their arguments.
fn never_compile() {
    // SAFETY: reads a variable of the backend.
    if unsafe { pg_sys::jit_enabled } {
        set_locally(c"jit", c"off");
    }
}

/// Has no statement planned for parallel workers any more, until the sandbox ends.
pub fn never_parallel(_: &Sandbox<'_>) {
    set_locally(c"max_parallel_workers_per_gather", c"0");
}

/// Has groups made by sorting, and with `joins` joins too, until the sandbox ends: the order in which hashes bring rows is a number
/// made of the values, which whoever tries all of them finds out.
pub fn never_hashed(_: &Sandbox<'_>, joins: bool) {
    for other in [c"enable_sort", c"enable_mergejoin", c"enable_nestloop"] {
        set_locally(other, c"on");
    }
    set_locally(c"enable_hashagg", c"off");
    if joins {
        set_locally(c"enable_hashjoin", c"off");
    }
}

/// Lowers the server's own limit until the subtransaction ends, or the level of settings that a FETCH has.
pub(super) fn limit_temp_files(kilobytes: i32) {
    // SAFETY: reads a variable of the backend.
    let limit = unsafe { pg_sys::temp_file_limit };
    if kilobytes > 0 && (limit < 0 || limit > kilobytes) {
        set_locally(c"temp_file_limit", &CString::new(kilobytes.to_string()).unwrap_or_default());
    }
}

/// Has statements fail (55P03), until the subtransaction ends, that have to wait longer for somebody's lock.
pub fn limit_waiting(longest: &CStr) {
    set_locally(c"lock_timeout", longest);
}

/// Has the server write expressions so that they mean the same in every session, until the subtransaction ends: names that are not
/// its own with their schemas, and constants as pg_dump has them written.
pub fn write_for_every_session() {
    set_locally(c"search_path", c"pg_catalog");
    set_locally(c"datestyle", c"ISO");
    set_locally(c"intervalstyle", c"postgres");
    set_locally(c"extra_float_digits", c"3");
}

/// Changes a setting until the subtransaction ends, as SET LOCAL would for a superuser.
pub(super) fn set_locally(name: &CStr, value: &CStr) {
    // SAFETY: in a subtransaction; the settings exist, and take these values.
    unsafe {
        pg_sys::set_config_option(
            name.as_ptr(),
            value.as_ptr(),
            pg_sys::GucContext::PGC_SUSET,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_LOCAL,
            true,
            0,
            false,
        );
    }
}

fn connect_spi() -> Result<(), Error> {
    // SAFETY: in a transaction, on the backend's only thread. The connection belongs to the subtransaction, whose
    // rollback closes it (AtEOSubXact_SPI) and frees what was allocated in it.
    match unsafe { pg_sys::SPI_connect() } {
        code if code == pg_sys::SPI_OK_CONNECT as i32 => Ok(()),
        code => Err(Error::internal(format!("SPI_connect failed with code {code}"))),
    }
}

/// The one owner of the subtransaction. It restores what BeginInternalSubTransaction changes and does not put back.
struct Subtransaction {
    is_over: bool,
    memory_context: pg_sys::MemoryContext,
    resource_owner: pg_sys::ResourceOwner,
}

impl Subtransaction {
    fn begin(read_only: bool) -> Self {
        // SAFETY: called from a function the server called, so inside a transaction. An ERROR in here is raised before
        // the subtransaction exists. XactReadOnly and the security context are put back by the rollback
        // (AbortSubTransaction in xact.c: prevXactReadOnly, prevUser, prevSecContext).
        unsafe {
            let memory_context = pg_sys::CurrentMemoryContext;
            let resource_owner = pg_sys::CurrentResourceOwner;
            pg_sys::BeginInternalSubTransaction(std::ptr::null());
            // Only now is there something to roll back.
            let outer = Self { is_over: false, memory_context, resource_owner };
            pg_sys::MemoryContextSwitchTo(memory_context);
            if !read_only {
                return outer;
            }
            pg_sys::XactReadOnly = true;
            let (mut user, mut context) = (pg_sys::InvalidOid, 0);
            pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
            pg_sys::SetUserIdAndSecContext(user, context | pg_sys::SECURITY_RESTRICTED_OPERATION as i32);
            outer
        }
    }
}

impl Subtransaction {
    /// Makes what was done part of the outer transaction. If this fails, `Drop` rolls back.
    fn commit(&mut self) {
        // SAFETY: `begin` succeeded, and every subtransaction begun inside has ended. SPI is closed first, as leaving it
        // open would be warned of.
        unsafe {
            pg_sys::SPI_finish();
            pg_sys::ReleaseCurrentSubTransaction();
            self.is_over = true;
            pg_sys::MemoryContextSwitchTo(self.memory_context);
            pg_sys::CurrentResourceOwner = self.resource_owner;
        }
    }
}

impl Drop for Subtransaction {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        // SAFETY: `begin` succeeded, and every subtransaction begun inside has ended, as each has its own owner.
        unsafe {
            pg_sys::RollbackAndReleaseCurrentSubTransaction();
            pg_sys::MemoryContextSwitchTo(self.memory_context);
            pg_sys::CurrentResourceOwner = self.resource_owner;
        }
    }
}

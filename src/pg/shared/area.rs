//! Areas of shared memory, each plain data under one lock.
//!
//! An [`Area`] is a static of the room that uses it, and is asked for by [`request`] while the library is preloaded. It begins as
//! zeros, and so does it again after a crash of any process, when the server makes all shared memory anew. What a session did
//! to it stays if its transaction rolls back.
//!
//! The lock is the server's LWLock. Nobody who waits for one can be cancelled, so the work under it is to copy and to count:
//! no query, no message, no call of the server. Two areas are never held at once, so nothing can lock up.

use std::cell::Cell;
use std::ffi::CStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use bytemuck::Zeroable;
use pgrx::pg_guard;
use pgrx::pg_sys;

/// Values that may lie in shared memory: numbers, and arrays and structs of them (`#[repr(C)]`,
/// `#[derive(Clone, Copy, Zeroable)]`). No references and no pointers, which would mean nothing in another process, and nothing to
/// drop. All zeros must be the value to begin with.
pub trait Plain: Zeroable + Copy + Send + Sync + 'static {}
impl<T: Zeroable + Copy + Send + Sync + 'static> Plain for T {}

/// One value in shared memory, under one lock.
pub struct Area<T: Plain> {
    /// Of the area and its lock, as `pg_shmem_allocations` and wait events tell them.
    name: &'static CStr,
    value: AtomicPtr<T>,
    lock: AtomicPtr<pg_sys::LWLock>,
}

impl<T: Plain> Area<T> {
    pub const fn new(name: &'static CStr) -> Self {
        Self { name, value: AtomicPtr::new(std::ptr::null_mut()), lock: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// Whether there is such memory: the library was preloaded.
    pub fn is_there(&self) -> bool {
        !self.value.load(Relaxed).is_null()
    }

    /// Does something to the value while nobody else sees it. `None` where there is no such memory, and inside of another
    /// call: an area is never held while one is waited for.
    pub fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        let value = self.value.load(Relaxed);
        if value.is_null() {
            return None;
        }
        let _locked = Locked::acquire(self.lock.load(Relaxed))?;
        // SAFETY: `attach` found or made a T there, which is zeros or what earlier calls have left, and stays as long as the
        // process. The lock keeps out the other processes, and `Locked` a second reference in this one.
        Some(work(unsafe { &mut *value }))
    }
}

thread_local! {
    /// This process holds an area.
    static HOLDS: Cell<bool> = const { Cell::new(false) };
}

/// A lock that is held until dropped, in exclusive mode.
struct Locked(*mut pg_sys::LWLock);

impl Locked {
    fn acquire(lock: *mut pg_sys::LWLock) -> Option<Self> {
        if HOLDS.replace(true) {
            return None;
        }
        let locked = Self(lock);
        // SAFETY: a lock of the server's, which this process does not hold. It holds interrupts off until it is released.
        unsafe { pg_sys::LWLockAcquire(lock, pg_sys::LWLockMode::LW_EXCLUSIVE) };
        Some(locked)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        HOLDS.set(false);
        // SAFETY: it is held, unless acquiring failed. After an ERROR interrupts are no longer held off, and the end of the
        // transaction releases it.
        unsafe {
            if pg_sys::InterruptHoldoffCount > 0 && pg_sys::LWLockHeldByMe(self.0) {
                pg_sys::LWLockRelease(self.0);
            }
        }
    }
}

/// What the server's hooks do with an area, whatever is in it.
pub trait Requested: Sync {
    fn reserve(&self);
    fn attach(&self);
}

impl<T: Plain> Requested for Area<T> {
    fn reserve(&self) {
        // SAFETY: called when the server takes requests.
        unsafe {
            pg_sys::RequestAddinShmemSpace(size_of::<T>());
            pg_sys::RequestNamedLWLockTranche(self.name.as_ptr(), 1);
        }
    }

    fn attach(&self) {
        let mut found = false;
        // SAFETY: called when the server has made its memory, under the lock that guards its directory. What is new is made
        // zeros in place, which T is by `Zeroable`, so that no large value ever is on a stack. The server aligns to 128 bytes.
        unsafe {
            let directory = &raw mut (*pg_sys::MainLWLockArray.add(ADDIN_SHMEM_INIT_LOCK)).lock;
            pg_sys::LWLockAcquire(directory, pg_sys::LWLockMode::LW_EXCLUSIVE);
            let value = pg_sys::ShmemInitStruct(self.name.as_ptr(), size_of::<T>(), &mut found).cast::<T>();
            if !found {
                value.write_bytes(0, 1);
            }
            self.lock.store(&raw mut (*pg_sys::GetNamedLWLockTranche(self.name.as_ptr())).lock, Relaxed);
            self.value.store(value, Relaxed);
            pg_sys::LWLockRelease(directory);
        }
    }
}

/// The place of AddinShmemInitLock among the server's locks (lwlocknames.txt), the same from 15 to 18.
const ADDIN_SHMEM_INIT_LOCK: usize = 21;

static AREAS: OnceLock<&'static [&'static dyn Requested]> = OnceLock::new();
static NEXT_STARTUP: OnceLock<pg_sys::shmem_startup_hook_type> = OnceLock::new();
static NEXT_REQUEST: OnceLock<pg_sys::shmem_request_hook_type> = OnceLock::new();

/// Asks for these areas, where the library is being preloaded; else they stay away. Called once, when it is loaded.
pub fn request(areas: &'static [&'static dyn Requested]) {
    // SAFETY: reads and writes variables of the server while it loads libraries, on its only thread.
    unsafe {
        if !pg_sys::process_shared_preload_libraries_in_progress || AREAS.set(areas).is_err() {
            return;
        }
        let _ = NEXT_REQUEST.set(pg_sys::shmem_request_hook);
        pg_sys::shmem_request_hook = Some(on_request);
        let _ = NEXT_STARTUP.set(pg_sys::shmem_startup_hook);
        pg_sys::shmem_startup_hook = Some(on_startup);
    }
}

fn reserve_all() {
    AREAS.get().into_iter().flat_map(|areas| areas.iter()).for_each(|area| area.reserve());
}

#[pg_guard]
unsafe extern "C-unwind" fn on_request() {
    if let Some(Some(next)) = NEXT_REQUEST.get() {
        // SAFETY: the hook that was there before.
        unsafe { pg_sys::submodules::ffi::pg_guard_ffi_boundary(|| next()) };
    }
    reserve_all();
}

#[pg_guard]
unsafe extern "C-unwind" fn on_startup() {
    if let Some(Some(next)) = NEXT_STARTUP.get() {
        // SAFETY: the hook that was there before.
        unsafe { pg_sys::submodules::ffi::pg_guard_ffi_boundary(|| next()) };
    }
    AREAS.get().into_iter().flat_map(|areas| areas.iter()).for_each(|area| area.attach());
}

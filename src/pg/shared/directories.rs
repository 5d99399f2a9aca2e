//! Bytes that the sessions of a database share: the names of its relations. A fixed number of databases has a place, each of a fixed
//! size and too large to be an [`super::area::Area`], which is zeroed: untouched memory is not taken from the system. Nothing
//! but copying is done under the lock, as waiting for it can't be cancelled.
//! Source: storage/ipc/ipci.c, storage/lwlock.h, and contrib/pg_stat_statements for the order of the hooks.

use std::ffi::{CStr, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr, Ordering::Relaxed};

use pgrx::pg_sys;

const NAME: &CStr = c"nl2sql_directories";
/// Enough for the names of some 30,000 tables.
const MOST: usize = 16 << 20;
/// No more databases can be asked for.
pub const MOST_DATABASES: i32 = 64;

/// A database's place. Its bytes come after all places.
#[repr(C)]
#[derive(Clone, Copy)]
struct Place {
    database: u32,
    /// Counts what was written to all places.
    written: u64,
    /// 0: there is nothing.
    length: usize,
}

#[repr(C)]
struct Header {
    places: [Place; MOST_DATABASES as usize],
}

/// How many databases have a place.
static DATABASES: AtomicI32 = AtomicI32::new(0);
static HEADER: AtomicPtr<Header> = AtomicPtr::new(ptr::null_mut());
static LOCK: AtomicPtr<pg_sys::LWLock> = AtomicPtr::new(ptr::null_mut());
static OTHERS_REQUEST: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());
static OTHERS_STARTUP: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

type Hook = unsafe extern "C-unwind" fn();

/// Whether the server is loading its libraries, the only time to ask for shared memory.
pub fn can_be_asked_for() -> bool {
    // SAFETY: reads a variable of this process.
    unsafe { pg_sys::process_shared_preload_libraries_in_progress }
}

/// Asks for the memory. Called once, from _PG_init.
pub fn install(databases: i32) {
    if databases < 1 || !can_be_asked_for() {
        return;
    }
    // SAFETY: the postmaster is alone while it loads libraries; the hooks that were there are called by ours.
    unsafe {
        DATABASES.store(databases.min(MOST_DATABASES), Relaxed);
        OTHERS_REQUEST.store(pg_sys::shmem_request_hook.map_or(ptr::null_mut(), |hook| hook as *mut c_void), Relaxed);
        OTHERS_STARTUP.store(pg_sys::shmem_startup_hook.map_or(ptr::null_mut(), |hook| hook as *mut c_void), Relaxed);
        pg_sys::shmem_request_hook = Some(on_request);
        pg_sys::shmem_startup_hook = Some(on_startup);
    }
}

fn size() -> usize {
    size_of::<Header>() + usize::try_from(DATABASES.load(Relaxed)).unwrap_or_default() * MOST
}

/// SAFETY: a hook of the type `Hook`, or null.
unsafe fn call(other: &AtomicPtr<c_void>) {
    let other = other.load(Relaxed);
    if !other.is_null() {
        // SAFETY: it was stored from such a function.
        unsafe { std::mem::transmute::<*mut c_void, Hook>(other)() }
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn on_request() {
    // SAFETY: called by the server at the moment when memory may be asked for.
    unsafe {
        call(&OTHERS_REQUEST);
        pg_sys::RequestAddinShmemSpace(size());
        pg_sys::RequestNamedLWLockTranche(NAME.as_ptr(), 1);
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn on_startup() {
    // SAFETY: called by the postmaster, which nobody shares the memory with yet, also after a crash; the memory is as large as asked
    // for, and zero is a good value of every field.
    unsafe {
        call(&OTHERS_STARTUP);
        let mut is_found = false;
        let header: *mut Header = pg_sys::ShmemInitStruct(NAME.as_ptr(), size(), &mut is_found).cast();
        if !is_found {
            ptr::write_bytes(header.cast::<u8>(), 0, size_of::<Header>());
        }
        LOCK.store(&mut (*pg_sys::GetNamedLWLockTranche(NAME.as_ptr())).lock, Relaxed);
        HEADER.store(header, Relaxed);
    }
}

/// The memory under its lock, which is held until this is dropped; after an ERROR the server lets it go itself.
struct Held {
    lock: *mut pg_sys::LWLock,
    header: *mut Header,
}

impl Held {
    fn take(mode: pg_sys::LWLockMode::Type) -> Option<Self> {
        let (lock, header) = (LOCK.load(Relaxed), HEADER.load(Relaxed));
        if lock.is_null() || header.is_null() {
            return None;
        }
        // SAFETY: a lock of the server's own making, in a backend.
        unsafe { pg_sys::LWLockAcquire(lock, mode) };
        Some(Self { lock, header })
    }

    fn places(&self) -> &[Place] {
        let count = usize::try_from(DATABASES.load(Relaxed)).unwrap_or_default();
        // SAFETY: the header is as large as its type, and under the lock nobody else writes to it.
        let all = unsafe { &(*self.header).places };
        all.get(..count).unwrap_or_default()
    }

    /// The bytes of a place, which are as many as [`MOST`].
    fn bytes(&self, place: usize) -> *mut u8 {
        // SAFETY: the place is one of `places`, so it is within what was asked for.
        unsafe { self.header.add(1).cast::<u8>().add(place * MOST) }
    }

    /// Under the exclusive lock.
    fn set(&mut self, place: usize, value: Place) {
        // SAFETY: nobody else reads or writes, and `places` lends nothing while this has it all to itself.
        let header = unsafe { &mut *self.header };
        if let Some(place) = header.places.get_mut(place) {
            *place = value;
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: it is held.
        unsafe { pg_sys::LWLockRelease(self.lock) }
    }
}

fn own_database() -> u32 {
    // SAFETY: reads a variable of this process.
    unsafe { pg_sys::MyDatabaseId.to_u32() }
}

/// Whether there is such memory.
pub fn is_there() -> bool {
    !HEADER.load(Relaxed).is_null()
}

/// A copy of the bytes of this session's database.
pub fn read() -> Option<Vec<u8>> {
    let held = Held::take(pg_sys::LWLockMode::LW_SHARED)?;
    let own = |place: &Place| place.database == own_database() && place.length > 0;
    let (at, place) = held.places().iter().enumerate().find(|(_, place)| own(place))?;
    // SAFETY: so many bytes were written there, and under the lock nobody writes.
    Some(unsafe { std::slice::from_raw_parts(held.bytes(at), place.length.min(MOST)) }.to_vec())
}

/// Puts bytes in the place of this session's database; those of the database that wrote longest ago go where there is none.
pub fn write(bytes: &[u8]) {
    if bytes.len() > MOST {
        return;
    }
    let Some(mut held) = Held::take(pg_sys::LWLockMode::LW_EXCLUSIVE) else { return };
    let database = own_database();
    let places = held.places();
    let own = places.iter().position(|place| place.database == database);
    let oldest = || Some(places.iter().enumerate().min_by_key(|(_, place)| place.written)?.0);
    let Some(at) = own.or_else(oldest) else { return };
    let written = 1 + places.iter().map(|place| place.written).max().unwrap_or_default();
    // The length comes last: nobody finds what is half written.
    held.set(at, Place { database, written, length: 0 });
    // SAFETY: a place has room for so many, and under the lock nobody reads.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), held.bytes(at), bytes.len()) };
    held.set(at, Place { database, written, length: bytes.len() });
}

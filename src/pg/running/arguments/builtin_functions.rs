//! This process's own copy of the server's table of built-in functions, `fmgr_builtins` (fmgrtab.c), from which fmgr_info takes the
//! address of each that it looks up.

use std::ffi::{CStr, c_char, c_int, c_void};

use pgrx::pg_sys;

/// FmgrBuiltin in fmgrtab.h, the same from PostgreSQL 13 to 18.
#[repr(C)]
pub(super) struct Builtin {
    oid: pg_sys::Oid,
    arguments: i16,
    strict: bool,
    returns_set: bool,
    name: *const c_char,
    pub(super) function: *mut c_void,
}

impl Builtin {
    /// The name of the C function.
    pub(super) fn name(&self) -> &[u8] {
        // SAFETY: a constant of the server's.
        unsafe { CStr::from_ptr(self.name) }.to_bytes()
    }
}

pub(super) type Function = unsafe extern "C-unwind" fn(pg_sys::FunctionCallInfo) -> pg_sys::Datum;

mod raw {
    use super::{Builtin, c_int, pg_sys};

    unsafe extern "C-unwind" {
        pub static fmgr_builtins: [Builtin; 0];
        pub static fmgr_nbuiltins: c_int;
        /// The place of the function with an oid; beyond the table where there is none.
        pub static fmgr_builtin_oid_index: [u16; 0];
        pub static fmgr_last_builtin_oid: pg_sys::Oid;
    }
}

/// The place of a function in the table.
pub(super) fn place_of(function: pg_sys::Oid) -> Option<usize> {
    // SAFETY: constants of the server's; the index has an entry for each oid up to the last.
    unsafe {
        if function.to_u32() > raw::fmgr_last_builtin_oid.to_u32() {
            return None;
        }
        let index = (&raw const raw::fmgr_builtin_oid_index).cast::<u16>();
        let place = usize::from(index.add(function.to_u32() as usize).read());
        (place < raw::fmgr_nbuiltins as usize).then_some(place)
    }
}

/// The name of the C function at a place in the table.
pub(super) fn name_at(place: usize) -> &'static str {
    // SAFETY: as in `place_of`; the caller has the place from the table.
    let name = unsafe { CStr::from_ptr((*(&raw const raw::fmgr_builtins).cast::<Builtin>().add(place)).name) };
    name.to_str().unwrap_or_default()
}

/// Hands over each entry with its place in the table; false where the system does not let the table be changed. Called while the
/// library is loaded, on the backend's only thread.
pub(super) fn change(mut each: impl FnMut(usize, &mut Builtin)) -> bool {
    // SAFETY: the server's own table, of the length it says; its entries are plain values.
    unsafe {
        let first = (&raw const raw::fmgr_builtins).cast::<Builtin>().cast_mut();
        let count = raw::fmgr_nbuiltins as usize;
        let is_open = is_writable(first as usize);
        if !is_open && !protect(first, count, libc::PROT_READ | libc::PROT_WRITE) {
            return false;
        }
        for (place, entry) in std::slice::from_raw_parts_mut(first, count).iter_mut().enumerate() {
            each(place, entry);
        }
        is_open || protect(first, count, libc::PROT_READ)
    }
}

/// Whether the page of an address can be written to: linkers make this table read-only once its pointers are set.
fn is_writable(address: usize) -> bool {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    maps.lines().any(|line| {
        let (range, rest) = line.split_once(' ').unwrap_or_default();
        let (from, to) = range.split_once('-').unwrap_or_default();
        let bound = |text| usize::from_str_radix(text, 16).unwrap_or_default();
        (bound(from)..bound(to)).contains(&address) && rest.as_bytes().get(1) == Some(&b'w')
    })
}

/// # Safety
/// `count` entries from `first` on are mapped, and nothing else in their pages is written to while they are read-only.
unsafe fn protect(first: *mut Builtin, count: usize, protection: c_int) -> bool {
    // SAFETY: the caller's promise; whole pages, as mprotect wants them.
    unsafe {
        let page = libc::sysconf(libc::_SC_PAGESIZE) as usize;
        let from = first as usize & !(page - 1);
        let to = (first.add(count) as usize).next_multiple_of(page);
        libc::mprotect(from as *mut c_void, to - from, protection) == 0
    }
}

//! How much memory this process has, as Linux tells it in /proc/self/statm (proc(5)). Elsewhere nothing is known of it.

use std::ffi::c_char;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

/// The file, opened once and kept; -1 before that and where there is none.
static STATM: AtomicI32 = AtomicI32::new(-1);

struct Pages {
    resident: i64,
    shared: i64,
    /// Of data and stack, whether they are in use or only reserved.
    data: i64,
}

/// Pages that this process shares with nobody: resident less shared. Async-signal-safe.
pub(super) fn private_pages() -> Option<i64> {
    statm().map(|pages| pages.resident - pages.shared)
}

/// Pages that this process has for itself alone, whether they are in use or only reserved.
pub(super) fn reserved_pages() -> Option<i64> {
    statm().map(|pages| pages.data)
}

/// Private memory of this process, in bytes; 0 where that is not known.
pub fn private_bytes() -> u64 {
    private_pages().and_then(|pages| u64::try_from(bytes_of(pages)).ok()).unwrap_or_default()
}

/// How many pages hold so many bytes.
pub(super) fn pages_of(bytes: i64) -> i64 {
    bytes / bytes_of(1)
}

/// How many bytes so many pages hold.
pub(super) fn bytes_of(pages: i64) -> i64 {
    // SAFETY: reads a constant of the system.
    pages * unsafe { libc::sysconf(libc::_SC_PAGESIZE) }
}

/// Async-signal-safe: no allocation.
fn statm() -> Option<Pages> {
    let mut text = [0u8; 128];
    // SAFETY: open and pread are async-signal-safe; the buffer is ours, and errno is put back for who is interrupted.
    let length = unsafe {
        let errno = *libc::__errno_location();
        if STATM.load(Relaxed) < 0 {
            let path = c"/proc/self/statm".as_ptr().cast::<c_char>();
            STATM.store(libc::open(path, libc::O_RDONLY | libc::O_CLOEXEC), Relaxed);
        }
        let length = libc::pread(STATM.load(Relaxed), text.as_mut_ptr().cast(), text.len(), 0);
        *libc::__errno_location() = errno;
        usize::try_from(length).ok()?
    };
    // Size, resident, shared, text, library, data.
    let mut fields = text.get(..length)?.split(|byte| *byte == b' ').skip(1).map(number);
    Some(Pages { resident: fields.next()?, shared: fields.next()?, data: fields.nth(2)? })
}

fn number(digits: &[u8]) -> i64 {
    digits.iter().take_while(|byte| byte.is_ascii_digit()).fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'))
}

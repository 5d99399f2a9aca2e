//! Who this session is: roles, database, and what its client calls itself.

use pgrx::pg_sys;

use super::text::owned;

/// The oid of who asks: in a SECURITY DEFINER function its owner.
pub fn current_role() -> u32 {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::GetUserId() }.to_u32()
}

/// The oid of who logged in.
pub fn session_role() -> u32 {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::GetSessionUserId() }.to_u32()
}

/// The oid of who called: who asks outside of any SECURITY DEFINER function.
pub fn calling_role() -> u32 {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::GetOuterUserId() }.to_u32()
}

/// The name of who asks.
pub fn role_name() -> String {
    // SAFETY: in a transaction; the name is the server's own copy, and a role that asks exists.
    unsafe { owned(pg_sys::GetUserNameFromId(pg_sys::GetUserId(), true)) }.unwrap_or_default()
}

/// The name of a role; `None` where there is none of this number.
pub fn name_of(role: u32) -> Option<String> {
    // SAFETY: in a transaction; the name is the server's own copy, or null.
    unsafe { owned(pg_sys::GetUserNameFromId(pg_sys::Oid::from(role), true)) }
}

/// Whether who asks may see the figures of all: has the rights of pg_read_all_stats.
pub fn may_read_all_stats() -> bool {
    // SAFETY: in a transaction, as it looks roles up; the role is one of the server's own.
    unsafe { pg_sys::has_privs_of_role(pg_sys::GetUserId(), pg_sys::Oid::from(PG_READ_ALL_STATS)) }
}

/// ROLE_PG_READ_ALL_STATS in pg_authid.dat.
const PG_READ_ALL_STATS: u32 = 3375;

/// Whether who asks is a superuser.
pub fn is_superuser() -> bool {
    // SAFETY: in a transaction, as it looks the role up.
    unsafe { pg_sys::superuser() }
}

/// `application_name`, which the server keeps to printable ASCII.
pub fn application_name() -> String {
    // SAFETY: the server's own text, copied before anything can change it.
    unsafe { owned(pg_sys::application_name) }.unwrap_or_default()
}

/// A number that nobody can guess.
pub fn random_number() -> i64 {
    let mut bytes = [0; 8];
    // SAFETY: fills as many bytes as there are. Where the machine has no randomness they stay as they are, and the number is one
    // that others have too.
    unsafe { pg_sys::pg_strong_random(bytes.as_mut_ptr().cast(), bytes.len()) };
    i64::from_ne_bytes(bytes)
}

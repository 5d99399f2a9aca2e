//! The server's C functions behind small safe wrappers: the only `unsafe` of the crate.
//!
//! Every wrapper turns a server ERROR into an [`crate::error::Error`] or lets it unwind, never swallows a cancel, and
//! says in a SAFETY comment what it relies on.

pub mod host;
pub mod rows;
pub mod running;
#[cfg(feature = "pg_test")]
mod tests;
pub mod tree;

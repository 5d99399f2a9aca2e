//! The server's C functions behind small safe wrappers: the only `unsafe` of the crate.
//!
//! Every wrapper turns a server ERROR into an [`crate::error::Error`] or lets it unwind, never swallows a cancel, and
//! says in a SAFETY comment what it relies on.
//!
//! Each folder names only those before it: [`host`], what a session offers; [`running`], what bounds and watches work in
//! a transaction; [`tree`], what the trees of a statement say; [`rows`], rows on their way out. [`statement`] takes one
//! statement through all of them. [`shared`] stands apart: memory of all processes, and one of our own.

pub mod host;
pub mod rows;
pub mod running;
pub mod shared;
pub mod statement;
#[cfg(feature = "pg_test")]
mod tests;
pub mod tree;

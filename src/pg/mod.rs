//! The server's C functions behind small safe wrappers: the only `unsafe` of the crate.
//!
//! Every wrapper turns a server ERROR into an [`crate::error::Error`] or lets it unwind, never swallows a cancel, and
//! says in a SAFETY comment what it relies on.

pub mod cache;
pub mod coerce;
pub mod cursor;
pub mod failure;
pub mod foreign;
pub mod hooks;
pub mod json;
pub mod labels;
pub mod lineage;
mod names;
pub mod offload;
pub mod outline;
pub mod query;
pub mod report;
pub mod rows;
pub mod sandbox;
pub mod shape;
pub mod sinks;
pub mod statement;
pub mod store;
#[cfg(feature = "pg_test")]
mod tests;
pub mod timer;
pub mod tree;
pub mod watch;

//! What a session of the server offers: our own queries, settings, messages, threads, and what it announces.

pub mod failure;
pub mod foreign;
pub mod guc_limits;
pub mod invalidation;
pub mod label_provider;
pub mod offload;
pub mod query;
pub mod report;

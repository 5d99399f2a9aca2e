//! Rows on their way from the executor to whoever asked for them.

pub mod assignment_casts;
pub mod json;
pub mod jsonb;
pub mod receiver;
pub mod shape;
pub mod sinks;
pub mod tuple_store;

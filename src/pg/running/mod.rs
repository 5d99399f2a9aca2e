//! What bounds and watches work inside a transaction: sandboxes, limits, hooks, cursors, and our own queries.

pub mod arguments;
pub mod as_asker;
pub mod cursor;
pub mod definer;
pub mod guc_level;
pub mod guc_texts;
pub mod leaving_databases;
mod memory_ceiling;
mod plan_states;
mod portals;
pub mod process_memory;
pub mod query;
pub mod remote;
pub mod sandbox;
pub mod timer;
pub mod watching;
pub mod worker_limits;

//! What bounds and watches work inside a transaction: sandboxes, limits, hooks, cursors, and our own queries.

pub mod argument_bounds;
pub mod cursor;
pub mod query;
pub mod relations_being_made;
pub mod runtime_hooks;
pub mod sandbox;
pub mod timer;

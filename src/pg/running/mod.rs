//! What bounds, judges and runs a statement.

pub mod cursor;
pub mod runtime_hooks;
pub mod sandbox;
pub mod statement;
pub mod timer;

//! What bounds and watches work inside a transaction: sandboxes, limits, hooks, cursors, and our own queries.

pub mod argument_bounds;
mod builtin_functions;
mod calls;
pub mod cursor;
pub mod definer;
mod format_width;
pub mod function_facts;
mod function_hooks;
pub mod growth_hooks;
pub mod guc_texts;
pub mod labelled_reads;
pub mod plan_hooks;
mod portals;
pub mod prepared_code;
pub mod query;
mod rank_sizes;
pub mod relations_being_made;
pub mod runtime_hooks;
pub mod sandbox;
pub mod support_functions;
pub mod timer;
pub mod watch_state;
pub mod xml_sizes;

//! The hooks that judge what runs inside a sandbox, whoever wrote it: plans, functions, types, what tables labels are read of, and how
//! far analysis and planning grow.

pub mod analysis_hooks;
mod estimates;
pub mod function_facts;
pub mod function_hooks;
pub mod growth_hooks;
mod index_scans;
pub(super) mod interrupts;
mod join_search;
pub mod judged_types;
pub mod labelled_reads;
pub mod plan_hooks;
mod predicates;
pub mod prepared_code;
pub mod relations_being_made;
pub mod runtime_hooks;
pub mod support_functions;
pub mod watch_state;

//! What the trees of a statement say before it runs.

pub mod lineage;
pub mod named_types;
pub mod outline;
pub mod owners_texts;
pub mod query_trees;
pub mod uses;

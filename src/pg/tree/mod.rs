//! What the trees of a statement say before it runs.

pub mod ancestors;
mod array_steps;
pub mod expression;
pub mod growth;
pub mod lineage;
pub mod named_types;
pub mod outline;
mod owned_text;
pub mod owners_texts;
mod ownership;
pub mod pieces;
mod planned_lists;
pub mod query_trees;
pub mod raw_candidates;
mod raw_columns;
mod raw_searches;
pub mod raw_width;
pub mod type_code;
pub mod uses;
mod virtual_columns;
mod xml_tables;

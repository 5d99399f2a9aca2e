//! What a session of the server offers: settings, messages, threads, errors as values, and what it announces.

pub mod activity;
pub mod catalog_stamps;
pub mod catalogs;
pub mod databases;
pub mod empty_tables;
pub mod extension;
pub mod failure;
pub mod foreign;
pub mod guc_limits;
pub mod interrupts;
pub mod invalidation;
pub mod label_provider;
pub mod labelled_relations;
pub mod messages;
pub mod moment;
pub mod offload;
pub mod open_files;
pub mod report;
pub mod search_path;
pub mod session;
pub mod session_settings;
pub mod sqlstate;
pub mod text;
pub mod thread_pool;
pub mod transaction;
pub mod tuple_desc;

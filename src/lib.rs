//! nl2sql answers questions asked in plain language inside PostgreSQL, as the user who asks.
//!
//! Read [`ask`] first: it is the whole product on one screen. The rooms it calls, in the order of the flow:
//! [`grounding`], [`prompt`], [`draft_cache`], [`model`], [`guard`], [`execution`]; around them [`api`],
//! [`settings`], [`error`] and [`pg`].
//!
//! What always holds:
//! - Only [`api`] is callable from SQL; only [`settings`] reads a GUC, once a question, into one owned value.
//! - Only [`pg`] is unsafe. Only [`guard`] can make an `Approved`, and [`execution`] takes nothing else.
//! - A generated statement leaves the transaction as it was found, on every path: `pg::running::sandbox`
//!   owns the subtransactions.
//! - No thread touches the server, and nothing is emitted while one is in flight.
//! - No message, log line or panic carries a key; masking sits in [`error`].
//! - No room knows the room after it.

#![deny(unsafe_op_in_unsafe_fn)]

::pgrx::pg_module_magic!();

mod api;
mod ask;
mod draft_cache;
mod error;
mod execution;
mod glossary;
mod grounding;
mod guard;
mod limits;
mod model;
#[allow(unsafe_code)]
mod pg;
mod prompt;
mod settings;
mod taught;
mod threads;

/// Called when the library is loaded: defines the settings and puts the guard's hooks in place, starts nothing.
#[pgrx::pg_guard]
pub extern "C-unwind" fn _PG_init() {
    settings::define();
    guard::watch();
    pg::host::messages::install();
    pg::host::label_provider::register_provider();
}

#[cfg(test)]
pub mod pg_test {
    pub fn setup(_options: Vec<&str>) {}

    pub fn postgresql_conf_options() -> Vec<&'static str> {
        vec!["timezone = 'UTC'", "lc_messages = 'C'"]
    }
}

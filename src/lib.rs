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
mod descriptions;
mod draft_cache;
mod error;
mod execution;
mod glossary;
mod grounding;
mod guard;
mod jobs;
mod ledger;
mod limits;
mod model;
#[allow(unsafe_code)]
mod pg;
mod prompt;
mod settings;
mod taught;
mod threads;
mod worker;

use pg::shared::background::{self, Kind};

/// The areas of shared memory that there are where the library is preloaded.
static SHARED: &[&dyn pg::shared::area::Requested] = &[
    &ledger::queue::QUEUES,
    &ledger::counters::COUNTERS,
    &ledger::quota::COUNTS,
    &model::breaker::SHARED,
    &jobs::WORKERS,
    &jobs::OVERDUE,
];

/// Called when the library is loaded: defines the settings and puts the guard's hooks in place, starts nothing.
#[pgrx::pg_guard]
pub extern "C-unwind" fn _PG_init() {
    settings::preloaded::define();
    settings::define();
    guard::watch();
    pg::running::leaving_databases::install(jobs::leave_database);
    pg::shared::area::request(SHARED);
    background::define(Kind::History, worker::serve);
    background::define(Kind::Jobs, jobs::serve);
    background::define(Kind::Launcher, jobs::launch);
    background::define(Kind::Reserve, worker::serve_in_reserve);
    background::start_with_server(Kind::Launcher);
    background::start_with_server(Kind::Reserve);
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

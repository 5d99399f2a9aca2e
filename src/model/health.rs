//! Whether the models of `nl2sql.model` can be asked: one look at each, nothing spent.

use std::time::{Duration, Instant};

use super::breaker::{self, State};
use super::remote::Remote;
use super::{BUILTIN, plain_name};
use crate::error::Error;
use crate::pg::running::query;

/// One row of `nl_health()`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Health {
    pub name: String,
    pub provider: Option<String>,
    pub endpoint: Option<String>,
    pub reachable: bool,
    pub latency_ms: Option<f64>,
    pub error: Option<String>,
    /// Whether it is asked: `closed`, `open for 12 s` after failures in a row, `half-open` where the next call tries it.
    pub breaker: Option<String>,
    /// Its key stands in pg_user_mapping, where this role, no superuser, may read it.
    pub key_readable_by: Option<String>,
}

/// Looks at every model of the chain. A model that can't be used is a row with its error, not an error.
pub fn health(models: &[String], timeout: Duration) -> Vec<Health> {
    models.iter().map(|name| look_at(name, timeout)).collect()
}

fn look_at(name: &str, timeout: Duration) -> Health {
    if name == BUILTIN {
        return Health {
            name: name.to_owned(),
            provider: Some(BUILTIN.to_owned()),
            reachable: true,
            latency_ms: Some(0.0),
            ..Health::default()
        };
    }
    let name = plain_name(name);
    let remote = match Remote::open(name, timeout) {
        Ok(remote) => remote,
        Err(error) => return Health { name: name.to_owned(), error: Some(in_full(&error)), ..Health::default() },
    };
    let start = Instant::now();
    let result = remote.ping();
    Health {
        name: name.to_owned(),
        provider: Some(remote.provider.name().to_owned()),
        endpoint: Some(remote.endpoint.url.clone()),
        reachable: result.is_ok(),
        latency_ms: result.is_ok().then(|| start.elapsed().as_secs_f64() * 1000.0),
        error: result.err().map(|error| in_full(&error)),
        breaker: Some(match breaker::state(remote.breaker) {
            State::Closed => "closed".to_owned(),
            State::Open(seconds) => format!("open for {seconds:.0} s"),
            State::HalfOpen => "half-open".to_owned(),
        }),
        key_readable_by: if remote.has_key_in_catalog() { reader_of_keys() } else { None },
    }
}

/// A role that reads every table, and so the keys in user mappings.
fn reader_of_keys() -> Option<String> {
    query::rows(include_str!("readers.sql"), &[]).ok()?.into_iter().flatten().flatten().next()
}

fn in_full(error: &Error) -> String {
    error.detail().map_or_else(|| error.to_string(), |detail| format!("{error}: {detail}"))
}

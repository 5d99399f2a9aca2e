//! Whether the models of `nl2sql.model` can be asked: one look at each, nothing spent.

use std::time::Instant;

use super::BUILTIN;
use super::remote::Remote;
use crate::error::Error;
use crate::settings::Settings;

/// One row of `nl_health()`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Health {
    pub name: String,
    pub provider: Option<String>,
    pub endpoint: Option<String>,
    pub reachable: bool,
    pub latency_ms: Option<f64>,
    pub error: Option<String>,
}

/// Looks at every model of the chain. A model that can't be used is a row with its error, not an error.
pub fn health(settings: &Settings) -> Vec<Health> {
    settings.models.iter().map(|name| look_at(name, settings)).collect()
}

fn look_at(name: &str, settings: &Settings) -> Health {
    if name == BUILTIN {
        return Health {
            name: name.to_owned(),
            provider: Some(BUILTIN.to_owned()),
            reachable: true,
            latency_ms: Some(0.0),
            ..Health::default()
        };
    }
    let remote = match Remote::open(name, settings) {
        Ok(remote) => remote,
        Err(error) => return Health { name: name.to_owned(), error: Some(told(&error)), ..Health::default() },
    };
    let start = Instant::now();
    let result = remote.ping();
    Health {
        name: name.to_owned(),
        provider: Some(remote.provider.name().to_owned()),
        endpoint: Some(remote.endpoint.url.clone()),
        reachable: result.is_ok(),
        latency_ms: result.is_ok().then(|| start.elapsed().as_secs_f64() * 1000.0),
        error: result.err().map(|error| told(&error)),
    }
}

fn told(error: &Error) -> String {
    error.detail().map_or_else(|| error.to_string(), |detail| format!("{error}: {detail}"))
}

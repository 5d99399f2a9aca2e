//! The models and the options of their servers.

use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::guard;
use crate::model::{self, Catalog};
use crate::pg::host::{foreign, report};
use crate::settings::Settings;

/// The models of nl2sql.model, each tried.
#[pg_extern(volatile, parallel_unsafe)]
#[allow(clippy::type_complexity)]
fn nl_health() -> Result<
    TableIterator<
        'static,
        (
            name!(name, String),
            name!(provider, Option<String>),
            name!(endpoint, Option<String>),
            name!(reachable, bool),
            name!(latency_ms, Option<f64>),
            name!(error, Option<String>),
            name!(breaker, Option<String>),
        ),
    >,
    ErrorReport,
> {
    let row = |health: model::Health| {
        if let Some(role) = &health.key_readable_by {
            report::warning(
                &format!("the key of model \"{}\" can be read in pg_user_mapping", health.name),
                &format!("Role \"{role}\", for one, may read every table."),
                "Give it as api_key_file or api_key_env in place of api_key.",
            );
        }
        (
            health.name,
            health.provider,
            health.endpoint,
            health.reachable,
            health.latency_ms,
            health.error,
            health.breaker,
        )
    };
    guard::warn_of_endless_functions();
    let settings = Settings::in_force()?;
    Ok(TableIterator::new(model::health(&settings.models, settings.model_timeout).into_iter().map(row)))
}

/// Checks the options of servers and user mappings; called by the server, not by users.
#[pg_extern(volatile, parallel_unsafe)]
fn nl2sql_validator(options: Vec<Option<String>>, catalog: pg_sys::Oid) -> Result<(), ErrorReport> {
    let catalog = match catalog {
        pg_sys::ForeignServerRelationId => Catalog::Server,
        pg_sys::UserMappingRelationId => Catalog::UserMapping,
        _ => Catalog::Wrapper,
    };
    let options: Vec<String> = options.into_iter().flatten().collect();
    Ok(model::validate(catalog, &options, foreign::may_read_server_files())?)
}

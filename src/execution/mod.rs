//! Runs approved statements: read-only, bounded, leaving the transaction as it was.
//!
//! It takes an [`Approved`] and nothing else, so nothing unjudged can run.

#![forbid(unsafe_code)]

use crate::error::Error;
use crate::guard::Approved;
use crate::pg::failure::catch;
use crate::pg::rows::{Cut, Outcome, RowLimits, RowStore};
use crate::settings::Settings;

/// Runs the plan that was judged, streaming its rows into `store`.
pub fn run(approved: Approved<'_>, store: &mut RowStore, settings: &Settings) -> Result<Outcome, Error> {
    let unlimited = |limit: u64| if limit == 0 { u64::MAX } else { limit };
    let limits = RowLimits { rows: unlimited(settings.row_limit), bytes: unlimited(settings.byte_limit) };
    store.clear();
    let (planned, masks) = approved.into_plan();
    catch(|| planned.run(store, limits, &masks.outputs)).map_err(|error| match error {
        Error::Server(failure) if masks.touched => Error::Run(failure.without_text()),
        Error::Server(failure) => Error::Run(failure),
        other => other,
    })
}

/// What to tell the caller about an answer that ended early.
pub fn remark(outcome: &Outcome, settings: &Settings) -> Option<String> {
    let limit = match outcome.cut? {
        Cut::Rows => format!("nl2sql.row_limit = {}", settings.row_limit),
        Cut::Bytes => format!("nl2sql.byte_limit = {}kB", settings.byte_limit / 1024),
    };
    Some(format!("the answer was cut off after {} rows ({limit})", outcome.rows))
}

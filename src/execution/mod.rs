//! Runs approved statements: read-only, bounded, leaving the transaction as it was.
//!
//! It takes an [`Approved`] and nothing else, so nothing unjudged can run.

#![forbid(unsafe_code)]

use crate::error::Error;
use crate::guard::Approved;
use crate::limits::{MOST_KEPT, RowLimits};
use crate::pg::host::failure::catch;
use crate::pg::rows::receiver::{Outcome, ReachedLimit, Sink};
use crate::pg::running::cursor::DetachedPlan;

/// Runs the plan that was judged, streaming its rows into `sink`.
pub fn run(approved: Approved<'_>, sink: &mut impl Sink, limits: RowLimits) -> Result<Outcome, Error> {
    sink.clear();
    let (planned, transform, _) = approved.into_plan();
    catch(|| planned.run(sink, &transform, limits)).map_err(|error| match error {
        Error::Server(failure) => Error::Run(failure),
        other => other,
    })
}

/// Takes the plan that was judged out of its sandbox, for a cursor. `generation` is that of before it was judged.
pub fn detach(approved: Approved<'_>, generation: u64) -> Result<DetachedPlan, Error> {
    let (planned, _, touches_masked) = approved.into_plan();
    if touches_masked {
        return Err(Error::Refused {
            what: "a cursor over masked columns".to_owned(),
            why:
                "Their security label is \"masked\": a cursor hands out values as they are, and errors that quote them."
                    .to_owned(),
            hint: Some("nl_ask and nl_query show them masked.".to_owned()),
        });
    }
    Ok(planned.detach(generation))
}

/// What to tell the caller about an answer that ended early.
pub fn remark(outcome: &Outcome, limits: RowLimits) -> Option<String> {
    let limit = match outcome.reached? {
        ReachedLimit::Values => format!("no more than {} values are told, drawn or compared", limits.values),
        ReachedLimit::Bytes if limits.bytes == MOST_KEPT.bytes && limits.values == MOST_KEPT.values => {
            format!("no more than {} MB are told, drawn or compared", limits.bytes / 1024 / 1024)
        }
        ReachedLimit::Rows => format!("nl2sql.row_limit = {}", limits.rows),
        ReachedLimit::Bytes => format!("nl2sql.byte_limit = {}kB", limits.bytes / 1024),
    };
    Some(format!("the answer was cut off after {} rows ({limit})", outcome.rows))
}

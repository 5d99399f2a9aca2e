//! What the driver of a question does to have drafts: it asks a model within quotas, and runs those that are held against each other.

use std::time::Instant;

use super::approve;
use super::ballot::Tried;
use super::deadline::Deadline;
use super::question::Question;
use crate::error::Error;
use crate::execution;
use crate::ledger::Entry;
use crate::model::{Chain, Replied, sent};
use crate::pg::host::activity::Asking;
use crate::pg::rows::sinks::Collected;
use crate::pg::running::sandbox::sandboxed;
use crate::settings::Settings;
use wire::Prompt;

/// What a model replied to a prompt that it was given so many times at once. A quota that has no room for all of them has them
/// asked less often.
pub fn ask(chain: &Chain, model: usize, prompt: &Prompt, drafts: u32, end: Instant, entry: &mut Entry) -> Vec<Replied> {
    let started = Instant::now();
    if let Err(error) = entry.allow() {
        return vec![Replied::failed(error)];
    }
    let drafts = if drafts > 1 {
        1 + entry.reserve(drafts - 1, &chain.most_usage(model, prompt), chain.price(model))
    } else {
        1
    };
    entry.calling(chain.name(model), drafts, sent(prompt), chain.price(model));
    let asking = Asking::begin(chain.name(model), model, entry.attempts() + 1);
    let replies = chain.propose(model, prompt, drafts, chain.share(model, end));
    drop(asking);
    for Replied { proposal, usage, took } in &replies {
        let failure = proposal.as_ref().err();
        // One that its breaker keeps back was not called.
        if !matches!(failure, Some(Error::Resting { .. })) {
            entry.called(chain.name(model), *took, usage, chain.price(model), failure.map(Error::sqlstate));
        }
    }
    entry.release();
    entry.stages.model += started.elapsed();
    replies
}

/// Runs one of several drafts, under the limits of any answer.
pub fn try_draft(
    sql: &str,
    question: &Question,
    settings: &Settings,
    deadline: Deadline,
    entry: &mut Entry,
) -> Result<Tried, Error> {
    entry.drafted(sql);
    let mut rows = Collected::default();
    let (outline, shape, outcome) = sandboxed(deadline.bounds(settings.bounds), |sandbox| {
        let approved = approve(sandbox, sql, question, settings, &mut entry.stages)?;
        let (outline, shape, started) = (approved.outline(), approved.shape.clone(), Instant::now());
        let outcome = execution::run(approved, &mut rows, settings.kept_limits());
        entry.stages.run += started.elapsed();
        Ok((outline, shape, outcome?))
    })?;
    let column = |name: String| shape.0.iter().position(|column| column.name == name);
    let reading = prose::describe(&outline).lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let parsed = rows.rows.iter().map(|row| serde_json::from_str(row));
    Ok(Tried {
        rows: parsed
            .collect::<Result<_, _>>()
            .map_err(|error| Error::internal(format!("a row is no json: {error}")))?,
        is_cut: outcome.reached.is_some(),
        sorted_by: outline.query.order.into_iter().filter_map(|key| key.output).filter_map(column).collect(),
        reading,
    })
}

//! Who asked what, what came of it, and what it cost: one record a question.
//!
//! [`recorded`] stands around the way of every question, whatever function asks. It is told as little as it needs: texts, numbers
//! and the SQLSTATE of a failure, never an error's message, a prompt or a row. Writing never fails a question, and waits for
//! nobody.

#![forbid(unsafe_code)]

pub mod counters;
mod entry;
mod outcome;
pub mod queue;
pub mod quota;
mod record;
pub mod subjects;
pub mod writing;

pub use entry::{Asked, Entry, Stages};
pub use record::{Call, Detail};

use crate::error::Error;
use crate::pg::host::{failure, report};
use crate::settings::Settings;
use outcome::Outcome;

/// Records what came of a question that another process works on, in the stead of its asker. `error`: what it failed with.
pub fn ended(entry: &mut Entry, asked: Asked<'_>, settings: &Settings, error: Option<&Error>) -> Result<(), Error> {
    let outcome = error.map_or(Outcome::ANSWERED, Outcome::of);
    let detail = entry.detail(settings.history);
    let record = entry.take().record(&asked, &outcome, detail);
    counters::count(&record);
    // Where there is such a process the history has one too, so nothing is written here.
    writing::hand_over(&record, detail).map(drop)
}

/// Does the work of one question and records what came of it, an ERROR of the server included.
pub fn recorded<T>(
    asked: Asked<'_>,
    settings: &Settings,
    work: impl FnOnce(&mut Entry) -> Result<T, Error>,
) -> Result<T, Error> {
    recorded_if(|_| true, asked, settings, work)
}

/// The same, where only some results are the end of a question: another process goes on with the others, and records them.
pub fn recorded_if<T>(
    is_end: impl FnOnce(&T) -> bool,
    asked: Asked<'_>,
    settings: &Settings,
    work: impl FnOnce(&mut Entry) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut entry = Entry::begin();
    match failure::observed(|| work(&mut entry)) {
        Ok(Ok(result)) if !is_end(&result) => Ok(result),
        Ok(result) => {
            let outcome = result.as_ref().err().map_or(Outcome::ANSWERED, Outcome::of);
            let detail = entry.detail(settings.history);
            let record = entry.record(&asked, &outcome, detail);
            counters::count(&record);
            if outcome.is_for_the_log() {
                let (id, sqlstate) = (record.id, outcome.sqlstate.as_deref().unwrap_or_default());
                report::log(&format!("nl2sql question {id} failed with SQLSTATE {sqlstate}"));
            }
            writing::write(&record, detail, settings.history_retention_s)?;
            result
        }
        Err(unwinding) => {
            entry.interrupted(&unwinding.sqlstate());
            let detail = entry.detail(settings.history);
            let record = entry.record(&asked, &Outcome::raised(unwinding.sqlstate()), detail);
            counters::count(&record);
            // Nothing of this transaction will stay, so there is nothing to write in it.
            let _ = writing::hand_over(&record, detail);
            unwinding.resume()
        }
    }
}

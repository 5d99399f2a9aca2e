//! What is told beside an answer: how a question was read where that was a choice, and where the data ends.

use std::cell::RefCell;
use std::collections::HashSet;

use crate::error::Error;
use crate::execution;
use crate::guard;
use crate::limits::{Bounds, RowLimits};
use crate::model::Draft;
use crate::pg::host::report;
use crate::pg::rows::sinks::Collected;
use crate::pg::running::sandbox::sandboxed;
use crate::settings::Settings;
use reader::DataEnd;

/// A date that can't be looked up in so many milliseconds is not told.
const LOOK_MS: i32 = 40;
/// So many questions are remembered; then all are forgotten.
const MOST_TOLD: usize = 1000;

thread_local! {
    /// The questions whose notes were told in this session.
    static TOLD: RefCell<HashSet<String>> = RefCell::default();
}

/// Notes in a draft which dates end before the time that it asks for. They are looked up like any answer: judged, as the
/// asker, and bounded; what can't be looked up is not told.
pub fn with_data_ends(mut draft: Draft, ends: &[DataEnd], settings: &Settings) -> Result<Draft, Error> {
    for end in ends {
        if let Some(last) = last_date(&end.sql, settings)? {
            draft.note(format!("{} ends {last}", end.column));
        }
    }
    Ok(draft)
}

fn last_date(sql: &str, settings: &Settings) -> Result<Option<String>, Error> {
    let milliseconds = match settings.bounds.milliseconds {
        0 => LOOK_MS,
        limit => limit.min(LOOK_MS),
    };
    let (bounds, limits) = (Bounds { milliseconds, ..settings.bounds }, RowLimits { rows: 1, bytes: 1000 });
    let mut rows = Collected::default();
    let looked =
        sandboxed(bounds, |sandbox| execution::run(guard::approve(sandbox, sql, None, settings)?, &mut rows, limits));
    match looked {
        Ok(_) => {
            Ok(rows.rows.first().and_then(|row| serde_json::from_str::<[Option<String>; 1]>(row).ok()?[0].clone()))
        }
        Err(error) if error.ends_the_question() => Err(error),
        Err(_) => Ok(None),
    }
}

/// Tells the notes of an answer, the first time in a session that its question is answered.
pub fn tell(question: &str, notes: &[String]) {
    let is_new = !notes.is_empty()
        && TOLD.with(|told| {
            told.try_borrow_mut().is_ok_and(|mut told| {
                if told.len() >= MOST_TOLD {
                    told.clear();
                }
                told.insert(format!("{question}\n{}", notes.join("\n")))
            })
        });
    if is_new {
        notes.iter().for_each(|note| report::notice(note));
    }
}

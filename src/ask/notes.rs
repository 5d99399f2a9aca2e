//! What is told beside an answer: how a question was read where that was a choice, and where the data ends.

use std::cell::RefCell;
use std::collections::HashSet;

use crate::error::Error;
use crate::execution;
use crate::guard;
use crate::limits::{Bounds, RowLimits};
use crate::model::Draft;
use crate::pg::host::{moment, report};
use crate::pg::rows::sinks::Collected;
use crate::pg::running::sandbox::sandboxed;
use crate::settings::Settings;
use prose::answer;
use prose::outline::Outline;
use reader::DataEnd;
use schema::quote_ident;

/// A date that can't be looked up in so many milliseconds is not told.
const LOOK_MS: i32 = 40;
/// The same for an answer in words, which would be wrong without it.
const LOOK_TO_TELL_MS: i32 = 200;
/// Dates of more columns than these are not looked up for one answer.
const MOST_ENDS: usize = 3;
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
        if let Some(last) = one_value(&end.sql, LOOK_MS, settings)? {
            draft.note(format!("{} ends {last}", end.column));
        }
    }
    Ok(draft)
}

/// Where the data ends in the columns by which a statement restricts or groups times. Looked up like the ends above.
pub fn ends_of(outline: &Outline, settings: &Settings) -> Result<Vec<answer::DataEnd>, Error> {
    let mut ends = Vec::new();
    for (schema, name, column) in answer::date_columns(outline, &moment::today()).into_iter().take(MOST_ENDS) {
        let date = quote_ident(&column);
        let sql = format!(
            "SELECT pg_catalog.max({date})::pg_catalog.date AS last_date FROM {}.{}",
            quote_ident(&schema),
            quote_ident(&name)
        );
        if let Some(last) = one_value(&sql, LOOK_TO_TELL_MS, settings)? {
            ends.push(answer::DataEnd { relation: (schema, name), column, last });
        }
    }
    Ok(ends)
}

/// The means with which conditions of a statement compare. Looked up like the ends above.
pub fn means_of(outline: &Outline, settings: &Settings) -> Result<Vec<answer::Mean>, Error> {
    let mut means = Vec::new();
    for (schema, name, column) in answer::mean_columns(outline).into_iter().take(MOST_ENDS) {
        let sql = format!(
            "SELECT pg_catalog.avg({})::pg_catalog.text AS mean FROM {}.{}",
            quote_ident(&column),
            quote_ident(&schema),
            quote_ident(&name)
        );
        if let Some(value) = one_value(&sql, LOOK_TO_TELL_MS, settings)? {
            means.push(answer::Mean { relation: (schema, name), column, value });
        }
    }
    Ok(means)
}

/// The one value of a statement of ours, as text; `None` where it is NULL, masked, or can't be looked up.
fn one_value(sql: &str, most: i32, settings: &Settings) -> Result<Option<String>, Error> {
    let milliseconds = match settings.bounds.milliseconds {
        0 => most,
        limit => limit.min(most),
    };
    let (bounds, limits) =
        (Bounds { milliseconds, ..settings.bounds }, RowLimits { rows: 1, bytes: 1000, values: 100 });
    let mut rows = Collected::default();
    let looked = sandboxed(bounds, |sandbox| {
        let approved = guard::approve(sandbox, sql, None, settings)?;
        // A view may show a masked column by another name.
        if approved.touches_masked() { Ok(()) } else { execution::run(approved, &mut rows, limits).map(drop) }
    });
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

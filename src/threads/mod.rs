//! What was asked before in a thread, so that later questions may refer to it: "only Germany", "what about 2024".
//!
//! A turn is kept with what answered it, each role its own, in the asker's own transaction. No result is kept. What a turn says
//! is trusted no more than what a model writes: its meaning is read anew, and its statement is judged anew before anybody is told
//! of it.

#![forbid(unsafe_code)]

mod told_to_models;

use std::ffi::CStr;

use crate::error::Error;
use crate::grounding::LOCK_NOT_AVAILABLE;
use crate::pg::host::report;
use crate::pg::running::query;
pub use told_to_models::{Told, told};

/// A question that was answered in a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub question: String,
    /// The question with what it takes from the turns before it, as one question. `None` where a model outside the server read
    /// a question that refers to others.
    pub meaning: Option<String>,
    pub sql: String,
    pub reading: Option<String>,
}

/// Longer texts are not kept, in bytes; the table has the same limits.
const MAX_QUESTION: usize = 20_000;
const MAX_SQL: usize = 100_000;

/// Where turns are kept. They are written as the table's owner, so that their size is bounded, and for the role that asks alone.
const TABLE: (&CStr, &CStr) = (c"nl2sql", c"turns");

/// The last turns of a thread before a question, oldest first. The same question asked just before is no turn before it: it is
/// asked again, as a client does that wants the columns first and the rows then.
pub fn recall(thread: &str, question: &str, ttl_s: i32) -> Result<Vec<Turn>, Error> {
    if ttl_s <= 0 {
        return Ok(Vec::new());
    }
    let (role, caller) = whose();
    let arguments = [Some(role.as_str()), Some(&caller), Some(thread), Some(&ttl_s.to_string())];
    let rows = match query::owner_rows(TABLE, include_str!("recall.sql"), &arguments) {
        Ok(rows) => rows,
        Err(error) if error.sqlstate() == LOCK_NOT_AVAILABLE => {
            report::notice("the questions before this one are not known now: their table is locked");
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let mut turns: Vec<Turn> = rows.into_iter().filter_map(turn_of).collect();
    if turns.first().is_some_and(|last| last.question == question) {
        turns.remove(0);
    }
    turns.truncate(MOST_TOLD);
    turns.reverse();
    Ok(turns)
}

/// No more turns before a question count.
const MOST_TOLD: usize = 5;

fn turn_of(row: query::Row) -> Option<Turn> {
    let mut values = row.into_iter();
    let (question, meaning, sql) = (values.next()??, values.next()?, values.next()??);
    Some(Turn { question, meaning, sql, reading: values.next()? })
}

/// Keeps a turn. The answer does not fail because its turn can't be kept; a notice says so, as later questions will be
/// understood without it.
pub fn remember(thread: &str, turn: Turn, ttl_s: i32) -> Result<(), Error> {
    let Turn { question, meaning, sql, reading } = &turn;
    let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > MAX_QUESTION);
    if ttl_s <= 0 {
        return Ok(());
    }
    if question.len() > MAX_QUESTION || long(meaning) || long(reading) || sql.len() > MAX_SQL {
        say_not_kept("it is too long");
        return Ok(());
    }
    let ((role, caller), ttl) = (whose(), ttl_s.to_string());
    let arguments = [
        Some(role.as_str()),
        Some(&caller),
        Some(thread),
        Some(&ttl),
        Some(question),
        meaning.as_deref(),
        Some(sql),
        reading.as_deref(),
    ];
    match query::owner_write(TABLE, include_str!("remember.sql"), &arguments) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => {
            say_not_kept("nothing can be written in this transaction");
            Ok(())
        }
        Err(error) if error.sqlstate().starts_with("57") => Err(error),
        Err(error) => {
            say_not_kept(&error.to_string());
            Ok(())
        }
    }
}

/// Forgets a thread, or all of them, and says how many turns there were.
pub fn forget(thread: Option<&str>) -> Result<i64, Error> {
    let (role, caller) = whose();
    let arguments = [Some(role.as_str()), Some(&caller), thread];
    let rows = query::owner_write(TABLE, include_str!("forget.sql"), &arguments)?.ok_or(Error::ForgetsNothing)?;
    Ok(rows.into_iter().flatten().flatten().next().and_then(|count| count.parse().ok()).unwrap_or_default())
}

fn say_not_kept(why: &str) {
    report::notice(&format!("the thread does not remember this question: {why}"));
}

/// Who asks, and who called: in a SECURITY DEFINER function, one caller's thread is none of another's.
fn whose() -> (String, String) {
    (query::current_role().to_u32().to_string(), query::calling_role().to_u32().to_string())
}

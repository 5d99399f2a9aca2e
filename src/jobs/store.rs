//! The table of questions in the background: its rows, and every statement on it.

use std::ffi::CStr;

use serde::Serialize;

use crate::error::{Error, Failure};
use crate::grounding::array_literal;
use crate::pg::host::session;
use crate::pg::running::query::{self, Row};
use crate::pg::shared::{background, own_tables};

/// Written as its owner, and for the role that asks alone.
const TABLE: (&CStr, &CStr) = (c"nl2sql", c"job");

/// A question as it is submitted.
#[derive(Debug, Default, Serialize)]
pub struct Submitted<'q> {
    pub id: i64,
    pub question: &'q str,
    pub thread: Option<&'q str>,
    pub state: &'static str,
    pub model: Option<String>,
    pub attempts: u32,
    /// As [`Open::places`].
    pub places: usize,
    pub asker: Option<String>,
    pub progress: Option<String>,
    pub draft_key: Option<String>,
    #[serde(flatten)]
    pub answer: Answer,
}

/// A question takes another place for each so many bytes that it carries.
const PLACE_BYTES: usize = 128 * 1024;

impl Submitted<'_> {
    /// The same, with the places that it takes.
    pub fn weighed(self) -> Self {
        let carried = [&self.asker, &self.progress, &self.draft_key];
        let bytes: usize = carried.into_iter().flatten().map(String::len).sum();
        Self { places: 1 + bytes / PLACE_BYTES, ..self }
    }
}

/// What is kept of an answer.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Answer {
    pub sql: Option<String>,
    pub source: Option<&'static str>,
    pub reading: Option<String>,
    pub meaning: Option<String>,
    pub notes: Option<String>,
}

/// What came of a question in the background process. `None`: as it was.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Change {
    pub id: i64,
    pub state: Option<&'static str>,
    pub model: Option<String>,
    pub attempts: Option<u32>,
    pub progress: Option<String>,
    pub reply: Option<String>,
    /// As [`Taken::ends`].
    pub ends: Option<u32>,
    #[serde(flatten)]
    pub answer: Answer,
    pub sqlstate: Option<String>,
    pub message: Option<String>,
    pub detail: Option<String>,
    pub hint: Option<String>,
}

/// A question that has not ended and that nobody works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub id: i64,
    pub role: u32,
    /// The model that is to be asked.
    pub model: String,
    /// How many it takes: one for each 128 kB that it carries.
    pub places: usize,
}

/// A question that the background process works on from now on.
#[derive(Debug)]
pub struct Taken {
    pub id: i64,
    pub role: u32,
    pub question: String,
    pub thread: Option<String>,
    pub asker: String,
    pub progress: String,
    pub reply: Option<String>,
    /// Until it expires.
    pub seconds: f64,
    /// As [`Open::places`].
    pub places: usize,
    /// How often a process has ended that was to judge its draft.
    pub ends: u32,
}

/// What the draft of a question will be kept under.
#[derive(Debug)]
pub struct DraftKey {
    pub id: i64,
    pub role: u32,
    pub key: String,
    /// Who was asked last, as far as that was written down.
    pub model: String,
}

/// A question as its asker is told of it.
#[derive(Debug)]
pub struct Job {
    pub state: String,
    pub question: String,
    pub thread: Option<String>,
    pub model: Option<String>,
    pub attempts: u32,
    pub sql: Option<String>,
    pub source: Option<String>,
    pub reading: Option<String>,
    pub meaning: Option<String>,
    pub notes: Vec<String>,
    pub failure: Failure,
    /// Its answer was not fetched yet.
    pub is_new: bool,
}

/// Keeps a question as part of the caller's transaction.
pub fn insert(submitted: &Submitted<'_>, timeout_s: i32) -> Result<(), Error> {
    let (role, caller) = whose();
    let database = background::database().to_string();
    let arguments = [Some(json(submitted)?), Some(role), Some(caller), Some(timeout_s.to_string()), Some(database)];
    let arguments: Vec<Option<&str>> = arguments.iter().map(Option::as_deref).collect();
    query::owner_change(TABLE, include_str!("insert.sql"), &arguments).map(drop)
}

/// How many places the questions of the caller's role take that have not ended, looking at no more than so many questions.
pub fn waiting_of_role(most: usize) -> Result<usize, Error> {
    let (role, most) = (session::current_role().to_string(), most.to_string());
    let rows = query::owner_rows(TABLE, include_str!("waiting_of_role.sql"), &[Some(&role), Some(&most)])?;
    Ok(first(rows).and_then(|count| count.parse().ok()).unwrap_or_default())
}

/// A question of the caller's.
pub fn one(id: i64) -> Result<Option<Job>, Error> {
    let (role, caller) = whose();
    let arguments = [Some(id.to_string()), Some(role), Some(caller), Some(background::database().to_string())];
    let arguments: Vec<Option<&str>> = arguments.iter().map(Option::as_deref).collect();
    Ok(query::owner_rows(TABLE, include_str!("one.sql"), &arguments)?.into_iter().next().and_then(job_of))
}

/// Cancels a question of the caller's; `false` where it has ended or is none of theirs.
pub fn cancel(id: i64) -> Result<bool, Error> {
    let (role, caller) = whose();
    let arguments = [Some(id.to_string()), Some(role), Some(caller)];
    let arguments: Vec<Option<&str>> = arguments.iter().map(Option::as_deref).collect();
    Ok(!query::owner_change(TABLE, include_str!("cancel.sql"), &arguments)?.is_empty())
}

/// Notes that the answer was fetched; `true` the first time, and where that can be written.
pub fn fetched(id: i64) -> Result<bool, Error> {
    let rows = query::owner_write(TABLE, include_str!("fetched.sql"), &[Some(&id.to_string())]);
    match rows {
        Ok(rows) => Ok(rows.is_some_and(|rows| !rows.is_empty())),
        // An answer does not fail because somebody fetches it at the same time.
        Err(error) if !error.sqlstate().starts_with("57") => Ok(false),
        Err(error) => Err(error),
    }
}

// What the background process does, in transactions of its own.

/// Whether the tables are those of the extension, with a superuser as their owner: the background process touches no others.
pub fn is_ours() -> Result<bool, Error> {
    own_tables::are_ours(&["job", "cache", "quota"])
}

/// Questions that wait for their turn, oldest first, of each role and model at most so many; `is_whole`: those that were taken too.
pub fn open(is_whole: bool, most: usize) -> Result<Vec<Open>, Error> {
    let is_whole = if is_whole { "t" } else { "f" };
    let (most, database) = (most.to_string(), background::database().to_string());
    let rows = query::owner_rows(TABLE, include_str!("open.sql"), &[Some(is_whole), Some(&most), Some(&database)])?;
    let open = |row: Row| {
        let mut values = row.into_iter();
        let (id, role) = (values.next()??.parse().ok()?, values.next()??.parse().ok()?);
        let (model, places) = (values.next()?.unwrap_or_default(), values.next()??.parse().ok()?);
        Some(Open { id, role, model, places })
    };
    Ok(rows.into_iter().filter_map(open).collect())
}

/// Takes questions, and gives those that could be taken.
pub fn take(wanted: &[i64]) -> Result<Vec<Taken>, Error> {
    let rows = query::owner_write(TABLE, include_str!("take.sql"), &[Some(&ids(wanted))])?;
    let taken = |row: Row| {
        let mut values = row.into_iter();
        let (id, role, question) = (values.next()??.parse().ok()?, values.next()??.parse().ok()?, values.next()??);
        let (thread, asker, progress) = (values.next()?, values.next()??, values.next()??);
        let (reply, seconds, places) = (values.next()?, values.next()??.parse().ok()?, values.next()??.parse().ok()?);
        let ends = values.next()??.parse().ok()?;
        Some(Taken { id, role, question, thread, asker, progress, reply, seconds, places, ends })
    };
    Ok(rows.unwrap_or_default().into_iter().filter_map(taken).collect())
}

/// Writes down what came of questions, and gives the numbers of those that were written.
pub fn change(changes: &[Change]) -> Result<Vec<i64>, Error> {
    Ok(numbers(query::owner_write(TABLE, include_str!("change.sql"), &[Some(&json(changes)?)])?.unwrap_or_default()))
}

/// What the drafts of questions will be kept under, as it was written down.
pub fn draft_keys(of: &[i64]) -> Result<Vec<DraftKey>, Error> {
    let rows = query::owner_rows(TABLE, include_str!("draft_keys.sql"), &[Some(&ids(of))])?;
    let key = |row: Row| {
        let mut values = row.into_iter();
        let (id, role) = (values.next()??.parse().ok()?, values.next()??.parse().ok()?);
        Some(DraftKey { id, role, key: values.next()??, model: values.next()?? })
    };
    Ok(rows.into_iter().filter_map(key).collect())
}

/// Those of the questions that have not ended.
pub fn live(held: &[i64]) -> Result<Vec<i64>, Error> {
    Ok(numbers(query::owner_rows(TABLE, include_str!("live.sql"), &[Some(&ids(held))])?))
}

/// Gives up what is late.
pub fn expire() -> Result<(), Error> {
    let database = background::database().to_string();
    query::owner_write(TABLE, include_str!("expire.sql"), &[Some(&database)]).map(drop)
}

/// Forgets what ended long ago, and of a role all but the last so many, or so many bytes; gives how many questions that were.
pub fn forget(retention_s: i32, most: usize, most_bytes: usize) -> Result<usize, Error> {
    let arguments = [retention_s.to_string(), most.to_string(), most_bytes.to_string()];
    let arguments: Vec<Option<&str>> = arguments.iter().map(|argument| Some(argument.as_str())).collect();
    let forgotten = query::owner_write(TABLE, include_str!("forget.sql"), &arguments)?.unwrap_or_default();
    Ok(first(forgotten).and_then(|count| count.parse().ok()).unwrap_or_default())
}

fn job_of(row: Row) -> Option<Job> {
    let mut values = row.into_iter();
    let mut next = || values.next().flatten();
    Some(Job {
        state: next()?,
        question: next()?,
        thread: next(),
        model: next(),
        attempts: next()?.parse().ok()?,
        sql: next(),
        source: next(),
        reading: next(),
        meaning: next(),
        notes: next().iter().flat_map(|notes| notes.lines()).map(str::to_owned).collect(),
        failure: Failure {
            sqlstate: next().unwrap_or_default(),
            message: next().unwrap_or_default(),
            detail: next(),
            hint: next(),
            ..Failure::default()
        },
        is_new: next()? == "t",
    })
}

/// Who asks, and who called: in a SECURITY DEFINER function, what one caller has asked is none of another's.
fn whose() -> (String, String) {
    (session::current_role().to_string(), session::calling_role().to_string())
}

/// As json, without zeros, which the table can't keep.
fn json(value: &(impl Serialize + ?Sized)) -> Result<String, Error> {
    let text = serde_json::to_string(value).map_err(|error| Error::internal(error.to_string()))?;
    Ok(without_zeros(&text))
}

/// A zero is written as an escape, which may itself stand behind an escaped backslash.
fn without_zeros(json: &str) -> String {
    if !json.contains("\\u0000") {
        return json.to_owned();
    }
    let (mut text, mut rest) = (String::with_capacity(json.len()), json);
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        text.push_str(before);
        let length = if escape.starts_with("\\u0000") { 0 } else { 2 };
        text.push_str(escape.get(..length).unwrap_or_default());
        rest = escape.get(length.max(if length == 0 { 6 } else { 2 })..).unwrap_or_default();
    }
    text + rest
}

fn ids(of: &[i64]) -> String {
    array_literal(&of.iter().map(i64::to_string).collect::<Vec<_>>())
}

fn numbers(rows: Vec<Row>) -> Vec<i64> {
    rows.into_iter().filter_map(|row| row.into_iter().next()??.parse().ok()).collect()
}

fn first(rows: Vec<Row>) -> Option<String> {
    rows.into_iter().flatten().flatten().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_left_out_and_nothing_else() {
        let json = |text: &str| without_zeros(&serde_json::to_string(text).expect("json"));
        assert_eq!(json("a\0b"), "\"ab\"");
        assert_eq!(json("a\\u0000b\n\0"), "\"a\\\\u0000b\\n\"");
        assert_eq!(json("plain"), "\"plain\"");
    }

    /// A transaction that notifies fails where the queue of notifications is full, which anybody can see to.
    #[test]
    fn notifications_are_sent_where_the_queue_has_room() {
        let all = [
            include_str!("insert.sql"),
            include_str!("take.sql"),
            include_str!("change.sql"),
            include_str!("cancel.sql"),
            include_str!("expire.sql"),
        ];
        for sql in all {
            let after = sql.split_once("pg_catalog.pg_notify(").map(|(_, after)| after).unwrap_or_default();
            assert!(after.contains("pg_catalog.pg_notification_queue_usage() OPERATOR(pg_catalog.<) 0.9"), "{sql}");
        }
    }
}

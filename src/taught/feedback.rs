//! What askers say of answers, in `nl2sql.feedback`. It changes no answer: a teacher makes a pair of it, or dismisses it.

use std::ffi::CStr;

use super::store::check_lengths;
use crate::error::Error;
use crate::pg::running::query::{self, Row};
use schema::sanitize::one_line;

const TABLE: (&CStr, &CStr) = (c"nl2sql", c"feedback");

/// What somebody said of an answer.
#[derive(Debug, Clone)]
pub struct Feedback {
    pub id: i64,
    pub question: String,
    pub correct: bool,
    pub sql: Option<String>,
    pub note: Option<String>,
    pub by: String,
    /// As the session prints it.
    pub at: String,
}

impl Feedback {
    fn read(row: Row) -> Option<Self> {
        let mut cells = row.into_iter();
        let mut next = || cells.next().flatten();
        Some(Self {
            id: next()?.parse().ok()?,
            question: next()?,
            correct: next()? == "t",
            sql: next(),
            note: next(),
            by: next()?,
            at: next()?,
        })
    }
}

/// Keeps what the caller says.
pub fn say(question: &str, correct: bool, sql: Option<&str>, note: Option<&str>) -> Result<(), Error> {
    check_lengths(question, sql.unwrap_or_default(), note)?;
    // Teachers read what is proposed, and publish it in these words.
    if let Some(character) = syntax::deceptive_character(sql.unwrap_or_default()) {
        return Err(Error::deceptive(character));
    }
    let role = query::current_role().to_u32().to_string();
    let (question, correct, note) = (one_line(question), correct.to_string(), note.map(one_line));
    let arguments = [Some(role.as_str()), Some(question.trim()), Some(&correct), sql, note.as_deref()];
    query::owner_change(TABLE, include_str!("feedback_keep.sql"), &arguments).map(drop)
}

/// All that was said, for teachers.
pub fn all() -> Result<Vec<Feedback>, Error> {
    list(None)
}

/// What has this number, for teachers.
pub fn one(id: i64) -> Result<Feedback, Error> {
    list(Some(&id.to_string()))?.pop().ok_or(Error::NoSuchFeedback(id))
}

/// Forgets it, for teachers.
pub fn remove(id: i64) -> Result<(), Error> {
    let rows = query::owner_change(TABLE, include_str!("feedback_remove.sql"), &[Some(&id.to_string())])?;
    if rows.is_empty() { Err(Error::NoSuchFeedback(id)) } else { Ok(()) }
}

fn list(id: Option<&str>) -> Result<Vec<Feedback>, Error> {
    let rows = query::owner_rows(TABLE, include_str!("feedback_list.sql"), &[id])?;
    Ok(rows.into_iter().filter_map(Feedback::read).collect())
}

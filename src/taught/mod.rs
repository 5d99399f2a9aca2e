//! What users have taught: verified pairs of a question and its SQL, in `nl2sql.verified`.
//!
//! The table's owner reads and writes it, for the role that asks: a role gets its own pairs, and those whose audience it belongs
//! to. Whoever asks this room says whether a statement may run; a pair whose SQL may not is treated as if it were not there.

#![forbid(unsafe_code)]

mod recall;
mod store;

use std::ffi::CStr;

use crate::error::Error;
use crate::pg::running::query::{self, Row};
use pairs::{Pattern, Question};
use schema::ResultShape;

pub use recall::{Known, Verified, recall};
pub use store::{Kept, Lesson, Sharing, check_lengths, keep, remove, sharing};

/// In bytes; the table has the same limits.
pub const MAX_QUESTION: usize = 2_000;
pub const MAX_SQL: usize = 20_000;
pub const MAX_NOTE: usize = 2_000;
/// The most pairs of one role.
pub const MAX_PAIRS: usize = 10_000;

const TABLE: (&CStr, &CStr) = (c"nl2sql", c"verified");

/// A pair that the asker may be answered by, if they may run its SQL.
#[derive(Debug)]
pub struct Pair {
    pub id: i64,
    pub question: String,
    pub sql: String,
    pub note: Option<String>,
    /// The teacher's name.
    pub by: String,
    /// The day, as `2026-11-21`.
    pub on: String,
    /// The asker taught it.
    pub is_own: bool,
    /// The columns of its result when it was taught.
    columns: Vec<String>,
    pattern: Pattern,
}

impl Pair {
    fn read(row: Row) -> Option<Self> {
        let mut cells = row.into_iter();
        let mut next = || cells.next().flatten();
        Some(Self {
            id: next()?.parse().ok()?,
            question: next()?,
            sql: next()?,
            note: next(),
            by: next()?,
            on: next()?,
            is_own: next()? == "t",
            columns: serde_json::from_str(&next()?).ok()?,
            pattern: serde_json::from_str(&next()?).ok()?,
        })
    }

    /// Whether its SQL still gives the columns that it gave.
    pub fn has_shape(&self, shape: &ResultShape) -> bool {
        columns_of(shape) == self.columns
    }
}

/// The columns of a result, as they are kept.
fn columns_of(shape: &ResultShape) -> Vec<String> {
    shape.0.iter().map(|column| format!("{} {}", schema::quote_ident(&column.name), column.type_name)).collect()
}

/// The pairs nearest to a question, the nearest first; not the one with the number `but`.
pub fn near(question: &Question<'_>, but: Option<i64>) -> Result<Vec<Pair>, Error> {
    let mut words: Vec<String> = question.tokens().into_iter().map(|token| token.text).collect();
    words.sort();
    words.dedup();
    let role = query::current_role().to_u32().to_string();
    let arguments = [role, crate::grounding::array_literal(&words), but.unwrap_or(0).to_string()];
    let arguments = arguments.each_ref().map(|argument| Some(argument.as_str()));
    match query::owner_rows(TABLE, include_str!("near.sql"), &arguments) {
        Ok(rows) => Ok(rows.into_iter().filter_map(Pair::read).collect()),
        // Before the extension is updated there is no such table; only a cancel or a shutdown ends a question.
        Err(error) if !error.sqlstate().starts_with("57") => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

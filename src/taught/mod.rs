//! What users have taught: verified pairs of a question and its SQL, in `nl2sql.verified`.
//!
//! The table's owner reads and writes it, for the role that asks: a role gets its own pairs, and those whose audience it belongs
//! to. Whoever asks this room says whether a statement may run; a pair whose SQL may not is treated as if it were not there.

#![forbid(unsafe_code)]

mod examples;
pub mod feedback;
mod recall;
mod renames;
mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CStr;

use crate::error::Error;
use crate::pg::running::query::{self, Row};
use pairs::{Constants, Pattern, Question};
use schema::ResultShape;

pub use examples::examples;
pub use recall::{Known, Verified, answer, recall};
pub use store::{Kept, Lesson, Sharing, check_lengths, keep, remove, sharing};

/// In bytes; the table has the same limits.
pub const MAX_QUESTION: usize = 2_000;
pub const MAX_SQL: usize = 20_000;
pub const MAX_NOTE: usize = 2_000;
/// The most pairs of one role.
pub const MAX_PAIRS: usize = 10_000;

const TABLE: (&CStr, &CStr) = (c"nl2sql", c"verified");

/// A pair that the asker may be answered by, if they may run its SQL.
#[derive(Debug, Clone)]
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
    reads: Vec<Reads>,
}

/// A relation that a pair reads.
#[derive(Debug, Clone, serde::Deserialize)]
struct Reads {
    oid: u32,
    /// By number, the names that they had.
    columns: BTreeMap<String, String>,
}

/// What is known of a statement that may run.
#[derive(Debug)]
pub struct Judged {
    pub shape: ResultShape,
    pub constants: Constants,
    /// The columns of its result by which it is sorted, as far as it is sorted by such.
    pub sorted_by: Vec<String>,
    /// The relations that the statement itself reads, by their oids.
    pub relations: Vec<u32>,
    /// And the columns, by relation and number.
    pub columns: Vec<(u32, i16)>,
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
            reads: serde_json::from_str(&next()?).ok()?,
        })
    }

    /// The columns of its result when it was taught, each with its type.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether a statement reads just what its SQL read when it was taught.
    fn reads_the_same(&self, judged: &Judged) -> bool {
        let column = |of: &Reads, number: &String| Some((of.oid, number.parse::<i16>().ok()?));
        let columns = self.reads.iter().flat_map(|of| of.columns.keys().filter_map(move |number| column(of, number)));
        let (columns, relations): (BTreeSet<_>, BTreeSet<u32>) =
            (columns.collect(), self.reads.iter().map(|of| of.oid).collect());
        let named = judged.columns.iter().copied().filter(|(_, number)| *number > 0);
        columns == named.collect() && relations == judged.relations.iter().copied().collect()
    }

    /// The pair as it is or under the names that things have now, where the asker may run it and it still gives what it gave.
    pub fn runnable(self, known: &dyn Known) -> Result<Option<Self>, Error> {
        match known.judge(&self.sql)? {
            Ok(judged) => Ok(self.has_shape(&judged.shape).then_some(self)),
            Err(_) => Ok(self.renamed(known)?.map(|(renamed, _)| renamed)),
        }
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

/// A pair in a list of all.
#[derive(Debug)]
pub struct Listed {
    pub pair: Pair,
    /// A role's name, or `public`; nothing where it is the teacher's alone.
    pub audience: Option<String>,
    /// When it was taught, as the session prints it.
    pub at: String,
}

/// The caller's pairs and those shared with them, as far as what they read is theirs to read, in the order in which they were
/// taught; with `about`, those whose question holds it. A pair whose teacher is gone has none.
pub fn listed(about: Option<&str>) -> Result<Vec<Listed>, Error> {
    let role = query::current_role().to_u32().to_string();
    let rows = query::owner_rows(TABLE, include_str!("pairs.sql"), &[Some(&role), about])?;
    let listed = |mut row: Row| {
        let at = row.pop()??;
        let audience = row.pop()?;
        Some(Listed { pair: Pair::read(row)?, audience, at })
    };
    Ok(rows.into_iter().filter_map(listed).collect())
}

/// The pairs nearest to a question, the nearest first; not the one with the number `but`.
pub fn near(question: &Question<'_>, but: Option<i64>) -> Result<Vec<Pair>, Error> {
    let mut words: Vec<String> = question.tokens().into_iter().map(|token| token.text).collect();
    words.sort();
    words.dedup();
    let role = query::current_role().to_u32().to_string();
    let spelled: Vec<String> = words.iter().flat_map(|word| pairs::spellings(word)).collect();
    let [words, spelled] = [words, spelled].map(|words| crate::grounding::array_literal(&words));
    let arguments = [role, words, but.unwrap_or(0).to_string(), spelled];
    let arguments = arguments.each_ref().map(|argument| Some(argument.as_str()));
    match query::owner_rows(TABLE, include_str!("near.sql"), &arguments) {
        Ok(rows) => Ok(rows.into_iter().filter_map(Pair::read).collect()),
        // Before the extension is updated there is no such table; only a cancel or a shutdown ends a question.
        Err(error) if !error.sqlstate().starts_with("57") => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

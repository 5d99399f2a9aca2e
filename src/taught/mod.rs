//! What users have taught: verified pairs of a question and its SQL, in `nl2sql.verified`.
//!
//! The table's owner reads and writes it, for the role that asks: a role gets its own pairs, and those whose audience it belongs
//! to. Whoever asks this room says whether a statement may run; a pair whose SQL may not is treated as if it were not there.

#![forbid(unsafe_code)]

pub mod feedback;
mod nearest;
mod recall;
mod renames;
mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CStr;

use crate::error::Error;
use crate::grounding::array_literal;
use crate::pg::host::empty_tables::is_empty;
use crate::pg::running::query::{self, Row};
use pairs::{Constants, Day, Pattern, Question};
use schema::ResultShape;

pub use nearest::nearest;
pub use recall::{Known, Verified, answer, recall};
pub use store::{Forgotten, Key, Lesson, Sharing, check_lengths, keep, remove, sharing};

/// In bytes; the table has the same limits.
pub const MAX_QUESTION: usize = 2_000;
pub const MAX_SQL: usize = 20_000;
pub const MAX_NOTE: usize = 2_000;
/// The most pairs of one role.
pub const MAX_PAIRS: usize = 10_000;

/// So many pairs are read at a time where all are: 4 MB of SQL at most.
const MOST_AT_A_TIME: usize = 200;

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
    /// When it was taught, in microseconds since 1970.
    pub taught_at: i64,
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
            taught_at: next()?.parse().ok()?,
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

    /// Whether it asks the same as a question, which it would answer by itself.
    fn gives_away(&self, question: &Question<'_>, today: Day) -> bool {
        !self.pattern.fits(question, today, &|_| false).is_empty()
    }

    /// Whether a question is the taught one word by word, its values and times among them, whatever these mean today.
    fn is_asked_by(&self, question: &Question<'_>) -> bool {
        said(&self.question) == words_of(question)
    }

    /// Whether its SQL still gives the columns that it gave.
    pub fn has_shape(&self, shape: &ResultShape) -> bool {
        columns_of(shape) == self.columns
    }
}

/// The words of a taught question that carry meaning, its values among them.
fn said(question: &str) -> Vec<String> {
    Question::new(question).as_ref().map(words_of).unwrap_or_default()
}

fn words_of(question: &Question<'_>) -> Vec<String> {
    question.tokens().into_iter().map(|token| token.text).collect()
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

impl Listed {
    fn read(mut row: Row) -> Option<Self> {
        let at = row.pop()??;
        let audience = row.pop()?;
        Some(Self { pair: Pair::read(row)?, audience, at })
    }
}

/// The caller's pairs and those shared with them, as far as what they read is theirs to read, in the order in which they were
/// taught; with `about`, those whose question holds it. A pair whose teacher is gone has none.
pub fn listed(about: Option<&str>) -> Result<Vec<Listed>, Error> {
    const SQL: &str = concat!(include_str!("pairs_whole.sql"), include_str!("pairs.sql"));
    let role = query::current_role().to_u32().to_string();
    let rows = query::owner_rows(TABLE, SQL, &[Some(&role), about])?;
    Ok(rows.into_iter().filter_map(Listed::read).collect())
}

/// The same one after the other until one fails, few in memory at a time: ten thousand pairs may have 200 MB.
pub fn each_listed(about: Option<&str>, mut each: impl FnMut(Listed) -> Result<(), Error>) -> Result<(), Error> {
    const NUMBERS: &str = concat!(include_str!("pairs_numbers.sql"), include_str!("pairs.sql"));
    const SQL: &str =
        concat!(include_str!("pairs_whole.sql"), include_str!("pairs_of_numbers.sql"), include_str!("pairs.sql"));
    let role = query::current_role().to_u32().to_string();
    let numbers = query::owner_rows(TABLE, NUMBERS, &[Some(&role), about])?;
    let numbers: Vec<String> = numbers.into_iter().flatten().flatten().collect();
    for some in numbers.chunks(MOST_AT_A_TIME) {
        let rows = query::owner_rows(TABLE, SQL, &[Some(&role), about, Some(&array_literal(some))])?;
        rows.into_iter().filter_map(Listed::read).try_for_each(&mut each)?;
    }
    Ok(())
}

/// The pairs whose question says all of some words, in any form; more than 50 are not all. `measured` as for [`nearest`], with the
/// question that is asked.
pub fn saying(words: &str, asked: &Question<'_>, today: Day, measured: Option<i64>) -> Result<Vec<Pair>, Error> {
    if is_empty(TABLE) {
        return Ok(Vec::new());
    }
    let role = query::current_role().to_u32().to_string();
    let but = measured.unwrap_or(0).to_string();
    let rows = query::owner_rows(TABLE, include_str!("saying.sql"), &[Some(&role), Some(words), Some(&but)]);
    let mut pairs = pairs_of(rows)?;
    if measured.is_some() {
        pairs.retain(|pair| !pair.gives_away(asked, today));
    }
    Ok(pairs)
}

/// The pairs that may ask the same as a question, the nearest first; not the one with the number `but`.
pub fn alike(question: &Question<'_>, but: Option<i64>) -> Result<Vec<Pair>, Error> {
    let words = words_in(std::slice::from_ref(question));
    found(
        concat!(include_str!("found_by_shape.sql"), include_str!("nearest.sql")),
        &words,
        but,
        &[&pairs::shapes(&words)],
    )
}

/// The pairs nearest to a question in several wordings, the nearest first, likewise.
fn near(wordings: &[Question<'_>], but: Option<i64>) -> Result<Vec<Pair>, Error> {
    let words = words_in(wordings);
    let by = |words_of_pairs: &[String]| {
        found(
            concat!(include_str!("found_by_words.sql"), include_str!("nearest.sql")),
            &words,
            but,
            &[words_of_pairs, &pairs::shapes(&words)],
        )
    };
    let pairs = by(&words)?;
    if !pairs.is_empty() {
        return Ok(pairs);
    }
    by(&words.iter().flat_map(|word| pairs::spellings(word)).collect::<Vec<_>>())
}

/// The words of a question, each once.
fn words_in(wordings: &[Question<'_>]) -> Vec<String> {
    let mut words: Vec<String> = wordings.iter().flat_map(words_of).collect();
    words.sort();
    words.dedup();
    words
}

/// The pairs that a query finds for a question of these words by what they are kept under.
fn found(sql: &'static str, words: &[String], but: Option<i64>, by: &[&[String]]) -> Result<Vec<Pair>, Error> {
    if is_empty(TABLE) {
        return Ok(Vec::new());
    }
    let mut arguments = vec![
        query::current_role().to_u32().to_string(),
        crate::grounding::array_literal(words),
        but.unwrap_or(0).to_string(),
    ];
    arguments.extend(by.iter().map(|words| crate::grounding::array_literal(words)));
    let arguments: Vec<Option<&str>> = arguments.iter().map(|argument| Some(argument.as_str())).collect();
    pairs_of(query::owner_rows(TABLE, sql, &arguments))
}

fn pairs_of(rows: Result<Vec<Row>, Error>) -> Result<Vec<Pair>, Error> {
    match rows {
        Ok(rows) => Ok(rows.into_iter().filter_map(Pair::read).collect()),
        // Before the extension is updated there is no such table; only a cancel or a shutdown ends a question.
        Err(error) if !error.sqlstate().starts_with("57") => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

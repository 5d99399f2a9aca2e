//! Teaching: SQL that the teacher may run becomes a verified pair.

use super::known_to_asker::{KnownToAsker, judge};
use crate::error::Error;
use crate::grounding::{self, Extent};
use crate::pg::host::report;
use crate::settings::Settings;
use crate::taught::{self, Kept, Lesson, Sharing};

/// What somebody teaches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Teaching<'a> {
    pub question: Option<&'a str>,
    pub sql: Option<&'a str>,
    pub note: Option<&'a str>,
    /// A role's name, or `public`; nothing where the pair is for the teacher alone.
    pub audience: Option<&'a str>,
}

/// Keeps a pair, and gives its number.
pub fn teach(teaching: &Teaching<'_>, settings: &Settings) -> Result<i64, Error> {
    let question = teaching.question.map(str::trim).filter(|text| !text.is_empty()).ok_or(Error::EmptyQuestion)?;
    let sql = teaching.sql.map(statement).filter(|text| !text.is_empty()).ok_or(Error::EmptyStatement)?;
    taught::check_lengths(question, sql, teaching.note)?;
    let sharing = taught::sharing(teaching.audience, &settings.teachers)?;
    let judged = judge(sql, settings)?;
    if let Some(kept) = taught_before(question, sql, &sharing, settings)? {
        return Ok(told(&kept));
    }
    let kept = taught::keep(&Lesson { question, sql, note: teaching.note, sharing: &sharing, judged: &judged })?;
    Ok(told(&kept))
}

/// The number of a pair, with a word where it is not a new one.
fn told(kept: &Kept) -> i64 {
    if kept.by_another {
        report::notice(&format!("pair {} answers this question already", kept.id));
    }
    kept.id
}

/// A pair that answers the question already, as this SQL does. One that answers it otherwise is an error: of the caller's own, or
/// of others if the new one is for others too.
fn taught_before(question: &str, sql: &str, sharing: &Sharing, settings: &Settings) -> Result<Option<Kept>, Error> {
    let context = grounding::link(question, &settings.scope(), Extent::of(settings.prompt.budget), false)?;
    let known = KnownToAsker { context: &context, settings };
    let Some(before) = taught::recall(question, &context.snapshot.today, &known)? else { return Ok(None) };
    if before.sql == sql {
        // The same question in the same words is taught anew, with another note or audience.
        let is_same = before.question == question || !before.is_own;
        return Ok((!is_same).then_some(Kept { id: before.id, by_another: true }));
    }
    if before.is_own || sharing.audience.is_some() {
        return Err(Error::TaughtOtherwise { id: before.id, question: before.question, sql: before.sql });
    }
    Ok(None)
}

/// Forgets a pair.
pub fn unteach(id: i64, settings: &Settings) -> Result<(), Error> {
    taught::remove(id, &taught::sharing(None, &settings.teachers)?)
}

/// Without the semicolon at its end, which is no part of a query.
fn statement(sql: &str) -> &str {
    sql.trim().trim_end_matches(';').trim_end()
}

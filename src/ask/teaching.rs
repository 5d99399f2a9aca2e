//! Teaching: SQL that the teacher may run becomes a verified pair.

use super::known_to_asker::judge;
use super::{help, recalled};
use crate::error::Error;
use crate::glossary::{self, Undefined};
use crate::grounding::{self, Extent};
use crate::ledger::{Asked, recorded};
use crate::pg::host::{report, session};
use crate::settings::Settings;
use crate::taught::{self, Forgotten, Key, Lesson};
use schema::sanitize::one_line_marked;

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
    let lesson = Lesson { question, sql, note: teaching.note, sharing: &sharing, judged: &judged };
    for key in [Key::Question, Key::WithValues] {
        // Looked for anew, as somebody may have taught it in the meantime.
        if let Some(id) = taught_before(&lesson, settings)? {
            report::notice(&format!("pair {id} answers this question already, and stays as it is"));
            return Ok(id);
        }
        if let Some(id) = taught::keep(&lesson, key)? {
            return Ok(id);
        }
    }
    Err(Error::CatalogsChanged)
}

/// The number of a pair that answers the question already, as this SQL does. One that answers it otherwise is an error: of the
/// caller's own, or of others if the new one is for others too.
fn taught_before(lesson: &Lesson<'_>, settings: &Settings) -> Result<Option<i64>, Error> {
    let Lesson { question, sql, .. } = *lesson;
    let context = grounding::link(question, &settings.scope(), Extent::of(settings.prompt.budget), false)?;
    let terms = glossary::said(question, &|sql| help::is_approved(sql, settings))?;
    let Some(before) = recalled::recall(question, &context, &terms, settings)? else { return Ok(None) };
    if before.sql == sql {
        // The same question in the same words is taught anew, with another note or audience.
        let is_same = before.question == question || !before.is_own;
        return Ok((!is_same).then_some(before.id));
    }
    if before.is_own || lesson.sharing.audience.is_some() {
        return Err(Error::TaughtOtherwise { id: before.id, question: before.question, sql: before.sql });
    }
    Ok(None)
}

/// Forgets a pair.
pub fn unteach(id: i64, settings: &Settings) -> Result<(), Error> {
    let Forgotten { question, sql, by } = taught::remove(id, &taught::sharing(None, &settings.teachers)?)?;
    let asked = Asked { function: "nl2sql.unteach", question: Some(&question), thread: None };
    told((&format!("pair {id}"), "taught"), by.as_deref(), asked, Some(&sql), settings)
}

/// Forgets a term.
pub fn undefine(term: Option<&str>, settings: &Settings) -> Result<(), Error> {
    for Undefined { term, meaning, by } in glossary::undefine(term, settings)? {
        let (what, definition) = (format!("term \"{}\"", one_line_marked(&term)), format!("{term}: {meaning}"));
        let asked = Asked { function: "nl2sql.undefine", question: Some(&definition), thread: None };
        told((&what, "defined"), by.as_deref(), asked, None, settings)?;
    }
    Ok(())
}

/// Where what is forgotten was somebody else's, the caller is told, and the log and the history keep who did it.
fn told(
    (what, was): (&str, &str),
    by: Option<&str>,
    asked: Asked<'_>,
    sql: Option<&str>,
    settings: &Settings,
) -> Result<(), Error> {
    let by = match by {
        None => return Ok(()),
        Some("") => "a role that is gone".to_owned(),
        Some(by) => format!("role \"{by}\""),
    };
    report::notice(&format!("{what} was {was} by {by}"));
    report::log(&format!("nl2sql {what}, {was} by {by}, was forgotten by role \"{}\"", session::role_name()));
    recorded(asked, settings, |entry| {
        if let Some(sql) = sql {
            entry.drafted(sql);
            entry.written_by("verified");
        }
        Ok(())
    })
}

/// Without the semicolon at its end, which is no part of a query.
fn statement(sql: &str) -> &str {
    sql.trim().trim_end_matches(';').trim_end()
}

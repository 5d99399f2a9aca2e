//! Which pairs no longer hold, and what askers say of answers.

use super::help;
use super::judging_time::{self, JudgingTime};
use super::known_to_asker::{KnownToAsker, judge, redefined};
use super::teaching::{self, Teaching};
use crate::error::Error;
use crate::glossary;
use crate::grounding::{self, Context, Extent};
use crate::pg::host::interrupts;
use crate::settings::Settings;
use crate::taught::feedback::{self, Feedback};
use crate::taught::{self, Known, Listed, Pair};
use pairs::{Day, Question};

/// Something that a teacher should look at.
#[derive(Debug)]
pub struct Finding {
    /// `broken`, `changed`, `renamed`, `contradicted`, `redefined`, `orphaned`, `term` or `feedback`.
    pub kind: &'static str,
    /// The number of the pair, or of the feedback; a term has none.
    pub id: Option<i64>,
    /// Or the term.
    pub question: String,
    pub sql: Option<String>,
    /// What is said of it: by the teacher of a pair, or by who gave the feedback. A pair that is made of that keeps it.
    pub note: Option<String>,
    pub problem: String,
    pub by: String,
    /// As the session prints it.
    pub at: String,
}

/// What is wrong with the caller's pairs, those shared with them, and for teachers what askers say.
pub fn review(settings: &Settings) -> Result<Vec<Finding>, Error> {
    let context = grounding::link("", &settings.scope(), Extent::of(settings.prompt.budget), false)?;
    let known = KnownToAsker { context: &context, settings, terms: &[] };
    let mut findings = Vec::new();
    for listed in taught::listed(None)? {
        interrupts::serve();
        if let Some((kind, problem, sql)) = problem(&listed.pair, &context, &known, settings)? {
            let Listed { pair, at, .. } = listed;
            let Pair { id, question, note, by, .. } = pair;
            findings.push(Finding { kind, id: Some(id), question, sql: Some(sql), note, problem, by, at });
        }
    }
    for listed in glossary::listed()? {
        interrupts::serve();
        findings.extend(unused_term(listed, settings)?);
    }
    if taught::sharing(None, &settings.teachers)?.may_share {
        let mut time = JudgingTime::default();
        let each = Settings { bounds: judging_time::of_one(settings.bounds), ..settings.clone() };
        for said in feedback::all()? {
            interrupts::serve();
            findings.push(finding(said, &mut time, &each)?);
        }
    }
    Ok(findings)
}

type Problem = (&'static str, String, String);

/// What is wrong with a pair, with its SQL. One of somebody else that the caller may not run is none of theirs.
fn problem(pair: &Pair, context: &Context, known: &dyn Known, settings: &Settings) -> Result<Option<Problem>, Error> {
    let sql = pair.sql.clone();
    if pair.by.is_empty() {
        return Ok(Some(("orphaned", "its teacher is gone: nobody is answered by it".to_owned(), sql)));
    }
    let judged = match known.judge(&pair.sql)? {
        Ok(judged) => judged,
        Err(error) if error.sqlstate() == "42501" && !pair.is_own => return Ok(None),
        Err(error) => {
            if let Some((renamed, changes)) = pair.renamed(known)? {
                let names: Vec<String> = changes.iter().map(|(old, new)| format!("{old} is {new} now")).collect();
                return Ok(Some(("renamed", names.join(", "), renamed.sql)));
            }
            return Ok(Some(("broken", error.to_string(), sql)));
        }
    };
    if !pair.has_shape(&judged.shape) {
        let problem = format!("it gives ({}), and gave ({})", judged.shape, pair.columns().join(", "));
        return Ok(Some(("changed", problem, sql)));
    }
    let (Some(question), Some(today)) = (Question::new(&pair.question), Day::parse(&context.snapshot.today)) else {
        return Ok(None);
    };
    for other in taught::alike(&question, Some(pair.id))? {
        if let Some(verified) = taught::answer(&other, &question, today, known)?
            && verified.sql != pair.sql
        {
            let problem = format!("pair {} of {} answers it otherwise: {}", other.id, other.by, verified.sql);
            return Ok(Some(("contradicted", problem, sql)));
        }
    }
    let terms = glossary::said(&pair.question, &|sql| help::is_approved(sql, settings))?;
    let redefined = redefined(pair, &terms, settings)?;
    Ok(redefined.map(|term| {
        let problem =
            format!("\"{}\" was defined after it was taught: it answers the very same question alone", term.text);
        ("redefined", problem, sql)
    }))
}

/// A term that is not used: its definer is gone, or the caller may no longer run its SQL. Where that is for want of a privilege, one
/// of somebody else is none of theirs.
fn unused_term(listed: glossary::Listed, settings: &Settings) -> Result<Option<Finding>, Error> {
    let glossary::Listed { term, by, at, .. } = listed;
    let refused = term.probe().and_then(|probe| judge(&probe, settings).err());
    let is_private = |error: &Error| error.sqlstate() == "42501" && !term.is_own;
    let (kind, problem) = match refused {
        Some(error) if error.ends_the_question() => return Err(error),
        Some(error) if is_private(&error) => return Ok(None),
        _ if by.is_empty() => ("orphaned", "its definer is gone: it is not used in questions".to_owned()),
        Some(error) => ("term", term.named_in(&error.to_string())),
        None => return Ok(None),
    };
    let (note, sql) = (Some(term.meaning), term.expression);
    Ok(Some(Finding { kind, id: None, question: term.text, sql, note, problem, by, at }))
}

fn finding(said: Feedback, time: &mut JudgingTime, settings: &Settings) -> Result<Finding, Error> {
    let Feedback { id, question, correct, sql, note, by, at } = said;
    let mut problem = if correct { "said to be right" } else { "said to be wrong" }.to_owned();
    match sql.as_deref().map(|sql| time.spend(&by, || judge(sql, settings))) {
        Some(Some(Err(Error::QueryTimedOut { milliseconds }))) => {
            problem.push_str(&format!("; its SQL was not judged within {milliseconds} ms"));
        }
        Some(Some(Err(error))) if error.ends_the_question() => return Err(error),
        Some(Some(Err(error))) => problem.push_str(&format!("; its SQL is refused: {error}")),
        Some(None) => problem.push_str("; its SQL was not judged, as judging others took too long"),
        None | Some(Some(Ok(_))) => {}
    }
    Ok(Finding {
        kind: "feedback",
        id: Some(id),
        question,
        sql,
        note: note.filter(|note| !note.is_empty()),
        problem,
        by,
        at,
    })
}

/// Makes a pair of what an asker said; `sql` and `note` in place of theirs where they are given.
pub fn accept(id: i64, teaching: &Teaching<'_>, settings: &Settings) -> Result<i64, Error> {
    let said = for_teacher(id, settings)?;
    let sql = teaching.sql.or(said.sql.as_deref()).ok_or(Error::FeedbackWithoutSql(id))?;
    let note = teaching.note.or(said.note.as_deref());
    let (question, sql) = (Some(said.question.as_str()), Some(sql));
    let pair = teaching::teach(&Teaching { question, sql, note, audience: teaching.audience }, settings)?;
    feedback::remove(id)?;
    Ok(pair)
}

/// Forgets what an asker said.
pub fn dismiss(id: i64, settings: &Settings) -> Result<(), Error> {
    for_teacher(id, settings)?;
    feedback::remove(id)
}

fn for_teacher(id: i64, settings: &Settings) -> Result<Feedback, Error> {
    if !taught::sharing(None, &settings.teachers)?.may_share {
        return Err(Error::MayNotReadFeedback);
    }
    feedback::one(id)
}

//! Everything that an application needs of a question, in one document. Its shape is docs/chat.schema.json.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::value::RawValue;

use super::answered::{Source, Stages};
use super::answering::{Gathered, gather};
use super::language::Language;
use super::question::{Question, thread_name};
use super::{help, small_talk};
use crate::error::Error;
use crate::ledger::recorded;
use crate::settings::Settings;

/// So many questions are proposed at once.
const MOST_SUGGESTIONS: usize = 3;
/// And so many to somebody who asks what there is.
const MOST_EXAMPLES: usize = 5;

/// The reply to a message.
#[derive(Debug, Serialize)]
pub struct Document {
    kind: Kind,
    message: String,
    reading: Option<String>,
    notes: Vec<String>,
    sql: Option<String>,
    verified: Option<Verified>,
    columns: Vec<Column>,
    rows: Vec<Box<RawValue>>,
    truncated: bool,
    chart: Option<serde_json::Value>,
    suggestions: Vec<String>,
    thread: Option<String>,
    /// The number of the question in the background, as text: numbers of this size are not exact in every language.
    job: Option<String>,
    model: Option<String>,
    usage: Usage,
    milliseconds: Milliseconds,
    error: Option<Failure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Answer,
    /// A question back.
    Clarify,
    /// It is not answered, and another wording would not change that.
    Refuse,
    /// It waits for a model in the background.
    Wait,
    Error,
}

#[derive(Debug, Serialize)]
struct Verified {
    by: String,
    on: String,
}

#[derive(Debug, Serialize)]
struct Column {
    name: String,
    #[serde(rename = "type")]
    type_name: String,
}

/// The calls of models and their tokens, as far as providers count them.
#[derive(Debug, Default, Serialize)]
struct Usage {
    calls: usize,
    tokens_in: Option<u64>,
    tokens_cached: Option<u64>,
    tokens_out: Option<u64>,
}

#[derive(Debug, Default, Serialize)]
struct Milliseconds {
    catalog: f64,
    linking: f64,
    model: f64,
    guard: f64,
    run: f64,
    total: f64,
}

#[derive(Debug, Serialize)]
struct Failure {
    sqlstate: String,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
}

/// A document has rows of so much json, and a chart of as much: it becomes jsonb in one go, which takes 200 MB for a megabyte of
/// the smallest values.
const MOST_BYTES: usize = 1 << 20;

/// Leaves a question to a background process and gives its number, unless it is answered without a model outside the server.
pub type Leave<'l> = &'l dyn Fn(&Question) -> Result<Option<i64>, Error>;

/// What is said where a question was left so.
const WAITS: &str = "The question waits for a model.";

/// The reply to a message, as json; `leave`: where whoever asks does not wait for models. What a user can do nothing about is an
/// error: a cancel, a lost connection, a fault of ours.
pub fn chat(
    message: Option<&str>,
    thread: Option<&str>,
    settings: &Settings,
    leave: Option<Leave<'_>>,
) -> Result<String, Error> {
    let started = Instant::now();
    let mut document = match reply(message, thread, settings, leave) {
        Ok(document) => document,
        Err(error) if error.ends_the_question() => return Err(error),
        Err(error) => failed(&error, message.unwrap_or_default()),
    };
    document.thread = thread.and_then(|thread| thread_name(thread).ok());
    document.milliseconds.total = milliseconds(started.elapsed());
    serde_json::to_string(&document).map_err(|error| Error::internal(error.to_string()))
}

fn reply(
    message: Option<&str>,
    thread: Option<&str>,
    settings: &Settings,
    leave: Option<Leave<'_>>,
) -> Result<Document, Error> {
    let question = Question::new("nl_chat", message, thread)?;
    if let Some((talk, language)) = small_talk::said(&question.text) {
        let wanted = if talk == small_talk::SmallTalk::Thanks { 0 } else { MOST_EXAMPLES };
        let suggestions = if wanted == 0 { Vec::new() } else { help::examples(wanted, settings)? };
        let message = small_talk::reply(talk, language, !suggestions.is_empty());
        return Ok(Document { message, suggestions, ..Document::of(Kind::Answer) });
    }
    if let Some(job) = leave.map(|leave| leave(&question)).transpose()?.flatten() {
        return Ok(Document { message: WAITS.to_owned(), job: Some(job.to_string()), ..Document::of(Kind::Wait) });
    }
    let (mut stages, mut usage) = (Stages::default(), Usage::default());
    let answered = recorded(question.asked(), settings, |entry| {
        let told = gather(&question, settings, entry).and_then(|mut gathered| {
            let text = gathered.told(&question, settings, entry)?;
            Ok((gathered, text))
        });
        (stages, usage) = (entry.stages, Usage::of(entry.usage()));
        told
    });
    let mut document = match answered {
        Ok((gathered, text)) => of_answer(&question, gathered, text, settings)?,
        Err(error) if error.ends_the_question() => return Err(error),
        Err(error) => failed(&error, &question.text),
    };
    document.usage = usage;
    document.milliseconds = Milliseconds::of(&stages);
    Ok(document)
}

fn of_answer(question: &Question, gathered: Gathered, text: String, settings: &Settings) -> Result<Document, Error> {
    let (all, mut room) = (gathered.json.len(), MOST_BYTES);
    let shown = gathered.json.iter().map_while(|row| {
        room = room.checked_sub(row.len())?;
        Some(RawValue::from_string(row.clone()))
    });
    let rows = shown.collect::<Result<Vec<_>, _>>().map_err(|error| Error::internal(error.to_string()))?;
    let chart = charts::recommend(&question.text, &gathered.table);
    let chart = chart.is_drawing().then(|| chart.to_vega_lite()).filter(|chart| chart.to_string().len() <= MOST_BYTES);
    let suggestions = help::next_questions(&question.text, &gathered.outline, MOST_SUGGESTIONS, settings)?;
    let answered = gathered.answered;
    let (verified, model) = match answered.source {
        Source::Verified { by, on } => (Some(Verified { by, on }), None),
        Source::Builtin => (None, Some("builtin".to_owned())),
        Source::DraftCache { model: name } | Source::Model(name) => (None, Some(name)),
    };
    let column = |column: schema::ResultColumn| Column { name: column.name, type_name: column.type_name };
    Ok(Document {
        message: text,
        reading: answered.reading,
        notes: answered.notes,
        sql: Some(answered.sql),
        verified,
        columns: answered.columns.0.into_iter().map(column).collect(),
        truncated: rows.len() < all || gathered.outcome.reached.is_some(),
        rows,
        chart,
        suggestions,
        model,
        ..Document::of(Kind::Answer)
    })
}

/// What a failure is to whoever asked: a question back, a refusal or an error.
fn failed(error: &Error, asked: &str) -> Document {
    let (detail, hint) = (error.detail(), error.hint());
    let (kind, message) = match error.cause() {
        Error::Clarify { question, .. } => (Kind::Clarify, question.clone()),
        Error::Undecided { readings, .. } => (Kind::Clarify, Language::of(asked).which_is_meant(readings)),
        Error::Declined { reason, .. } => (Kind::Refuse, reason.clone()),
        Error::Silent { .. } => {
            let why = Language::of(asked).why_not_understood().map(str::to_owned);
            (Kind::Clarify, why.unwrap_or_else(|| in_full(error, detail.as_deref())))
        }
        Error::Writes(_) | Error::Refused { .. } | Error::Hidden(_) => (Kind::Refuse, in_full(error, None)),
        _ if error.sqlstate() == "42501" => (Kind::Refuse, in_full(error, None)),
        _ => (Kind::Error, in_full(error, None)),
    };
    let failure = Failure { sqlstate: error.sqlstate().to_owned(), message: error.to_string(), detail, hint };
    let suggestions = match error.cause() {
        Error::Silent { suggestions, .. } => suggestions.iter().map(|one| one.question.clone()).collect(),
        _ => Vec::new(),
    };
    let sql = match error {
        Error::Draft { sql, .. } => Some(sql.clone()),
        _ => None,
    };
    Document { message, suggestions, sql, error: Some(failure), ..Document::of(kind) }
}

/// The message as a sentence, with what follows it.
fn in_full(error: &Error, more: Option<&str>) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let more = more.map(|more| format!(" {}", more.replace('\n', " "))).unwrap_or_default();
    format!("{first}{}.{more}", letters.as_str())
}

impl Document {
    /// An empty one.
    fn of(kind: Kind) -> Self {
        Self {
            kind,
            message: String::new(),
            reading: None,
            notes: Vec::new(),
            sql: None,
            verified: None,
            columns: Vec::new(),
            rows: Vec::new(),
            truncated: false,
            chart: None,
            suggestions: Vec::new(),
            thread: None,
            job: None,
            model: None,
            usage: Usage::default(),
            milliseconds: Milliseconds::default(),
            error: None,
        }
    }
}

impl Usage {
    fn of((calls, tokens): (usize, wire::Usage)) -> Self {
        Self { calls, tokens_in: tokens.input, tokens_cached: tokens.cached_input, tokens_out: tokens.output }
    }
}

impl Milliseconds {
    fn of(stages: &Stages) -> Self {
        Self {
            catalog: milliseconds(stages.catalog),
            linking: milliseconds(stages.linking),
            model: milliseconds(stages.model),
            guard: milliseconds(stages.guard),
            run: milliseconds(stages.run),
            total: 0.0,
        }
    }
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e4).round() / 10.0
}

//! The whole product on one screen: from a question to approved SQL or rows, each room one step.
//!
//! ```text
//! question ─► grounding ─► prompt ─► model ─► guard ─► execution ─► answer
//!                                     ▲        │ refused or failed
//!                                     └ repair ┘ at most nl2sql.max_attempts drafts
//! ```
//!
//! [`attempt`] decides what comes next, [`waiting`] carries it out, and [`answered`] is what came of it.

#![forbid(unsafe_code)]

pub mod answered;
pub mod answering;
pub mod attempt;
mod ballot;
pub mod chatting;
pub mod deadline;
mod drafting;
pub mod evaluating;
pub mod exchange;
mod follow_ups;
pub mod help;
pub mod in_background;
mod judging_time;
mod known;
mod known_to_asker;
mod language;
mod learned_words;
pub mod notes;
mod question;
mod recalled;
pub mod reviewing;
mod small_talk;
pub mod teaching;
mod waiting;

use std::time::Instant;

use crate::error::Error;
use crate::execution;
use crate::grounding;
use crate::guard;
use crate::ledger::{Asked, Entry, recorded};
use crate::model::Chain;
use crate::pg::host::{interrupts, invalidation};
use crate::pg::rows::receiver::{Outcome, Sink};
use crate::pg::running::cursor;
use crate::pg::running::sandbox::{Sandbox, sandboxed};
use crate::prompt::{self, Chosen};
use crate::settings::Settings;
use answered::{Answered, Stages};
use charts::ResultSet;
use deadline::Deadline;
pub use question::{Question, thread_name};
use schema::ResultShape;
use waiting::{Stood, wait_for_answer};

/// Rows for a question, in `sink`.
pub fn rows(question: &Question, settings: &Settings, sink: &mut impl Sink) -> Result<(Answered, Outcome), Error> {
    let (answered, outcome) = recorded(question.asked(), settings, |entry| {
        let found = wait_for_answer(question, settings, entry, |sandbox, sql, stages| {
            let approved = approve(sandbox, sql, question, settings, stages)?;
            let (columns, started) = (approved.shape.clone(), Instant::now());
            let value = execution::run(approved, sink, settings.row_limits())?;
            stages.run += started.elapsed();
            Ok(Stood { columns, value })
        })?;
        entry.ran(found.1.rows, found.1.bytes);
        Ok(found)
    })?;
    notes::tell(&question.text, &answered.notes);
    Ok((answered, outcome))
}

/// SQL for a question and the columns of its result. Nothing is run.
pub fn sql(question: &Question, settings: &Settings) -> Result<Answered, Error> {
    let judge = |sandbox: &Sandbox<'_>, sql: &str, stages: &mut Stages| {
        Ok(Stood { columns: approve(sandbox, sql, question, settings, stages)?.shape, value: () })
    };
    recorded(question.asked(), settings, |entry| Ok(wait_for_answer(question, settings, entry, judge)?.0))
}

/// The name of a cursor over the answer.
pub fn open(question: &Question, cursor: Option<&str>, settings: &Settings) -> Result<String, Error> {
    let judge = |sandbox: &Sandbox<'_>, sql: &str, stages: &mut Stages| {
        let generation = invalidation::generation();
        let approved = approve(sandbox, sql, question, settings, stages)?;
        let columns = approved.shape.clone();
        Ok(Stood { columns, value: execution::detach(approved, generation)? })
    };
    let (answered, mut plan) =
        recorded(question.asked(), settings, |entry| wait_for_answer(question, settings, entry, judge))?;
    notes::tell(&question.text, &answered.notes);
    for _ in 0..MAX_JUDGINGS {
        match cursor::open(&plan, cursor)? {
            Some(name) => return Ok(name),
            None => {
                let again = |sandbox: &Sandbox<'_>| judge(sandbox, &answered.sql, &mut Stages::default());
                plan = sandboxed(settings.bounds, again)?.value;
            }
        }
    }
    Err(Error::CatalogsChanged)
}

/// The answer as a Vega-Lite specification, its rows inside.
pub fn chart(question: &Question, settings: &Settings) -> Result<serde_json::Value, Error> {
    Ok(charts::recommend(&question.text, &table(question, settings)?).to_vega_lite())
}

/// The same chart as lines of text.
pub fn plot(question: &Question, settings: &Settings) -> Result<Vec<String>, Error> {
    Ok(charts::recommend(&question.text, &table(question, settings)?).to_terminal_lines())
}

/// The answer with its columns, in our own memory.
fn table(question: &Question, settings: &Settings) -> Result<ResultSet, Error> {
    let gathered = recorded(question.asked(), settings, |entry| answering::gather(question, settings, entry))?;
    notes::tell(&question.text, &gathered.answered.notes);
    Ok(gathered.table)
}

/// The rows of a statement that somebody else wrote, in `sink`. No model is asked.
pub fn run(
    function: &'static str,
    sql: &str,
    wanted: Option<&ResultShape>,
    settings: &Settings,
    sink: &mut impl Sink,
) -> Result<Outcome, Error> {
    recorded(Asked { function, question: None, thread: None }, settings, |entry| {
        entry.written_by("caller");
        run_statement(sql, wanted, settings, entry, sink)
    })
}

/// The rows of a statement that is there already, judged and run as that of a question is.
pub fn run_statement(
    sql: &str,
    wanted: Option<&ResultShape>,
    settings: &Settings,
    entry: &mut Entry,
    sink: &mut impl Sink,
) -> Result<Outcome, Error> {
    entry.drafted(sql);
    let outcome = sandboxed(settings.bounds, |sandbox| {
        let started = Instant::now();
        let approved = guard::approve(sandbox, sql, wanted, settings);
        entry.stages.guard += started.elapsed();
        let (approved, started) = (approved?, Instant::now());
        let outcome = execution::run(approved, sink, settings.row_limits());
        entry.stages.run += started.elapsed();
        outcome
    })?;
    entry.ran(outcome.rows, outcome.bytes);
    Ok(outcome)
}

/// A statement in plain words. It is judged, and nothing is run.
pub fn explain(sql: &str, settings: &Settings) -> Result<String, Error> {
    recorded(Asked { function: "nl_explain", question: None, thread: None }, settings, |entry| {
        entry.drafted(sql);
        let chain = Chain::open(&settings.models, settings.model_timeout)?;
        let outline =
            sandboxed(settings.bounds, |sandbox| Ok(guard::approve(sandbox, sql, None, settings)?.outline()))?;
        let description = prose::describe(&outline);
        if chain.begins_with_builtin() {
            entry.written_by("builtin");
            return Ok(description);
        }
        let context = grounding::about(sql, &settings.scope(), &outline.relations)?;
        let prompt = prompt::explain(&context, &description, &settings.prompt, &mut interrupts::check)?;
        chain.explain(&prompt, &description, Deadline::of(settings).end, entry)
    })
}

/// What the prompt for a question shows of each relation, and why, nearest first.
pub fn schema(question: &Question, settings: &Settings) -> Result<Vec<Chosen>, Error> {
    known::chosen(question, settings)
}

/// What a model would be told about a question.
pub fn prompt(question: &Question, settings: &Settings) -> Result<String, Error> {
    Ok(known::first_prompt(question, settings)?.as_text())
}

fn approve<'s>(
    sandbox: &'s Sandbox<'_>,
    sql: &str,
    question: &Question,
    settings: &Settings,
    stages: &mut Stages,
) -> Result<guard::Approved<'s>, Error> {
    let started = Instant::now();
    let approved = guard::approve(sandbox, sql, question.wanted.as_ref(), settings);
    stages.guard += started.elapsed();
    approved
}

/// A plan is judged anew at most this often when tables change before a cursor has locked them.
const MAX_JUDGINGS: usize = 5;

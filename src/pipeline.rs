//! The whole product on one screen: from a question to approved SQL or rows, each room one step.
//!
//! ```text
//! question ─► catalog ─► linking ─► prompt ─► model ─► guard ─► execution ─► answer
//!                                     ▲                 │ refused or failed
//!                                     └──── repair ─────┘ at most nl2sql.max_attempts drafts
//! ```

#![forbid(unsafe_code)]

use crate::draft_cache;
use crate::error::Error;
use crate::execution;
use crate::grounding::{self, Context};
use crate::guard;
use crate::model::{BUILTIN, Chain};
use crate::pg::host::invalidation;
use crate::pg::rows::receiver::{Outcome, Sink};
use crate::pg::rows::shape::Shape;
use crate::pg::rows::sinks::Collected;
use crate::pg::running::cursor;
use crate::pg::running::sandbox::{Sandbox, sandboxed};
use crate::prompt;
use crate::settings::{Settings, Share};
use charts::{Column, Kind, Table};

/// Rows for a question, in `sink`.
pub fn answer(question: &Question, settings: &Settings, sink: &mut impl Sink) -> Result<Outcome, Error> {
    settle(question, settings, |sandbox, sql| {
        let approved = guard::approve(sandbox, sql, question.wanted.as_ref(), settings)?;
        execution::run(approved, sink, settings)
    })
    .map(|(_, outcome)| outcome)
}

/// SQL for a question, exactly the text that was judged, and the columns of its result. Nothing is run.
pub fn sql(question: &Question, settings: &Settings) -> Result<(String, Shape), Error> {
    settle(question, settings, |sandbox, sql| Ok(guard::approve(sandbox, sql, None, settings)?.shape))
}

/// The name of a cursor over the answer.
pub fn open(question: &Question, cursor: Option<&str>, settings: &Settings) -> Result<String, Error> {
    let judge = |sandbox: &Sandbox<'_>, sql: &str| {
        let generation = invalidation::generation();
        execution::detach(guard::approve(sandbox, sql, None, settings)?, generation)
    };
    let (sql, mut plan) = settle(question, settings, judge)?;
    for _ in 0..MAX_JUDGINGS {
        match cursor::open(&plan, cursor)? {
            Some(name) => return Ok(name),
            None => plan = sandboxed(settings.bounds, |sandbox| judge(sandbox, &sql))?,
        }
    }
    Err(Error::CatalogsChanged)
}

/// The answer as a Vega-Lite specification, its rows inside.
pub fn chart(question: &Question, settings: &Settings) -> Result<serde_json::Value, Error> {
    Ok(charts::chart(&question.text, &table(question, settings)?))
}

/// The same chart as lines of text.
pub fn plot(question: &Question, settings: &Settings) -> Result<Vec<String>, Error> {
    Ok(charts::plot(&question.text, &table(question, settings)?))
}

/// The answer with its columns, in our own memory.
fn table(question: &Question, settings: &Settings) -> Result<Table, Error> {
    let mut rows = Collected::default();
    let outcome = answer(question, settings, &mut rows)?;
    let columns = rows.shape.0.iter();
    let columns = columns.map(|of| Column { name: of.name.clone(), kind: Kind::of(&of.type_name, of.category) });
    let remark = execution::remark(&outcome, settings);
    let mut table = Table { columns: columns.collect(), rows: Vec::with_capacity(rows.rows.len()), remark };
    for row in &rows.rows {
        table.push(row).map_err(|error| Error::internal(format!("a row is no json: {error}")))?;
    }
    Ok(table)
}

/// A statement in plain words. It is judged, and nothing is run.
pub fn explain(sql: &str, settings: &Settings) -> Result<String, Error> {
    let mut models = Chain::open(settings)?;
    let outline = sandboxed(settings.bounds, |sandbox| Ok(guard::approve(sandbox, sql, None, settings)?.outline()))?;
    let description = prose::describe(&outline);
    if models.begins_with_builtin() {
        return Ok(description);
    }
    let context = grounding::narrow(sql, &*grounding::snapshot(settings, false)?, &outline.relations);
    models.explain(&prompt::explain(&context, &description, settings), &description)
}

/// What a model would be told about a question.
pub fn prompt(question: &Question, settings: &Settings) -> Result<String, Error> {
    let context = understand(question, settings, settings.share == Share::Samples)?;
    Ok(prompt::write(&context, question.wanted.as_ref(), settings).as_text())
}

/// What is known of a question before anybody writes SQL. `share`: with values, for a model outside this server.
fn understand(question: &Question, settings: &Settings, share: bool) -> Result<Context, Error> {
    let with_values = share || settings.models.iter().any(|name| name == BUILTIN);
    let context = grounding::link(&question.text, grounding::snapshot(settings, with_values)?);
    let shared = share.then(|| grounding::values::matches(&context)).transpose()?;
    Ok(Context { shared, ..context })
}

/// Has drafts made until one stands: judged by `try_out`, repaired where that may help.
fn settle<T>(
    question: &Question,
    settings: &Settings,
    mut try_out: impl FnMut(&Sandbox<'_>, &str) -> Result<T, Error>,
) -> Result<(String, T), Error> {
    let mut models = Chain::open(settings)?;
    let share = settings.share == Share::Samples && settings.models.iter().any(|name| name != BUILTIN);
    let context = understand(question, settings, share)?;
    let mut prompt = prompt::write(&context, question.wanted.as_ref(), settings);
    let key = draft_cache::key(&prompt, settings);
    if let Some(sql) = draft_cache::recall(&key, settings)? {
        match sandboxed(settings.bounds, |sandbox| try_out(sandbox, &sql)) {
            Err(error) if error.is_repairable() => {}
            result => return Ok((sql, result?)),
        }
    }
    let mut attempt = 1;
    loop {
        let draft = models.draft(&context, &prompt)?;
        match sandboxed(settings.bounds, |sandbox| try_out(sandbox, &draft.sql)) {
            Ok(result) => {
                if draft.can_repair {
                    draft_cache::remember(&key, &draft.sql, settings)?;
                }
                return Ok((draft.sql, result));
            }
            Err(error) if draft.can_repair && error.is_repairable() && attempt < settings.max_attempts => {
                prompt::repair(&mut prompt, &context.snapshot, &draft.sql, &error);
                attempt += 1;
            }
            Err(error) if !draft.can_repair && error.is_repairable() && models.next() => {}
            Err(cause) => {
                let of = if draft.can_repair { settings.max_attempts } else { attempt };
                return Err(Error::Draft { cause: Box::new(cause), sql: draft.sql, attempt, of });
            }
        }
    }
}

/// So often a plan is judged anew when tables change before a cursor has locked them.
const MAX_JUDGINGS: usize = 5;

/// A question that is worth asking.
pub struct Question {
    text: String,
    /// The columns its answer should have.
    wanted: Option<Shape>,
}

impl Question {
    /// Refuses what can't be answered before anything is looked up.
    pub fn new(text: Option<&str>, thread: Option<&str>) -> Result<Self, Error> {
        let text = text.unwrap_or_default().trim();
        if text.is_empty() {
            return Err(Error::EmptyQuestion);
        }
        if thread.is_some() {
            return Err(Error::ThreadGiven);
        }
        Ok(Self { text: text.to_owned(), wanted: None })
    }

    /// The same, asked for these columns.
    pub fn wanting(self, wanted: Shape) -> Self {
        Self { wanted: Some(wanted), ..self }
    }
}

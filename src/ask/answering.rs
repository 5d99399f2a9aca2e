//! Answers in words: the rows of a question, told in sentences.

use super::answered::{Answered, ModelCall, Source, Stages};
use super::deadline::Deadline;
use super::help::is_approved;
use super::question::Question;
use super::waiting::{Stood, wait_for_answer};
use super::{approve, notes};
use crate::error::Error;
use crate::execution;
use crate::ledger::{Entry, recorded};
use crate::model::{self, Chain};
use crate::pg::host::moment;
use crate::pg::rows::receiver::Outcome;
use crate::pg::rows::sinks::Collected;
use crate::pg::running::sandbox::Sandbox;
use crate::prompt::{self, Narrated};
use crate::settings::{Settings, Share};
use charts::ResultSet;
use prose::answer::{Answer, narrate, speaks_of};
use prose::claims;
use prose::outline::Outline;
use schema::quote_ident;
use std::time::Instant;

/// The answer to a question with all that is known of it, in our own memory.
pub struct Gathered {
    pub answered: Answered,
    pub outcome: Outcome,
    pub outline: Outline,
    pub table: ResultSet,
    /// The rows as json arrays.
    pub json: Vec<String>,
    pub deadline: Deadline,
}

/// Answers a question, and keeps its rows.
pub fn gather(question: &Question, settings: &Settings, entry: &mut Entry) -> Result<Gathered, Error> {
    let (mut rows, deadline) = (Collected::default(), Deadline::of(settings));
    let (answered, (mut outline, outcome)) =
        wait_for_answer(question, settings, entry, |sandbox: &Sandbox<'_>, sql: &str, stages: &mut Stages| {
            let approved = approve(sandbox, sql, question, settings, stages)?;
            let (columns, outline, started) = (approved.shape.clone(), approved.outline(), Instant::now());
            let outcome = execution::run(approved, &mut rows, settings.kept_limits())?;
            stages.run += started.elapsed();
            Ok(Stood { columns, value: (outline, outcome) })
        })?;
    entry.ran(outcome.rows, outcome.bytes);
    leave_readable_columns(&mut outline, settings)?;
    let note = execution::remark(&outcome, settings.kept_limits());
    let mut table = ResultSet { columns: answered.columns.clone(), rows: Vec::with_capacity(rows.rows.len()), note };
    for row in &rows.rows {
        table.push_json(row).map_err(|error| Error::internal(format!("a row is no json: {error}")))?;
    }
    Ok(Gathered { answered, outcome, outline, table, json: rows.rows, deadline })
}

/// Leaves of the columns that the statement does not name those that an answer may speak of: what the asker may not read, or what
/// is hidden, does not exist for them.
fn leave_readable_columns(outline: &mut Outline, settings: &Settings) -> Result<(), Error> {
    for entry in &mut outline.entries {
        let Some((schema, name)) = &entry.relation else { continue };
        let relation = format!("{}.{}", quote_ident(schema), quote_ident(name));
        let mut left = Vec::new();
        for column in entry.columns.drain(..).filter(|column| speaks_of(column)) {
            if is_approved(&format!("SELECT {} FROM {relation}", quote_ident(&column)), settings)? {
                left.push(column);
            }
        }
        entry.columns = left;
    }
    Ok(())
}

/// The answer in one to four sentences.
pub fn answer(question: &Question, settings: &Settings) -> Result<String, Error> {
    let (notes, text) = recorded(question.asked(), settings, |entry| {
        let mut gathered = gather(question, settings, entry)?;
        let text = gathered.told(question, settings, entry)?;
        Ok((gathered.answered.notes, text))
    })?;
    notes::tell(&question.text, &notes);
    Ok(text)
}

/// A model is told at most so many rows; an answer with more is told by rules.
const MOST_ROWS: usize = 100;
/// A model may tell an answer so often until every number in it is true.
const MOST_TELLINGS: u32 = 2;
/// A longer text, in characters, is no answer in a few sentences.
const MOST_TEXT: usize = 1200;

impl Gathered {
    /// The answer in words: those of the model that wrote the statement, where it may be told rows and every number in
    /// its text is true; else those of the rules.
    pub fn told(&mut self, question: &Question, settings: &Settings, entry: &mut Entry) -> Result<String, Error> {
        let narrated = self.narrated(question, settings)?;
        let rows = self.table.rows.len();
        if settings.share != Share::Results || rows == 0 || rows > MOST_ROWS || self.outcome.reached.is_some() {
            return Ok(narrated);
        }
        let chain = Chain::open(&settings.models, settings.model_timeout)?;
        let model = match &self.answered.source {
            Source::Model(name) => Some(name.clone()),
            Source::Verified { .. } | Source::DraftCache { .. } => chain.first_remote().map(str::to_owned),
            Source::Builtin => None,
        };
        let Some(model) = model else { return Ok(narrated) };
        let (reading, columns) = (self.answered.reading.as_deref(), &self.table.columns);
        let told = Narrated { question: &question.text, reading, columns, rows: &self.json, summary: &narrated };
        let Some(mut prompt) = prompt::narrate(&told, &settings.prompt) else { return Ok(narrated) };
        for _ in 0..MOST_TELLINGS {
            if entry.allow().is_err() {
                return Ok(narrated);
            }
            let started = Instant::now();
            entry.calling(&model, 1, model::sent(&prompt), chain.price_of(&model));
            let (text, usage) = chain.narrate(&model, &prompt, self.deadline.end);
            let (failure, took) = (text.as_ref().err().map(|error| error.sqlstate().to_owned()), started.elapsed());
            entry.called(&model, took, &usage, chain.price_of(&model), failure.as_deref());
            entry.release();
            entry.stages.model += took;
            self.answered.calls.push(ModelCall { model: model.clone(), took, usage, failure });
            let text = match text {
                Ok(text) if text.chars().count() <= MOST_TEXT => text,
                // The answer is known, whatever became of the model that should tell it.
                _ => return Ok(narrated),
            };
            let said = [question.text.as_str(), narrated.as_str()];
            let source = claims::Source { columns: &self.table.columns, rows: &self.table.rows, said: &said };
            match claims::check(&text, &source) {
                Ok(()) => return Ok(text),
                Err(untrue) => prompt::add_untrue(&mut prompt, &text, &untrue.number, untrue.why),
            }
        }
        Ok(narrated)
    }

    /// The answer in sentences that follow from the statement and its rows alone.
    fn narrated(&self, question: &Question, settings: &Settings) -> Result<String, Error> {
        let ends = notes::ends_of(&self.outline, settings)?;
        let means = notes::means_of(&self.outline, settings)?;
        Ok(narrate(&Answer {
            question: &question.text,
            ends: &ends,
            means: &means,
            outline: &self.outline,
            reading: self.answered.reading.as_deref(),
            columns: &self.table.columns,
            rows: &self.table.rows,
            is_cut: self.outcome.reached.is_some(),
            notes: &self.answered.notes,
            today: &moment::today(),
        }))
    }
}

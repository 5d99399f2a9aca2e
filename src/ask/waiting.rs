//! Drives one [`Attempt`] in the backend that asks, which waits for its model.

use std::time::Instant;

use super::answered::{Answered, Source, Stages};
use super::attempt::{Attempt, Event, Step};
use super::deadline::Deadline;
use super::known::Known;
use super::question::Question;
use super::{drafting, notes};
use crate::draft_cache::{self, Kept};
use crate::error::Error;
use crate::ledger::Entry;
use crate::model::{Chain, Draft, builtin};
use crate::pg::host::report;
use crate::pg::running::sandbox::{Sandbox, sandboxed};
use crate::prompt::Shown;
use crate::settings::Settings;
use crate::taught::Verified;
use schema::ResultShape;
use schema::sanitize::one_line;
use wire::Prompt;

/// What a statement that stood gave: its columns, and what the caller wanted made of it.
pub struct Stood<T> {
    pub columns: ResultShape,
    pub value: T,
}

/// Has drafts written until one stands. `judge` gets each inside a sandbox of its own, and notes how long its stages took.
pub fn wait_for_answer<T>(
    question: &Question,
    settings: &Settings,
    entry: &mut Entry,
    mut judge: impl FnMut(&Sandbox<'_>, &str, &mut Stages) -> Result<Stood<T>, Error>,
) -> Result<(Answered, T), Error> {
    let deadline = Deadline::of(settings);
    let chain = Chain::open(&settings.models, settings.model_timeout)?;
    let mut attempt = Attempt::new(chain.writers(), settings.max_attempts, settings.candidates);
    let known = Known::of(question, &chain, settings, &mut entry.stages)?;
    let mut writing = Writing { question, settings, known, key: None, shown: None, meaning: None };
    let (mut event, mut value) = (Event::Started, None);
    loop {
        let step = attempt.next(event);
        match &step {
            Step::Judge(sql) => entry.drafted(sql),
            Step::Choose(sql) => entry.chosen(sql),
            _ => {}
        }
        event = match step {
            Step::FindVerified => Event::Verified(writing.find_verified(entry)?),
            Step::Read => Event::Drafted(writing.read_builtin(entry)),
            Step::WritePrompt => Event::PromptWritten(writing.write_prompt(entry)?),
            Step::Recall(prompt) => Event::Recalled(writing.recall(&prompt)?),
            Step::Ask { .. } if deadline.is_over() => return Err(deadline.passed()),
            Step::Ask { model, prompt, drafts } => {
                Event::Proposed(drafting::ask(&chain, model, &prompt, drafts, deadline.end, entry))
            }
            Step::Detail(relations) => Event::Detailed(writing.look_at(&relations)?),
            Step::Try(sql) => {
                let result = drafting::try_draft(&sql, question, settings, deadline, entry);
                Event::Tried { sql, result }
            }
            Step::Judge(sql) | Step::Choose(sql) => {
                match sandboxed(deadline.bounds(settings.bounds), |sandbox| judge(sandbox, &sql, &mut entry.stages)) {
                    Ok(stood) => {
                        value = Some(stood.value);
                        Event::Stood(stood.columns)
                    }
                    Err(error) => Event::Refused { help: writing.help(&sql, &error)?, error },
                }
            }
            Step::Done(answered) => {
                let answered = writing.keep(*answered, entry)?;
                let value = value.ok_or_else(|| Error::internal("an answer stood that nobody judged"))?;
                return Ok((answered, value));
            }
            Step::Failed(error) => return Err(writing.with_suggestions(deadline.told(error, settings.bounds))?),
        };
    }
}

/// A question whose SQL is being written, with what one step leaves for a later one.
struct Writing<'a> {
    question: &'a Question,
    settings: &'a Settings,
    known: Known,
    /// What drafts for the prompt are kept by.
    key: Option<draft_cache::Key>,
    /// The relations that the prompt shows in full.
    shown: Option<Shown>,
    /// How the builtin model read the question.
    meaning: Option<builtin::Meant>,
}

impl Writing<'_> {
    fn find_verified(&self, entry: &mut Entry) -> Result<Option<Verified>, Error> {
        let started = Instant::now();
        let verified = self.known.verified(self.question, self.settings)?;
        entry.stages.catalog += started.elapsed();
        Ok(verified)
    }

    fn read_builtin(&mut self, entry: &mut Entry) -> Result<Draft, Error> {
        let started = Instant::now();
        let read = self.known.read_builtin(self.question, self.settings);
        let read =
            read.and_then(|read| Ok((notes::with_data_ends(read.draft, &read.ends, self.settings)?, read.meant)));
        entry.stages.model += started.elapsed();
        let (draft, meaning) = read?;
        self.meaning = Some(meaning);
        Ok(draft)
    }

    fn write_prompt(&mut self, entry: &mut Entry) -> Result<Prompt, Error> {
        let (prompt, shown) = self.known.prompt(self.question, self.settings, &mut entry.stages)?;
        self.shown = Some(shown);
        Ok(prompt)
    }

    /// The draft kept for a prompt.
    fn recall(&mut self, prompt: &Prompt) -> Result<Option<Kept>, Error> {
        let Settings { models, candidates, cache_ttl_s, .. } = self.settings;
        self.key = draft_cache::key(prompt, &self.question.text, models, *candidates, *cache_ttl_s)?;
        match self.key.as_ref().map(draft_cache::recall).transpose()?.flatten() {
            None if self.question.wanted.is_some() => self.known.recall_with_any_columns(self.question, self.settings),
            recalled => Ok(recalled),
        }
    }

    fn look_at(&mut self, relations: &[String]) -> Result<String, Error> {
        self.known.looked_at(relations, self.settings, &mut self.shown)
    }

    fn help(&mut self, sql: &str, error: &Error) -> Result<String, Error> {
        self.known.help(sql, error, self.settings, &mut self.shown)
    }

    /// Keeps what was answered: the draft for those who ask the same, the turn for its thread.
    fn keep(&mut self, answered: Answered, entry: &mut Entry) -> Result<Answered, Error> {
        let answered = Answered { stages: entry.stages, ..answered };
        entry.written_by(answered.source.kind());
        if let (Source::Model(model), Some(key)) = (&answered.source, &self.key) {
            draft_cache::remember(key, &answered.sql, model)?;
        }
        let meaning = self.meaning.take().filter(|_| answered.source == Source::Builtin);
        if let Some(meaning) = meaning.as_ref().filter(|meaning| meaning.refers) {
            report::notice(&format!("read as: {}", one_line(&meaning.text)));
        }
        self.known.remember(self.question, &answered, meaning.map(|meaning| meaning.text), self.settings)?;
        report::debug(&answered.to_string());
        Ok(answered)
    }

    fn with_suggestions(&self, error: Error) -> Result<Error, Error> {
        self.known.with_suggestions(error, self.settings)
    }
}

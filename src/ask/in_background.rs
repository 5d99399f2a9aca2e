//! Questions whose models are asked by a background process: the second driver of an [`Attempt`].
//!
//! [`begin`] goes, in the session of whoever asks, as far as it gets without a model outside the server. From there
//! [`Waiting::go_on`] carries a question on with each reply, in the stead of the asker. No statement is run on the way: each is
//! judged, and whoever fetches the answer has it judged anew. Stored values are looked up in the session alone.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::answered::{Answered, Source};
use super::approve;
use super::attempt::{Attempt, Event, Step};
use super::deadline::Deadline;
use super::known::Known;
use super::notes;
use super::question::Question;
use crate::draft_cache::{self, Key};
use crate::error::{Error, Told};
use crate::ledger::{Call, Entry};
use crate::limits::Bounds;
use crate::model::{Chain, Draft, Proposal, Replied};
use crate::pg::running::sandbox::{Sandbox, limit_waiting, sandboxed};
use crate::prompt::Shown;
use crate::settings::Settings;
use schema::ResultShape;
use wire::{Prompt, Usage};

/// A model is asked for one draft at a time, as several are held against each other by running them.
const DRAFTS: u32 = 1;

/// Nobody's locks hold judging up for longer; the draft is judged again later.
const LONGEST_WAIT: &std::ffi::CStr = c"20ms";

/// A question that waits for a model, as json between two replies.
#[derive(Debug, Serialize, Deserialize)]
pub struct Waiting {
    attempt: Attempt,
    /// What models were shown in full.
    shown: Option<Shown>,
    /// Models may be told of the data.
    samples: bool,
    /// How the builtin model reads the question, where it stands behind one that is outside the server.
    builtin: Option<Result<Draft, Told>>,
    /// What the question means by itself, where that is known.
    meaning: Option<String>,
    /// What the builtin model takes it to mean.
    builtin_meaning: Option<String>,
    /// The place of the model that is to be asked.
    asks: usize,
    /// The draft that is to be judged again.
    judging: Option<String>,
    /// Judging it took too much memory once, which may have been another's.
    #[serde(default)]
    was_short: bool,
    /// The calls of models so far.
    #[serde(default)]
    pub calls: Vec<Call>,
}

/// How far a question has come.
#[derive(Debug, PartialEq)]
pub enum Way {
    /// The model that [`Waiting::model`] names is to be asked.
    Ask,
    /// A table of the draft is locked: [`Waiting::judge_again`] after a while.
    Later,
    Answered(Box<Answer>),
}

/// A statement that stands.
#[derive(Debug, PartialEq)]
pub struct Answer {
    pub answered: Answered,
    /// What the question means by itself, where that is known.
    pub meaning: Option<String>,
}

/// A question that was begun, and what its draft is kept under.
pub struct Begun {
    pub waiting: Waiting,
    pub way: Way,
    pub key: Option<Key>,
}

/// A reply that was of use, as json.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reply {
    pub proposal: Proposal,
    pub usage: Usage,
    pub took: Duration,
}

/// Where a question is carried on: in its session, with all that is known there, or elsewhere.
enum Place<'p> {
    Session(&'p Known, &'p mut Option<Key>),
    Elsewhere,
}

/// Begins a question in the session of whoever asks.
pub fn begin(question: &Question, settings: &Settings, entry: &mut Entry) -> Result<Begun, Error> {
    let deadline = Deadline::of(settings);
    let chain = Chain::open(&settings.models, settings.model_timeout)?;
    let known = Known::of(question, &chain, settings, &mut entry.stages)?;
    let mut waiting = Waiting {
        attempt: Attempt::new(chain.writers(), settings.max_attempts, DRAFTS),
        shown: None,
        samples: known.samples(),
        builtin: None,
        meaning: known.is_first().then(|| question.text.clone()),
        builtin_meaning: None,
        asks: 0,
        judging: None,
        was_short: false,
        calls: Vec::new(),
    };
    let mut key = None;
    let step = waiting.attempt.next(Event::Started);
    let place = &mut Place::Session(&known, &mut key);
    let way = waiting.carry_on(step, question, settings, deadline.bounds(settings.bounds), entry, place)?;
    if way == Way::Ask && waiting.attempt.reads_after(waiting.asks) {
        waiting.builtin = Some(waiting.read_ahead(&known, question, settings)?);
    }
    Ok(Begun { waiting, way, key })
}

impl Waiting {
    /// The name of the model that is to be asked.
    pub fn model(&self) -> &str {
        self.attempt.model(self.asks)
    }

    /// How many models may still have to be asked.
    pub fn models_left(&self) -> u32 {
        self.attempt.left(self.asks)
    }

    /// Drafts that were judged.
    pub fn attempts(&self) -> u32 {
        self.attempt.attempts()
    }

    /// What the model is to be asked, where nothing came of it yet.
    pub fn prompt(&self) -> Option<Arc<Prompt>> {
        self.attempt.prompt()
    }

    /// Carries the question on with what came of a call, in the stead of the asker. `most`: for a draft.
    pub fn go_on(
        &mut self,
        replied: Replied,
        question: &Question,
        settings: &Settings,
        most: Duration,
        entry: &mut Entry,
    ) -> Result<Way, Error> {
        entry.stages.model += replied.took;
        let step = self.attempt.next(Event::Proposed(vec![replied]));
        self.carry_on(step, question, settings, bounds_elsewhere(settings, most), entry, &mut Place::Elsewhere)
    }

    /// Judges the draft again that could not be judged.
    pub fn judge_again(
        &mut self,
        question: &Question,
        settings: &Settings,
        most: Duration,
        entry: &mut Entry,
    ) -> Result<Way, Error> {
        let sql = self.judging.take().ok_or_else(|| Error::internal("there is no draft to judge again"))?;
        let bounds = bounds_elsewhere(settings, most);
        self.carry_on(Step::Judge(sql), question, settings, bounds, entry, &mut Place::Elsewhere)
    }

    fn carry_on(
        &mut self,
        mut step: Step,
        question: &Question,
        settings: &Settings,
        bounds: Bounds,
        entry: &mut Entry,
        place: &mut Place<'_>,
    ) -> Result<Way, Error> {
        loop {
            let event = match step {
                Step::FindVerified => Event::Verified(match place {
                    Place::Session(known, _) => known.verified(question, settings)?,
                    Place::Elsewhere => None,
                }),
                Step::Read => Event::Drafted(match place {
                    Place::Session(known, _) => self.read(known, question, settings),
                    Place::Elsewhere => self.read_already(),
                }),
                Step::WritePrompt => {
                    let Place::Session(known, _) = place else { return Err(unexpected()) };
                    let (prompt, in_full) = known.prompt(question, settings, &mut entry.stages)?;
                    self.shown = Some(in_full);
                    Event::PromptWritten(prompt)
                }
                Step::Recall(prompt) => {
                    let Place::Session(_, key) = place else { return Err(unexpected()) };
                    let (models, ttl) = (&settings.models, settings.cache_ttl_s);
                    **key = draft_cache::key(&prompt, &question.text, models, DRAFTS, ttl)?;
                    Event::Recalled(key.as_ref().map(draft_cache::recall).transpose()?.flatten())
                }
                Step::Ask { model, .. } => {
                    self.asks = model;
                    return Ok(Way::Ask);
                }
                Step::Detail(relations) => {
                    let known = Known::of_names(question, self.samples, settings)?;
                    Event::Detailed(known.looked_at(&relations, settings, &mut self.shown)?)
                }
                Step::Try(_) | Step::Choose(_) => return Err(unexpected()),
                Step::Judge(sql) => match self.judge(&sql, question, settings, bounds, entry, place) {
                    Ok(columns) => Event::Stood(columns),
                    Err(error) if matches!(place, Place::Elsewhere) && self.is_for_later(&error) => {
                        self.judging = Some(sql);
                        return Ok(Way::Later);
                    }
                    Err(error) => Event::Refused { help: self.help(&sql, &error, question, settings, place)?, error },
                },
                Step::Done(answered) => return Ok(Way::Answered(Box::new(self.answer(*answered, question, entry)))),
                Step::Failed(error) => {
                    return Err(match place {
                        Place::Session(known, _) => known.with_suggestions(error, settings)?,
                        Place::Elsewhere => error,
                    });
                }
            };
            step = self.attempt.next(event);
        }
    }

    fn judge(
        &self,
        sql: &str,
        question: &Question,
        settings: &Settings,
        bounds: Bounds,
        entry: &mut Entry,
        place: &Place<'_>,
    ) -> Result<ResultShape, Error> {
        entry.drafted(sql);
        sandboxed(bounds, |sandbox: &Sandbox<'_>| {
            if matches!(place, Place::Elsewhere) {
                limit_waiting(LONGEST_WAIT);
            }
            Ok(approve(sandbox, sql, question, settings, &mut entry.stages)?.shape)
        })
    }

    /// Somebody holds a lock, or has cancelled what the process was doing, or memory was short for once: none is a verdict on the draft.
    fn is_for_later(&mut self, error: &Error) -> bool {
        match error {
            Error::Server(failure) => ["55P03", "57014", "40P01"].contains(&failure.sqlstate.as_str()),
            Error::MemoryExceeded { .. } => !std::mem::replace(&mut self.was_short, true),
            _ => false,
        }
    }

    fn help(
        &mut self,
        sql: &str,
        error: &Error,
        question: &Question,
        settings: &Settings,
        place: &Place<'_>,
    ) -> Result<String, Error> {
        if self.shown.is_none() || !error.is_repairable() {
            return Ok(String::new());
        }
        match place {
            Place::Session(known, _) => known.help(sql, error, settings, &mut self.shown),
            Place::Elsewhere => {
                Known::of_names(question, self.samples, settings)?.help(sql, error, settings, &mut self.shown)
            }
        }
    }

    fn answer(&mut self, answered: Answered, question: &Question, entry: &mut Entry) -> Answer {
        entry.written_by(answered.source.kind());
        let meaning = match &answered.source {
            Source::Builtin => self.builtin_meaning.take().or(self.meaning.take()),
            Source::Verified { .. } => Some(question.text.clone()),
            _ => self.meaning.take(),
        };
        Answer { answered: Answered { stages: entry.stages, ..answered }, meaning }
    }

    /// How the builtin model reads the question, in its session.
    fn read(&mut self, known: &Known, question: &Question, settings: &Settings) -> Result<Draft, Error> {
        let read = known.read_builtin(question, settings)?;
        self.builtin_meaning = Some(read.meant.text);
        notes::with_data_ends(read.draft, &read.ends, settings)
    }

    /// The same before it is its turn.
    fn read_ahead(
        &mut self,
        known: &Known,
        question: &Question,
        settings: &Settings,
    ) -> Result<Result<Draft, Told>, Error> {
        match self.read(known, question, settings) {
            Ok(draft) => Ok(Ok(draft)),
            Err(error) if error.ends_the_question() => Err(error),
            Err(error) => Ok(Err(Told::of(&known.with_suggestions(error, settings)?))),
        }
    }

    fn read_already(&self) -> Result<Draft, Error> {
        match self.builtin.clone() {
            Some(read) => read.map_err(|told| Error::Told(Box::new(told))),
            None => Err(unexpected()),
        }
    }
}

fn bounds_elsewhere(settings: &Settings, most: Duration) -> Bounds {
    let (given, most) = (settings.bounds.milliseconds, i32::try_from(most.as_millis()).unwrap_or(i32::MAX));
    let milliseconds = if given > 0 { given.min(most) } else { most };
    Bounds { milliseconds, ..settings.bounds }
}

fn unexpected() -> Error {
    Error::internal("a question in the background took a step that only its session can take")
}

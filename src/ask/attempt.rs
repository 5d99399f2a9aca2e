//! The way from a question to a statement that stands, as a state machine that owns what it knows and touches nothing.
//!
//! Whoever drives it carries out one [`Step`] after the other and reports what came of each as an [`Event`]: a backend
//! that waits for its model does so, and so can a process that has many questions in flight at once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::answered::{Answered, ModelCall, Source, Stages};
use super::ballot::{Ballot, Next, Tried};
use crate::draft_cache::Kept;
use crate::error::Error;
use crate::model::{BUILTIN, Draft, Proposal, Replied, Writer};
use crate::prompt;
use crate::taught::Verified;
use schema::ResultShape;
use wire::Prompt;

/// What has to be done next.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// Look for a verified pair that asks the same: [`Event::Verified`].
    FindVerified,
    /// Let the builtin model read the question: [`Event::Drafted`].
    Read,
    /// Write the prompt for models outside the server: [`Event::PromptWritten`].
    WritePrompt,
    /// Look for a draft kept for this prompt: [`Event::Recalled`].
    Recall(Arc<Prompt>),
    /// Ask the model with this place in the chain for so many drafts at once: [`Event::Proposed`].
    Ask {
        model: usize,
        prompt: Arc<Prompt>,
        drafts: u32,
    },
    /// Tell what the asker may know of the relations that a model wants to see: [`Event::Detailed`].
    Detail(Vec<String>),
    /// Let the guard judge the statement: [`Event::Stood`] or [`Event::Refused`].
    Judge(String),
    /// Let the guard judge one of several drafts, and run it for its rows to be held against those of others: [`Event::Tried`].
    Try(String),
    /// As [`Step::Judge`], for a draft that was tried.
    Choose(String),
    Done(Box<Answered>),
    Failed(Error),
}

/// What came of a step.
#[derive(Debug)]
pub enum Event {
    Started,
    /// The SQL of a verified pair with the question's values.
    Verified(Option<Verified>),
    PromptWritten(Prompt),
    Recalled(Option<Kept>),
    /// What the builtin model made of the question.
    Drafted(Result<Draft, Error>),
    /// What a model outside the server replied, once for each draft that it was asked for.
    Proposed(Vec<Replied>),
    /// What one of several drafts gave.
    Tried {
        sql: String,
        result: Result<Tried, Error>,
    },
    Detailed(String),
    Stood(ResultShape),
    /// `help`: what is known of the names in the draft, as whole lines.
    Refused {
        error: Error,
        help: String,
    },
}

/// A model may look at more of the schema so often for one question.
const MAX_LOOKS: u32 = 2;

/// So many relations are looked at at once.
const MOST_LOOKED_AT: usize = 20;

/// One question on its way through a chain of models. As json, it can be carried on by another process.
#[derive(Debug, Serialize, Deserialize)]
pub struct Attempt {
    chain: Vec<Writer>,
    /// Drafts that one remote model may make, one after the other.
    max_attempts: u32,
    /// Drafts that it is asked for at once, in place of its first.
    candidates: u32,
    /// The model of the chain that is asked now.
    current: usize,
    /// The conversation with remote models; made when the first of them is asked.
    #[serde(with = "as_json::prompt")]
    prompt: Option<Arc<Prompt>>,
    has_recalled: bool,
    /// The draft that is being judged, and who wrote it.
    judged: Option<(Draft, Source)>,
    /// The drafts that the current model made at once, until one of them stands: only where they can be run.
    #[serde(skip)]
    ballot: Option<Ballot>,
    /// Drafts judged so far.
    attempts: u32,
    /// Drafts of the current remote model among them.
    remote_attempts: u32,
    /// The relations that a model waits to see.
    wanted: Vec<String>,
    /// How often models have looked at more of the schema, which is no attempt.
    looks: u32,
    calls: Vec<ModelCall>,
    /// The failures of the models before the current one.
    earlier: Vec<String>,
    /// What one of them asked back.
    #[serde(with = "as_json::question_back")]
    question_back: Option<Error>,
}

impl Attempt {
    /// `chain` is not empty.
    pub fn new(chain: Vec<Writer>, max_attempts: u32, candidates: u32) -> Self {
        Self {
            chain,
            max_attempts,
            candidates,
            current: 0,
            prompt: None,
            has_recalled: false,
            judged: None,
            ballot: None,
            attempts: 0,
            remote_attempts: 0,
            wanted: Vec::new(),
            looks: 0,
            calls: Vec::new(),
            earlier: Vec::new(),
            question_back: None,
        }
    }

    /// How many drafts were judged.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The conversation with models outside the server, once it was begun.
    pub fn prompt(&self) -> Option<Arc<Prompt>> {
        self.prompt.clone()
    }

    /// The name of the model with this place in the chain.
    pub fn model(&self, place: usize) -> &str {
        match self.chain.get(place) {
            Some(Writer::Remote(name)) => name,
            _ => BUILTIN,
        }
    }

    /// How many models of the chain are left, the one with this place included.
    pub fn left(&self, place: usize) -> u32 {
        u32::try_from(self.chain.len().saturating_sub(place)).unwrap_or(u32::MAX).max(1)
    }

    /// Whether the builtin model stands behind this place.
    pub fn reads_after(&self, place: usize) -> bool {
        self.chain.iter().skip(place + 1).any(|writer| *writer == Writer::Builtin)
    }

    /// Takes in what came of the last step and says what is next. The first event is [`Event::Started`].
    pub fn next(&mut self, event: Event) -> Step {
        match event {
            Event::Started if self.chain.is_empty() => Step::Failed(Error::NoModel),
            Event::Started => Step::FindVerified,
            Event::Verified(None) => self.ask(),
            Event::Verified(Some(verified)) => {
                let draft = Draft { sql: verified.annotated(), reading: Some(verified.question), ..Draft::default() };
                self.judge(draft, Source::Verified { by: verified.by, on: verified.on })
            }
            Event::PromptWritten(prompt) => {
                self.prompt = Some(Arc::new(prompt));
                self.ask()
            }
            Event::Recalled(kept) => {
                self.has_recalled = true;
                match kept {
                    Some(Kept { sql, model }) => {
                        self.judge(Draft { sql, ..Draft::default() }, Source::DraftCache { model })
                    }
                    None => self.ask(),
                }
            }
            Event::Drafted(draft) => self.drafted(draft, Source::Builtin),
            Event::Proposed(replies) => self.proposed(replies),
            Event::Tried { sql, result } => self.tried(&sql, result),
            Event::Detailed(detail) => {
                let (asked, last) = (std::mem::take(&mut self.wanted), self.looks >= MAX_LOOKS);
                self.converse(|prompt| prompt::add_look(prompt, asked, &detail, last));
                self.ask()
            }
            Event::Stood(columns) => self.stood(columns),
            Event::Refused { error, help } => self.refused(error, &help),
        }
    }

    /// Asks the current model; a remote one only after the prompt was written and no kept draft stood.
    fn ask(&mut self) -> Step {
        match (self.chain.get(self.current), &self.prompt) {
            (None, _) => Step::Failed(Error::NoModel),
            (Some(Writer::Builtin), _) => Step::Read,
            (Some(Writer::Remote(_)), None) => Step::WritePrompt,
            (Some(Writer::Remote(_)), Some(prompt)) if !self.has_recalled => Step::Recall(Arc::clone(prompt)),
            (Some(Writer::Remote(_)), Some(prompt)) => {
                // What is wrong with a draft is mended in that draft.
                let drafts = if self.remote_attempts == 0 { self.candidates } else { 1 };
                Step::Ask { model: self.current, prompt: Arc::clone(prompt), drafts }
            }
        }
    }

    fn proposed(&mut self, replies: Vec<Replied>) -> Step {
        let Some(Writer::Remote(name)) = self.chain.get(self.current).cloned() else { return unexpected() };
        let (mut drafts, mut relations, mut said) = (Vec::new(), Vec::new(), Vec::new());
        for Replied { proposal, usage, took } in replies {
            let failure = proposal.as_ref().err().map(|error| error.sqlstate().to_owned());
            // What a quota or a breaker forbids is no call.
            if !matches!(proposal, Err(Error::OverQuota(_) | Error::QuotasUncounted(_) | Error::Resting { .. })) {
                self.calls.push(ModelCall { model: name.clone(), took, usage, failure });
            }
            match proposal {
                Ok(Proposal::Draft(draft)) => drafts.push(draft),
                Ok(Proposal::Look(names)) => relations.extend(names),
                Err(error) => said.push(error),
            }
        }
        match (drafts.len(), said.len()) {
            // Who has a draft need not look.
            (0, _) if !relations.is_empty() => self.look(relations),
            (1, 0) => self.drafted(drafts.pop().ok_or(Error::NoModel), Source::Model(name)),
            (0, 1) => self.drafted(Err(said.pop().unwrap_or(Error::NoModel)), Source::Model(name)),
            _ => {
                self.remote_attempts += u32::from(!drafts.is_empty());
                self.ballot = Some(Ballot::new(drafts, said));
                self.vote(name)
            }
        }
    }

    fn look(&mut self, mut relations: Vec<String>) -> Step {
        let mut met = std::collections::HashSet::new();
        relations.retain(|name| met.insert(name.clone()));
        relations.truncate(MOST_LOOKED_AT);
        self.looks += 1;
        self.wanted.clone_from(&relations);
        Step::Detail(relations)
    }

    fn drafted(&mut self, draft: Result<Draft, Error>, source: Source) -> Step {
        match draft {
            Ok(draft) => self.judge(draft, source),
            Err(error) if (error.is_for_next_model() || error.asks_back()) && self.has_next() => {
                let name = match &source {
                    Source::Model(name) => name.as_str(),
                    _ => BUILTIN,
                };
                self.earlier.push(Error::in_chain(name, &error));
                if let Some(question) = error.question_back() {
                    self.converse(|prompt| prompt::add_question_back(prompt, &question));
                    self.question_back = Some(error);
                }
                self.ask_next()
            }
            Err(error) => self.failed(error),
        }
    }

    fn judge(&mut self, draft: Draft, source: Source) -> Step {
        self.attempts += 1;
        self.remote_attempts += u32::from(matches!(source, Source::Model(_)));
        let sql = draft.sql.clone();
        self.judged = Some((draft, source));
        Step::Judge(sql)
    }

    fn stood(&mut self, columns: ResultShape) -> Step {
        let Some((Draft { sql, reading, notes }, source)) = self.judged.take() else { return unexpected() };
        let (attempts, calls) = (self.attempts, std::mem::take(&mut self.calls));
        let stages = Stages::default();
        Step::Done(Box::new(Answered { sql, source, reading, notes, columns, attempts, calls, stages }))
    }

    /// A kept draft that no longer stands is forgotten, the builtin model's goes to the next model, and a remote model's
    /// goes back to it with the reason.
    fn refused(&mut self, error: Error, help: &str) -> Step {
        let Some((Draft { sql, .. }, source)) = self.judged.take() else { return unexpected() };
        let can_help = error.is_repairable();
        if let (Some(ballot), Source::Model(name)) = (&mut self.ballot, &source)
            && !error.ends_the_question()
        {
            ballot.take(&sql, Err(error.clone()));
            // Others may stand; where none does, this one is mended like a single draft.
            if !matches!(ballot.next(), Next::Fallen(draft, _) if draft.sql == sql) {
                return self.vote(name.clone());
            }
            self.ballot = None;
        }
        match source {
            // A pair that the asker may not run, or that gives other columns than are wanted, is not there for them.
            Source::Verified { .. } if !error.is_of_a_run() && !error.ends_the_question() => self.ask(),
            Source::DraftCache { .. } if can_help => self.ask(),
            Source::DraftCache { .. } | Source::Verified { .. } => Step::Failed(error),
            Source::Builtin if can_help && self.has_next() => self.ask_next(),
            Source::Model(_) if can_help && self.remote_attempts < self.max_attempts => {
                self.converse(|prompt| prompt::repair(prompt, &sql, &error, help));
                self.ask()
            }
            // What was tried and why it did not stand is told to the next model.
            Source::Model(name) if can_help && self.has_next() => {
                self.earlier.push(Error::in_chain(&name, &error));
                self.converse(|prompt| prompt::repair(prompt, &sql, &error, help));
                self.ask_next()
            }
            Source::Builtin => self.failed(Error::Draft { cause: Box::new(error), sql, attempt: 1, of: 1 }),
            Source::Model(_) => {
                let (attempt, of) = (self.remote_attempts, self.max_attempts);
                self.failed(Error::Draft { cause: Box::new(error), sql, attempt, of })
            }
        }
    }

    /// No model answered. What one of them asked back says more than that the others did not know.
    fn failed(&mut self, error: Error) -> Step {
        let earlier = std::mem::take(&mut self.earlier);
        match self.question_back.take() {
            Some(question) if error.is_for_next_model() => Step::Failed(question),
            _ if earlier.is_empty() => Step::Failed(error),
            _ => Step::Failed(Error::ChainFailed { last: Box::new(error), earlier }),
        }
    }

    /// Carries the conversation with remote models on.
    fn converse(&mut self, add: impl FnOnce(&mut Prompt)) {
        if let Some(prompt) = &mut self.prompt {
            add(Arc::make_mut(prompt));
        }
    }

    /// Every model has attempts of its own.
    fn ask_next(&mut self) -> Step {
        self.current += 1;
        self.remote_attempts = 0;
        self.ballot = None;
        self.ask()
    }

    fn has_next(&self) -> bool {
        self.current + 1 < self.chain.len()
    }
}

/// A verdict without a draft, or a reply of nobody: the driver broke the order of events.
fn unexpected() -> Step {
    Step::Failed(Error::internal("a question took a turn that its state does not have"))
}

mod as_json;
mod several_drafts;
#[cfg(test)]
mod tests;

//! The way from a question to a statement that stands, as a state machine that owns what it knows and touches nothing.
//!
//! Whoever drives it carries out one [`Step`] after the other and reports what came of each as an [`Event`]: a backend
//! that waits for its model does so, and so can a process that has many questions in flight at once.

use std::sync::Arc;
use std::time::Duration;

use super::answered::{Answered, ModelCall, Source, Stages};
use crate::error::Error;
use crate::model::{BUILTIN, Draft, Proposal, Writer};
use crate::prompt;
use crate::taught::Verified;
use schema::ResultShape;
use wire::{Prompt, Usage};

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
    /// Ask the model with this place in the chain: [`Event::Proposed`].
    Ask {
        model: usize,
        prompt: Arc<Prompt>,
    },
    /// Tell what the asker may know of the relations that a model wants to see: [`Event::Detailed`].
    Detail(Vec<String>),
    /// Let the guard judge the statement: [`Event::Stood`] or [`Event::Refused`].
    Judge(String),
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
    Recalled(Option<String>),
    /// What the builtin model made of the question.
    Drafted(Result<Draft, Error>),
    /// What a model outside the server replied; `usage`: the tokens that it cost, also where it is of no use.
    Proposed {
        proposal: Result<Proposal, Error>,
        usage: Usage,
        took: Duration,
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

/// One question on its way through a chain of models.
#[derive(Debug)]
pub struct Attempt {
    chain: Vec<Writer>,
    /// Drafts that one remote model may make.
    max_attempts: u32,
    /// The model of the chain that is asked now.
    current: usize,
    /// The conversation with remote models; made when the first of them is asked.
    prompt: Option<Arc<Prompt>>,
    has_recalled: bool,
    /// The draft that is being judged, and who wrote it.
    judged: Option<(Draft, Source)>,
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
}

impl Attempt {
    /// `chain` is not empty.
    pub fn new(chain: Vec<Writer>, max_attempts: u32) -> Self {
        Self {
            chain,
            max_attempts,
            current: 0,
            prompt: None,
            has_recalled: false,
            judged: None,
            attempts: 0,
            remote_attempts: 0,
            wanted: Vec::new(),
            looks: 0,
            calls: Vec::new(),
            earlier: Vec::new(),
        }
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
            Event::Recalled(sql) => {
                self.has_recalled = true;
                match sql {
                    Some(sql) => self.judge(Draft { sql, ..Draft::default() }, Source::DraftCache),
                    None => self.ask(),
                }
            }
            Event::Drafted(draft) => self.drafted(draft, Source::Builtin),
            Event::Proposed { proposal, usage, took } => self.proposed(proposal, usage, took),
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
            (Some(Writer::Remote(_)), Some(prompt)) => Step::Ask { model: self.current, prompt: Arc::clone(prompt) },
        }
    }

    fn proposed(&mut self, proposal: Result<Proposal, Error>, usage: Usage, took: Duration) -> Step {
        let Some(Writer::Remote(name)) = self.chain.get(self.current).cloned() else { return unexpected() };
        let failure = proposal.as_ref().err().map(|error| error.sqlstate().to_owned());
        self.calls.push(ModelCall { model: name.clone(), took, usage, failure });
        match proposal {
            Ok(Proposal::Look(relations)) => {
                self.looks += 1;
                self.wanted.clone_from(&relations);
                Step::Detail(relations)
            }
            Ok(Proposal::Draft(draft)) => self.drafted(Ok(draft), Source::Model(name)),
            Err(error) => self.drafted(Err(error), Source::Model(name)),
        }
    }

    fn drafted(&mut self, draft: Result<Draft, Error>, source: Source) -> Step {
        match draft {
            Ok(draft) => self.judge(draft, source),
            Err(error) if error.is_for_next_model() && self.has_next() => {
                let name = match &source {
                    Source::Model(name) => name.as_str(),
                    _ => BUILTIN,
                };
                self.earlier.push(Error::in_chain(name, &error));
                self.ask_next()
            }
            Err(error) if self.earlier.is_empty() => Step::Failed(error),
            Err(error) => {
                let earlier = std::mem::take(&mut self.earlier);
                Step::Failed(Error::ChainFailed { last: Box::new(error), earlier })
            }
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
        match source {
            // A pair that the asker may not run, or that gives other columns than are wanted, is not there for them.
            Source::Verified { .. } if !error.is_of_a_run() && !error.ends_the_question() => self.ask(),
            Source::DraftCache if can_help => self.ask(),
            Source::DraftCache | Source::Verified { .. } => Step::Failed(error),
            Source::Builtin if can_help && self.has_next() => self.ask_next(),
            Source::Model(_) if can_help && self.remote_attempts < self.max_attempts => {
                self.converse(|prompt| prompt::repair(prompt, &sql, &error, help));
                self.ask()
            }
            Source::Builtin => Step::Failed(Error::Draft { cause: Box::new(error), sql, attempt: 1, of: 1 }),
            Source::Model(_) => {
                let (attempt, of) = (self.remote_attempts, self.max_attempts);
                Step::Failed(Error::Draft { cause: Box::new(error), sql, attempt, of })
            }
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

#[cfg(test)]
mod tests;

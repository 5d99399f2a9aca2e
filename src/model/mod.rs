//! Who writes the SQL: a chain of models, the first asked first, the rest its fallbacks.
//!
//! A model turns a question into a draft. It judges nothing and runs nothing.

#![forbid(unsafe_code)]

mod addresses;
pub mod breaker;
pub mod builtin;
mod health;
mod http;
mod options;
mod reading;
mod remote;
mod replies;

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use health::{Health, health};
pub use options::{Catalog, validate};
pub use remote::{Call, Called};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::ledger::Entry;
use crate::pg::host::{foreign, report};
use remote::Remote;
use wire::{Price, Prompt, Usage};

/// The name of the model that needs no server.
pub const BUILTIN: &str = "builtin";

/// A model of the chain, as far as the order of asking depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Writer {
    Builtin,
    /// The foreign server with this name.
    Remote(String),
}

/// SQL that a model proposes, not yet judged by anybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub sql: String,
    /// How the model read the question, where it says so.
    pub reading: Option<String>,
    /// What else whoever asks should know of the reading, one line each.
    pub notes: Vec<String>,
}

impl Draft {
    /// Adds a note, in a comment of the statement too, which begins with its reading.
    pub fn note(&mut self, note: String) {
        if !self.sql.contains(&note) {
            let at = self.sql.find('\n').map_or(0, |end| end + 1);
            self.sql.insert_str(at, &format!("-- note: {note}\n"));
        }
        self.notes.push(note);
    }
}

/// What a model outside the server proposes to do about a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proposal {
    Draft(Draft),
    /// To see the detail of these relations first, named as the model spells them.
    Look(Vec<String>),
}

/// What came of one call of a model outside the server.
#[derive(Debug, Clone, PartialEq)]
pub struct Replied {
    pub proposal: Result<Proposal, Error>,
    /// The tokens that it cost, also where the reply is of no use.
    pub usage: Usage,
    pub took: Duration,
}

impl Replied {
    /// Nobody was called, or nobody replied.
    pub fn failed(error: Error) -> Self {
        Self { proposal: Err(error), usage: Usage::default(), took: Duration::ZERO }
    }
}

/// The models of `nl2sql.model`, in their order.
pub struct Chain {
    models: Vec<Model>,
}

enum Model {
    Builtin,
    Remote(Box<Remote>),
}

impl Chain {
    /// Looks every model up, as the caller: a name that does not exist, or that the caller may not use, is an error
    /// before anything is sent, but for one that may not be used and is marked as optional, which is skipped. `timeout` is what
    /// one request may take.
    pub fn open(names: &[String], timeout: Duration) -> Result<Self, Error> {
        if names.len() > MOST_MODELS {
            return Err(Error::TooManyModels { named: names.len(), most: MOST_MODELS });
        }
        let open = |name: &String| -> Result<Model, Error> {
            if name == BUILTIN {
                return Ok(Model::Builtin);
            }
            Ok(Model::Remote(Box::new(Remote::open(plain_name(name), timeout)?)))
        };
        let (mut models, mut denied) = (Vec::with_capacity(names.len()), None);
        for name in names {
            match open(name) {
                Ok(model) => models.push(model),
                Err(Error::ModelDenied(skipped)) if is_optional(name) => {
                    tell_skipped(&skipped);
                    denied = Some(Error::ModelDenied(skipped));
                }
                Err(error) => return Err(error),
            }
        }
        if models.is_empty() { Err(denied.unwrap_or(Error::NoModel)) } else { Ok(Self { models }) }
    }

    /// The chain as the order of asking sees it.
    pub fn writers(&self) -> Vec<Writer> {
        let writer = |model: &Model| match model {
            Model::Builtin => Writer::Builtin,
            Model::Remote(remote) => Writer::Remote(remote.name.clone()),
        };
        self.models.iter().map(writer).collect()
    }

    /// The name of the model with this place in the chain.
    pub fn name(&self, model: usize) -> &str {
        match self.models.get(model) {
            Some(Model::Remote(remote)) => &remote.name,
            _ => BUILTIN,
        }
    }

    /// What its tokens cost, where its server says so.
    pub fn price(&self, model: usize) -> Option<Price> {
        match self.models.get(model)? {
            Model::Remote(remote) => remote.price,
            Model::Builtin => None,
        }
    }

    /// The same of the model of this name.
    pub fn price_of(&self, name: &str) -> Option<Price> {
        (0..self.models.len()).find(|model| self.name(*model) == name).and_then(|model| self.price(model))
    }

    /// Whether the builtin model is among them.
    pub fn has_builtin(&self) -> bool {
        self.models.iter().any(|model| matches!(model, Model::Builtin))
    }

    /// Whether any of them is outside this server.
    pub fn has_remote(&self) -> bool {
        self.models.iter().any(|model| matches!(model, Model::Remote(_)))
    }

    /// The builtin model is asked first, so that no other one will be asked what it can always tell.
    pub fn begins_with_builtin(&self) -> bool {
        matches!(self.models.first(), Some(Model::Builtin))
    }

    /// When a model with this place in the chain has to be done, where all of them have until `end`: what time is left is shared
    /// by those that are left, so that a model that hangs leaves some for the next.
    pub fn share(&self, model: usize, end: Instant) -> Instant {
        let now = Instant::now();
        let left = u32::try_from(self.models.len().saturating_sub(model)).unwrap_or(u32::MAX).max(1);
        now + end.saturating_duration_since(now) / left
    }

    /// What the remote model with this place in the chain proposes until then, asked so many times at once.
    pub fn propose(&self, model: usize, prompt: &Prompt, drafts: u32, end: Instant) -> Vec<Replied> {
        match self.models.get(model) {
            Some(Model::Remote(remote)) if drafts > 1 => remote.propose_several(prompt, drafts, end),
            Some(Model::Remote(remote)) => vec![remote.propose(prompt, end)],
            _ => vec![Replied::failed(Error::internal("only a model outside the server takes a prompt"))],
        }
    }

    /// The tokens that a call may take: an estimate of the prompt that is rather too high, and the longest reply.
    pub fn most_usage(&self, model: usize, prompt: &Prompt) -> Usage {
        let output = match self.models.get(model) {
            Some(Model::Remote(remote)) => remote.endpoint.max_tokens.unwrap_or(LONG_REPLY),
            _ => 0,
        };
        Usage { output: Some(output.into()), ..sent(prompt) }
    }

    /// A call of the remote model with this place in the chain, for another thread to make, which ends then at the latest.
    pub fn prepare(&self, model: usize, prompt: Arc<Prompt>, end: Instant) -> Result<Call, Error> {
        let Some(Model::Remote(remote)) = self.models.get(model) else {
            return Err(Error::internal("only a model outside the server takes a prompt"));
        };
        remote.prepare(prompt, end)
    }

    /// The first model's name, if it is outside this server.
    pub fn first_remote(&self) -> Option<&str> {
        match self.models.first() {
            Some(Model::Remote(remote)) => Some(&remote.name),
            _ => None,
        }
    }

    /// The answer that a prompt holds in the words of the remote model of this name, and the tokens that they cost.
    pub fn narrate(&self, name: &str, prompt: &Prompt, end: Instant) -> (Result<String, Error>, Usage) {
        let is_it = |model: &&Model| matches!(model, Model::Remote(remote) if remote.name == name);
        match self.models.iter().find(is_it) {
            Some(Model::Remote(remote)) => remote.narrate(prompt, end),
            _ => (Err(Error::NoModel), Usage::default()),
        }
    }

    /// A statement in the words of the first model that finds some. The builtin model's are `description`.
    pub fn explain(
        &self,
        prompt: &Prompt,
        description: &str,
        end: Instant,
        entry: &mut Entry,
    ) -> Result<String, Error> {
        let mut earlier = Vec::new();
        for (at, model) in self.models.iter().enumerate() {
            let (name, result) = match model {
                Model::Builtin => (BUILTIN, Ok(description.to_owned())),
                Model::Remote(remote) => {
                    let started = Instant::now();
                    entry.allow()?;
                    entry.calling(&remote.name, 1, sent(prompt), remote.price);
                    let (result, usage) = remote.explain(prompt, self.share(at, end));
                    let failure = result.as_ref().err().map(Error::sqlstate);
                    entry.called(&remote.name, started.elapsed(), &usage, remote.price, failure);
                    entry.release();
                    entry.stages.model += started.elapsed();
                    (remote.name.as_str(), result)
                }
            };
            match result {
                Err(error) if error.is_for_next_model() && at + 1 < self.models.len() => {
                    earlier.push(Error::in_chain(name, &error));
                }
                Err(error) if !earlier.is_empty() => return Err(Error::ChainFailed { last: Box::new(error), earlier }),
                result => {
                    entry.written_by(if name == BUILTIN { "builtin" } else { "model" });
                    return result;
                }
            }
        }
        Err(Error::NoModel)
    }
}

/// What a prompt takes before there is a reply: about as many tokens as it has.
pub fn sent(prompt: &Prompt) -> Usage {
    let input = prompt.as_text().chars().count().div_ceil(3);
    Usage { input: u64::try_from(input).ok(), output: Some(0), ..Usage::default() }
}

/// A reply of so many tokens is taken for the longest where a server sets no `max_tokens`.
const LONG_REPLY: u32 = 4096;

/// How many calls of a model may be under way at once in a background process, where its server says it.
pub fn max_in_flight(name: &str) -> Option<usize> {
    foreign::server(name)?.options.get("max_in_flight")?.parse().ok()
}

/// One question has attempts of each model, so a longer chain would make a few attempts many.
const MOST_MODELS: usize = 8;

/// Whether a name of nl2sql.model may be skipped: `gpt?` where whoever asks may not use gpt.
fn is_optional(name: &str) -> bool {
    name.ends_with('?')
}

/// The name of the server.
pub fn plain_name(name: &str) -> &str {
    name.strip_suffix('?').unwrap_or(name)
}

thread_local! {
    /// The models of which was told in this session that they are skipped.
    static SKIPPED: RefCell<HashSet<String>> = RefCell::default();
}

fn tell_skipped(name: &str) {
    let is_new = SKIPPED.with(|told| told.try_borrow_mut().is_ok_and(|mut told| told.insert(name.to_owned())));
    if is_new {
        report::notice(&format!("model \"{name}\" is skipped: permission denied for foreign server {name}"));
    }
}

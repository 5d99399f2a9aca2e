//! Who writes the SQL: a chain of models, the first asked first, the rest its fallbacks.
//!
//! A model turns a question into a draft. It judges nothing and runs nothing.

#![forbid(unsafe_code)]

mod addresses;
pub mod builtin;
mod health;
mod http;
mod options;
mod remote;

use std::time::Duration;

pub use health::{Health, health};
pub use options::{Catalog, validate};

use crate::error::Error;
use remote::Remote;
use wire::{Prompt, Usage};

/// The name of the model that needs no server.
pub const BUILTIN: &str = "builtin";

/// A model of the chain, as far as the order of asking depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writer {
    Builtin,
    /// The foreign server with this name.
    Remote(String),
}

/// SQL that a model proposes, not yet judged by anybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    Draft(Draft),
    /// To see the detail of these relations first, named as the model spells them.
    Look(Vec<String>),
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
    /// before anything is sent. `timeout` is what one request may take.
    pub fn open(names: &[String], timeout: Duration) -> Result<Self, Error> {
        let open = |name: &String| -> Result<Model, Error> {
            if name == BUILTIN {
                return Ok(Model::Builtin);
            }
            Ok(Model::Remote(Box::new(Remote::open(name, timeout)?)))
        };
        let models = names.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        if models.is_empty() { Err(Error::NoModel) } else { Ok(Self { models }) }
    }

    /// The chain as the order of asking sees it.
    pub fn writers(&self) -> Vec<Writer> {
        let writer = |model: &Model| match model {
            Model::Builtin => Writer::Builtin,
            Model::Remote(remote) => Writer::Remote(remote.name.clone()),
        };
        self.models.iter().map(writer).collect()
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

    /// What the remote model with this place in the chain proposes, and the tokens that it cost.
    pub fn propose(&self, model: usize, prompt: &Prompt) -> (Result<Proposal, Error>, Usage) {
        let Some(Model::Remote(remote)) = self.models.get(model) else {
            return (Err(Error::internal("only a model outside the server takes a prompt")), Usage::default());
        };
        remote.propose(prompt)
    }

    /// A statement in the words of the first model that finds some. The builtin model's are `description`.
    pub fn explain(&self, prompt: &Prompt, description: &str) -> Result<String, Error> {
        let mut earlier = Vec::new();
        for (at, model) in self.models.iter().enumerate() {
            let (name, result) = match model {
                Model::Builtin => (BUILTIN, Ok(description.to_owned())),
                Model::Remote(remote) => (remote.name.as_str(), remote.explain(prompt)),
            };
            match result {
                Err(error) if error.is_for_next_model() && at + 1 < self.models.len() => {
                    earlier.push(Error::in_chain(name, &error));
                }
                Err(error) if !earlier.is_empty() => return Err(Error::ChainFailed { last: Box::new(error), earlier }),
                result => return result,
            }
        }
        Err(Error::NoModel)
    }
}

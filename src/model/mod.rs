//! Who writes the SQL: a chain of models, the first asked first, the rest its fallbacks.
//!
//! A model turns a prompt into a [`Draft`]. It judges nothing and runs nothing.

#![forbid(unsafe_code)]

mod health;
mod http;
mod options;
mod remote;

pub use health::{Health, health};
pub use options::{Catalog, validate};

use crate::error::Error;
use crate::grounding::Context;
use crate::grounding::values::Lookup;
use crate::settings::Settings;
use remote::Remote;
use wire::Prompt;

/// The name of the model that needs no server.
pub const BUILTIN: &str = "builtin";

/// SQL that a model proposes, not yet judged by anybody.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub sql: String,
    /// A model that can be told what was wrong may be asked again.
    pub can_repair: bool,
}

/// Something that writes SQL for a prompt. A question back or a refusal is an [`Error`] of its own.
trait Model {
    fn name(&self) -> &str;
    fn draft(&self, context: &Context, prompt: &Prompt) -> Result<Draft, Error>;
    /// The prompt's statement in plain words; `description` is what the server knows of it.
    fn explain(&self, prompt: &Prompt, description: &str) -> Result<String, Error>;
}

/// The models of `nl2sql.model`, in their order.
pub struct Chain {
    models: Vec<Box<dyn Model>>,
}

impl Chain {
    /// Looks every model up, as the caller: a name that does not exist, or that the caller may not use, is an error
    /// before anything is sent.
    pub fn open(settings: &Settings) -> Result<Self, Error> {
        let open = |name: &String| -> Result<Box<dyn Model>, Error> {
            if name == BUILTIN { Ok(Box::new(Builtin)) } else { Ok(Box::new(Remote::open(name, settings)?)) }
        };
        let models = settings.models.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        if models.is_empty() { Err(Error::NoModel) } else { Ok(Self { models }) }
    }

    /// Passes a draft that does not stand, and that its model can't mend, on to the next model. False where there is none.
    pub fn next(&mut self) -> bool {
        let more = self.models.len() > 1;
        if more {
            self.models.remove(0);
        }
        more
    }

    /// The first draft any model of the chain makes. A model that failed is dropped: a repair asks the one that answered.
    pub fn draft(&mut self, context: &Context, prompt: &Prompt) -> Result<Draft, Error> {
        self.ask(|model| model.draft(context, prompt))
    }

    /// A statement in the words of the first model that finds some. The builtin model's are `description`.
    pub fn explain(&mut self, prompt: &Prompt, description: &str) -> Result<String, Error> {
        self.ask(|model| model.explain(prompt, description))
    }

    /// The builtin model is asked first, so that no other one will be asked what it can always tell.
    pub fn begins_with_builtin(&self) -> bool {
        self.models.first().is_some_and(|model| model.name() == BUILTIN)
    }

    fn ask<T>(&mut self, ask: impl Fn(&dyn Model) -> Result<T, Error>) -> Result<T, Error> {
        let mut earlier = Vec::new();
        loop {
            match ask(self.models[0].as_ref()) {
                Err(error) if error.is_for_next_model() && self.models.len() > 1 => {
                    let why = error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
                    earlier.push(format!("{}: {error}{why}", self.models[0].name()));
                    self.models.remove(0);
                }
                Err(error) if !earlier.is_empty() => return Err(Error::ChainFailed { last: Box::new(error), earlier }),
                result => return result,
            }
        }
    }
}

struct Builtin;

impl Model for Builtin {
    fn name(&self) -> &str {
        BUILTIN
    }

    fn draft(&self, context: &Context, _prompt: &Prompt) -> Result<Draft, Error> {
        use reader::Silence;
        let values = Lookup::new(&context.snapshot, &context.scores);
        let read = reader::read(&context.question, &context.snapshot, &values);
        values.finish()?;
        match read {
            Ok(reading) => Ok(Draft { sql: with_summary(&reading), can_repair: false }),
            Err(Silence::Unknown { words, understood, nearest }) => {
                let nearest = nearest.into_iter().map(|nearest| nearest.name).collect();
                Err(Error::NotUnderstood { words, understood, nearest })
            }
            Err(Silence::NoShape { understood }) => {
                Err(Error::NotUnderstood { words: Vec::new(), understood, nearest: Vec::new() })
            }
            Err(Silence::Ambiguous { readings }) => Err(Error::Ambiguous { readings }),
        }
    }

    fn explain(&self, _prompt: &Prompt, description: &str) -> Result<String, Error> {
        Ok(description.to_owned())
    }
}

/// The statement under a comment that says how the question was read. Nothing in it can end the comment's line.
fn with_summary(reading: &reader::Reading) -> String {
    let plain: String =
        reading.summary.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect();
    format!("-- reading: {}\n{}", plain.trim(), reading.sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_stays_on_its_line() {
        let summary = "a\nb\r\u{2028}c\u{85}; DROP TABLE t".to_owned();
        let text = with_summary(&reader::Reading { sql: "SELECT 1".into(), summary, distance: 0 });
        assert_eq!(text, "-- reading: a b  c ; DROP TABLE t\nSELECT 1");
    }
}

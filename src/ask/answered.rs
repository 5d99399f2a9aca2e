//! What came of a question: the one value that every SQL function takes its part of.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use crate::ledger::Stages;
use schema::ResultShape;
use wire::Usage;

/// A question that was answered with a statement which the guard let stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// Exactly the text that was judged.
    pub sql: String,
    pub source: Source,
    /// How the question was read, in plain words on one line, where the model says it.
    pub reading: Option<String>,
    /// What else whoever asks should know of the reading, one line each.
    pub notes: Vec<String>,
    pub columns: ResultShape,
    /// How many drafts were judged, the last one included.
    pub attempts: u32,
    /// Every request to a model, in order, those that failed included.
    pub calls: Vec<ModelCall>,
    pub stages: Stages,
}

/// Who wrote the statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// A verified pair, by its teacher and the day.
    Verified {
        by: String,
        on: String,
    },
    Builtin,
    /// A draft that the model with this name wrote earlier for the same prompt.
    DraftCache {
        model: String,
    },
    /// The foreign server with this name.
    Model(String),
}

/// One question to one model, its retries included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCall {
    pub model: String,
    pub took: Duration,
    /// The tokens that the provider counted.
    pub usage: Usage,
    /// What it failed with, as SQLSTATE.
    pub failure: Option<String>,
}

impl Source {
    /// As the history has it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Verified { .. } => "verified",
            Self::Builtin => "builtin",
            Self::DraftCache { .. } => "cache",
            Self::Model(_) => "model",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verified { .. } => f.write_str("a verified pair"),
            Self::Builtin => f.write_str("builtin"),
            Self::DraftCache { model } => write!(f, "a kept draft of model \"{model}\""),
            Self::Model(name) => write!(f, "model \"{name}\""),
        }
    }
}

/// One line for the server's log. It tells neither the question nor the statement, which can hold data.
impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |duration: Duration| duration.as_secs_f64() * 1000.0;
        let (columns, read) = (self.columns.0.len(), if self.reading.is_some() { ", with its reading" } else { "" });
        write!(f, "answered by {} in attempt {}, columns: {columns}{read}", self.source, self.attempts)?;
        let Stages { catalog, linking, model, guard, run } = self.stages;
        let (catalog, linking, model, guard, run) = (ms(catalog), ms(linking), ms(model), ms(guard), ms(run));
        write!(
            f,
            "; ms: catalog {catalog:.1}, linking {linking:.1}, model {model:.1}, guard {guard:.1}, run {run:.1}"
        )?;
        for call in &self.calls {
            let tokens = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
            let (input, cached) = (tokens(call.usage.input), tokens(call.usage.cached_input));
            let output = tokens(call.usage.output);
            write!(
                f,
                "; \"{}\" {:.0} ms, tokens in {input} ({cached} cached), out {output}",
                call.model,
                ms(call.took)
            )?;
            if let Some(sqlstate) = &call.failure {
                write!(f, ", failed: {sqlstate}")?;
            }
        }
        Ok(())
    }
}

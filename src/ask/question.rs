//! A question that is worth asking.

use crate::error::Error;
use crate::ledger::Asked;
use schema::ResultShape;

/// A question and what its answer should look like.
#[derive(Debug, Clone)]
pub struct Question {
    /// The function of SQL that was called.
    pub function: &'static str,
    pub text: String,
    /// The columns its answer should have, where the caller names them.
    pub wanted: Option<ResultShape>,
    /// The thread that it belongs to, and in which it may refer to earlier questions.
    pub thread: Option<String>,
    /// Where it is asked to measure models: no pair answers it, and none with this number is shown to a model.
    pub measured: Option<i64>,
}

/// Longer names of threads, in bytes, are refused; the table that keeps them has the same limit.
const MOST_NAME_BYTES: usize = 200;

/// The name of a thread, where it is one.
pub fn thread_name(name: &str) -> Result<String, Error> {
    match name.trim() {
        "" => Err(Error::EmptyThreadName),
        name if name.len() > MOST_NAME_BYTES => Err(Error::LongThreadName { bytes: name.len(), most: MOST_NAME_BYTES }),
        name => Ok(name.to_owned()),
    }
}

/// A question is a text that somebody wrote; what is longer is something else, and everything that reads it takes its time.
const MOST_BYTES: usize = 100_000;

impl Question {
    /// Refuses what can't be answered before anything is looked up.
    pub fn new(function: &'static str, text: Option<&str>, thread: Option<&str>) -> Result<Self, Error> {
        let text = text.unwrap_or_default().trim();
        if text.is_empty() {
            return Err(Error::EmptyQuestion);
        }
        if text.len() > MOST_BYTES {
            return Err(Error::LongQuestion { bytes: text.len(), most: MOST_BYTES });
        }
        let thread = thread.map(thread_name).transpose()?;
        Ok(Self { function, text: text.to_owned(), wanted: None, thread, measured: None })
    }

    pub fn asked(&self) -> Asked<'_> {
        Asked { function: self.function, question: Some(&self.text), thread: self.thread.as_deref() }
    }

    /// The same, asked for these columns.
    pub fn wanting(self, wanted: ResultShape) -> Self {
        Self { wanted: Some(wanted), ..self }
    }
}

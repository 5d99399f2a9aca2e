//! A question that is worth asking.

use crate::error::Error;
use schema::ResultShape;

/// A question and what its answer should look like.
#[derive(Debug, Clone)]
pub struct Question {
    pub text: String,
    /// The columns its answer should have, where the caller names them.
    pub wanted: Option<ResultShape>,
}

impl Question {
    /// Refuses what can't be answered before anything is looked up.
    pub fn new(text: Option<&str>, thread: Option<&str>) -> Result<Self, Error> {
        let text = text.unwrap_or_default().trim();
        if text.is_empty() {
            return Err(Error::EmptyQuestion);
        }
        if thread.is_some() {
            return Err(Error::ThreadGiven);
        }
        Ok(Self { text: text.to_owned(), wanted: None })
    }

    /// The same, asked for these columns.
    pub fn wanting(self, wanted: ResultShape) -> Self {
        Self { wanted: Some(wanted), ..self }
    }
}

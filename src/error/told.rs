//! An error that arose in another process, or at another time, as it was told there.

use serde::{Deserialize, Serialize};

use super::Error;

/// What whoever is told may know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Five characters.
    pub sqlstate: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// The next model of the chain may do better.
    pub is_for_next_model: bool,
}

impl Told {
    pub fn of(error: &Error) -> Self {
        Self {
            sqlstate: error.sqlstate().to_owned(),
            message: error.to_string(),
            detail: error.detail(),
            hint: error.hint(),
            is_for_next_model: error.is_for_next_model(),
        }
    }
}

//! What can be done after an error: another draft, or another model.

use super::Error;

impl Error {
    /// One line about a model that failed, for the error of the whole chain.
    pub fn in_chain(model: &str, error: &Self) -> String {
        let why = error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        format!("{model}: {error}{why}")
    }

    /// The error that is told within others: of a chain's last model, of a draft.
    pub fn cause(&self) -> &Self {
        match self {
            Self::ChainFailed { last: cause, .. } | Self::Draft { cause, .. } => cause.cause(),
            other => other,
        }
    }

    /// A new draft may cure it: the statement was wrong, not the caller's rights, patience or machine.
    pub fn is_repairable(&self) -> bool {
        match self {
            Self::StatementCount(_)
            | Self::Writes(_)
            | Self::Refused { .. }
            | Self::Hidden(_)
            | Self::TooCostly { .. }
            | Self::DoesNotFit { .. }
            | Self::MemoryExceeded { .. }
            | Self::StatementTooLong { .. }
            | Self::TooComplex { .. }
            | Self::ArgumentsTooLarge { .. }
            | Self::RowTooLarge { .. } => true,
            Self::Server(failure) | Self::Run(failure) => {
                failure.sqlstate != "42501"
                    && ["42", "22", "21", "0A", "54"].iter().any(|class| failure.sqlstate.starts_with(class))
            }
            _ => false,
        }
    }

    /// The statement was let run, and failed in that.
    pub fn is_of_a_run(&self) -> bool {
        matches!(
            self,
            Self::Run(_)
                | Self::QueryTimedOut { .. }
                | Self::QuestionTimedOut { .. }
                | Self::MemoryExceeded { .. }
                | Self::RowTooLarge { .. }
        )
    }

    /// It is no verdict on a statement but the end of all work: a cancel, a timeout, a lost connection, no memory.
    pub fn ends_the_question(&self) -> bool {
        let (sqlstate, cause) = (self.sqlstate(), self.cause());
        ["57", "53", "08", "XX"].iter().any(|class| sqlstate.starts_with(class))
            && !matches!(
                cause,
                Self::TooCostly { .. }
                    | Self::QueryTimedOut { .. }
                    | Self::QuestionTimedOut { .. }
                    | Self::MemoryExceeded { .. }
            )
    }

    /// A stronger model may know what this one asks.
    pub fn asks_back(&self) -> bool {
        matches!(self, Self::Clarify { .. } | Self::Undecided { .. })
    }

    /// What is asked back, for a stronger model.
    pub fn question_back(&self) -> Option<String> {
        match self {
            Self::Clarify { question, .. } => Some(question.clone()),
            Self::Undecided { readings, .. } => {
                Some(format!("Which is meant? {}", super::numbered(readings).join(" ")))
            }
            _ => None,
        }
    }

    /// The next model of the chain may do better: this one could not be used, or does not know.
    pub fn is_for_next_model(&self) -> bool {
        matches!(self, Self::Told(told) if told.is_for_next_model)
            || matches!(
                self,
                Self::Unreachable { .. }
                    | Self::BadReply { .. }
                    | Self::ModelTimedOut { .. }
                    | Self::Unauthorized { .. }
                    | Self::Overloaded { .. }
                    | Self::Resting { .. }
                    | Self::SecretUnreadable { .. }
                    | Self::HttpStatus { .. }
                    | Self::Silent { .. }
                    | Self::OverQuota(_)
                    | Self::QuotasUncounted(_)
            )
    }
}

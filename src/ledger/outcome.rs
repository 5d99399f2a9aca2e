//! What came of a question, in one word.

use crate::error::Error;

/// The word, and the SQLSTATE of the error where there was one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub name: &'static str,
    pub sqlstate: Option<String>,
}

impl Outcome {
    pub const ANSWERED: Self = Self { name: "answered", sqlstate: None };

    /// An ERROR of the server's.
    pub fn raised(sqlstate: String) -> Self {
        Self { name: "failed", sqlstate: Some(sqlstate) }
    }

    /// It failed by the server or by what stands behind a model, which whoever runs them should know of: not by the question, the
    /// asker's rights or a cancel.
    pub fn is_for_the_log(&self) -> bool {
        let classes = ["HV", "28", "53", "58", "XX"];
        let is_one = |sqlstate: &str| classes.iter().any(|class| sqlstate.starts_with(class));
        self.name == "failed" && self.sqlstate.as_deref().is_some_and(is_one)
    }

    pub fn of(error: &Error) -> Self {
        Self { name: name(error), sqlstate: Some(error.sqlstate().to_owned()) }
    }
}

fn name(error: &Error) -> &'static str {
    match error {
        Error::Clarify { .. } | Error::Undecided { .. } => "clarified",
        Error::Declined { .. } | Error::Silent { .. } => "declined",
        Error::StatementCount(_)
        | Error::Writes(_)
        | Error::Refused { .. }
        | Error::Hidden(_)
        | Error::TooCostly { .. }
        | Error::StatementTooLong { .. }
        | Error::TooComplex { .. }
        | Error::ArgumentsTooLarge { .. } => "refused",
        Error::OverQuota(_) | Error::QuotasUncounted(_) => "over quota",
        // Where the builtin model was silent when the question was submitted.
        Error::Told(told) if told.is_for_next_model => "declined",
        Error::ChainFailed { last: cause, .. } | Error::Draft { cause, .. } => name(cause),
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_decides() {
        let draft = |cause| Error::Draft { cause: Box::new(cause), sql: "DELETE".to_owned(), attempt: 1, of: 1 };
        let refused = Outcome::of(&draft(Error::Writes("DELETE".to_owned())));
        assert_eq!((refused.name, refused.sqlstate.as_deref()), ("refused", Some("25006")));
        let declined = Error::Declined { model: "m".to_owned(), reason: "no".to_owned() };
        let chain = Error::ChainFailed { last: Box::new(declined), earlier: vec![] };
        assert_eq!(Outcome::of(&chain).name, "declined");
        let timed_out = Outcome::of(&draft(Error::QueryTimedOut { milliseconds: 1 }));
        assert!(timed_out.name == "failed" && !timed_out.is_for_the_log());
        let model = || "m".to_owned();
        assert!(Outcome::of(&Error::Unreachable { model: model(), why: model() }).is_for_the_log());
        assert!(!refused.is_for_the_log());
    }
}

//! Every way a question can fail: one variant each, with its SQLSTATE, message, DETAIL and HINT.
//!
//! Nothing here talks to the server; `pg::host::report` turns an [`Error`]
//! into an ereport at the SQL edge.

#![forbid(unsafe_code)]

mod quota;
mod recovery;
mod report;
mod silence;
mod told;

use reader::{Abstention, Suggestion};
pub use told::Told;

/// What went wrong, in PostgreSQL's style: the message is one lower-case clause without a full stop.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    #[error("the question is empty")]
    EmptyQuestion,
    #[error("the argument \"{argument}\" is too long")]
    LongArgument { argument: &'static str, bytes: usize, most: usize },
    #[error("the question is too long")]
    LongQuestion { bytes: usize, most: usize },
    #[error("the statement is empty")]
    EmptyStatement,
    #[error("the cursor's name is empty")]
    EmptyCursorName,
    #[error("there is no help on \"{0}\"")]
    NoHelp(String),
    #[error("the thread's name is empty")]
    EmptyThreadName,
    #[error("the thread's name is too long")]
    LongThreadName { bytes: usize, most: usize },
    #[error("cannot forget a thread in a read-only transaction")]
    ForgetsNothing,
    #[error("the {what} of a pair is too long")]
    PairTooLong { what: &'static str, bytes: usize, most: usize },
    #[error("the question has too many words to be taught")]
    TooManyWords { most: usize },
    #[error("the question has no words but values")]
    NoWordsToTeach,
    #[error("the question is already taught with other SQL")]
    TaughtOtherwise { id: i64, question: String, sql: String },
    #[error("too many pairs")]
    TooManyPairs { most: usize },
    #[error("pair {0} does not exist")]
    NoSuchPair(i64),
    #[error("feedback {0} does not exist")]
    NoSuchFeedback(i64),
    #[error("feedback {0} tells no SQL")]
    FeedbackWithoutSql(i64),
    #[error("permission denied for feedback of others")]
    MayNotReadFeedback,
    #[error("invalid document of pairs")]
    BadDocument(String),
    #[error("what you taught and what is shared with you is too much for one document")]
    LongExport { most: usize },
    /// One pair or term of a document, counted from 1.
    #[error("{cause}")]
    InDocument { cause: Box<Error>, what: &'static str, number: usize, text: String },
    #[error("it is not said whether the answer was right")]
    NoVerdict,
    #[error("role \"{0}\" does not exist")]
    NoSuchRole(String),
    #[error("permission denied to teach others")]
    MayNotShare,
    #[error("permission denied to define terms for others")]
    MayNotShareTerms,
    #[error("the {0} is empty")]
    EmptyPart(&'static str),
    #[error("the {what} of a term is too long")]
    TermTooLong { what: &'static str, bytes: usize, most: usize },
    #[error("a term has one to {most} words")]
    TermWords { most: usize },
    #[error("term \"{0}\" is already defined")]
    TermDefined(String),
    #[error("\"{term}\" is a name of the schema")]
    TermIsName { term: String, name: String },
    #[error("the expression of term \"{term}\" can't be used")]
    BadTerm { term: String, why: &'static str, hint: &'static str },
    #[error("the expression of term \"{term}\" is refused: {cause}")]
    TermExpression { term: String, cause: Box<Error> },
    #[error("there is no term \"{0}\" that you may forget")]
    NoSuchTerm(String),
    #[error("too many terms are defined")]
    TooManyTerms { most: usize },
    #[error("permission denied to erase the history")]
    MayNotErase,
    #[error("{}", quota::message(.0))]
    OverQuota(Box<OverQuota>),
    #[error("permission denied to reset the counters")]
    MayNotReset,
    #[error("nl2sql is not preloaded")]
    NotPreloaded,
    /// The SQL objects of the database are of another version than this library.
    #[error("nl2sql has version {installed} in this database, and its library version {library}")]
    OtherVersion { installed: String, library: &'static str },
    /// A question in the background.
    #[error("question {0} does not exist")]
    NoSuchJob(i64),
    #[error("question {id} is not answered yet")]
    JobNotReady { id: i64, state: String },
    #[error("question {0} is not submitted yet")]
    JobNotCommitted(i64),
    #[error("cannot PREPARE a transaction that has submitted or cancelled questions")]
    JobsNotPrepared,
    #[error("question {id} was not answered")]
    JobEnded { id: i64, state: String },
    #[error("too many questions of the role wait to be answered")]
    TooManyJobs { most: usize },
    #[error("a table of the draft was locked for {seconds} s")]
    DraftLocked { seconds: u64 },
    #[error("judging the draft ended the background process {times} times")]
    JudgingEndsProcess { times: u32 },
    #[error("the quotas that are for the role can't be counted")]
    QuotasUncounted(&'static str),
    #[error("judging the draft took more than {seconds} s and heard no cancel")]
    JudgingTooLong { seconds: u64 },
    #[error("the value of {name} is too long for a question in the background")]
    LongSetting { name: String, bytes: usize, most: usize },
    #[error("the role that asked does not exist any more")]
    AskerIsGone,
    /// One that arose elsewhere.
    #[error("{}", .0.message)]
    Told(Box<Told>),
    #[error("permission denied for the history of others")]
    MayNotExport,
    #[error("relation \"{0}\" does not exist")]
    NoSuchRelation(String),
    #[error("nl2sql.model names no model")]
    NoModel,
    #[error("nl2sql.model names too many models")]
    TooManyModels { named: usize, most: usize },

    #[error("model \"{0}\" does not exist")]
    UnknownModel(String),
    #[error("server \"{name}\" is not a model")]
    NotAModel { name: String, wrapper: String },
    #[error("permission denied for foreign server {0}")]
    ModelDenied(String),
    #[error("invalid option \"{option}\"")]
    UnknownOption { option: String, valid: &'static str },
    #[error("invalid value for option \"{option}\"")]
    BadOptionValue { option: String, why: String },
    #[error("option \"{option}\" is required")]
    MissingOption { option: &'static str, server: String },
    #[error("permission denied to set option \"{0}\"")]
    OptionDenied(String),
    #[error("invalid security label \"{label}\"")]
    InvalidLabel { label: String, why: &'static str },
    #[error("could not read the secret of model \"{model}\"")]
    SecretUnreadable { model: String, why: String },

    #[error("could not reach model \"{model}\"")]
    Unreachable { model: String, why: String },
    #[error("model \"{model}\" gave no usable reply")]
    BadReply { model: String, why: String },
    #[error("model \"{model}\" did not reply in time")]
    ModelTimedOut { model: String, seconds: f64 },
    /// Its breaker is open.
    #[error("model \"{model}\" is not asked, as it failed several times in a row")]
    Resting { model: String, seconds: f64 },
    #[error("the question exceeded nl2sql.question_timeout")]
    QuestionTimedOut { milliseconds: i32 },
    #[error("model \"{model}\" rejected its credentials")]
    Unauthorized { model: String, why: String },
    #[error("model \"{model}\" is overloaded or its quota is used up")]
    Overloaded { model: String, why: String },
    #[error("model \"{model}\" answered with HTTP status {status}")]
    HttpStatus { model: String, status: u16, why: String },
    /// The last model's failure, told with those of the models before it in the chain.
    #[error("{last}")]
    ChainFailed { last: Box<Error>, earlier: Vec<String> },

    /// The model asks back. What it says is quoted as its own.
    #[error("model \"{model}\" asks: \"{question}\"")]
    Clarify { model: String, question: String },
    /// Several drafts of the model give different results, and no result more than another.
    #[error("model \"{model}\" reads the question in {} ways", .readings.len())]
    Undecided { model: String, readings: Vec<String> },
    /// The model says that the database can't answer.
    #[error("model \"{model}\" gives no answer: \"{reason}\"")]
    Declined { model: String, reason: String },
    /// The builtin model is silent. `suggestions`: up to three questions near to this one that it answers.
    #[error("{}", silence::message(.abstention))]
    Silent { abstention: Abstention, suggestions: Vec<Suggestion> },

    #[error("expected one statement, found {0}")]
    StatementCount(usize),

    #[error("nl2sql needs a database whose encoding is UTF8")]
    Encoding,
    #[error("cannot execute {0}: only queries are allowed")]
    Writes(String),
    #[error("{what} is not allowed")]
    Refused { what: String, why: String, hint: Option<String> },
    /// A column or relation that is labelled as hidden: by name where the statement names it.
    #[error("using {0} is not allowed")]
    Hidden(String),
    #[error("the estimated cost of the query exceeds nl2sql.max_cost")]
    TooCostly {
        /// `None` where it would tell of masked values.
        cost: Option<f64>,
        limit: f64,
    },
    #[error("the answer does not fit the column definition list")]
    DoesNotFit { wanted: String, given: String },
    #[error("the catalogs changed while the cursor was opened")]
    CatalogsChanged,
    #[error("permission denied to fetch from a cursor that another role opened")]
    CursorOfAnother { opener: String },
    #[error("the query exceeded nl2sql.query_timeout")]
    QueryTimedOut { milliseconds: i32 },
    /// A query of this library took longer than any should.
    #[error("a query of nl2sql on the catalogs took too long")]
    OwnQueryTimedOut { milliseconds: i32 },
    #[error("nl2sql cannot work during a parallel operation")]
    ParallelOperation,
    #[error("the query exceeded nl2sql.memory_limit")]
    MemoryExceeded { kilobytes: i32 },
    #[error("the statement is too complex")]
    TooComplex { what: &'static str, limit: usize },
    /// A C function that could not be stopped was given more than it is trusted with.
    #[error("the arguments of {function} are too large")]
    ArgumentsTooLarge { function: &'static str },
    #[error("a row of the answer is too large")]
    RowTooLarge { limit: usize },
    #[error("the statement is too long")]
    StatementTooLong { bytes: usize, limit: usize },
    /// The server's own error, while it analyzed or planned a statement.
    #[error("{}", .0.message)]
    Server(Failure),
    /// The server's own error, while the statement ran: what it says can quote the data.
    #[error("{}", .0.message)]
    Run(Failure),
    /// A draft failed for good: `cause`, with the draft itself.
    #[error("{cause}")]
    Draft { cause: Box<Error>, sql: String, attempt: u32, of: u32 },
}

/// Each with its number before it.
pub fn numbered(texts: &[String]) -> Vec<String> {
    texts.iter().zip(1..).map(|(text, number)| format!("{number}. {text}")).collect()
}

/// What a quota limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Questions,
    Tokens,
    Cost,
    /// Questions at the same time.
    Concurrent,
}

/// A quota that lets no further model be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverQuota {
    /// Empty: everybody's.
    pub role: String,
    pub together: bool,
    pub period: String,
    pub limit: Limit,
    pub used: String,
    pub most: String,
    /// When the period ends, in UTC.
    pub ends: String,
}

/// An error that the server raised, as plain values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Failure {
    /// Five characters.
    pub sqlstate: String,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// The place in the statement's text, counted in characters from 1.
    pub position: Option<usize>,
    /// The message speaks of names and types of the statement itself and of nothing else.
    pub names_only: bool,
}

impl Failure {
    /// Only what cannot quote data.
    pub fn without_text(self) -> Self {
        let message = "the query failed, and what the server says of it may quote values that are masked".to_owned();
        Self { sqlstate: self.sqlstate, message, ..Self::default() }
    }

    /// Only that there was one: which of many it is, a statement can make depend on the data.
    pub fn without_kind(self) -> Self {
        Self { sqlstate: "22000".to_owned(), ..self.without_text() }
    }
}

impl Error {
    /// A fault of this library or of what it relies on, which no user can cause.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Server(Failure { sqlstate: "XX000".to_owned(), message: message.into(), ..Failure::default() })
    }

    /// A function that may not be called, by its qualified name.
    pub fn refused_call(function: &str, why: &str) -> Self {
        Self::Refused {
            what: format!("calling function {function}"),
            why: why.to_owned(),
            hint: Some("A superuser can name it in nl2sql.allow_functions.".to_owned()),
        }
    }

    /// Code of an owner whom the caller has no reason to trust.
    pub fn refused_owner(function: &str, owner: &str, why: &str) -> Self {
        Self::Refused {
            what: format!("calling function {function}"),
            why: why.to_owned(),
            hint: Some(format!("A superuser who trusts the role {owner} can name it in nl2sql.trust_owners.")),
        }
    }

    /// `listed`: where a superuser can name it.
    pub fn refused_relation(relation: &str, why: &str, listed: &str) -> Self {
        Self::Refused {
            what: format!("reading relation {relation}"),
            why: why.to_owned(),
            hint: Some(format!("A superuser can name {listed}.")),
        }
    }

    pub fn locks_rows() -> Self {
        Self::Refused {
            what: "locking rows (FOR UPDATE or FOR SHARE)".to_owned(),
            why: "A row lock is written to the table and outlives the statement.".to_owned(),
            hint: None,
        }
    }

    pub fn deceptive(character: char) -> Self {
        Self::Refused {
            what: format!("a statement with the character U+{:04X}", u32::from(character)),
            why: "It acts on how the text around it is shown: who reads the statement may see another.".to_owned(),
            hint: Some(format!("Within a literal, write U&'\\{:04X}' for it.", u32::from(character))),
        }
    }

    pub fn nested_question() -> Self {
        Self::Refused {
            what: "asking a question inside the answer to another".to_owned(),
            why: "Generated SQL may not ask models.".to_owned(),
            hint: None,
        }
    }
}

impl From<syntax::Refusal> for Error {
    fn from(refusal: syntax::Refusal) -> Self {
        match refusal {
            syntax::Refusal::StatementCount(count) => Self::StatementCount(count),
            syntax::Refusal::Writes(what) => Self::Writes(what),
            syntax::Refusal::TooComplex { what, limit } => Self::TooComplex { what, limit },
            syntax::Refusal::Deceptive(character) => Self::deceptive(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privilege_errors_and_cancels_are_not_repaired() {
        let server = |sqlstate: &str| Error::Server(Failure { sqlstate: sqlstate.into(), ..Failure::default() });
        assert!(server("42703").is_repairable());
        assert!(server("22012").is_repairable());
        assert!(!server("42501").is_repairable());
        assert!(!server("57014").is_repairable());
    }

    #[test]
    fn a_draft_tells_its_statement_and_keeps_the_cause() {
        let error = Error::Draft {
            cause: Box::new(Error::Writes("DELETE".into())),
            sql: "DELETE\nFROM t--\u{1b}[2J\u{202e}".into(),
            attempt: 2,
            of: 3,
        };
        assert_eq!(error.sqlstate(), "25006");
        assert_eq!(
            error.detail().as_deref(),
            Some("Draft 2 of 3: DELETE\nFROM t-- [2J "),
            "nothing that steers a terminal"
        );
    }
}

//! Every way a question can fail: one variant each, with its SQLSTATE, message, DETAIL and HINT.
//!
//! This is also the only place that masks secrets. Nothing here talks to the server; `pg::host::report` turns an [`Error`]
//! into an ereport at the SQL edge.

#![forbid(unsafe_code)]

/// What went wrong, in PostgreSQL's style: the message is one lower-case clause without a full stop.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    #[error("the question is empty")]
    EmptyQuestion,
    #[error("the statement is empty")]
    EmptyStatement,
    #[error("the cursor's name is empty")]
    EmptyCursorName,
    #[error("threads are not supported by this version of nl2sql")]
    ThreadGiven,
    #[error("nl2sql.model names no model")]
    NoModel,

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
    /// The model says that the database can't answer.
    #[error("model \"{model}\" gives no answer: \"{reason}\"")]
    Declined { model: String, reason: String },
    #[error("the builtin model does not understand this question")]
    NotUnderstood { words: Vec<String>, understood: String, nearest: Vec<String> },
    #[error("the question can be read in more than one way")]
    Ambiguous { readings: Vec<String> },

    #[error("expected one statement, found {0}")]
    StatementCount(usize),

    #[error("nl2sql needs a database whose encoding is UTF8")]
    Encoding,
    #[error("cannot execute {0}: only queries are allowed")]
    Writes(String),
    #[error("{what} is not allowed")]
    Refused { what: String, why: String, hint: Option<String> },
    #[error("the estimated cost of the query exceeds nl2sql.max_cost")]
    TooCostly { cost: f64, limit: f64 },
    #[error("the answer does not fit the column definition list")]
    DoesNotFit { wanted: String, given: String },
    #[error("the catalogs changed while the cursor was opened")]
    CatalogsChanged,
    #[error("the query exceeded nl2sql.query_timeout")]
    QueryTimedOut { milliseconds: i32 },
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
}

const CONNECT_A_MODEL: &str = "Rephrase with the names of tables and columns, or connect a model: \
     CREATE SERVER … FOREIGN DATA WRAPPER nl2sql, then SET nl2sql.model.";

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

    pub fn nested_question() -> Self {
        Self::Refused {
            what: "asking a question inside the answer to another".to_owned(),
            why: "Generated SQL may not ask models.".to_owned(),
            hint: None,
        }
    }

    /// The five-character SQLSTATE (PostgreSQL documentation, appendix A).
    pub fn sqlstate(&self) -> &str {
        match self {
            Self::EmptyQuestion | Self::EmptyStatement | Self::NoModel | Self::InvalidLabel { .. } => "22023",
            Self::ThreadGiven | Self::Encoding | Self::NotUnderstood { .. } | Self::Ambiguous { .. } => "0A000",
            Self::EmptyCursorName => "34000",
            Self::UnknownModel(_) => "42704",
            Self::NotAModel { .. } => "42809",
            Self::ModelDenied(_) | Self::OptionDenied(_) => "42501",
            Self::UnknownOption { .. } => "HV00D",
            Self::BadOptionValue { .. } => "HV024",
            Self::MissingOption { .. } => "HV00J",
            Self::SecretUnreadable { .. } => "58030",
            Self::Unreachable { .. } => "HV00N",
            Self::BadReply { .. } => "HV00M",
            Self::ModelTimedOut { .. } | Self::HttpStatus { .. } => "HV00L",
            Self::Unauthorized { .. } => "28000",
            Self::Overloaded { .. } => "53000",
            Self::Clarify { .. } => "P0001",
            Self::Declined { .. } => "P0002",
            Self::StatementCount(_) => "42601",
            Self::Writes(_) => "25006",
            Self::Refused { .. } => "2F003",
            Self::TooCostly { .. } => "53400",
            Self::DoesNotFit { .. } => "42804",
            Self::CatalogsChanged => "40001",
            Self::MemoryExceeded { .. } => "53200",
            Self::StatementTooLong { .. }
            | Self::TooComplex { .. }
            | Self::ArgumentsTooLarge { .. }
            | Self::RowTooLarge { .. } => "54000",
            Self::QueryTimedOut { .. } => "57014",
            Self::Server(failure) | Self::Run(failure) => &failure.sqlstate,
            Self::ChainFailed { last: cause, .. } | Self::Draft { cause, .. } => cause.sqlstate(),
        }
    }

    /// The facts, one clause or sentence a line.
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::NotAModel { wrapper, .. } => Some(format!("Its foreign-data wrapper is \"{wrapper}\".")),
            Self::BadOptionValue { why, .. }
            | Self::SecretUnreadable { why, .. }
            | Self::Unreachable { why, .. }
            | Self::BadReply { why, .. }
            | Self::Unauthorized { why, .. }
            | Self::Overloaded { why, .. }
            | Self::HttpStatus { why, .. }
            | Self::Refused { why, .. } => Some(why.clone()),
            Self::InvalidLabel { why, .. } => Some((*why).to_owned()),
            Self::MissingOption { server, .. } => Some(format!("Server \"{server}\" does not set it.")),
            Self::ModelTimedOut { seconds, .. } => Some(format!("It was given {seconds} s.")),
            Self::NotUnderstood { words, understood, nearest } => Some(not_understood(words, understood, nearest)),
            Self::Ambiguous { readings } => Some(format!("It may mean: {}.", readings.join("; or: "))),
            Self::TooCostly { cost, limit } => {
                Some(format!("The planner estimates {cost:.0}, the limit is {limit:.0}."))
            }
            Self::QueryTimedOut { milliseconds } => Some(format!("It was stopped after {milliseconds} ms.")),
            Self::DoesNotFit { wanted, given } => Some(format!("Wanted: {wanted}.\nThe query gives: {given}.")),
            Self::MemoryExceeded { kilobytes } => Some(format!("It was stopped at {} MB.", kilobytes / 1024)),
            Self::ArgumentsTooLarge { .. } => {
                Some("Its time grows with the product of their sizes, and no limit could end it.".to_owned())
            }
            Self::RowTooLarge { limit } => Some(format!("As json, a row has at most {limit} bytes.")),
            Self::TooComplex { what, limit } => Some(format!("It has more than {limit} {what}.")),
            Self::StatementTooLong { bytes, limit } => {
                Some(format!("It has {bytes} bytes, at most {limit} are judged."))
            }
            Self::Server(failure) => {
                let place = failure.position.map(|position| format!("At character {position} of the statement."));
                let lines: Vec<String> = failure.detail.iter().cloned().chain(place).collect();
                (!lines.is_empty()).then(|| lines.join("\n"))
            }
            // A position in here may be one in the body of a function.
            Self::Run(failure) => failure.detail.clone(),
            Self::ChainFailed { last, earlier } => {
                let mut lines: Vec<String> = last.detail().into_iter().collect();
                lines.extend(earlier.iter().map(|error| format!("Before it: {error}.")));
                Some(lines.join("\n"))
            }
            Self::Draft { cause, sql, attempt, of } => {
                let mut lines: Vec<String> = cause.detail().into_iter().collect();
                lines.push(format!("Draft {attempt} of {of}: {sql}"));
                Some(lines.join("\n"))
            }
            _ => None,
        }
    }

    /// The way out.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::EmptyQuestion => "Ask something, for example: SELECT nl_ask('how many orders are there').",
            Self::EmptyStatement => "Give one SELECT statement.",
            Self::EmptyCursorName => "Name it, or give NULL for a name of the server's choice.",
            Self::ThreadGiven => "Leave the second argument out.",
            Self::NoModel => "SET nl2sql.model = 'builtin', or the name of a foreign server.",
            Self::UnknownModel(_) => {
                "Models are foreign servers: CREATE SERVER … FOREIGN DATA WRAPPER nl2sql. \"builtin\" always exists."
            }
            Self::NotAModel { .. } => "Name a server of the foreign-data wrapper \"nl2sql\".",
            Self::ModelDenied(name) => {
                return Some(format!("GRANT USAGE ON FOREIGN SERVER {name} TO the role that asks."));
            }
            Self::UnknownOption { valid: "", .. } => "There are no valid options in this context.",
            Self::UnknownOption { valid, .. } => return Some(format!("Valid options in this context are: {valid}.")),
            Self::OptionDenied(_) => "Only superusers and members of pg_read_server_files may set it.",
            Self::MissingOption { option, server } => {
                return Some(format!("ALTER SERVER {server} OPTIONS (ADD {option} '…')."));
            }
            Self::SecretUnreadable { .. } => {
                "The file or variable must be readable by the operating-system user of the server."
            }
            Self::Unreachable { .. } => {
                "Check the server's endpoint and proxy options; SELECT * FROM nl_health() tests them."
            }
            Self::ModelTimedOut { .. } => "Raise nl2sql.model_timeout, or name a further model in nl2sql.model.",
            Self::Unauthorized { .. } => "Check the api_key of the user mapping.",
            Self::Overloaded { .. } => "Ask again later, or name a further model in nl2sql.model.",
            Self::Clarify { .. } => "Ask again with the answer in the question.",
            Self::NotUnderstood { .. } => CONNECT_A_MODEL,
            Self::Ambiguous { .. } => "Rephrase so that only one of them fits.",
            Self::TooCostly { .. } => "Ask for less, or have a superuser raise nl2sql.max_cost.",
            Self::QueryTimedOut { .. } => "Ask for less, or have a superuser raise nl2sql.query_timeout.",
            Self::MemoryExceeded { .. } => "Ask for less, or have a superuser raise nl2sql.memory_limit.",
            Self::DoesNotFit { .. } => "Change the list: nl_columns(question) tells what the query gives.",
            Self::CatalogsChanged => "Try again.",
            Self::Refused { hint, .. } => return hint.clone(),
            Self::Server(failure) | Self::Run(failure) => return failure.hint.clone(),
            Self::ChainFailed { last: cause, .. } | Self::Draft { cause, .. } => return cause.hint(),
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// One line about a model that failed, for the error of the whole chain.
    pub fn in_chain(model: &str, error: &Self) -> String {
        let why = error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
        format!("{model}: {error}{why}")
    }

    /// A new draft may cure it: the statement was wrong, not the caller's rights, patience or machine.
    pub fn is_repairable(&self) -> bool {
        match self {
            Self::StatementCount(_)
            | Self::Writes(_)
            | Self::Refused { .. }
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

    /// The next model of the chain may do better: this one could not be used, or does not know.
    pub fn is_for_next_model(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::BadReply { .. }
                | Self::ModelTimedOut { .. }
                | Self::Unauthorized { .. }
                | Self::Overloaded { .. }
                | Self::SecretUnreadable { .. }
                | Self::HttpStatus { .. }
                | Self::NotUnderstood { .. }
                | Self::Ambiguous { .. }
        )
    }
}

impl From<syntax::Refusal> for Error {
    fn from(refusal: syntax::Refusal) -> Self {
        match refusal {
            syntax::Refusal::StatementCount(count) => Self::StatementCount(count),
            syntax::Refusal::Writes(what) => Self::Writes(what),
            syntax::Refusal::TooComplex { what, limit } => Self::TooComplex { what, limit },
        }
    }
}

fn not_understood(words: &[String], understood: &str, nearest: &[String]) -> String {
    let mut lines = Vec::new();
    if words.is_empty() {
        lines.push("Every word is known, but not this form of question.".to_owned());
    } else {
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        lines.push(format!("It could not place: {}.", quoted.join(", ")));
    }
    if !nearest.is_empty() {
        lines.push(format!("The nearest names are: {}.", nearest.join(", ")));
    }
    if !understood.is_empty() {
        lines.push(format!("Understood so far: {understood}."));
    }
    lines.join("\n")
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
            sql: "DELETE FROM t".into(),
            attempt: 2,
            of: 3,
        };
        assert_eq!(error.sqlstate(), "25006");
        assert_eq!(error.detail().as_deref(), Some("Draft 2 of 3: DELETE FROM t"));
    }
}

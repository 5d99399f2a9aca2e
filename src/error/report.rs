//! What an error tells the person who sees it: SQLSTATE, DETAIL and HINT.

use super::{Error, quota, silence};
use schema::sanitize::{multi_line, one_line_marked};

impl Error {
    /// The five-character SQLSTATE (PostgreSQL documentation, appendix A).
    pub fn sqlstate(&self) -> &str {
        match self {
            Self::EmptyQuestion
            | Self::EmptyStatement
            | Self::NoModel
            | Self::TooManyModels { .. }
            | Self::InvalidLabel { .. }
            | Self::EmptyThreadName
            | Self::EmptyPart(_)
            | Self::TermWords { .. }
            | Self::BadTerm { .. }
            | Self::NoHelp(_)
            | Self::NoWordsToTeach
            | Self::NoVerdict
            | Self::FeedbackWithoutSql(_)
            | Self::BadDocument(_) => "22023",
            Self::Encoding | Self::Silent { .. } | Self::JobsNotPrepared => "0A000",
            Self::EmptyCursorName => "34000",
            Self::LongQuestion { .. }
            | Self::LongArgument { .. }
            | Self::LongThreadName { .. }
            | Self::PairTooLong { .. }
            | Self::LongExport { .. }
            | Self::TermTooLong { .. }
            | Self::TooManyWords { .. }
            | Self::TooManyPairs { .. } => "54000",
            Self::TermDefined(_) | Self::TermIsName { .. } => "42710",
            Self::NoSuchRelation(_) => "42P01",
            Self::TooManyTerms { .. } => "54000",
            Self::NoSuchJob(_) | Self::AskerIsGone => "42704",
            Self::JobNotReady { .. } | Self::JobNotCommitted(_) | Self::JobEnded { .. } => "55000",
            Self::TooManyJobs { .. } => "54000",
            Self::DraftLocked { .. } => "55P03",
            Self::LongSetting { .. } => "54000",
            Self::JudgingEndsProcess { .. } => "58000",
            Self::JudgingTooLong { .. } => "57000",
            Self::QuotasUncounted(_) => "53400",
            Self::Told(told) => &told.sqlstate,
            Self::NoSuchTerm(_)
            | Self::UnknownModel(_)
            | Self::NoSuchPair(_)
            | Self::NoSuchFeedback(_)
            | Self::NoSuchRole(_) => "42704",
            Self::TaughtOtherwise { .. } => "23505",
            Self::NotAModel { .. } => "42809",
            Self::ModelDenied(_)
            | Self::OptionDenied(_)
            | Self::CursorOfAnother { .. }
            | Self::MayNotShare
            | Self::MayNotShareTerms
            | Self::MayNotReadFeedback
            | Self::MayNotErase
            | Self::MayNotReset
            | Self::MayNotExport => "42501",
            Self::UnknownOption { .. } => "HV00D",
            Self::BadOptionValue { .. } => "HV024",
            Self::MissingOption { .. } => "HV00J",
            Self::SecretUnreadable { .. } => "58030",
            Self::Unreachable { .. } | Self::Resting { .. } => "HV00N",
            Self::BadReply { .. } => "HV00M",
            Self::ModelTimedOut { .. } | Self::HttpStatus { .. } => "HV00L",
            Self::Unauthorized { .. } => "28000",
            Self::Overloaded { .. } => "53000",
            Self::Clarify { .. } | Self::Undecided { .. } => "P0001",
            Self::Declined { .. } => "P0002",
            Self::StatementCount(_) => "42601",
            Self::Writes(_) | Self::ForgetsNothing => "25006",
            Self::Refused { .. } | Self::Hidden(_) => "2F003",
            Self::TooCostly { .. } | Self::OverQuota(_) => "53400",
            Self::DoesNotFit { .. } => "42804",
            Self::CatalogsChanged => "40001",
            Self::NotPreloaded | Self::OtherVersion { .. } => "55000",
            Self::ParallelOperation => "25000",
            Self::MemoryExceeded { .. } => "53200",
            Self::StatementTooLong { .. }
            | Self::TooComplex { .. }
            | Self::ArgumentsTooLarge { .. }
            | Self::RowTooLarge { .. } => "54000",
            Self::QueryTimedOut { .. } | Self::OwnQueryTimedOut { .. } | Self::QuestionTimedOut { .. } => "57014",
            Self::Server(failure) | Self::Run(failure) => &failure.sqlstate,
            Self::ChainFailed { last: cause, .. }
            | Self::Draft { cause, .. }
            | Self::TermExpression { cause, .. }
            | Self::InDocument { cause, .. } => cause.sqlstate(),
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
            Self::Hidden(_) => Some("Its security label is \"hidden\".".to_owned()),
            Self::InvalidLabel { why, .. } | Self::QuotasUncounted(why) => Some((*why).to_owned()),
            Self::LongQuestion { bytes, most } | Self::LongArgument { bytes, most, .. } => {
                Some(format!("It has {bytes} bytes; at most {most} are read."))
            }
            Self::TooManyModels { named, most } => Some(format!("It names {named}; at most {most} are asked.")),
            Self::LongThreadName { bytes, most } => Some(format!("It has {bytes} bytes; at most {most} are kept.")),
            Self::PairTooLong { bytes, most, .. } | Self::TermTooLong { bytes, most, .. } => {
                Some(format!("It has {bytes} bytes, at most {most} are kept."))
            }
            Self::TooManyWords { most } => Some(format!("At most {most} are looked for again.")),
            Self::NoWordsToTeach => {
                Some("A later question is recognized by the words that stand beside its values.".to_owned())
            }
            Self::TaughtOtherwise { id, question, sql } => {
                let (question, sql) = (one_line_marked(question), one_line_marked(sql));
                Some(format!("Pair {id}, \"{question}\", says: {sql}"))
            }
            Self::TooManyPairs { most } => Some(format!("A role keeps at most {most}.")),
            Self::MayNotReadFeedback => {
                Some("Only superusers and members of the roles in nl2sql.teachers read and accept it.".to_owned())
            }
            Self::MayNotErase => Some("Only superusers erase it: an audit that its subjects erase is none.".to_owned()),
            Self::OverQuota(over) => Some(quota::detail(over)),
            Self::MayNotReset => Some("Only superusers reset them.".to_owned()),
            Self::NotPreloaded => Some("What is counted for all sessions needs shared memory.".to_owned()),
            Self::MayNotExport => Some("Only superusers export it; everybody exports their own.".to_owned()),
            Self::MayNotShareTerms => {
                Some("Only superusers and members of the roles in nl2sql.teachers give terms an audience.".to_owned())
            }
            Self::TermIsName { name, .. } => Some(format!("It is {name}.")),
            Self::BadTerm { why, .. } => Some((*why).to_owned()),
            Self::TooManyTerms { most } => Some(format!("A role has at most {most}.")),
            // A position would be one in a statement that nobody wrote.
            Self::TermExpression { cause, .. } => match &**cause {
                Self::Server(failure) => failure.detail.clone(),
                cause => cause.detail(),
            },
            Self::MayNotShare => {
                Some("Only superusers and members of the roles in nl2sql.teachers give pairs an audience.".to_owned())
            }
            Self::JobNotReady { state, .. } => Some(format!("It is {state}.")),
            Self::JobEnded { state, .. } => Some(format!("It is {state}.")),
            Self::JobNotCommitted(_) => Some("It is with the transaction that submits it.".to_owned()),
            Self::JobsNotPrepared => {
                Some("The process that works on them is told as this session commits, and as no other does.".to_owned())
            }
            Self::TooManyJobs { most } => Some(format!("At most {most} may.")),
            Self::LongSetting { bytes, most, .. } => Some(format!("It has {bytes} bytes; at most {most} are carried.")),
            Self::Told(told) => told.detail.clone(),
            Self::MissingOption { server, .. } => Some(format!("Server \"{server}\" does not set it.")),
            Self::ModelTimedOut { seconds, .. } => Some(format!("It was given {seconds} s.")),
            Self::Undecided { readings, .. } => Some(super::numbered(readings).join("\n")),
            Self::Silent { abstention, .. } => Some(silence::detail(abstention)),
            Self::TooCostly { cost: Some(cost), limit } => {
                Some(format!("The planner estimates {cost:.0}, the limit is {limit:.0}."))
            }
            Self::TooCostly { cost: None, limit } => Some(format!("The limit is {limit:.0}.")),
            Self::Resting { seconds, .. } => Some(format!("It is asked again in {seconds:.0} s.")),
            Self::QuestionTimedOut { milliseconds } => Some(format!("It was given {milliseconds} ms.")),
            Self::QueryTimedOut { milliseconds } | Self::OwnQueryTimedOut { milliseconds } => {
                Some(format!("It was stopped after {milliseconds} ms."))
            }
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
            Self::BadDocument(why) => Some(why.clone()),
            Self::LongExport { most } => Some(format!("nl2sql.import() reads at most {most} bytes.")),
            Self::InDocument { cause, what, number, text } => {
                let mut lines: Vec<String> = cause.detail().into_iter().collect();
                lines.push(format!("{what} {number} of the document: \"{}\".", one_line_marked(text)));
                Some(lines.join("\n"))
            }
            Self::Draft { cause, sql, attempt, of } => {
                let mut lines: Vec<String> = cause.detail().into_iter().collect();
                // It may be refused for what steers a terminal.
                lines.push(format!("Draft {attempt} of {of}: {}", multi_line(sql)));
                Some(lines.join("\n"))
            }
            _ => None,
        }
    }

    /// The way out.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::EmptyQuestion => "Ask something, for example: SELECT nl_ask('how many orders are there').",
            Self::LongQuestion { .. } => "Ask for one thing, in a few sentences.",
            Self::EmptyStatement => "Give one SELECT statement.",
            Self::EmptyCursorName => "Name it, or give NULL for a name of the server's choice.",
            Self::NoHelp(_) => {
                "Topics are groups, time, ranking, filters, tables, models, privileges, and each table that you may read."
            }
            Self::EmptyThreadName => "Give it a name, or leave it out for a question that stands alone.",
            Self::TaughtOtherwise { id, .. } => {
                return Some(format!("Have it forgotten first: SELECT nl2sql.unteach({id})."));
            }
            Self::TooManyPairs { .. } | Self::NoSuchPair(_) => {
                "SELECT id, question FROM nl2sql.verified lists your own."
            }
            Self::NoWordsToTeach => "Teach a whole question, for example 'revenue in 2025 in Germany'.",
            Self::NoSuchFeedback(_) => "SELECT * FROM nl2sql.review() lists what askers said.",
            Self::FeedbackWithoutSql(id) => {
                return Some(format!("Give the SQL that is right: SELECT nl2sql.accept({id}, 'SELECT …')."));
            }
            Self::NoVerdict => "Give true or false for correct.",
            Self::MayNotShareTerms => "Leave the audience out: the term then counts in your own questions.",
            Self::MayNotShare => "Leave the audience out: the pair then answers your own questions.",
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
                "Check the server's endpoint, ca_file and proxy options; SELECT * FROM nl_health() tests them."
            }
            Self::ModelTimedOut { .. } => "Raise nl2sql.model_timeout, or name a further model in nl2sql.model.",
            Self::Unauthorized { .. } => "Check the api_key of the user mapping.",
            Self::Overloaded { .. } => "Ask again later, or name a further model in nl2sql.model.",
            Self::Clarify { .. } => "Ask again with the answer in the question.",
            Self::Undecided { .. } => "Ask again in words that only one of these fits.",
            Self::Silent { abstention, suggestions } => return Some(silence::hint(abstention, suggestions)),
            Self::TooCostly { .. } => "Ask for less, or have a superuser raise nl2sql.max_cost.",
            Self::Resting { .. } => {
                "nl_health() tells how it stands; a model after it in nl2sql.model is asked in its place."
            }
            Self::QuestionTimedOut { .. } => {
                "Ask again, or for less, or have a superuser raise nl2sql.question_timeout."
            }
            Self::QueryTimedOut { .. } => "Ask for less, or have a superuser raise nl2sql.query_timeout.",
            Self::OwnQueryTimedOut { .. } => "Ask again when the server is less busy.",
            Self::TooComplex { .. } => "Write it with fewer levels, copies and columns.",
            Self::MemoryExceeded { .. } => {
                "Ask for less, connect anew if the session has kept much, or have a superuser raise nl2sql.memory_limit."
            }
            Self::DoesNotFit { .. } => "Change the list: nl_columns(question) tells what the query gives.",
            Self::CatalogsChanged => "Try again.",
            Self::NoSuchJob(_) => "SELECT id, state, question FROM nl2sql.jobs lists your own.",
            Self::JobNotReady { id, .. } => {
                return Some(format!("SELECT nl_wait({id}) waits for it; LISTEN nl2sql tells when it is ready."));
            }
            Self::JobNotCommitted(_) => "COMMIT first.",
            Self::JobsNotPrepared => "Call nl_submit and nl_cancel in a transaction of their own.",
            Self::JobEnded { .. } => "Submit it again.",
            Self::TooManyJobs { .. } => "Wait for some, or cancel some: SELECT nl_cancel(id) FROM nl2sql.jobs.",
            Self::JudgingEndsProcess { .. } => "The server's log tells why.",
            Self::QuotasUncounted(_) => "Ask again, or have a superuser look at nl2sql.quota.",
            Self::JudgingTooLong { .. } => "Ask for less. Further drafts of the role are judged in some minutes.",
            Self::DraftLocked { .. } => "Ask again when whoever locks it has committed; pg_locks tells who does.",
            Self::Told(told) => return told.hint.clone(),
            Self::OverQuota(over) => return Some(quota::hint(over)),
            Self::TooManyModels { .. } => "Name those that are asked first, each once.",
            Self::NotPreloaded => "Add nl2sql to shared_preload_libraries and restart the server.",
            Self::OtherVersion { installed, library } if is_later(installed, library) => {
                "Begin a new session, or restart the server where shared_preload_libraries names nl2sql; \
                 install the library of that version where that does not help."
            }
            Self::OtherVersion { .. } => "Update it as its owner: ALTER EXTENSION nl2sql UPDATE.",
            Self::ParallelOperation => "Mark the function that calls it PARALLEL UNSAFE.",
            Self::CursorOfAnother { opener } => return Some(format!("Fetch as role {opener}, which opened it.")),
            Self::Hidden(_) => {
                "Name columns in place of *, and leave it out; whoever owns it can change the label: SECURITY LABEL FOR nl2sql."
            }
            Self::Refused { hint, .. } => return hint.clone(),
            Self::Server(failure) | Self::Run(failure) => return failure.hint.clone(),
            Self::TermDefined(_) => "SELECT nl2sql.undefine('…') forgets a term.",
            Self::TermIsName { .. } => "COMMENT ON describes what is in the schema, to every model.",
            Self::BadTerm { hint, .. } => hint,
            Self::TooManyTerms { .. } => "Forget some with nl2sql.undefine.",
            Self::ChainFailed { last: cause, .. }
            | Self::Draft { cause, .. }
            | Self::TermExpression { cause, .. }
            | Self::InDocument { cause, .. } => {
                return cause.hint();
            }
            Self::LongExport { .. } => {
                "Export it in parts, by a text that questions and terms hold: nl2sql.export('orders'). pg_dump keeps all of it."
            }
            Self::BadDocument(_) => "Documents look as nl2sql.export() writes them.",
            _ => return None,
        };
        Some(text.to_owned())
    }
}

/// Whether a version has greater numbers than another: 0.10.0 than 0.9.1.
fn is_later(version: &str, other: &str) -> bool {
    let numbers = |version: &str| version.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u32>>();
    numbers(version) > numbers(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_out_of_two_versions_depends_on_which_is_later() {
        let hint = |installed: &str, library| {
            Error::OtherVersion { installed: installed.to_owned(), library }.hint().unwrap_or_default()
        };
        assert!(hint("0.1.0", "0.2.0").contains("ALTER EXTENSION nl2sql UPDATE"));
        assert!(hint("0.9.1", "0.10.0").contains("ALTER EXTENSION nl2sql UPDATE"));
        assert!(hint("0.10.0", "0.9.1").contains("new session"));
    }
}

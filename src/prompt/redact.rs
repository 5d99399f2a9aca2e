//! What a model may know of a failure: less than the caller is told.
//!
//! The server's details and hints can name columns that the caller can't read, and most of its messages can quote rows, or
//! what code made of rows. A model gets the SQLSTATE, and of messages only those that name things: with the names that stand
//! in the statement it wrote itself. Everything else is told in words of our own.

use crate::error::{Error, Failure};

/// What a model may know of an error, as message and further lines.
pub fn told(sql: &str, error: &Error) -> (String, String) {
    match error {
        Error::Server(failure) | Error::Run(failure) if names_things(failure) => {
            let place = failure.position.and_then(|at| {
                let rest: String = sql.chars().skip(at.checked_sub(1)?).take(40).collect();
                Some(format!("It stands at character {at} of the statement: {rest}\n"))
            });
            (with_own_names(&failure.message, sql), place.unwrap_or_default())
        }
        Error::Server(failure) | Error::Run(failure) => (words_for(&failure.sqlstate).to_owned(), String::new()),
        // The planner's estimate tells of the data.
        Error::TooCostly { .. } => (error.to_string(), error.hint().map(|line| line + "\n").unwrap_or_default()),
        _ => {
            let lines = error.detail().into_iter().chain(error.hint()).map(|line| line + "\n");
            (error.to_string(), lines.collect())
        }
    }
}

/// The SQLSTATE that a model is told. Which of a class's it is can depend on the data, and each failed draft would tell some bits.
pub fn sqlstate(error: &Error) -> String {
    match error {
        Error::Server(failure) | Error::Run(failure) if !names_things(failure) => {
            format!("{}000", failure.sqlstate.get(..2).unwrap_or("XX"))
        }
        _ => error.sqlstate().to_owned(),
    }
}

/// Whether a failure is about names, types or grammar, and says nothing else. Missing privileges are no affair of a model.
pub fn names_things(failure: &Failure) -> bool {
    failure.names_only && failure.sqlstate.starts_with("42") && failure.sqlstate != "42501"
}

/// The message, with those quoted parts blotted out that do not stand in the statement.
fn with_own_names(message: &str, sql: &str) -> String {
    let sql = sql.to_lowercase();
    let is_own = |quoted: &str| quoted.to_lowercase().split('.').all(|name| sql.contains(name));
    let part = |(at, part): (usize, &str)| match at % 2 {
        1 if is_own(part) => format!("\"{part}\""),
        1 => "\"…\"".to_owned(),
        _ => part.to_owned(),
    };
    message.split('"').enumerate().map(part).collect()
}

/// What classes of failure mean (PostgreSQL documentation, appendix A), for a statement that may have to be written anew.
fn words_for(sqlstate: &str) -> &'static str {
    match sqlstate.get(..2) {
        Some("21") => "a subquery that is used as one value gave several rows",
        Some("22") => {
            "a value does not fit what is done with it: a division by zero, a number out of range, a text that does not have \
             the form of the type it is converted to, an argument that a function does not take"
        }
        Some("42") => "a name, a type or the grammar is wrong",
        Some("0A") => "it uses something that the server does not support",
        Some("54") => "it goes beyond a limit of the server, or is nested too deeply",
        _ => "the statement failed while it was planned or ran",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(sqlstate: &str, message: &str, names_only: bool) -> Failure {
        Failure {
            sqlstate: sqlstate.into(),
            message: message.into(),
            detail: Some("Alice".into()),
            hint: Some("Perhaps you meant salary".into()),
            position: Some(8),
            names_only,
        }
    }

    #[test]
    fn what_an_error_says_of_data_or_hidden_columns_stays_here() {
        let quoting = failure("22P02", "invalid input syntax for type integer: \"Alice\"", true);
        for error in [Error::Run(quoting.clone()), Error::Server(quoting)] {
            let (message, facts) = told("SELECT 1", &error);
            assert!(
                !message.contains("Alice") && message.contains("form of the type") && facts.is_empty(),
                "{message}"
            );
            assert_eq!(sqlstate(&error), "22000");
        }
        let by_code = failure("42703", "column \"Alice\" does not exist", false);
        let (message, facts) = told("SELECT f()", &Error::Server(by_code));
        assert!(!message.contains("Alice") && facts.is_empty(), "{message}");
    }

    #[test]
    fn estimates_stay_here() {
        let (message, facts) = told("SELECT 1", &Error::TooCostly { cost: Some(4711.0), limit: 100.0 });
        assert!(message.contains("max_cost") && !facts.contains("4711"), "{facts}");
    }

    #[test]
    fn names_of_the_statement_are_told_and_no_others() {
        let own = Error::Server(failure("42703", "column \"nmae\" does not exist", true));
        let (message, facts) = told("SELECT NMAE FROM t", &own);
        assert_eq!((message.as_str(), sqlstate(&own).as_str()), ("column \"nmae\" does not exist", "42703"));
        assert_eq!(facts, "It stands at character 8 of the statement: NMAE FROM t\n");
        let other = Error::Server(failure("42803", "column \"t.secret\" must appear in the GROUP BY clause", true));
        assert_eq!(told("SELECT * FROM t", &other).0, "column \"…\" must appear in the GROUP BY clause");
    }
}

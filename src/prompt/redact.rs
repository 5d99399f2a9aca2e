//! What a model may know of a failure: less than the caller is told.
//!
//! The server's details and hints can name columns that the caller can't read, and most of its messages can quote rows, or
//! what code made of rows. A model gets the SQLSTATE, and of messages only those that name things: with the names that stand
//! in the statement it wrote itself. Everything else is told in words of our own.

use crate::error::{Error, Failure};
use syntax::names::{stands_in, with_own_names};

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
        // Not even whether what the draft names is hidden or does not exist.
        Error::Hidden(_) => (
            "the statement uses a column or relation that the schema does not show".to_owned(),
            "Use what the schema shows and nothing else. A * stands for columns that it does not show, too.\n"
                .to_owned(),
        ),
        // Texts of owners use what the asker may not even know of.
        Error::Refused { what, why, .. } if !names_only_own(what, sql) || !names_only_own(why, sql) => (
            "the statement uses something that may not be used".to_owned(),
            "It stands behind something that the statement names.\n".to_owned(),
        ),
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

/// Whether the qualified names in a sentence are those of the statement, of the server or of our settings.
fn names_only_own(sentence: &str, sql: &str) -> bool {
    let is_known = |schema: &str| ["pg_catalog", "information_schema", "nl2sql"].contains(&schema);
    sentence.split_whitespace().map(|word| word.trim_end_matches(['.', ',', ':', ';', ')'])).all(|word| {
        word.split_once('.').is_none_or(|(schema, _)| is_known(schema))
            || word.rsplit('.').next().is_none_or(|name| stands_in(name, sql))
    })
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
    fn what_is_hidden_is_not_told_from_what_does_not_exist() {
        let (message, facts) = told("SELECT * FROM c", &Error::Hidden("public.c.secret".into()));
        assert!(!format!("{message}{facts}").contains("secret"), "{message} {facts}");
        let part = Error::Server(failure("42803", "column \"c.secret\" must appear in the GROUP BY clause", true));
        assert!(!told("SELECT secretary FROM c", &part).0.contains("secret\""), "a part of a word is no name");
    }

    #[test]
    fn a_refusal_names_nothing_behind_what_the_statement_names() {
        let refused = |what: &str, why: &str| Error::Refused { what: what.into(), why: why.into(), hint: None };
        let behind = refused("reading table mal.notes", "Its row-level security policy reads relation public.payroll.");
        let (message, facts) = told("SELECT * FROM mal.notes", &behind);
        assert!(!format!("{message}{facts}").contains("payroll"), "{message} {facts}");
        let own = refused("calling function pg_catalog.set_config", "It is volatile.");
        assert!(told("SELECT set_config('a', 'b', true)", &own).0.contains("set_config"));
        let operator = refused("calling function pg_catalog.int4pl", "It is volatile.");
        assert!(told("SELECT 1 + 1", &operator).0.contains("int4pl"));
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

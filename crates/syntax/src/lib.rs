//! The first look at a statement, without the server: sqlparser's.
//!
//! It can only refuse what it is sure of. Where it cannot parse, it has no opinion: PostgreSQL's grammar is the authority.

#![forbid(unsafe_code)]

#[cfg(test)]
mod properties;

use std::ops::ControlFlow;

use sqlparser::ast::{Query, SetExpr, Statement, Visit, Visitor};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// Beyond this, sqlparser is not asked: its trees are as deep as a chain of operators is long, and are dropped on the stack.
const MAX_LENGTH: usize = 20_000;

/// PostgreSQL's scanner goes back over a run of operator characters for every character of it, and can't be interrupted.
const MAX_OPERATOR: usize = 1_000;

/// Why a text is refused before the server sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("expected one statement, found {0}")]
    StatementCount(usize),
    /// The statement's first words: `DELETE`, `SELECT INTO`.
    #[error("cannot execute {0}: only queries are allowed")]
    Writes(String),
    /// More of something than reading it can take; `what` in the plural.
    #[error("more than {limit} {what}")]
    TooComplex { what: &'static str, limit: usize },
}

/// Refuses text that is surely not one query, and text that only reading would take for ever.
pub fn check(sql: &str) -> Result<(), Refusal> {
    let is_operator = |c: char| "~!@#^&|`?+-*/%<>=".contains(c);
    if sql.split(|c| !is_operator(c)).any(|run| run.len() > MAX_OPERATOR) {
        return Err(Refusal::TooComplex { what: "operator characters in a row", limit: MAX_OPERATOR });
    }
    if sql.len() > MAX_LENGTH {
        return Ok(());
    }
    let Ok(statements) = Parser::parse_sql(&PostgreSqlDialect {}, sql) else { return Ok(()) };
    match statements.as_slice() {
        [statement @ Statement::Query(_)] => match statement.visit(&mut Writes) {
            ControlFlow::Break(what) => Err(Refusal::Writes(what.to_owned())),
            ControlFlow::Continue(()) => Ok(()),
        },
        [other] => {
            let text = other.to_string();
            Err(Refusal::Writes(text.split_whitespace().next().unwrap_or_default().to_uppercase()))
        }
        several => Err(Refusal::StatementCount(several.len())),
    }
}

/// Looks at every query, however deep, for one that is none.
struct Writes;

impl Visitor for Writes {
    type Break = &'static str;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<&'static str> {
        match query.body.as_ref() {
            SetExpr::Insert(_) => ControlFlow::Break("INSERT"),
            SetExpr::Update(_) => ControlFlow::Break("UPDATE"),
            SetExpr::Delete(_) => ControlFlow::Break("DELETE"),
            SetExpr::Merge(_) => ControlFlow::Break("MERGE"),
            SetExpr::Select(select) if select.into.is_some() => ControlFlow::Break("SELECT INTO"),
            _ => ControlFlow::Continue(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(sql: &str) -> Option<Refusal> {
        check(sql).err()
    }

    #[test]
    fn queries_pass() {
        for sql in
            ["SELECT 1", "WITH a AS (SELECT 1) SELECT * FROM a", "VALUES (1)", "TABLE t", "(SELECT 1) UNION SELECT 2"]
        {
            assert_eq!(refusal(sql), None, "{sql}");
        }
    }

    #[test]
    fn what_sqlparser_cannot_read_is_left_to_the_server() {
        assert_eq!(refusal("SELECT FROM WHERE )("), None);
        assert_eq!(refusal(&"(".repeat(10_000)), None);
    }

    #[test]
    fn endless_operators_are_refused() {
        assert_eq!(
            refusal(&format!("SELECT 1{}1", "+".repeat(1_001))),
            Some(Refusal::TooComplex { what: "operator characters in a row", limit: MAX_OPERATOR })
        );
        assert_eq!(refusal(&format!("SELECT 1 -- {}", "=".repeat(900))), None);
    }

    #[test]
    fn statements_that_write_are_refused() {
        for sql in [
            "DELETE FROM t",
            "DROP TABLE t",
            "/* hi */ UPDATE t SET a = 1",
            "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        ] {
            assert!(matches!(refusal(sql), Some(Refusal::Writes(_))), "{sql}");
        }
    }

    #[test]
    fn one_statement_only() {
        assert_eq!(refusal("SELECT 1; SELECT 2"), Some(Refusal::StatementCount(2)));
        assert_eq!(refusal(""), Some(Refusal::StatementCount(0)));
    }
}

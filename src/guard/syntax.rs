//! The first look at a statement, without the server: sqlparser's.
//!
//! It can only refuse what it is sure of. Where it cannot parse, it has no opinion: PostgreSQL's grammar is the authority.

use sqlparser::ast::{Query, SetExpr, Statement};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::error::Error;

/// Beyond this, sqlparser is not asked: the server's own limits apply.
const MAX_LENGTH: usize = 100_000;

/// Refuses text that is surely not one query.
pub fn check(sql: &str) -> Result<(), Error> {
    if sql.len() > MAX_LENGTH {
        return Ok(());
    }
    let Ok(statements) = Parser::parse_sql(&PostgreSqlDialect {}, sql) else { return Ok(()) };
    match statements.as_slice() {
        [Statement::Query(query)] => check_query(query),
        [other] => {
            let text = other.to_string();
            let verb: String = text.split_whitespace().next().unwrap_or_default().to_uppercase();
            Err(Error::Writes(verb))
        }
        several => Err(Error::StatementCount(several.len())),
    }
}

fn check_query(query: &Query) -> Result<(), Error> {
    match query.body.as_ref() {
        SetExpr::Insert(_) => Err(Error::Writes("INSERT".to_owned())),
        SetExpr::Update(_) => Err(Error::Writes("UPDATE".to_owned())),
        SetExpr::Delete(_) => Err(Error::Writes("DELETE".to_owned())),
        SetExpr::Merge(_) => Err(Error::Writes("MERGE".to_owned())),
        _ => query.with.iter().flat_map(|with| &with.cte_tables).try_for_each(|cte| check_query(&cte.query)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sqlstate(sql: &str) -> Option<String> {
        check(sql).err().map(|error| error.sqlstate().to_owned())
    }

    #[test]
    fn queries_pass() {
        for sql in
            ["SELECT 1", "WITH a AS (SELECT 1) SELECT * FROM a", "VALUES (1)", "TABLE t", "(SELECT 1) UNION SELECT 2"]
        {
            assert_eq!(sqlstate(sql), None, "{sql}");
        }
    }

    #[test]
    fn what_sqlparser_cannot_read_is_left_to_the_server() {
        assert_eq!(sqlstate("SELECT FROM WHERE )("), None);
        assert_eq!(sqlstate(&"(".repeat(10_000)), None);
    }

    #[test]
    fn statements_that_write_are_refused() {
        for sql in [
            "DELETE FROM t",
            "DROP TABLE t",
            "/* hi */ UPDATE t SET a = 1",
            "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        ] {
            assert_eq!(sqlstate(sql).as_deref(), Some("25006"), "{sql}");
        }
    }

    #[test]
    fn one_statement_only() {
        assert_eq!(sqlstate("SELECT 1; SELECT 2").as_deref(), Some("42601"));
        assert_eq!(sqlstate("").as_deref(), Some("42601"));
    }
}

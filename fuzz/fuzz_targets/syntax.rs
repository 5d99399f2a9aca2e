//! Checks random texts as generated statements. The check may not panic, hang or overflow the stack, and may not let pass
//! what sqlparser itself reads as anything but a single query.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sqlparser::ast::Statement;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

fuzz_target!(|sql: &str| {
    if syntax::check(sql).is_ok() && sql.len() < 20_000 {
        if let Ok(statements) = Parser::parse_sql(&PostgreSqlDialect {}, sql) {
            assert!(matches!(statements.as_slice(), [Statement::Query(_)]), "accepted: {sql}");
        }
    }
});

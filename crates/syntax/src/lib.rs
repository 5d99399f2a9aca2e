//! Checks the text of a generated statement before PostgreSQL sees it, with the parser of the crate sqlparser.
//!
//! What may run is decided later, by PostgreSQL's own parser and analyzer. This check comes before them because it
//! needs neither a server nor a transaction, and for what they can't do:
//!
//! - Analysis locks the tables that a statement names. If a WITH clause deletes from one, it is locked for writing
//!   (setTargetTable in parse_clause.c), which may wait for others and makes others wait, before anybody can look at the
//!   analyzed statement. A write that is recognized here takes no lock.
//! - PostgreSQL's scanner takes quadratic time for a long run of operator characters and can't be interrupted in it.
//! - A second grammar, written independently, has to take the text for a single query as well, which makes it harder to
//!   smuggle something past the first.
//!
//! The check only ever refuses. A text that sqlparser can't read passes, because sqlparser does not know all of
//! PostgreSQL's syntax: a pass says nothing.

#![forbid(unsafe_code)]

pub mod names;
#[cfg(test)]
mod property_tests;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{ObjectName, ObjectNamePart, Query, SetExpr, Statement, Visit, Visitor};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

/// Longer texts, in bytes, are not parsed: a chain of operators becomes a tree as deep as the chain is long, and
/// dropping it recursively would overflow the stack.
const MAX_LENGTH: usize = 20_000;

/// The longest run of operator characters. PostgreSQL's scanner reads the rest of a run again for every character of it
/// (the rule `operator` in scan.l).
const MAX_OPERATOR: usize = 1_000;

/// Why a text is refused before the server sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The number of statements in the text, which is not 1.
    #[error("expected one statement, found {0}")]
    StatementCount(usize),
    /// The text, or a part of it, is no query. Holds the command, such as `DELETE` or `SELECT INTO`.
    #[error("cannot execute {0}: only queries are allowed")]
    Writes(String),
    /// The text has more of something than PostgreSQL's parser can deal with; `what` is a plural noun.
    #[error("more than {limit} {what}")]
    TooComplex { what: &'static str, limit: usize },
    /// The text has a character that acts on how the text around it is shown.
    #[error("the character U+{:04X}", u32::from(*.0))]
    Deceptive(char),
}

/// The first character of a text that acts on how the text around it is shown, so that whoever reads it may see another statement:
/// what moves a terminal's cursor or begins its commands, and what turns the direction of writing ("Trojan Source", CVE-2021-42574).
/// Marks that Arabic and Hebrew are written with, of a length of nothing each, are left, and controls that terminals show nothing of.
pub fn deceptive_character(sql: &str) -> Option<char> {
    let steers_a_terminal = |c: char| matches!(c, '\u{8}' | '\u{e}' | '\u{f}' | '\u{1b}' | '\u{80}'..='\u{9f}');
    let turns_the_writing = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    sql.chars().find(|c| steers_a_terminal(*c) || turns_the_writing(*c))
}

/// Refuses a text that is certainly not a single query, and one that would keep PostgreSQL's parser busy for long.
pub fn check(sql: &str) -> Result<(), Refusal> {
    if let Some(character) = deceptive_character(sql) {
        return Err(Refusal::Deceptive(character));
    }
    let is_operator = |c: char| "~!@#^&|`?+-*/%<>=".contains(c);
    if sql.split(|c| !is_operator(c)).any(|run| run.len() > MAX_OPERATOR) {
        return Err(Refusal::TooComplex { what: "operator characters in a row", limit: MAX_OPERATOR });
    }
    if sql.len() > MAX_LENGTH {
        return Ok(());
    }
    parsed(sql, |statements| match statements {
        [statement @ Statement::Query(_)] => match statement.visit(&mut FindWrites) {
            ControlFlow::Break(what) => Err(Refusal::Writes(what.to_owned())),
            ControlFlow::Continue(()) => Ok(()),
        },
        [other] => {
            let text = other.to_string();
            Err(Refusal::Writes(text.split_whitespace().next().unwrap_or_default().to_uppercase()))
        }
        several => Err(Refusal::StatementCount(several.len())),
    })
    .unwrap_or(Ok(()))
}

/// Does something with the statements of a text; `None` where sqlparser can't read it. The parser makes room on the stack for itself,
/// dropping its deep trees does not, and a backend may have come near the end of its stack.
fn parsed<T>(sql: &str, work: impl FnOnce(&[Statement]) -> T) -> Option<T> {
    /// Bytes: some 0.6 MB were seen for a tree of 10,000 levels.
    const DROPPING: usize = 2 << 20;
    stacker::maybe_grow(DROPPING, 4 * DROPPING, || {
        Parser::parse_sql(&PostgreSqlDialect {}, sql).ok().map(|statements| work(&statements))
    })
}

/// The names that a statement has in the places of relations, names of its own WITH clauses among them: a name alone, or
/// a schema and a name, as the server reads them. Of a text that sqlparser can't read, none.
pub fn relation_names(sql: &str) -> BTreeSet<(Option<String>, String)> {
    let mut found = FindRelations::default();
    if sql.len() <= MAX_LENGTH {
        parsed(sql, |statements| {
            for statement in statements {
                // Nothing ends the visit early.
                let _ = statement.visit(&mut found);
            }
        });
    }
    found.0
}

/// A text that stands in a statement as a literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextLiteral {
    pub text: String,
    /// The statement says that it is a time, or a unit of time: `date '2025-01-01'`, `date_trunc('month', …)`. Never so of what
    /// merely looks like one, as the value of a column of texts may.
    pub is_time: bool,
}

/// Types and functions that make a time of the literal after them.
const TIME_TYPES: [&str; 5] = ["date", "time", "timestamp", "timestamptz", "interval"];
const TIME_FUNCTIONS: [&str; 2] = ["date_trunc", "date_part"];

/// The texts that stand in a statement as literals. `None` where that is not sure: of what sqlparser can't read, of texts quoted
/// otherwise than in single quotes, and of comments, which may say anything.
pub fn texts(sql: &str) -> Option<Vec<TextLiteral>> {
    let is_space = |c: char| c.is_whitespace();
    let mut texts = Vec::new();
    // The two tokens before the current one, as they are written.
    let mut before = [String::new(), String::new()];
    for token in Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().ok()? {
        if matches!(token, Token::Whitespace(_)) && token.to_string().chars().all(is_space) {
            continue;
        }
        let written = token.to_string().to_lowercase();
        match token {
            Token::SingleQuotedString(text) => {
                let [function, last] = &before;
                let is_time =
                    TIME_TYPES.contains(&last.as_str()) || last == "(" && TIME_FUNCTIONS.contains(&function.as_str());
                texts.push(TextLiteral { text, is_time });
            }
            Token::Word(_) | Token::Number(..) => {}
            other => {
                let told = other.to_string();
                if !told.chars().all(|c| is_space(c) || c.is_ascii_punctuation()) || told.contains(['\'', '"', '$']) {
                    return None;
                }
            }
        }
        before.rotate_left(1);
        before[1] = written;
    }
    Some(texts)
}

#[derive(Default)]
struct FindRelations(BTreeSet<(Option<String>, String)>);

impl Visitor for FindRelations {
    type Break = ();

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        let part = |part: &ObjectNamePart| {
            let name = part.as_ident()?;
            Some(if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() })
        };
        let parts: Vec<String> = name.0.iter().filter_map(part).collect();
        match parts.as_slice() {
            [name] => self.0.insert((None, name.clone())),
            [.., schema, name] => self.0.insert((Some(schema.clone()), name.clone())),
            [] => false,
        };
        ControlFlow::Continue(())
    }
}

/// Looks for commands that write in the place of a query, at any depth.
struct FindWrites;

impl Visitor for FindWrites {
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
    fn nothing_acts_on_how_a_statement_is_shown() {
        for character in ['\u{1b}', '\u{9b}', '\u{8}', '\u{202e}', '\u{2066}'] {
            for sql in [format!("SELECT 1 /* {character} */"), format!("SELECT '{character}'")] {
                assert_eq!(refusal(&sql), Some(Refusal::Deceptive(character)));
            }
        }
        assert_eq!(refusal("SELECT '\u{1}'"), None);
        assert_eq!(refusal("SELECT\t'\u{5d0}\u{200f}',\r\n '\u{1f469}\u{200d}\u{1f680}', E'\\x1b'"), None);
    }

    #[test]
    fn texts_that_sqlparser_cannot_read_pass() {
        assert_eq!(refusal("SELECT FROM WHERE )("), None);
        assert_eq!(refusal(&"(".repeat(10_000)), None);
    }

    #[test]
    fn texts_are_literals_in_single_quotes() {
        let sql = "SELECT \"a b\".c, 1.5::text, 'it''s' FROM t WHERE d >= date '2025-01-01' AND e <> 'x'";
        let literals = texts(sql).expect("plain literals");
        let told: Vec<(&str, bool)> = literals.iter().map(|one| (one.text.as_str(), one.is_time)).collect();
        assert_eq!(told, [("it's", false), ("2025-01-01", true), ("x", false)]);
        for sql in ["SELECT $$x$$", "SELECT E'x'", "SELECT U&'x'", "SELECT 1 -- x", "SELECT 1 /* x */", "SELECT 'x"] {
            assert_eq!(texts(sql), None, "{sql}");
        }
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
    fn relations_are_found_wherever_they_stand() {
        let sql = "WITH a AS (SELECT * FROM Billing.Invoices) SELECT (SELECT max(x) FROM \"B\".\"C d\") FROM a \
                   JOIN db.s.t ON EXISTS (SELECT FROM u) UNION SELECT * FROM v";
        let names = |sql: &str| -> Vec<String> {
            let name =
                |(schema, name): (Option<String>, String)| schema.map_or(name.clone(), |of| format!("{of}.{name}"));
            relation_names(sql).into_iter().map(name).collect()
        };
        assert_eq!(names(sql), ["a", "u", "v", "B.C d", "billing.invoices", "s.t"]);
        assert!(names("SELECT FROM WHERE )(").is_empty() && names("SELECT 1").is_empty());
    }

    #[test]
    fn one_statement_only() {
        assert_eq!(refusal("SELECT 1; SELECT 2"), Some(Refusal::StatementCount(2)));
        assert_eq!(refusal(""), Some(Refusal::StatementCount(0)));
    }
}

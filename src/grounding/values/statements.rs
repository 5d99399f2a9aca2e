//! The statements that look for values in one table. Every name in them is quoted and qualified, operators too.

use super::MAX_LENGTH;
use super::targets::{Target, TargetColumn};

/// A table up to this size is read whole.
const SMALL_PAGES: u64 = 1000;
const SMALL_ROWS: f64 = 10_000.0;
/// So many pages of a larger one, and so many rows at most of any.
pub const SAMPLE_PAGES: u64 = 100;
const MAX_READ: u64 = 10_000;
/// So many values of a column come back at most.
const MAX_FOUND: u32 = 200;

/// A statement whose rows are the number of a column, and a value of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub sql: String,
    /// It takes `$1`, spellings, and may only be planned without sequential scans. Else it takes `$1`, phrases with
    /// ASCII in lower case, and `$2`, their beginnings.
    pub by_index: bool,
}

/// What to run on a table of `rows` rows, as far as is known. `fresh`: it has not changed since its statistics were made.
pub fn of(target: &Target, rows: Option<f64>, fresh: bool) -> Vec<Statement> {
    let small = target.pages <= SMALL_PAGES && rows.is_none_or(|rows| rows <= SMALL_ROWS);
    let mut statements = Vec::new();
    let mut scans = Vec::new();
    for (at, column) in target.columns.iter().enumerate() {
        if !small && column.indexed {
            statements.push(Statement { sql: probe(target, at, column), by_index: true });
        } else if !column.complete || (small && !fresh) {
            let source = source(target, column, small);
            scans.push(scan(at, &source, "lower(t.value COLLATE pg_catalog.\"C\")", "equal"));
            // Else what is alike is looked for among the values that the statistics hold.
            if column.known.is_empty() {
                let beginning = "\"left\"(pg_catalog.lower(t.value COLLATE pg_catalog.\"C\"), 3)";
                scans.push(scan(at, &source, beginning, "alike"));
            }
        }
    }
    if !scans.is_empty() {
        let sql = format!(
            "WITH equal AS MATERIALIZED (SELECT pg_catalog.unnest($1::pg_catalog.text[])), \
             alike AS MATERIALIZED (SELECT pg_catalog.unnest($2::pg_catalog.text[])) {}",
            scans.join(" UNION ALL ")
        );
        statements.push(Statement { sql, by_index: false });
    }
    statements
}

/// Some values of one column, in the one collation that they can be compared in.
fn source(target: &Target, column: &TargetColumn, small: bool) -> String {
    let sample = if small {
        String::new()
    } else {
        let percent = 100.0 * SAMPLE_PAGES as f64 / target.pages.max(SAMPLE_PAGES) as f64;
        format!(" TABLESAMPLE pg_catalog.system ({percent}) REPEATABLE (1)")
    };
    format!(
        "(SELECT t.{}::pg_catalog.text COLLATE pg_catalog.\"default\" AS value FROM {} AS t{sample} LIMIT {MAX_READ}) AS t",
        quoted(&column.name),
        target.sql_name()
    )
}

/// The values for which an expression of `pg_catalog` is in a list.
fn scan(number: usize, source: &str, expression: &str, list: &str) -> String {
    format!(
        "(SELECT DISTINCT '{number}'::pg_catalog.text, t.value FROM {source} \
         WHERE pg_catalog.octet_length(t.value) OPERATOR(pg_catalog.<=) {MAX_LENGTH} \
         AND pg_catalog.{expression} OPERATOR(pg_catalog.=) ANY (TABLE {list}) LIMIT {MAX_FOUND})"
    )
}

/// Asks an index for each spelling. The limit keeps the planner from joining the whole table.
fn probe(target: &Target, number: usize, column: &TargetColumn) -> String {
    format!(
        "SELECT '{number}', p.value FROM pg_catalog.unnest($1::pg_catalog.text[]) AS p(value) \
         CROSS JOIN LATERAL (SELECT FROM {} AS t WHERE t.{} OPERATOR(pg_catalog.=) p.value LIMIT 1) AS found",
        target.sql_name(),
        quoted(&column.name)
    )
}

/// An identifier in quotes, whatever it is.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(pages: u64, indexed: bool) -> Target {
        let column = TargetColumn { name: "a\"b".into(), indexed, ..TargetColumn::default() };
        Target { schema: "s".into(), relation: "T".into(), pages, columns: vec![column], ..Target::default() }
    }

    #[test]
    fn a_small_table_is_read_and_a_large_one_never_whole() {
        let small = of(&target(1000, true), Some(10_000.0), false);
        assert!(matches!(small.as_slice(), [only] if !only.by_index && !only.sql.contains("TABLESAMPLE")), "{small:?}");
        for (pages, rows) in [(1001, None), (1, Some(10_001.0))] {
            let large = of(&target(pages, false), rows, false);
            assert!(matches!(large.as_slice(), [only] if only.sql.contains("TABLESAMPLE")), "{large:?}");
            let large = of(&target(pages, true), rows, false);
            assert!(matches!(large.as_slice(), [only] if only.by_index), "{large:?}");
        }
    }

    #[test]
    fn what_fresh_statistics_tell_is_not_read() {
        let mut target = target(1, false);
        target.columns[0].complete = true;
        assert_eq!(of(&target, Some(10.0), false).len(), 1);
        assert_eq!(of(&target, Some(10.0), true).len(), 0);
        assert_eq!(of(&target, Some(50_000.0), false).len(), 0);
    }

    #[test]
    fn names_stay_names() {
        for statement in [of(&target(1, false), None, false), of(&target(5000, true), None, false)].concat() {
            assert!(
                statement.sql.contains("FROM \"s\".\"T\"") && statement.sql.contains("t.\"a\"\"b\""),
                "{statement:?}"
            );
        }
    }
}

//! Properties of the check, tested with texts that a fixed random sequence makes from queries and writes: it never
//! panics, and what passes is never anything but a single query to sqlparser.

use sqlparser::ast::Statement;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::{MAX_LENGTH, check};

const CORPUS: &[&str] = &[
    "SELECT a, count(*) FILTER (WHERE b > 1) FROM t WHERE c IN (1, 2) GROUP BY a HAVING sum(b) > 0 ORDER BY 1 LIMIT 5",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r, LATERAL (SELECT 1) AS q",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) OVER (PARTITION BY y ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
    "VALUES (1, 'it''s'), (2, E'\\n'), (3, $q$;$q$), (4, U&'\\0041')",
    "TABLE t",
    "SELECT CASE a WHEN 1 THEN 'x' ELSE CAST(b AS numeric(10, 2)) END, ARRAY[1, 2][1], (r).f, x::text[] FROM t",
    "SELECT * FROM a JOIN b USING (id) LEFT JOIN LATERAL unnest(b.c) WITH ORDINALITY AS u(v, n) ON true",
    "SELECT j -> 'a' ->> 0, j @> '{}', t ~* '^a', t NOT LIKE 'x%' ESCAPE '!', a IS DISTINCT FROM b FROM t",
    "SELECT /* a /* nested */ comment */ 1 -- end",
    "(SELECT 1) UNION (SELECT 2) EXCEPT VALUES (3) ORDER BY 1",
    "SELECT DISTINCT ON (a) a FROM t TABLESAMPLE system (10) FOR UPDATE SKIP LOCKED",
    "SELECT a INTO b FROM c",
    "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2 RETURNING *",
    "UPDATE t SET a = 1 FROM u WHERE t.id = u.id",
    "DELETE FROM t USING u WHERE t.id = u.id RETURNING t.*",
    "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE",
    "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
    "CREATE TABLE t AS SELECT 1",
    "COPY (SELECT 1) TO PROGRAM 'x'",
    "EXPLAIN (ANALYZE, FORMAT JSON) SELECT 1",
    "DO $$ BEGIN DELETE FROM t; END $$",
    "SELECT 1; DROP TABLE t; COMMIT",
    "DECLARE c CURSOR FOR SELECT 1",
    "SET ROLE postgres",
    "GRANT ALL ON t TO PUBLIC",
];

/// Fragments that begin or end something in the wrong place.
const PIECES: &[&str] = &[
    "(",
    ")",
    ";",
    "'",
    "\"",
    "--",
    "/*",
    "*/",
    "$$",
    "$a$",
    "\\",
    "\n",
    ",",
    "::",
    "[",
    "]",
    "{",
    "}",
    "::int",
    "NOT ",
    "- ",
    "INTO x ",
    "FOR UPDATE",
    "WITH x AS (",
    "UNION ",
    "SELECT ",
    "CASE WHEN ",
    "é",
    "\u{feff}",
    "\u{1f600}",
    "\0",
    "E'",
    "U&'",
    "X'",
    "1e",
    "0x",
    "@",
    "#>",
    "!",
    "?",
    "%s",
    ":a",
    "$1",
    "LATERAL ",
    "INTERVAL ",
    "ARRAY[",
    "DELETE FROM t ",
];

/// The generator xorshift64*, which gives the same texts in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap_or(0) % limit.max(1)
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    /// A text of the corpus, changed a few times.
    fn text(&mut self) -> String {
        let mut characters: Vec<char> = self.of(CORPUS).chars().collect();
        for _ in 0..=self.below(6) {
            let at = self.below(characters.len() + 1);
            let to = (at + self.below(20)).min(characters.len());
            match self.below(6) {
                0 => drop(characters.drain(at..to)),
                1 => drop(characters.splice(at..at, self.of(PIECES).chars())),
                2 => drop(characters.splice(at..to, self.of(PIECES).chars())),
                3 => {
                    let again: Vec<char> = characters[at..to].repeat(1 + self.below(40));
                    drop(characters.splice(at..at, again));
                }
                4 => drop(characters.splice(at..at, self.of(CORPUS).chars())),
                _ => {
                    let piece = self.of(PIECES).repeat(1 + self.below(200));
                    drop(characters.splice(at..at, piece.chars()));
                }
            }
        }
        characters.into_iter().collect()
    }
}

/// The property itself: a text that passes is a single query, or sqlparser can't read it.
fn assert_sound(sql: &str) {
    if check(sql).is_err() || sql.len() > MAX_LENGTH {
        return;
    }
    if let Ok(statements) = Parser::parse_sql(&PostgreSqlDialect {}, sql) {
        assert!(matches!(statements.as_slice(), [Statement::Query(_)]), "accepted: {sql}");
    }
}

/// Runs a test on a stack as large as a backend's, whose overflow would end the whole server.
fn on_the_stack_of_a_backend(test: impl FnOnce() + Send + 'static) {
    let backend = std::thread::Builder::new().stack_size(8 << 20).spawn(test);
    backend.unwrap().join().unwrap();
}

/// A backend may have come near the end of its stack before.
#[test]
fn deep_texts_need_no_stack_of_the_backend() {
    let nearly_used_up = std::thread::Builder::new().stack_size(256 << 10).spawn(|| {
        let deep = format!("EXPLAIN SELECT 1{}", "+1".repeat(9_900));
        assert!(check(&deep).is_err() && super::relation_names(&deep).is_empty());
    });
    nearly_used_up.unwrap().join().unwrap();
}

#[test]
fn mutated_texts_never_panic_and_no_statement_but_a_query_passes() {
    on_the_stack_of_a_backend(|| {
        let mut random = Random(0x5EED);
        for _ in 0..20_000 {
            assert_sound(&random.text());
        }
    });
}

#[test]
fn statements_one_after_the_other_never_pass() {
    for first in CORPUS {
        for second in CORPUS {
            let both = format!("{first}; {second}");
            let readable = Parser::parse_sql(&PostgreSqlDialect {}, &both).is_ok();
            // A comment at the end of the first hides the second.
            assert!(!readable || first.contains("--") || check(&both).is_err(), "accepted: {both}");
        }
    }
}

#[test]
fn deep_texts_neither_overflow_the_stack_nor_take_long() {
    let started = std::time::Instant::now();
    on_the_stack_of_a_backend(|| {
        let nested = [
            ("(", ")"),
            ("SELECT (", ")"),
            ("CASE WHEN ", " END"),
            ("f(", ")"),
            ("ARRAY[", "]"),
            ("(SELECT * FROM ", ") q"),
            ("NOT ", ""),
            ("- ", ""),
        ];
        for (open, close) in nested {
            for depth in [10, 45, 60, 1_000, 3_000, 40_000] {
                assert_sound(&format!("SELECT {}1{}", open.repeat(depth), close.repeat(depth)));
            }
        }
        let tails =
            ["+1", "::int", "^1", " AND a", " IS NULL", "->0", "[1]", ".a", " UNION SELECT 1", " COLLATE c", "! "];
        for tail in tails {
            for bytes in [1_000, 19_900, 99_900] {
                assert_sound(&format!("SELECT a{}", tail.repeat(bytes / tail.len())));
            }
        }
    });
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}

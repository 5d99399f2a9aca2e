//! Every kind of statement, bare and in disguise: none but a plain query is accepted, whoever asks, and nothing moves.

use nl2sql_e2e::attack::Target;

const STATEMENTS: &str = include_str!("../sql/statements.txt");

/// Ways to hide a statement `S`. The text around it must not make a query of it.
const DISGUISES: &[&str] = &[
    "/* a comment */ S",
    "/* outer /* nested */ still outer */ S -- the end",
    "/* SELECT 1; */ S /* unfinished -- */",
    "-- SELECT 1\nS",
    "--\r\n--\nS--",
    "; S",
    ";;; S ;;;",
    " \t\r\n\u{c}S;",
    "\u{feff}S",
    "\u{a0}S",
    "S; COMMIT",
    "S; SELECT 1",
    "SELECT 1; S",
    "SELECT 1;S;SELECT 2",
    "SELECT 1; COMMIT; S",
    "BEGIN; S; COMMIT",
    "SELECT ';'; S",
    "SELECT '\\'; S --'",
    "SELECT E'\\''; S --'",
    "SELECT $$;$$; S",
    "SELECT $a$ $$ ; $b$ $a$; S",
    "SELECT U&'\\0027;'; S",
    "SELECT U&'!0027;' UESCAPE '!'; S",
    "SELECT 1 AS \";\"; S",
    "SELECT 1 AS \"\"\";\"; S",
    "SELECT B'1', X'A', N'x', 1e1; S",
    "SELECT 1 /* ; */; S",
    "SELECT 1 -- \\\n; S",
    "SELECT 'a'\n'b'; S",
    "EXPLAIN S",
    "EXPLAIN ANALYZE S",
    "EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) S",
    "PREPARE p AS S",
    "COPY (S) TO PROGRAM 'touch {file}'",
    "COPY (S) TO STDOUT",
    "DECLARE c CURSOR FOR S",
    "DECLARE c CURSOR WITH HOLD FOR S",
    "DO $do$ BEGIN S; END $do$",
    "CREATE TABLE loot AS S",
    "CREATE VIEW loot AS S",
    "CREATE MATERIALIZED VIEW loot AS S",
    "CREATE RULE r AS ON INSERT TO staff DO ALSO S",
    "CREATE FUNCTION f() RETURNS integer BEGIN ATOMIC S; END",
    "CREATE SCHEMA loot S",
    "INSERT INTO staff S",
    "WITH q AS (S) SELECT * FROM q",
    "WITH q AS MATERIALIZED (S) SELECT 1",
    "WITH RECURSIVE q AS (SELECT 1 UNION S) SELECT * FROM q",
    "WITH q AS (SELECT 1) S",
    "WITH a AS (SELECT 1), b AS (S) SELECT * FROM a, b",
    "SELECT (S)",
    "SELECT ARRAY(S)",
    "SELECT * FROM (S) AS q",
    "SELECT * FROM LATERAL (S) AS q",
    "SELECT 1 WHERE EXISTS (S)",
    "SELECT 1 UNION ALL S",
    "SELECT 1 LIMIT (S)",
    "TABLE staff; S",
    "VALUES (1); S",
    "(S",
    "S)",
];

struct Statement {
    alternative: &'static str,
    /// Not every supported major knows it.
    optional: bool,
    sql: &'static str,
}

impl Statement {
    /// Of its refusal where it stands alone, when this is what was found.
    fn sqlstate(&self, found: &str) -> &'static str {
        match self.alternative {
            // The grammar itself says that there are none.
            "CreateAssertionStmt" => "0A000",
            _ if self.optional && found == "42601" => "42601",
            _ => "25006",
        }
    }
}

fn statements() -> impl Iterator<Item = Statement> {
    STATEMENTS.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (name, sql) = line.split_once(": ").unwrap_or_else(|| panic!("statements.txt: {line}"));
        let alternative = name.trim_end_matches('?');
        Statement { alternative, optional: name != alternative, sql }
    })
}

fn mixed_case(sql: &str) -> String {
    let flip = |(at, c): (usize, char)| if at % 2 == 0 { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
    sql.chars().enumerate().map(flip).collect()
}

/// The statement, in disguise.
fn disguised(sql: &str) -> Vec<String> {
    let mut all: Vec<String> = DISGUISES.iter().map(|disguise| disguise.replace('S', "\u{1}")).collect();
    // The letter stands for the statement only where it stands alone.
    for (text, disguise) in all.iter_mut().zip(DISGUISES) {
        let alone = |at: usize| {
            let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            !letter(disguise[..at].chars().next_back()) && !letter(disguise[at + 1..].chars().next())
        };
        let places: Vec<usize> = disguise.match_indices('S').map(|(at, _)| at).filter(|at| alone(*at)).collect();
        assert_eq!(places.len(), 1, "{disguise}");
        *text = format!("{}{sql}{}", &disguise[..places[0]], &disguise[places[0] + 1..]);
    }
    all.push(sql.to_lowercase());
    all.push(sql.to_uppercase());
    all.push(mixed_case(sql));
    all.push(sql.replace(' ', "\n\t"));
    all.push(sql.replace(' ', "/**/"));
    all.push(sql.replace(' ', "--\n"));
    all
}

fn target(name: &str, superuser: bool) -> Target {
    Target::new(
        name,
        superuser,
        "CREATE TABLE staff (id int, name text); INSERT INTO staff VALUES (1, 'Ada'), (2, 'Ben');
         CREATE INDEX staff_id ON staff (id);
         CREATE TABLE parted (id int) PARTITION BY LIST (id);
         CREATE SEQUENCE numbers;
         CREATE VIEW people AS SELECT id FROM staff;
         CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS n FROM staff;
         CREATE UNIQUE INDEX counts_n ON counts (n);
         CREATE TYPE mood AS ENUM ('fine');
         CREATE TYPE pair AS (a integer, b integer);
         CREATE DOMAIN small AS integer NOT NULL;
         CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
         CREATE PROCEDURE wipe() LANGUAGE sql AS 'DELETE FROM staff';
         GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;
         GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO PUBLIC;
         GRANT CREATE ON SCHEMA public TO PUBLIC;",
    )
}

/// The verdicts of `nl_check` on these texts, in one round: `allowed`, or the SQLSTATE.
fn verdicts(target: &mut Target, texts: &[String]) -> Vec<String> {
    let sql = "SELECT coalesce(k.sqlstate, 'allowed') FROM unnest($1::text[]) WITH ORDINALITY AS t(text, n),
               LATERAL nl_check(t.text) AS k ORDER BY t.n";
    let rows = target.asker.client.query(sql, &[&texts]).unwrap_or_else(|error| panic!("{texts:#?}\n{error:?}"));
    rows.iter().map(|row| row.get(0)).collect()
}

fn check_all(target: &mut Target) {
    let mut tried = 0;
    for (number, statement) in statements().enumerate() {
        let sql = target.with_file(statement.sql);
        let mut texts = vec![sql.clone()];
        texts.extend(disguised(&sql).iter().map(|text| target.with_file(text)));
        let found = verdicts(target, &texts);
        assert_eq!(found.len(), texts.len());
        assert_eq!(found[0], statement.sqlstate(&found[0]), "{}", texts[0]);
        for (text, verdict) in texts.iter().zip(&found) {
            // It writes; or it is no single statement. Nothing else, as nothing of it may have been looked up, unless
            // it can be read as an expression: a column, or a literal with its type.
            let expression = text.ends_with(&format!("({sql})")) && ["42703", "42704"].contains(&verdict.as_str());
            // PostgreSQL itself has no writing WITH below the top.
            let below = statement.alternative == "SelectStmt" && verdict == "0A000";
            let refused =
                expression || below || ["25006", "42601", statement.sqlstate("25006")].contains(&verdict.as_str());
            assert!(refused, "{text} has {verdict}");
        }
        tried += texts.len();
        if number % 10 == 0 {
            target.assert_unmoved(statement.sql);
        }
    }
    target.assert_unmoved("all of them");
    println!("{tried} texts");
}

/// Command tags that belong to no statement of their own, or to one that only a walsender takes: they name what became of
/// another statement.
const NO_STATEMENTS: &[&str] = &[
    "???",
    "COPY FROM",
    "SELECT FOR KEY SHARE",
    "SELECT FOR NO KEY UPDATE",
    "SELECT FOR SHARE",
    "SELECT FOR UPDATE",
    "LOGIN",
    "CREATE REPLICATION SLOT",
    "DROP REPLICATION SLOT",
    "ALTER REPLICATION SLOT",
    "IDENTIFY SYSTEM",
    "READ_REPLICATION_SLOT",
    "START_REPLICATION",
    "START REPLICATION",
    "BASE_BACKUP",
    "TIMELINE_HISTORY",
    "UPLOAD_MANIFEST",
];

/// Statements whose tag is spelled with other words than they are.
const SPELLED_OTHERWISE: &[(&str, &str)] = &[
    ("ALTER LARGE OBJECT", "ALTER LARGE"),
    ("ALTER OPERATOR CLASS", "ALTER OPERATOR"),
    ("ALTER OPERATOR FAMILY", "ALTER OPERATOR"),
    ("ALTER ACCESS METHOD", "CREATE ACCESS METHOD"),
    ("ALTER CAST", "CREATE CAST"),
    ("ALTER CONSTRAINT", "ALTER TABLE"),
    ("ALTER TRANSFORM", "CREATE TRANSFORM"),
    ("CLOSE CURSOR", "CLOSE"),
    ("CLOSE CURSOR ALL", "CLOSE ALL"),
    ("CREATE CONSTRAINT", "CREATE TRIGGER"),
    ("CREATE ROUTINE", "CREATE FUNCTION"),
    ("DEALLOCATE ALL", "DEALLOCATE"),
    ("DECLARE CURSOR", "DECLARE"),
    ("DROP CONSTRAINT", "ALTER TABLE"),
    ("GRANT ROLE", "GRANT"),
    ("LOCK TABLE", "LOCK"),
    ("PREPARE TRANSACTION", "PREPARE"),
    ("REVOKE ROLE", "REVOKE"),
    ("START TRANSACTION", "BEGIN"),
    ("TRUNCATE TABLE", "TRUNCATE"),
];

/// The server itself says which commands it has, in a header that comes with it.
#[test]
fn every_command_of_the_server_is_tried() {
    let header = server_header("tcop/cmdtaglist.h");
    let tags: Vec<&str> =
        header.lines().filter_map(|line| line.strip_prefix("PG_CMDTAG(")?.split('"').nth(1)).collect();
    assert!(tags.len() > 150, "{} tags cannot be all", tags.len());
    let texts: Vec<Vec<String>> = statements().map(|statement| words(statement.sql)).collect();
    let is_tried = |tag: &&str| {
        let other = SPELLED_OTHERWISE.iter().find(|(named, _)| named == tag).map(|(_, spelled)| *spelled);
        let wanted = words(other.unwrap_or(tag));
        texts.iter().any(|text| text.first() == wanted.first() && in_order(&wanted, text))
    };
    let missing: Vec<&str> =
        tags.into_iter().filter(|tag| !NO_STATEMENTS.contains(tag) && *tag != "SELECT" && !is_tried(tag)).collect();
    assert!(missing.is_empty(), "no statement tries {missing:?}");
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_uppercase)
        .collect()
}

/// Whether all of `wanted` stand in `text` in their order, others between them allowed: `CREATE OR REPLACE VIEW`.
fn in_order(wanted: &[String], text: &[String]) -> bool {
    let mut rest = text.iter();
    wanted.iter().all(|word| rest.any(|other| other == word))
}

fn server_header(path: &str) -> String {
    let config = std::env::var("PG_CONFIG").expect("PG_CONFIG names the server's pg_config");
    let output = std::process::Command::new(config).arg("--includedir-server").output().expect("pg_config runs");
    let directory = String::from_utf8(output.stdout).expect("a path");
    let file = std::path::Path::new(directory.trim()).join(path);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn only_queries_are_accepted() {
    check_all(&mut target("kinds", false));
}

#[test]
fn only_queries_are_accepted_of_a_superuser() {
    check_all(&mut target("kinds_super", true));
}

#[test]
fn a_model_that_drafts_them_gets_nowhere() {
    let mut target = target("drafts", true);
    let mut last = "";
    for statement in statements().filter(|statement| !statement.optional) {
        // One of each alternative, and all that is a query in part.
        if statement.alternative != last || last == "SelectStmt" {
            last = statement.alternative;
            target.attack(statement.sql, Some(statement.sqlstate("25006")));
        }
    }
    for disguise in disguised("DELETE FROM staff") {
        target.attack(&disguise, None);
    }
}

/// Locking clauses are part of queries, wherever they stand.
#[test]
fn row_locks_are_refused() {
    let mut target = target("locks", true);
    for lock in ["FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE", "FOR UPDATE OF staff SKIP LOCKED"] {
        for query in [
            "SELECT * FROM staff LOCK",
            "SELECT * FROM (SELECT * FROM staff LOCK) AS q",
            "WITH q AS (SELECT * FROM staff LOCK) SELECT * FROM q",
            "SELECT (SELECT id FROM staff LIMIT 1 LOCK)",
            "SELECT 1 WHERE EXISTS (SELECT FROM staff LOCK)",
            "(SELECT * FROM staff LOCK)",
            "SELECT * FROM staff LOCK LIMIT 1",
            "SELECT ARRAY(SELECT id FROM staff LOCK)",
        ] {
            target.attack(&query.replace("LOCK", lock), Some("2F003"));
        }
    }
    target.attack("SELECT * FROM people FOR UPDATE", Some("2F003"));
    target.attack("TABLE staff FOR UPDATE", Some("2F003"));
}

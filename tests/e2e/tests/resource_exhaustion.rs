//! Nothing is unbounded: whatever the text asks for, it ends in a clear error or a right answer, in time, in a server
//! that lives on, and the backend's memory returns to where it was.

use std::fs;
use std::time::{Duration, Instant};

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::server::has;
use nl2sql_e2e::session::{nl_ask, quote};
use postgres::Client;

/// More than `nl2sql.query_timeout` of these tests, as memory is freed after it, and the machine may be busy.
const IN_TIME: Duration = Duration::from_secs(25);

/// Private memory that a backend may keep: catalog and plan caches, and what the allocator does not give back to the
/// system, as above it something small is in use. Further rounds of the same may not go on adding to it.
const TOLERANCE_KIB: u64 = 192 * 1024;
const ROUND_KIB: u64 = 32 * 1024;

/// Time, cost, memory, size, depth, what the server's grammar or a type cannot hold: errors that say what is too much.
/// (XX000 is how PostgreSQL refuses a single piece of memory over 1 GB.)
const CLEAR: &[&str] = &[
    "57014", "53400", "53200", "54000", "54001", "54011", "54023", "42601", "22003", "2201B", "22P02", "2200N", "XX000",
];

fn times(text: &str, count: usize) -> String {
    text.repeat(count)
}

fn numbered(count: usize, separator: &str, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(separator)
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("{}{inner}{}", times(open, depth), times(close, depth))
}

/// Much work, much memory or many rows in few words.
fn greedy() -> Vec<String> {
    let series = "generate_series(1, 1000000000000)";
    let mut all: Vec<String> = [
        "SELECT length(repeat('x', 1000000000))",
        "SELECT repeat('x', 1000000000)",
        "SELECT repeat('x', 1000000000) || repeat('y', 1000000000)",
        "SELECT repeat('x', 100000000) FROM generate_series(1, 1000)",
        "SELECT array_agg(repeat('x', 1000000)) FROM generate_series(1, 100000)",
        "SELECT array_length(array_fill(0, ARRAY[100000000]), 1)",
        "SELECT array_fill(1, ARRAY[100000, 100000])",
        "SELECT length(string_agg(a::text, ',')) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
        "SELECT array_agg(a) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
        "SELECT jsonb_agg(a) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
        "SELECT json_object_agg(a, b) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
        "SELECT xmlagg(xmlelement(name x, a)) FROM generate_series(1, 100000) a, generate_series(1, 100) b",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
        "SELECT count(DISTINCT a * b) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
        "SELECT a * b, count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b GROUP BY 1",
        "SELECT a, b FROM generate_series(1, 100000) a, generate_series(1, 100000) b ORDER BY random()",
        "SELECT sum(a) OVER (ORDER BY b) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT n FROM r",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT 1 FROM r WHERE n = 0",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION SELECT n + 1 FROM r) SELECT max(n) FROM r",
        "WITH RECURSIVE r AS (SELECT 'x' AS t UNION ALL SELECT t || t FROM r) SELECT max(length(t)) FROM r",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r, generate_series(1, 10)) SELECT count(*) FROM r",
        "WITH r AS MATERIALIZED (SELECT repeat('x', 1000) FROM generate_series(1, 100000000)) SELECT count(*) FROM r",
        "SELECT repeat('a', 1000000) ~ '((a*)*)*b'",
        "SELECT repeat('a', 100000) ~ '(a|aa|aaa|aaaa)*(a|aa|aaa)*c\\1'",
        "SELECT repeat('a', 200) ~ '(a+)+\\1(a+)+\\2b'",
        "SELECT regexp_replace(repeat('a', 300000), '(a?){200}(a*)*$', 'b', 'g')",
        "SELECT 'x' ~ repeat('(', 200000)",
        "SELECT 'x' ~ (repeat('(x', 50000) || repeat(')*', 50000))",
        "SELECT 'x' ~ '((((((x{1,255}){1,255}){1,255}){1,255}){1,255}){1,255})'",
        "SELECT count(*) FROM regexp_split_to_table(repeat('ab', 30000000), 'b')",
        "SELECT repeat('a', 100000000) LIKE '%a%a%a%a%a%a%a%a%b'",
        "SELECT 'x' SIMILAR TO repeat('(x|y)*', 20000)",
        "SELECT length(lpad('x', 1000000000, 'yz'))",
        "SELECT length(format('%300000000s', 'x'))",
        "SELECT length(format('%s%s%s', repeat('x', 500000000), repeat('x', 500000000), repeat('x', 500000000)))",
        "SELECT length(replace(repeat('x', 100000000), 'x', repeat('y', 100)))",
        "SELECT length(translate(repeat('x', 100000000), 'x', 'y'))",
        "SELECT array_length(string_to_array(repeat('a,', 100000000), ','), 1)",
        "SELECT length(to_char(1, repeat('9', 100000000)))",
        "SELECT 9.99 ^ 999999999",
        "SELECT 99999999999::numeric ^ 99999",
        "SELECT factorial(100000)",
        "SELECT exp(999999999::numeric)",
        "SELECT round(1::numeric / 3, 2147483647)",
        "SELECT length((repeat('9', 131000)::numeric * repeat('9', 131000)::numeric)::text)",
        "SELECT to_tsvector('simple', repeat('word ', 30000000))",
        "SELECT count(*) FROM unnest(string_to_array(repeat('a,', 50000000), ',')) a GROUP BY a",
        "SELECT md5(repeat('x', 900000000)), sha512(repeat('x', 900000000)::bytea)",
        "SELECT encode(repeat('x', 900000000)::bytea, 'hex')",
        "SELECT jsonb_path_query_array((SELECT jsonb_agg(i) FROM generate_series(1, 30000) i), '$[*] ? (exists ($ ? (@ > 0)))')",
        "SELECT (SELECT jsonb_agg(i) FROM generate_series(1, 20000) i) @? '$[*] ? (@ > 0 && exists($[*] ? (@ < 0)))'",
        "SELECT xpath('count(//*[count(//*[. != ''x'']) < 0])', ('<a>' || repeat('<b/>', 3000) || '</a>')::xml)",
        "SELECT int4multirange(VARIADIC array_agg(int4range(i, i + 1))) FROM generate_series(1, 100000000, 2) i",
        "SELECT hashtext(string_agg(md5(i::text), '')) FROM generate_series(1, 1000000000) i",
        "SELECT generate_subscripts(array_fill(1, ARRAY[30000000]), 1)",
        "SELECT string_agg(repeat('x', 1000000), '') OVER (ORDER BY i) FROM generate_series(1, 10000) i",
    ]
    .map(str::to_owned)
    .into();
    all.push(format!("SELECT n FROM {series} n"));
    all.push(format!("SELECT count(*) FROM {series}"));
    all.push(format!("SELECT 1 FROM {series} WHERE false"));
    all.push(format!("SELECT max(n) FROM (SELECT {series} AS n) AS q"));
    all.push(format!("SELECT * FROM {series} a, {series} b ORDER BY 1 LIMIT 1"));
    all
}

/// Much to parse, analyze and plan: text that is long, or deep.
fn bulky() -> Vec<String> {
    let wide = |count, join: &str| numbered(count, join, |i| format!("small a{i}"));
    let joined = |count| numbered(count, " JOIN ", |i| format!("small a{i}{}", if i == 0 { "" } else { " ON true" }));
    vec![
        format!("SELECT count(*) FROM {}", wide(1000, ", ")),
        format!(
            "SELECT count(*) FROM {} WHERE {}",
            wide(60, ", "),
            numbered(59, " AND ", |i| format!("a{i}.id = a{}.id", i + 1))
        ),
        format!("SELECT count(*) FROM {}", joined(1000)),
        format!("SELECT count(*) FROM {}", wide(1000, " NATURAL JOIN ")),
        format!("SELECT count(*) FROM {}", wide(300, " NATURAL FULL JOIN ")),
        format!(
            "SELECT count(*) FROM {}small{}",
            times("(", 500),
            numbered(500, "", |i| format!(" JOIN small a{i} USING (id))"))
        ),
        format!(
            "SELECT count(*) FROM small WHERE {}",
            numbered(2000, " OR ", |i| format!("EXISTS (SELECT FROM small s{i} WHERE s{i}.id = small.id + {i})"))
        ),
        format!("SELECT '{}'", times("x", 10 << 20)),
        format!("SELECT 1 /* {} */", times("x", 10 << 20)),
        format!("SELECT {}", numbered(2_000_000, ",", |_| "1".to_owned())),
        nested("SELECT (", "SELECT 1", ")", 10_000),
        format!("SELECT {}", nested("(", "1", ")", 10_000)),
        format!("SELECT {}", nested("(", "1", ")", 3_000)),
        format!("SELECT {}", nested("(", "1", ")", 45)),
        nested("(", "SELECT 1", ")", 4_000),
        format!("SELECT * FROM {} AS q", nested("(", "SELECT 1", ")", 3_000)),
        format!("SELECT 1 FROM {}", nested("(SELECT * FROM ", "small", ") AS q", 1_000)),
        format!("SELECT 1{}", times("+1", 50_000)),
        format!("SELECT 1{}", times("+1", 200_000)),
        format!("SELECT 1{}", times("::int", 19_000)),
        format!("SELECT 1{}", times("^1", 49_000)),
        format!("SELECT 1{}", times(" IS NULL", 12_000)),
        format!("SELECT 'a'{}", times("||'a'", 19_000)),
        format!("SELECT '[]'::json{}", times("->0", 30_000)),
        format!("SELECT ARRAY[1]{}", times("[1]", 30_000)),
        format!("SELECT true{}", times(" AND true", 10_000)),
        format!("SELECT 1 IN ({})", numbered(100_000, ",", |i| i.to_string())),
        format!("SELECT 1 WHERE 1 IN ({})", numbered(9_000, ",", |i| format!("{i}::bigint"))),
        numbered(2_000, " UNION ", |i| format!("SELECT {i}")),
        numbered(6_000, " UNION ALL ", |i| format!("SELECT {i}")),
        numbered(5_000, " INTERSECT ", |_| "SELECT 1".to_owned()),
        format!("VALUES {}", numbered(100_000, ",", |i| format!("({i})"))),
        format!("SELECT {}", nested("CASE WHEN true THEN ", "1", " END", 3_000)),
        format!("SELECT CASE {} END", numbered(8_000, " ", |i| format!("WHEN {i} = 0 THEN {i}"))),
        format!("SELECT {}", nested("abs(", "1", ")", 9_000)),
        format!("SELECT {}", nested("coalesce(1, ", "1", ")", 4_000)),
        format!("SELECT {}", nested("ARRAY[", "1", "]", 4_000)),
        format!("SELECT {}", nested("ROW(", "1", ")", 4_000)),
        format!("SELECT {} true", times("NOT ", 20_000)),
        format!("SELECT {} 1", times("- ", 40_000)),
        format!("SELECT 1 WHERE {}", nested("EXISTS (SELECT 1 WHERE ", "true", ")", 2_000)),
        numbered(3_000, "", |i| format!("{}q{i} AS (SELECT 1)", if i == 0 { "WITH " } else { ", " })) + " SELECT 1",
        nested("WITH q AS (", "SELECT 1", ") SELECT * FROM q", 2_000),
        format!("SELECT '{}'::json", nested("[", "", "]", 20_000)),
        format!("SELECT '{}'::jsonb", nested("[", "", "]", 20_000)),
        format!("SELECT '{}'::jsonb", nested("{\"a\":", "1", "}", 15_000)),
        format!("SELECT '{}'::xml", nested("<a>", "", "</a>", 12_000)),
        format!("SELECT '{}'::int[]", nested("{", "1", "}", 20_000)),
        format!("SELECT '{}'::jsonpath", nested("(", "$", ")", 20_000)),
        format!("SELECT '{}'::tsquery", nested("!(", "a", ")", 20_000)),
        format!("SELECT '{}'::numeric", times("9", 900_000)),
        format!("SELECT {}", times("9", 900_000)),
        format!("SELECT 1e{}", times("9", 90_000)),
        format!("SELECT {}", times("9", 90_000)),
        format!("SELECT 1 AS \"{}\"", times("x", 900_000)),
        format!("SELECT 1 AS {}", times("x", 90_000)),
        format!("SELECT {} FROM small", numbered(5_000, ", ", |_| "id".to_owned())),
        format!("SELECT 1 FROM small GROUP BY CUBE ({})", numbered(30, ", ", |i| format!("id + {i}"))),
        format!("SELECT 1 FROM small GROUP BY {}", numbered(12, ", ", |i| format!("ROLLUP (id + {i}, id - {i})"))),
        format!("SELECT {} FROM small", numbered(1_000, ", ", |i| format!("sum(id) OVER (ORDER BY id + {i})"))),
        format!("SELECT 1 {}", times("- ", 90_000)),
        format!("SELECT 1{}", times(";", 900_000)),
        format!("SELECT {}", times("$a$$b$", 100_000)),
        format!("SELECT {}'", times("'a' ", 200_000)),
        format!("SELECT 'a'{}", times("\n'a'", 200_000)),
        format!("SELECT U&'{}'", times("\\0041", 100_000)),
        times("(", 900_000),
        times("SELECT ", 100_000),
        times("\u{1f600}", 200_000),
        format!("SELECT {}", times("a.", 400_000)),
        format!("SELECT 1 FROM small{}", times(" TABLESAMPLE system(1)", 40_000)),
    ]
}

/// What PostgreSQL cannot be interrupted in, so that no time limit helps: of the sizes that fit into a statement, minutes
/// and hours. Its scanner looks at a run of operator characters again for each token and each nested comment it takes from
/// it, and its planner at every WITH query below for each one that it puts in the place of its name.
fn uninterruptible() -> Vec<String> {
    let chain = numbered(600, ", ", |i| format!("q{i} AS (SELECT * FROM q{})", i + 1));
    vec![
        format!("WITH RECURSIVE {chain}, q600 AS (SELECT 1) SELECT count(*) FROM q0"),
        format!("SELECT 1{}", nested("/*", "", "*/", 20_000)),
        times("/*", 50_000) + "SELECT 1",
        format!("SELECT 1{}1", times("+", 300_000)),
        format!("SELECT 1{}1", times("+-", 150_000)),
    ]
}

struct Bounds {
    fixture: Fixture,
    pid: i32,
}

impl Bounds {
    /// With a limit on the time of each statement.
    fn new(name: &str, query_timeout: &str) -> Bounds {
        let mut fixture = Fixture::empty(name);
        fixture.session.run("CREATE TABLE small (id int); INSERT INTO small VALUES (1); ANALYZE small");
        // The cost's estimate would refuse most of it; here the other limits are looked at.
        fixture.session.run("SET nl2sql.max_cost = 0; SET nl2sql.max_attempts = 1");
        fixture.session.run(&format!("SET nl2sql.query_timeout = '{query_timeout}'"));
        let pid = fixture.session.pid();
        Bounds { fixture, pid }
    }

    /// How it ended in what time, checked and asked for; and what is wrong with that.
    fn try_one(&mut self, sql: &str) -> Vec<String> {
        self.fixture.double.answer("bulk", Reply::sql(sql));
        let check = format!("SELECT coalesce(sqlstate, 'allowed') FROM nl_check({})", quote(sql));
        let mut wrong = Vec::new();
        for (how, statement) in [("nl_check", check), ("nl_ask", nl_ask("bulk"))] {
            let started = Instant::now();
            let code = ending(&mut self.fixture.session.client, &statement);
            let took = started.elapsed();
            // A reply too long for a model is none.
            let clear = code == "answered" || CLEAR.contains(&code.as_str()) || how == "nl_ask" && code == "HV00M";
            if !clear || took > IN_TIME {
                wrong.push(format!("{how} ended in {code} after {took:?}"));
            }
        }
        wrong
    }

    fn try_all(&mut self, statements: &[String]) {
        let mut failures = Vec::new();
        let before = private_memory(self.pid);
        let has_xml = has("libxml");
        let statements: Vec<&String> = statements.iter().filter(|sql| has_xml || !sql.contains("xml")).collect();
        for sql in &statements {
            let shown: String = sql.chars().take(90).collect();
            let wrong = self.try_one(sql);
            assert_eq!(self.fixture.session.pid(), self.pid, "the backend ended at {shown}");
            failures.extend(wrong.into_iter().map(|wrong| format!("{shown}… ({} bytes): {wrong}", sql.len())));
        }
        let first = private_memory(self.pid);
        let again: Vec<&&String> =
            statements.iter().filter(|sql| sql.len() > 9_000).take(8).chain(statements.iter().take(8)).collect();
        let mut rounds = vec![first];
        // What the allocator keeps depends on when a limit came; what leaks grows each time.
        while rounds.len() < 4 && !has_settled(&rounds) {
            for sql in &again {
                self.try_one(sql);
            }
            rounds.push(private_memory(self.pid));
        }
        println!("private memory: {before} KiB, after all and after some of it again {rounds:?} KiB");
        let log = self.fixture.database.cluster.log();
        assert!(!log.contains("was terminated by signal") && !log.contains("PANIC"), "the server crashed");
        assert!(failures.is_empty(), "{} are wrong:\n{}", failures.len(), failures.join("\n"));
        assert!(first <= before + TOLERANCE_KIB, "the backend keeps {first} KiB of memory, before it had {before} KiB");
        assert!(has_settled(&rounds), "memory grows: {rounds:?} KiB");
    }
}

/// The last round added nothing to what an earlier one had.
fn has_settled(rounds: &[u64]) -> bool {
    rounds.split_last().is_some_and(|(last, earlier)| earlier.iter().any(|kib| *last <= kib + ROUND_KIB))
}

/// `answered`, or the SQLSTATE; a verdict counts as what it says. A lost connection has neither.
fn ending(client: &mut Client, statement: &str) -> String {
    match client.simple_query(statement) {
        Ok(messages) => {
            let row = messages.iter().find_map(|message| match message {
                postgres::SimpleQueryMessage::Row(row) => row.get(0),
                _ => None,
            });
            row.filter(|code| code.len() == 5).unwrap_or("answered").to_owned()
        }
        Err(error) => error.code().map_or_else(|| format!("{error:?}"), |code| code.code().to_owned()),
    }
}

/// KiB that belong to the process alone; 0 where the system does not tell.
fn private_memory(pid: i32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[test]
fn greedy_queries_are_bounded() {
    Bounds::new("greedy", "500ms").try_all(&greedy());
}

#[test]
fn bulky_texts_are_bounded() {
    Bounds::new("bulky", "2s").try_all(&bulky());
}

#[test]
fn what_cannot_be_interrupted_is_bounded() {
    Bounds::new("uninterruptible", "2s").try_all(&uninterruptible());
}

#[test]
fn statements_over_a_megabyte_are_refused() {
    let mut bounds = Bounds::new("megabyte", "2s");
    let long = |length: usize| format!("SELECT '{}'", times("x", length - 9));
    let verdict = |sql: &str| format!("SELECT coalesce(sqlstate, 'allowed') FROM nl_check({})", quote(sql));
    assert_eq!(bounds.fixture.session.text(&verdict(&long(100_000))), "allowed");
    assert_eq!(bounds.fixture.session.text(&verdict(&long(100_001))), "54000");
}

#[test]
fn memory_and_temporary_files_have_their_own_limits() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("memory");
    session.run("SET nl2sql.max_cost = 0; SET nl2sql.max_attempts = 1; SET nl2sql.memory_limit = '64MB'");
    session.run("SET nl2sql.query_timeout = '150s'");
    for sql in [
        "SELECT length(repeat('x', 200000000))",
        "SELECT array_length(array_agg(i), 1) FROM generate_series(1, 50000000) AS i",
        "SELECT length(string_agg(i::text, ',')) FROM generate_series(1, 50000000) AS i",
    ] {
        double.answer("memory", Reply::sql(sql));
        session.ask_error("memory", "53200");
    }
    double.answer("enough", Reply::sql("SELECT length(repeat('x', 20000000)) AS n"));
    assert_eq!(session.ask("enough")[0]["n"], 20_000_000);
    session.run("SET nl2sql.temp_file_limit = '1MB'");
    double.answer(
        "spill",
        Reply::sql("SELECT count(*) FROM (SELECT i FROM generate_series(1, 1000000) i ORDER BY -i) q"),
    );
    session.ask_error("spill", "53400");
    session.run("BEGIN; SELECT nl_open('spill', 'spilling')");
    session.error("FETCH ALL FROM spilling", "53400");
    session.run("ROLLBACK; SET nl2sql.temp_file_limit = '1GB'");
    assert_eq!(session.ask("spill")[0]["count"], 1_000_000);
    session.run("BEGIN; SELECT nl_open('spill', 'spilling')");
    assert_eq!(session.text("FETCH ALL FROM spilling"), "1000000");
    session.run("COMMIT");
}

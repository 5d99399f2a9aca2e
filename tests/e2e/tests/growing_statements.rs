//! Short texts that grow: what doubles at each level, or writes a thousand columns out again and again, is refused before it
//! takes memory and time that no limit and no cancel reaches.

use std::fs;
use std::time::{Duration, Instant};

use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::server::lacks;
use nl2sql_e2e::session::{Session, quote};

/// More than `nl2sql.query_timeout` of these tests, which is 2 s: the machine may be busy.
const IN_TIME: Duration = Duration::from_secs(20);

/// Memory that a backend takes at most, KiB: `nl2sql.memory_limit`, which is 512 MB, and something.
const MOST_KIB: u64 = 800 * 1024;

fn joined(count: usize, separator: &str, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(separator)
}

/// A text in which each level holds the one before in place of `@`.
fn levels(count: usize, first: &str, level: &str) -> String {
    (0..count).fold(first.to_owned(), |inner, _| level.replace('@', &inner))
}

fn ctes(count: usize, kind: &str) -> String {
    let chain = joined(count, "", |i| format!(", c{} AS {kind} (SELECT a.id FROM c{i} a, c{i} b)", i + 1));
    format!("WITH c0 AS {kind} (SELECT id FROM small){chain} SELECT 1 FROM c{count}")
}

fn lateral(count: usize, item: &str) -> String {
    let chain = joined(count, "", |i| item.replace("@@", &format!("c{}", i + 1)).replace('@', &format!("c{i}")));
    format!("SELECT c{count}.x FROM (SELECT id AS x FROM small) c0{chain}")
}

fn growing() -> Vec<String> {
    let wide = format!("WITH w AS (SELECT {})", joined(1600, ", ", |i| format!("1 AS c{i}")));
    vec![
        levels(22, "SELECT id AS x FROM small", "SELECT x + x AS x FROM (@) q"),
        levels(22, "SELECT id AS x FROM small", "SELECT x + x AS x FROM (@) q WHERE x > 0 GROUP BY x"),
        levels(22, "SELECT id AS x FROM small", "SELECT x + x AS x FROM (@) q UNION ALL SELECT 1"),
        levels(22, "SELECT id AS x FROM small", "SELECT (SELECT x + x) AS x FROM (@) q"),
        levels(14, "SELECT id AS x FROM small", "SELECT a.x + b.x AS x FROM (@) a, (@) b"),
        levels(20, "SELECT id AS x, id AS y FROM small", "SELECT q AS x, q AS y FROM (@) q"),
        lateral(22, ", LATERAL (SELECT @.x + @.x AS x) @@"),
        lateral(22, ", LATERAL (VALUES (@.x + @.x)) @@(x)"),
        lateral(22, " CROSS JOIN LATERAL (SELECT @.x || @.x AS x OFFSET 0) @@").replace("id AS x", "name AS x"),
        ctes(14, "NOT MATERIALIZED"),
        ctes(22, "NOT MATERIALIZED"),
        ctes(60, "NOT MATERIALIZED"),
        "SELECT 1 FROM v22".to_owned(),
        "SELECT x FROM e22".to_owned(),
        "SELECT 1 FROM guarded12".to_owned(),
        "SELECT doubled22(id) FROM small".to_owned(),
        "SELECT 1 FROM rows22()".to_owned(),
        format!("{wide} SELECT 1 FROM w x0{}", joined(59, "", |i| format!(" NATURAL JOIN w x{}", i + 1))),
        format!("{wide} SELECT 1 FROM w x0{}", joined(900, "", |i| format!(" JOIN w x{} ON true", i + 1))),
        format!("SELECT 1 FROM wide x0{}", joined(900, "", |i| format!(" CROSS JOIN wide x{}", i + 1))),
        format!(
            "SELECT 1 FROM wide x0{}",
            joined(59, "", |i| {
                format!(" JOIN wide x{} USING ({})", i + 1, joined(1600, ", ", |i| format!("c{i}")))
            })
        ),
        format!("SELECT {} FROM wide", joined(100_000, ",", |_| "*".to_owned())),
        format!("SELECT ROW({}) IS NULL FROM wide x", joined(50_000, ",", |_| "x.*".to_owned())),
        levels(300, "SELECT * FROM wide", "SELECT * FROM (@) q"),
        format!("SELECT 1 FROM small WHERE {}", joined(25_000, " AND ", |i| format!("id = {i}"))),
        format!("SELECT 1 FROM small WHERE NOT ({})", joined(25_000, " OR ", |i| format!("id <> {i}"))),
        format!("SELECT 1 FROM small a JOIN small b ON {}", joined(25_000, " AND ", |i| format!("a.id + {i} = b.id"))),
        format!(
            "SELECT 1 FROM small GROUP BY GROUPING SETS ({})",
            joined(2400, ", ", |i| format!("(id + {}, id - {})", i % 60, i / 60))
        ),
        "SELECT 1 FROM wide GROUP BY CUBE (c0, c1, c2, c3, c4, c5), CUBE (c6, c7, c8, c9, c10)".to_owned(),
        levels(3, "SELECT 1", "SELECT (json_populate_record(null::wide, to_json(EXISTS (@)))).*"),
        format!("SELECT 1 FROM small ORDER BY {}", joined(20_000, ", ", |i| format!("id + {i}"))),
        format!("SELECT 1 FROM small GROUP BY {}", joined(20_000, ", ", |i| format!("id + {i}"))),
        format!("SELECT 1 FROM small GROUP BY ROLLUP ({})", joined(20_000, ", ", |i| format!("id + {i}"))),
        format!("SELECT DISTINCT {} FROM small", joined(60_000, ", ", |i| format!("id + {i}"))),
        format!("SELECT DISTINCT ON ({}) 1 FROM small", joined(20_000, ", ", |i| format!("id + {i}"))),
        format!("SELECT array_agg(id ORDER BY {}) FROM small", joined(20_000, ", ", |i| format!("id + {i}"))),
        format!("SELECT sum(id) OVER (PARTITION BY {}) FROM small", joined(20_000, ", ", |i| format!("id + {i}"))),
        format!(
            "SELECT {} FROM {}, (SELECT 1 AS single) q",
            joined(100_000, ",", |_| "single".to_owned()),
            joined(900, ", ", |i| format!("wide x{i}"))
        ),
    ]
}

/// A sum of so many parts that differs from others in the last.
fn long(parts: usize, last: usize) -> String {
    format!("{}{last}", "id+".repeat(parts))
}

/// What analysis or planning would compare part by part for long, or copy, without looking for a cancel.
fn compared() -> Vec<String> {
    let wide = format!("WITH w AS MATERIALIZED (SELECT {})", joined(1600, ", ", |i| format!("1 AS c{i}")));
    let sums = |count: usize, parts: usize| joined(count, ", ", |i| long(parts, i));
    let many = format!("ARRAY[{}]", joined(3000, ", ", |i| long(4, i + 5000)));
    vec![
        format!("SELECT {}", levels(22, "true", "(@) BETWEEN false AND true")),
        format!("SELECT {}", levels(13, "true", "(@) BETWEEN SYMMETRIC false AND true")),
        format!("SELECT {} FROM small", levels(12, "true", "(@) IN (id > 1, id > 2, id > 3, id > 4)")),
        format!("SELECT coalesce({0}) IN ({0}) FROM small", joined(16_000, ",", |_| "id".to_owned())),
        format!("{wide} SELECT DISTINCT * FROM {}", joined(300, ", ", |i| format!("w w{i}"))),
        format!("SELECT 1 FROM {}", joined(7000, ", ", |i| format!("wide w{i}"))),
        format!("SELECT 1 FROM small GROUP BY ({})", joined(6000, ", ", |i| format!("id + {i}"))),
        format!("SELECT sum(id) OVER (PARTITION BY ({})) FROM small", joined(6000, ", ", |i| format!("id + {i}"))),
        format!(
            "SELECT 1 FROM wide GROUP BY {}, CUBE ({})",
            joined(1200, ", ", |i| format!("c{i}")),
            joined(12, ", ", |i| format!("c{}", 1300 + i))
        ),
        format!(
            "SELECT count(*), ARRAY[{}] FROM small{} GROUP BY id",
            joined(20_000, ",", |_| "id".to_owned()),
            joined(300, "", |i| format!(" FULL JOIN small x{i} USING (id)"))
        ),
        format!("SELECT {many} FROM small GROUP BY id, {}", sums(1200, 10)),
        format!("SELECT {many} FROM small GROUP BY id, GROUPING SETS (({}))", sums(1200, 10)),
        format!("SELECT {many} FROM small ORDER BY {}", sums(1200, 10)),
        format!("SELECT DISTINCT ON ({}) {many} FROM small", sums(1200, 10)),
        format!("SELECT {many}, sum(id) OVER (PARTITION BY {}) FROM small", sums(1200, 10)),
        format!("SELECT {many}, sum(id) OVER w FROM small WINDOW w AS (ORDER BY {})", sums(1200, 10)),
        format!("SELECT array_agg(id ORDER BY {}) FROM small", sums(1500, 18)),
        format!("SELECT {} FROM small", joined(1600, ", ", |i| format!("sum(id) OVER (ORDER BY {})", long(8, i)))),
        format!("SELECT {} FROM small", joined(1600, ", ", |i| format!("sum(id) OVER (ROWS {i} PRECEDING)"))),
        format!("SELECT 1 FROM {}", joined(10_000, ",", |i| format!("small x{i}"))).replace("small", "e0"),
        format!(
            "SELECT {} FROM small ORDER BY {}",
            joined(1000, ", ", |_| format!("{} AS a", long(20, 1))),
            joined(1900, ", ", |_| "a".to_owned())
        ),
        format!(
            "(SELECT id, {0} FROM small) UNION SELECT id, {0} FROM small ORDER BY {1}",
            sums(100, 1),
            sums(1800, 15)
        ),
        format!(
            "SELECT {}, {many} FROM small GROUP BY id, {}",
            joined(300, ", ", |i| format!("{} AS x{i}", long(40, i))),
            joined(300, ", ", |i| format!("x{i}"))
        ),
        format!(
            "SELECT {}, {many} FROM small GROUP BY id, {}",
            joined(300, ", ", |i| long(40, i)),
            joined(300, ", ", |i| (i + 1).to_string())
        ),
        format!(
            "SELECT *, {}, {many} FROM small GROUP BY {}",
            joined(300, ", ", |i| long(40, i)),
            joined(302, ", ", |i| (i + 1).to_string())
        ),
        format!(
            "SELECT ARRAY[{}] FROM (SELECT {} FROM small) q GROUP BY {}",
            joined(1400, ",", |i| format!("x{}+{i}", i % 500)),
            joined(500, ", ", |i| format!("{} AS x{i}", long(40, i))),
            joined(500, ", ", |i| format!("x{i}"))
        ),
        format!(
            "SELECT 1 FROM small WHERE {}",
            joined(2400, " AND ", |i| format!("{}={}", long(4, i), long(4, i + 9000)))
        ),
        format!("SELECT {} FROM small", joined(2000, ", ", |i| format!("sum({})", long(12, i)))),
        format!(
            "{wide} SELECT count(*) FROM {}, {}",
            joined(290, ", ", |i| format!("w w{i}")),
            joined(1000, ", ", |i| format!("(small a{i} LEFT JOIN (SELECT DISTINCT id FROM small) b{i} USING (id))"))
        ),
        format!(
            "SELECT {} FROM {}",
            joined(50, ",", |i| joined(60, ",", |j| format!("b{i}.x{j}"))),
            joined(700, ",", |i| {
                let made = if i < 50 { joined(60, "", |j| format!(",1 x{j}")) } else { String::new() };
                format!("(small a{i} LEFT JOIN (SELECT id{made} FROM small) b{i} USING (id))")
            })
        ),
    ]
}

/// Views, policies and functions that use the one before them twice.
fn prepare(session: &mut Session) {
    session.run("CREATE TABLE small (id int, name text); INSERT INTO small VALUES (1, 'x'); ANALYZE small");
    session.run(&format!("CREATE TABLE wide ({})", joined(1600, ", ", |i| format!("c{i} int"))));
    session.run("CREATE VIEW v0 AS SELECT id FROM small; CREATE VIEW e0 AS SELECT id AS x FROM small");
    session.run("CREATE FUNCTION doubled0(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1'");
    session.run("CREATE FUNCTION rows0() RETURNS SETOF int LANGUAGE sql STABLE AS 'SELECT id FROM small'");
    session.run("CREATE TABLE guarded0 (id int)");
    for i in 1..=22 {
        let before = i - 1;
        session.run(&format!(
            "CREATE VIEW v{i} AS SELECT a.id FROM v{before} a, v{before} b;
             CREATE VIEW e{i} AS SELECT x + x AS x FROM e{before};
             CREATE FUNCTION doubled{i}(int) RETURNS int LANGUAGE sql IMMUTABLE
                 AS 'SELECT doubled{before}($1) + doubled{before}($1)';
             CREATE FUNCTION rows{i}() RETURNS SETOF int LANGUAGE sql STABLE
                 AS 'SELECT 1 FROM rows{before}() a, rows{before}() b'"
        ));
        if i <= 12 {
            session.run(&format!(
                "CREATE TABLE guarded{i} (id int); ALTER TABLE guarded{i} ENABLE ROW LEVEL SECURITY;
                 ALTER TABLE guarded{i} FORCE ROW LEVEL SECURITY;
                 CREATE POLICY p ON guarded{i} USING (EXISTS (SELECT FROM guarded{before} WHERE id = 1)
                     OR EXISTS (SELECT FROM guarded{before} WHERE id = 2) OR EXISTS (SELECT FROM guarded{before} WHERE id = 3))"
            ));
        }
    }
}

/// The most memory of a process so far, KiB.
fn peak(pid: i32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the backend lives");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory is told");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

/// `allowed`, or the SQLSTATE.
fn verdict(session: &mut Session, sql: &str) -> String {
    session.try_texts(&format!("SELECT coalesce(sqlstate, 'allowed') FROM nl_check({})", quote(sql))).map_or_else(
        |error| error.code().map_or(format!("{error:?}"), |code| code.code().to_owned()),
        |rows| rows[0].clone(),
    )
}

#[test]
fn what_doubles_is_refused_in_time() {
    let mut fixture = Fixture::empty("growing");
    prepare(&mut fixture.session);
    let role = fixture.database.role("guest");
    fixture.session.run(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"));
    let mut failures = Vec::new();
    for sql in growing() {
        // A superuser would pass policies by.
        let mut session = if sql.contains("guarded") { fixture.asker(&role) } else { fixture.asker("postgres") };
        session.run("SET nl2sql.query_timeout = '2s'; SET nl2sql.memory_limit = '512MB'");
        let pid = session.pid();
        let started = Instant::now();
        let code = verdict(&mut session, &sql);
        let (took, memory) = (started.elapsed(), peak(pid));
        let shown: String = sql.chars().take(100).collect();
        println!("{code} after {took:?} with {} MB: {shown}", memory / 1024);
        if !["54000", "54001", "54011", "57014", "53200"].contains(&code.as_str())
            || took > IN_TIME
            || memory > MOST_KIB
        {
            failures.push(format!("{code} after {took:?} with {} MB: {shown}", memory / 1024));
        }
    }
    assert!(failures.is_empty(), "{} grow:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn what_is_compared_too_often_is_refused() {
    let mut fixture = Fixture::empty("compared");
    prepare(&mut fixture.session);
    let mut failures = Vec::new();
    for sql in compared() {
        // A session each: one that hangs would keep the others waiting.
        let mut session = fixture.asker("postgres");
        session.run("SET nl2sql.query_timeout = '2s'");
        let code = verdict(&mut session, &sql);
        let told: String = sql.chars().take(100).collect();
        println!("{code} for {} bytes: {told}", sql.len());
        if code != "54000" || sql.len() > 100_000 {
            failures.push(format!("{code} for {} bytes: {told}", sql.len()));
        }
    }
    assert!(failures.is_empty(), "{} are compared:\n{}", failures.len(), failures.join("\n"));
}

/// The limits are far above what people and programs write.
#[test]
fn what_is_merely_large_is_answered() {
    let mut fixture = Fixture::empty("large");
    prepare(&mut fixture.session);
    fixture.session.run("SET nl2sql.query_timeout = '150s'; SET nl2sql.max_cost = 0");
    for sql in [
        levels(8, "SELECT id AS x FROM small", "SELECT x + x AS x FROM (@) q"),
        ctes(6, "NOT MATERIALIZED"),
        ctes(12, ""),
        "SELECT 1 FROM v6".to_owned(),
        "SELECT doubled6(id) FROM small".to_owned(),
        "SELECT * FROM wide".to_owned(),
        "SELECT c0 FROM (SELECT c0, c1, c2, c3 FROM wide) a NATURAL JOIN wide b".to_owned(),
        format!("SELECT count(*) FROM small x0{}", joined(100, "", |i| format!(" NATURAL JOIN small x{}", i + 1))),
        format!("SELECT id FROM small WHERE id IN ({})", joined(15_000, ", ", |i| i.to_string())),
        format!("SELECT id FROM small WHERE {}", joined(2000, " AND ", |i| format!("id <> {i}"))),
        format!("SELECT id FROM small WHERE {}", joined(2500, " OR ", |i| format!("(id = {i} AND name = 'x')"))),
        "SELECT count(*) FROM wide GROUP BY CUBE (c0, c1, c2, c3, c4, c5, c6, c7)".to_owned(),
        format!("SELECT x0.* FROM wide x0{}", joined(15, "", |i| format!(" JOIN wide x{} USING (c0)", i + 1))),
        format!("SELECT id FROM small GROUP BY id, {0} ORDER BY id, {0}", joined(300, ", ", |i| format!("id + {i}"))),
        format!("SELECT {}", joined(1500, ", ", |i| format!("(SELECT id FROM small WHERE id = {i})"))),
        "SELECT DISTINCT * FROM wide".to_owned(),
        format!("SELECT {0} FROM wide GROUP BY {0}", joined(1500, ", ", |i| format!("c{i}"))),
        format!("SELECT 1 FROM small WHERE (id, name) IN ({})", joined(300, ", ", |i| format!("({i}, 'x{i}')"))),
        format!("SELECT 1 FROM small WHERE lower(trim(name)) IN ({})", joined(8000, ", ", |i| format!("'name{i}'"))),
        format!("SELECT {} FROM small", levels(5, "id > 1", "(@) BETWEEN false AND true")),
        format!(
            "SELECT CASE {} END AS band, date_trunc('month', now()) AS month, {} FROM small GROUP BY band, 2, 1 ORDER BY band, 3",
            joined(50, " ", |i| format!("WHEN id BETWEEN {i} AND {} THEN 'band {i}'", i + 1)),
            joined(500, ", ", |i| format!("sum(CASE WHEN id = {i} AND name = 'x{i}' THEN id ELSE 0 END) AS c{i}"))
        ),
        format!(
            "SELECT {} FROM small",
            joined(100, ", ", |i| format!("sum(id) OVER (PARTITION BY name, id % {} ORDER BY id)", i + 1))
        ),
        format!(
            "SELECT count(*) FROM wide a {}",
            joined(100, "", |i| format!(" LEFT JOIN (SELECT DISTINCT id FROM small) b{i} ON a.c{i} = b{i}.id"))
        ),
    ] {
        let told = fixture.session.texts(&format!("SELECT reason FROM nl_check({}) WHERE NOT allowed", quote(&sql)));
        let shown: String = sql.chars().take(100).collect();
        assert!(told.is_empty(), "{shown}: {told:?}");
    }
}

/// The planner puts the expression of a virtual column in its place, wherever it stands.
#[test]
fn virtual_columns_stand_for_their_expressions() {
    if lacks(&["PostgreSQL 18"]) {
        return;
    }
    let mut fixture = Fixture::empty("virtual_columns_grow");
    let session = &mut fixture.session;
    let long = format!("coalesce({})", joined(2000, ", ", |_| "id".to_owned()));
    session.run(&format!(
        "CREATE TABLE computed (id int, long int GENERATED ALWAYS AS ({long}) VIRTUAL);
         INSERT INTO computed VALUES (1), (2);
         CREATE TABLE guarded_rows (LIKE computed INCLUDING GENERATED);
         ALTER TABLE guarded_rows ENABLE ROW LEVEL SECURITY;
         CREATE POLICY often ON guarded_rows USING ({});",
        joined(1000, " AND ", |i| format!("long <> {i}"))
    ));
    let array =
        |count: usize| format!("SELECT cardinality(ARRAY[{}]) AS n FROM computed", vec!["long"; count].join(", "));
    let rows = format!("SELECT 1 AS n FROM computed c WHERE {}", vec!["c = c"; 100].join(" OR "));
    for sql in [array(1000), rows, "SELECT count(*) AS n FROM guarded_rows".to_owned()] {
        assert_eq!(
            session.error(&format!("SELECT nl_run({})", quote(&sql)), "54000").message(),
            "the statement is too complex"
        );
    }
    assert_eq!(session.texts(&format!("SELECT nl_run({})", quote(&array(5)))), [r#"{"n":5}"#, r#"{"n":5}"#]);
    assert_eq!(session.texts("SELECT nl_run('SELECT long AS n FROM computed')"), [r#"{"n":1}"#, r#"{"n":2}"#]);
}

//! A million-row answer: what the ways through `nl_ask`, `nl_query` and `nl_open` cost in time and in the backend's memory,
//! and whether an analytic query uses parallel workers through them.

use std::time::Duration;

use nl2sql_e2e::cluster::{Cluster, Content, Database};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::server;
use nl2sql_e2e::session::Session;
use postgres::fallible_iterator::FallibleIterator;

use crate::{compare, heading, median, timed};

const RUNS: usize = 5;
const ALL: &str = "every measurement";
const SOME: &str = "ten thousand measurements";
const ALL_SQL: &str = "SELECT id, name, city, amount, taken_at FROM measurements";
const SOME_SQL: &str = "SELECT id, name, city, amount, taken_at FROM measurements LIMIT 10000";

const COLUMNS: &str = "t(id integer, name text, city text, amount numeric, taken_at timestamptz)";
/// The same rows, each value through a cast.
const CAST_COLUMNS: &str = "t(id bigint, name varchar(40), city varchar(40), amount float8, taken_at date)";
const ANALYTIC: &str = "the average of the square roots by city";
const ANALYTIC_SQL: &str = "SELECT city, count(*) AS n, avg(sqrt(amount) + length(name)) AS score \
    FROM measurements WHERE name LIKE '%7%' GROUP BY city";
const ANALYTIC_COLUMNS: &str = "t(city text, n bigint, score float8)";

const TABLE: &str = "
    CREATE TABLE measurements AS
    SELECT i AS id, 'measurement ' || i AS name, (ARRAY['Berlin', 'Paris', 'Rome'])[1 + i % 3] AS city,
           round(i / 7.0, 2) AS amount, timestamptz '2025-01-01Z' + i * interval '1 second' AS taken_at
    FROM generate_series(1, 1000000) AS i;
    VACUUM ANALYZE measurements";

pub fn run(cluster: &Cluster) {
    heading(&format!("a million rows, median of {RUNS}; goal x1.30 for nl_query and nl_open"));
    let database = cluster.database("rows", Content::Empty);
    let double = Double::start();
    double.answer(ALL, Reply::sql(ALL_SQL)).answer(SOME, Reply::sql(SOME_SQL));
    double.answer(ANALYTIC, Reply::sql(ANALYTIC_SQL));
    let mut session = database.session();
    session.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    session.run("SET statement_timeout = 0");
    // VACUUM cannot be one of several statements.
    for statement in TABLE.split(';') {
        session.run(statement);
    }
    time(&database);
    parallel(&database);
    memory(&database);
}

fn asker(database: &Database) -> Session {
    let mut session = database.session();
    session.run("SELECT * FROM nl_check('SELECT 1')");
    session.run("SET nl2sql.model = 'gpt'; SET nl2sql.row_limit = 2000000; SET nl2sql.byte_limit = '1GB'");
    session.run("SET nl2sql.query_timeout = '10min'; SET statement_timeout = 0; SET nl2sql.cache_ttl = 0");
    session
}

/// Reads every row at the client, as it comes; the number of rows.
fn read(session: &mut Session, sql: &str) -> usize {
    let rows = session.client.query_raw(sql, Vec::<String>::new()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.count().unwrap_or_else(|error| panic!("{sql}: {error:?}"))
}

/// The same from a cursor, all at once; opening it included.
fn fetch(session: &mut Session, open: &str) -> usize {
    session.run(&format!("BEGIN; {open}"));
    let count = read(session, "FETCH ALL FROM c");
    session.run("COMMIT");
    count
}

/// A way to a million rows, and how to run it.
type Way<'a> = (&'a str, String, fn(&mut Session, &str) -> usize);

fn medians(session: &mut Session, ways: &[Way<'_>]) -> Vec<Duration> {
    let mut times = vec![Vec::new(); ways.len()];
    for _ in 0..RUNS {
        for ((_, sql, run), times) in ways.iter().zip(&mut times) {
            let (time, count) = timed(|| run(session, sql));
            assert!(count > 0, "{sql}");
            times.push(time);
        }
    }
    times.into_iter().map(median).collect()
}

fn time(database: &Database) {
    let counted = |sql: &str| format!("SELECT count(*) FROM ({sql}) AS q");
    let ways: [Way<'_>; 9] = [
        ("the query", ALL_SQL.to_owned(), read),
        ("nl_query, same types", format!("SELECT * FROM nl_query('{ALL}') AS {COLUMNS}"), read),
        ("nl_query, every value cast", format!("SELECT * FROM nl_query('{ALL}') AS {CAST_COLUMNS}"), read),
        ("a cursor on the query, FETCH ALL", format!("DECLARE c CURSOR FOR {ALL_SQL}"), fetch),
        ("nl_open, FETCH ALL", format!("SELECT nl_open('{ALL}', 'c')"), fetch),
        ("nl_ask", format!("SELECT nl_ask('{ALL}')"), read),
        ("the query as row_to_json", format!("SELECT row_to_json(q) FROM ({ALL_SQL}) AS q"), read),
        ("the query, counted there", counted(ALL_SQL), read),
        ("nl_query, counted there", counted(&format!("SELECT * FROM nl_query('{ALL}') AS {COLUMNS}")), read),
    ];
    let medians = medians(&mut asker(database), &ways);
    for (at, baseline) in [(1, 0), (2, 0), (4, 3), (4, 0), (5, 0), (5, 6), (8, 7)] {
        compare(ways[at].0, medians[at], ways[baseline].0, medians[baseline]);
    }
}

/// A query that PostgreSQL runs with workers, directly and through us, and how long it takes without them.
fn parallel(database: &Database) {
    heading("an analytic query with parallel workers");
    let mut session = asker(database);
    session.run("SET parallel_setup_cost = 0; SET max_parallel_workers_per_gather = 2");
    let plan = session.texts(&format!("EXPLAIN {ANALYTIC_SQL}")).join("\n");
    assert!(plan.contains("Workers Planned"), "PostgreSQL plans no workers:\n{plan}");
    let ways: [Way<'_>; 3] = [
        ("the query", ANALYTIC_SQL.to_owned(), read),
        ("nl_query", format!("SELECT * FROM nl_query('{ANALYTIC}') AS {ANALYTIC_COLUMNS}"), read),
        ("nl_open, FETCH ALL", format!("SELECT nl_open('{ANALYTIC}', 'c')"), fetch),
    ];
    let with_workers = medians(&mut session, &ways);
    session.run("SET max_parallel_workers_per_gather = 0");
    let alone = medians(&mut session, &ways[..1]);
    compare("the query", with_workers[0], "the query without workers", alone[0]);
    compare("nl_query", with_workers[1], "the query", with_workers[0]);
    compare("nl_open, FETCH ALL", with_workers[2], "the query", with_workers[0]);
}

/// Each figure is of a backend of its own, as a peak never goes down.
fn memory(database: &Database) {
    heading("peak memory of the backend (VmHWM, shared buffers it touched included)");
    let json = |sql: &str| format!("SELECT row_to_json(q) FROM ({sql}) AS q");
    println!("{:<34} {:>12} {:>16}", "", "10,000 rows", "1,000,000 rows");
    let lines = [
        (
            "SELECT * FROM nl_query(..)",
            format!("SELECT * FROM nl_query('{SOME}') AS {COLUMNS}"),
            format!("SELECT * FROM nl_query('{ALL}') AS {COLUMNS}"),
        ),
        ("SELECT nl_ask(..)", format!("SELECT nl_ask('{SOME}')"), format!("SELECT nl_ask('{ALL}')")),
        (
            "SELECT count(*) FROM nl_ask(..)",
            format!("SELECT count(*) FROM nl_ask('{SOME}')"),
            format!("SELECT count(*) FROM nl_ask('{ALL}')"),
        ),
        ("the query", SOME_SQL.to_owned(), ALL_SQL.to_owned()),
        ("the query as row_to_json", json(SOME_SQL), json(ALL_SQL)),
    ];
    for (name, some, all) in lines {
        println!("{name:<34} {:>12} {:>16}", peak(database, &some), peak(database, &all));
    }
}

fn peak(database: &Database, sql: &str) -> String {
    let mut session = asker(database);
    read(&mut session, sql);
    // Another user's process: only root may look, and elsewhere the column stays empty.
    let status = std::fs::read_to_string(format!("/proc/{}/status", session.pid())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kilobytes.map_or_else(|| "unknown".into(), |kilobytes| format!("{:.1} MiB", kilobytes / 1024.0))
}

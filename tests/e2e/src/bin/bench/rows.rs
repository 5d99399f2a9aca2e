//! A million-row answer: what the way through `nl_ask` costs in time and in the backend's memory.

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

const TABLE: &str = "
    CREATE TABLE measurements AS
    SELECT i AS id, 'measurement ' || i AS name, (ARRAY['Berlin', 'Paris', 'Rome'])[1 + i % 3] AS city,
           round(i / 7.0, 2) AS amount, timestamptz '2025-01-01Z' + i * interval '1 second' AS taken_at
    FROM generate_series(1, 1000000) AS i;
    VACUUM ANALYZE measurements";

pub fn run(cluster: &Cluster) {
    heading(&format!("a million rows, median of {RUNS}; goal x1.50"));
    let database = cluster.database("rows", Content::Empty);
    let double = Double::start();
    double.answer(ALL, Reply::sql(ALL_SQL)).answer(SOME, Reply::sql(SOME_SQL));
    let mut session = database.session();
    session.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    session.run("SET statement_timeout = 0");
    // VACUUM cannot be one of several statements.
    for statement in TABLE.split(';') {
        session.run(statement);
    }
    time(&database);
    memory(&database);
}

fn asker(database: &Database) -> Session {
    let mut session = database.session();
    session.run("SELECT * FROM nl_check('SELECT 1')");
    session.run("SET nl2sql.model = 'gpt'; SET nl2sql.row_limit = 2000000; SET nl2sql.byte_limit = '1GB'");
    session.run("SET nl2sql.query_timeout = '10min'; SET statement_timeout = 0");
    session
}

/// Reads every row at the client, as it comes; the number of rows.
fn read(session: &mut Session, sql: &str) -> usize {
    let rows = session.client.query_raw(sql, Vec::<String>::new()).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.count().unwrap_or_else(|error| panic!("{sql}: {error:?}"))
}

fn time(database: &Database) {
    let json = format!("SELECT row_to_json(q) FROM ({ALL_SQL}) AS q");
    let statements = [
        (format!("SELECT nl_ask('{ALL}')"), 1_000_000),
        (ALL_SQL.to_owned(), 1_000_000),
        (json, 1_000_000),
        (format!("SELECT count(*) FROM nl_ask('{ALL}')"), 1),
        (format!("SELECT count(*) FROM ({ALL_SQL}) AS q"), 1),
        (format!("SELECT count(row_to_json(q)) FROM ({ALL_SQL}) AS q"), 1),
    ];
    let mut session = asker(database);
    let mut times = vec![Vec::new(); statements.len()];
    for _ in 0..RUNS {
        for ((sql, rows), times) in statements.iter().zip(&mut times) {
            let (time, count) = timed(|| read(&mut session, sql));
            assert_eq!(count, *rows, "{sql}");
            times.push(time);
        }
    }
    let medians: Vec<Duration> = times.into_iter().map(median).collect();
    compare("read by the client: nl_ask", medians[0], "the query", medians[1]);
    compare("", medians[0], "the query as row_to_json", medians[2]);
    compare("counted by the server: nl_ask", medians[3], "the query", medians[4]);
    compare("", medians[3], "the query as row_to_json", medians[5]);
}

/// Each figure is of a backend of its own, as a peak never goes down.
fn memory(database: &Database) {
    heading("peak memory of the backend (VmHWM, shared buffers it touched included)");
    let json = |sql: &str| format!("SELECT row_to_json(q) FROM ({sql}) AS q");
    println!("{:<34} {:>12} {:>16}", "", "10,000 rows", "1,000,000 rows");
    let lines = [
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

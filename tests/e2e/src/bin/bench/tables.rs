//! What a question costs by the number of tables: alone and while somebody makes temporary tables, the first of a session, where each
//! reads the names itself and where a preloaded library shares them, the memory of a backend's own, and how many questions many
//! askers get answered by a model that takes a second.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Barrier, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::{Cluster, Content, Database};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::server;
use nl2sql_e2e::session::{Session, nl_ask};

use crate::latency::HandWritten;
use crate::{heading, median, milliseconds, ratio, timed};

const SIZES: [usize; 4] = [10, 100, 1000, 10_000];
const ASKS: usize = 100;
const FRESH: usize = 5;
const ASKERS: usize = 64;
/// How long the askers ask.
const STORM: Duration = Duration::from_secs(10);
const QUESTION: &str = "how many things of kind 7 are there";
const SQL: &str = "SELECT count(*) AS n FROM thing_7";
const SLOW: &str = "how many things of kind 8 are there";
/// Another session makes a temporary table so often.
const CHURN: Duration = Duration::from_millis(20);

pub fn run(cluster: &Cluster) {
    heading(&format!(
        "a trivial question by number of tables (ten columns each, comments on half, foreign keys), median of {ASKS}, \
         the model at 0 ms"
    ));
    println!(
        "{:<8}{:>12}{:>12}{:>8}{:>14}{:>14}{:>12}{:>12}{:>12}{:>14}",
        "tables", "question", "client", "ratio", "with churn", "builtin", "first", "preloaded", "memory", "64 askers"
    );
    let preloaded = Cluster::start_with("shared_preload_libraries = 'nl2sql'\n");
    for tables in SIZES {
        let double = Double::start();
        double.answer(QUESTION, Reply::sql(SQL)).answer(SLOW, Reply::sql(SQL).after(1000));
        let [database, shared] = [cluster, &preloaded].map(|cluster| filled(cluster, &double, tables));
        // The very first of all shares what it has read.
        shared.session().ask(QUESTION);
        let shared = first(&shared, &double);
        row(&database, &double, tables, shared);
    }
}

fn filled<'c>(cluster: &'c Cluster, double: &Double, tables: usize) -> Database<'c> {
    let database = cluster.database("tables", Content::Empty);
    fill(&mut database.session(), tables);
    let owner = server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi));
    database.session().run(&format!(
        "{owner}; CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-bench');
         ALTER DATABASE {} SET nl2sql.model = 'gpt'; ALTER DATABASE {0} SET nl2sql.cache_ttl = 0",
        database.name
    ));
    database
}

/// What the first question of a session takes.
fn first(database: &Database<'_>, double: &Double) -> Duration {
    median((0..FRESH).map(|_| timed_ask(&mut database.session(), double)).collect())
}

fn row(database: &Database<'_>, double: &Double, tables: usize, preloaded: Duration) {
    let first = first(database, double);
    let mut session = database.session();
    session.ask(QUESTION);
    let request = double.chats().pop().expect("the model was asked");
    let url = format!("http://{}{}", double.address(), request.path);
    let mut client = HandWritten::new(url, &request, database.session());
    let (mut asks, mut calls) = (Vec::new(), Vec::new());
    for _ in 0..ASKS {
        asks.push(timed_ask(&mut session, double));
        calls.push(timed(|| client.ask()).0);
        double.clear();
    }
    let (ask, call) = (median(asks), median(calls));
    let churned = with_churn(database, || median((0..ASKS).map(|_| timed_ask(&mut session, double)).collect()));
    let memory = own_kilobytes(session.pid());
    let mut builtin = database.session();
    builtin.run("SET nl2sql.model = 'builtin'");
    // Its time is measured whether it understands the question or not.
    let _ = builtin.try_texts(&nl_ask(QUESTION));
    let builtin = median((0..ASKS).map(|_| timed(|| builtin.try_texts(&nl_ask(QUESTION))).0).collect());
    println!(
        "{tables:<8}{:>12}{:>12}{:>8.2}{:>14}{:>14}{:>12}{:>12}{:>9} MB{:>10.1} q/s",
        milliseconds(ask),
        milliseconds(call),
        ratio(ask, call),
        milliseconds(churned),
        milliseconds(builtin),
        milliseconds(first),
        milliseconds(preloaded),
        memory / 1024,
        storm(database),
    );
}

fn timed_ask(session: &mut Session, double: &Double) -> Duration {
    let (time, rows) = timed(|| session.texts(&nl_ask(QUESTION)));
    assert_eq!(rows.len(), 1);
    // The log of requests would grow without end, and with it the pages the allocator touches.
    if double.requests().len() > 1 {
        double.clear();
    }
    time
}

/// Works while another session makes and drops temporary tables.
fn with_churn<T>(database: &Database<'_>, work: impl FnOnce() -> T) -> T {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut session = database.session();
            while !is_over.load(Relaxed) {
                session.run("CREATE TEMP TABLE passing (id int, note text); DROP TABLE passing");
                std::thread::sleep(CHURN);
            }
        });
        let result = work();
        is_over.store(true, Relaxed);
        result
    })
}

/// Questions a second, answered to all askers together by a model that takes a second for each; sessions that have asked before.
fn storm(database: &Database<'_>) -> f64 {
    let (ready, answered, took) = (Barrier::new(ASKERS), AtomicUsize::new(0), Mutex::new(Duration::ZERO));
    std::thread::scope(|scope| {
        for _ in 0..ASKERS {
            scope.spawn(|| {
                let mut session = database.session();
                session.ask(QUESTION);
                ready.wait();
                let started = Instant::now();
                while started.elapsed() < STORM {
                    session.ask(SLOW);
                    answered.fetch_add(1, Relaxed);
                }
                let mut took = took.lock().unwrap_or_else(PoisonError::into_inner);
                *took = (*took).max(started.elapsed());
            });
        }
    });
    let took = took.into_inner().unwrap_or_else(PoisonError::into_inner);
    #[expect(clippy::cast_precision_loss, reason = "some hundred questions")]
    let answered = answered.into_inner() as f64;
    answered / took.as_secs_f64()
}

/// Memory of a process's own: neither the library's code nor shared buffers, which only look private while no other process has
/// touched the same pages.
fn own_kilobytes(pid: i32) -> usize {
    let map = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let lines = map.lines().filter(|line| line.starts_with("Anonymous:"));
    lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok()).sum()
}

/// Tables of ten columns in schemas of five hundred, each with a foreign key to the one before, comments on half of them and some
/// rows in the first ones, so that there are statistics.
fn fill(session: &mut Session, tables: usize) {
    for first in (1..=tables).step_by(500) {
        let schema = if first == 1 { "public".to_owned() } else { format!("part_{}", first / 500) };
        let mut sql = format!("CREATE SCHEMA IF NOT EXISTS {schema};");
        for number in first..(first + 500).min(tables + 1) {
            sql += &table(&schema, number, number > first);
        }
        session.run(&sql);
    }
    session.run("SET statement_timeout = 0");
    session.run("VACUUM ANALYZE");
}

fn table(schema: &str, number: usize, refers: bool) -> String {
    let reference = if refers { format!("REFERENCES {schema}.thing_{}", number - 1) } else { String::new() };
    let mut sql = format!(
        "CREATE TABLE {schema}.thing_{number} (id int PRIMARY KEY, parent_id int {reference}, name text NOT NULL, city text,
         amount numeric(12,2), made_on date, changed_at timestamptz, note text, state_{number} text, weight_{number} float8);"
    );
    if number.is_multiple_of(2) {
        sql += &format!("COMMENT ON TABLE {schema}.thing_{number} IS 'things of kind {number}';");
        sql += &format!("COMMENT ON COLUMN {schema}.thing_{number}.amount IS 'what it costs, in euros';");
    }
    if number <= 100 {
        sql += &format!(
            "INSERT INTO {schema}.thing_{number} SELECT n, NULL, 'name ' || n, 'city ' || n % 7, n, '2025-01-01', now(), 'a note',
             'state ' || n % 3, n FROM generate_series(1, 100) n;"
        );
    }
    sql
}

//! What the guard costs: `nl_check` against a plain PREPARE of the same statement, which is parsed and analyzed but
//! neither planned nor judged, and against EXPLAIN, which plans it; and whether a backend's memory grows by checking.
//!
//! The statements are the gold ones of the open suites, where they are at hand; else a few on the shop.

use nl2sql_e2e::TOP_CUSTOMERS_SQL;
use nl2sql_e2e::cluster::{Cluster, Content, Database};
use nl2sql_e2e::session::{Session, quote};
use nl2sql_e2e::suite::{READER, Suites};

use crate::{heading, median, timed};

const ROUNDS: u32 = 7;
const CHECKS: [usize; 3] = [1_000, 10_000, 100_000];

/// Medians of the rounds in milliseconds, taken in the server. The first round fills the caches and is not counted.
const COMPARE: &str = "
    CREATE FUNCTION pg_temp.compare(statement text, rounds int) RETURNS float8[] LANGUAGE plpgsql AS $$
    DECLARE
        a timestamptz; b timestamptz; c timestamptz; d timestamptz;
        checks interval[]; prepares interval[]; explains interval[];
    BEGIN
        FOR round IN 0..rounds LOOP
            a := clock_timestamp();
            PERFORM nl_check(statement);
            b := clock_timestamp();
            EXECUTE 'PREPARE compared AS ' || statement;
            DEALLOCATE compared;
            c := clock_timestamp();
            EXECUTE 'EXPLAIN ' || statement;
            d := clock_timestamp();
            IF round > 0 THEN
                checks := checks || (b - a); prepares := prepares || (c - b); explains := explains || (d - c);
            END IF;
        END LOOP;
        RETURN (SELECT array_agg((SELECT 1000 * extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY t))
                                  FROM unnest(times) AS t) ORDER BY place)
                FROM (VALUES (1, checks), (2, prepares), (3, explains)) AS v(place, times));
    END $$";

/// Milliseconds that one statement took.
struct Times {
    check: f64,
    prepare: f64,
    explain: f64,
    /// As the client sees it, with one round trip.
    asked_check: f64,
    asked_prepare: f64,
}

pub fn run(cluster: &Cluster) {
    heading(&format!("nl_check against a plain PREPARE, median of {ROUNDS} a statement; goal x3.00"));
    let Some(suites) = Suites::open() else {
        println!("there are no suites in $NL2SQL_EVAL or ../shared/eval: four statements on the shop instead");
        let database = cluster.database("check", Content::Shop);
        let statements = shop();
        report(&compare_all(&mut database.session(), &statements));
        return memory(&database, "postgres", &statements);
    };
    suites.load(cluster);
    let by_database = suites.by_database().into_iter().map(|(name, questions)| {
        let mut statements: Vec<String> = questions.iter().flat_map(|question| question.gold.clone()).collect();
        statements.sort();
        statements.dedup();
        (suites.database(cluster, name), statements)
    });
    let by_database: Vec<(Database, Vec<String>)> = by_database.collect();
    let times = by_database.iter().flat_map(|(database, statements)| {
        let mut session = database.session_as(READER);
        compare_all(&mut session, statements)
    });
    report(&times.collect::<Vec<_>>());
    if let Some((database, statements)) = by_database.iter().max_by_key(|(_, statements)| statements.len()) {
        memory(database, READER, statements);
    }
}

fn shop() -> Vec<String> {
    let others = [
        "SELECT count(*) FROM orders",
        "SELECT status, avg(total) FROM orders GROUP BY status ORDER BY status",
        "SELECT name FROM customers c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id)",
    ];
    others.into_iter().chain([TOP_CUSTOMERS_SQL]).map(str::to_owned).collect()
}

fn compare_all(session: &mut Session, statements: &[String]) -> Vec<Times> {
    session.run(COMPARE);
    let compare = |sql: &String| {
        assert_eq!(session.text(&format!("SELECT allowed FROM nl_check({})", quote(sql))), "t", "{sql}");
        let row = session.client.query_one("SELECT pg_temp.compare($1, $2)", &[sql, &(ROUNDS as i32)]);
        let times: Vec<f64> = row.unwrap_or_else(|error| panic!("{sql}: {error:?}")).get(0);
        let (asked_check, asked_prepare) = ask(session, sql);
        Times { check: times[0], prepare: times[1], explain: times[2], asked_check, asked_prepare }
    };
    statements.iter().map(compare).collect()
}

/// The medians of both with their round trips, in milliseconds.
fn ask(session: &mut Session, sql: &str) -> (f64, f64) {
    let check = format!("SELECT * FROM nl_check({})", quote(sql));
    let prepare = format!("PREPARE compared AS {sql}; DEALLOCATE compared");
    let (mut checks, mut prepares) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        checks.push(timed(|| session.run(&check)).0);
        prepares.push(timed(|| session.run(&prepare)).0);
    }
    (median(checks).as_secs_f64() * 1000.0, median(prepares).as_secs_f64() * 1000.0)
}

fn report(times: &[Times]) {
    println!("{:<44} {:>10} {:>10} {:>10}", format!("{} statements", times.len()), "median", "p90", "p99");
    let line = |name: &str, figure: &dyn Fn(&Times) -> f64, print: &dyn Fn(f64) -> String| {
        let mut figures: Vec<f64> = times.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        let at = |share: f64| print(figures[((figures.len() - 1) as f64 * share).round() as usize]);
        println!("{name:<44} {:>10} {:>10} {:>10}", at(0.5), at(0.9), at(0.99));
    };
    let time = |figure: f64| format!("{:.0} µs", figure * 1000.0);
    let ratio = |figure: f64| format!("x{figure:.2}");
    line("in the server: nl_check", &|times| times.check, &time);
    line("in the server: PREPARE", &|times| times.prepare, &time);
    line("in the server: EXPLAIN", &|times| times.explain, &time);
    line("with the round trip: nl_check", &|times| times.asked_check, &time);
    line("with the round trip: PREPARE", &|times| times.asked_prepare, &time);
    line("nl_check against PREPARE, with the round trip", &|times| times.asked_check / times.asked_prepare, &ratio);
    line("nl_check against PREPARE, in the server", &|times| times.check / times.prepare, &ratio);
    line("nl_check against EXPLAIN, in the server", &|times| times.check / times.explain, &ratio);
}

/// Statements of one database in turn, so that the server's own caches are full early.
fn memory(database: &Database, role: &str, statements: &[String]) {
    heading("private memory of one backend (RssAnon) by the number of checks");
    let mut session = database.session_as(role);
    let check = session.client.prepare("SELECT allowed FROM nl_check($1)").expect("the function exists");
    let pid = session.pid();
    let mut done = 0;
    for until in CHECKS {
        for sql in statements.iter().cycle().skip(done % statements.len()).take(until - done) {
            session.client.execute(&check, &[sql]).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        }
        done = until;
        println!("{until:>8} checks {:>12}", private(pid));
    }
}

/// Another user's process: only root may look.
fn private(pid: i32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kilobytes.map_or_else(|| "unknown".into(), |kilobytes| format!("{:.1} MiB", kilobytes / 1024.0))
}

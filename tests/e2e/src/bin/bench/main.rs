//! The benchmark of nl2sql, on a cluster of its own and with the model played by the double:
//!
//! ```text
//! cargo run --release -p nl2sql-e2e --bin bench [latency] [tables] [rows] [snapshot] [check] [taught] [ledger] [background] [candidates]
//! ```
//!
//! - `latency`: an ask against hand-written client code that does the same work;
//! - `tables`: a question with 10, 100, 1,000 and 10,000 tables, the first of a session, with churn, with 64 askers;
//! - `rows`: a million-row answer against the same query run directly, and the backend's peak memory;
//! - `snapshot`: what reading the catalogs costs with 10, 100 and 1000 tables;
//! - `check`: the guard against a plain PREPARE, and the backend's memory after many checks;
//! - `taught`: a question beside ten thousand verified pairs and terms;
//! - `ledger`: a question with history and without, with preloading and without;
//! - `background`: a thousand questions in the background;
//! - `candidates`: several drafts at once against one.
//!
//! The extension must be installed into the PostgreSQL of `$PG_CONFIG`.

mod background;
mod candidates;
mod check;
mod latency;
mod ledger;
mod rows;
mod snapshot;
mod tables;
mod taught;

use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::Cluster;

/// A part of the benchmark and its name.
type Section = (&'static str, fn(&Cluster));

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let sections: [Section; 9] = [
        ("latency", latency::run),
        ("tables", tables::run),
        ("rows", rows::run),
        ("snapshot", snapshot::run),
        ("check", check::run),
        ("taught", taught::run),
        ("ledger", ledger::run),
        ("background", background::run),
        ("candidates", candidates::run),
    ];
    if let Some(unknown) = wanted.iter().find(|name| sections.iter().all(|(known, _)| known != name)) {
        eprintln!(
            "bench: there is no {unknown}; there are latency, tables, rows, snapshot, check, taught, ledger, background and candidates"
        );
        std::process::exit(2);
    }
    // Enough for many askers at once.
    let cluster = Cluster::start_with("max_connections = 200\n");
    let mut session = cluster.database("version", nl2sql_e2e::cluster::Content::Bare).session();
    println!("PostgreSQL {}", session.text("SHOW server_version"));
    for (name, run) in sections {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            run(&cluster);
        }
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let started = Instant::now();
    let result = work();
    (started.elapsed(), result)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

fn ratio(time: Duration, baseline: Duration) -> f64 {
    time.as_secs_f64() / baseline.as_secs_f64()
}

fn heading(title: &str) {
    println!("\n{title}\n{}", "-".repeat(title.len()));
}

/// One line of a comparison: what, how long, against what, how much more.
fn compare(what: &str, time: Duration, baseline_name: &str, baseline: Duration) {
    println!(
        "{what:<34} {:>12}   {baseline_name:<30} {:>12}   x{:.2}",
        milliseconds(time),
        milliseconds(baseline),
        ratio(time, baseline)
    );
}

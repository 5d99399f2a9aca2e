//! How long the server's functions go on after they were told to stop, on a cluster of its own:
//!
//! ```text
//! cargo run --release -p nl2sql-e2e --bin cancel_latency [part of a function's name] [guarded]
//! ```
//!
//! Calls every immutable and stable function written in C, operators' included, that a statement can call, and what reads and
//! writes the values of types, with arguments that grow and are made beforehand, under a `statement_timeout`. What the backend
//! works between the timeout and the end of the statement is time that nobody could have ended. SECURITY.md has the functions for
//! which that is more than a second, and `src/guard/argument_limits.rs` (of contrib `contrib_limits.rs`) bounds their arguments. With
//! `guarded` they are called by `nl_run` under `nl2sql.query_timeout`, which tells what those bounds leave.

mod functions;
mod samples;

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::{Cluster, Content, Database};
use nl2sql_e2e::session::{Session, quote};

use functions::Function;

/// When a call is told to stop.
const TIMEOUT: Duration = Duration::from_millis(100);

/// What goes on for longer is a finding.
const TOO_LATE: Duration = Duration::from_secs(1);

/// After this the backend is killed, and its cluster recovers.
const GIVE_UP: Duration = Duration::from_secs(20);

/// Elements or bytes of the arguments that grow.
const SIZES: [u64; 8] = [3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000];

/// So many combinations of arguments are tried of one function.
const MAX_COMBINATIONS: usize = 36;

const EXTENSIONS: [&str; 16] = [
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "fuzzystrmatch",
    "hstore",
    "intagg",
    "intarray",
    "isn",
    "ltree",
    "pg_trgm",
    "pgcrypto",
    "seg",
    "unaccent",
    "vector",
    "xml2",
];

/// One way to call a function: a sample for each argument.
type Combination = Vec<(&'static str, &'static samples::Sample)>;

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let is_guarded = std::env::args().nth(2).is_some_and(|how| how == "guarded");
    let cluster = Cluster::start();
    let mut bench = Bench::new(&cluster, is_guarded);
    let functions = bench.functions(&wanted);
    let grow = functions.iter().filter(|function| !combinations(function).is_empty()).count();
    println!("{} functions, {grow} with arguments that grow", functions.len());
    let mut findings = 0;
    for (at, function) in functions.iter().enumerate() {
        if at % 100 == 99 {
            eprintln!("{} of {}", at + 1, functions.len());
        }
        if let Some((late, size, call)) = bench.worst(function) {
            findings += 1;
            println!("{:>6.1} s | {size:>8} | {} | {call}", late.as_secs_f64(), function.signature);
        }
    }
    println!("{findings} functions go on for more than {TOO_LATE:?} after a cancel");
}

struct Call {
    took: Duration,
    /// What it worked after the timeout: on a busy machine, it waits as well.
    late: Duration,
    /// The timeout ended it.
    is_cancelled: bool,
}

impl Call {
    /// How long it would take with arguments of another size, if that grows with the square of their size.
    fn after(&self, size: u64, other: u64) -> Duration {
        self.took.max(Duration::from_micros(100)).mul_f64((other as f64 / size as f64).powi(2))
    }
}

struct Bench<'c> {
    database: Database<'c>,
    session: Option<Session>,
    pid: i32,
    /// The session has the timeout set.
    is_limited: bool,
    /// The guard stands before the calls.
    is_guarded: bool,
    /// Tables with one value each, by its SQL; `None` where it can't be made.
    values: BTreeMap<String, Option<String>>,
}

impl<'c> Bench<'c> {
    fn new(cluster: &'c Cluster, is_guarded: bool) -> Self {
        let database = cluster.database("latency", if is_guarded { Content::Empty } else { Content::Bare });
        let mut session = database.session();
        for extension in EXTENSIONS {
            if session.try_texts(&format!("CREATE EXTENSION IF NOT EXISTS {extension} CASCADE")).is_err() {
                println!("without {extension}");
            }
        }
        session.run("CREATE TYPE pair AS (a text, b text)");
        Self { database, session: None, pid: 0, is_limited: false, is_guarded, values: BTreeMap::new() }
    }

    fn functions(&mut self, wanted: &str) -> Vec<Function> {
        let mut functions = functions::all(self.session());
        functions.retain(|function| function.signature.contains(wanted));
        functions
    }

    /// Some call of a function that goes on too long: for how long, the size of its arguments, and what they are.
    fn worst(&mut self, function: &Function) -> Option<(Duration, u64, String)> {
        combinations(function).iter().find_map(|combination| {
            let (late, size) = self.grow(function, combination)?;
            Some((late, size, described(combination)))
        })
    }

    /// Calls with larger and larger arguments until one goes on too long, or none will.
    fn grow(&mut self, function: &Function, combination: &Combination) -> Option<(Duration, u64)> {
        let mut at = 0;
        loop {
            let size = SIZES[at];
            let call = self.call(function, combination, size)?;
            if call.late > TOO_LATE {
                return Some((call.late, size));
            }
            // What was told to stop and did would also do so with more.
            let stopped = call.is_cancelled && call.late < Duration::from_millis(50);
            if stopped || call.after(size, SIZES[SIZES.len() - 1]) < TOO_LATE || at + 1 == SIZES.len() {
                return None;
            }
            let next = (at + 2..SIZES.len()).take_while(|next| call.after(size, SIZES[*next]) < 5 * TOO_LATE).last();
            at = next.unwrap_or(at + 1);
        }
    }

    /// One call; `None` where its arguments can't be made so large.
    fn call(&mut self, function: &Function, combination: &Combination, size: u64) -> Option<Call> {
        let mut tables = Vec::new();
        for (of, sample) in combination {
            tables.push(self.value(of, sample, size)?);
        }
        let sources: Vec<String> = tables.iter().enumerate().map(|(at, table)| format!("{table} t{at}")).collect();
        let mut call = function.call.clone();
        for at in (0..tables.len()).rev() {
            call = call.replace(&format!("${at}"), &format!("t{at}.v"));
        }
        let result = if function.returns_set { format!("(SELECT count(*) FROM {call})") } else { call };
        let sql = format!("SELECT {result} IS NULL FROM {}", sources.join(", "));
        Some(self.timed(&sql))
    }

    /// A table with one value, made once.
    fn value(&mut self, of: &str, sample: &samples::Sample, size: u64) -> Option<String> {
        let sql = sample.sql(size)?;
        let key = format!("({sql})::{of}");
        if let Some(table) = self.values.get(&key) {
            return table.clone();
        }
        let table = format!("v{}", self.values.len());
        // The server may have lost another backend since.
        if self.session().try_texts("SET statement_timeout = '60s'").is_err() {
            self.session = None;
            self.session().run("SET statement_timeout = '60s'");
        }
        self.is_limited = false;
        let session = self.session();
        let made = session.try_texts(&format!("CREATE TABLE {table} (v {of})")).is_ok() && {
            let _ = session.try_texts(&format!("ALTER TABLE {table} ALTER v SET STORAGE EXTERNAL"));
            session.try_texts(&format!("INSERT INTO {table} SELECT {key}")).is_ok()
        };
        let table = made.then_some(table);
        self.values.insert(key, table.clone());
        table
    }

    fn session(&mut self) -> &mut Session {
        if self.session.is_none() {
            // The server may just have lost a backend, and recover.
            while self.database.cluster.config(&self.database.name).connect(postgres::NoTls).is_err() {
                thread::sleep(Duration::from_millis(200));
            }
            let mut session = self.database.session();
            session.run("SET jit = off");
            self.pid = session.pid();
            self.is_limited = false;
            self.session = Some(session);
        }
        self.session.as_mut().expect("just made")
    }

    fn timed(&mut self, sql: &str) -> Call {
        self.session();
        let is_guarded = self.is_guarded;
        if !std::mem::replace(&mut self.is_limited, true) {
            let limit = if is_guarded { "nl2sql.max_cost = 0; SET nl2sql.query_timeout" } else { "statement_timeout" };
            self.session().run(&format!("SET statement_timeout = 0; SET {limit} = {}", TIMEOUT.as_millis()));
        }
        let guarded = format!("SELECT nl_run({})", quote(sql));
        let sql = if is_guarded { guarded.as_str() } else { sql };
        let pid = self.pid.to_string();
        let (done, waits) = mpsc::channel::<()>();
        let guard = thread::spawn(move || {
            if waits.recv_timeout(GIVE_UP) == Err(RecvTimeoutError::Timeout) {
                let _ = std::process::Command::new("kill").args(["-KILL", &pid]).status();
            }
        });
        let (started, worked) = (Instant::now(), processor_time(self.pid));
        let result = self.session().try_texts(sql);
        let took = started.elapsed();
        let worked = processor_time(self.pid).map_or(took, |now| now.saturating_sub(worked.unwrap_or_default()));
        drop(done);
        let _ = guard.join();
        let code = result.err().map(|error| error.code().cloned());
        if code == Some(None) {
            self.session = None;
            thread::sleep(Duration::from_secs(1));
        }
        Call {
            took,
            late: took.saturating_sub(TIMEOUT).min(worked),
            is_cancelled: code.flatten() == Some(postgres::error::SqlState::QUERY_CANCELED),
        }
    }
}

/// What a process has worked so far (proc(5): utime and stime, in hundredths of a second), or `None` if it is gone.
fn processor_time(pid: i32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11).map(|field| field.parse::<u64>().ok());
    Some(Duration::from_millis(10 * (fields.next()?? + fields.next()??)))
}

fn combinations(function: &Function) -> Vec<Combination> {
    let choices: Vec<(&'static str, &'static [samples::Sample])> =
        function.arguments.iter().map(|of| samples::of(of)).collect();
    if choices.iter().any(|(_, samples)| samples.is_empty()) {
        return Vec::new();
    }
    let mut most = if choices.len() == 1 { usize::MAX } else { 16 };
    let limited = |most: usize| choices.iter().map(|(_, samples)| samples.len().min(most)).product::<usize>();
    while choices.len() > 1 && most > 1 && limited(most) > MAX_COMBINATIONS {
        most -= 1;
    }
    let mut combinations: Vec<Combination> = vec![Vec::new()];
    for (of, samples) in choices {
        combinations = combinations
            .into_iter()
            .flat_map(|begun| samples.iter().take(most).map(move |sample| [begun.clone(), vec![(of, sample)]].concat()))
            .collect();
    }
    combinations.retain(|combination| combination.iter().any(|(_, sample)| sample.grows()));
    combinations
}

fn described(combination: &Combination) -> String {
    combination.iter().map(|(of, sample)| format!("{of} {}", sample.name)).collect::<Vec<_>>().join(", ")
}

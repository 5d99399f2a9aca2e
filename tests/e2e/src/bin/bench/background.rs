//! A thousand questions in the background, submitted by 64 sessions to a model that takes 1 to 10 s.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::server;
use nl2sql_e2e::session::Session;

use crate::{compare, heading, median, timed};

const QUESTIONS: usize = 1000;
const SESSIONS: usize = 64;
/// The model's longest.
const LONGEST: Duration = Duration::from_secs(10);

const SETTINGS: &str = "shared_preload_libraries = 'nl2sql'\nmax_connections = 120\nnl2sql.model = 'gpt'\n\
    nl2sql.cache_ttl = 0\nsynchronous_commit = on\n";

/// What the process that works on the questions takes.
#[derive(Default, Debug)]
struct Process {
    kilobytes: u64,
    threads: u64,
}

pub fn run(_: &Cluster) {
    heading("1,000 questions in the background, 64 sessions, a model that takes 1 to 10 s");
    let (cluster, double) = (Cluster::start_with(SETTINGS), Double::start());
    let database = cluster.database("background", Content::Shop);
    let mut admin = database.session();
    admin.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    admin.run("CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-test')");
    for number in 0..QUESTIONS {
        let after = 1000 * (1 + number as u64 % 10);
        double.answer(&question(number), Reply::sql("SELECT count(*) AS n FROM orders").after(after));
    }
    one_session(&mut admin, &double);
    let mut sessions: Vec<Session> = (0..SESSIONS).map(|_| database.session()).collect();
    let prompts = all_at_once(&mut sessions, "SELECT nl_prompt");
    double.clear();
    let started = Instant::now();
    let submits = all_at_once(&mut sessions, "SELECT nl_submit");
    let submitted = started.elapsed();
    drop(sessions);
    admin.run("CREATE TABLE passing (n int)");
    let mut seen = Seen::default();
    while admin.text("SELECT count(*) FROM nl2sql.job WHERE state = 'ready'") != QUESTIONS.to_string() {
        seen.look(&mut admin);
        assert!(started.elapsed() < 12 * LONGEST, "they do not end");
        thread::sleep(Duration::from_millis(100));
    }
    compare("all ready", started.elapsed(), "the longest reply", LONGEST);
    compare("nl_submit of 64 sessions, median", median(submits), "nl_prompt of as many", median(prompts));
    let after = process(&mut admin);
    println!(
        "submitted in {submitted:.2?}; backends and processes of the database while they waited: {}",
        seen.backends
    );
    println!("the process: at most {} MB and {} threads", seen.most.kilobytes / 1024, seen.most.threads);
    println!("after the last answer: {} MB and {} threads", after.kilobytes / 1024, after.threads);
    println!("of {} looks, so many found backend_xmin held for more than a second: {}", seen.looks, seen.holding);
    println!("and so many that VACUUM could not remove what was deleted at the look before: {}", seen.kept);
    println!("calls of the model: {}", double.chats().len());
}

fn question(number: usize) -> String {
    format!("question number {number:04}.")
}

/// What submitting takes where nothing else is going on.
fn one_session(admin: &mut Session, double: &Double) {
    double.answer("of one session", Reply::hang());
    let (mut prompts, mut submits) = (Vec::new(), Vec::new());
    admin.run("SELECT nl_prompt('warm'); BEGIN; SELECT nl_submit('warm'); ROLLBACK");
    for number in 0..60 {
        let mut time = |function: &str| {
            let sql = format!("SELECT {function}('question {number} of one session')");
            timed(|| admin.run(&sql)).0
        };
        prompts.push(time("nl_prompt"));
        submits.push(time("nl_submit"));
    }
    compare("nl_submit of one session, median", median(submits), "nl_prompt", median(prompts));
    // What waits for a model that hangs keeps its place until its time is up, so another process begins with none.
    admin.run("SELECT count(nl_cancel(id)) FROM nl2sql.jobs");
    admin.run("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE backend_type = 'nl2sql jobs'");
    admin.run("TRUNCATE nl2sql.job");
}

/// Times of a function for each question, in sessions that have called it before, all at once.
fn all_at_once(sessions: &mut [Session], call: &str) -> Vec<Duration> {
    let all_are_there = Barrier::new(sessions.len());
    let ask = |at: usize, session: &mut Session| {
        session.run(&format!("BEGIN; {call}('warm'); ROLLBACK"));
        all_are_there.wait();
        let time = |number: usize| {
            let sql = format!("{call}('{}')", question(number));
            timed(|| session.run(&sql)).0
        };
        (at..QUESTIONS).step_by(SESSIONS).map(time).collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let ask = &ask;
        let threads: Vec<_> =
            sessions.iter_mut().enumerate().map(|(at, session)| scope.spawn(move || ask(at, session))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}

/// What is seen while questions wait.
#[derive(Default)]
struct Seen {
    most: Process,
    backends: u64,
    looks: u64,
    /// Looks that found a snapshot held in a process of the database, by whom nothing was asked at that moment.
    holding: u64,
    /// Looks at which VACUUM could not remove what had been deleted at the one before.
    kept: u64,
}

impl Seen {
    fn look(&mut self, admin: &mut Session) {
        let now = process(admin);
        self.most.kilobytes = self.most.kilobytes.max(now.kilobytes);
        self.most.threads = self.most.threads.max(now.threads);
        let of_database = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
        self.backends = self.backends.max(number(admin, of_database));
        self.looks += 1;
        // A question that is judged or written down at this moment takes a snapshot for some milliseconds.
        let held = format!(
            "{of_database} AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL AND now() - xact_start > '1 s'"
        );
        self.holding += number(admin, &held).min(1);
        // What was deleted at the look before.
        admin.run("VACUUM passing");
        self.kept += number(admin, "SELECT pg_relation_size('passing')").min(1);
        admin.run("INSERT INTO passing SELECT generate_series(1, 1000)");
        admin.run("DELETE FROM passing");
    }
}

fn process(admin: &mut Session) -> Process {
    let pid = admin.texts("SELECT pid FROM pg_stat_activity WHERE backend_type = 'nl2sql jobs'");
    let status =
        pid.first().and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/status")).ok()).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    Process { kilobytes: field("RssAnon:").unwrap_or_default(), threads: field("Threads:").unwrap_or_default() }
}

fn number(admin: &mut Session, sql: &str) -> u64 {
    admin.text(sql).parse().unwrap_or_default()
}

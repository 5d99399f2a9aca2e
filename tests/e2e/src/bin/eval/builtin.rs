//! The builtin model on the open suites: every question is asked through `nl_sql` by an ordinary role, and the suites'
//! own scorer executes and compares the answers. Questions are asked without the hints that some suites give.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::Cluster;
use nl2sql_e2e::session::Session;
use nl2sql_e2e::suite::{Question, READER, Suites};
use serde_json::{Value, json};

use crate::misses;

/// One question and what came of it.
pub struct Asked<'a> {
    pub question: &'a Question,
    pub time: Duration,
    /// The statement, or the server's error: its SQLSTATE, message and DETAIL.
    pub answer: Result<String, (String, String)>,
    /// The scorer's verdict: correct, declined, wrong, error, unanswered or unscorable.
    pub verdict: String,
    pub remark: String,
}

/// Writes `predictions.jsonl`, the scorer's `details.jsonl` and `misses.txt` into the directory; true if all was scored.
/// Of the suites only the `wanted` ones are asked, or all where none is named.
pub fn run(directory: &Path, wanted: &[&str]) -> bool {
    let mut suites = Suites::open_or_skip("eval builtin");
    suites.questions.retain(|question| wanted.is_empty() || wanted.contains(&question.suite.as_str()));
    fs::create_dir_all(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let python = python(directory);
    let cluster = Cluster::start();
    println!("{} databases loaded", suites.load(&cluster));
    let mut asked = Vec::new();
    for (name, questions) in suites.by_database() {
        let mut session = suites.database(&cluster, name).session_as(READER);
        ask_all(&mut session, &questions, &mut asked);
    }
    score(&suites, &cluster, directory, &python, &mut asked);
    let file = directory.join("misses.txt");
    fs::write(&file, misses::text(&asked)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    summary(&asked);
    misses::counts(&asked);
    println!("each miss, by kind: {}", file.display());
    asked.iter().all(|asked| !asked.verdict.is_empty())
}

fn ask_all<'a>(session: &mut Session, questions: &[&'a Question], asked: &mut Vec<Asked<'a>>) {
    session.run("SET nl2sql.model = 'builtin'");
    // A question that nobody understands reads the snapshot all the same.
    session.error("SELECT nl_sql('xyzzy')", "0A000");
    let statement = session.client.prepare("SELECT nl_sql($1)").expect("the extension is there");
    for &question in questions {
        let started = Instant::now();
        let result = session.client.query_one(&statement, &[&question.text]);
        let time = started.elapsed();
        let answer = result.map(|row| row.get(0)).map_err(|error| match error.as_db_error() {
            Some(said) => (
                said.code().code().to_owned(),
                format!("{}\n{}", said.message(), said.detail().unwrap_or_default()).trim().to_owned(),
            ),
            None => panic!("{}: {error:?}", question.text),
        });
        asked.push(Asked { question, time, answer, verdict: String::new(), remark: String::new() });
    }
}

/// A Python that has the scorer's one dependency: one made here, where the system's has it not.
pub fn python(directory: &Path) -> PathBuf {
    let usable = |python: &Path| {
        let tried = Command::new(python).args(["-c", "import psycopg"]).output();
        tried.is_ok_and(|output| output.status.success())
    };
    let made = directory.join("venv/bin/python");
    if !usable(&made) {
        let venv = directory.join("venv").display().to_string();
        run_program(Command::new("python3").args(["-m", "venv", &venv]));
        run_program(Command::new(&made).args(["-m", "pip", "install", "--quiet", "psycopg[binary]"]));
    }
    made
}

pub fn run_program(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// Has the suites' scorer execute the answers, as a role that reads everything, and puts its verdicts into `asked`.
fn score(suites: &Suites, cluster: &Cluster, directory: &Path, python: &Path, asked: &mut [Asked]) {
    let (predictions, details) = (directory.join("predictions.jsonl"), directory.join("details.jsonl"));
    let line = |asked: &Asked| {
        let Question { database, id, .. } = asked.question;
        json!({"db": database, "question_id": id, "sql": asked.answer.as_ref().ok()}).to_string() + "\n"
    };
    let lines: String = asked.iter().map(line).collect();
    fs::write(&predictions, lines).unwrap_or_else(|error| panic!("{}: {error}", predictions.display()));
    let dsn = format!("host=127.0.0.1 port={} user=postgres dbname=postgres", cluster.port());
    let mut scorer = Command::new(python);
    scorer.arg(suites.file("score.py")).args([&dsn, "--part", "open"].map(String::from)).arg(&predictions);
    let named: BTreeSet<&str> = suites.questions.iter().map(|question| question.suite.as_str()).collect();
    scorer.arg("--suite").args(named);
    run_program(scorer.arg("--details").arg(&details).arg("--json").env("PYTHONDONTWRITEBYTECODE", "1"));
    let details = fs::read_to_string(&details).unwrap_or_else(|error| panic!("{}: {error}", details.display()));
    let verdicts: BTreeMap<(String, String), Value> = details
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .map(|verdict| ((field(&verdict, "db"), field(&verdict, "question_id")), verdict))
        .collect();
    for asked in asked {
        let key = (asked.question.database.clone(), asked.question.id.clone());
        if let Some(verdict) = verdicts.get(&key) {
            (asked.verdict, asked.remark) = (field(verdict, "verdict"), field(verdict, "remark"));
        }
    }
}

fn field(verdict: &Value, name: &str) -> String {
    verdict[name].as_str().unwrap_or_default().to_owned()
}

fn summary(asked: &[Asked]) {
    let mut suites: BTreeMap<&str, Vec<&Asked>> = BTreeMap::new();
    for asked in asked {
        suites.entry(&asked.question.suite).or_default().push(asked);
    }
    let headings = ["questions", "answered", "coverage", "right", "precision", "declined", "right in all"];
    print!("{:<18}", "");
    headings.iter().for_each(|heading| print!("{heading:>13}"));
    println!("{:>11}{:>11}", "median", "p99");
    for (suite, asked) in &suites {
        line(suite, asked);
    }
    line("all", &asked.iter().collect::<Vec<_>>());
}

/// Answered: a statement was given. Declined: silence where the database can't answer, which is right.
fn line(name: &str, asked: &[&Asked]) {
    let scored: Vec<&&Asked> = asked.iter().filter(|asked| asked.verdict != "unscorable").collect();
    let of = |verdict: &str| scored.iter().filter(|asked| asked.verdict == verdict).count();
    let (right, declined) = (of("correct"), of("declined"));
    let answered = right + of("wrong") + of("error");
    let share = |part: usize, whole: usize| match whole {
        0 => "-".to_owned(),
        whole => format!("{:.1} %", 100.0 * part as f64 / whole as f64),
    };
    let cells = [
        scored.len().to_string(),
        answered.to_string(),
        share(answered, scored.len()),
        right.to_string(),
        share(right, answered),
        declined.to_string(),
        share(right + declined, scored.len()),
    ];
    print!("{name:<18}");
    cells.iter().for_each(|cell| print!("{cell:>13}"));
    let mut times: Vec<Duration> = asked.iter().map(|asked| asked.time).collect();
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1000.0;
    println!("{:>8.2} ms{:>8.2} ms", at(0.5), at(0.99));
}

//! The open suites: questions that others wrote on real databases, with the statements that answer them. They are not
//! part of this repository; where they are absent there is nothing to read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use postgres::NoTls;
use serde_json::Value;

use crate::cluster::{Cluster, Database};

/// The role that asks: it may read all the data and nothing more.
pub const READER: &str = "reader";

/// What an ordinary role needs to ask about a loaded database, with the extension as it is now.
const PREPARE: &str = "
    DROP EXTENSION IF EXISTS nl2sql;
    CREATE EXTENSION nl2sql;
    DO $$
    DECLARE schema text;
    BEGIN
        FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA %1$I TO reader',
                           schema);
        END LOOP;
    END $$;
    ANALYZE";

/// The limits of the reader, high enough for every statement of the suites: they are not what is measured.
const LIMITS: &str = "
    DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
    ALTER ROLE reader SET nl2sql.row_limit = 0;
    ALTER ROLE reader SET nl2sql.byte_limit = 0;
    ALTER ROLE reader SET nl2sql.max_cost = 0;
    ALTER ROLE reader SET nl2sql.prompt_budget = 100000;
    ALTER ROLE reader SET nl2sql.query_timeout = '20s';
    ALTER ROLE reader SET statement_timeout = '30s'";

pub struct Question {
    pub suite: String,
    pub id: String,
    pub database: String,
    pub text: String,
    /// The accepted statements; none where the database can't answer.
    pub gold: Vec<String>,
}

pub struct Suites {
    directory: PathBuf,
    /// By suite, in the order of its file.
    pub questions: Vec<Question>,
}

impl Suites {
    /// The suites in `$NL2SQL_EVAL`, by default `shared/eval` beside this repository; `None` where there are none.
    pub fn open() -> Option<Suites> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/eval");
        let directory = std::env::var_os("NL2SQL_EVAL").map_or(beside, PathBuf::from);
        let mut suites = Suites { directory, questions: Vec::new() };
        for folder in entries(&suites.directory.join("data")) {
            let suite = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let file = std::fs::read_to_string(folder.join("open/questions.jsonl")).unwrap_or_default();
            suites.questions.extend(file.lines().map(|line| question(&suite, line)));
        }
        (!suites.questions.is_empty()).then_some(suites)
    }

    /// The same, or the end of the program with success and a word on what is missing.
    pub fn open_or_skip(what: &str) -> Suites {
        Self::open().unwrap_or_else(|| {
            println!("{what}: skipped, there are no suites in $NL2SQL_EVAL or ../shared/eval");
            std::process::exit(0);
        })
    }

    /// The program or file of this name that comes with the suites.
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The questions of every database, in the order of its name.
    pub fn by_database(&self) -> BTreeMap<&str, Vec<&Question>> {
        let mut questions: BTreeMap<&str, Vec<&Question>> = BTreeMap::new();
        for question in &self.questions {
            questions.entry(&question.database).or_default().push(question);
        }
        questions
    }

    /// Makes every database that a question is about, with the extension and the reader's rights; how many.
    pub fn load(&self, cluster: &Cluster) -> usize {
        let mut admin = cluster.config("postgres").connect(NoTls).expect("a connection to the cluster");
        admin.batch_execute(LIMITS).expect("a role that reads");
        let folders = entries(&self.directory.join("data"));
        let dumps: Vec<PathBuf> = folders.iter().flat_map(|folder| entries(&folder.join("open"))).collect();
        let asked = self.by_database();
        let dumps = dumps.iter().filter_map(|dump| Some((dump, dump.file_name()?.to_str()?.strip_suffix(".sql.gz")?)));
        let dumps = dumps.filter(|(_, name)| asked.contains_key(name));
        dumps.map(|(dump, name)| load(&mut admin, cluster, dump, name)).count()
    }

    /// Makes the extension and the reader's rights in a database that is loaded.
    pub fn prepare(&self, cluster: &Cluster, name: &str) {
        let mut client = cluster.config(name).connect(NoTls).expect("a connection to the database");
        for script in [LIMITS, PREPARE] {
            client.batch_execute(script).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        }
    }

    /// A database that [`Self::load`] made.
    pub fn database<'a>(&self, cluster: &'a Cluster, name: &str) -> Database<'a> {
        Database { cluster, name: name.to_owned() }
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let found = std::fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = found.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn question(suite: &str, line: &str) -> Question {
    let fields: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{suite}: {error}: {line}"));
    let text =
        |value: &Value| value.as_str().unwrap_or_else(|| panic!("{suite}: a field is missing: {line}")).to_owned();
    Question {
        suite: suite.to_owned(),
        id: text(&fields["id"]),
        database: text(&fields["db"]),
        text: text(&fields["question"]),
        gold: fields["gold"].as_array().into_iter().flatten().map(|gold| text(&gold["sql"])).collect(),
    }
}

/// The dump is plain SQL without COPY, so one round trip runs it.
fn load(admin: &mut postgres::Client, cluster: &Cluster, dump: &Path, name: &str) {
    let output = Command::new("gzip").arg("-dc").arg(dump).output().expect("gzip can be run");
    assert!(output.status.success(), "{}: {}", dump.display(), String::from_utf8_lossy(&output.stderr));
    let sql = String::from_utf8(output.stdout).unwrap_or_else(|error| panic!("{name}: {error}"));
    // As the suites' own loader makes them, down to the collation.
    let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    admin.batch_execute(&create).unwrap_or_else(|error| panic!("{create}: {error:?}"));
    // The dump changes its session's settings, so what follows it has a session of its own.
    for script in [sql.as_str(), PREPARE] {
        let mut client = cluster.config(name).connect(NoTls).expect("a connection to the fresh database");
        client.batch_execute(script).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
}

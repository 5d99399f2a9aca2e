//! A database under attack: what a model drafts is tried on the guard, and the cluster's fingerprint must not move.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::double::Reply;
use crate::fingerprint::Watch;
use crate::fixture::Fixture;
use crate::session::{Session, nl_ask, quote};

/// The fingerprint is of the whole cluster, so one attack at a time.
static ALONE: Mutex<()> = Mutex::new(());

pub struct Target {
    pub fixture: Fixture,
    pub asker: Session,
    superuser: bool,
    file: PathBuf,
    watch: Watch,
    _alone: MutexGuard<'static, ()>,
}

impl Target {
    /// `schema` is run by the superuser; the asker is an ordinary role, or the superuser.
    pub fn new(name: &str, superuser: bool, schema: &str) -> Target {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut fixture = Fixture::empty(name);
        let file = std::env::temp_dir().join(format!("nl2sql-e2e-loot-{}-{name}", std::process::id()));
        fixture.session.run(&schema.replace("{file}", &file.display().to_string()));
        let mut asker = if superuser { fixture.asker("postgres") } else { fixture.analyst("SELECT 1").1 };
        // PL/pgSQL brings settings of its own when it is loaded, so it is loaded before any are compared.
        asker.run("SET nl2sql.max_attempts = 1; DO 'BEGIN END'");
        let watch = Watch::start(&fixture.database, &mut asker);
        Target { fixture, asker, superuser, file, watch, _alone: alone }
    }

    /// Starts the fingerprint anew, after a change that the test itself made.
    pub fn watch_anew(&mut self) {
        let _ = std::fs::remove_file(&self.file);
        self.watch.start_anew(&mut self.asker);
    }

    /// Refused by `nl_ask` and, if its SQLSTATE is certain, by `nl_check` with the same, and without a trace.
    pub fn attack(&mut self, sql: &str, sqlstate: Option<&str>) {
        let sql = self.with_file(sql);
        let started = Instant::now();
        let code = self.ask(&sql).expect_err(&sql);
        self.expect(&sql, &code, sqlstate);
        if sqlstate.is_some() {
            let checked = self.check(&sql).expect_err(&sql);
            self.expect(&sql, &checked, sqlstate);
        }
        // What sleeps does so for longer.
        assert!(started.elapsed() < Duration::from_secs(30), "{sql} took {:?}", started.elapsed());
        self.assert_unmoved(&sql);
    }

    pub fn attack_with(&mut self, statements: &[&str], sqlstate: Option<&str>) {
        for sql in statements {
            self.attack(sql, sqlstate);
        }
    }

    /// Puts the path of a file that nobody may write into a statement.
    pub fn with_file(&self, sql: &str) -> String {
        sql.replace("{file}", &self.file.display().to_string())
    }

    /// Has the model draft it: the rows' number, or the SQLSTATE.
    pub fn ask(&mut self, sql: &str) -> Result<usize, String> {
        self.fixture.double.answer("attack", Reply::sql(sql));
        self.asker.try_texts(&nl_ask("attack")).map(|rows| rows.len()).map_err(|error| sqlstate_of(&error))
    }

    /// The guard's verdict: the SQLSTATE where it refuses.
    pub fn check(&mut self, sql: &str) -> Result<(), String> {
        let check = format!("SELECT coalesce(sqlstate, 'allowed') FROM nl_check({})", quote(sql));
        match self.asker.try_texts(&check).map_err(|error| sqlstate_of(&error))?.remove(0) {
            allowed if allowed == "allowed" => Ok(()),
            code => Err(code),
        }
    }

    /// What is different from when the fingerprint was taken, in words.
    pub fn moved(&mut self) -> Option<String> {
        let written = self.file.exists().then(|| format!("{} was written", self.file.display()));
        self.watch.moved(&mut self.asker).or(written)
    }

    #[track_caller]
    pub fn assert_unmoved(&mut self, sql: &str) {
        let moved = self.moved();
        assert!(moved.is_none(), "after {sql}\n{}", moved.unwrap_or_default());
    }

    /// An ordinary role may be stopped by a missing privilege before the guard gets to see the statement's point.
    #[track_caller]
    pub fn expect(&self, sql: &str, code: &str, sqlstate: Option<&str>) {
        let fits = sqlstate.is_none_or(|sqlstate| code == sqlstate) || (!self.superuser && code == "42501");
        assert!(fits, "{sql} failed with {code}, not with {sqlstate:?}");
    }
}

/// A lost connection has none, and is told as such.
fn sqlstate_of(error: &postgres::Error) -> String {
    error.code().map_or_else(|| panic!("the session is lost: {error:?}"), |code| code.code().to_owned())
}

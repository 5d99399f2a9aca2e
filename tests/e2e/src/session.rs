//! A session of the tests: a connection that keeps its notices, and the questions tests ask it.

use std::sync::{Arc, Mutex, PoisonError};

use postgres::error::DbError;
use postgres::{Client, Config, NoTls, SimpleQueryMessage};
use serde_json::Value;

pub struct Session {
    pub client: Client,
    notices: Arc<Mutex<Vec<DbError>>>,
}

impl Session {
    pub fn open(config: &mut Config) -> Session {
        let notices = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&notices);
        config.notice_callback(move |notice| sink.lock().unwrap_or_else(PoisonError::into_inner).push(notice));
        let client = config.connect(NoTls).unwrap_or_else(|error| panic!("cannot connect: {error:?}"));
        Session { client, notices }
    }

    /// Statements that must succeed.
    #[track_caller]
    pub fn run(&mut self, sql: &str) {
        must(sql, self.client.batch_execute(sql));
    }

    /// The first column of every row, as text; NULL as the word.
    #[track_caller]
    pub fn texts(&mut self, sql: &str) -> Vec<String> {
        must(sql, self.try_texts(sql))
    }

    pub fn try_texts(&mut self, sql: &str) -> Result<Vec<String>, postgres::Error> {
        let messages = self.client.simple_query(sql)?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
            _ => None,
        });
        Ok(rows.collect())
    }

    /// The first column of the only row.
    #[track_caller]
    pub fn text(&mut self, sql: &str) -> String {
        let texts = self.texts(sql);
        assert_eq!(texts.len(), 1, "rows of {sql}");
        texts.into_iter().next().expect("just counted")
    }

    /// The error of a statement that must fail with this SQLSTATE.
    #[track_caller]
    pub fn error(&mut self, sql: &str, sqlstate: &str) -> DbError {
        let error = self.failure(sql);
        assert_eq!(error.code().code(), sqlstate, "{sql}\n{error:?}");
        error
    }

    /// The error of a statement that must fail.
    #[track_caller]
    pub fn failure(&mut self, sql: &str) -> DbError {
        match self.try_texts(sql) {
            Ok(rows) => panic!("{sql}\nanswered instead of failing: {rows:?}"),
            Err(error) => database_error(&error),
        }
    }

    /// The rows of an answer, each a JSON object.
    #[track_caller]
    pub fn ask(&mut self, question: &str) -> Vec<Value> {
        must(question, self.try_ask(question))
    }

    pub fn try_ask(&mut self, question: &str) -> Result<Vec<Value>, postgres::Error> {
        let rows = self.try_texts(&nl_ask(question))?;
        Ok(rows.iter().map(|row| serde_json::from_str(row).expect("nl_ask makes JSON")).collect())
    }

    /// The error of a question that must fail with this SQLSTATE.
    #[track_caller]
    pub fn ask_error(&mut self, question: &str, sqlstate: &str) -> DbError {
        self.error(&nl_ask(question), sqlstate)
    }

    /// The notices since the last call.
    pub fn notices(&mut self) -> Vec<String> {
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        notices.drain(..).map(|notice| notice.message().to_owned()).collect()
    }

    pub fn pid(&mut self) -> i32 {
        self.text("SELECT pg_backend_pid()").parse().expect("a number")
    }
}

/// Panics where the test called, which a closure would not.
#[track_caller]
fn must<T>(what: &str, result: Result<T, postgres::Error>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what}\n{error:?}"),
    }
}

/// What the server said; a broken connection is no answer to a statement.
pub fn database_error(error: &postgres::Error) -> DbError {
    error.as_db_error().cloned().unwrap_or_else(|| panic!("not an error of the server: {error:?}"))
}

pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub fn nl_ask(question: &str) -> String {
    format!("SELECT nl_ask({})", quote(question))
}

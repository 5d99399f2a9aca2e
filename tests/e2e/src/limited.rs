//! Statements that must end in time, whatever they compute.

use std::time::{Duration, Instant};

use crate::double::Reply;
use crate::fixture::Fixture;
use crate::session::nl_ask;

/// More than `nl2sql.query_timeout` of such tests, which is 2 s: the machine may be busy.
const IN_TIME: Duration = Duration::from_secs(6);

/// An empty database with short limits on time and none on cost.
pub fn fixture(name: &str) -> Fixture {
    let mut fixture = Fixture::empty(name);
    fixture.session.run("SET nl2sql.query_timeout = '2s'; SET nl2sql.max_cost = 0; SET nl2sql.max_attempts = 1");
    fixture.session.run("SET statement_timeout = '60s'");
    fixture
}

/// The SQLSTATE of the question `endless`, or `answered`, in time.
#[track_caller]
pub fn ending(fixture: &mut Fixture, sql: &str) -> String {
    fixture.double.answer("endless", Reply::sql(sql));
    let started = Instant::now();
    let result = fixture.session.try_texts(&nl_ask("endless"));
    let took = started.elapsed();
    assert!(took < IN_TIME, "{sql} went on for {took:?}");
    result.map_or_else(
        |error| error.code().map_or_else(|| format!("{error:?}"), |code| code.code().to_owned()),
        |_| "answered".to_owned(),
    )
}

//! Statements that must end in time, whatever they compute.

use std::time::{Duration, Instant};

use crate::double::Reply;
use crate::fixture::Fixture;
use crate::session::nl_ask;

/// What is due after 2 s has ended by then on a machine that is busy, while the work of such a statement takes minutes.
const IN_TIME: Duration = Duration::from_secs(20);

/// An empty database with short limits on time and none on cost.
pub fn fixture(name: &str) -> Fixture {
    let mut fixture = Fixture::empty(name);
    fixture.session.run("SET nl2sql.query_timeout = '2s'; SET nl2sql.max_cost = 0; SET nl2sql.max_attempts = 1");
    fixture.session.run("SET statement_timeout = '180s'");
    fixture
}

/// The SQLSTATE of the question `endless`, or `answered`, in time.
#[track_caller]
pub fn ending(fixture: &mut Fixture, sql: &str) -> String {
    let started = Instant::now();
    let ending = ask(fixture, sql);
    let took = started.elapsed();
    assert!(took < IN_TIME, "{sql} went on for {took:?}");
    ending
}

/// The same of what is refused, or answered, and not stopped: how soon is the machine's affair.
#[track_caller]
pub fn outcome(fixture: &mut Fixture, sql: &str) -> String {
    let timeout = fixture.session.text("SHOW nl2sql.query_timeout");
    fixture.session.run("SET nl2sql.query_timeout = '150s'");
    let outcome = ask(fixture, sql);
    fixture.session.run(&format!("SET nl2sql.query_timeout = '{timeout}'"));
    outcome
}

fn ask(fixture: &mut Fixture, sql: &str) -> String {
    fixture.double.answer("endless", Reply::sql(sql));
    fixture.session.try_texts(&nl_ask("endless")).map_or_else(
        |error| error.code().map_or_else(|| format!("{error:?}"), |code| code.code().to_owned()),
        |_| "answered".to_owned(),
    )
}

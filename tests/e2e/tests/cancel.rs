//! A session that waits for the model, or runs its statement, ends at once when it is told to.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, server};
use nl2sql_e2e::session::{Session, nl_ask};
use postgres::{CancelToken, NoTls};

/// The aim is 100 ms, and a busy machine may take seconds. What does not hear of its end goes on for 15 s and more.
const AT_ONCE: Duration = Duration::from_secs(6);

type Ended = (Session, Result<Vec<String>, postgres::Error>, Instant);

fn in_background(mut session: Session, sql: String) -> JoinHandle<Ended> {
    thread::spawn(move || {
        let result = session.try_texts(&sql);
        (session, result, Instant::now())
    })
}

fn sqlstate(result: &Result<Vec<String>, postgres::Error>) -> String {
    let error = result.as_ref().expect_err("a cancelled question has no answer");
    error.code().map_or_else(|| format!("no SQLSTATE: {error:?}"), |code| code.code().to_owned())
}

/// Cancels and gives the session back with the time it took.
fn cancel(running: JoinHandle<Ended>, token: &CancelToken) -> (Session, String, Duration) {
    let cancelled = Instant::now();
    token.cancel_query(NoTls).unwrap();
    let (mut session, result, ended) = running.join().unwrap();
    // The postmaster signals a backend twice, itself and its process group (signal_child in postmaster.c): a statement
    // that follows at once may meet the second signal. It is spent here.
    let _ = session.client.simple_query("SELECT pg_sleep(0.5)");
    (session, sqlstate(&result), ended.saturating_duration_since(cancelled))
}

#[test]
fn a_cancel_ends_the_wait_for_the_model() {
    let mut fixture = Fixture::empty("cancel");
    let cases = [
        ("hang", Reply::hang()),
        ("drip", Reply::sql("SELECT 1").drip(150)),
        ("busy", Reply::status(429).retry_after(15)),
    ];
    let mut session = fixture.asker("postgres");
    for (name, reply) in cases {
        fixture.double.answer(name, reply);
        fixture.double.clear();
        let token = session.client.cancel_token();
        let running = in_background(session, nl_ask(name));
        fixture.wait_for_requests(1);
        let (returned, code, took) = cancel(running, &token);
        println!("cancel while {name}: {took:?}");
        assert_eq!(code, "57014", "{name}");
        assert!(took < AT_ONCE, "{name}: {took:?}");
        session = returned;
        fixture.double.answer("now", Reply::sql("SELECT 7 AS n"));
        assert_eq!(session.ask("now")[0]["n"], 7, "after {name}");
    }
    assert_eq!(fixture.session.text("SELECT 1"), "1");
}

/// Waits until the backend runs, rather than waits for a reply: it has asked, and it burns time.
#[test]
fn a_cancel_ends_the_running_statement() {
    let fixture = Fixture::empty("cancel_query");
    fixture.double.answer(
        "slow",
        Reply::sql("SELECT count(*) AS n FROM generate_series(1, 100000) a, generate_series(1, 100000) b"),
    );
    let mut session = fixture.asker("postgres");
    session.run("SET nl2sql.max_cost = 0");
    let token = session.client.cancel_token();
    let pid = session.pid();
    let running = in_background(session, nl_ask("slow"));
    fixture.wait_for_requests(1);
    let mut observer = fixture.database.session();
    let active = format!("SELECT coalesce(wait_event, 'none') FROM pg_stat_activity WHERE pid = {pid}");
    let until = Instant::now() + Duration::from_secs(30);
    while observer.text(&active) != "none" && Instant::now() < until {
        thread::yield_now();
    }
    let (mut session, code, took) = cancel(running, &token);
    println!("cancel while the statement runs: {took:?}");
    assert_eq!(code, "57014");
    assert!(took < AT_ONCE, "{took:?}");
    assert_eq!(fixture.double.chats().len(), 1, "a cancelled statement is not repaired");
    assert_eq!(session.text("SELECT 1"), "1");
}

#[test]
fn a_cancel_leaves_the_transaction_as_any_error_does() {
    let mut fixture = Fixture::empty("cancel_transaction");
    fixture.double.answer("hang", Reply::hang());
    fixture.session.run("CREATE TABLE notes (note text)");
    let mut session = fixture.asker("postgres");
    session.run("BEGIN; INSERT INTO notes VALUES ('lost')");
    let token = session.client.cancel_token();
    let running = in_background(session, nl_ask("hang"));
    fixture.wait_for_requests(1);
    let (mut session, code, _) = cancel(running, &token);
    assert_eq!(code, "57014");
    session.error("SELECT 1", "25P02");
    session.run("ROLLBACK");
    assert_eq!(session.text("SELECT count(*) FROM notes"), "0");

    // WHEN OTHERS lets cancels pass; a block that names the condition catches this one, and only its own rows go.
    session.run("BEGIN; INSERT INTO notes VALUES ('kept')");
    let block = "DO $$ BEGIN INSERT INTO notes VALUES ('undone'); PERFORM nl_ask('hang');
        EXCEPTION WHEN query_canceled THEN INSERT INTO notes VALUES ('caught'); END $$";
    fixture.double.clear();
    let pid = session.pid();
    let running = in_background(session, block.to_owned());
    fixture.wait_for_requests(1);
    // This signals once; the second signal of a cancel may come when the first has been caught.
    fixture.session.run(&format!("SELECT pg_cancel_backend({pid})"));
    let (mut session, result, _) = running.join().unwrap();
    result.unwrap();
    session.run("COMMIT");
    assert_eq!(session.texts("SELECT note FROM notes ORDER BY ctid"), ["kept", "caught"]);
}

#[test]
fn statement_timeout_ends_the_wait() {
    let mut fixture = Fixture::empty("statement_timeout");
    fixture.double.answer("hang", Reply::hang());
    fixture.session.run("SET statement_timeout = '400ms'");
    let started = Instant::now();
    fixture.session.ask_error("hang", "57014");
    let late = started.elapsed().saturating_sub(Duration::from_millis(400));
    println!("statement_timeout: {late:?} late");
    assert!(late < AT_ONCE, "{late:?}");
    assert_eq!(fixture.session.text("SELECT 1"), "1");
}

#[test]
fn a_terminated_backend_ends() {
    let mut fixture = Fixture::empty("terminate");
    fixture.double.answer("hang", Reply::hang());
    let (cluster, database) = (fixture.database.cluster, fixture.database.name.clone());
    let asker = thread::spawn(move || {
        let statements = ["LOAD 'nl2sql'", "SET nl2sql.model = 'gpt'", &nl_ask("hang")];
        (cluster.psql_errors(&database, "to_be_ended", &statements), Instant::now())
    });
    fixture.wait_for_requests(1);
    let pid = fixture.session.text("SELECT pid FROM pg_stat_activity WHERE application_name = 'to_be_ended'");
    let told = Instant::now();
    fixture.session.run(&format!("SELECT pg_terminate_backend({pid})"));
    let (errors, ended) = asker.join().unwrap();
    let took = ended.saturating_duration_since(told);
    println!("pg_terminate_backend: {took:?}");
    assert!(errors.starts_with("FATAL:  57P01: terminating connection due to administrator command"), "{errors}");
    assert!(took < AT_ONCE, "{took:?}");
    let until = Instant::now() + Duration::from_secs(30);
    while fixture.session.text(&format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}")) != "0" {
        assert!(Instant::now() < until, "the backend stays");
    }
}

#[test]
fn the_server_shuts_down_while_the_model_hangs() {
    let cluster = Cluster::start();
    let database = cluster.database("shutdown", Content::Empty);
    let double = Double::start();
    double.answer("hang", Reply::hang());
    let mut session = database.session();
    session.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    let statements = ["LOAD 'nl2sql'", "SET nl2sql.model = 'gpt'", &nl_ask("hang")];
    let (errors, took) = thread::scope(|scope| {
        let asker = scope.spawn(|| cluster.psql_errors(&database.name, "asker", &statements));
        assert!(double.wait_for_requests(1, Duration::from_secs(60)));
        let took = cluster.stop_fast();
        (asker.join().unwrap(), took)
    });
    println!("fast shutdown: {took:?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert!(errors.starts_with("FATAL:  57P01: terminating connection due to administrator command"), "{errors}");
    assert!(!cluster.log().contains("PANIC"), "{}", cluster.log());
}

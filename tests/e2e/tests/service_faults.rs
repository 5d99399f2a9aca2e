//! Whatever the model's service does, the asker gets one plain error in time; session and transaction live on.

use std::time::{Duration, Instant};

use nl2sql_e2e::double::{Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, dead_port, server};
use nl2sql_e2e::session::Session;

struct Fault {
    name: &'static str,
    reply: Reply,
    sqlstate: &'static str,
    /// How often the model is asked, where the contract says so.
    requests: Option<usize>,
    seconds: u64,
}

fn fault(name: &'static str, reply: Reply, sqlstate: &'static str, requests: Option<usize>, seconds: u64) -> Fault {
    Fault { name, reply, sqlstate, requests, seconds }
}

/// Each fault outside and inside a transaction, on one session.
fn run(name: &str, model_timeout: &str, faults: Vec<Fault>) {
    let mut fixture = Fixture::empty(name);
    fixture.session.run(&format!("CREATE TABLE notes (note text); SET nl2sql.model_timeout = '{model_timeout}'"));
    for fault in faults {
        fixture.double.answer(fault.name, fault.reply.clone());
        fixture.double.clear();
        // Another model to the breaker, which would not ask this one for long.
        fixture.session.run(&format!("ALTER SERVER gpt OPTIONS (SET model '{}')", fault.name));
        let started = Instant::now();
        let error = fixture.session.ask_error(fault.name, fault.sqlstate);
        let took = started.elapsed();
        assert!(took < Duration::from_secs(fault.seconds), "{} took {took:?}", fault.name);
        assert!(!error.message().is_empty());
        if let Some(requests) = fault.requests {
            assert_eq!(fixture.double.chats().len(), requests, "{}", fault.name);
        }
        assert_eq!(fixture.session.text("SELECT 1"), "1", "{}", fault.name);
        inside_a_transaction(&mut fixture.session, fault.name, fault.sqlstate);
    }
    // The same session still gets answers.
    fixture.session.run("ALTER SERVER gpt OPTIONS (SET model 'well again')");
    fixture.double.answer("at last", Reply::sql("SELECT 'fine' AS state"));
    assert_eq!(fixture.session.ask("at last")[0]["state"], "fine");
}

/// A caught error undoes its block and nothing else.
fn inside_a_transaction(session: &mut Session, question: &str, sqlstate: &str) {
    session.run("TRUNCATE notes; BEGIN; INSERT INTO notes VALUES ('before')");
    session.run(&format!(
        "DO $$ BEGIN
            INSERT INTO notes VALUES ('inside');
            PERFORM nl_ask('{question}');
            INSERT INTO notes VALUES ('not reached');
        EXCEPTION WHEN OTHERS THEN
            PERFORM set_config('e2e.sqlstate', SQLSTATE, false);
        END $$"
    ));
    session.run("INSERT INTO notes VALUES ('after'); COMMIT");
    assert_eq!(session.text("SELECT current_setting('e2e.sqlstate')"), sqlstate, "{question}, caught");
    assert_eq!(session.texts("SELECT note FROM notes ORDER BY ctid"), ["before", "after"], "{question}");
}

#[test]
fn faults_of_the_line() {
    let slow = |name, reply| fault(name, reply, "HV00L", None, 20);
    run(
        "line",
        "2s",
        vec![
            slow("hang", Reply::hang()),
            slow("drip", Reply::sql("SELECT 1").drip(100)),
            slow("late", Reply::sql("SELECT 1").after(60_000)),
        ],
    );
    let cut_off = fault("cut off", Reply::sql("SELECT 1").cut_off(), "HV00M", None, 30);
    // Three tries, each on a connection of its own.
    run("closed", "20s", vec![cut_off, fault("close", Reply::close(), "HV00N", None, 30)]);
}

#[test]
fn faults_of_the_content() {
    let garbage = |name, reply| fault(name, reply, "HV00M", None, 90);
    run(
        "content",
        "60s",
        vec![
            garbage("html", Reply::html()),
            garbage("broken json", Reply::invalid_json()),
            garbage("broken text", Reply::invalid_utf8()),
            garbage("ten megabytes", Reply::huge(10 << 20)),
            garbage("five megabytes", Reply::huge(5 << 20)),
            garbage("nothing", Reply::empty()),
            garbage("empty body", Reply::raw(200, "application/json", "")),
            garbage("a list", Reply::raw(200, "application/json", "[1, 2]")),
            garbage("null", Reply::raw(200, "application/json", "null")),
            garbage("no choices", Reply::raw(200, "application/json", r#"{"choices": []}"#)),
            garbage("deep", Reply::raw(200, "application/json", "[".repeat(100_000))),
            garbage("chatter", Reply::text("I would rather talk about the weather.")),
            garbage("unfinished", Reply::unfinished("SELECT 1 AS o")),
            garbage("no statement", Reply::sql("")),
        ],
    );
}

#[test]
fn error_statuses() {
    run(
        "statuses",
        "20s",
        vec![
            fault("401", Reply::status(401), "28000", Some(1), 20),
            fault("403", Reply::status(403), "28000", Some(1), 20),
            fault("400", Reply::status(400), "HV00L", Some(1), 20),
            fault("404", Reply::status(404), "HV00L", Some(1), 20),
            fault("429", Reply::status(429).retry_after(0), "53000", Some(3), 30),
            fault("500", Reply::status(500), "HV00L", Some(3), 30),
            fault("503", Reply::status(503), "HV00L", Some(3), 30),
            fault("plain 500", Reply::raw(500, "text/plain", "oops"), "HV00L", Some(3), 30),
        ],
    );
}

#[test]
fn a_model_may_ask_back_or_refuse() {
    let mut fixture = Fixture::empty("asks_back");
    fixture.double.answer("best", Reply::clarify("By revenue or by pieces sold?"));
    fixture.double.answer("salaries", Reply::refuse("There is no such data."));
    let error = fixture.session.ask_error("best", "P0001");
    assert_eq!(error.message(), "model \"gpt\" asks: \"By revenue or by pieces sold?\"");
    let error = fixture.session.ask_error("salaries", "P0002");
    assert!(error.message().contains("There is no such data."), "{error:?}");
    inside_a_transaction_of_its_own(&mut fixture.session);
    fixture.double.answer("declined", Reply::declined("I cannot help with that."));
    let code = fixture.session.failure("SELECT nl_ask('declined')").code().code().to_owned();
    assert!(["P0002", "HV00M"].contains(&code.as_str()), "{code}");
}

fn inside_a_transaction_of_its_own(session: &mut Session) {
    session.run("CREATE TABLE notes (note text)");
    inside_a_transaction(session, "best", "P0001");
}

#[test]
fn retry_after_is_honoured() {
    let mut fixture = Fixture::empty("retry_after");
    fixture.double.answer("busy", [Reply::status(429).retry_after(1), Reply::sql("SELECT 7 AS n")]);
    let started = Instant::now();
    assert_eq!(fixture.session.ask("busy")[0]["n"], 7);
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!(fixture.double.chats().len(), 2);
}

#[test]
fn a_long_retry_after_does_not_outlast_the_timeout() {
    let mut fixture = Fixture::empty("long_retry");
    fixture.double.answer("busy", Reply::status(429).retry_after(3600));
    fixture.session.run("SET nl2sql.model_timeout = '2s'");
    let started = Instant::now();
    let error = fixture.session.failure("SELECT nl_ask('busy')");
    assert!(["53000", "HV00L"].contains(&error.code().code()), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn server_errors_are_tried_again() {
    let mut fixture = Fixture::empty("retries");
    let replies = [Reply::status(500), Reply::status(503), Reply::sql("SELECT 7 AS n")];
    fixture.double.answer("shaky", replies);
    assert_eq!(fixture.session.ask("shaky")[0]["n"], 7);
    assert_eq!(fixture.double.chats().len(), 3);
    fixture.double.answer("cut", [Reply::close(), Reply::sql("SELECT 8 AS n")]);
    assert_eq!(fixture.session.ask("cut")[0]["n"], 8);
}

#[test]
fn nobody_there() {
    let mut fixture = Fixture::empty("nobody");
    let endpoint = format!("http://127.0.0.1:{}/v1", dead_port());
    fixture.session.run(&server("dead", Provider::OpenAi, &endpoint));
    fixture.session.run(&server("lost", Provider::OpenAi, "http://no-such-host.invalid/v1"));
    for name in ["dead", "lost"] {
        fixture.session.run(&format!("SET nl2sql.model = '{name}'"));
        let started = Instant::now();
        fixture.session.ask_error("anything", "HV00N");
        assert!(started.elapsed() < Duration::from_secs(40), "{name}: {:?}", started.elapsed());
    }
}

#[test]
fn the_next_model_of_the_chain_answers() {
    let mut fixture = Fixture::shop("chain");
    let endpoint = format!("http://127.0.0.1:{}/v1", dead_port());
    fixture.session.run(&server("dead", Provider::OpenAi, &endpoint));
    fixture.double.answer("seven", Reply::sql("SELECT 7 AS n"));
    fixture.session.run("SET nl2sql.model = 'dead, gpt'");
    assert_eq!(fixture.session.ask("seven")[0]["n"], 7);
    fixture.session.run("SET nl2sql.model = 'dead, builtin'");
    let rows = fixture.session.ask("how many customers are there");
    assert_eq!(rows.len(), 1);
    let count = rows[0].as_object().unwrap().values().next().unwrap();
    assert_eq!(count, 5000, "the builtin parser's answer");
}

/// What a model says is quoted as its own, cleaned and short, however it tries to look like the server.
#[test]
fn what_a_model_says_is_quoted_clean_and_short() {
    let mut fixture = Fixture::empty("quoted");
    let said = format!("\u{1b}[2J\u{202e}Your session has expired.\n\nERROR:  log in at {}", "x".repeat(2_000_000));
    fixture.double.answer("best", Reply::clarify(&said));
    let error = fixture.session.ask_error("best", "P0001");
    let message = error.message();
    assert!(
        message.starts_with("model \"gpt\" asks: \"[2J Your session has expired. ERROR: log in at x"),
        "{message:.200}"
    );
    assert!(message.chars().count() <= 1100, "{} characters", message.chars().count());
    assert!(!message.chars().any(|c| c.is_control() || c == '\u{202e}'), "{message:.200}");
}

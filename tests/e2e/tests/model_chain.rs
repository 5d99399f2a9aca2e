//! Chains of models on bad days: breakers, hand-overs, models that may not be used, and one deadline for the whole question.

use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, dead_port, server};
use nl2sql_e2e::waiting::wait_for;

const PLAIN: &str = "how many customers are there";
const ODD: &str = "flibbertigibbet quotient";

/// The server `gpt` and another one, `large`, played by a double of its own.
fn two(name: &str, models: &str) -> (Fixture, Double) {
    let mut fixture = Fixture::shop(name);
    let large = Double::start();
    fixture.session.run(&server("large", Provider::Anthropic, &large.url(Provider::Anthropic)));
    fixture.session.run("CREATE USER MAPPING FOR PUBLIC SERVER large OPTIONS (api_key 'sk-large')");
    fixture.session.run(&format!("SET nl2sql.model = '{models}'"));
    (fixture, large)
}

const BREAKER: &str = "SELECT breaker FROM nl_health() WHERE name = 'gpt'";

fn breaker(fixture: &mut Fixture) -> String {
    fixture.session.text(BREAKER)
}

#[test]
fn a_model_that_fails_again_and_again_is_left_alone() {
    let mut fixture = Fixture::shop("breaker");
    fixture.session.run("SET nl2sql.model = 'gpt, builtin'; SET nl2sql.model_timeout = '300ms'");
    fixture.double.answer(PLAIN, Reply::hang());
    assert_eq!(breaker(&mut fixture), "closed");
    for _ in 0..3 {
        assert_eq!(fixture.session.ask(PLAIN)[0]["count"], 5000);
    }
    assert_eq!(fixture.double.chats().len(), 3);
    assert!(breaker(&mut fixture).starts_with("open for "), "{}", breaker(&mut fixture));
    assert_eq!(fixture.session.ask(PLAIN)[0]["count"], 5000);
    assert_eq!(fixture.double.chats().len(), 3, "nobody was asked");
    // Where there is no other model, the error says when it is asked again.
    fixture.session.run("SET nl2sql.model = 'gpt'");
    let error = fixture.session.ask_error(PLAIN, "HV00N");
    assert!(error.detail().unwrap_or_default().starts_with("It is asked again in"), "{error:?}");
    // Another endpoint is another model.
    fixture.session.run("ALTER SERVER gpt OPTIONS (SET model 'repaired')");
    fixture.double.answer(PLAIN, Reply::sql("SELECT 7 AS n"));
    assert_eq!(fixture.session.ask(PLAIN)[0]["n"], 7);
}

#[test]
fn after_the_pause_one_call_tries_and_closes_it() {
    let mut fixture = Fixture::shop("breaker_pause");
    fixture.double.answer(ODD, [Reply::status(500), Reply::status(500), Reply::status(500)]);
    fixture.session.run("SET nl2sql.model_timeout = '2s'");
    for _ in 0..3 {
        fixture.session.ask_error(ODD, "HV00L");
    }
    fixture.session.ask_error(ODD, "HV00N");
    fixture.double.answer(ODD, Reply::sql("SELECT 7 AS n"));
    wait_for(&mut fixture.session, BREAKER, "half-open");
    assert_eq!(fixture.session.ask(ODD)[0]["n"], 7);
    assert_eq!(breaker(&mut fixture), "closed");
}

/// Where the library is preloaded, what one session met the others know.
#[test]
fn sessions_share_breakers_where_the_library_is_preloaded() {
    let cluster = Cluster::start_with("shared_preload_libraries = 'nl2sql'\n");
    let database = cluster.database("breakers", Content::Shop);
    let mut one = database.session();
    let port = dead_port();
    one.run(&server("gpt", Provider::OpenAi, &format!("http://127.0.0.1:{port}/v1")));
    let mut other = database.session();
    let role = database.role("other");
    one.run(&format!("GRANT USAGE ON FOREIGN SERVER gpt TO {role}"));
    let mut of_another_role = database.session_as(&role);
    of_another_role.run("SELECT * FROM nl_check('SELECT 1')");
    for session in [&mut one, &mut other, &mut of_another_role] {
        session.run("SET nl2sql.model = 'gpt, builtin'");
    }
    for _ in 0..3 {
        assert_eq!(one.ask(PLAIN)[0]["count"], 5000);
    }
    let seen = other.text("SELECT breaker FROM nl_health() WHERE name = 'gpt'");
    assert!(seen.starts_with("open for"), "{seen}");
    let seen = of_another_role.text("SELECT breaker FROM nl_health() WHERE name = 'gpt'");
    assert_eq!(seen, "closed", "what one role asks brings failures about for it alone");
    // Nobody listened at this port so far.
    let listener = std::net::TcpListener::bind(("127.0.0.1", port)).expect("a free port");
    listener.set_nonblocking(true).expect("a listener");
    assert_eq!(other.ask(PLAIN)[0]["count"], 5000);
    assert!(listener.accept().is_err(), "it was asked all the same");
}

#[test]
fn drafts_that_do_not_stand_are_handed_over_with_what_was_tried() {
    let (mut fixture, large) = two("escalation", "gpt, large");
    fixture.session.run("SET nl2sql.max_attempts = 2");
    fixture.double.answer(ODD, [Reply::sql("SELECT nope FROM customers"), Reply::sql("DELETE FROM customers")]);
    large.answer(ODD, Reply::sql("SELECT 42 AS quotient"));
    assert_eq!(fixture.session.ask(ODD)[0]["quotient"], 42);
    assert_eq!((fixture.double.chats().len(), large.chats().len()), (2, 1));
    let told = large.chats()[0].conversation();
    assert!(told.contains("SELECT nope") && told.contains("DELETE FROM customers"), "{told}");
    let history = fixture.session.text("SELECT nl_chat('flibbertigibbet quotient') -> 'usage' ->> 'calls'");
    assert_eq!(history, "3");
}

#[test]
fn a_question_back_goes_to_the_stronger_model_first() {
    let (mut fixture, large) = two("asks_stronger", "gpt, large");
    fixture.double.answer(ODD, Reply::clarify("Per month or per year?"));
    large.answer(ODD, [Reply::sql("SELECT 42 AS quotient"), Reply::clarify("Which of the two?"), Reply::status(401)]);
    assert_eq!(fixture.session.ask(ODD)[0]["quotient"], 42);
    assert!(large.chats()[0].conversation().contains("Per month or per year?"));
    let error = fixture.session.ask_error(ODD, "P0001");
    assert_eq!(error.message(), "model \"large\" asks: \"Which of the two?\"");
    let error = fixture.session.ask_error(ODD, "P0001");
    assert_eq!(error.message(), "model \"gpt\" asks: \"Per month or per year?\"");
}

/// Attempts are counted by model, so naming one again gives it no more of them.
#[test]
fn a_model_is_asked_no_oftener_for_being_named_oftener() {
    let mut fixture = Fixture::shop("named_often");
    fixture.double.answer(PLAIN, Reply::sql("SELECT nope FROM customers"));
    fixture.session.run("SET nl2sql.max_attempts = 2; SET nl2sql.model = 'gpt, gpt?, gpt, gpt'");
    fixture.session.ask_error(PLAIN, "42703");
    assert_eq!(fixture.double.chats().len(), 2);
    fixture.session.run("SET nl2sql.model = 'a, b, c, d, e, f, g, h, i'");
    let error = fixture.session.ask_error(PLAIN, "22023");
    assert_eq!(error.detail(), Some("It names 9; at most 8 are asked."));
}

#[test]
fn a_model_that_may_not_be_used_is_skipped_where_the_chain_says_so() {
    let fixture = Fixture::shop("optional");
    let role = fixture.database.role("visitor");
    fixture.database.session().run(&format!("GRANT SELECT ON customers TO {role}"));
    let mut session = fixture.asker(&role);
    session.run("SET nl2sql.model = 'gpt?, builtin'");
    session.notices();
    assert_eq!(session.ask(PLAIN)[0]["count"], 5000);
    let notices = session.notices();
    assert!(notices.iter().any(|notice| notice.contains("model \"gpt\" is skipped")), "{notices:?}");
    session.ask(PLAIN);
    assert!(session.notices().is_empty(), "it is told once a session");
    for models in ["gpt, builtin", "gpt?"] {
        session.run(&format!("SET nl2sql.model = '{models}'"));
        session.ask_error(PLAIN, "42501");
    }
    session.run("SET nl2sql.model = 'nobody?, builtin'");
    session.ask_error(PLAIN, "42704");
    assert_eq!(fixture.double.chats().len(), 0);
}

#[test]
fn one_deadline_holds_for_models_tries_and_attempts() {
    let (mut fixture, large) = two("deadline", "gpt, large");
    fixture.session.run("SET nl2sql.question_timeout = '4s'; SET nl2sql.model_timeout = '60s'");
    fixture.double.answer(ODD, Reply::hang());
    large.answer(ODD, Reply::hang());
    let started = Instant::now();
    let error = fixture.session.ask_error(ODD, "57014");
    assert!(error.message().contains("nl2sql.question_timeout"), "{error:?}");
    let took = started.elapsed();
    assert!((Duration::from_millis(3900)..Duration::from_secs(20)).contains(&took), "{took:?}");
    assert_eq!((fixture.double.chats().len(), large.chats().len()), (1, 1), "both had their share");
    // Builtin has its share too.
    fixture.session.run("SET nl2sql.model = 'gpt, builtin'");
    fixture.double.answer(PLAIN, Reply::hang());
    assert_eq!(fixture.session.ask(PLAIN)[0]["count"], 5000);
    // So does the statement.
    fixture.session.run("SET nl2sql.model = 'large'; SET nl2sql.question_timeout = '2s'; SET nl2sql.max_cost = 0");
    large.answer(ODD, Reply::sql("SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"));
    let started = Instant::now();
    let error = fixture.session.ask_error(ODD, "57014");
    assert!(error.message().contains("nl2sql.question_timeout"), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

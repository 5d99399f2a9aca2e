//! A chain that holds the builtin model and a remote one: which of them is asked, and what that costs.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::waiting::wait_until;

/// The builtin model reads this one.
const PLAIN: &str = "how many customers are there";
/// Nobody but the double knows what this means.
const ODD: &str = "flibbertigibbet quotient";

fn shop(name: &str, models: &str) -> Fixture {
    let mut fixture = Fixture::shop(name);
    fixture.session.run(&format!("SET nl2sql.model = '{models}'"));
    fixture.double.answer(ODD, Reply::sql("SELECT 42 AS quotient")).answer(PLAIN, Reply::sql("SELECT -1 AS remote"));
    fixture
}

#[test]
fn before_a_remote_model_builtin_saves_the_calls_it_can() {
    let mut fixture = shop("tiers_first", "builtin, gpt");
    let rows = fixture.session.ask(PLAIN);
    assert!(rows[0]["count"].as_u64().is_some_and(|count| count > 0), "{rows:?}");
    assert_eq!(fixture.double.requests().len(), 0);
    assert_eq!(fixture.session.ask(ODD)[0]["quotient"], 42);
    assert_eq!(fixture.double.chats().len(), 1);
}

#[test]
fn behind_a_remote_model_builtin_is_the_fallback() {
    let mut fixture = shop("tiers_last", "gpt, builtin");
    assert_eq!(fixture.session.ask(PLAIN)[0]["remote"], -1);
    assert_eq!(fixture.double.chats().len(), 1);
    fixture.double.answer(PLAIN, Reply::status(401)).answer(ODD, Reply::status(401)).clear();
    fixture.session.run("SET nl2sql.instructions = 'another prompt'");
    let rows = fixture.session.ask(PLAIN);
    assert!(rows[0]["count"].as_u64().is_some_and(|count| count > 0), "{rows:?}");
    assert_eq!(fixture.double.chats().len(), 1);
    // Where neither can answer, the last one's silence is told together with the failure before it.
    let error = fixture.session.ask_error(ODD, "0A000");
    let detail = error.detail().unwrap_or_default();
    assert!(detail.contains("flibbertigibbet") && detail.contains("Before it: gpt"), "{detail}");
}

#[test]
fn builtin_alone_asks_nobody() {
    let mut fixture = shop("tiers_alone", "builtin");
    fixture.session.ask_error(ODD, "0A000");
    assert_eq!(fixture.double.requests().len(), 0);
}

/// What is looked up for the builtin model is not told to the remote one behind it.
#[test]
fn stored_values_leave_only_where_they_are_shared() {
    let mut fixture = shop("tiers_share", "builtin, gpt");
    fixture.session.run("INSERT INTO customers (name, email, city, country, signed_up) VALUES ('Zebulon Quux', 'z@quux.example', 'Ulm', 'DE', '2025-01-01')");
    let question = "flibbertigibbet quotient of zebulon quux";
    fixture.session.ask(question);
    assert!(!last_body(&fixture).contains("Zebulon Quux"));
    fixture.session.run("SET nl2sql.share = 'samples'");
    // Where the machine is too busy to look in time, it is asked again.
    wait_until("the value is not told", || {
        fixture.session.ask(question);
        last_body(&fixture).contains("Zebulon Quux")
    });
}

fn last_body(fixture: &Fixture) -> String {
    let request = fixture.double.chats().pop().expect("the model was asked");
    String::from_utf8_lossy(&request.body).into_owned()
}

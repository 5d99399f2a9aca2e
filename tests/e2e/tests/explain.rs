//! A statement in a model's words: what the model is told, what of its reply is taken, and who tells it otherwise.

use nl2sql_e2e::double::{Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, dead_port, server};
use nl2sql_e2e::session::quote;

const SQL: &str = "SELECT city, count(*) FROM customers GROUP BY city";
const DESCRIPTION: &str = "Reads customers.\nGroups them by city.\nShows city and the number of rows.";
const WORDS: &str = "How many customers live in each city.";

fn explain(sql: &str) -> String {
    format!("SELECT nl_explain({})", quote(sql))
}

#[test]
fn the_model_is_told_the_statement_and_the_relations_it_names() {
    let mut fixture = Fixture::shop("explain");
    fixture.double.answer(SQL, Reply::structured("explain", "", WORDS));
    assert_eq!(fixture.session.text(&explain(SQL)), WORDS);
    let chats = fixture.double.chats();
    assert_eq!(chats.len(), 1);
    let told = chats[0].conversation();
    assert!(told.contains(DESCRIPTION), "{told}");
    assert!(told.contains("table customers") && !told.contains("table orders"), "{told}");
    let name = fixture.session.text("SELECT name FROM customers ORDER BY id LIMIT 1");
    assert!(!told.contains(&name), "no row leaves");
}

#[test]
fn every_provider_is_asked_in_its_own_format() {
    for provider in Provider::ALL {
        let mut fixture = Fixture::shop("explain_provider");
        let url = fixture.double.url(provider);
        fixture.session.run(&server("other", provider, &url));
        fixture.session.run("CREATE USER MAPPING FOR PUBLIC SERVER other OPTIONS (api_key 'sk-test')");
        fixture.session.run("SET nl2sql.model = 'other'");
        fixture.double.answer(SQL, Reply::structured("explain", "", WORDS));
        assert_eq!(fixture.session.text(&explain(SQL)), WORDS, "{provider:?}");
    }
}

#[test]
fn what_the_guard_refuses_is_told_to_nobody() {
    let mut fixture = Fixture::shop("explain_refused");
    fixture.session.error(&explain("DELETE FROM customers"), "25006");
    fixture.session.error(&explain("SELECT pg_sleep(1)"), "2F003");
    fixture.session.error(&explain(" "), "22023");
    assert!(fixture.double.chats().is_empty());
    let (_, mut session) = fixture.analyst("GRANT SELECT (id, name) ON customers TO {role}");
    session.error(&explain("SELECT email FROM customers"), "42501");
    assert!(fixture.double.chats().is_empty());
}

#[test]
fn the_builtin_model_tells_it_where_others_fail() {
    let mut fixture = Fixture::shop("explain_chain");
    for reply in [
        Reply::status(401),
        Reply::empty(),
        Reply::sql("SELECT 1"),
        Reply::refuse("no"),
        Reply::declined("I can't help with that."),
        Reply::fences(&["SELECT 1"]),
    ] {
        fixture.double.answer(SQL, reply.clone());
        fixture.session.run("SET nl2sql.model = 'gpt, builtin'");
        assert_eq!(fixture.session.text(&explain(SQL)), DESCRIPTION, "{reply:?}");
        fixture.session.run("SET nl2sql.model = 'gpt'");
        fixture.session.failure(&explain(SQL));
    }
    let nowhere = format!("http://127.0.0.1:{}/v1", dead_port());
    fixture.session.run(&server("gone", Provider::OpenAi, &nowhere));
    fixture.session.run("SET nl2sql.model = 'gone, builtin'");
    assert_eq!(fixture.session.text(&explain(SQL)), DESCRIPTION);
}

#[test]
fn the_builtin_model_first_asks_nobody() {
    let mut fixture = Fixture::shop("explain_builtin");
    fixture.session.run("SET nl2sql.model = 'builtin, gpt'");
    assert_eq!(fixture.session.text(&explain(SQL)), DESCRIPTION);
    assert!(fixture.double.requests().is_empty());
    fixture.session.run("SET nl2sql.model = 'builtin, nobody'");
    fixture.session.error(&explain(SQL), "42704");
}

#[test]
fn a_key_in_the_reply_is_masked_and_plain_text_is_taken() {
    let mut fixture = Fixture::shop("explain_key");
    fixture.double.answer(SQL, Reply::structured("explain", "", "The key is {key}."));
    assert_eq!(fixture.session.text(&explain(SQL)), "The key is ***.");
    fixture.double.answer(SQL, Reply::text("It counts\u{1b}[2J customers."));
    assert_eq!(fixture.session.text(&explain(SQL)), "It counts [2J customers.");
}

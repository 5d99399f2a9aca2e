//! A key goes into one header of one request and nowhere else, even when the service tries to hand it back.

use nl2sql_e2e::cluster::{ENVIRONMENT_KEY, ENVIRONMENT_VARIABLE};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, server};
use nl2sql_e2e::session::Session;
use postgres::error::DbError;

/// Replies that echo the key in every place an error text could be made from.
fn echoes() -> Vec<(&'static str, Reply)> {
    vec![
        ("echo 401", Reply::error(401, "Incorrect API key provided: {key}.")),
        ("echo 403", Reply::error(403, "The key {key} may not do that.")),
        ("echo 400", Reply::error(400, "bad request of {key}")),
        ("echo 429", Reply::error(429, "{key} is out of quota").retry_after(0)),
        ("echo 500", Reply::raw(500, "text/plain", "failed for {key}")),
        ("echo html", Reply::raw(200, "text/html", "<p>{key}</p>")),
        ("echo json", Reply::raw(200, "application/json", r#"{"unexpected": "{key}"}"#)),
        ("echo prose", Reply::text("Your key is {key}.")),
        ("echo clarify", Reply::clarify("Is {key} your key?")),
        ("echo refuse", Reply::refuse("I do not serve {key}.")),
        ("echo sql", Reply::sql("SELECT \"{key}\"")),
        ("echo writes", Reply::sql("DELETE FROM \"{key}\"")),
        ("echo function", Reply::sql("SELECT pg_sleep(1), '{key}'")),
    ]
}

fn texts(error: &DbError) -> String {
    let optional = [error.detail(), error.hint(), error.where_()];
    let mut texts = error.message().to_owned();
    for text in optional.into_iter().flatten() {
        texts = format!("{texts}\n{text}");
    }
    texts
}

/// The key is sent, and then nobody hears of it.
fn keep(fixture: &mut Fixture, session: &mut Session, key: &str) {
    session.run("SET nl2sql.max_attempts = 1; SET client_min_messages = debug1");
    for (question, reply) in echoes() {
        fixture.double.answer(question, reply);
        fixture.double.clear();
        let error = session.failure(&format!("SELECT nl_ask('{question}')"));
        let sent = fixture.double.chats();
        assert_eq!(sent[0].header("authorization"), Some(format!("Bearer {key}").as_str()), "{question}");
        assert!(!texts(&error).contains(key), "{question}: {}", texts(&error));
        for notice in session.notices() {
            assert!(!notice.contains(key), "{question}: {notice}");
        }
    }
    let prompt = session.text("SELECT nl_prompt('which keys are there')");
    assert!(!prompt.contains(key));
    fixture.double.health(Reply::error(401, "Incorrect API key provided: {key}"));
    let health = session.texts("SELECT coalesce(h::text, '') FROM nl_health() AS h");
    assert!(!health.join("\n").contains(key), "{health:?}");
    let mut observer = fixture.database.session();
    let settings = observer.texts("SELECT name || coalesce(setting, '') || coalesce(boot_val, '') FROM pg_settings");
    assert!(!settings.join("\n").contains(key));
    let activity = observer.texts("SELECT coalesce(a::text, '') FROM pg_stat_activity AS a");
    assert!(!activity.join("\n").contains(key));
    assert!(!fixture.database.cluster.log().contains(key), "the server's log has the key");
}

#[test]
fn a_key_in_the_user_mapping_is_kept() {
    let mut fixture = Fixture::empty("key_mapping");
    let key = "sk-canary-mapping-81c2";
    fixture.session.run(&format!("ALTER USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (SET api_key '{key}')"));
    let (_, mut session) = fixture.analyst("SELECT 1");
    // The server shows every session's last statement; the one that set the key is the DBA's own.
    fixture.session.run("SELECT 1");
    keep(&mut fixture, &mut session, key);
    let visible = session.texts("SELECT coalesce(umoptions::text, '') FROM pg_user_mappings");
    assert!(!visible.join("").contains(key), "an ordinary role cannot read the mapping");
}

#[test]
fn a_key_in_a_file_is_kept() {
    let mut fixture = Fixture::empty("key_file");
    let key = "sk-canary-file-9d03";
    let file = fixture.database.cluster.server_file("canary-key", &format!("{key}\n"));
    fixture.session.run("DROP USER MAPPING FOR PUBLIC SERVER gpt");
    fixture.session.run(&format!("CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key_file '{file}')"));
    let (_, mut session) = fixture.analyst("SELECT 1");
    keep(&mut fixture, &mut session, key);
}

#[test]
fn a_key_in_the_environment_is_kept() {
    let mut fixture = Fixture::empty("key_env");
    fixture.session.run("DROP USER MAPPING FOR PUBLIC SERVER gpt");
    let options = format!("OPTIONS (api_key_env '{ENVIRONMENT_VARIABLE}')");
    fixture.session.run(&format!("CREATE USER MAPPING FOR PUBLIC SERVER gpt {options}"));
    let (_, mut session) = fixture.analyst("SELECT 1");
    keep(&mut fixture, &mut session, ENVIRONMENT_KEY);
}

#[test]
fn a_redirect_does_not_take_the_key_along() {
    let mut fixture = Fixture::empty("redirect");
    let thief = Double::start();
    thief.answer("*", Reply::sql("SELECT 1 AS n"));
    let location = format!("{}/chat/completions", thief.url(Provider::OpenAi));
    for status in [301, 302, 307, 308] {
        let question = format!("redirect {status}");
        let reply = Reply::raw(status, "text/plain", "over there").header("location", &location);
        fixture.double.answer(&question, reply);
        fixture.session.failure(&format!("SELECT nl_ask('{question}')"));
        assert!(thief.requests().is_empty(), "status {status} is followed: {:?}", thief.requests());
    }
}

/// Every role has its own mapping; the key of one is not used for another, nor kept for it on a shared connection.
#[test]
fn the_key_is_the_askers() {
    let mut fixture = Fixture::empty("keys");
    let (role, _) = fixture.analyst("SELECT 1");
    fixture.session.run(&format!("CREATE USER MAPPING FOR {role} SERVER gpt OPTIONS (api_key 'sk-own')"));
    fixture.double.answer("one", Reply::sql("SELECT 1 AS n"));
    fixture.session.ask("one");
    fixture.session.run(&format!("SET ROLE {role}"));
    fixture.session.ask("one");
    let keys: Vec<_> =
        fixture.double.chats().iter().map(|chat| chat.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(keys, ["Bearer sk-test", "Bearer sk-own"]);
}

#[test]
fn a_changed_key_is_used_at_once() {
    let mut fixture = Fixture::empty("rotated");
    fixture.double.answer("one", Reply::sql("SELECT 1 AS n"));
    fixture.session.ask("one");
    fixture.database.session().run("ALTER USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (SET api_key 'sk-new')");
    fixture.session.ask("one");
    assert_eq!(fixture.double.chats()[1].header("authorization"), Some("Bearer sk-new"));
}

#[test]
fn servers_of_every_provider_keep_the_key() {
    let mut fixture = Fixture::empty("key_providers");
    let key = "sk-canary-provider-77aa";
    for provider in Provider::ALL {
        let name = provider.name();
        fixture.session.run(&server(name, provider, &fixture.double.url(provider)));
        fixture.session.run(&format!("CREATE USER MAPPING FOR PUBLIC SERVER {name} OPTIONS (api_key '{key}')"));
        fixture.session.run(&format!("SET nl2sql.model = '{name}'"));
        for (question, reply) in echoes() {
            fixture.double.answer(question, reply);
            let error = fixture.session.failure(&format!("SELECT nl_ask('{question}')"));
            assert!(!texts(&error).contains(key), "{name}, {question}: {}", texts(&error));
        }
    }
    assert!(!fixture.database.cluster.log().contains(key));
}

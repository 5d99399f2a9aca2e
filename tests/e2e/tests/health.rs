//! `nl_health` says which models can be reached, without failing for those that cannot.

use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::{Content, shared};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, dead_port, server};

#[test]
fn reachable_dead_and_refused() {
    let database = shared().database("health", Content::Empty);
    let double = Double::with_key("sk-right");
    let mut session = database.session();
    let mut chain = Vec::new();
    for provider in Provider::ALL {
        for key in ["right", "wrong"] {
            let name = format!("{}_{key}", provider.name());
            session.run(&server(&name, provider, &double.url(provider)));
            session.run(&format!("CREATE USER MAPPING FOR PUBLIC SERVER {name} OPTIONS (api_key 'sk-{key}')"));
            chain.push(name);
        }
    }
    session.run(&server("dead", Provider::OpenAi, &format!("http://127.0.0.1:{}/v1", dead_port())));
    session.run(&format!("SET nl2sql.model = '{}, dead'", chain.join(", ")));
    let mut row = |name: &str| {
        session.text(&format!(
            "SELECT concat_ws(' ', provider, endpoint, reachable, latency_ms >= 0, error IS NULL)
             FROM nl_health() WHERE name = '{name}'"
        ))
    };
    for provider in Provider::ALL {
        let (name, endpoint) = (provider.name(), double.url(provider));
        assert_eq!(row(&format!("{name}_right")), format!("{name} {endpoint} t t t"));
        assert!(row(&format!("{name}_wrong")).ends_with(" f"), "a wrong key is an error of {name}");
    }
    assert!(row("dead").contains(" f ") && row("dead").ends_with(" f"));
    assert!(double.chats().is_empty(), "a health check asks the model nothing");
    let paths: Vec<String> = double.requests().into_iter().map(|request| request.path).collect();
    assert!(paths.contains(&"/v1/models".into()) && paths.contains(&"/api/tags".into()), "{paths:?}");
}

#[test]
fn a_hanging_service_is_reported_in_time() {
    let mut fixture = Fixture::empty("health_hangs");
    fixture.double.health(Reply::hang());
    fixture.session.run("SET nl2sql.model_timeout = '1s'");
    let started = Instant::now();
    let rows = fixture.session.texts("SELECT reachable FROM nl_health() WHERE name = 'gpt'");
    assert_eq!(rows, ["f"]);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(fixture.session.text("SELECT 1"), "1");
}

/// Whoever reads every table reads user mappings too.
#[test]
fn keys_that_others_can_read_are_warned_of() {
    let mut fixture = Fixture::empty("readable_keys");
    let reader = fixture.database.role("reader");
    fixture.session.notices();
    fixture.session.run(&format!("GRANT pg_read_all_data TO {reader}"));
    fixture.session.texts("SELECT name FROM nl_health()");
    let notices = fixture.session.notices();
    assert!(notices.iter().any(|notice| notice.contains("the key of model \"gpt\"")), "{notices:?}");
    fixture
        .session
        .run("ALTER USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (DROP api_key, ADD api_key_env 'NL2SQL_E2E_KEY')");
    fixture.session.texts("SELECT name FROM nl_health()");
    assert!(fixture.session.notices().is_empty());
    fixture.session.run(&format!("DROP ROLE {reader}"));
}

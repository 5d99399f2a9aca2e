//! What a session tells, to whoever runs the server, of its waiting for a model: which one, and for which draft.

use std::time::{Duration, Instant};

use nl2sql_e2e::double::{Double, Gate, Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, server};
use nl2sql_e2e::session::nl_ask;

const QUESTION: &str = "flibbertigibbet quotient";

fn title(pid: i32) -> String {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).trim_end_matches('\0').to_owned()
}

#[test]
fn the_title_and_the_wait_event_name_model_and_draft() {
    let mut fixture = Fixture::shop("activity");
    let (large, gate) = (Double::start(), Gate::closed());
    fixture.session.run(&server("large", Provider::Anthropic, &large.url(Provider::Anthropic)));
    fixture.session.run("CREATE USER MAPPING FOR PUBLIC SERVER large OPTIONS (api_key 'sk-large')");
    fixture
        .session
        .run("SET nl2sql.model = 'gpt, large'; SET nl2sql.max_attempts = 1; SET nl2sql.model_timeout = '60s'");
    fixture.double.answer(QUESTION, Reply::sql("SELECT nope"));
    large.answer(QUESTION, Reply::sql("SELECT 42 AS quotient").behind(&gate));
    let mut other = fixture.database.session();
    let pid = fixture.session.pid();
    std::thread::scope(|scope| {
        let session = &mut fixture.session;
        let asking = scope.spawn(move || session.try_texts(&nl_ask(QUESTION)));
        let until = Instant::now() + Duration::from_secs(40);
        while !title(pid).contains("nl2sql asks large, draft 2") {
            assert!(Instant::now() < until, "{}", title(pid));
            std::thread::sleep(Duration::from_millis(10));
        }
        let major: u32 =
            other.text("SELECT current_setting('server_version_num')::int / 10000").parse().expect("a number");
        let event = if major >= 17 { "Nl2sqlModel2Draft2" } else { "Extension" };
        // The title is written a moment before the wait begins.
        let waiting = format!("SELECT wait_event_type || ' ' || wait_event FROM pg_stat_activity WHERE pid = {pid}");
        while other.text(&waiting) != format!("Extension {event}") {
            assert!(Instant::now() < until, "{}", other.text(&waiting));
            std::thread::sleep(Duration::from_millis(10));
        }
        gate.open();
        assert!(asking.join().expect("no panic").is_ok());
    });
    // The server writes its own title again.
    fixture.session.run("SELECT 1");
    assert!(!title(pid).contains("nl2sql asks"), "{}", title(pid));
}

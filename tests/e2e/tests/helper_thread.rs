//! A backend keeps one thread for its calls of models: it is not started for every question, it does not pile up where a call is
//! given up, and a session that never asks a model has none.

use std::time::{Duration, Instant};

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{Session, nl_ask};
use postgres::NoTls;

/// The numbers of a backend's threads, its own among them.
fn threads(session: &mut Session) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", session.pid())).expect("the backend lives");
    let mut threads: Vec<String> =
        tasks.filter_map(|task| Some(task.ok()?.file_name().to_string_lossy().into_owned())).collect();
    threads.sort();
    threads
}

/// What is given up ends by itself, a moment later.
fn wait_for_threads(session: &mut Session, count: usize) {
    let until = Instant::now() + Duration::from_secs(60);
    while threads(session).len() != count {
        assert!(Instant::now() < until, "{:?} instead of {count}", threads(session));
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn one_thread_is_kept_for_all_questions() {
    let mut fixture = Fixture::empty("helper_thread");
    assert_eq!(threads(&mut fixture.session).len(), 1);
    fixture.double.answer("one", Reply::sql("SELECT 1 AS n"));
    fixture.session.run("SET nl2sql.cache_ttl = 0");
    fixture.session.ask("one");
    let kept = threads(&mut fixture.session);
    assert_eq!(kept.len(), 2, "the client's look-up of a literal address takes no thread");
    for _ in 0..3 {
        fixture.session.ask("one");
        assert_eq!(threads(&mut fixture.session), kept);
    }
    assert_eq!(fixture.double.connections(), 1, "nor does a question open a connection of its own");
}

#[test]
fn a_thread_whose_call_was_given_up_ends_and_another_takes_its_place() {
    let mut fixture = Fixture::empty("helper_given_up");
    fixture.double.answer("one", Reply::sql("SELECT 1 AS n")).answer("hang", Reply::hang());
    fixture.session.run("SET nl2sql.cache_ttl = 0");
    fixture.session.ask("one");
    let kept = threads(&mut fixture.session);
    for _ in 0..3 {
        fixture.double.clear();
        let token = fixture.session.client.cancel_token();
        std::thread::scope(|scope| {
            let session = &mut fixture.session;
            let asking = scope.spawn(move || session.try_texts(&nl_ask("hang")));
            assert!(fixture.double.wait_for_requests(1, Duration::from_secs(60)), "the model is not asked");
            let cancelled = Instant::now();
            token.cancel_query(NoTls).expect("the server takes cancels");
            assert!(asking.join().expect("no panic").is_err());
            // The model hangs for 20 s.
            assert!(cancelled.elapsed() < Duration::from_secs(6), "{:?}", cancelled.elapsed());
        });
        let _ = fixture.session.client.simple_query("SELECT pg_sleep(0.5)");
        assert_eq!(fixture.session.ask("one")[0]["n"], 1);
        wait_for_threads(&mut fixture.session, 2);
        assert_ne!(threads(&mut fixture.session), kept);
    }
}

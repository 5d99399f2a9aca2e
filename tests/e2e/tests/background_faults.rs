//! What becomes of questions in the background where processes, servers, databases, roles and rights go away: each ends in a state
//! that is true, and is asked again only where its reply was not kept.

use std::thread;
use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::{Content, Database};
use nl2sql_e2e::double::{Gate, Reply};
use nl2sql_e2e::in_background::{Alone, WORKER, ended, prepare, submit};
use nl2sql_e2e::session::Session;
use nl2sql_e2e::waiting::{kill, wait_for};
use nl2sql_e2e::{TOP_CUSTOMERS, TOP_CUSTOMERS_SQL};

/// A question that was in flight is asked again, one whose reply was kept is not, and one that waited for its turn is not lost.
#[test]
fn a_crash_loses_nothing_and_asks_nothing_twice() {
    let alone = Alone::start("crash", "nl2sql.max_in_flight = 1\n");
    let mut session = alone.session();
    alone.double.answer("in flight", vec![Reply::hang(), Reply::sql("SELECT 2 AS n")]);
    alone.double.answer("waiting for its turn", Reply::sql("SELECT 3 AS n"));
    let mut locker = alone.session();
    locker.run("BEGIN; LOCK TABLE orders");
    let kept = submit(&mut session, TOP_CUSTOMERS);
    wait_for(&mut session, &format!("SELECT reply IS NOT NULL FROM nl2sql.job WHERE id = {kept}"), "t");
    let in_flight = submit(&mut session, "in flight");
    alone.wait_until_asked("in flight", 1);
    let waiting = submit(&mut session, "waiting for its turn");
    // Nothing is held while a model is asked; the first is looked at now and then, for a moment.
    let held = "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'nl2sql%' AND (backend_xmin IS NOT NULL OR xact_start IS NOT NULL)";
    wait_for(&mut session, held, "0");
    let worker = session.text(WORKER);
    kill(&worker, &mut session);
    let mut session = alone.session();
    for (id, answer) in [(kept, ""), (in_flight, r#"{"n":2}"#), (waiting, r#"{"n":3}"#)] {
        assert_eq!(ended(&mut session, id), "ready");
        let rows = session.texts(&format!("SELECT nl_result({id})"));
        assert!(answer.is_empty() || rows == [answer], "{rows:?}");
    }
    assert_eq!([TOP_CUSTOMERS, "in flight", "waiting for its turn"].map(|question| alone.asked(question)), [1, 2, 1]);
    // A backend that is killed while it submits takes nobody else's question with it.
    alone.double.answer("beside another", vec![Reply::hang(), Reply::sql("SELECT 4 AS n")]);
    let slow = submit(&mut session, "beside another");
    alone.wait_until_asked("beside another", 1);
    let mut submitting = alone.session();
    submitting.run("BEGIN");
    let never = submit(&mut submitting, "never committed");
    kill(&submitting.pid().to_string(), &mut session);
    let mut session = alone.session();
    assert_eq!(ended(&mut session, slow), "ready");
    session.error(&format!("SELECT nl_result({never})"), "42704");
    // So is a crash of the whole server.
    alone.double.answer("in a crash", vec![Reply::hang(), Reply::sql("SELECT 5 AS n")]);
    let crashed = submit(&mut session, "in a crash");
    alone.wait_until_asked("in a crash", 1);
    alone.cluster.restart("immediate");
    let mut session = alone.session();
    assert_eq!(ended(&mut session, crashed), "ready");
    // One that is told to end is no crash, and another goes on.
    alone.double.answer("told to end", vec![Reply::hang(), Reply::sql("SELECT 6 AS n")]);
    let told = submit(&mut session, "told to end");
    alone.wait_until_asked("told to end", 1);
    session.run(&format!("SELECT pg_terminate_backend(({WORKER}))"));
    assert_eq!(ended(&mut session, told), "ready");
}

#[test]
fn the_server_stops_at_once_with_a_thousand_in_flight() {
    let alone = Alone::start("stop", "nl2sql.max_in_flight_of_role = 1000\nlog_line_prefix = '%n '\n");
    let mut session = alone.session();
    alone.double.answer("hanging", Reply::hang());
    session.run("SELECT count(nl_submit('hanging ' || g)) FROM generate_series(1, 1000) g");
    let until = Instant::now() + Duration::from_secs(60);
    while alone.double.open_connections() < 1000 {
        assert!(Instant::now() < until, "{} in flight", alone.double.open_connections());
        thread::sleep(Duration::from_millis(50));
    }
    let worker = session.text(WORKER);
    let status = std::fs::read_to_string(format!("/proc/{worker}/status")).expect("the worker's status");
    let resident = status.lines().find(|line| line.starts_with("RssAnon")).expect("its memory");
    let kilobytes: u64 = resident.split_whitespace().nth(1).and_then(|text| text.parse().ok()).expect("a number");
    // 200 MB where the library was optimized; else its threads take more of their stacks.
    assert!(kilobytes < 256 * 1024, "{resident}");
    let whole = alone.cluster.stop_fast();
    let log = alone.cluster.log();
    assert!(log.contains("database system is shut down") && !log.contains("abnormal"), "{log}");
    // From the signal until the last process but those of the server itself has ended: then the last checkpoint begins.
    let at = |message: &str| {
        let line = log.lines().rfind(|line| line.contains(message)).expect(message);
        line.split_whitespace().next().and_then(|seconds| seconds.parse::<f64>().ok()).expect("seconds")
    };
    let took = at("LOG:  shutting down") - at("received fast shutdown request");
    println!("{resident}; all processes ended in {took:.3} s, the server in {whole:?}");
    // Half a second on a quiet machine. The models would be waited for a minute.
    assert!(took < 15.0, "{took} s");
}

/// Whoever owns a database drops, renames and copies it, whatever is in flight.
#[test]
fn databases_are_dropped_copied_and_renamed_at_once() {
    let alone = Alone::start("dropped", "");
    alone.double.answer("hanging", Reply::hang());
    let name = alone.database.name.clone();
    let mut other = alone.cluster.database("other", Content::Bare).session();
    let owner = alone.database.role("owner");
    other.run(&format!("ALTER DATABASE {name} OWNER TO {owner}; ALTER ROLE {owner} CREATEDB"));
    let mut owners = alone.cluster.config("postgres");
    let mut owners = Session::open(owners.user(&owner));
    for (at, statement) in [
        format!("CREATE DATABASE copy_of_it TEMPLATE {name}"),
        format!("ALTER DATABASE {name} RENAME TO renamed; ALTER DATABASE renamed RENAME TO {name}"),
        format!("DROP DATABASE {name}"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut session = alone.session();
        submit(&mut session, "hanging");
        assert!(alone.double.wait_for_requests(at + 1, Duration::from_secs(60)), "{statement}");
        drop(session);
        thread::sleep(Duration::from_millis(100));
        let started = Instant::now();
        owners.run("SELECT 1");
        for one in statement.split("; ") {
            owners.run(one);
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{statement}: {:?}", started.elapsed());
        // It comes back after a while where there is something left.
        if at < 2 {
            thread::sleep(Duration::from_secs(6));
        }
    }
}

#[test]
fn what_goes_away_is_told() {
    let alone = Alone::start("gone", "");
    let mut admin = alone.session();
    let (leaver, poor) = (alone.database.role("leaver"), alone.database.role("poor"));
    let gate = Gate::closed();
    alone.double.answer("late", Reply::sql(TOP_CUSTOMERS_SQL).behind(&gate));
    let of_leaver = submit(&mut alone.database.session_as(&leaver), "late");
    let mut asker = alone.database.session_as(&poor);
    let of_poor = submit(&mut asker, "late");
    assert!(alone.double.wait_for_requests(2, Duration::from_secs(60)));
    admin.run(&format!("DROP ROLE {leaver}; REVOKE SELECT ON orders FROM PUBLIC"));
    gate.open();
    let state = |id: i64| format!("SELECT concat_ws(' ', state, sqlstate) FROM nl2sql.job WHERE id = {id}");
    wait_for(&mut admin, &state(of_leaver), "failed 42704");
    wait_for(&mut admin, &state(of_poor), "failed 42501");
    // Rights that go before the model is asked, or after the answer is ready.
    admin.run("GRANT SELECT ON orders TO PUBLIC; REVOKE USAGE ON FOREIGN SERVER gpt FROM PUBLIC");
    admin.run(&format!("GRANT USAGE ON FOREIGN SERVER gpt TO {poor}"));
    let ready = submit(&mut asker, TOP_CUSTOMERS);
    assert_eq!(ended(&mut asker, ready), "ready");
    admin.run("REVOKE SELECT ON orders FROM PUBLIC");
    asker.error(&format!("SELECT nl_result({ready})"), "42501");
    admin.run("GRANT SELECT ON orders TO PUBLIC");
    assert_eq!(asker.texts(&format!("SELECT nl_result({ready})")).len(), 5);
    asker.run("BEGIN");
    let denied = submit(&mut asker, TOP_CUSTOMERS);
    admin.run(&format!("REVOKE USAGE ON FOREIGN SERVER gpt FROM {poor}"));
    asker.run("COMMIT");
    wait_for(&mut admin, &state(denied), "failed 42501");
    // The extension itself, with a question in flight.
    admin.run("GRANT USAGE ON FOREIGN SERVER gpt TO PUBLIC");
    alone.double.answer("late", Reply::hang());
    let asked = alone.asked("late");
    submit(&mut asker, "late");
    alone.wait_until_asked("late", asked + 1);
    admin.run("DROP EXTENSION nl2sql CASCADE");
    wait_for(&mut admin, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'nl2sql jobs'", "0");
    admin.run("CREATE EXTENSION nl2sql");
    prepare(&alone.database, &alone.double);
    let again = submit(&mut asker, TOP_CUSTOMERS);
    assert_eq!(ended(&mut asker, again), "ready");
    assert!(!alone.cluster.log().contains("PANIC"), "{}", alone.cluster.log());
}

/// Another session may commit what is prepared, and nothing would tell the process then.
#[test]
fn what_submits_or_cancels_is_not_prepared() {
    let alone = Alone::start("two_phases", "max_prepared_transactions = 1\n");
    let mut session = alone.session();
    session.run("BEGIN");
    submit(&mut session, TOP_CUSTOMERS);
    session.error("PREPARE TRANSACTION 'submitted'", "0A000");
    alone.double.answer("in flight", Reply::hang());
    let id = submit(&mut session, "in flight");
    alone.wait_until_asked("in flight", 1);
    session.run(&format!("BEGIN; SELECT nl_cancel({id})"));
    session.error("PREPARE TRANSACTION 'cancelled'", "0A000");
    assert_eq!(session.text(&format!("SELECT state FROM nl2sql.jobs WHERE id = {id}")), "asking");
    // What has neither is prepared as ever.
    session.run("BEGIN; SELECT nl_run('SELECT 1'); PREPARE TRANSACTION 'asked'");
    session.run("COMMIT PREPARED 'asked'");
    assert_eq!(session.text("SELECT count(*) FROM nl2sql.jobs"), "1");
}

/// Where the server has room for few processes, databases take turns.
#[test]
fn ten_databases_share_two_processes() {
    let alone = Alone::start("ten", "max_worker_processes = 4\n");
    let databases: Vec<Database<'_>> = (0..9).map(|_| alone.cluster.database("one_of_ten", Content::Shop)).collect();
    let mut sessions: Vec<Session> = databases
        .iter()
        .map(|database| {
            prepare(database, &alone.double);
            database.session()
        })
        .collect();
    sessions.push(alone.session());
    let ids: Vec<i64> = sessions.iter_mut().map(|session| submit(session, TOP_CUSTOMERS)).collect();
    for (session, id) in sessions.iter_mut().zip(ids) {
        assert_eq!(ended(session, id), "ready");
    }
    assert_eq!(alone.double.chats().len(), 10);
}

#[test]
fn a_standby_goes_on_when_it_is_promoted() {
    let alone = Alone::start("standby", "");
    let mut session = alone.session();
    alone.double.answer("in flight", vec![Reply::hang(), Reply::sql("SELECT 2 AS n")]);
    let id = submit(&mut session, "in flight");
    alone.wait_until_asked("in flight", 1);
    let standby = alone.cluster.standby("");
    alone.cluster.wait_for(&standby);
    let mut reader = alone.database.on(&standby).session();
    reader.error("SELECT nl_submit('in flight')", "25006");
    assert_eq!(reader.text(&format!("SELECT state FROM nl2sql.jobs WHERE id = {id}")), "asking");
    assert_eq!(reader.text("SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'nl2sql%'"), "0");
    standby.promote();
    assert_eq!(ended(&mut reader, id), "ready");
    assert_eq!(reader.texts(&format!("SELECT nl_result({id})")), [r#"{"n":2}"#]);
}

/// How many, for whom, with what model, in what order, and for how long.
#[test]
fn limits_hold_and_roles_take_turns() {
    let alone =
        Alone::start("limits", "nl2sql.max_in_flight = 4\nnl2sql.max_in_flight_of_role = 3\nnl2sql.max_waiting = 8\n");
    let (many, few) = (alone.database.role("many"), alone.database.role("few"));
    let (mut many, mut few) = (alone.database.session_as(&many), alone.database.session_as(&few));
    let gate = Gate::closed();
    for at in 0..10 {
        alone.double.answer(&format!("question {at} of many"), Reply::sql("SELECT 1 AS n").behind(&gate));
        alone.double.answer(&format!("question {at} of few"), Reply::sql("SELECT 1 AS n").after(800));
    }
    for at in 0..8 {
        submit(&mut many, &format!("question {at} of many"));
    }
    let error = many.error("SELECT nl_submit('question 9 of many')", "54000");
    assert!(error.detail().unwrap_or_default().contains("At most 8"), "{error:?}");
    assert!(alone.double.wait_for_requests(3, Duration::from_secs(60)));
    thread::sleep(Duration::from_millis(300));
    assert_eq!(alone.double.open_connections(), 3, "of one role");
    assert_eq!(many.text("SELECT min(position) || ' ' || max(position) FROM nl2sql.jobs"), "1 5");
    let last = submit(&mut few, "question 1 of few");
    assert_eq!(ended(&mut few, last), "ready");
    let left = many.text("SELECT count(*) FROM nl2sql.jobs WHERE state = 'waiting'");
    assert_eq!(left, "5", "it did not wait for those that were submitted before it");
    gate.open();
    wait_for(&mut many, "SELECT count(*) FROM nl2sql.jobs WHERE state = 'ready'", "8");
    let order: Vec<usize> = (0..8)
        .filter_map(|at| {
            let asked =
                |chat: &nl2sql_e2e::double::Recorded| chat.conversation().contains(&format!("question {at} of many"));
            alone.double.chats().iter().position(asked)
        })
        .collect();
    assert!(order[..3].iter().max() < order[3..6].iter().min(), "in their order: {order:?}");
    // What a server can take.
    let mut admin = alone.session();
    admin.run("ALTER SERVER gpt OPTIONS (ADD max_in_flight '1')");
    alone.double.clear();
    for at in 0..3 {
        submit(&mut few, &format!("question {at} of few"));
    }
    wait_for(&mut few, "SELECT count(*) FROM nl2sql.jobs WHERE state = 'ready'", "4");
    let chats = alone.double.chats();
    let times: Vec<Instant> = chats.iter().map(|chat| chat.at).collect();
    assert!(times.windows(2).all(|two| two[1] - two[0] >= Duration::from_millis(750)), "{times:?}");
    admin.run("ALTER SERVER gpt OPTIONS (DROP max_in_flight)");
    // What takes too long.
    alone.double.answer("for ever", Reply::hang());
    few.run("SET nl2sql.job_timeout = '2s'");
    let late = submit(&mut few, "for ever");
    assert_eq!(ended(&mut few, late), "expired");
    few.error(&format!("SELECT nl_result({late})"), "55000");
}

/// Quotas are looked at when a question is submitted, and again when its model is called.
#[test]
fn quotas_hold_in_the_background() {
    let alone = Alone::start("quotas", "");
    let role = alone.database.role("frugal");
    let mut admin = alone.session();
    admin.run(&format!("INSERT INTO nl2sql.quota (role, period, questions) VALUES ('{role}', 'month', 2)"));
    let mut asker = alone.database.session_as(&role);
    alone.double.answer("any question", Reply::sql("SELECT 1 AS n").after(300));
    asker.run("BEGIN");
    let ids: Vec<i64> = (0..3).map(|at| submit(&mut asker, &format!("any question {at}"))).collect();
    asker.run("COMMIT");
    let mut states: Vec<String> = ids.iter().map(|id| ended(&mut asker, *id)).collect();
    states.sort();
    assert_eq!(states, ["failed", "ready", "ready"]);
    assert_eq!(asker.text("SELECT sqlstate FROM nl2sql.jobs WHERE state = 'failed'"), "53400");
    asker.error("SELECT nl_submit('any question 4')", "53400");
    assert_eq!(alone.double.chats().len(), 2);
    wait_for(&mut admin, "SELECT count(*) FROM nl2sql.calls", "2");
    // Those at the same time wait for each other.
    admin.run("DELETE FROM nl2sql.quota");
    admin.run(&format!("INSERT INTO nl2sql.quota (role, concurrent) VALUES ('{role}', 1)"));
    alone.double.clear();
    let ids: Vec<i64> = (0..3).map(|at| submit(&mut asker, &format!("any question {at}"))).collect();
    for id in ids {
        assert_eq!(ended(&mut asker, id), "ready");
    }
    let times: Vec<Instant> = alone.double.chats().iter().map(|chat| chat.at).collect();
    assert!(times.windows(2).all(|two| two[1] - two[0] >= Duration::from_millis(280)), "{times:?}");
}

/// What was sent to a model counts where the process that waits for the reply ends.
#[test]
fn calls_end_with_their_process_and_count() {
    let alone = Alone::start("given_up", "");
    let role = alone.database.role("frugal");
    let mut admin = alone.session();
    admin.run(&format!("INSERT INTO nl2sql.quota (role, period, tokens) VALUES ('{role}', 'month', 1)"));
    let mut asker = alone.database.session_as(&role);
    alone.double.answer("hanging", Reply::hang());
    let id = submit(&mut asker, "hanging");
    assert!(alone.double.wait_for_requests(1, Duration::from_secs(60)));
    let worker = admin.text(WORKER);
    admin.run(&format!("SELECT pg_terminate_backend({worker})"));
    assert_eq!(ended(&mut asker, id), "failed");
    assert_eq!(asker.text("SELECT sqlstate FROM nl2sql.jobs"), "53400");
    assert_eq!(alone.double.chats().len(), 1);
}

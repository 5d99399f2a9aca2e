//! What models say and what drafts need is bounded in the process that works on everybody's questions in the background, and no
//! draft ends it time and again.

use std::time::{Duration, Instant};

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::in_background::{Alone, WORKER, ended, submit};
use nl2sql_e2e::session::Session;
use nl2sql_e2e::waiting::wait_for;

/// The most memory that a process of the server has ever had, in megabytes.
fn most_memory(pid: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
    let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("its memory");
    line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok()).expect("a number") / 1024
}

#[test]
fn long_replies_are_no_drafts_and_take_little() {
    let alone = Alone::start("long_replies", "");
    let mut session = alone.session();
    session.run("SET nl2sql.max_attempts = 1");
    alone.double.answer("hanging", Reply::hang());
    let long = format!("SELECT 1 /*{}*/", "x".repeat(1_500_000));
    alone.double.answer("long", Reply::sql(&long));
    submit(&mut session, "hanging");
    session.run("SELECT count(nl_submit('long ' || g)) FROM generate_series(1, 20) g");
    session.run("SELECT nl_wait(id) FROM nl2sql.jobs WHERE question LIKE 'long%'");
    assert_eq!(session.text("SELECT count(*) FROM nl2sql.jobs WHERE state = 'failed'"), "20");
    assert_eq!(
        session.text("SELECT count(DISTINCT sqlstate) || min(error) FROM nl2sql.jobs WHERE state = 'failed'").get(..1),
        Some("1")
    );
    let most = most_memory(&session.text(WORKER));
    println!("at most {most} MB");
    assert!(most < 500, "{most} MB");
    let longest = alone.double.chats().iter().map(|chat| chat.body.len()).max().unwrap_or_default();
    assert!(longest < 100_000, "{longest} bytes were sent");
    session.run("SELECT count(nl_cancel(id)) FROM nl2sql.jobs");
}

/// What a role's drafts leave in memory is nothing that another's must do without.
#[test]
fn memory_is_counted_for_each_draft_alone() {
    let alone = Alone::start("memory_of_others", "");
    let (mallory, analyst) = (alone.database.role("mallory"), alone.database.role("analyst"));
    let mut admin = alone.session();
    admin.run(&format!(
        "CREATE SCHEMA fat AUTHORIZATION {mallory};
         DO $$BEGIN FOR g IN 1..100 LOOP
             EXECUTE format('CREATE TABLE fat.f%s (a int CHECK (a NOT IN (%s)))', g,
                 (SELECT string_agg(n::text, ',') FROM generate_series(1, 9000) n));
             EXECUTE format('ALTER TABLE fat.f%s OWNER TO {mallory}', g);
         END LOOP; END$$"
    ));
    let fat: Vec<String> = (1..=100).map(|at| format!("SELECT a FROM fat.f{at}")).collect();
    alone.double.answer("fat", Reply::sql(&fat.join(" UNION ALL ")));
    alone.double.answer("hanging", Reply::hang());
    let joined: Vec<String> = (0..9).map(|at| format!("orders o{at}")).collect();
    let on: Vec<String> = (1..9).map(|at| format!("o0.id = o{at}.id")).collect();
    let joined = format!("SELECT count(*) FROM {} WHERE {}", joined.join(", "), on.join(" AND "));
    alone.double.answer("joined", Reply::sql(&joined));
    let mut of_mallory = alone.database.session_as(&mallory);
    submit(&mut of_mallory, "hanging");
    let id = submit(&mut of_mallory, "fat");
    assert_eq!(ended(&mut of_mallory, id), "ready");
    println!("{} MB", most_memory(&admin.text(WORKER)));
    let mut of_analyst = alone.database.session_as(&analyst);
    of_analyst.run("SET nl2sql.memory_limit = '64MB'");
    let id = submit(&mut of_analyst, "joined");
    assert_eq!(ended(&mut of_analyst, id), "ready", "{:?}", of_analyst.texts("SELECT error FROM nl2sql.jobs"));
    of_mallory.run("SELECT count(nl_cancel(id)) FROM nl2sql.jobs");
}

/// Whoever owns the database does not make an error the end of the process.
#[test]
fn an_error_ends_no_process() {
    let alone = Alone::start("exit_on_error", "");
    let mut admin = alone.session();
    admin.run(&format!(
        "ALTER DATABASE {0} SET exit_on_error = on; ALTER DATABASE {0} SET gin_fuzzy_search_limit = 1",
        alone.database.name
    ));
    alone.double.answer("wrong", Reply::sql("SELECT nothing FROM orders"));
    let id = submit(&mut admin, "wrong");
    assert_eq!(ended(&mut admin, id), "failed");
    assert_eq!(admin.text(&format!("SELECT sqlstate FROM nl2sql.jobs WHERE id = {id}")), "42703");
    let log = alone.cluster.log();
    assert!(!log.contains("FATAL"), "{log}");
}

/// A draft whose judging ends the process, whatever the reason, is given up after some times.
#[test]
fn a_draft_does_not_end_the_process_for_ever() {
    let alone = Alone::start("ends", "");
    let mut admin = alone.session();
    admin.run(
        "CREATE FUNCTION endless(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$BEGIN
             FOR i IN 1..2000000000 LOOP END LOOP; RETURN 1; END$$",
    );
    alone.double.answer("endless", Reply::sql("SELECT endless(1)"));
    alone.double.answer("beside it", Reply::sql("SELECT 1 AS n").after(500));
    let id = submit(&mut admin, "endless");
    let beside = submit(&mut admin, "beside it");
    let state = format!("SELECT state FROM nl2sql.jobs WHERE id = {id}");
    let (mut ends, until) = (0, Instant::now() + Duration::from_secs(180));
    while admin.text(&state) != "failed" {
        assert!(ends < 6 && Instant::now() < until, "it ended {ends} processes");
        ends += end_judging(&mut admin);
    }
    assert!(ends >= 3, "{ends}");
    assert_eq!(admin.text(&format!("SELECT sqlstate FROM nl2sql.jobs WHERE id = {id}")), "58000");
    assert_eq!(ended(&mut admin, beside), "ready");
    assert_eq!(alone.asked("endless"), 1);
}

/// Ends the process where it judges a draft just now; how many it ended.
fn end_judging(admin: &mut Session) -> usize {
    let judging = format!(
        "{WORKER} AND query = 'nl2sql: judging a draft' AND state = 'active' AND now() - state_change > interval '300 ms'"
    );
    let judging = admin.texts(&judging);
    for pid in &judging {
        admin.run(&format!("SELECT pg_terminate_backend({pid})"));
        wait_for(admin, &format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"), "0");
    }
    judging.len()
}

/// What PL/pgSQL keeps of functions nothing but the end of the process gives back: whose drafts fill it has none judged for a while.
#[test]
fn who_fills_the_process_is_set_aside() {
    let alone = Alone::start("fills", "");
    let mallory = alone.database.role("mallory");
    let mut admin = alone.session();
    admin.run(&format!("CREATE SCHEMA big AUTHORIZATION {mallory}; GRANT USAGE ON SCHEMA big TO {mallory}"));
    let mut of_mallory = alone.database.session_as(&mallory);
    of_mallory.run(
        r"SET check_function_bodies = off;
        DO $$ DECLARE body text := repeat(E'x := 1;\n', 300000); BEGIN FOR i IN 1..6 LOOP
            EXECUTE format('CREATE FUNCTION big.f%s() RETURNS int IMMUTABLE LANGUAGE plpgsql AS %L', i,
                'DECLARE x int; BEGIN IF false THEN ' || body || ' END IF; RETURN 1; END');
        END LOOP; END $$",
    );
    let calls: Vec<String> = (1..=6).map(|i| format!("big.f{i}()")).collect();
    alone.double.answer("big", Reply::sql(&format!("SELECT {} AS n", calls.join(" + "))));
    let id = submit(&mut of_mallory, "big");
    assert_eq!(ended(&mut of_mallory, id), "ready", "{:?}", of_mallory.texts("SELECT error FROM nl2sql.jobs"));
    let until = Instant::now() + Duration::from_secs(60);
    while !alone.cluster.log().contains("has grown") {
        assert!(Instant::now() < until, "{} MB are not too much", most_memory(&admin.text(WORKER)));
        std::thread::sleep(Duration::from_millis(100));
    }
    alone.double.answer("small", Reply::sql("SELECT 1 AS n"));
    let aside = submit(&mut of_mallory, "small of mallory");
    let other = submit(&mut admin, "small of another");
    assert_eq!(ended(&mut admin, other), "ready");
    std::thread::sleep(Duration::from_secs(1));
    assert_ne!(of_mallory.text(&format!("SELECT state FROM nl2sql.jobs WHERE id = {aside}")), "ready");
    of_mallory.run(&format!("SELECT nl_cancel({aside})"));
}

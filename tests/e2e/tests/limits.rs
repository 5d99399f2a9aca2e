//! Answers too long are cut and say so; answers too slow or too dear are not given.

use std::time::{Duration, Instant};

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;

#[test]
fn rows_are_limited_with_a_notice() {
    let Fixture { database: _database, double, mut session } = Fixture::shop("row_limit");
    double.answer("customers", Reply::sql("SELECT id FROM customers ORDER BY id"));
    session.run("SET nl2sql.row_limit = 3");
    session.notices();
    let rows = session.ask("customers");
    assert_eq!(rows.iter().map(|row| row["id"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    let notices = session.notices();
    assert!(notices.len() == 1 && notices[0].contains('3'), "{notices:?}");
    for limit in ["5000", "0"] {
        session.run(&format!("SET nl2sql.row_limit = {limit}"));
        assert_eq!(session.ask("customers").len(), 5000, "row_limit {limit}");
        assert!(session.notices().is_empty(), "nothing was cut with row_limit {limit}");
    }
}

#[test]
fn bytes_are_limited_with_a_notice() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("byte_limit");
    double.answer("text", Reply::sql("SELECT repeat('x', 1000) AS t FROM generate_series(1, 1000)"));
    session.run("SET nl2sql.byte_limit = '16kB'");
    session.notices();
    let rows = session.ask("text");
    assert!((10..=17).contains(&rows.len()), "{} rows", rows.len());
    assert_eq!(session.notices().len(), 1);
    session.run("SET nl2sql.byte_limit = '16MB'");
    assert_eq!(session.ask("text").len(), 1000);
    assert!(session.notices().is_empty());
}

#[test]
fn a_slow_statement_is_stopped() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("query_timeout");
    let cross_join = "SELECT count(*) AS n FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b";
    double.answer("slow", Reply::sql(cross_join));
    session.run("SET nl2sql.max_cost = 0; SET nl2sql.query_timeout = '500ms'");
    let started = Instant::now();
    session.ask_error("slow", "57014");
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(450) && took < Duration::from_secs(3), "{took:?}");
    assert_eq!(double.chats().len(), 1, "a timeout is nothing to repair");
    // The timer is off again: a statement of the asker's own may take as long as it likes.
    assert_eq!(session.text("SELECT count(*) FROM (SELECT pg_sleep(0.7)) AS s"), "1");
    double.answer("quick", Reply::sql("SELECT 1 AS n"));
    assert_eq!(session.ask("quick").len(), 1);
}

/// The caller's own timeout is neither lengthened nor forgotten by the extension's.
#[test]
fn statement_timeout_stays_in_force() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("both_timeouts");
    double.answer("quick", Reply::sql("SELECT 1 AS n"));
    session.run("SET statement_timeout = '700ms'; SET nl2sql.query_timeout = '30s'");
    let started = Instant::now();
    session.error("SELECT nl_ask('quick'), pg_sleep(10)", "57014");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    assert_eq!(session.text("SHOW statement_timeout"), "700ms");
}

/// The model's time is not the statement's.
#[test]
fn query_timeout_does_not_count_the_model() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("model_slow");
    double.answer("late", Reply::sql("SELECT 1 AS n").after(700));
    session.run("SET nl2sql.query_timeout = '300ms'");
    assert_eq!(session.ask("late").len(), 1);
}

#[test]
fn a_dear_statement_is_not_run() {
    let Fixture { database: _database, double, mut session } = Fixture::shop("max_cost");
    double.answer("dear", Reply::sql("SELECT count(*) AS n FROM order_items a, order_items b, order_items c"));
    session.run("SET nl2sql.max_cost = 100000");
    let started = Instant::now();
    session.ask_error("dear", "53400");
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    double.answer("cheap", Reply::sql("SELECT name FROM customers WHERE id = 1"));
    assert_eq!(session.ask("cheap").len(), 1);
}

#[test]
fn nl_check_estimates() {
    let mut session = Fixture::shop("estimates").session;
    let sql =
        "SELECT allowed || ' ' || (estimated_rows > 1000) || ' ' || (estimated_cost > 0) || ' ' || (sqlstate IS NULL)
         FROM nl_check('SELECT * FROM customers')";
    assert_eq!(session.text(sql), "true true true true");
    let relations = session.text("SELECT relations::text FROM nl_check('SELECT c.id FROM customers c')");
    assert!(relations.contains("customers"), "{relations}");
    let functions = session.text("SELECT functions::text FROM nl_check('SELECT lower(name) FROM customers')");
    assert!(functions.contains("lower"), "{functions}");
}

/// A rolled-back or half-read answer leaves no open cursor, snapshot or temporary file behind.
#[test]
fn an_answer_need_not_be_read_to_its_end() {
    let Fixture { database: _database, double, mut session } = Fixture::shop("half");
    double.answer("customers", Reply::sql("SELECT id FROM customers ORDER BY id"));
    assert_eq!(session.texts("SELECT nl_ask('customers') LIMIT 2").len(), 2);
    assert_eq!(session.texts("SELECT a->>'id' FROM nl_ask('customers') AS a LIMIT 2"), ["1", "2"]);
    session.run("BEGIN; DECLARE c CURSOR FOR SELECT nl_ask('customers')");
    assert_eq!(session.texts("FETCH 2 FROM c").len(), 2);
    session.run("ROLLBACK");
    assert_eq!(session.text("SELECT count(*) FROM pg_cursors WHERE name <> ''"), "0");
    assert!(session.notices().is_empty(), "nothing leaks, or the server warns");
}

/// A row of more than a gigabyte of json has no place in a datum: an error, not a wrapped header.
#[test]
fn a_row_too_large_for_json_is_an_error() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("large_row");
    session.run("SET nl2sql.byte_limit = 0; SET nl2sql.memory_limit = 0; SET nl2sql.max_attempts = 1");
    session.run("SET nl2sql.query_timeout = '60s'");
    // Each of these characters becomes six.
    double.answer("large", Reply::sql("SELECT repeat(chr(1), 90000000) AS a, repeat(chr(1), 90000000) AS b"));
    session.ask_error("large", "54000");
    double.answer("small", Reply::sql("SELECT 1 AS n"));
    assert_eq!(session.ask("small")[0]["n"], 1);
}

/// Both are due in the middle of something that can't be interrupted: the caller's own timeout is served afterwards.
#[test]
fn the_limit_takes_no_other_timeout_back() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("other_timeout");
    double.answer("long", Reply::sql("SELECT length(sha512(repeat('x', 400000000)::bytea)::text) AS n"));
    session.run("SET nl2sql.max_cost = 0; SET nl2sql.query_timeout = '300ms'; SET nl2sql.memory_limit = 0");
    session.run("SET nl2sql.max_attempts = 1; SET statement_timeout = '400ms'");
    let block = "DO $$ BEGIN
        BEGIN PERFORM nl_ask('long'); EXCEPTION WHEN query_canceled THEN NULL; END;
        PERFORM pg_sleep(8); END $$";
    let started = Instant::now();
    session.error(block, "57014");
    let took = started.elapsed();
    assert!(took < Duration::from_secs(7), "{took:?}");
    session.run("SET statement_timeout = 0");
    assert_eq!(session.text("SELECT count(*) FROM (SELECT pg_sleep(0.5)) AS s"), "1", "nothing is left pending");
}

/// Who cancels a moment before the limit is told of the cancel.
#[test]
fn a_cancel_next_to_the_limit_is_a_cancel() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("near_limit");
    let cross_join = "SELECT count(*) AS n FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b";
    double.answer("slow", Reply::sql(cross_join));
    session.run("SET nl2sql.max_cost = 0; SET nl2sql.query_timeout = '600ms'; SET statement_timeout = '0'");
    session.ask_error("slow", "57014");
    for before in [2, 5, 10, 15, 20, 40] {
        let token = session.client.cancel_token();
        let started = Instant::now();
        let canceller = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(600 - before));
            let _ = token.cancel_query(postgres::NoTls);
        });
        let error = session.ask_error("slow", "57014");
        let took = started.elapsed();
        canceller.join().unwrap();
        let is_limit = error.message().contains("query_timeout");
        assert!(is_limit || error.message().contains("user request"), "{error:?}");
        // The statement begins after the question does, and so its limit is due later than the cancel was sent.
        assert!(!is_limit || took >= Duration::from_millis(600), "{before} ms before: {error:?} after {took:?}");
        // The postmaster signals twice; see cancel.rs.
        let _ = session.client.simple_query("SELECT pg_sleep(0.2)");
    }
}

//! Answers too long are cut and say so; answers too slow or too dear are not given.

use std::time::{Duration, Instant};

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{database_error, quote};

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
    assert!(took >= Duration::from_millis(450) && took < Duration::from_secs(20), "{took:?}");
    assert_eq!(double.chats().len(), 1, "a timeout is nothing to repair");
    // The timer is off again: a statement of the asker's own may take as long as it likes.
    assert_eq!(session.text("SELECT count(*) FROM (SELECT pg_sleep(0.7)) AS s"), "1");
    session.run("RESET nl2sql.query_timeout");
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
    session.error("SELECT nl_ask('quick'), pg_sleep(60)", "57014");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(session.text("SHOW statement_timeout"), "700ms");
}

/// A cancel that arrives when a limit of ours has passed too, while a function looks for neither, is not taken for that limit.
#[test]
fn a_cancel_that_comes_with_a_limit_is_not_lost() {
    let Fixture { database: _database, mut session, .. } = Fixture::empty("both_at_once");
    session.run(
        "CREATE TABLE long (v text); INSERT INTO long SELECT repeat('é', 45000000);
         SET nl2sql.memory_limit = '2GB'",
    );
    // Both have to come while the function runs, which begins and ends when the machine has got so far.
    let mut said = Vec::new();
    for milliseconds in [100, 100, 60, 150, 40, 250, 30, 400, 20, 600, 900, 1300, 2000, 3000, 5000] {
        session.run(&format!(
            "SET nl2sql.query_timeout = '{milliseconds}ms'; SET statement_timeout = {}",
            milliseconds + 30
        ));
        let ended = session.try_texts("SELECT nl_run('SELECT md5(v) AS n FROM long')");
        while session.try_texts("SET statement_timeout = 0").is_err() {}
        said.push(ended.map_or_else(|error| database_error(&error).message().to_owned(), |rows| rows.concat()));
        if said.last().is_some_and(|message| message == "canceling statement due to statement timeout") {
            return;
        }
    }
    panic!("{said:?}");
}

/// The model's time is not the statement's.
#[test]
fn query_timeout_does_not_count_the_model() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("model_slow");
    double.answer("late", Reply::sql("SELECT 1 AS n").after(1500));
    session.run("SET nl2sql.query_timeout = '1s'");
    assert_eq!(session.ask("late").len(), 1);
}

#[test]
fn a_dear_statement_is_not_run() {
    let Fixture { database: _database, double, mut session } = Fixture::shop("max_cost");
    double.answer("dear", Reply::sql("SELECT count(*) AS n FROM order_items a, order_items b, order_items c"));
    session.run("SET nl2sql.max_cost = 100000");
    let started = Instant::now();
    session.ask_error("dear", "53400");
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
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
    session.run("SET nl2sql.query_timeout = '170s'");
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
        BEGIN PERFORM nl_ask('long'); EXCEPTION WHEN query_canceled THEN
            IF SQLERRM ~ 'statement timeout' THEN RAISE; END IF; END;
        PERFORM pg_sleep(50); END $$";
    let started = Instant::now();
    session.error(block, "57014");
    let took = started.elapsed();
    assert!(took < Duration::from_secs(40), "{took:?}");
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

/// A parallel worker is a process of its own, and may read all that is large.
#[test]
fn parallel_workers_keep_to_the_limit_on_memory() {
    let Fixture { database: _database, double: _double, mut session } = Fixture::empty("workers_memory");
    session.run("CREATE TABLE texts AS SELECT n AS id, repeat('x', 100) AS t FROM generate_series(1, 100000) AS n");
    session.run("ANALYZE texts; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0");
    session.run("SET min_parallel_table_scan_size = 0; SET parallel_leader_participation = off");
    let large = ["octet_length(repeat(u.x, 500))::bigint"; 8].join(" + ");
    let sql = |id: u32| {
        format!(
            "SELECT max(CASE WHEN id = {id} THEN {large} END) FROM (SELECT id, repeat(t, 1000) AS x FROM texts) AS u"
        )
    };
    assert!(session.texts(&format!("EXPLAIN {}", sql(7))).concat().contains("Gather"), "the plan has workers");
    session.run("SET nl2sql.memory_limit = '1GB'");
    assert_eq!(session.text(&format!("SELECT nl_run({})", quote(&sql(7)))), r#"{"max":400000000}"#);
    session.run("SET nl2sql.memory_limit = '200MB'");
    let error = session.error(&format!("SELECT nl_run({})", quote(&sql(7))), "53200");
    assert_eq!(error.message(), "the query exceeded nl2sql.memory_limit");
    assert_eq!(session.text("SELECT nl_run('SELECT count(*) AS n FROM texts')"), r#"{"n":100000}"#);
}

/// What is made of the rows is work of our own that no cancel ends, and most of it in memory.
#[test]
fn wide_answers_are_told_and_drawn_up_to_a_limit() {
    let Fixture { database: _database, double, mut session } = Fixture::empty("wide_answers");
    let columns: Vec<String> = (0..400).map(|column| format!("n AS c{column}")).collect();
    let sql = format!("SELECT {} FROM generate_series(1, 2000) AS n", columns.join(", "));
    double.answer("wide", Reply::sql(&sql));
    let chat = session.text("SELECT nl_chat('wide') ->> 'truncated'");
    assert_eq!(chat, "true");
    assert_eq!(session.text("SELECT jsonb_array_length(nl_chat('wide') -> 'rows')"), "500");
    assert!(!session.text("SELECT nl_answer('wide')").is_empty());
    assert!(!session.texts("SELECT nl_plot('wide')").is_empty());
    let chart = session.text("SELECT nl_chart('wide')");
    assert!(chart.contains("500 rows (no more than 200000 values are told, drawn or compared)"), "{chart:.300}");
    // Others hold as much as before.
    assert_eq!(session.ask("wide").len(), 2000);

    double.answer("deep", Reply::sql("SELECT ('[' || repeat('{},', 2000000) || '1]')::json AS a"));
    let chat = session.text("SELECT nl_chat('deep', 'deep') - 'milliseconds'");
    assert!(chat.contains(r#""truncated": true"#) && chat.len() < 4_000_000, "{chat:.300}");
}

/// Many of the server's messages quote a value, and whoever hears them makes copies.
#[test]
fn messages_are_cut() {
    let Fixture { database: _database, double: _double, mut session } = Fixture::empty("long_messages");
    let error = session.error(r"SELECT nl_run('SELECT repeat(repeat(''ä'', 500000), 20)::int')", "22P02");
    assert!((30_000..40_000).contains(&error.message().chars().count()), "{} characters", error.message().len());
    assert!(error.message().starts_with("invalid input syntax for type integer: \"ää"));
    assert_eq!(session.text("SELECT nl_run('SELECT 1 AS n')"), r#"{"n":1}"#);
}

/// What anybody may add to prompts is paid for by others.
#[test]
fn texts_of_an_asker_have_a_length() {
    let Fixture { database: _database, double: _double, mut session } = Fixture::empty("long_texts");
    session.run("SELECT set_config('nl2sql.user_instructions', repeat('x', 20000), false)");
    for setting in ["nl2sql.user_instructions", "nl2sql.model"] {
        let error = session.error(&format!("SELECT set_config('{setting}', repeat('x', 20001), false)"), "22023");
        assert_eq!(error.detail(), Some("It may have up to 20000 bytes."));
    }
}

/// The server keeps every time zone that was named for as long as the session lives. What a statement leaves behind, however little
/// and however late, counts against the limit of the next.
#[test]
fn what_stays_in_memory_counts_against_the_limit() {
    let Fixture { database, mut session, .. } = Fixture::empty("left_memory");
    session.run("SET nl2sql.memory_limit = '80MB'; SET nl2sql.query_timeout = '30s'; SET nl2sql.max_cost = 0");
    let private = "SELECT substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\\s*(\\d+) kB')";
    let before: i64 = session.text(private).parse().expect("a number");
    let mut outcomes = Vec::new();
    for first in ('A'..='T').chain('a'..='t') {
        let zones = format!(
            "SELECT count(now() AT TIME ZONE ('{first}' || chr(65 + i % 26) || chr(65 + (i / 26) % 26) || chr(65 + (i / 676) % 26) || (i % 12)))
             FROM generate_series(1, 1000) i"
        );
        let result = session.try_texts(&format!("SELECT nl_run({})", quote(&zones)));
        outcomes.push(result.map_err(|error| error.code().map(|code| code.code().to_owned())));
    }
    let after: i64 = session.text(private).parse().expect("a number");
    assert!(outcomes.iter().any(|outcome| outcome == &Err(Some("53200".to_owned()))), "{outcomes:?}");
    // Without the limit it would be 900 MB.
    assert!(after - before < 240 << 10, "{} kB stayed", after - before);
    assert!(outcomes[0].is_ok(), "{outcomes:?}");
    assert!(session.try_texts("SELECT nl_run('SELECT 1')").is_err());
    assert_eq!(database.session().text("SELECT nl_run('SELECT 1 AS n')"), r#"{"n":1}"#);
}

/// One expression may take memory without end before the server looks for interrupts. It gets no more from the system, and the
/// session lives on.
#[test]
fn memory_is_limited_between_two_looks() {
    let Fixture { database: _database, mut session, .. } = Fixture::empty("memory_ceiling");
    session.run("SET nl2sql.memory_limit = '50MB'; SET nl2sql.query_timeout = '30s'; SET nl2sql.max_cost = 0");
    let peak = "SELECT substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s*(\\d+) kB')::int / 1024";
    let array = format!("(ARRAY[{}] IS NULL)", ["t"; 10].join(","));
    let arrays = [array.as_str(); 20].join(" OR ");
    let row = format!("(ROW({}) IS NOT DISTINCT FROM NULL)", ["t || 'x'"; 10].join(","));
    let rows = [row.as_str(); 20].join(" OR ");
    for expression in [arrays, rows] {
        let statement = format!("SELECT {expression} FROM (SELECT repeat('x', 10000000) AS t OFFSET 0) AS q");
        let error = session.error(&format!("SELECT nl_run({})", quote(&statement)), "53200");
        assert_eq!(error.message(), "the query exceeded nl2sql.memory_limit");
        assert_eq!(session.text("SELECT nl_run('SELECT 1 AS n')"), r#"{"n":1}"#);
    }
    let peak: i32 = session.text(peak).parse().expect("a number");
    assert!(peak < 800, "{peak} MB");
}

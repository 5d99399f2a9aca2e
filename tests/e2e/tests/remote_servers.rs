//! What postgres_fdw does on another server for a question is read-only and bounded there, whatever stands behind the tables.

use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::server::{lacks, major};
use nl2sql_e2e::session::{Session, quote};
use nl2sql_e2e::waiting::wait_for;
use postgres::NoTls;

/// The server reaches its own database: what it does there is done in another session, as in another server.
const SCHEMA: &str = "
    CREATE EXTENSION postgres_fdw;
    CREATE TABLE staff (id int PRIMARY KEY, boss int); INSERT INTO staff VALUES (1, NULL), (2, 1), (3, 1);
    CREATE SEQUENCE numbers;
    CREATE FUNCTION counts() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT nextval('public.numbers') $$;
    CREATE FUNCTION counts_as_if_not() RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN public.counts(); END';
    CREATE FUNCTION writes() RETURNS int LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.staff VALUES (9); RETURN 9; END';
    CREATE FUNCTION allows(what text) RETURNS bigint LANGUAGE plpgsql AS
        $$ BEGIN PERFORM set_config(what, 'off', false); RETURN public.counts(); END $$;
    CREATE FUNCTION allows_inside() RETURNS bigint LANGUAGE plpgsql AS
        $$ BEGIN BEGIN SET TRANSACTION READ WRITE; EXCEPTION WHEN division_by_zero THEN NULL; END; RETURN public.counts(); END $$;
    CREATE FUNCTION allows_by_clause() RETURNS bigint LANGUAGE sql SET transaction_read_only = off AS 'SELECT public.counts()';
    CREATE FUNCTION ends() RETURNS bool LANGUAGE sql AS 'SELECT pg_terminate_backend(pg_backend_pid())';
    CREATE VIEW counting AS SELECT counts() AS n;
    CREATE VIEW counting_early AS SELECT id FROM staff WHERE id > counts_as_if_not();
    CREATE VIEW writing AS SELECT writes() AS n;
    CREATE VIEW allowing AS SELECT allows('transaction_read_only') AS n;
    CREATE VIEW allowing_later AS SELECT allows('default_transaction_read_only') AS n;
    CREATE VIEW allowing_inside AS SELECT allows_inside() AS n;
    CREATE VIEW allowing_by_clause AS SELECT allows_by_clause() AS n;
    CREATE VIEW ending AS SELECT ends() AS n;
    CREATE VIEW slow AS SELECT 1 AS n FROM pg_sleep(120);
    CREATE VIEW telling AS SELECT current_setting('transaction_read_only') AS read_only,
        current_setting('statement_timeout') AS longest;";

const FOREIGN: &str = "
    CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{port}', dbname '{database}');
    CREATE SERVER planner FOREIGN DATA WRAPPER postgres_fdw
        OPTIONS (host '127.0.0.1', port '{port}', dbname '{database}', use_remote_estimate 'true');
    CREATE USER MAPPING FOR PUBLIC SERVER loop OPTIONS (user 'postgres', password_required 'false');
    CREATE USER MAPPING FOR PUBLIC SERVER planner OPTIONS (user 'postgres', password_required 'false');
    CREATE SCHEMA far; CREATE SCHEMA planned;
    IMPORT FOREIGN SCHEMA public FROM SERVER loop INTO far;
    IMPORT FOREIGN SCHEMA public LIMIT TO (counting_early, staff) FROM SERVER planner INTO planned;
    CREATE VIEW far_telling AS SELECT * FROM far.telling;
    CREATE FUNCTION read_only() RETURNS text LANGUAGE plpgsql STABLE AS
        'BEGIN RETURN (SELECT read_only FROM far.telling); END';
    CREATE FUNCTION begun_inside() RETURNS text LANGUAGE plpgsql STABLE AS
        $$ DECLARE c refcursor; r text;
        BEGIN
            BEGIN OPEN c FOR SELECT read_only FROM far.telling; EXCEPTION WHEN division_by_zero THEN NULL; END;
            FETCH c INTO r;
            RETURN r;
        END $$;
    CREATE FUNCTION lost() RETURNS text LANGUAGE plpgsql STABLE AS
        $$ BEGIN
            BEGIN PERFORM n FROM far.ending; EXCEPTION WHEN OTHERS THEN NULL; END;
            BEGIN RETURN (SELECT read_only FROM far.telling); EXCEPTION WHEN OTHERS THEN NULL; END;
            RETURN (SELECT read_only FROM far.telling);
        END $$;";

fn fixture(name: &str) -> (Fixture, Session) {
    let mut fixture = Fixture::empty(name);
    let port = fixture.database.cluster.port().to_string();
    // From PostgreSQL 16 on no function may set it so.
    let clause = if major() < 16 { "" } else { " SET transaction_read_only = off" };
    fixture.session.run(&SCHEMA.replacen(clause, "", 1));
    fixture.session.run(&FOREIGN.replace("{port}", &port).replace("{database}", &fixture.database.name));
    let mut session = fixture.asker("postgres");
    session.run("SET nl2sql.max_attempts = 1; SET nl2sql.allow_servers = 'loop, planner'");
    (fixture, session)
}

fn run(sql: &str) -> String {
    format!("SELECT nl_run({})", quote(sql))
}

/// How often the sequence was asked, which no rollback takes back.
fn counted(fixture: &mut Fixture) -> String {
    fixture.session.text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM numbers")
}

#[test]
fn nothing_is_written_on_the_other_server() {
    if lacks(&["postgres_fdw"]) {
        return;
    }
    let (mut fixture, mut session) = fixture("remote_writes");
    // So it is without us.
    session.run("SELECT n FROM far.counting");
    assert_eq!(counted(&mut fixture), "1");
    for (table, sqlstate) in [
        ("far.counting", "25006"),
        ("planned.counting_early", "25006"),
        ("far.writing", "25006"),
        ("far.allowing", "25001"),
        ("far.allowing_later", "25006"),
        ("far.allowing_inside", "25001"),
        ("far.allowing_by_clause", "25001"),
    ] {
        for _ in 0..2 {
            session.error(&run(&format!("SELECT * FROM {table}")), sqlstate);
        }
    }
    assert_eq!(counted(&mut fixture), "1");
    assert_eq!(fixture.session.text("SELECT count(*) FROM staff"), "3");
}

#[test]
fn every_way_to_a_table_is_read_only_there() {
    if lacks(&["postgres_fdw"]) {
        return;
    }
    let (_fixture, mut session) = fixture("remote_ways");
    session.run("SELECT read_only(), read_only(), read_only(), read_only(), read_only(), read_only(), read_only()");
    for sql in [
        "SELECT read_only FROM far.telling",
        "SELECT read_only FROM far_telling",
        "SELECT read_only() AS read_only",
        "SELECT begun_inside() AS read_only",
        "SELECT t.read_only FROM far.staff s JOIN far.telling t ON s.id = 1",
        "SELECT (SELECT read_only FROM far.telling) AS read_only",
        "SELECT max(read_only) AS read_only FROM (SELECT * FROM far.telling UNION ALL SELECT * FROM far_telling) AS u",
    ] {
        assert_eq!(session.texts(&run(sql)), [r#"{"read_only":"on"}"#], "{sql}");
    }
    // A connection that is lost is not made anew in silence: a question that goes on afterwards reads nothing, or read-only.
    match session.try_texts(&run("SELECT lost() AS read_only")) {
        Ok(rows) => assert_eq!(rows, [r#"{"read_only":"on"}"#]),
        Err(error) => assert!(error.as_db_error().is_some(), "{error:?}"),
    }
}

#[test]
fn the_askers_own_transaction_goes_on_writing() {
    if lacks(&["postgres_fdw"]) {
        return;
    }
    let (mut fixture, mut session) = fixture("remote_own");
    session.run("BEGIN; INSERT INTO far.staff VALUES (4)");
    let told = r#"{"count":4,"read_only":"on"}"#;
    let sql = "SELECT count(*), max(read_only) AS read_only FROM far.staff, far.telling";
    assert_eq!(session.texts(&run(sql)), [told]);
    assert_eq!(session.text("SELECT read_only FROM far.telling"), "off");
    session.run("INSERT INTO far.staff VALUES (5); COMMIT");
    assert_eq!(fixture.session.text("SELECT count(*) FROM staff"), "5");
    session.run("BEGIN");
    assert_eq!(session.texts(&run("SELECT read_only FROM far.telling")), [r#"{"read_only":"on"}"#]);
    session.run("INSERT INTO far.staff VALUES (6); COMMIT");
    assert_eq!(fixture.session.text("SELECT count(*) FROM staff"), "6");
}

/// A cursor runs in the caller's own transaction, so the other server's stays read-only to its end.
#[test]
fn cursors_are_read_only_there() {
    if lacks(&["postgres_fdw"]) {
        return;
    }
    let (mut fixture, mut session) = fixture("remote_cursor");
    fixture.double.answer("tell", Reply::sql("SELECT read_only FROM far.telling, far.staff"));
    fixture.double.answer("count", Reply::sql("SELECT n FROM far.counting"));
    session.run("BEGIN; SAVEPOINT inside; SELECT nl_open('tell', 'c'); RELEASE SAVEPOINT inside");
    assert_eq!(session.texts("FETCH 1 FROM c"), ["on"]);
    assert_eq!(session.texts("FETCH ALL FROM c"), ["on", "on"]);
    session.run("COMMIT; BEGIN; SELECT nl_open('count', 'c')");
    session.error("FETCH 1 FROM c", "25006");
    session.run("ROLLBACK; BEGIN; SELECT nl_open('tell', 'c'); FETCH 1 FROM c");
    session.error("INSERT INTO far.staff VALUES (7)", "25006");
    session.run("ROLLBACK; INSERT INTO far.staff VALUES (7)");
    assert_eq!(counted(&mut fixture), "0");
}

#[test]
fn limits_and_cancels_reach_the_other_server() {
    if lacks(&["postgres_fdw"]) {
        return;
    }
    const AT_WORK: &str = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'postgres_fdw' \
        AND datname = current_database() AND state = 'active'";
    let (mut fixture, mut session) = fixture("remote_limits");
    session.run("SET nl2sql.query_timeout = '7s'");
    assert_eq!(session.texts(&run("SELECT longest FROM far.telling")), [r#"{"longest":"8s"}"#]);
    session.run("SET nl2sql.query_timeout = '400ms'");
    let started = Instant::now();
    session.error(&run("SELECT n FROM far.slow"), "57014");
    assert!(started.elapsed() < Duration::from_secs(25), "{:?}", started.elapsed());
    wait_for(&mut fixture.session, AT_WORK, "0");
    session.run("RESET nl2sql.query_timeout");
    let token = session.client.cancel_token();
    let running = thread::spawn(move || session.try_texts(&run("SELECT n FROM far.slow")));
    wait_for(&mut fixture.session, AT_WORK, "1");
    token.cancel_query(NoTls).expect("a cancel can be sent");
    let result = running.join().expect("the thread ends");
    assert_eq!(result.expect_err("it was cancelled").code().map(|code| code.code()), Some("57014"));
    wait_for(&mut fixture.session, AT_WORK, "0");
}

/// Nothing of ours is in the way of what PostgreSQL can have the other server do.
#[test]
fn joins_and_totals_are_pushed_down() {
    if lacks(&["postgres_fdw"]) {
        return;
    }
    let (fixture, mut session) = fixture("remote_pushed");
    for (sql, remote, answer) in [
        (
            "SELECT b.id, s.id AS report FROM planned.staff AS s JOIN planned.staff AS b ON s.boss = b.id",
            "INNER JOIN",
            r#"{"id":1,"report":2}"#,
        ),
        ("SELECT count(*) FROM far.staff WHERE id > 1", "Remote SQL: SELECT count(*) FROM", r#"{"count":2}"#),
    ] {
        fixture.double.answer(remote, Reply::sql(sql));
        let written = session.text(&format!("SELECT nl_sql({})", quote(remote)));
        let plan = session.texts(&format!("EXPLAIN (VERBOSE, COSTS OFF) {written}")).join("\n");
        assert!(plan.starts_with("Foreign Scan") && plan.contains(remote), "{plan}");
        assert_eq!(session.ask(remote)[0].to_string(), answer);
    }
}

/// A connection that is never answered, which up to PostgreSQL 15 no cancel ends, is given up.
#[test]
fn a_server_that_says_nothing_holds_nobody() {
    if lacks(&["postgres_fdw"]) {
        return;
    }
    let (mut fixture, mut session) = fixture("remote_mute");
    let mute = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = mute.local_addr().expect("an address").port();
    fixture.session.run(&format!(
        "CREATE SERVER mute FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{port}', use_remote_estimate 'true');
         CREATE USER MAPPING FOR PUBLIC SERVER mute OPTIONS (user 'postgres', password_required 'false');
         CREATE FOREIGN TABLE far.mute (a int) SERVER mute; GRANT SELECT ON far.mute TO PUBLIC"
    ));
    session.run("SET nl2sql.allow_servers = 'mute'; SET statement_timeout = '1s'");
    let started = Instant::now();
    session.try_texts(&run("SELECT a FROM far.mute")).expect_err("it says nothing");
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}

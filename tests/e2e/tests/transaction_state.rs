//! What the asker's transaction holds when it asks is as it was when the answer is there: its cursors stand where they stood,
//! and code that was prepared in it before is judged like any other.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{Session, nl_ask};

const SCHEMA: &str = "
    CREATE TABLE orders (id int); INSERT INTO orders SELECT generate_series(1, 10);
    CREATE FUNCTION closes(c refcursor) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN CLOSE c; RETURN 1; END';
    CREATE FUNCTION moves(c refcursor) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN MOVE c; RETURN 1; END';
    CREATE FUNCTION rewinds(c refcursor) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN MOVE ABSOLUTE 0 FROM c; RETURN 1; END';
    CREATE FUNCTION fetches(c refcursor) RETURNS text LANGUAGE plpgsql STABLE AS
        'DECLARE r record; BEGIN FETCH c INTO r; RETURN r::text; END';
    CREATE FUNCTION to_xml(c refcursor) RETURNS text LANGUAGE plpgsql STABLE AS
        $$ BEGIN RETURN cursor_to_xml(c, 1, true, true, ''); END $$;
    CREATE FUNCTION reopens(c refcursor) RETURNS int LANGUAGE plpgsql STABLE AS
        $$ DECLARE r record; BEGIN OPEN c FOR SELECT 99 AS id; RETURN 1; END $$;
    CREATE FUNCTION own() RETURNS int LANGUAGE plpgsql STABLE AS
        $$ DECLARE c refcursor; r int; BEGIN OPEN c FOR SELECT id FROM orders ORDER BY id; FETCH c INTO r; CLOSE c; RETURN r; END $$;
    CREATE FUNCTION loops() RETURNS int LANGUAGE plpgsql STABLE AS
        $$ DECLARE n int := 0; i int; BEGIN FOR i IN SELECT id FROM orders LOOP n := n + i; END LOOP; RETURN n; END $$;
    CREATE FUNCTION locks(n int) RETURNS boolean LANGUAGE plpgsql STABLE AS
        'DECLARE b boolean := n < 0; BEGIN IF n > 0 THEN b := pg_try_advisory_lock(n); END IF; RETURN b; END';
    CREATE FUNCTION casts(n int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN locks(n)::int; END';
    CREATE FUNCTION differs(a float8, b float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS
        $$ DECLARE b boolean := public.locks(-1); BEGIN
            IF current_setting('app.lock', true) = 'on' THEN b := pg_try_advisory_lock(4711); END IF; RETURN $1 - $2; END $$;
    CREATE TYPE span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = differs);
    CREATE TABLE bookings (during span);
    INSERT INTO bookings SELECT span(i, i + 10) FROM generate_series(1, 1000) AS i;
    ANALYZE bookings;
    CREATE VIEW locking AS SELECT locks(id) AS b FROM orders;
    CREATE FUNCTION locks_sql(n int) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT locks(n)';
    GRANT SELECT ON orders, locking TO PUBLIC;";

const LOCKS: &str = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";

fn asker(name: &str) -> (Fixture, Session) {
    let mut fixture = Fixture::empty(name);
    fixture.session.run(SCHEMA);
    let mut session = fixture.asker("postgres");
    session.run("SET nl2sql.max_attempts = 1");
    (fixture, session)
}

/// Asks with the model drafting this, and goes on in the transaction whatever comes of it.
fn attack(fixture: &Fixture, session: &mut Session, sql: &str) -> Result<Vec<String>, postgres::Error> {
    fixture.double.answer("attack", Reply::sql(sql));
    session.run("SAVEPOINT attack");
    let result = session.try_texts(&nl_ask("attack"));
    if result.is_err() {
        session.run("ROLLBACK TO attack");
    }
    result
}

#[test]
fn cursors_of_the_asker_are_out_of_reach() {
    let (fixture, mut session) = asker("cursors");
    let kinds = [
        "DECLARE mine SCROLL CURSOR FOR SELECT id FROM orders ORDER BY id",
        "DECLARE mine SCROLL CURSOR WITH HOLD FOR SELECT id FROM orders ORDER BY id",
        "DECLARE mine NO SCROLL CURSOR FOR SELECT id FROM orders ORDER BY id",
    ];
    for declare in kinds {
        for function in ["closes", "moves", "rewinds", "fetches", "to_xml", "reopens"] {
            session.run(&format!("BEGIN; {declare}"));
            if declare.contains("HOLD") {
                session.run("COMMIT; BEGIN");
            }
            assert_eq!(session.text("FETCH 1 FROM mine"), "1");
            let result = attack(&fixture, &mut session, &format!("SELECT {function}('mine')"));
            assert!(result.is_err(), "{declare}: {function} answered {result:?}");
            assert_eq!(session.texts("SELECT name FROM pg_cursors"), ["mine"], "{declare}: {function}");
            assert_eq!(session.text("FETCH 1 FROM mine"), "2", "{declare}: {function} moved it");
            session.run("CLOSE mine; ROLLBACK");
        }
    }
    // The statement itself can't either.
    session.run("BEGIN; DECLARE mine CURSOR FOR SELECT id FROM orders ORDER BY id");
    assert!(attack(&fixture, &mut session, "SELECT cursor_to_xml('mine', 1, true, true, '')").is_err());
    assert_eq!(session.text("FETCH 1 FROM mine"), "1");
    session.run("ROLLBACK");
}

/// Code may have cursors of its own, also where the asker holds others and asks from inside a loop.
#[test]
fn cursors_of_the_code_itself_work() {
    let (fixture, mut session) = asker("own_cursors");
    session.run("BEGIN; DECLARE mine CURSOR FOR SELECT id FROM orders ORDER BY id");
    assert_eq!(attack(&fixture, &mut session, "SELECT own() AS n").expect("an answer"), [r#"{"n":1}"#]);
    assert_eq!(attack(&fixture, &mut session, "SELECT loops() AS n").expect("an answer"), [r#"{"n":55}"#]);
    assert_eq!(session.text("FETCH 1 FROM mine"), "1");
    session.run("ROLLBACK");
    session.run(
        "CREATE FUNCTION asks() RETURNS int LANGUAGE plpgsql AS $$ DECLARE n int := 0; r record; BEGIN
             FOR r IN SELECT id FROM orders WHERE id < 4 ORDER BY id LOOP
                 n := n + (SELECT count(*) FROM nl_ask('attack')); END LOOP; RETURN n; END $$",
    );
    assert_eq!(session.text("SELECT asks()"), "3");
}

/// Volatile functions of a cursor that was declared outside do not run inside.
#[test]
fn what_a_cursor_calls_does_not_run_inside() {
    let (fixture, mut session) = asker("volatile_cursor");
    session.run("BEGIN; DECLARE vol CURSOR FOR SELECT pg_try_advisory_lock(777) FROM generate_series(1, 5)");
    for function in ["moves", "fetches", "to_xml"] {
        assert!(attack(&fixture, &mut session, &format!("SELECT {function}('vol')")).is_err());
        assert_eq!(session.text(LOCKS), "0", "{function}");
    }
    session.run("ROLLBACK");
}

/// PL/pgSQL keeps what it has set up until the transaction ends.
#[test]
fn code_prepared_earlier_in_the_transaction_is_judged_again() {
    let (fixture, mut session) = asker("prepared");
    for (warm, sql) in [
        ("SELECT locks(-1)", "SELECT locks(4711)"),
        ("SELECT locks(-1)", "SELECT locks_sql(4711)"),
        ("SELECT casts(-1)", "SELECT casts(4711)"),
        ("SELECT locks(-1)", "SELECT * FROM locking"),
        ("DO 'BEGIN PERFORM locks(-1); END'", "SELECT casts(4711)"),
    ] {
        session.run(&format!("BEGIN; SELECT locks(5); SELECT pg_advisory_unlock_all(); {warm}"));
        let result = attack(&fixture, &mut session, sql);
        assert!(result.is_err(), "{sql} answered {result:?}");
        assert_eq!(session.text(LOCKS), "0", "{sql}");
        // Between two questions it is prepared once more.
        session.run("SELECT locks(5); SELECT pg_advisory_unlock_all()");
        assert!(attack(&fixture, &mut session, sql).is_err(), "{sql}");
        assert_eq!(session.text(LOCKS), "0", "{sql}");
        session.run("ROLLBACK");
    }
}

/// The support of a type is called by the planner, and stands in no tree of the statement.
#[test]
fn support_functions_prepared_earlier_in_the_transaction_are_judged_again() {
    const BOOKINGS: &str = "SELECT count(*) AS n FROM bookings WHERE during && '[5,6]'";
    let (fixture, mut session) = asker("prepared_support");
    for round in 0..2 {
        session.run(&format!("BEGIN; SET LOCAL app.lock = 'on'; {BOOKINGS}; SELECT pg_advisory_unlock_all()"));
        for _ in 0..2 {
            let result = attack(&fixture, &mut session, BOOKINGS);
            assert_eq!(session.text(LOCKS), "0", "round {round}: {result:?}");
            session.run(&format!("{BOOKINGS}; SELECT pg_advisory_unlock_all()"));
        }
        session.run("ROLLBACK");
    }
}

/// What an open cursor of the asker prepares between two questions counts too.
#[test]
fn code_that_a_cursor_of_the_asker_prepares_is_judged_again() {
    let (fixture, mut session) = asker("prepared_cursor");
    session.run(
        "BEGIN; DECLARE mine CURSOR FOR SELECT locks(CASE WHEN id = 1 THEN -1 ELSE 6 END) FROM orders ORDER BY id",
    );
    session.run("FETCH 1 FROM mine");
    assert!(attack(&fixture, &mut session, "SELECT locks(4711)").is_err());
    session.run("FETCH 1 FROM mine; SELECT pg_advisory_unlock_all()");
    assert!(attack(&fixture, &mut session, "SELECT locks(4711)").is_err());
    assert_eq!(session.text(LOCKS), "0");
    session.run("ROLLBACK");
}

/// A cursor of nl_open runs in the caller's transaction, among whatever that prepares.
#[test]
fn a_cursor_of_nl_open_judges_what_was_prepared_meanwhile() {
    let (fixture, mut session) = asker("prepared_open");
    let sql = "SELECT locks(CASE WHEN id < 3 THEN -1 ELSE 4711 END) FROM generate_series(1, 10) AS id";
    fixture.double.answer("attack", Reply::sql(sql));
    session.run("BEGIN; SELECT nl_open('attack', 'answer')");
    assert_eq!(session.texts("FETCH 2 FROM answer").len(), 2);
    session.run("SELECT locks(5); SELECT pg_advisory_unlock_all()");
    session.run("SAVEPOINT before_fetch");
    assert!(session.try_texts("FETCH 2 FROM answer").is_err());
    session.run("ROLLBACK TO before_fetch");
    assert_eq!(session.text(LOCKS), "0");
    session.run("ROLLBACK");
}

/// To go back, the server would start the plan anew and compute what indexes are asked for, where nothing watches it.
#[test]
fn a_cursor_of_nl_open_goes_forward_only() {
    let (fixture, mut session) = asker("forward_open");
    fixture.double.answer("attack", Reply::sql("SELECT id FROM orders WHERE id >= 3 ORDER BY id"));
    session.run("CREATE INDEX ON orders (id); SET enable_seqscan = off");
    let steps = [
        "FETCH FIRST FROM answer",
        "FETCH PRIOR FROM answer",
        "MOVE ABSOLUTE 1 IN answer",
        "MOVE BACKWARD ALL IN answer",
    ];
    for back in steps {
        session.run("BEGIN; SELECT nl_open('attack', 'answer')");
        assert_eq!(session.text("SELECT is_scrollable FROM pg_cursors WHERE name = 'answer'"), "f");
        assert_eq!(session.texts("FETCH FIRST FROM answer"), ["3"], "nothing has been fetched yet");
        assert_eq!(session.texts("FETCH 2 FROM answer"), ["4", "5"]);
        assert_eq!(session.texts("FETCH ABSOLUTE 5 FROM answer"), ["7"]);
        assert_eq!(session.texts("FETCH FORWARD 1 FROM answer"), ["8"]);
        let error = session.error(back, "55000");
        assert_eq!(error.message(), "cursor can only scan forward", "{back}");
        session.run("ROLLBACK");
    }
}

/// Plans of prepared statements stay where no code was prepared that a sandbox has to judge again.
#[test]
fn plans_of_the_session_are_kept() {
    let (fixture, mut session) = asker("plans");
    session.run(
        "CREATE FUNCTION plain(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1 + 1'; CREATE INDEX ON orders (id)",
    );
    // Only the planner looks at these settings, so they tell whether it has planned again.
    session.run("SET plan_cache_mode = force_generic_plan; SET enable_indexscan = off; SET enable_bitmapscan = off");
    session.run("PREPARE mine AS SELECT id FROM orders WHERE id = $1; EXECUTE mine(1)");
    session.run("RESET enable_indexscan; RESET enable_bitmapscan; SET enable_seqscan = off");
    fixture.double.answer("attack", Reply::sql("SELECT plain(id) FROM orders"));
    for _ in 0..3 {
        session.texts(&nl_ask("attack"));
        assert!(session.texts("EXPLAIN EXECUTE mine(1)")[0].contains("Seq Scan"), "it was planned again");
    }
    // Code that was prepared outside has to be forgotten.
    session.run("SELECT locks(-1)");
    session.texts(&nl_ask("attack"));
    let plan = session.texts("EXPLAIN EXECUTE mine(1)");
    assert!(!plan[0].contains("Seq Scan"), "it was not forgotten: {plan:?}");
}

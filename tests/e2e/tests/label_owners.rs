//! Labels of owners nobody has reason to trust: they mask what is theirs, and nothing else.

use std::time::{Duration, Instant};

use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{Session, quote};

/// A session of the superuser who owns the shop, with some functions, and one of a role that may make tables in two schemas, one
/// of which everybody looks names up in.
fn asker_and_stranger(name: &str) -> (Fixture, Session, Session) {
    let fixture = Fixture::shop(name);
    let role = fixture.database.role("stranger");
    let mut superuser = fixture.database.session();
    superuser.run(&format!(
        "CREATE SCHEMA theirs AUTHORIZATION {role}; GRANT USAGE ON SCHEMA theirs TO PUBLIC;
         GRANT CREATE ON SCHEMA public TO {role};
         CREATE FUNCTION twice(a integer) RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN RETURN a * 2; END';
         CREATE FUNCTION customers_of(who text) RETURNS bigint LANGUAGE plpgsql STABLE AS
             'DECLARE n bigint; total bigint := 0; value bigint;
              BEGIN SELECT count(*) AS value INTO n FROM customers WHERE city = who; RETURN n + total; END';
         CREATE FUNCTION made(what text) RETURNS text LANGUAGE plpgsql STABLE AS
             $$ DECLARE r text; BEGIN EXECUTE 'SELECT min(x::text) FROM (' || what || ') q(x)' INTO r; RETURN r; END $$"
    ));
    let mut stranger = fixture.database.session_as(&role);
    stranger.run("SELECT allowed FROM nl_check('SELECT 1')");
    let mut asker = fixture.asker("postgres");
    asker.run("SET nl2sql.query_timeout = '20s'");
    (fixture, asker, stranger)
}

fn answer(asker: &mut Session, sql: &str) -> String {
    asker.texts(&format!("SELECT nl_run({})", quote(sql))).join("\n")
}

/// A stranger labels tables of their own by names that bodies of functions hold as words, or that others have too.
#[test]
fn a_strangers_labels_mask_nothing_of_others() {
    let (_fixture, mut asker, mut stranger) = asker_and_stranger("label_owners_names");
    let statements = [
        "SELECT twice(21) AS x",
        "SELECT customers_of('Berlin') > 0 AS x",
        "SELECT made('SELECT count(*) > 0 FROM public.customers') AS x",
    ];
    let before: Vec<String> = statements.iter().map(|sql| answer(&mut asker, sql)).collect();
    assert_eq!(before, [r#"{"x":42}"#, r#"{"x":true}"#, r#"{"x":"true"}"#]);
    for name in [
        "theirs.\"return\"",
        "theirs.customers",
        "theirs.who",
        "public.\"return\"",
        "public.\"select\"",
        "public.total",
        "public.value",
        "public.who",
    ] {
        stranger.run(&format!("CREATE TABLE {name} (a int); SECURITY LABEL FOR nl2sql ON TABLE {name} IS 'masked'"));
        let after: Vec<String> = statements.iter().map(|sql| answer(&mut asker, sql)).collect();
        assert_eq!(after, before, "after a label on {name}");
    }
}

/// What a stranger has labelled comes out of no function, whoever wrote it and however it reads.
#[test]
fn a_strangers_masked_values_stay_masked() {
    let (_fixture, mut asker, mut stranger) = asker_and_stranger("label_owners_values");
    stranger.run(
        "CREATE TABLE theirs.notes (id int, note text); INSERT INTO theirs.notes VALUES (1, 'secret note');
         SECURITY LABEL FOR nl2sql ON COLUMN theirs.notes.note IS 'masked'; GRANT SELECT ON theirs.notes TO PUBLIC;
         CREATE TABLE theirs.parent (id int, note text); CREATE TABLE theirs.child () INHERITS (theirs.parent);
         INSERT INTO theirs.child VALUES (1, 'secret note');
         SECURITY LABEL FOR nl2sql ON COLUMN theirs.child.note IS 'masked';
         GRANT SELECT ON theirs.parent, theirs.child TO PUBLIC",
    );
    asker.run(
        "CREATE FUNCTION qualified() RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT note FROM theirs . \"notes\"); END';
         CREATE FUNCTION by_path() RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT n.note FROM notes n); END';
         CREATE FUNCTION by_own_path() RETURNS text LANGUAGE sql STABLE SET search_path = theirs AS 'SELECT note FROM notes';
         CREATE FUNCTION by_callers_path() RETURNS text LANGUAGE plpgsql STABLE SET search_path = theirs, public AS
             'BEGIN RETURN by_path(); END';
         CREATE FUNCTION of_parent() RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT note FROM theirs.parent); END';
         CREATE FUNCTION parallel_one() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS
             'BEGIN RETURN (SELECT note FROM theirs.notes); END';
         CREATE FUNCTION rows_of_it() RETURNS TABLE (x text) LANGUAGE sql STABLE AS 'SELECT note FROM theirs.notes'",
    );
    asker.run(
        "CREATE TYPE pair AS (a text);
         CREATE FUNCTION to_text(pair) RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT note FROM theirs.notes); END';
         CREATE CAST (pair AS text) WITH FUNCTION to_text(pair);
         CREATE FUNCTION behind_a_cast() RETURNS text LANGUAGE plpgsql STABLE AS $$BEGIN RETURN CAST(ROW('x')::pair AS text); END$$;
         SET search_path = public, theirs",
    );
    let made = "made('SELECT note FROM theirs.notes')";
    for call in [
        "qualified()",
        "by_path()",
        "by_own_path()",
        "by_callers_path()",
        "of_parent()",
        "parallel_one()",
        made,
        "behind_a_cast()",
    ] {
        for sql in [format!("SELECT {call} AS x"), format!("SELECT q.x FROM {call} AS q(x)")] {
            comes_to_nothing(&mut asker, &sql);
        }
    }
    for sql in [
        "SELECT x FROM rows_of_it()",
        "SELECT x FROM rows_of_it() WHERE x LIKE 'secret%'",
        "SELECT rows_of_it() AS x",
        "SELECT left(made('SELECT note FROM theirs.parent'), 3) AS x",
    ] {
        comes_to_nothing(&mut asker, sql);
    }
}

#[track_caller]
fn comes_to_nothing(asker: &mut Session, sql: &str) {
    match asker.try_texts(&format!("SELECT nl_run({})", quote(sql))) {
        Ok(rows) => assert_eq!(rows, [r#"{"x":"***"}"#], "{sql}"),
        Err(error) => {
            let error = nl2sql_e2e::session::database_error(&error);
            assert_eq!(error.code().code(), "2F003", "{sql}: {error:?}");
            let is_told = ["reading the labelled relation theirs.", "telling masked values by the number of rows"]
                .iter()
                .any(|start| error.message().starts_with(start));
            assert!(is_told, "{sql}: {error:?}");
        }
    }
}

/// What labels cost does not depend on how many others have.
#[test]
fn thousands_of_a_strangers_labels_slow_nobody_down() {
    let (_fixture, mut asker, mut stranger) = asker_and_stranger("label_owners_many");
    stranger.run("SET statement_timeout = 0");
    for from in [0, 1000] {
        stranger.run(&format!(
            "DO $$ BEGIN FOR i IN {from} + 1..{from} + 1000 LOOP
                 EXECUTE format('CREATE TABLE theirs.t%s (a int)', i);
                 EXECUTE format('SECURITY LABEL FOR nl2sql ON TABLE theirs.t%s IS ''masked''', i);
             END LOOP; END $$"
        ));
    }
    asker.run(
        "DO $$ BEGIN FOR i IN 1..200 LOOP
             EXECUTE format('CREATE FUNCTION f%s(a int) RETURNS int LANGUAGE plpgsql STABLE AS
                             ''DECLARE x int; BEGIN SELECT count(*) INTO x FROM customers WHERE id > a; RETURN f%s(x); END''',
                            i, greatest(i - 1, 1));
         END LOOP; END $$;
         CREATE OR REPLACE FUNCTION f1(a int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1; END'",
    );
    let started = Instant::now();
    assert_eq!(answer(&mut asker, "SELECT f20(1) AS x"), r#"{"x":1}"#);
    let took = started.elapsed();
    assert!(took < Duration::from_secs(15), "{took:?}");
}

/// Tens of thousands of labelled columns of a stranger's cost others no more than the columns themselves, read or not.
#[test]
fn labels_on_columns_of_a_stranger_slow_no_first_question_down() {
    let (fixture, _superuser, mut stranger) = asker_and_stranger("label_owners_columns");
    stranger.run(
        "SET statement_timeout = 0;
         DO $$ BEGIN FOR i IN 1..20 LOOP
             EXECUTE format('CREATE TABLE theirs.w%s (%s)', i,
                            (SELECT string_agg('c' || j || ' int', ',') FROM generate_series(1, 1000) j));
         END LOOP; END $$",
    );
    let first_question = || {
        let mut asker = fixture.asker("postgres");
        asker.run("SET nl2sql.model = 'builtin'");
        let started = Instant::now();
        let answer = asker.texts("SELECT nl_ask('how many customers are there?')");
        assert!(answer.len() == 1 && answer[0].contains("count"), "{answer:?}");
        started.elapsed()
    };
    let before = first_question();
    for label in ["masked", "hidden"] {
        stranger.run(&format!(
            "DO $$ DECLARE r record; BEGIN
                 FOR r IN SELECT attrelid::regclass AS t, attname FROM pg_attribute
                          WHERE attrelid::regclass::text LIKE 'theirs.w%' AND attnum > 0 LOOP
                     EXECUTE format('SECURITY LABEL FOR nl2sql ON COLUMN %s.%I IS ''{label}''', r.t, r.attname);
                 END LOOP;
             END $$"
        ));
        // The machine may be busy with something else for one or two of them.
        let least = || (0..4).map(|_| first_question()).find(|took| *took < before * 2 + Duration::from_secs(1));
        assert!(least().is_some(), "{label}: each longer than twice {before:?} and a second");
        stranger.run("GRANT SELECT ON ALL TABLES IN SCHEMA theirs TO PUBLIC");
        let least = || (0..4).map(|_| first_question()).find(|took| *took < before * 2 + Duration::from_secs(3));
        assert!(least().is_some(), "{label}, readable: each longer than twice {before:?} and three seconds");
        stranger.run("REVOKE SELECT ON ALL TABLES IN SCHEMA theirs FROM PUBLIC");
    }
}

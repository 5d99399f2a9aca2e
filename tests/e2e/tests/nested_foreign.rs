//! What code behind a function reads is judged like what the statement reads: foreign tables by their server, system
//! catalogs, row locks.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::server::lacks;
use nl2sql_e2e::session::{Session, nl_ask, quote};

const SCHEMA: &str = "
    CREATE EXTENSION postgres_fdw; CREATE EXTENSION file_fdw;
    CREATE TABLE loot (x int); CREATE TABLE staff (id int); INSERT INTO staff VALUES (1);
    CREATE FUNCTION writes() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN INSERT INTO public.loot VALUES (1); RETURN 1; END';
    CREATE VIEW writing AS SELECT writes() AS n;
    CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{port}', dbname '{database}', use_remote_estimate 'true');
    CREATE USER MAPPING FOR PUBLIC SERVER loop OPTIONS (user 'postgres', password_required 'false');
    CREATE FOREIGN TABLE remote_writing (n int) SERVER loop OPTIONS (table_name 'writing');
    CREATE FOREIGN TABLE remote_staff (id int) SERVER loop OPTIONS (table_name 'staff');
    CREATE SERVER disk FOREIGN DATA WRAPPER file_fdw;
    CREATE FOREIGN TABLE host (line text) SERVER disk OPTIONS (filename '/etc/hostname');
    CREATE TABLE parent (n int);
    CREATE FOREIGN TABLE child () INHERITS (parent) SERVER loop OPTIONS (table_name 'writing');
    CREATE VIEW behind AS SELECT n FROM remote_writing;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;
    CREATE FUNCTION remote_sql() RETURNS SETOF int LANGUAGE sql STABLE AS 'SELECT n FROM public.remote_writing';
    CREATE FUNCTION remote_scalar() RETURNS int LANGUAGE sql STABLE AS 'SELECT n FROM public.remote_writing';
    CREATE FUNCTION remote_pl() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT max(n) FROM public.remote_writing); END';
    CREATE FUNCTION remote_text() RETURNS int LANGUAGE plpgsql STABLE AS
        $$ DECLARE r int; BEGIN EXECUTE 'SELECT n FROM public.remote_writing' INTO r; RETURN r; END $$;
    CREATE FUNCTION remote_loop() RETURNS int LANGUAGE plpgsql STABLE AS
        $$ DECLARE r int; BEGIN FOR r IN SELECT n FROM public.remote_writing LOOP RETURN r; END LOOP; RETURN 0; END $$;
    CREATE FUNCTION remote_cursor() RETURNS int LANGUAGE plpgsql STABLE AS
        $$ DECLARE c refcursor; r int; BEGIN OPEN c FOR SELECT n FROM public.remote_writing; FETCH c INTO r; RETURN r; END $$;
    CREATE FUNCTION remote_child() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT max(n) FROM public.parent); END';
    CREATE FUNCTION remote_view() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT max(n) FROM public.behind); END';
    CREATE FUNCTION remote_deep() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN public.remote_scalar(); END';
    CREATE FUNCTION remote_xml() RETURNS text LANGUAGE plpgsql STABLE AS
        $$ BEGIN RETURN query_to_xml('SELECT n FROM public.remote_writing', true, true, ''); END $$;
    CREATE FUNCTION planned_only() RETURNS int LANGUAGE plpgsql STABLE AS
        $$ BEGIN IF random() < 2 THEN RETURN 1; END IF; RETURN (SELECT max(n) FROM public.remote_writing); END $$;
    CREATE FUNCTION file_sql() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT line FROM public.host';
    CREATE FUNCTION remote_id() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT max(id) FROM public.remote_staff); END';
    CREATE FUNCTION catalog() RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT max(rolpassword) FROM pg_authid); END';
    CREATE FUNCTION catalog_sql() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT rolpassword FROM pg_authid';
    CREATE VIEW roles AS SELECT rolname FROM pg_roles; GRANT SELECT ON roles TO PUBLIC;
    CREATE FUNCTION by_view() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT count(*) FROM public.roles); END';";

const OUTSIDE: &[&str] = &[
    "SELECT n FROM remote_writing",
    "SELECT * FROM remote_sql()",
    "SELECT remote_scalar()",
    "SELECT remote_pl()",
    "SELECT remote_text()",
    "SELECT remote_loop()",
    "SELECT remote_cursor()",
    "SELECT remote_child()",
    "SELECT remote_view()",
    "SELECT remote_deep()",
    "SELECT remote_xml()",
    "SELECT * FROM file_sql()",
    "SELECT n FROM parent",
    "SELECT n FROM behind",
    "SELECT remote_id()",
];

fn fixture(name: &str) -> (Fixture, Session) {
    let mut fixture = Fixture::empty(name);
    let port = fixture.database.cluster.port().to_string();
    fixture.session.run(&SCHEMA.replace("{port}", &port).replace("{database}", &fixture.database.name));
    let mut session = fixture.asker("postgres");
    session.run("SET nl2sql.max_attempts = 1");
    (fixture, session)
}

/// Sessions that this one has opened on its own server, in its own database: other tests open some in theirs.
fn connections(fixture: &Fixture) -> String {
    fixture.database.session().text(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'postgres_fdw' AND datname = current_database()",
    )
}

#[test]
fn no_function_reaches_outside() {
    if lacks(&["postgres_fdw", "file_fdw"]) {
        return;
    }
    let (mut fixture, mut session) = fixture("outside");
    let mut failures = Vec::new();
    for sql in OUTSIDE {
        fixture.double.answer("attack", Reply::sql(sql));
        match session.try_texts(&nl_ask("attack")) {
            Err(error) if error.code().is_some_and(|code| code.code() == "2F003") => {}
            other => failures.push(format!("{sql}: {other:?}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(fixture.session.text("SELECT count(*) FROM loot"), "0", "rows written on the other side");
    assert_eq!(connections(&fixture), "0", "not even to plan");
    // What is planned and never run stays inside as well.
    fixture.double.answer("attack", Reply::sql("SELECT planned_only() AS n"));
    assert_eq!(session.ask("attack")[0]["n"], 1);
    assert_eq!(connections(&fixture), "0");
}

#[test]
fn plans_made_before_are_judged_when_they_run() {
    if lacks(&["postgres_fdw", "file_fdw"]) {
        return;
    }
    let (mut fixture, mut session) = fixture("outside_planned");
    session.run("SELECT remote_id(), remote_id(), remote_id(), remote_id(), remote_id(), remote_id(), remote_id()");
    fixture.double.answer("attack", Reply::sql("SELECT remote_id()"));
    session.ask_error("attack", "2F003");
    assert_eq!(fixture.session.text("SELECT count(*) FROM loot"), "0");
}

#[test]
fn servers_that_are_allowed_are_read_through_functions_too() {
    if lacks(&["postgres_fdw", "file_fdw"]) {
        return;
    }
    let (mut fixture, mut session) = fixture("outside_allowed");
    session.run("SET nl2sql.allow_servers = 'loop'");
    fixture.double.answer("attack", Reply::sql("SELECT remote_id() AS n"));
    assert_eq!(session.ask("attack")[0]["n"], 1);
    // Names are compared whole: a server is no list.
    let port = fixture.database.cluster.port();
    let database = fixture.database.name.clone();
    fixture.session.run(&format!(
        "CREATE SERVER \"a,b\" FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{port}', dbname '{database}');
         CREATE USER MAPPING FOR PUBLIC SERVER \"a,b\" OPTIONS (user 'postgres', password_required 'false');
         CREATE FOREIGN TABLE listed (id int) SERVER \"a,b\" OPTIONS (table_name 'staff');
         CREATE FUNCTION listed_pl() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT max(id) FROM public.listed); END'"
    ));
    for (servers, code) in [("a, b", "2F003"), ("\"a,b\"", "NULL"), ("a,b,loop", "2F003"), ("loop, \"a,b\"", "NULL")] {
        session.run(&format!("SET nl2sql.allow_servers = {}", quote(servers)));
        assert_eq!(session.text("SELECT sqlstate FROM nl_check('SELECT id FROM listed')"), code, "{servers}");
        fixture.double.answer("attack", Reply::sql("SELECT listed_pl() AS n"));
        let asked = session.try_texts(&nl_ask("attack"));
        assert_eq!(asked.is_ok(), code == "NULL", "{servers}: {asked:?}");
    }
}

#[test]
fn system_catalogs_are_no_more_open_to_functions_than_to_statements() {
    if lacks(&["postgres_fdw", "file_fdw"]) {
        return;
    }
    let (fixture, mut session) = fixture("catalogs");
    for sql in ["SELECT catalog()", "SELECT * FROM catalog_sql()"] {
        fixture.double.answer("attack", Reply::sql(sql));
        session.ask_error("attack", "2F003");
    }
    // A view is its owner's affair, wherever it is read.
    fixture.double.answer("attack", Reply::sql("SELECT by_view() > 0 AS n"));
    assert_eq!(session.ask("attack")[0]["n"], true);
    session.run("SET nl2sql.schemas = 'public, pg_catalog'");
    fixture.double.answer("attack", Reply::sql("SELECT catalog() IS NULL AS n"));
    assert_eq!(session.ask("attack")[0]["n"], true);
}

/// A read-only transaction lets rows of temporary tables be locked, which gives it a number.
#[test]
fn no_function_locks_rows() {
    if lacks(&["postgres_fdw", "file_fdw"]) {
        return;
    }
    let (fixture, mut session) = fixture("row_locks");
    session.run("CREATE TEMP TABLE mine (id int); INSERT INTO mine VALUES (1)");
    // STABLE functions may not lock rows, but they may call those that do.
    session.run(
        "CREATE FUNCTION locks_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS
             'DECLARE r int; BEGIN SELECT id INTO r FROM mine FOR UPDATE; RETURN r; END';
         CREATE FUNCTION locks() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN locks_inside(); END';
         CREATE FUNCTION shares_inside() RETURNS int LANGUAGE plpgsql VOLATILE AS
             $$ DECLARE r int; BEGIN EXECUTE 'SELECT id FROM mine FOR KEY SHARE' INTO r; RETURN r; END $$;
         CREATE FUNCTION shares() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN shares_inside(); END'",
    );
    for function in ["locks", "shares"] {
        fixture.double.answer("attack", Reply::sql(&format!("SELECT {function}()")));
        session.run("BEGIN; SAVEPOINT ask");
        let asked = session.try_texts(&nl_ask("attack"));
        assert!(asked.is_err(), "{asked:?}");
        session.run("ROLLBACK TO ask");
        assert_eq!(session.text("SELECT pg_current_xact_id_if_assigned()"), "NULL");
        session.run("ROLLBACK");
    }
}

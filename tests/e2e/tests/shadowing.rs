//! What changes under the guard's feet: names that mean something else through search_path, when the extension is made
//! and when it runs, and objects that are replaced between the check and the run.

use std::thread;

use nl2sql_e2e::attack::Target;
use nl2sql_e2e::cluster::{Content, shared};
use nl2sql_e2e::double::{Gate, Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, server};
use nl2sql_e2e::server::lacks;
use nl2sql_e2e::session::{nl_ask, quote};

const HOSTILE: &str = include_str!("../sql/hostile.sql");
const FIRST: &str = "SET search_path = hostile, pg_catalog, public";

const STAFF: &str = "CREATE TABLE staff (id int, name text); INSERT INTO staff VALUES (1, 'Ada'), (2, 'Ben');
    GRANT SELECT ON staff TO PUBLIC;
    CREATE FUNCTION wipe() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN DELETE FROM staff; RETURN 1; END';";

/// The extension's own SQL means PostgreSQL's functions, operators, types and catalogs whatever stands before them.
#[test]
fn a_hostile_schema_does_not_reach_the_extensions_own_sql() {
    let mut target = Target::new("hostile", false, &format!("{STAFF} {HOSTILE}"));
    target.asker.run(FIRST);
    target.watch_anew();
    for sql in ["SELECT 1", "SELECT count(*) FROM public.staff", "SELECT name, upper(name) FROM public.staff"] {
        assert_eq!(target.check(sql), Ok(()), "{sql}");
        assert!(target.ask(sql).is_ok(), "{sql}");
        target.assert_unmoved(sql);
    }
    target.asker.text("SELECT public.nl_prompt('who is there')::pg_catalog.varchar");
    target.asker.run("SET nl2sql.model = 'builtin'");
    assert_eq!(target.asker.texts("SELECT public.nl_ask('how many staff')::pg_catalog.varchar").len(), 1);
    target.asker.run("SELECT * FROM public.nl_health()");
    // With the schema in front the model's own text means it, and that is judged: it is not refused for its names, but
    // a superuser's function may be called, and an error is an error.
    target.asker.run("SET nl2sql.model = 'gpt'");
    assert_eq!(target.ask("SELECT lower(name) FROM public.staff"), Err("P0001".to_owned()));
}

/// Where rows are is told by the tables of Citus, and by no others with their names.
#[test]
fn tables_named_like_those_of_citus_tell_nothing() {
    let fakes = "CREATE TABLE pg_dist_partition (logicalrelid regclass, partmethod text, partkey text, colocationid int, repmodel text);
        INSERT INTO pg_dist_partition VALUES ('staff', 'n', '', 1, 't');
        CREATE TABLE pg_dist_local_group (groupid int); CREATE TABLE pg_dist_placement (groupid int, shardid int);
        CREATE TABLE pg_dist_shard (logicalrelid regclass, shardid int);
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;";
    let mut target = Target::new("citus_names", false, &format!("{STAFF} {fakes}"));
    target.asker.run("SET search_path = public, pg_catalog");
    let prompt = target.asker.text("SELECT public.nl_prompt('who is there')::pg_catalog.varchar");
    assert!(prompt.contains("table staff") && prompt.contains("table pg_dist_shard"), "{prompt}");
    assert!(!prompt.contains("on every node"), "{prompt}");
}

/// Of others, what shadows PostgreSQL's own is refused, whatever it is called.
#[test]
fn what_others_put_before_pg_catalog_is_refused() {
    let schema = format!(
        "{STAFF} CREATE ROLE e2e_mal; CREATE SCHEMA hostile AUTHORIZATION e2e_mal;
        GRANT USAGE ON SCHEMA hostile TO PUBLIC; SET ROLE e2e_mal;
        CREATE FUNCTION hostile.lower(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN current_user; END';
        CREATE FUNCTION hostile.random() RETURNS float8 LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 1; END';
        CREATE FUNCTION hostile.same(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN true; END';
        CREATE OPERATOR hostile.= (LEFTARG = text, RIGHTARG = text, FUNCTION = hostile.same);
        CREATE FUNCTION hostile.step(bigint, int) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
        CREATE AGGREGATE hostile.sum(int) (SFUNC = hostile.step, STYPE = bigint);
        CREATE DOMAIN hostile.date AS pg_catalog.date CHECK (hostile.lower('x') = 'x');
        RESET ROLE;"
    );
    let mut target = Target::new("others", true, &schema);
    target.asker.run(FIRST);
    target.watch_anew();
    let attacks = [
        "SELECT lower(name) FROM staff",
        "SELECT random()",
        "SELECT 1 FROM staff WHERE name = 'Ada'",
        "SELECT 1 FROM staff WHERE name IN ('Ada', 'Ben')",
        "SELECT 1 FROM staff a JOIN staff b USING (name)",
        "SELECT CASE name WHEN 'Ada' THEN 1 END FROM staff",
        "SELECT NULLIF(name, 'Ada') FROM staff",
        "SELECT name IS DISTINCT FROM 'Ada' FROM staff",
        "SELECT sum(id) FROM staff",
        "SELECT sum(id) OVER () FROM staff",
        "SELECT '2026-01-01'::date",
        "SELECT date '2026-01-01'",
    ];
    target.attack_with(&attacks, Some("2F003"));
    // Grouping, sorting and hashing use the type's own operators, which no search_path changes.
    for sql in ["SELECT name FROM staff GROUP BY name ORDER BY name", "SELECT DISTINCT name FROM staff"] {
        assert_eq!(target.ask(sql), Ok(2), "{sql}");
    }
    target.asker.run("RESET search_path");
    target.fixture.session.run("DROP OWNED BY e2e_mal; DROP ROLE e2e_mal");
}

/// Temporary objects come first too: tables and types are the session's own, functions and operators are never found.
#[test]
fn temporary_objects_hide_nothing() {
    let mut target = Target::new("temporary", false, STAFF);
    target.asker.run(
        "CREATE TEMP TABLE staff (id int, name text); INSERT INTO staff VALUES (7, 'Temp');
        CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 1; END';
        CREATE FUNCTION pg_temp.bad(int) RETURNS boolean LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN true; END';
        CREATE DOMAIN pg_temp.date AS pg_catalog.date CHECK (pg_temp.bad(1));
        CREATE VIEW pg_temp.sly AS SELECT pg_sleep(10) IS NULL",
    );
    target.watch_anew();
    target.fixture.double.answer("attack", Reply::sql("SELECT id FROM staff"));
    assert_eq!(target.asker.ask("attack")[0]["id"], 7, "as in any query of the session");
    assert_eq!(target.ask("SELECT lower(name) FROM staff"), Ok(1), "PostgreSQL's own");
    target.attack("SELECT pg_temp.lower(name) FROM staff", Some("2F003"));
    target.attack("SELECT '2026-01-01'::pg_temp.date", Some("2F003"));
    target.attack("SELECT '2026-01-01'::date", Some("2F003"));
    target.attack("SELECT * FROM sly", Some("2F003"));
}

/// Made while a hostile schema comes first, the extension is what it is anywhere else.
#[test]
fn the_extension_is_made_under_a_hostile_search_path() {
    let database = shared().database("made", Content::Bare);
    let mut session = database.session();
    session.run(HOSTILE);
    session.run(FIRST);
    session.run("CREATE EXTENSION nl2sql SCHEMA public");
    session.run("RESET search_path");
    let foreign = "SELECT count(*) FROM pg_depend d JOIN pg_depend m ON m.classid = d.classid AND m.objid = d.objid
        WHERE m.deptype = 'e' AND m.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'nl2sql')
        AND d.refclassid IN ('pg_type'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass) AND d.deptype = 'n'
        AND (d.refclassid, d.refobjid) IN (
            SELECT 'pg_type'::regclass, oid FROM pg_type WHERE typnamespace = 'hostile'::regnamespace
            UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = 'hostile'::regnamespace)";
    assert_eq!(session.text(foreign), "0", "an object of the extension uses one of the hostile schema");
    assert_eq!(session.text("SELECT allowed FROM nl_check('SELECT 1')"), "t");
    let double = nl2sql_e2e::double::Double::start();
    session.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
}

/// Operators of somebody's for pairs of types, exact where the server has none, wait in the schema that the extension is made in.
const PLANTED: &str = "CREATE ROLE e2e_planter; GRANT CREATE ON SCHEMA public TO e2e_planter; SET ROLE e2e_planter;
    DO $$ DECLARE one regtype; other regtype; operator text;
        types regtype[] := '{oid,\"char\",int2,int4,int8,numeric,float8,bool,text,varchar,name,regrole,regclass,timestamptz,interval,jsonb}';
    BEGIN
        FOREACH one IN ARRAY types LOOP FOREACH other IN ARRAY types LOOP
            EXECUTE pg_catalog.format('CREATE FUNCTION public.spy(%s, %s) RETURNS boolean LANGUAGE plpgsql AS ''BEGIN RETURN true; END''',
                one, other);
            FOREACH operator IN ARRAY ARRAY['=', '<>', '<', '>', '<=', '>=', '~', '~~', '-', '+', '*', '||'] LOOP
                EXECUTE pg_catalog.format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.spy)',
                    operator, one, other);
            END LOOP;
        END LOOP; END LOOP;
    END $$; RESET ROLE;";

/// No policy, view, check or default calls what others put beside it, as it would run as everybody who reads the table.
#[test]
fn operators_that_wait_for_the_extension_are_not_used() {
    for (name, made) in [
        ("planted", "CREATE EXTENSION nl2sql"),
        ("planted_before", "CREATE EXTENSION nl2sql VERSION '0.1.0'; ALTER EXTENSION nl2sql UPDATE"),
    ] {
        let database = shared().database(name, Content::Bare);
        let mut session = database.session();
        session.run(PLANTED);
        session.run(made);
        // Else the operators that wait would answer.
        session.run("SET search_path = pg_catalog");
        let used =
            "SELECT pg_catalog.string_agg(pg_describe_object(d.classid, d.objid, d.objsubid), ', ') FROM pg_depend d
            WHERE d.refclassid = 'pg_operator'::regclass AND d.refobjid >= 16384
               OR d.refclassid = 'pg_proc'::regclass AND d.refobjid IN (SELECT oid FROM pg_proc WHERE proname = 'spy')
                   AND d.classid <> 'pg_operator'::regclass";
        assert_eq!(session.text(&format!("SELECT coalesce(({used}), '')")), "", "{made}");
        session.run("DROP OWNED BY e2e_planter; DROP ROLE e2e_planter");
    }
}

/// What somebody left under the extension's names is not taken over.
#[test]
fn functions_that_wait_for_the_extension_are_not_adopted() {
    let database = shared().database("adopted", Content::Bare);
    let mut session = database.session();
    session.run("CREATE FUNCTION public.nl_check(sql text) RETURNS integer LANGUAGE sql AS 'SELECT 1'");
    session.error("CREATE EXTENSION nl2sql SCHEMA public", "42723");
}

/// While the model thinks, the table becomes a view that writes: what runs is what is judged.
#[test]
fn a_relation_replaced_while_the_model_thinks_is_judged_anew() {
    let mut target = Target::new("replaced", false, STAFF);
    let sql = "SELECT id FROM staff";
    assert_eq!(target.ask(sql), Ok(2));
    let gate = Gate::closed();
    target.fixture.double.answer("later", Reply::sql(sql).behind(&gate));
    target.fixture.double.clear();
    let role = target.asker.text("SELECT current_user");
    let mut asker = target.fixture.asker(&role);
    asker.run("SET nl2sql.max_attempts = 1");
    let asking = thread::spawn(move || asker.try_texts(&nl_ask("later")).map_err(|error| error.code().cloned()));
    target.fixture.wait_for_requests(1);
    target.fixture.session.run(
        "ALTER TABLE staff RENAME TO kept; CREATE VIEW staff AS SELECT id, wipe() FROM kept;
        GRANT SELECT ON staff TO PUBLIC",
    );
    gate.open();
    let refused = asking.join().expect("the asker").expect_err("a view that writes");
    assert_eq!(refused.expect("an SQLSTATE").code(), "2F003");
    assert_eq!(target.fixture.session.text("SELECT count(*) FROM kept"), "2");
    target.watch_anew();
    target.attack(sql, Some("2F003"));
}

/// A verdict is of the moment: what is replaced after it, in another session, is judged anew.
#[test]
fn what_is_replaced_after_a_check_is_judged_anew() {
    let Fixture { database, double, mut session } = Fixture::empty("anew");
    let mut other = database.session();
    session.run("CREATE TABLE staff (id int); INSERT INTO staff VALUES (1);
        CREATE VIEW seen AS SELECT id FROM staff;
        CREATE FUNCTION f(int) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1';
        CREATE DOMAIN small AS int; CREATE FUNCTION g(int) RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 1; END';
        SET nl2sql.max_attempts = 1");
    for (sql, change) in [
        ("SELECT * FROM seen", "CREATE OR REPLACE VIEW seen AS SELECT id + g(id) AS id FROM staff"),
        ("SELECT f(id) FROM staff", "ALTER FUNCTION f(int) VOLATILE"),
        ("SELECT id::small FROM staff", "ALTER DOMAIN small ADD CHECK (g(VALUE) > 0)"),
        ("SELECT id FROM staff", "ALTER TABLE staff RENAME TO old; CREATE VIEW staff AS SELECT g(1) AS id"),
    ] {
        let verdict = format!("SELECT coalesce(sqlstate, 'allowed') FROM nl_check({})", quote(sql));
        double.answer("again", Reply::sql(sql));
        assert_eq!(session.text(&verdict), "allowed", "{sql}");
        assert_eq!(session.ask("again").len(), 1, "{sql}");
        other.run(change);
        assert_eq!(session.text(&verdict), "2F003", "{sql} after {change}");
        session.ask_error("again", "2F003");
    }
}

/// A superuser may name foreign servers whose tables can be read.
#[test]
fn tables_of_named_servers_are_read() {
    if lacks(&["file_fdw"]) {
        return;
    }
    let Fixture { database, double, mut session } = Fixture::empty("servers");
    let file = database.cluster.server_file("servers.txt", "one\ntwo\n");
    session.run(&format!(
        "CREATE EXTENSION file_fdw; CREATE SERVER disk FOREIGN DATA WRAPPER file_fdw;
        CREATE FOREIGN TABLE lines (line text) SERVER disk OPTIONS (filename {})",
        quote(&file)
    ));
    double.answer("lines", Reply::sql("SELECT line FROM lines"));
    session.run("SET nl2sql.max_attempts = 1");
    session.ask_error("lines", "2F003");
    session.run("SET nl2sql.allow_servers = 'other, disk'");
    assert_eq!(session.ask("lines").len(), 2);
    session.run("SET nl2sql.allow_servers = 'other'");
    session.ask_error("lines", "2F003");
    let role = database.role("plain");
    let mut plain = database.session_as(&role);
    plain.run("SELECT * FROM nl_check('SELECT 1')");
    plain.error("SET nl2sql.allow_servers = 'disk'", "42501");
}

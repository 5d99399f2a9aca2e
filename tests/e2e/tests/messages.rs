//! What the server says while a statement is analyzed, planned, run and fetched: who hears it, and what it may quote.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::server::lacks;
use nl2sql_e2e::session::{Session, nl_ask, quote};

const SECRET: &str = "hunter2-stored-password";

/// A table whose one row must not get to a model, and code that fails on it in many ways and at many times.
const SETTINGS: &str = "
    CREATE TABLE app_settings (key text PRIMARY KEY, value text);
    INSERT INTO app_settings VALUES ('smtp', 'hunter2-stored-password');
    ANALYZE app_settings;
    CREATE FUNCTION setting(text) RETURNS text LANGUAGE sql STABLE AS 'SELECT value FROM public.app_settings WHERE key = $1';
    CREATE FUNCTION int_setting(k text) RETURNS integer LANGUAGE plpgsql STABLE
        AS 'BEGIN RETURN (SELECT value FROM public.app_settings WHERE key = k)::integer; END';
    CREATE FUNCTION int_setting_sql(k text) RETURNS integer LANGUAGE sql STABLE
        AS 'SELECT max(value)::integer FROM public.app_settings WHERE key = k';
    CREATE FUNCTION column_of_setting(k text) RETURNS integer LANGUAGE plpgsql STABLE AS $$
        DECLARE r integer; BEGIN EXECUTE format('SELECT %I FROM public.orders', setting(k)) INTO r; RETURN r; END $$;
    CREATE FUNCTION raises(k text, code text) RETURNS integer LANGUAGE plpgsql STABLE AS $$
        BEGIN RAISE EXCEPTION 'column \"%\" does not exist', setting(k) USING ERRCODE = code, HINT = setting(k), DETAIL = setting(k); END $$;
    CREATE FUNCTION raises_code(k text) RETURNS integer LANGUAGE plpgsql STABLE AS $$
        BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '22' || upper(translate(left(setting(k), 3), '-', '0')); END $$;
    CREATE FUNCTION is_even(integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
        BEGIN RAISE EXCEPTION 'column \"%\" does not exist', setting('smtp') USING ERRCODE = '42703'; END $$;
    CREATE DOMAIN even AS integer CHECK (is_even(VALUE));
    CREATE FUNCTION takes_even(even) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
    CREATE FUNCTION dear(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
        AS $$ BEGIN RAISE EXCEPTION 'cannot compare % and %', $1, $2; END $$;
    CREATE OPERATOR <<<>>> (LEFTARG = text, RIGHTARG = text, FUNCTION = dear, RESTRICT = eqsel);";

/// What the model was told about the draft that failed.
fn report_of(fixture: &mut Fixture, sql: &str) -> Option<String> {
    fixture.double.clear();
    fixture.double.answer("try", [Reply::sql(sql), Reply::sql("SELECT 7 AS n")]);
    let _ = fixture.session.try_ask("try");
    let chats = fixture.double.chats();
    chats.get(1).map(|chat| chat.messages().last().expect("a repair").1.clone())
}

#[test]
fn rows_reach_no_model_whenever_the_statement_fails() {
    let mut fixture = Fixture::shop("messages_model");
    fixture.session.run(SETTINGS);
    let mut repaired = 0;
    for sql in [
        "SELECT id FROM orders WHERE id = int_setting('smtp')",
        "SELECT id FROM orders WHERE id > int_setting_sql('smtp')",
        "SELECT id FROM orders WHERE id = column_of_setting('smtp')",
        "SELECT column_of_setting('smtp')",
        "SELECT raises('smtp', '42703')",
        "SELECT id FROM orders WHERE id = raises('smtp', '42P01')",
        "SELECT raises('smtp', '22012')",
        "SELECT takes_even('2')",
        "SELECT takes_even(2)",
        "SELECT key FROM app_settings WHERE value <<<>>> 'x'",
        "SELECT value::integer FROM app_settings",
        "SELECT value::regclass FROM app_settings",
        "SELECT value::regtype FROM app_settings",
        "SELECT value::order_status FROM app_settings",
        "SELECT to_tsquery(value || ' <') FROM app_settings",
        "SELECT raises_code('smtp')",
    ] {
        let told = report_of(&mut fixture, sql);
        repaired += usize::from(told.is_some());
        let told = told.unwrap_or_default();
        assert!(!told.contains(SECRET), "{sql}: {told}");
        assert!(!told.contains("22HUN"), "{sql}: a made-up SQLSTATE is data too: {told}");
    }
    assert!(repaired >= 10, "only {repaired} were worth a repair, so little was told at all");
}

/// A model that gets a name wrong is told which, in the server's words: those hold nothing but the statement's own names.
#[test]
fn a_model_is_told_which_name_is_wrong() {
    let mut fixture = Fixture::shop("messages_names");
    for (sql, expected) in [
        ("SELECT nmae FROM customers", "column \"nmae\" does not exist"),
        ("SELECT c.nmae FROM customers c", "column c.nmae does not exist"),
        ("SELECT * FROM custmers", "relation \"custmers\" does not exist"),
        ("SELECT length(id) FROM customers", "function length(integer) does not exist"),
        ("SELECT name FROM customers GROUP BY city", "must appear in the GROUP BY clause"),
        ("SELECT id FROM customers c JOIN orders o ON o.customer_id = c.id", "column reference \"id\" is ambiguous"),
        ("SELECT name FRM customers x y", "syntax error at or near"),
    ] {
        let told = report_of(&mut fixture, sql).unwrap_or_else(|| panic!("{sql} is not repaired"));
        assert!(told.contains(expected) && told.contains("at character"), "{sql}: {told}");
    }
    let told = report_of(&mut fixture, "SELECT 1 / (id - id) FROM customers").expect("it is repaired");
    assert!(told.contains("SQLSTATE 22000") && told.contains("division"), "the class, in words of our own: {told}");
    let analyst = fixture.analyst("GRANT SELECT (id, name) ON customers TO {role}");
    let mut session = analyst.1;
    fixture.double.clear();
    fixture.double.answer("try", [Reply::sql("SELECT * FROM customers GROUP BY id + 1"), Reply::sql("SELECT 7 AS n")]);
    let _ = session.try_ask("try");
    let told = fixture.double.chats().get(1).map(|chat| chat.messages().last().unwrap().1.clone());
    assert!(!told.unwrap_or_default().contains("signed_up"), "names that are not the statement's own stay here");
}

const MASKED: &str = "
    CREATE FUNCTION noisy(text) RETURNS integer LANGUAGE plpgsql STABLE AS $$ BEGIN
        RAISE INFO 'info %', $1; RAISE NOTICE 'notice %', $1; RAISE WARNING 'warning %', $1; RAISE LOG 'log %', $1;
        RETURN 1; END $$;
    CREATE FUNCTION noisy_loud(text) RETURNS integer LANGUAGE plpgsql STABLE SET client_min_messages = debug1
        SET log_min_messages = debug1 AS $$ BEGIN RAISE NOTICE 'notice %', $1; RAISE DEBUG 'debug %', $1; RETURN 1; END $$;
    CREATE FUNCTION noisy_within(n integer) RETURNS integer LANGUAGE plpgsql STABLE AS $$ BEGIN
        RAISE WARNING 'warning %', (SELECT email FROM public.customers WHERE id = n); RETURN 1; END $$;
    CREATE FUNCTION fails_within(n integer, code text) RETURNS integer LANGUAGE plpgsql STABLE AS $$ BEGIN
        RAISE EXCEPTION '%', (SELECT email FROM public.customers WHERE id = n) USING ERRCODE = code; END $$;
    CREATE FUNCTION dear(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
        AS $$ BEGIN RAISE EXCEPTION 'cannot compare % and %', $1, $2; END $$;
    CREATE FUNCTION loud(text, text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
        AS $$ BEGIN RAISE WARNING 'comparing % and %', $1, $2; RETURN true; END $$;
    CREATE OPERATOR <<<>>> (LEFTARG = text, RIGHTARG = text, FUNCTION = dear, RESTRICT = eqsel);
    CREATE OPERATOR <<<->>> (LEFTARG = text, RIGHTARG = text, FUNCTION = loud, RESTRICT = eqsel);
    CREATE TABLE contacts (id integer, address text);
    INSERT INTO contacts SELECT id % 3, 'secret-' || id % 3 FROM customers;
    ANALYZE contacts;
    CREATE VIEW known AS SELECT id FROM contacts WHERE address <<<->>> 'x';
    CREATE VIEW unknown AS SELECT id FROM contacts WHERE address <<<>>> 'x';
    SECURITY LABEL FOR nl2sql ON COLUMN contacts.address IS 'masked';";

fn masked(name: &str) -> (Fixture, Vec<String>) {
    let mut fixture = Fixture::shop(name);
    let address = fixture.session.text("SELECT email FROM customers WHERE id = 1");
    fixture.session.run("SECURITY LABEL FOR nl2sql ON COLUMN customers.email IS 'masked'");
    fixture.session.run(MASKED);
    fixture.session.run("SET nl2sql.max_attempts = 1");
    fixture.session.notices();
    (fixture, vec![address, "secret-1".to_owned(), "secret-0".to_owned()])
}

fn heard(session: &mut Session, sql: &str) -> String {
    let result = session.try_texts(sql);
    format!("{:?} {:?}", session.notices(), result.err())
}

/// Statements on masked values that the server has something to say of.
const NOISE: [&str; 14] = [
    "SELECT count(('<a xmlns=\"' || email || '\"/>')::xml::text) AS n FROM customers WHERE id <= 2",
    "SELECT count(('<a xml:space=\"' || email || '\"/>')::xml::text) AS n FROM customers WHERE id <= 2",
    "SELECT count(noisy(email)) AS n FROM customers WHERE id = 1",
    "SELECT count(noisy_loud(email)) AS n FROM customers WHERE id = 1",
    "SELECT noisy_within(1) AS n",
    "SELECT id FROM known",
    "SELECT id FROM unknown",
    "SELECT id FROM contacts WHERE address <<<>>> 'x'",
    "SELECT id FROM contacts WHERE address <<<->>> 'x'",
    "SELECT fails_within(1, '42703')",
    "SELECT fails_within(1, '2F003')",
    "SELECT fails_within(1, '57014')",
    "SELECT id FROM customers WHERE id = fails_within(1, '22012')",
    "SELECT id FROM customers WHERE email::text::date > current_date",
];

#[test]
fn masked_values_are_in_no_message_of_any_level() {
    let (mut fixture, values) = masked("messages_masked");
    for level in ["notice", "debug5"] {
        fixture.session.run(&format!("SET client_min_messages = {level}"));
        for sql in NOISE {
            fixture.double.answer("try", Reply::sql(sql));
            for call in [
                "SELECT nl_ask('try')".to_owned(),
                "SELECT * FROM nl_query('try') AS t(n integer)".to_owned(),
                "SELECT nl_chart('try')".to_owned(),
                "SELECT nl_open('try', 'c')".to_owned(),
                format!("SELECT nl_check({})", quote(sql)),
            ] {
                let heard = heard(&mut fixture.session, &call);
                assert!(!values.iter().any(|value| heard.contains(value)), "{call}, {sql}: {heard}");
            }
        }
    }
    let log = fixture.database.cluster.log();
    let told: Vec<&str> = log.lines().filter(|line| values.iter().any(|value| line.contains(value))).collect();
    assert!(told.is_empty(), "the server's log: {told:?}");
}

/// What concerns no masked value is the asker's to hear, labels or not.
#[test]
fn other_messages_still_reach_the_asker() {
    if lacks(&["libxml"]) {
        return;
    }
    let (mut fixture, _) = masked("messages_plain");
    let warns = "SELECT count(('<a xml:space=\"' || name || '\"/>')::xml::text) AS n FROM customers WHERE id = 1";
    fixture.double.answer("try", Reply::sql(warns));
    fixture.session.run("SELECT nl_ask('try')");
    assert!(!fixture.session.notices().is_empty(), "libxml warns of such a space");
    fixture.double.answer("try", Reply::sql("SELECT name::integer FROM customers WHERE id = 1"));
    assert!(fixture.session.ask_error("try", "22P02").message().contains("invalid input syntax"));
    fixture.double.answer("try", Reply::sql("SELECT nmae, email FROM customers"));
    assert!(fixture.session.ask_error("try", "42703").message().contains("\"nmae\""));
    // The session hears everything again.
    fixture.session.run("DO 'BEGIN RAISE NOTICE ''here''; END'");
    assert!(fixture.session.notices().iter().any(|notice| notice == "here"));
}

/// A worker has a log line of its own for what it raises.
#[test]
fn parallel_workers_write_no_masked_value_to_the_log() {
    let (mut fixture, values) = masked("messages_workers");
    fixture
        .session
        .run("SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0");
    fixture.session.run("SET parallel_leader_participation = off");
    fixture.session.run("ALTER FUNCTION noisy(text) PARALLEL SAFE");
    for sql in [
        "SELECT count(noisy(address)) AS n FROM contacts WHERE id = 1",
        "SELECT max(address::integer) AS n FROM contacts",
    ] {
        fixture.double.answer("try", Reply::sql(sql));
        let heard = heard(&mut fixture.session, "SELECT nl_ask('try')");
        assert!(!values.iter().any(|value| heard.contains(value)), "{sql}: {heard}");
    }
    let log = fixture.database.cluster.log();
    assert!(!values.iter().any(|value| log.contains(value)), "the server's log quotes a masked value");
}

/// Who records statements and plans in the log does so also where everything else is held back.
#[test]
fn auditors_write_their_lines_for_statements_on_masked_values() {
    if lacks(&["auto_explain"]) {
        return;
    }
    let (mut fixture, values) = masked("messages_audit");
    fixture
        .session
        .run("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on");
    let sql = "SELECT count(address) AS audited FROM contacts WHERE id > 0";
    fixture.double.answer("try", Reply::sql(sql));
    assert!(fixture.session.try_ask("try").is_ok());
    let log = fixture.database.cluster.log();
    let line = log.lines().find(|line| line.contains("duration:") && line.contains("plan:"));
    assert!(line.is_some_and(|line| line.contains("LOG:")), "no plan in the log");
    assert!(log.contains("AS audited"), "the statement is not in the log");
    assert!(!values.iter().any(|value| log.contains(value)), "the server's log quotes a masked value");
}

/// Whoever ends a session is heard, also while a statement on masked values runs.
#[test]
fn a_terminated_session_says_so() {
    let (fixture, _) = masked("messages_terminated");
    let slow =
        "SELECT count(*) AS n FROM customers a, customers b, customers c WHERE a.email < b.email AND b.email < c.email";
    fixture.double.answer("slow", Reply::sql(slow));
    let cluster = fixture.database.cluster;
    for milliseconds in [100, 200, 400, 800, 1200] {
        let (database, name) = (fixture.database.name.clone(), format!("ends_after_{milliseconds}"));
        let mut other = fixture.database.session();
        let sessions = format!("FROM pg_stat_activity WHERE application_name = '{name}' AND query LIKE '%nl_ask%'");
        let asker = std::thread::spawn(move || {
            let settings = ["LOAD 'nl2sql'", "SET nl2sql.model = 'gpt'", "SET nl2sql.max_cost = 0"];
            cluster.psql_errors(&database, &name, &[settings.as_slice(), &[&nl_ask("slow")]].concat())
        });
        while other.text(&format!("SELECT count(*) {sessions}")) == "0" {
            assert!(!asker.is_finished(), "{}", asker.join().unwrap());
        }
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        assert_eq!(other.text(&format!("SELECT pg_terminate_backend(pid) {sessions}")), "t");
        let errors = asker.join().expect("psql ends");
        let expected = "FATAL:  57P01: terminating connection due to administrator command";
        assert!(errors.starts_with(expected), "{milliseconds} ms: {errors}");
    }
}

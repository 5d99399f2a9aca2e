//! What one owner of tables does to everybody's questions: nothing. What owners write is read in part, what they lock is
//! not waited for, and what is slow to read is left out.

use std::time::{Duration, Instant};

use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::Session;

/// A session of the builtin model, and one of an owner whose tables everybody sees.
fn asker_and_owner(name: &str) -> (Fixture, Session, Session) {
    let fixture = Fixture::shop(name);
    let role = fixture.database.role("owner");
    fixture
        .database
        .session()
        .run(&format!("CREATE SCHEMA theirs AUTHORIZATION {role}; GRANT USAGE ON SCHEMA theirs TO PUBLIC"));
    let mut owner = fixture.database.session_as(&role);
    // What makes the tables may take long on a busy machine.
    owner.run("SET statement_timeout = 0");
    let mut asker = fixture.asker("postgres");
    asker.run("SET nl2sql.model = 'builtin'");
    (fixture, asker, owner)
}

#[track_caller]
fn answers_soon(asker: &mut Session, question: &str, within: Duration) -> String {
    let started = Instant::now();
    let sql = asker.text(&format!("SELECT nl_sql('{question}')"));
    let took = started.elapsed();
    assert!(took < within, "{question}: {took:?}");
    sql
}

#[test]
fn long_texts_of_owners_are_read_in_part() {
    let (_fixture, mut asker, mut owner) = asker_and_owner("long_texts");
    owner.run(
        "CREATE TYPE theirs.mood AS ENUM ('fine');
         CREATE TABLE theirs.big (a int, b theirs.mood); GRANT SELECT ON theirs.big TO PUBLIC;
         DO $$ BEGIN
             EXECUTE format('COMMENT ON TABLE theirs.big IS %L', 'begins so ' || repeat(chr(1), 200000000));
             EXECUTE format('COMMENT ON COLUMN theirs.big.a IS %L', repeat('x', 50000000));
             EXECUTE format('ALTER TABLE theirs.big ADD CHECK (b::text <> %L)', repeat('y', 5000000));
             FOR i IN 1..3000 LOOP EXECUTE format('ALTER TYPE theirs.mood ADD VALUE %L', repeat('z', 50) || i); END LOOP;
         END $$",
    );
    let sql = answers_soon(&mut asker, "how many orders", Duration::from_secs(45));
    assert!(sql.contains("count"), "{sql}");
    let prompt = asker.text("SELECT nl_prompt('how many orders')");
    assert!(prompt.contains("begins so"), "its beginning is told");
    assert!(prompt.len() < 200_000, "{} bytes", prompt.len());
}

/// Somebody's text in a database that takes any bytes.
#[test]
fn texts_of_owners_that_are_no_utf8_do_no_harm() {
    let fixture = Fixture::empty("no_utf8");
    let name = format!("{}_ascii", fixture.database.name);
    let mut superuser = fixture.database.session();
    superuser
        .run(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"));
    let mut session = Session::open(&mut fixture.database.cluster.config(&name));
    session.run(
        "CREATE EXTENSION nl2sql; CREATE TABLE visits (id int PRIMARY KEY); INSERT INTO visits VALUES (1), (2);
         CREATE SCHEMA theirs; CREATE TABLE theirs.notes (id int);
         DO $$ BEGIN
             EXECUTE format('COMMENT ON TABLE theirs.notes IS %L', 'caf' || convert_from('\\xe9', 'SQL_ASCII'));
         END $$",
    );
    assert_eq!(session.texts("SELECT nl_ask('how many visits')"), [r#"{"count":2}"#]);
    session.text("SELECT nl_prompt('how many visits')");
    drop(session);
    superuser.run(&format!("DROP DATABASE {name}"));
}

/// The server looks a type's functions up when a constraint with a value of it is printed, in every session that asks.
#[test]
fn types_made_later_end_nobodys_questions() {
    let (_fixture, mut asker, mut owner) = asker_and_owner("later_types");
    asker.text("SELECT nl_sql('how many customers')");
    owner.run(
        "CREATE FUNCTION theirs.diff(float8, float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 - $2; END';
         CREATE TYPE theirs.span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = theirs.diff);
         CREATE TABLE theirs.stays (during theirs.span, CHECK (during <> '[1,2]'::theirs.span));
         GRANT SELECT ON theirs.stays TO PUBLIC",
    );
    for function in ["nl_sql", "nl_prompt"] {
        for _ in 0..2 {
            let answer = asker.text(&format!("SELECT {function}('how many customers')"));
            assert!(answer.contains("customers"), "{answer}");
        }
    }
}

/// A question may come from anybody who may fill in a form.
#[test]
fn endless_words_and_questions_end() {
    let mut fixture = Fixture::shop("endless_words");
    fixture.session.run("SET nl2sql.model = 'builtin'; SET statement_timeout = '120s'");
    for letters in [20_000, 90_000] {
        fixture.session.error(&format!("SELECT nl_ask(repeat('a', {letters}))"), "0A000");
        fixture.session.error(&format!("SELECT nl_ask(repeat('customers ', {letters} / 10))"), "0A000");
        fixture.session.text(&format!("SELECT nl_prompt(repeat('a', {letters}))"));
    }
    for function in ["nl_ask", "nl_sql", "nl_prompt"] {
        fixture.session.error(&format!("SELECT {function}(repeat('a', 3000000))"), "54000");
    }
}

#[test]
fn locked_tables_are_not_waited_for() {
    let (_fixture, mut asker, mut owner) = asker_and_owner("locked");
    owner.run(
        "CREATE TABLE theirs.held (id int CHECK (id > 0), word text); INSERT INTO theirs.held VALUES (1, 'Zorro');
         GRANT SELECT ON theirs.held TO PUBLIC; BEGIN; LOCK TABLE theirs.held",
    );
    answers_soon(&mut asker, "how many customers", Duration::from_secs(30));
    let sql = answers_soon(&mut asker, "how many customers in Berlin", Duration::from_secs(30));
    assert!(sql.contains("Berlin"), "{sql}");
    owner.run("COMMIT");
    let prompt = asker.text("SELECT nl_prompt('held')");
    assert!(prompt.contains("id > 0"), "checks are read again: {prompt}");
}

/// A policy may call a trusted function that takes long. The table is left out from then on, and the other tables are still
/// looked into. What the function reads is counted, whatever is rolled back.
#[test]
fn a_slow_table_is_left_out_of_the_look_up() {
    let (fixture, _, mut owner) = asker_and_owner("slow_policy");
    let mut superuser = fixture.database.session();
    superuser.run(
        "UPDATE customers SET city = 'Zanzibar' WHERE id = 7; -- No statistics know of it.
         SELECT pg_stat_force_next_flush();
         CREATE TABLE public.slowed (id int); GRANT SELECT ON public.slowed TO PUBLIC;
         CREATE FUNCTION public.slow(text) RETURNS boolean LANGUAGE plpgsql STABLE AS
             'DECLARE i int; BEGIN PERFORM FROM public.slowed; FOR i IN 1..200000000 LOOP END LOOP; RETURN true; END'",
    );
    owner.run(
        "CREATE TABLE theirs.customers_in_berlin (city text); INSERT INTO theirs.customers_in_berlin SELECT 'x' || i FROM generate_series(1, 50) i;
         ALTER TABLE theirs.customers_in_berlin ENABLE ROW LEVEL SECURITY;
         CREATE POLICY slow ON theirs.customers_in_berlin USING (public.slow(city));
         GRANT SELECT ON theirs.customers_in_berlin TO PUBLIC",
    );
    let (role, _) = fixture.analyst("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}");
    let trusted = owner.text("SELECT current_user");
    superuser.run(&format!("ALTER ROLE {role} SET nl2sql.trust_owners = '{trusted}'"));
    let mut analyst = fixture.asker(&role);
    analyst.run("SET nl2sql.model = 'builtin'");
    let reason = analyst.text("SELECT reason FROM nl_check('SELECT city FROM theirs.customers_in_berlin')");
    assert_eq!(reason, "NULL", "the owner is trusted");
    // The answer, if the value was found, and how often the policy has run. On a busy machine the turn of a table may not
    // come, or it may only have waited: then it is tried again.
    let mut ask = || {
        let started = Instant::now();
        let answer = analyst.try_texts("SELECT nl_sql('how many customers in Zanzibar')").unwrap_or_default();
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
        analyst.run("SELECT pg_stat_force_next_flush()");
        let counter = "SELECT seq_scan FROM pg_stat_all_tables WHERE relid = 'public.slowed'::regclass";
        (answer.concat(), superuser.text(counter).parse::<i64>().expect("a number"))
    };
    let deadline = Instant::now() + Duration::from_secs(240);
    let (mut last, mut without) = (0, Vec::new());
    while without.len() < 10 {
        assert!(Instant::now() < deadline, "every question looks into the slow table: {last} times");
        let (sql, times) = ask();
        if times == 0 || times != last {
            (last, without) = (times, Vec::new());
        } else {
            without.push(sql);
        }
    }
    while !without.iter().any(|sql| sql.contains("Zanzibar")) {
        assert!(Instant::now() < deadline, "the others are not looked into: {without:?}");
        without.push(ask().0);
    }
}

/// Many tables that look like the one a question is about.
#[test]
fn look_alikes_do_not_make_questions_slow() {
    let (_fixture, mut asker, mut owner) = asker_and_owner("look_alikes");
    owner.run(
        "DO $$ BEGIN FOR i IN 1..1500 LOOP
             EXECUTE format('CREATE TABLE theirs.orders_%s (id int, status text, customer_id int, total numeric)', i);
         END LOOP; END $$; GRANT SELECT ON ALL TABLES IN SCHEMA theirs TO PUBLIC",
    );
    asker.run("SELECT nl_prompt('anything')");
    let sql = answers_soon(&mut asker, "how many orders", Duration::from_secs(40));
    assert!(sql.contains("FROM orders"), "{sql}");
}

/// Comments on others' tables rank relations, and so are read in every session: of one owner, two megabytes.
#[test]
fn comments_of_one_owner_slow_no_first_question_down() {
    let (mut fixture, mut asker, mut owner) = asker_and_owner("owners_comments");
    owner.run(
        "DO $$ BEGIN FOR i IN 1..1000 LOOP
             EXECUTE format('CREATE TABLE theirs.w%s (%s)', i, (SELECT string_agg('c' || j || ' int', ',') FROM generate_series(1, 20) j));
         END LOOP; END $$",
    );
    fixture.session.run(
        "SET statement_timeout = 0; SET allow_system_table_mods = on;
         INSERT INTO pg_description SELECT a.attrelid, 'pg_class'::regclass, a.attnum,
             (SELECT string_agg(a.attname || a.attrelid || 'x' || k, ' ') FROM generate_series(1, 60) k)
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE c.relnamespace = 'theirs'::regnamespace AND c.relkind = 'r' AND a.attnum > 0",
    );
    asker.run("SET nl2sql.query_timeout = '60s'");
    answers_soon(&mut asker, "how many customers are there?", Duration::from_secs(40));
}

/// The labels of an enum are told of every column that has it: they count by column, as comments do.
#[test]
fn labels_of_one_owner_take_no_sessions_memory() {
    let (_fixture, mut asker, mut owner) = asker_and_owner("owners_labels");
    owner.run(
        "DO $$ DECLARE columns text := (SELECT string_agg(format('c%s theirs.mood', i), ',') FROM generate_series(1, 1600) i); BEGIN
             EXECUTE (SELECT format('CREATE TYPE theirs.mood AS ENUM (%s)', string_agg(quote_literal(
                 (SELECT string_agg(chr(97 + (i * 7 + j) % 26) || chr(97 + (i / 26 + j * 3) % 26), ' ') FROM generate_series(1, 20) j)
                 || i), ',')) FROM generate_series(1, 200) i);
             FOR i IN 1..30 LOOP EXECUTE format('CREATE TABLE theirs.w%s (%s)', i, columns); END LOOP;
         END $$",
    );
    let sql = answers_soon(&mut asker, "how many orders", Duration::from_secs(40));
    assert!(sql.contains("FROM orders"), "{sql}");
    let status = std::fs::read_to_string(format!("/proc/{}/status", asker.pid())).expect("its status");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    assert!(peak < 500_000, "{peak} kB");
}

/// For each domain of a chain the server reads the checks of all below it.
#[test]
fn a_chain_of_domains_holds_nobody_up() {
    let fixture = Fixture::empty("owners_domains");
    let role = fixture.database.role("owner");
    fixture
        .database
        .session()
        .run(&format!("CREATE SCHEMA theirs AUTHORIZATION {role}; GRANT USAGE ON SCHEMA theirs TO PUBLIC"));
    let mut owner = fixture.database.session_as(&role);
    owner.run("SET statement_timeout = 0; SET client_min_messages = error; CREATE DOMAIN theirs.d0 AS integer CHECK (VALUE > 0)");
    for from in [1, 501, 1001] {
        owner.run(&format!(
            "DO $$ BEGIN FOR i IN {from}..{from} + 499 LOOP
                 EXECUTE format('CREATE DOMAIN theirs.d%s AS theirs.d%s CHECK (VALUE > 0)', i, i - 1);
             END LOOP; END $$"
        ));
    }
    owner.run(
        "CREATE TABLE theirs.deep (id integer, a theirs.d1500); GRANT SELECT ON theirs.deep TO PUBLIC;
         CREATE TABLE theirs.flat (id integer, a theirs.d100); GRANT SELECT ON theirs.flat TO PUBLIC",
    );
    let mut asker = fixture.asker("postgres");
    let started = Instant::now();
    let error = asker.error("SELECT nl_run('SELECT count(id) AS n FROM theirs.deep')", "54000");
    assert_eq!(error.detail(), Some("It has more than 20000 domains over domains."));
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert_eq!(asker.texts("SELECT nl_run('SELECT count(id) AS n FROM theirs.flat')"), [r#"{"n":0}"#]);
}

/// Makes tables of 1,600 columns each, which everybody may read.
fn wide_tables(owner: &mut Session, name: &str, count: usize, column: &str) {
    owner.run(&format!(
        "DO $$ DECLARE columns text := (SELECT string_agg({column}, ',') FROM generate_series(1, 1600) i); BEGIN
             FOR i IN 1..{count} LOOP EXECUTE format('CREATE TABLE theirs.{name}%s (%s)', i, columns); END LOOP;
         END $$;
         GRANT SELECT ON ALL TABLES IN SCHEMA theirs TO PUBLIC"
    ));
}

/// Asks with little time: the question is answered, or ends in it.
#[track_caller]
fn ends_in_time(asker: &mut Session, question: &str) {
    asker.run("SET statement_timeout = '3s'; SET nl2sql.query_timeout = '2s'");
    let started = Instant::now();
    if let Err(error) = asker.try_texts(&format!("SELECT nl_sql('{question}')")) {
        println!("{question}: {error:?}");
    }
    // Before, it went on for a minute at least, and no cancel ended it.
    assert!(started.elapsed() < Duration::from_secs(25), "{question}: {:?}", started.elapsed());
    asker.run("SET statement_timeout = 0");
    assert_eq!(asker.text("SELECT count(*) FROM orders"), asker.text("SELECT count(id) FROM orders"), "it is well");
}

/// Whoever owns tables may give all their columns the same labels, and names that one word means.
#[test]
fn labels_and_names_of_one_owner_keep_no_question_from_ending() {
    let (_fixture, mut asker, mut owner) = asker_and_owner("owners_meanings");
    owner.run(
        "CREATE TYPE theirs.foot AS ENUM ('Foot-ball'); CREATE TYPE theirs.sono AS ENUM ('Sonoma', 'Sonoma County');
         DO $$ BEGIN FOR i IN 0..198 LOOP
             EXECUTE format('ALTER TYPE theirs.foot ADD VALUE %L', overlay('Football'
                 PLACING substr('-.~!+/:;=^|)(*?#%&@', 1 + i % 19, 1) || substr('_,', 1 + i / 133, 1) FROM 2 + i / 19 % 7 FOR 0));
         END LOOP; END $$",
    );
    wide_tables(&mut owner, "v", 1, "format('c%s theirs.foot', i)");
    ends_in_time(&mut asker, "how many orders of Football");
    owner.run("DROP TABLE theirs.v1");
    wide_tables(&mut owner, "l", 5, "format('b_d_e_f_g_h_j_k_l_n_o_q_%s int', i)");
    ends_in_time(&mut asker, "how many orders with b d e f g h j k l n o q");
    owner.run("DO $$ BEGIN FOR i IN 1..5 LOOP EXECUTE format('DROP TABLE theirs.l%s', i); END LOOP; END $$");
    let stop = |place: u32| {
        format!("(ARRAY['of','the','and','in','for','to','by','per'])[1 + (i / {}) % 8]", 8_u32.pow(place))
    };
    let county = format!("format('%s_%s_%s_%s_county int', {}, {}, {}, {})", stop(3), stop(2), stop(1), stop(0));
    wide_tables(&mut owner, "y", 2, &county);
    wide_tables(&mut owner, "z", 3, "format('z%s theirs.sono', i)");
    ends_in_time(&mut asker, "how many orders in Sonoma County");
}

/// Of tables that are readable by columns, the columns are counted that the asker sees.
#[test]
fn grants_on_columns_keep_no_question_from_ending() {
    let (_fixture, mut asker, mut owner) = asker_and_owner("owners_grants");
    owner.run(
        "DO $$ DECLARE columns text; granted text; BEGIN
             SELECT string_agg(format('apple_%s int', i), ','), string_agg(format('apple_%s', i), ',') FILTER (WHERE i > 1)
             INTO columns, granted FROM generate_series(1, 1600) i;
             FOR i IN 1..30 LOOP
                 EXECUTE format('CREATE TABLE theirs.g%s (%s)', i, columns);
                 EXECUTE format('GRANT SELECT (%s) ON theirs.g%s TO PUBLIC', granted, i);
             END LOOP;
         END $$",
    );
    ends_in_time(&mut asker, "how many apples");
}

/// Of a relation's keys the first are read, and those to what the asker sees nothing of are none of them.
#[test]
fn foreign_keys_of_one_owner_are_read_in_part() {
    let (_fixture, mut asker, mut owner) = asker_and_owner("owners_keys");
    owner.run(
        "CREATE TABLE theirs.shops (id int PRIMARY KEY, name text);
         CREATE TABLE theirs.bills (id int PRIMARY KEY, shop_id int);
         DO $$ BEGIN FOR i IN 1..600 LOOP
             ALTER TABLE theirs.bills ADD FOREIGN KEY (shop_id) REFERENCES theirs.shops;
         END LOOP; END $$;
         GRANT SELECT ON ALL TABLES IN SCHEMA theirs TO PUBLIC",
    );
    asker.run("SET nl2sql.prompt_budget = 60000");
    let prompt = asker.text("SELECT nl_prompt('how many bills by shop')");
    assert_eq!(prompt.matches("-> theirs.shops (id)").count(), 500, "{prompt}");
    let sql = answers_soon(&mut asker, "how many bills by shop", Duration::from_secs(45));
    assert!(sql.contains("JOIN theirs.shops"), "{sql}");
}

//! Code of others: whatever the server runs by itself for a statement (checks of domains, support of ranges and operators,
//! expressions of indexes, partitions, statistics and policies), nothing of it runs as the asker unless a superuser, the
//! asker or an owner whom a superuser trusts has written it. What ran is told by a statistics counter.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{Session, nl_ask, quote};
use nl2sql_e2e::waiting::wait_until;

const SCHEMA: &str = include_str!("../sql/foreign_code.sql");

/// Statements in which nothing but the server's own need to call mallory's code is missing.
const CASES: &[&str] = &[
    // Literals become values while the statement is analyzed.
    "SELECT mal.f('(1)')",
    "SELECT mal.f(ROW(1))",
    "SELECT mal.f_deep('(\"{(1)}\")')",
    "SELECT mal.f_set('(1)')",
    "SELECT mal.f_many('(1)')",
    "SELECT mal.f_many(VARIADIC '{(1)}')",
    "SELECT 1 OPERATOR(mal.<!>) '(1)'",
    "SELECT 1 OPERATOR(mal.<!>) ANY ('{(1)}')",
    "SELECT mal.agg('(1)')",
    "SELECT mal.agg_state(1)",
    "SELECT 1 FROM mal.r() AS r WHERE r = '(1)'",
    "SELECT c FROM mal.t UNION ALL SELECT '(1)'",
    "SELECT COALESCE(c, '(1)') FROM mal.t",
    "SELECT CASE WHEN true THEN c ELSE '(1)' END FROM mal.t",
    "SELECT GREATEST(c, '(1)') FROM mal.t",
    "SELECT 1 FROM mal.t WHERE c IN ('(1)', '(2)')",
    "SELECT 1 FROM mal.t WHERE c BETWEEN '(1)' AND '(2)'",
    "SELECT ARRAY[c, '(1)'] FROM mal.t",
    "SELECT NULLIF(c, '(1)') FROM mal.t",
    "SELECT array_position(cs, '(1)') FROM mal.pairs",
    "SELECT cs || '{(1)}' FROM mal.pairs",
    "SELECT lag(c, 1, '(1)') OVER () FROM mal.t",
    "SELECT * FROM (VALUES (NULL::mal.comp), ('(1)')) AS v",
    "SELECT '(1)'::mal.comp",
    "SELECT (NULL::mal.comp[] || '(1)'::mal.comp)",
    "WITH RECURSIVE r AS (SELECT c FROM mal.t UNION ALL SELECT '(1)' FROM r) SELECT 1 FROM r",
    // Values are made when it runs.
    "SELECT json_populate_record(NULL::mal.comp, '{\"n\": 1}')",
    "SELECT * FROM json_to_record('{\"n\": 1}') AS r(n mal.d)",
    "SELECT * FROM json_to_recordset('[{\"n\": {\"n\": 1}}]') AS r(n mal.comp)",
    "SELECT * FROM xmltable('/a' PASSING '<a><n>1</n></a>' COLUMNS n mal.d)",
    "SELECT populates()",
    "SELECT declares(1)",
    // The planner estimates.
    "SELECT count(*) FROM mal.bookings WHERE during && '[5,6]'",
    "SELECT count(*) FROM mal.bookings WHERE during @> 5::float8",
    "SELECT count(*) FROM mal.bookings AS a JOIN mal.bookings AS b ON a.during && b.during WHERE a.id = 1",
    "SELECT estimates()",
    "SELECT count(*) FROM staff WHERE id OPERATOR(mal.<<<) 500",
    "SELECT count(*) FROM staff WHERE id OPERATOR(mal.===) 500",
    // It evaluates what belongs to tables.
    "SELECT count(*) FROM mal.indexed WHERE id = 1",
    "SELECT count(*) FROM mal.partial WHERE id = 1",
    "SELECT count(*) FROM mal.checked WHERE id = 1",
    "SELECT count(*) FROM mal.stats WHERE id = 1 AND name = 'x'",
    "SELECT count(*) FROM mal.parts WHERE id = 1",
    "SELECT count(*) FROM mal.v",
    // Functions, casts and operators, named or not.
    "SELECT mal.k(1)",
    "SELECT mal.k_sql(1)",
    "SELECT * FROM mal.rows_sql()",
    "SELECT m || 'x' FROM mal.moods",
    "SELECT upper(m) FROM mal.moods",
    "SELECT m FROM mal.moods",
    "SELECT json_build_array(m) FROM mal.moods",
    // In a superuser's code.
    "SELECT calls(1)",
    "SELECT calls_text(1)",
    "SELECT calls_sql(1)",
    "SELECT calls_inlined(1)",
    "SELECT calls(id) FROM staff WHERE id < 10",
    "SELECT sum(calls(id)) FROM staff",
];

struct Scene {
    fixture: Fixture,
    mallory: String,
    observer: Session,
}

impl Scene {
    fn new(name: &str) -> Scene {
        let mut fixture = Fixture::empty(name);
        let mallory = fixture.database.role("mallory");
        let database = fixture.database.name.clone();
        fixture.session.run(&SCHEMA.replace("{mallory}", &mallory).replace("{database}", &database));
        let observer = fixture.database.session();
        Scene { fixture, mallory, observer }
    }

    /// How often mallory's code has run as somebody else, in all sessions that have reported since.
    fn seen(&mut self, session: &mut Session) -> i64 {
        session.run("SELECT pg_stat_force_next_flush()");
        let sql = "SELECT seq_scan FROM pg_stat_all_tables WHERE relid = 'mal.seen'::regclass";
        self.observer.text(sql).parse().expect("a number")
    }

    /// What is wrong with the guard's answer to a statement, if anything.
    fn deviation(&mut self, session: &mut Session, sql: &str) -> Option<String> {
        let before = self.seen(session);
        self.fixture.double.answer("attack", Reply::sql(sql));
        let checked = session.try_texts(&format!("SELECT coalesce(sqlstate, 'allowed') FROM nl_check({})", quote(sql)));
        let asked = session.try_texts(&nl_ask("attack"));
        let ran = self.seen(session) - before;
        let code = |result: &Result<Vec<String>, postgres::Error>| match result {
            Ok(rows) => format!("rows {rows:?}"),
            Err(error) => error.code().map_or("lost".to_owned(), |code| code.code().to_owned()),
        };
        // What only looks into an empty table, or nothing at all, may be answered: what counts is that nothing ran.
        let refused = matches!(code(&asked).as_str(), "2F003" | "42501" | "42883" | "42725" | "0A000" | "22023");
        let fits = ran == 0 && (refused || asked.is_ok()) && checked.is_ok();
        (!fits).then(|| {
            format!("{sql}: {} checked, {} asked, mallory's code ran {ran} times", code(&checked), code(&asked))
        })
    }
}

fn try_all(name: &str, settings: &str) {
    let mut scene = Scene::new(name);
    let mut session = scene.fixture.asker("postgres");
    session.run("SET nl2sql.max_attempts = 1");
    session.run(settings);
    let failures: Vec<String> = CASES.iter().filter_map(|sql| scene.deviation(&mut session, sql)).collect();
    assert!(failures.is_empty(), "{} of {} deviate:\n{}", failures.len(), CASES.len(), failures.join("\n"));
}

#[test]
fn code_of_others_never_runs_as_a_superuser() {
    try_all("foreign_code", "SET constraint_exclusion = on");
}

#[test]
fn nor_in_parallel_workers() {
    try_all(
        "foreign_parallel",
        "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
         SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query')",
    );
}

/// What the session has prepared by itself before it asks is looked at again, even if the library came later.
#[test]
fn nor_where_the_session_has_run_it_before() {
    let mut scene = Scene::new("foreign_warm");
    let mut session = scene.fixture.database.session();
    for sql in CASES {
        session.run("SET constraint_exclusion = on");
        let _ = session.try_texts(sql);
    }
    session.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.model = 'gpt'; SET nl2sql.cache_ttl = 0");
    session.run("SET nl2sql.max_attempts = 1");
    let mut failures: Vec<String> = CASES.iter().filter_map(|sql| scene.deviation(&mut session, sql)).collect();
    // Once more with everything warm that is prepared while the library is there.
    for sql in CASES {
        let _ = session.try_texts(sql);
    }
    failures.extend(CASES.iter().filter_map(|sql| scene.deviation(&mut session, sql)));
    // And in one transaction, in which procedural code keeps what it has set up.
    for sql in CASES {
        session.run("BEGIN; SAVEPOINT before");
        let _ = session.try_texts(sql);
        session.run("ROLLBACK TO before");
        scene.fixture.double.answer("attack", Reply::sql(sql));
        let counter = "SELECT pg_stat_get_xact_numscans('mal.seen'::regclass)";
        let before = session.text(counter);
        let asked = session.try_texts(&format!("SELECT count(*) FROM nl_check({})", quote(sql)));
        assert!(asked.is_ok(), "{sql}: {asked:?}");
        let _ = session.try_texts(&nl_ask("attack"));
        session.run("ROLLBACK TO before");
        let after = session.text(counter);
        if before != after {
            failures.push(format!("{sql}: in a transaction, mallory's code ran: {before} {after}"));
        }
        session.run("ROLLBACK");
    }
    assert!(failures.is_empty(), "{} deviate:\n{}", failures.len(), failures.join("\n"));
}

/// What the owner asks prepares the owner's code in the session, whoever's role it takes on next.
#[test]
fn nor_where_its_owner_has_asked_before() {
    let mut scene = Scene::new("foreign_owner_first");
    let mallory = scene.mallory.clone();
    scene.fixture.database.session().run(&format!("GRANT USAGE ON FOREIGN SERVER gpt TO {mallory}"));
    for sql in ["SELECT calls_inlined(1)", "SELECT calls(1)", "SELECT calls_sql(1)"] {
        let mut session = scene.fixture.asker("postgres");
        session.run("SET nl2sql.max_attempts = 1");
        scene.fixture.double.answer("attack", Reply::sql(sql));
        session.run(&format!("SET ROLE {mallory}"));
        let own = session.try_texts(&nl_ask("attack"));
        assert!(own.is_ok(), "{sql} runs for the owner of its code: {own:?}");
        // Another question, so that more than the last one has to be remembered.
        session.run("SELECT * FROM nl_check('SELECT 1')");
        session.run("RESET ROLE");
        let before = scene.seen(&mut session);
        let asked = session.try_texts(&nl_ask("attack"));
        assert_eq!(scene.seen(&mut session), before, "{sql}: {asked:?}");
    }
}

/// An operator class is a superuser's, and its functions may be anybody's: the server keeps them at hand for the session.
#[test]
fn nor_the_support_functions_of_an_operator_class() {
    let mut scene = Scene::new("foreign_support");
    let mallory = scene.mallory.clone();
    let mut owner = scene.fixture.database.session();
    owner.run(&format!(
        "SET ROLE {mallory};
         CREATE TYPE mal.pair AS (a int, b int);
         CREATE FUNCTION mal.pair_lt(mal.pair, mal.pair) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
             'BEGIN PERFORM mal.look(); RETURN $1.a < $2.a; END';
         CREATE FUNCTION mal.pair_eq(mal.pair, mal.pair) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
             'BEGIN PERFORM mal.look(); RETURN $1.a = $2.a; END';
         CREATE FUNCTION mal.pair_cmp(mal.pair, mal.pair) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
             'BEGIN PERFORM mal.look(); RETURN $1.a - $2.a; END';
         RESET ROLE;
         CREATE OPERATOR mal.< (LEFTARG = mal.pair, RIGHTARG = mal.pair, FUNCTION = mal.pair_lt);
         CREATE OPERATOR mal.= (LEFTARG = mal.pair, RIGHTARG = mal.pair, FUNCTION = mal.pair_eq);
         CREATE OPERATOR CLASS mal.pair_ops DEFAULT FOR TYPE mal.pair USING btree AS
             OPERATOR 1 mal.<, OPERATOR 3 mal.=, FUNCTION 1 mal.pair_cmp(mal.pair, mal.pair);
         CREATE TABLE mal.couples (p mal.pair); INSERT INTO mal.couples VALUES ('(1,2)'), ('(2,3)'), ('(3,4)');
         GRANT SELECT ON mal.couples TO PUBLIC"
    ));
    let cases = [
        "SELECT p FROM mal.couples ORDER BY p",
        "SELECT count(DISTINCT p) FROM mal.couples",
        "SELECT ARRAY[p] = ARRAY[p] FROM mal.couples",
        "SELECT ROW(p) < ROW(p) FROM mal.couples",
        "SELECT max(ARRAY[p]) FROM mal.couples",
        "SELECT array_position(array_agg(p), '(3,4)') FROM mal.couples",
    ];
    for warm in [false, true] {
        let mut session = scene.fixture.database.session();
        if warm {
            cases.iter().for_each(|sql| drop(session.texts(sql)));
        }
        session.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.model = 'gpt'; SET nl2sql.cache_ttl = 0");
        session.run("SET nl2sql.max_attempts = 1");
        let failures: Vec<String> = cases.iter().filter_map(|sql| scene.deviation(&mut session, sql)).collect();
        assert!(failures.is_empty(), "warm: {warm}\n{}", failures.join("\n"));
    }
}

/// A function may have settings of its own. They are in force before anybody is told that it is called, and must not count
/// when it is judged. Only superusers can give it such settings, and may give it away afterwards.
#[test]
fn nor_code_that_says_by_itself_that_it_is_trusted() {
    let mut scene = Scene::new("foreign_settings");
    let mallory = scene.mallory.clone();
    let mut owner = scene.fixture.database.session();
    owner.run(&format!(
        "CREATE FUNCTION mal.set_diff(float8, float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE
             SET nl2sql.trust_owners = '{mallory}' AS 'BEGIN PERFORM mal.look(); RETURN $1 - $2; END';
         CREATE TYPE mal.set_span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = mal.set_diff);
         CREATE TABLE mal.set_bookings (during mal.set_span);
         INSERT INTO mal.set_bookings SELECT mal.set_span(i, i + 10) FROM generate_series(1, 1000) AS i;
         ANALYZE mal.set_bookings; GRANT SELECT ON mal.set_bookings TO PUBLIC;
         CREATE FUNCTION mal.set_k(int) RETURNS int LANGUAGE plpgsql IMMUTABLE
             SET nl2sql.trust_owners = '{mallory}' AS 'BEGIN PERFORM mal.look(); RETURN $1; END';
         ALTER FUNCTION mal.set_diff OWNER TO {mallory}; ALTER FUNCTION mal.set_k OWNER TO {mallory};
         CREATE TABLE mal.set_indexed (id int);
         CREATE INDEX ON mal.set_indexed ((id + mal.set_k(1))); GRANT SELECT ON mal.set_indexed TO PUBLIC"
    ));
    let cases = [
        "SELECT count(*) FROM mal.set_bookings WHERE during && '[5,6]'",
        "SELECT count(*) FROM mal.set_indexed",
        "SELECT mal.set_k(1)",
    ];
    for warm in [false, true] {
        let mut session = scene.fixture.database.session();
        if warm {
            cases.iter().for_each(|sql| drop(session.try_texts(sql)));
        }
        session.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.model = 'gpt'; SET nl2sql.cache_ttl = 0");
        session.run("SET nl2sql.max_attempts = 1");
        let failures: Vec<String> = cases.iter().filter_map(|sql| scene.deviation(&mut session, sql)).collect();
        assert!(failures.is_empty(), "warm: {warm}\n{}", failures.join("\n"));
    }
}

/// Questions that have nothing to do with mallory's tables look into them for values: not where her code would run.
#[test]
fn tables_with_code_of_others_are_not_looked_into() {
    let mut scene = Scene::new("foreign_lookup");
    let (_, analyst) = scene.fixture.analyst("SELECT 1");
    for (mut session, model) in [(scene.fixture.asker("postgres"), "builtin"), (analyst, "builtin")] {
        session.run(&format!("SET nl2sql.model = '{model}'; SET constraint_exclusion = on"));
        let before = scene.seen(&mut session);
        for question in ["how many staff in Berlin", "staff named Zebulon", "plain of Zebulon 5"] {
            let _ = session.try_texts(&format!("SELECT nl_sql({})", quote(question)));
            let _ = session.try_texts(&nl_ask(question));
        }
        assert_eq!(scene.seen(&mut session) - before, 0, "mallory's code ran");
    }
    // A table of hers without code of hers is read like any other.
    let mut session = scene.fixture.database.session();
    session.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.share = 'samples'; SET constraint_exclusion = on");
    // Where the machine is too busy to look in time, it is asked again.
    let mut prompt = String::new();
    wait_until("the value is not told", || {
        prompt = session.text("SELECT nl_prompt('what about Zebulon 5')");
        prompt.contains("Value of mal.plain.name")
    });
    assert!(!prompt.contains("Value of mal.partial.name"), "{prompt}");
}

/// Whose code runs is the asker's own affair, and that of superusers, who may trust others.
#[test]
fn ones_own_code_and_that_of_trusted_owners_runs() {
    let mut scene = Scene::new("foreign_trusted");
    let mallory = scene.mallory.clone();
    scene.fixture.session.run(&format!("GRANT USAGE ON FOREIGN SERVER gpt TO {mallory}"));
    let cases = [
        "SELECT mal.f('(1)')",
        "SELECT count(*) FROM mal.bookings WHERE during && '[5,6]'",
        "SELECT calls(1)",
        "SELECT mal.k(1)",
        "SELECT count(*) FROM mal.indexed WHERE id = 1",
    ];
    let mut own = scene.fixture.asker(&mallory);
    let mut trusting = scene.fixture.asker("postgres");
    trusting.run(&format!("SET nl2sql.trust_owners = '{mallory}'"));
    for sql in cases {
        scene.fixture.double.answer("attack", Reply::sql(sql));
        for session in [&mut own, &mut trusting] {
            assert_eq!(session.texts(&format!("SELECT reason FROM nl_check({})", quote(sql))), ["NULL"], "{sql}");
            assert_eq!(session.ask("attack").len(), 1, "{sql}");
        }
    }
    // Who asks can't decide whom to trust.
    own.error("SET nl2sql.trust_owners = 'somebody'", "42501");
    trusting.run("RESET nl2sql.trust_owners");
    // What the planner has evaluated of an index before is kept with it, and no longer code.
    for sql in &cases[..4] {
        scene.fixture.double.answer("attack", Reply::sql(sql));
        trusting.run("SET nl2sql.max_attempts = 1");
        let error = trusting.failure(&nl_ask("attack"));
        let known = ["2F003", "00000"].contains(&error.code().code());
        assert!(known, "{sql}: {error:?}");
    }
}

/// The refusal names the function, and its owner is what is wrong with it.
#[test]
fn the_refusal_says_whose_code_it_is() {
    let mut scene = Scene::new("foreign_words");
    let reason = scene.fixture.session.text("SELECT reason FROM nl_check($$SELECT mal.f('(1)')$$)");
    assert!(reason.contains("mal.g") && reason.contains("owns it"), "{reason}");
}

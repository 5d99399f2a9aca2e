//! Texts of others that become part of a statement: bodies of views, policies, checks of domains. Those that work with the
//! rights of who asks read nothing that their owner could not read alike, and call nothing that reads; the ways in which
//! tenants are told apart all work. What ran is told by a statistics counter.

mod statements;

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::server::lacks;
use nl2sql_e2e::session::{Session, nl_ask, quote};
use nl2sql_e2e::waiting::wait_until;
use statements::{ANSWERED, REFUSED, REFUSED_BY_POLICY};

const SCHEMA: &str = include_str!("../../sql/foreign_text.sql");

struct Scene {
    fixture: Fixture,
    mallory: String,
    analyst: Session,
    observer: Session,
}

impl Scene {
    fn new(name: &str) -> Scene {
        let mut fixture = Fixture::empty(name);
        let mallory = fixture.database.role("mallory");
        let (role, mut analyst) = fixture.analyst("SELECT 1");
        fixture.session.run(&SCHEMA.replace("{mallory}", &mallory).replace("{analyst}", &role));
        // Views of the asker's own.
        fixture.session.run(&format!(
            "GRANT SELECT ON payroll TO {role}; ANALYZE rates; ANALYZE payroll; GRANT CREATE ON SCHEMA public TO {role}; SET ROLE {role};
             CREATE VIEW own_stats AS SELECT s.attname::text AS \"column\" FROM pg_catalog.pg_stats s WHERE s.tablename = 'rates';
             CREATE VIEW own_schema AS SELECT t.table_name::text AS \"table\" FROM information_schema.tables t
                 WHERE t.table_name = 'rates';
             RESET ROLE"
        ));
        fixture.session.run(&format!("GRANT SELECT ON payroll TO {role}; SET nl2sql.max_attempts = 1"));
        analyst.run("SET nl2sql.max_attempts = 1; SET app.tenant = '1'");
        fixture.session.run("SET app.tenant = '1'");
        let observer = fixture.database.session();
        Scene { fixture, mallory, analyst, observer }
    }

    fn seen(&mut self) -> i64 {
        for session in [&mut self.fixture.session, &mut self.analyst] {
            session.run("SELECT pg_stat_force_next_flush()");
        }
        let sql = "SELECT seq_scan FROM pg_stat_all_tables WHERE relid = 'mal.seen'::regclass";
        self.observer.text(sql).parse().expect("a number")
    }

    /// What is wrong with the answer to a statement that must be refused, if anything.
    fn deviation(&mut self, as_superuser: bool, sql: &str) -> Option<String> {
        let before = self.seen();
        self.fixture.double.answer("attack", Reply::sql(sql));
        let session = if as_superuser { &mut self.fixture.session } else { &mut self.analyst };
        let checked = session.texts(&format!("SELECT coalesce(sqlstate, 'allowed') FROM nl_check({})", quote(sql)));
        let asked = session.try_texts(&nl_ask("attack"));
        let ran = self.seen() - before;
        let code = asked.as_ref().map_or_else(|error| error.code().map(|code| code.code().to_owned()), |_| None);
        // What a role may not read, the server refuses.
        let is_refusal = |code: &str| code == "2F003" || !as_superuser && code == "42501";
        // What stands in a function is met when that runs.
        let is_checked = checked.iter().all(|code| is_refusal(code)) || sql.contains("reads_");
        let fits = ran == 0 && is_checked && code.as_deref().is_some_and(is_refusal);
        (!fits).then(|| format!("superuser {as_superuser}: {sql}: {checked:?} checked, {asked:?} asked, {ran} scans"))
    }
}

#[test]
fn texts_of_others_read_nothing_with_the_rights_of_who_asks() {
    if lacks(&["libxml"]) {
        return;
    }
    let mut scene = Scene::new("foreign_text");
    let mut failures: Vec<String> = Vec::new();
    for sql in REFUSED {
        failures.extend(scene.deviation(true, sql));
        failures.extend(scene.deviation(false, sql));
    }
    failures.extend(REFUSED_BY_POLICY.iter().filter_map(|sql| scene.deviation(false, sql)));
    assert!(failures.is_empty(), "{} deviate:\n{}", failures.len(), failures.join("\n"));
}

/// What the session has planned by itself before it asks is looked at again.
#[test]
fn nor_where_the_session_has_run_them_before() {
    if lacks(&["libxml"]) {
        return;
    }
    let mut scene = Scene::new("foreign_text_warm");
    for sql in REFUSED.iter().chain(REFUSED_BY_POLICY) {
        let _ = scene.fixture.session.try_texts(sql);
        let _ = scene.analyst.try_texts(sql);
    }
    let functions = ["SELECT reads_view()", "SELECT * FROM reads_view_inlined() AS n"];
    let mut failures: Vec<String> = functions.iter().filter_map(|sql| scene.deviation(true, sql)).collect();
    failures.extend(REFUSED_BY_POLICY.iter().filter_map(|sql| scene.deviation(false, sql)));
    assert!(failures.is_empty(), "{} deviate:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn tenants_are_told_apart_as_ever() {
    if lacks(&["libxml"]) {
        return;
    }
    let mut scene = Scene::new("foreign_text_tenants");
    for (sql, rows) in ANSWERED {
        scene.fixture.double.answer("tenants", Reply::sql(sql));
        let reason = scene.analyst.text(&format!("SELECT reason FROM nl_check({})", quote(sql)));
        assert_eq!(reason, "NULL", "{sql}");
        assert_eq!(scene.analyst.ask("tenants").len(), *rows, "{sql}");
    }
}

/// The refusal says who wrote what, and a superuser who trusts them can say so.
#[test]
fn trusted_owners_may_write_what_they_like() {
    if lacks(&["libxml"]) {
        return;
    }
    let mut scene = Scene::new("foreign_text_trusted");
    let mallory = scene.mallory.clone();
    for (sql, told) in [
        ("SELECT id FROM mal.p_table", "public.payroll"),
        ("SELECT id FROM mal.p_function", "public.salary_of"),
        ("SELECT id FROM mal.inv_table", "public.payroll"),
        ("SELECT id FROM mal.inv_function", "public.salary_of"),
    ] {
        scene.fixture.double.answer("trust", Reply::sql(sql));
        let error = scene.analyst.ask_error("trust", "2F003");
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains("nl2sql.trust_owners") && hint.contains(&mallory), "{sql}: {error:?}");
        assert!(error.detail().unwrap_or_default().contains(told), "{sql}: {error:?}");
        let database = scene.fixture.database.name.clone();
        scene.fixture.session.run(&format!("ALTER DATABASE {database} SET nl2sql.trust_owners = '{mallory}'"));
        let role = scene.analyst.text("SELECT current_user");
        let mut trusting = scene.fixture.asker(&role);
        assert_eq!(trusting.ask("trust").len(), 2, "{sql}");
        scene.fixture.session.run(&format!("ALTER DATABASE {database} RESET nl2sql.trust_owners"));
    }
    // One's own text is one's own affair.
    scene
        .fixture
        .session
        .run(&format!("GRANT USAGE ON FOREIGN SERVER gpt TO {mallory}; GRANT SELECT ON payroll TO {mallory}"));
    let mut own = scene.fixture.asker(&mallory);
    scene.fixture.double.answer("own", Reply::sql("SELECT n FROM mal.inv_table"));
    assert_eq!(own.ask("own").len(), 2);
}

/// Questions about other things look for values: not where a policy would read.
#[test]
fn tables_with_such_policies_are_not_looked_into() {
    if lacks(&["libxml"]) {
        return;
    }
    let mut scene = Scene::new("foreign_text_lookup");
    scene.analyst.run("SET nl2sql.model = 'builtin'");
    let before = scene.seen();
    for question in [
        "how many orders of Zebulon",
        "p table with body Zebulon two",
        "p domain with body Zebulon two",
        "p counted with body Zebulon two",
        "p own view with body Zebulon two",
        "names in payroll called Ada",
    ] {
        let _ = scene.analyst.try_texts(&format!("SELECT nl_sql({})", quote(question)));
        let _ = scene.analyst.try_texts(&nl_ask(question));
    }
    assert_eq!(scene.seen() - before, 0, "a policy has read something");
    let database = scene.fixture.database.name.clone();
    scene.fixture.session.run(&format!("ALTER DATABASE {database} SET nl2sql.share = 'samples'"));
    let role = scene.analyst.text("SELECT current_user");
    let mut sharing = scene.fixture.asker(&role);
    sharing.run("SET app.tenant = '1'");
    // Where the machine is too busy to look in time, it is asked again.
    let mut prompt = String::new();
    wait_until("an ordinary policy keeps somebody from looking", || {
        prompt = sharing.text("SELECT nl_prompt('p tenant or p table or p owner or p domain with body Zebulon one')");
        prompt.contains("Value of mal.p_tenant.body")
    });
    assert!(!prompt.contains("Value of mal.p_table.body"), "{prompt}");
    assert_eq!(scene.seen() - before, 0, "a policy has read something");
}

/// Has what a session did counted, without a call that would have its plans thrown away.
fn flush(session: &mut Session) {
    std::thread::sleep(std::time::Duration::from_millis(1100));
    session.run("SELECT 1");
}

/// What was planned while its owner was trusted is judged again once that is no longer so, be it that the setting or the role changed.
#[test]
fn what_was_planned_for_others_is_judged_again() {
    if lacks(&["libxml"]) {
        return;
    }
    let mut scene = Scene::new("foreign_text_trusted");
    let (mallory, analyst) = (scene.mallory.clone(), scene.analyst.text("SELECT current_user"));
    scene.fixture.session.run(&format!(
        "GRANT {mallory} TO {analyst}; GRANT SELECT ON ALL TABLES IN SCHEMA mal TO {analyst};
         ALTER TABLE mal.p_table FORCE ROW LEVEL SECURITY"
    ));
    let mut session = scene.fixture.asker("postgres");
    session.run(&format!("SET nl2sql.trust_owners = '{mallory}'; SET ROLE {analyst}; SET nl2sql.model = 'builtin'"));
    let question = nl_ask("p table with body Zebulon two");
    let function = "SELECT nl_run('SELECT reads_policy()')";
    let before = scene.seen();
    for _ in 0..2 {
        session.texts(function);
        let _ = session.try_texts(&question);
    }
    flush(&mut session);
    assert!(scene.seen() > before, "a trusted owner's policy reads");
    let mut nobody_trusts = |session: &mut Session, change: &str| {
        session.run(change);
        flush(session);
        let before = scene.seen();
        for _ in 0..2 {
            assert!(session.try_texts(function).is_err(), "{change}");
            let _ = session.try_texts(&question);
        }
        flush(session);
        assert_eq!(scene.seen() - before, 0, "{change}: a policy has read something");
    };
    nobody_trusts(&mut session, &format!("RESET ROLE; RESET nl2sql.trust_owners; SET ROLE {analyst}"));
    session.run(&format!("RESET ROLE; SET ROLE {mallory}"));
    let _ = session.try_texts(&question);
    nobody_trusts(&mut session, &format!("RESET ROLE; SET ROLE {analyst}"));
}

/// Functions in a cursor run with the rights of whoever fetches.
#[test]
fn cursors_are_fetched_by_whoever_opened_them() {
    if lacks(&["libxml"]) {
        return;
    }
    let mut scene = Scene::new("foreign_text_cursor");
    let mallory = scene.mallory.clone();
    scene.fixture.double.answer("open", Reply::sql("SELECT mal.f_role(id) FROM mal.orders"));
    let session = &mut scene.fixture.session;
    session.run(&format!(
        "GRANT USAGE ON FOREIGN SERVER gpt TO {mallory}; ALTER ROLE {mallory} SET nl2sql.model = 'gpt';
         SET ROLE {mallory};
         CREATE FUNCTION mal.f_role(int) RETURNS name LANGUAGE sql STABLE AS 'SELECT current_user';
         CREATE FUNCTION mal.report() RETURNS refcursor LANGUAGE sql SECURITY DEFINER AS $$SELECT nl_open('open', 'c')$$;
         RESET ROLE"
    ));
    let as_mallory = format!("SET LOCAL ROLE {mallory}; SELECT nl_open('open', 'c'); RESET ROLE");
    for open in ["SELECT mal.report()", &as_mallory] {
        for fetch in ["FETCH 1 FROM c", "MOVE 1 IN c"] {
            session.run(&format!("BEGIN; {open}"));
            let error = session.error(fetch, "42501");
            assert!(error.hint().is_some_and(|hint| hint.contains(&mallory)), "{error:?}");
            session.run("ROLLBACK");
        }
    }
    session.run(&format!("BEGIN; SET LOCAL ROLE {mallory}; SELECT nl_open('open', 'c')"));
    assert_eq!(session.texts("FETCH 1 FROM c"), std::slice::from_ref(&mallory));
    session.run("RESET ROLE");
    session.run(&format!("SET LOCAL ROLE {mallory}"));
    assert_eq!(session.texts("FETCH ALL FROM c"), [mallory]);
    session.run("CLOSE c; COMMIT");
}

/// Plans that the session keeps do not depend on the checks of every type whose values they make.
#[test]
fn types_are_judged_again_once_they_change() {
    if lacks(&["libxml"]) {
        return;
    }
    let mut scene = Scene::new("foreign_text_changed");
    let mallory = scene.mallory.clone();
    scene.fixture.session.run(&format!(
        "SET ROLE {mallory};
         CREATE DOMAIN mal.d_late AS int CHECK (VALUE > 0); CREATE TYPE mal.comp_late AS (n mal.d_late);
         CREATE VIEW mal.def_late AS
             SELECT (json_populate_record(NULL::mal.comp_late, json_build_object('n', id))).n::int AS n FROM mal.orders;
         GRANT SELECT ON mal.def_late TO PUBLIC; RESET ROLE;
         CREATE FUNCTION reads_late() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT sum(n) FROM mal.def_late); END'"
    ));
    scene.fixture.double.answer("late", Reply::sql("SELECT reads_late()"));
    let before = scene.seen();
    for _ in 0..2 {
        assert_eq!(scene.analyst.ask("late").len(), 1);
    }
    scene.fixture.session.run(&format!(
        "SET ROLE {mallory};
         ALTER DOMAIN mal.d_late ADD CHECK (pg_catalog.table_to_xml('mal.seen', true, false, '') IS NOT NULL) NOT VALID; RESET ROLE"
    ));
    scene.analyst.ask_error("late", "2F003");
    assert_eq!(scene.seen() - before, 0);
}

/// ALTER DOMAIN waits for nobody: a statement meets the check of a later moment at its next row, a cursor at its next
/// FETCH.
#[test]
fn types_that_change_while_a_statement_runs_are_judged_again() {
    if lacks(&["libxml"]) {
        return;
    }
    let mut scene = Scene::new("foreign_text_meanwhile");
    let (mallory, analyst) = (scene.mallory.clone(), scene.analyst.text("SELECT current_user"));
    let mut owner = scene.fixture.database.session_as(&mallory);
    owner.run(&format!(
        "CREATE DOMAIN mal.d_good AS int CHECK (VALUE > 0); CREATE TYPE mal.comp_good AS (n mal.d_good);
         CREATE TABLE mal.texts (id int, t text, big text);
         ALTER TABLE mal.texts ALTER big SET STORAGE EXTERNAL;
         INSERT INTO mal.texts SELECT i, '(1)', repeat(md5(i::text), 300) FROM generate_series(1, 400) i;
         CREATE VIEW mal.def_good AS SELECT id, t::mal.comp_good AS c FROM mal.texts;
         CREATE VIEW mal.def_long AS SELECT id, t::mal.comp_good AS c, length(repeat(md5(big), 1000000)) AS l FROM mal.texts;
         GRANT SELECT ON mal.def_good, mal.def_long TO {analyst}"
    ));
    scene.fixture.double.answer("good", Reply::sql("SELECT id, c FROM mal.def_good"));
    let add = "ALTER DOMAIN mal.d_good ADD CONSTRAINT bad CHECK (table_to_xml('mal.seen', true, false, '') IS NOT NULL) NOT VALID";
    let before = scene.seen();
    scene.analyst.run("BEGIN; SELECT nl_open('good', 'c')");
    assert_eq!(scene.analyst.texts("FETCH 2 FROM c").len(), 2);
    owner.run(add);
    // Whatever locks a relation hears of what changed.
    scene.analyst.run("CREATE TEMP TABLE heard (a int); DROP TABLE heard");
    scene.analyst.error("FETCH 2 FROM c", "2F003");
    scene.analyst.run("ROLLBACK");
    assert_eq!(scene.seen() - before, 0, "a check of a later moment has read something");
    owner.run("ALTER DOMAIN mal.d_good DROP CONSTRAINT bad");
    let question = "SELECT nl_run('SELECT count(c), max(l) FROM mal.def_long')";
    std::thread::scope(|scope| {
        let analyst = &mut scene.analyst;
        analyst.run("SET nl2sql.query_timeout = '30s'");
        let running = scope.spawn(move || analyst.error(question, "2F003"));
        std::thread::sleep(std::time::Duration::from_millis(1000));
        owner.run(add);
        running.join().expect("a refusal");
    });
    assert_eq!(scene.seen() - before, 0, "a check that came while the statement ran has read something");
    // A harmless change stops nobody.
    owner.run("ALTER DOMAIN mal.d_good DROP CONSTRAINT bad");
    scene.analyst.run("BEGIN; SELECT nl_open('good', 'c')");
    owner.run("ALTER DOMAIN mal.d_good ADD CHECK (VALUE < 10) NOT VALID");
    scene.analyst.run("CREATE TEMP TABLE heard (a int); DROP TABLE heard");
    assert_eq!(scene.analyst.texts("FETCH 2 FROM c").len(), 2);
    scene.analyst.run("COMMIT");
}

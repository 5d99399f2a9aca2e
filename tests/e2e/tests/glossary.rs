//! The company's words: whose terms reach whose questions and prompts, in dumps, among ten thousand.

use nl2sql_e2e::cluster::{Content, shared};
use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::quote;

const LARGE: &str = "SELECT nl2sql.define('large order', 'over 4000 euros', 'orders', 'total > 4000'";

/// The lines of a prompt that tell of terms.
fn terms_of(prompt: &str) -> Vec<String> {
    let after = prompt.split("Terms that people here use").nth(1).unwrap_or_default().replace("\\n", "\n");
    after.lines().skip(1).take_while(|line| line.starts_with("- ")).map(str::to_owned).collect()
}

#[test]
fn a_model_is_told_the_terms_that_a_question_says_and_no_others() {
    let mut fixture = Fixture::shop("glossary_told");
    fixture.double.answer("*", Reply::sql("SELECT 1 AS n"));
    fixture.session.run(&format!("{LARGE}); SELECT nl2sql.define('peak season', 'Ask marketing.')"));
    fixture.session.ask("how many large orders");
    fixture.session.ask("how was the peak season");
    fixture.session.ask("how many orders");
    let told: Vec<Vec<String>> = fixture.double.chats().iter().map(|chat| terms_of(&chat.text())).collect();
    assert_eq!(told.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 0], "{told:?}");
    assert!(told[0][0].contains("over 4000 euros") && told[0][0].contains("total > 4000"), "{told:?}");
    assert!(told[1][0].contains("Ask marketing."), "{told:?}");
}

/// Neither the term, nor what it reads, is told to whoever may not read that.
#[test]
fn what_a_term_reads_has_to_be_readable() {
    let mut fixture = Fixture::shop("glossary_hidden");
    let (_, mut session) = fixture.analyst("GRANT SELECT ON customers TO {role}");
    fixture.session.run(
        "CREATE TABLE vault_canary (customer_id int);
         SELECT nl2sql.define('kept customer', 'in the canary', 'customers',
             'id IN (SELECT customer_id FROM vault_canary)', 'public');
         SELECT nl2sql.define('large order', 'canary', 'orders', 'total > 4000', 'public');
         SELECT nl2sql.define('tall customer', 'over 100', 'customers', 'id > 100', 'public')",
    );
    for (question, told) in [("kept customers", 0), ("large orders", 0), ("tall customers", 1)] {
        let prompt = session.text(&format!("SELECT nl_prompt({})", quote(question)));
        assert!(!prompt.contains("canary"), "{prompt}");
        assert_eq!(terms_of(&prompt).len(), told, "{question}");
    }
    assert_eq!(session.text("SELECT count(*) FROM nl2sql.glossary"), "0", "row-level security shows own terms");
    session.error("UPDATE nl2sql.glossary SET audience = 0", "42501");
    session.error("INSERT INTO nl2sql.glossary SELECT * FROM nl2sql.glossary", "42501");
    session.run("SET nl2sql.model = 'builtin'");
    assert_eq!(session.ask("how many tall customers")[0]["count"], 4900);
    session.ask_error("how many kept customers", "0A000");
    session.error("SET nl2sql.teachers = 'public'", "42501");
    session.error("SELECT nl2sql.define('x', 'y', 'customers', 'id > (SELECT count(*) FROM vault_canary)')", "42501");
    // Code of somebody else in a term runs as nobody who does not trust them.
    let owner = fixture.database.role("owner");
    fixture.session.run(&format!(
        "GRANT CREATE ON SCHEMA public TO {owner}; GRANT SELECT ON customers TO {owner};
         ALTER DATABASE {} SET nl2sql.teachers = '{owner}'",
        fixture.database.name
    ));
    let mut teacher = fixture.database.session_as(&owner);
    teacher.run(
        "CREATE FUNCTION is_odd(integer) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 % 2 = 1; END';
         SELECT nl2sql.define('odd customer', 'odd', 'customers', 'is_odd(id)', 'public')",
    );
    assert_eq!(teacher.ask("how many odd customers")[0]["count"], 2500);
    session.ask_error("how many odd customers", "0A000");
}

#[test]
fn terms_are_dumped_and_restored() {
    let mut fixture = Fixture::shop("glossary_dump");
    let role = fixture.database.role("definer");
    fixture.session.run(&format!("GRANT SELECT ON orders TO {role}"));
    fixture.database.session_as(&role).run(&format!("{LARGE})"));
    fixture.session.run(&format!("{LARGE}, 'public'); SELECT nl2sql.define('turnover', 'revenue')"));
    let leaver = fixture.database.role("leaver");
    fixture.database.session_as(&leaver).run("SELECT nl2sql.define('earnings', 'revenue')");
    fixture.session.run(&format!("DROP ROLE {leaver}"));
    let copy = shared().database("glossary_restored", Content::Bare);
    shared().restore(&shared().dump(&fixture.database.name), &copy.name, "").expect("the dump is restored");
    let terms = "SELECT definer || ' ' || term || ' ' || COALESCE(on_relation[2], '') FROM nl2sql.glossary
        ORDER BY term, definer::text";
    assert_eq!(
        copy.session().texts(terms),
        [format!("{role} large order orders"), "postgres large order orders".into(), "postgres turnover ".into()],
        "what belonged to a role that is gone may be another's number elsewhere"
    );
    assert_eq!(copy.session().ask("how many large orders")[0]["count"], 3569);
    assert_eq!(copy.session_as(&role).ask("how many large orders")[0]["count"], 3569);
}

/// Whoever is gone answers for nothing: their terms are for teachers to look at, and to define anew.
#[test]
fn terms_of_a_dropped_role_are_not_used_and_are_reviewed() {
    let mut fixture = Fixture::shop("glossary_gone");
    let gone = fixture.database.role("gone");
    let database = fixture.database.name.clone();
    fixture
        .session
        .run(&format!("GRANT SELECT ON orders TO {gone}; ALTER DATABASE {database} SET nl2sql.teachers = '{gone}'"));
    let mut teacher = fixture.database.session_as(&gone);
    teacher
        .run(&format!("{LARGE}, 'public'); SELECT nl2sql.define('small order', 'under 50', 'orders', 'total < 50')"));
    teacher.run("SELECT nl2sql.define('turnover', 'revenue', audience => 'public')");
    drop(teacher);
    fixture.session.run("SET nl2sql.model = 'builtin'");
    assert_eq!(fixture.session.ask("how many large orders")[0]["count"], 3569);
    fixture
        .session
        .run(&format!("ALTER DATABASE {database} RESET nl2sql.teachers; DROP OWNED BY {gone}; DROP ROLE {gone}"));
    fixture.session.ask_error("how many large orders", "0A000");
    assert!(terms_of(&fixture.session.text("SELECT nl_prompt('turnover of large orders')")).is_empty());
    let listed = "SELECT concat_ws('; ', kind, question, sql, note, said_by) FROM nl2sql.review()";
    assert_eq!(
        fixture.session.texts(listed),
        ["orphaned; large order; total > 4000; over 4000 euros", "orphaned; turnover; revenue"],
        "what was theirs alone is nobody's"
    );
    // Defined anew, a term is its new definer's; or it is forgotten.
    fixture.session.run(&format!("{LARGE}, 'public')"));
    assert_eq!(fixture.session.ask("how many large orders")[0]["count"], 3569);
    fixture.session.run("SELECT nl2sql.undefine('turnover'); SELECT nl2sql.undefine('small order')");
    assert_eq!(fixture.session.text("SELECT count(*) FROM nl2sql.review()"), "0");
    assert_eq!(fixture.session.text("SELECT string_agg(term, ', ') FROM nl2sql.glossary"), "large order");
}

/// One row that can't be read would leave a whole table empty where a dump is restored.
#[test]
fn no_term_keeps_those_of_others_from_being_restored() {
    let mut fixture = Fixture::shop("glossary_unrestorable");
    let role = fixture.database.role("definer");
    fixture.session.run(&format!(
        "{LARGE}, 'public'); GRANT SELECT ON orders TO {role}; GRANT CREATE, TEMPORARY ON DATABASE {} TO {role}",
        fixture.database.name
    ));
    let mut session = fixture.database.session_as(&role);
    session.run("CREATE TEMPORARY TABLE mine (a integer); CREATE TEMPORARY VIEW mine_too AS SELECT a FROM mine");
    for relation in ["mine", "pg_temp.mine", "mine_too"] {
        session.error(&format!("SELECT nl2sql.define('zorkmid', 'above one', '{relation}', 'a > 1')"), "22023");
    }
    // A materialized view that groups by a key comes after the rows in a dump, and a schema may be left out of it.
    session.run(
        "CREATE SCHEMA left_out; CREATE TABLE left_out.coins (a integer PRIMARY KEY, b text);
         CREATE SCHEMA kept; CREATE TABLE kept.coins (a integer PRIMARY KEY, b text); INSERT INTO kept.coins VALUES (2, 'x');
         CREATE MATERIALIZED VIEW kept.grouped AS SELECT a, b FROM kept.coins GROUP BY a;
         CREATE TABLE kept.renamed (a integer); CREATE TABLE kept.gone (a integer);
         SELECT nl2sql.define('left coin', 'above one', 'left_out.coins', 'a > 1');
         SELECT nl2sql.define('grouped coin', 'above one', 'kept.grouped', 'a > 1');
         SELECT nl2sql.define('rare coin', 'above one', 'kept.coins', 'a > 1');
         SELECT nl2sql.define('lost coin', 'above one', 'kept.gone', 'a > 1');
         DROP TABLE kept.gone; REFRESH MATERIALIZED VIEW kept.grouped",
    );
    let dump = shared().dump_with(&fixture.database.name, &["-N", "left_out"]);
    let copy = shared().database("glossary_restorable", Content::Bare);
    shared().restore(&dump, &copy.name, "").expect("the dump is restored");
    let terms = copy.session().texts("SELECT term FROM nl2sql.glossary ORDER BY term");
    assert_eq!(terms, ["grouped coin", "large order", "left coin", "lost coin", "rare coin"]);
    // The numbers of relations are those of another database, where others may have them.
    copy.session().run("UPDATE nl2sql.glossary SET relation = 'customers'::regclass WHERE relation IS NOT NULL");
    let mut session = copy.session_as(&role);
    session.run("SET nl2sql.schemas = 'public, kept'; SET nl2sql.model = 'builtin'");
    assert_eq!(session.ask("how many rare coins")[0]["count"], 1);
    assert_eq!(session.ask("how many large orders")[0]["count"], 3569);
    assert_eq!(copy.session().text("SELECT count(*) FROM nl2sql.review()"), "0");
}

#[test]
fn a_term_is_found_among_ten_thousand() {
    let mut fixture = Fixture::shop("glossary_many");
    fixture.session.run(
        "SELECT nl2sql.define('large order', 'over 4000 euros', 'orders', 'total > 4000');
         INSERT INTO nl2sql.glossary (definer, audience, term, meaning, kind, key, catalog)
         SELECT 'postgres'::regrole, 0, 'word' || n, 'revenue', 'synonym', 'word' || n, (SELECT id FROM nl2sql.catalog) FROM generate_series(1, 9999) AS n;
         ANALYZE nl2sql.glossary; SET nl2sql.model = 'builtin'",
    );
    assert_eq!(fixture.session.ask("how many large orders")[0]["count"], 3569);
    assert!(fixture.session.ask("word4711 per month in 2025").len() == 12);
    fixture.session.error("SELECT nl2sql.define('one more', 'revenue')", "54000");
    // They are found by the index, not by reading all: 400 keys of a long question, planned for any.
    fixture.session.run(
        "SET plan_cache_mode = force_generic_plan;
         PREPARE said (text[]) AS SELECT * FROM nl2sql.glossary WHERE key = ANY ($1)",
    );
    let keys = (1..=400).map(|n| format!("word{n}")).collect::<Vec<_>>().join(",");
    let plan = fixture.session.texts(&format!("EXPLAIN (ANALYZE, TIMING off) EXECUTE said('{{{keys}}}')"));
    assert!(plan.iter().any(|line| line.contains("glossary_key")), "{plan:?}");
}

//! Drafts that are used again: by whom, how long, and that what they cost is nothing but a look-up.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;

fn fixture(name: &str) -> Fixture {
    let mut fixture = Fixture::shop(name);
    fixture.double.answer("customers", Reply::sql("SELECT count(*) AS n FROM customers"));
    fixture.session.run("SET nl2sql.cache_ttl = '1h'");
    fixture
}

#[test]
fn the_same_question_makes_one_call() {
    let mut fixture = fixture("cache");
    let first = fixture.session.ask("customers");
    assert_eq!(fixture.session.ask("customers"), first);
    assert_eq!(fixture.double.requests().len(), 1);
    let told =
        "SELECT concat_ws(' ', chat ->> 'model', chat -> 'usage' ->> 'calls') FROM nl_chat('customers', NULL) AS chat";
    assert_eq!(fixture.session.text(told), "gpt 0", "who wrote it is told, and that nobody was asked");
    let mut other = fixture.asker("postgres");
    other.run("SET nl2sql.cache_ttl = '1h'");
    assert_eq!(other.ask("customers"), first, "another session of the role");
    assert_eq!(other.text("SELECT n FROM nl_query('customers') AS t(n bigint)"), "5000");
    assert_eq!(fixture.double.requests().len(), 1, "its columns are those that were asked for");
    let two = "SELECT name, n FROM nl_query('customers') AS t(name text, n bigint)";
    fixture.double.answer("customers", Reply::sql("SELECT 'all' AS name, count(*) AS n FROM customers"));
    assert_eq!(other.text(two), "all");
    assert_eq!(fixture.double.requests().len(), 2, "other columns are another key");
}

#[test]
fn what_changes_the_prompt_makes_a_new_call() {
    let mut fixture = fixture("cache_change");
    let ask = |fixture: &mut Fixture, calls: usize| {
        fixture.session.ask("customers");
        assert_eq!(fixture.double.requests().len(), calls);
    };
    ask(&mut fixture, 1);
    fixture.session.run("COMMENT ON TABLE customers IS 'buyers'");
    ask(&mut fixture, 2);
    fixture.session.run("SET nl2sql.user_instructions = 'be brief'");
    ask(&mut fixture, 3);
    ask(&mut fixture, 3);
    fixture.session.run("SET nl2sql.cache_ttl = 0");
    ask(&mut fixture, 4);
}

#[test]
fn roles_see_their_own_drafts_only() {
    let mut fixture = fixture("cache_roles");
    fixture.session.ask("customers");
    let (_, mut analyst) = fixture.analyst("GRANT SELECT ON customers TO {role}");
    analyst.run("SET nl2sql.cache_ttl = '1h'");
    analyst.ask("customers");
    assert_eq!(fixture.double.requests().len(), 2);
    assert_eq!(analyst.text("SELECT count(*) FROM nl2sql.cache"), "1");
    for role in ["'postgres'::regrole", "current_user::regrole"] {
        analyst.error(
            &format!("INSERT INTO nl2sql.cache (role, key, sql, model) VALUES ({role}, sha256(''), 'SELECT 1', 'gpt')"),
            "42501",
        );
    }
    assert_eq!(fixture.session.text("SELECT count(*) FROM nl2sql.cache"), "2");
}

/// Somebody may write anything into their own drafts: the guard judges them like any other.
#[test]
fn a_kept_draft_is_judged_again() {
    let mut fixture = fixture("cache_judged");
    fixture.session.ask("customers");
    fixture.session.run("UPDATE nl2sql.cache SET sql = 'DELETE FROM payments RETURNING 1'");
    let before = fixture.session.text("SELECT count(*) FROM payments");
    assert_eq!(fixture.session.ask("customers")[0]["n"], 5000, "the model is asked anew");
    assert_eq!(fixture.double.requests().len(), 2);
    assert_eq!(fixture.session.text("SELECT count(*) FROM payments"), before);
}

#[test]
fn nothing_is_kept_where_nothing_can_be_written() {
    let mut fixture = fixture("cache_read_only");
    fixture.session.run("BEGIN READ ONLY");
    assert_eq!(fixture.session.ask("customers")[0]["n"], 5000);
    fixture.session.run("COMMIT; BEGIN ISOLATION LEVEL SERIALIZABLE");
    assert_eq!(fixture.session.ask("customers")[0]["n"], 5000, "what it reads and writes could make others fail");
    fixture.session.run("COMMIT");
    assert_eq!(fixture.session.text("SELECT count(*) FROM nl2sql.cache"), "0");
}

/// A draft of an answer that is rolled back is gone with it, and nobody waits for a transaction that keeps one.
#[test]
fn keeping_a_draft_locks_nobody() {
    let mut fixture = fixture("cache_locks");
    fixture.session.run("BEGIN");
    fixture.session.ask("customers");
    let mut other = fixture.asker("postgres");
    other.run("SET nl2sql.cache_ttl = '1h'; SET statement_timeout = '40s'");
    other.ask("customers");
    fixture.session.run("ROLLBACK");
    assert_eq!(fixture.session.text("SELECT count(*) FROM nl2sql.cache"), "1");
}

/// Estimates of rows are no part of the question: every ANALYZE changes them.
#[test]
fn analyze_changes_nothing() {
    let mut fixture = fixture("cache_analyze");
    fixture.session.ask("customers");
    fixture.session.run("INSERT INTO reviews SELECT * FROM reviews WHERE false; UPDATE pg_class SET reltuples = 4711 WHERE relname = 'customers'; ANALYZE");
    fixture.session.run("DELETE FROM reviews; ANALYZE");
    fixture.session.ask("customers");
    assert_eq!(fixture.double.requests().len(), 1);
}

/// The same name, another model behind it.
#[test]
fn another_model_behind_the_name_is_asked_anew() {
    let mut fixture = fixture("cache_server");
    fixture.session.ask("customers");
    fixture.session.run("ALTER SERVER gpt OPTIONS (SET model 'm2')");
    fixture.session.ask("customers");
    assert_eq!(fixture.double.requests().len(), 2);
}

/// Who comes after a role of the same name does not see its drafts, and what it left goes when others ask.
#[test]
fn drafts_go_with_their_role() {
    let mut fixture = fixture("cache_dropped");
    let role = fixture.database.role("leaver");
    fixture.session.run(&format!("GRANT USAGE ON FOREIGN SERVER gpt TO {role}; GRANT SELECT ON customers TO {role}"));
    let mut leaver = fixture.asker(&role);
    leaver.run("SET nl2sql.cache_ttl = '1h'");
    leaver.ask("customers");
    drop(leaver);
    fixture.session.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}; CREATE ROLE {role} LOGIN"));
    let mut successor = fixture.database.session_as(&role);
    assert_eq!(successor.text("SELECT count(*) FROM nl2sql.cache"), "0");
    assert_eq!(fixture.session.text("SELECT count(*) FROM nl2sql.cache"), "1");
    fixture.session.ask("customers");
    assert_eq!(fixture.session.text("SELECT count(*) FROM nl2sql.cache"), "1", "its own, and no other");
    fixture.session.run(&format!("DROP ROLE {role}"));
}

/// A role keeps its newest drafts, none of them long.
#[test]
fn drafts_are_bounded() {
    let mut fixture = fixture("cache_bounded");
    fixture.session.run(
        "INSERT INTO nl2sql.cache (role, key, sql, model)
         SELECT 'postgres'::regrole, sha256(i::text::bytea), 'SELECT 1', 'double' FROM generate_series(1, 550) i; ANALYZE",
    );
    fixture.session.ask("customers");
    assert_eq!(fixture.session.text("SELECT count(*) FROM nl2sql.cache"), "500");
    let long = format!("SELECT '{}' AS n", "x".repeat(100_000));
    fixture.double.answer("long", Reply::sql(&long));
    fixture.session.ask_error("long", "HV00M");
    assert_eq!(fixture.session.text("SELECT max(length(sql)) < 1000 FROM nl2sql.cache"), "t");
    let indexes = fixture
        .session
        .texts("SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'nl2sql.cache'::regclass");
    for columns in ["(role, key)", "(role, made_at)", "(made_at)"] {
        assert!(indexes.iter().any(|index| index.ends_with(columns)), "no index on {columns}: {indexes:?}");
    }
}

#[test]
fn generated_statements_do_not_read_drafts() {
    let mut fixture = fixture("cache_read");
    fixture.double.answer("drafts", Reply::sql("SELECT sql FROM nl2sql.cache"));
    fixture.session.run("SET nl2sql.max_attempts = 1");
    fixture.session.ask_error("drafts", "2F003");
}

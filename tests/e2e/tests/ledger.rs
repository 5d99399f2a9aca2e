//! What is written down of questions where the library is not preloaded: by the asker's own transaction.

use nl2sql_e2e::double::{Provider, Reply};
use nl2sql_e2e::fixture::{Fixture, server};
use nl2sql_e2e::session::Session;
use nl2sql_e2e::{TOP_CUSTOMERS, TOP_CUSTOMERS_SQL};

fn shop(name: &str) -> Fixture {
    let mut fixture = Fixture::shop(name);
    fixture.session.run("SET nl2sql.history = 'full'");
    fixture
}

fn history(session: &mut Session, columns: &str) -> Vec<String> {
    session.texts(&format!("SELECT concat_ws(' ', {columns}) FROM nl2sql.history ORDER BY asked_at"))
}

#[test]
fn calls_are_recorded_with_tokens_and_cost() {
    let mut fixture = shop("ledger_calls");
    fixture.session.run("ALTER SERVER gpt OPTIONS (ADD price_in '2', ADD price_out '10')");
    let dear = server("dear", Provider::Anthropic, &fixture.double.url(Provider::Anthropic));
    fixture.session.run(&dear);
    fixture.session.run("CREATE USER MAPPING FOR PUBLIC SERVER dear OPTIONS (api_key 'sk-test')");
    fixture
        .double
        .answer(TOP_CUSTOMERS, vec![Reply::sql("SELECT nothing FROM nowhere"), Reply::sql(TOP_CUSTOMERS_SQL)]);
    fixture.session.ask(TOP_CUSTOMERS);
    let session = &mut fixture.session;
    assert_eq!(history(session, "source, model, outcome, attempts, rows, calls"), ["model gpt answered 2 5 2"]);
    let calls = "SELECT concat_ws(' ', c.model, c.ms > 0, c.tokens_in, c.tokens_out, c.sqlstate) FROM nl2sql.calls c
        JOIN nl2sql.history h ON h.id = c.question";
    let calls = session.texts(calls);
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert!(calls.iter().all(|call| call.starts_with("gpt t ")), "{calls:?}");
    let cost = "SELECT abs(h.cost - (h.tokens_in * 2 + h.tokens_out * 10) / 1e6) < 1e-9 AND h.cost > 0
        AND h.tokens_in = (SELECT sum(c.tokens_in) FROM nl2sql.calls c) FROM nl2sql.history h";
    assert_eq!(session.text(cost), "t");
    session.run("SET nl2sql.model = 'dear'; SELECT nl2sql.erase(NULL)");
    fixture.double.answer(TOP_CUSTOMERS, Reply::sql(TOP_CUSTOMERS_SQL));
    let session = &mut fixture.session;
    session.ask(TOP_CUSTOMERS);
    assert_eq!(session.text("SELECT cost IS NULL FROM nl2sql.history"), "t", "no price, no cost");
}

/// Who writes waits for nobody, and fails no question.
#[test]
fn a_locked_history_is_no_matter() {
    let mut fixture = shop("ledger_locked");
    fixture.session.run("SET nl2sql.model = 'builtin'");
    let mut other = fixture.database.session();
    other.run("BEGIN; LOCK TABLE nl2sql.history");
    let rows = fixture.session.ask("how many customers are there");
    assert_eq!(rows.len(), 1);
    other.run("ROLLBACK; BEGIN; SELECT * FROM nl2sql.history FOR UPDATE");
    fixture.session.ask("how many customers are there");
    other.run("ROLLBACK");
    assert_eq!(history(&mut fixture.session, "outcome"), ["answered"]);
    // Nor is one that somebody has broken.
    other.run("ALTER TABLE nl2sql.history ADD CHECK (false) NOT VALID");
    assert_eq!(fixture.session.ask("how many customers are there").len(), 1);
}

#[test]
fn a_definers_questions_are_the_definers() {
    let mut fixture = shop("ledger_definer");
    let owner = fixture.database.role("owner");
    let caller = fixture.database.role("caller");
    fixture.session.run(&format!(
        "GRANT SELECT ON customers TO {owner}; GRANT CREATE ON SCHEMA public TO {owner}; SET ROLE {owner};
         CREATE FUNCTION how_many() RETURNS SETOF json LANGUAGE sql SECURITY DEFINER
             AS $$SELECT nl_ask('how many customers are there')$$;
         RESET ROLE; SET nl2sql.model = 'builtin'; ALTER ROLE {caller} SET nl2sql.history = 'full';
         ALTER ROLE {owner} SET nl2sql.model = 'builtin'"
    ));
    let mut session = fixture.database.session_as(&caller);
    session.run("SELECT * FROM nl_check('SELECT 1')");
    session.run("SELECT how_many()");
    let rows = history(&mut fixture.session, "role_name, session_role");
    assert_eq!(rows, [format!("{owner} {caller}")]);
}

/// In a dump there is history, and whoever gets it elsewhere under the number or the name of its role alone sees none of it.
#[test]
fn dumps_hold_history_and_show_it_to_nobody_else() {
    let mut fixture = shop("ledger_dump");
    let (role, mut session) = fixture.analyst("GRANT SELECT ON customers TO {role}");
    fixture
        .session
        .run(&format!("ALTER ROLE {role} SET nl2sql.history = 'full'; ALTER ROLE {role} SET nl2sql.model = 'builtin'"));
    drop(session);
    session = fixture.database.session_as(&role);
    session.run("SELECT * FROM nl_check('SELECT 1')");
    session.ask("how many customers are there");
    assert_eq!(history(&mut session, "question"), ["how many customers are there"]);
    drop(session);
    let dump = fixture.database.cluster.dump(&fixture.database.name);
    assert!(dump.contains("how many customers are there"));
    fixture.session.run(&format!("ALTER ROLE {role} RENAME TO {role}_renamed; CREATE ROLE {role} LOGIN"));
    for name in [role.clone(), format!("{role}_renamed")] {
        let mut session = fixture.database.session_as(&name);
        assert_eq!(session.text("SELECT count(*) FROM nl2sql.history"), "0", "{name}");
    }
    assert_eq!(fixture.session.text(&format!("SELECT nl2sql.erase('{role}')")), "1");
}

/// Whatever fails, the key of a user mapping is not written down.
/// Whoever gets the name of a role that is gone gets nothing of its history.
#[test]
fn a_role_of_the_same_name_is_another() {
    let fixture = shop("ledger_recreated");
    let mut owner = fixture.database.session();
    let role = fixture.database.role("ada");
    let ask = || {
        let mut asker = fixture.database.session_as(&role);
        asker.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.model = 'builtin'");
        asker
    };
    owner.run(&format!("ALTER ROLE {role} SET nl2sql.history = 'full'"));
    ask().run("SELECT nl_run('SELECT 1 AS hers')");
    let export = "SELECT count(*) FROM nl2sql.export_history()";
    assert_eq!(ask().text(export), "1", "her own");
    owner.run(&format!("DROP ROLE {role}; CREATE ROLE {role} LOGIN"));
    assert_eq!(ask().text(export), "0", "not her predecessor's");
    assert_eq!(
        owner.text(&format!("SELECT count(*) FROM nl2sql.export_history('{role}')")),
        "1",
        "a superuser sees both"
    );
}

/// A server may say that it took more tokens than PostgreSQL can count.
#[test]
fn no_number_of_tokens_keeps_a_question_unrecorded() {
    let mut fixture = shop("ledger_tokens");
    let body = r#"{"choices":[{"message":{"role":"assistant","content":"{\"action\":\"query\",\"sql\":\"SELECT 1 AS one\",\"message\":\"\"}"},
        "finish_reason":"stop"}],"usage":{"prompt_tokens":18446744073709551615,"completion_tokens":9223372036854775808}}"#;
    fixture.double.answer("with many tokens", Reply::raw(200, "application/json", body));
    fixture.session.ask("with many tokens");
    assert_eq!(
        history(&mut fixture.session, "outcome, tokens_in BETWEEN 2000 AND 60000, tokens_out"),
        ["answered t 128000"]
    );
}

#[test]
fn no_key_is_recorded() {
    let mut fixture = shop("ledger_canary");
    fixture.session.run("ALTER USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (SET api_key 'sk-canary-77')");
    fixture.double.answer(TOP_CUSTOMERS, Reply::sql("SELECT 'sk-canary-77' AS key, count(*) FROM customers"));
    fixture.session.ask(TOP_CUSTOMERS);
    let kept = "SELECT count(*), count(*) FILTER (WHERE h::text LIKE '%canary%') FROM nl2sql.history h";
    let rows = fixture.session.texts(&format!("SELECT k::text FROM ({kept}) AS k"));
    assert_eq!(rows, ["(1,0)"]);
    assert_eq!(fixture.session.text("SELECT count(*) FROM nl2sql.calls c WHERE c::text LIKE '%canary%'"), "0");
}

/// Where the history was turned off, what there is still goes when it is too old.
#[test]
fn old_history_goes_where_nothing_is_written() {
    let mut fixture = shop("ledger_aside");
    fixture.session.run("SET nl2sql.model = 'builtin'");
    fixture.session.ask("how many customers are there");
    fixture.session.ask("how many orders are there");
    fixture.session.run(
        "UPDATE nl2sql.history SET asked_at = asked_at - interval '91 days' WHERE question LIKE '%customers%';
         UPDATE nl2sql.calls SET asked_at = asked_at - interval '91 days'",
    );
    let mut other = fixture.database.session();
    other.ask("how many categories are there");
    assert_eq!(history(&mut fixture.session, "question"), ["how many orders are there"]);
}

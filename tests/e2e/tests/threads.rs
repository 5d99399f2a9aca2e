//! Threads: what is remembered of earlier questions, for whom, for how long, and what a model is told of them.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{Session, quote};

fn ask(session: &mut Session, thread: &str, question: &str) -> Vec<String> {
    session.texts(&format!("SELECT nl_ask({}, thread => {})", quote(question), quote(thread)))
}

fn turns(session: &mut Session) -> Vec<String> {
    session.texts("SELECT thread || ': ' || question FROM nl2sql.turns ORDER BY asked_at")
}

fn shop(name: &str) -> Fixture {
    let fixture = Fixture::shop(name);
    for (question, sql) in [
        ("customers", "SELECT count(*) AS n FROM customers"),
        ("only Berlin", "SELECT count(*) AS n FROM customers WHERE city = 'Berlin'"),
        ("and berlin", "SELECT count(*) AS n FROM customers WHERE city = 'Berlin'"),
        ("orders", "SELECT count(*) AS n FROM orders"),
    ] {
        // Earlier questions stand in the prompt as well.
        fixture.double.answer(&format!("Question: {question}"), Reply::sql(sql));
    }
    fixture
}

/// What the last request told of earlier questions.
fn told(fixture: &Fixture) -> Vec<String> {
    let text = fixture.double.chats().last().expect("a request").text();
    let after = text.split("Earlier questions of this thread").nth(1).unwrap_or_default().to_owned();
    let after = after.replace("\\n", "\n");
    let lines = after.lines().skip(1).take_while(|line| !line.starts_with("Question:"));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_model_is_told_the_turns_before_a_question() {
    let mut fixture = shop("thread_told");
    ask(&mut fixture.session, "q", "customers");
    assert!(told(&fixture).is_empty());
    ask(&mut fixture.session, "q", "only Berlin");
    assert_eq!(told(&fixture), ["- customers", "SQL: SELECT count(*) AS n FROM customers"]);
    ask(&mut fixture.session, "q", "only Berlin");
    assert_eq!(told(&fixture).len(), 2, "the same question asked again is no turn before it");
    assert_eq!(turns(&mut fixture.session), ["q: customers", "q: only Berlin"]);
    ask(&mut fixture.session, "other", "orders");
    assert!(told(&fixture).is_empty(), "another thread");
    fixture.session.ask("orders");
    assert!(told(&fixture).is_empty(), "no thread");
    for _ in 0..3 {
        ask(&mut fixture.session, "q", "orders");
        ask(&mut fixture.session, "q", "customers");
    }
    assert_eq!(told(&fixture).iter().filter(|line| line.starts_with("- ")).count(), 5);
    // No row of an answer is kept or told.
    let text = fixture.double.chats().last().expect("a request").text();
    assert!(!text.contains("\"n\":5000") && !text.contains("20000}"), "{text}");
    assert_eq!(fixture.session.text("SELECT count(*) FROM nl2sql.turns t WHERE t::text LIKE '%5000%'"), "0");
}

/// The statement holds a spelling that the data has and nobody typed.
#[test]
fn a_statement_with_values_that_nobody_typed_is_told_only_as_a_sample() {
    let mut fixture = shop("thread_values");
    ask(&mut fixture.session, "q", "and berlin");
    ask(&mut fixture.session, "q", "orders");
    assert_eq!(told(&fixture), ["- and berlin"]);
    fixture.session.run("SET nl2sql.share = 'samples'");
    ask(&mut fixture.session, "q", "customers");
    assert!(told(&fixture).iter().any(|line| line.contains("city = 'Berlin'")), "{:?}", told(&fixture));
}

#[test]
fn what_the_asker_may_no_longer_read_is_not_told() {
    let mut fixture = shop("thread_revoked");
    let (role, mut session) = fixture.analyst("GRANT SELECT ON customers, orders TO {role}");
    ask(&mut session, "q", "customers");
    ask(&mut session, "q", "orders");
    fixture.session.run(&format!("REVOKE SELECT ON customers FROM {role}"));
    let prompt = session.text("SELECT nl_prompt('only Berlin', thread => 'q')");
    assert!(prompt.contains("FROM orders") && !prompt.contains("customers"), "{prompt}");
}

#[test]
fn every_role_has_threads_of_its_own() {
    let mut fixture = shop("thread_roles");
    let (role, mut session) = fixture.analyst("GRANT SELECT ON customers, orders TO {role}");
    ask(&mut fixture.session, "q", "orders");
    ask(&mut session, "q", "customers");
    assert!(told(&fixture).is_empty());
    assert_eq!(turns(&mut session), ["q: customers"]);
    session.error("INSERT INTO nl2sql.turns SELECT * FROM nl2sql.turns", "42501");
    session.error("UPDATE nl2sql.turns SET sql = 'SELECT 1'", "42501");
    session.error("DELETE FROM nl2sql.turns", "42501");
    session.error("BEGIN; LOCK TABLE nl2sql.turns IN ROW EXCLUSIVE MODE", "42501");
    session.run("ROLLBACK");
    assert_eq!(session.text("SELECT nl_forget()"), "1");
    assert_eq!(turns(&mut fixture.session), ["q: orders"]);
    ask(&mut session, "q", "customers");
    // Who comes after a role of the same name has none of its turns, and what it left goes when others ask.
    drop(session);
    fixture.session.run(&format!("ALTER ROLE {role} RENAME TO {role}_renamed"));
    let mut renamed = fixture.asker(&format!("{role}_renamed"));
    assert_eq!(turns(&mut renamed), ["q: customers"], "a role is known by its oid");
    drop(renamed);
    fixture.session.run(&format!("DROP OWNED BY {role}_renamed; DROP ROLE {role}_renamed; CREATE ROLE {role} LOGIN"));
    assert!(turns(&mut fixture.database.session_as(&role)).is_empty());
    ask(&mut fixture.session, "other", "orders");
    assert_eq!(turns(&mut fixture.session), ["q: orders", "other: orders"]);
    fixture.session.run(&format!("DROP ROLE {role}"));
}

/// Whoever calls a SECURITY DEFINER function asks as its owner, but not in the threads of its other callers.
#[test]
fn callers_of_a_definer_have_threads_of_their_own() {
    let mut fixture = shop("thread_definer");
    let (_, mut one) = fixture.analyst("");
    let role = fixture.database.role("second");
    fixture.session.run(&format!("GRANT USAGE ON FOREIGN SERVER gpt TO {role}"));
    let mut two = fixture.database.session_as(&role);
    fixture.session.run(
        "ALTER ROLE postgres SET nl2sql.model = 'gpt';
         CREATE FUNCTION public.asked(question text) RETURNS SETOF json SECURITY DEFINER SET search_path = public
             RETURN (SELECT nl_ask(question, thread => 'q'));
         GRANT EXECUTE ON FUNCTION public.asked TO PUBLIC",
    );
    one.run("SELECT public.asked('customers')");
    two.run("SELECT public.asked('orders')");
    assert!(told(&fixture).is_empty());
    one.run("SELECT public.asked('only Berlin')");
    assert_eq!(told(&fixture), ["- customers", "SQL: SELECT count(*) AS n FROM customers"]);
    assert!(turns(&mut one).is_empty(), "they are the definer's");
    assert_eq!(fixture.session.text("SELECT nl_forget('q')"), "0");
    fixture.session.run("ALTER ROLE postgres RESET nl2sql.model");
}

#[test]
fn a_turn_ends_with_its_transaction() {
    let mut fixture = shop("thread_rollback");
    fixture.session.run("BEGIN");
    ask(&mut fixture.session, "q", "customers");
    let mut other = fixture.asker("postgres");
    other.run("SET statement_timeout = '40s'");
    ask(&mut other, "q", "orders");
    assert!(told(&fixture).is_empty(), "what is not committed is nobody else's");
    fixture.session.run("ROLLBACK");
    assert_eq!(turns(&mut fixture.session), ["q: orders"]);
    fixture.session.run("BEGIN; SAVEPOINT s");
    ask(&mut fixture.session, "q", "customers");
    fixture.session.run("ROLLBACK TO s; COMMIT");
    assert_eq!(turns(&mut fixture.session), ["q: orders"]);
}

#[test]
fn nothing_fails_where_nothing_can_be_written() {
    let mut fixture = shop("thread_read_only");
    ask(&mut fixture.session, "q", "orders");
    fixture.session.run("BEGIN READ ONLY");
    fixture.session.notices();
    assert_eq!(ask(&mut fixture.session, "q", "customers"), [r#"{"n":5000}"#]);
    assert_eq!(told(&fixture), ["- orders", "SQL: SELECT count(*) AS n FROM orders"]);
    let notices = fixture.session.notices();
    assert!(notices.iter().any(|notice| notice.contains("does not remember this question")), "{notices:?}");
    fixture.session.error("SELECT nl_forget('q')", "25006");
    fixture.session.run("ROLLBACK");
    assert_eq!(turns(&mut fixture.session), ["q: orders"]);
}

#[test]
fn threads_are_forgotten_on_demand_and_in_time() {
    let mut fixture = shop("thread_forgotten");
    ask(&mut fixture.session, "q", "customers");
    ask(&mut fixture.session, "p", "orders");
    assert_eq!(fixture.session.text("SELECT nl_forget('q')"), "1");
    assert_eq!(turns(&mut fixture.session), ["p: orders"]);
    fixture.session.run("UPDATE nl2sql.turns SET asked_at = asked_at - interval '31 days'");
    ask(&mut fixture.session, "p", "customers");
    assert!(told(&fixture).is_empty());
    assert_eq!(turns(&mut fixture.session), ["p: customers"], "what has expired goes");
    fixture.session.run("SET nl2sql.thread_ttl = 0");
    ask(&mut fixture.session, "p", "orders");
    assert!(told(&fixture).is_empty());
    assert_eq!(turns(&mut fixture.session), ["p: customers"]);
    fixture.session.run("RESET nl2sql.thread_ttl");
    fixture.session.run(
        "INSERT INTO nl2sql.turns (role, caller, thread, question, sql)
         SELECT role, caller, 't' || n, 'orders', 'SELECT 1' FROM nl2sql.turns, generate_series(1, 550) AS n",
    );
    ask(&mut fixture.session, "p", "orders");
    assert_eq!(fixture.session.text("SELECT count(*) FROM nl2sql.turns"), "500", "no role has more");
    let long = "é".repeat(101);
    fixture.session.error(&format!("SELECT nl_ask('orders', thread => '{long}')"), "54000");
    fixture.session.error("SELECT nl_ask('orders', thread => ' ')", "22023");
}

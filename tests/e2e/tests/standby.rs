//! On a hot standby questions are answered as on its primary, with what was taught there, and nothing tries to write.

use nl2sql_e2e::cluster::{Cluster, Content, Database};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::server;
use nl2sql_e2e::session::Session;

const PRELOAD: &str = "shared_preload_libraries = 'nl2sql'\n";
const COUNT: &str = "how many customers are there";

fn shop<'c>(primary: &'c Cluster, double: &Double) -> Database<'c> {
    let database = primary.database("standby", Content::Shop);
    database.session().run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    database.session().run("CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-test')");
    database
}

fn follows(settings: &str) {
    let primary = Cluster::start_with(settings);
    let double = Double::start();
    double.answer("the model's", Reply::sql("SELECT 7 AS seven"));
    let database = shop(&primary, &double);
    let role = database.role("asker");
    let mut owner = database.session();
    teach(&mut owner, &role);
    let standby = primary.standby("");
    primary.wait_for(&standby);
    let copy = database.on(&standby);
    let mut asker = copy.session_as(&role);
    asker.run("SELECT * FROM nl_check('SELECT 1')");

    assert_eq!(asker.ask(COUNT), database.session_as(&role).ask(COUNT));
    every_form_answers(&mut asker, &double);
    // What writes says that it can't.
    for sql in ["SELECT nl2sql.teach('a new one', 'SELECT 1')", "SELECT nl_feedback('who buys most', true)"] {
        asker.error(sql, "25006");
    }
    changes_are_known(&mut owner, &mut asker, || primary.wait_for(&standby), || copy.session_as(&role));

    standby.promote();
    let mut teacher = copy.session();
    teacher.run("SELECT nl2sql.teach('a new one', 'SELECT 1 AS new')");
    assert!(teacher.text("SELECT nl_sql('a new one')").ends_with("SELECT 1 AS new"));
    assert!(!standby.log().contains("PANIC") && !standby.log().contains("terminated by signal"), "{}", standby.log());
}

/// What the asker may read, a pair and a word of the company.
fn teach(owner: &mut Session, role: &str) {
    owner.run(&format!(
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}; GRANT USAGE ON FOREIGN SERVER gpt TO {role}"
    ));
    owner.run("SELECT nl2sql.teach('who buys most', 'SELECT count(*) AS taught FROM orders', audience => 'public')");
    owner.run(
        "SELECT nl2sql.define('grand customer', 'has a name', on_relation => 'customers', expression => 'name IS NOT NULL',
                              audience => 'public')",
    );
}

/// By the builtin model, by what was taught, by a word of the company, by a model; in every form of answer.
fn every_form_answers(asker: &mut Session, double: &Double) {
    assert_eq!(
        asker.text("SELECT nl_sql('who buys most')").lines().last(),
        Some("SELECT count(*) AS taught FROM orders")
    );
    assert!(asker.text("SELECT nl_sql('how many grand customers are there')").contains("IS NOT NULL"));
    assert_eq!(asker.texts("SELECT n FROM nl_query('how many customers are there') AS t(n bigint)").len(), 1);
    asker.run("BEGIN; SELECT nl_open('list customers', 'c'); FETCH 3 FROM c; COMMIT");
    assert!(asker.text("SELECT nl_chart('orders per month')").contains("vega"));
    asker.run("SET nl2sql.model = 'gpt'");
    for _ in 0..2 {
        assert_eq!(asker.ask("the model's").len(), 1);
    }
    assert_eq!(double.chats().len(), 2, "no draft can be kept");
    assert_eq!(asker.texts("SELECT nl_ask('the model''s', thread => 't')").len(), 1);
    assert!(asker.notices().iter().any(|notice| notice.contains("thread")), "it says that the thread does not go on");
    asker.run("RESET nl2sql.model");
}

/// What changes there is known here to sessions that have asked before, as to those that begin. `arrive` waits until it is here,
/// `begin` begins a session.
fn changes_are_known(owner: &mut Session, asker: &mut Session, arrive: impl Fn(), begin: impl Fn() -> Session) {
    let known = |session: &mut Session, name: &str| {
        session.text("SELECT nl_prompt('how many customers are there')").contains(name)
    };
    for (change, name, is_known) in [
        ("ALTER TABLE customers RENAME COLUMN name TO called", "called", true),
        ("CREATE TABLE customer_wishes (id int); GRANT SELECT ON customer_wishes TO PUBLIC", "customer_wishes", true),
        ("REVOKE SELECT ON customer_wishes FROM PUBLIC", "customer_wishes", false),
        ("GRANT SELECT ON customer_wishes TO PUBLIC", "customer_wishes", true),
        ("SECURITY LABEL FOR nl2sql ON TABLE customer_wishes IS 'hidden'", "customer_wishes", false),
        ("COMMENT ON TABLE customers IS 'who buys'", "who buys", true),
    ] {
        owner.run(change);
        arrive();
        assert_eq!(known(asker, name), is_known, "{change}");
        assert_eq!(known(&mut begin(), name), is_known, "{change}, in a session that begins");
    }
}

#[test]
fn a_standby_answers() {
    follows("");
}

#[test]
fn one_that_preloads_the_library_does_too() {
    follows(PRELOAD);
}

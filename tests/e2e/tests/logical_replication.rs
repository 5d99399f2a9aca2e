//! A publication for all tables has those of the extension in it. That is in nobody's way: what is kept is changed and forgotten as
//! ever, here and where it is replicated to.

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::server;
use nl2sql_e2e::session::Session;
use nl2sql_e2e::waiting::wait_for;

const LOGICAL: &str = "wal_level = logical\n";
const TABLES: [&str; 10] =
    ["cache", "turns", "glossary", "history", "calls", "verified", "feedback", "quota", "profile", "job"];

/// All rows of all tables of the extension, as one text.
fn kept() -> String {
    let of = |table| format!("SELECT '{table} ' || t::text AS line FROM nl2sql.{table} AS t");
    let all = TABLES.map(of).join(" UNION ALL ");
    format!("SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), 'nothing') FROM ({all}) AS kept")
}

/// What a session does that has the extension write, change and take away rows of its own.
fn work(session: &mut Session) {
    session.run("SET nl2sql.model = 'gpt'; SET nl2sql.history = 'full'; SET nl2sql.cache_ttl = '1h'");
    session.ask("the model's");
    session.run("SET nl2sql.model = 'builtin'");
    for _ in 0..2 {
        session.run("SELECT nl_ask('how many customers are there', thread => 't')");
    }
    session.run("SELECT nl2sql.teach('who buys most', 'SELECT count(*) AS taught FROM orders', audience => 'public')");
    session.run("SELECT nl2sql.teach('who buys least', 'SELECT count(*) AS few FROM orders')");
    for meaning in ["has a name", "one with a name"] {
        session.run(&format!(
            "SELECT nl2sql.define('grand customer', '{meaning}', on_relation => 'customers',
                 expression => 'name IS NOT NULL', audience => 'public')"
        ));
        session.run("SELECT nl2sql.undefine('grand customer')");
    }
    session.run("SELECT nl2sql.define('turnover', 'revenue')");
    session.run("SELECT nl_feedback('how many orders are there', true)");
    session.run("INSERT INTO nl2sql.quota (role, questions) VALUES ('-', 1000)");
    session.run("INSERT INTO nl2sql.profile VALUES ('-', 'nl2sql.row_limit', '900')");
}

/// The rest: rows go, and others change.
fn forget(session: &mut Session) {
    session.run("SELECT nl2sql.unteach(id) FROM nl2sql.verified WHERE question = 'who buys least'");
    assert_eq!(session.text("SELECT nl_forget()"), "1");
    assert_ne!(session.text("SELECT nl2sql.erase(NULL)"), "0");
    // A draft that is too old goes when the next is kept.
    session.run("SET nl2sql.cache_ttl = '1s'; SELECT pg_sleep(1.1); SET nl2sql.model = 'gpt'");
    session.ask("the model's");
    assert_eq!(session.text("SELECT count(*) FROM nl2sql.cache"), "1");
    session.run("UPDATE nl2sql.quota SET questions = 500; DELETE FROM nl2sql.profile");
}

#[test]
fn tables_of_the_extension_are_published_without_harm() {
    let (publisher, subscriber) = (Cluster::start_with(LOGICAL), Cluster::start_with(LOGICAL));
    let double = Double::start();
    double.answer("the model's", Reply::sql("SELECT 7 AS seven"));
    let (source, copy) = (publisher.database("source", Content::Shop), subscriber.database("copy", Content::Shop));
    let mut here = source.session();
    here.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    here.run("CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-test')");
    here.run("CREATE PUBLICATION everything FOR ALL TABLES");
    here.run("SELECT * FROM nl_check('SELECT 1')");
    work(&mut here);

    let mut there = copy.session();
    // The shop is the same on both sides, and would be there twice.
    let shop = "SELECT string_agg(oid::regclass::text, ', ') FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
    let shop = there.text(shop);
    there.run(&format!("TRUNCATE {shop} CASCADE"));
    let connection = format!("host=127.0.0.1 port={} user=postgres dbname={}", publisher.port(), source.name);
    there.run(&format!("CREATE SUBSCRIPTION copied CONNECTION '{connection}' PUBLICATION everything"));
    let wanted = here.text(&kept());
    assert!(TABLES.iter().all(|table| *table == "job" || wanted.contains(&format!("{table} ("))), "{wanted}");
    wait_for(&mut there, &kept(), &wanted);
    forget(&mut here);
    let wanted = here.text(&kept());
    assert!(!wanted.contains("turns (") && !wanted.contains("few"), "{wanted}");
    wait_for(&mut there, &kept(), &wanted);

    // What was taught there answers here.
    let taught = there.text("SELECT nl_sql('who buys most')");
    assert!(taught.ends_with("SELECT count(*) AS taught FROM orders"), "{taught}");
    here.run("SET nl2sql.model = 'builtin'");
    assert_eq!(there.ask("how many customers are there"), here.ask("how many customers are there"));
    assert!(!subscriber.log().contains("logical replication apply worker\" (PID"), "{}", subscriber.log());
    there.run("DROP SUBSCRIPTION copied");
}

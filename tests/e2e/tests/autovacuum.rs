//! With autovacuum at work all the time, as in production: what it changes makes no question new, and none fail.

use std::thread;
use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::server;

/// As often as the server can, on tables with any change at all.
const AGGRESSIVE: &str = "\
autovacuum = on
autovacuum_naptime = 1s
autovacuum_vacuum_threshold = 0
autovacuum_vacuum_scale_factor = 0
autovacuum_vacuum_insert_threshold = 0
autovacuum_vacuum_insert_scale_factor = 0
autovacuum_analyze_threshold = 0
autovacuum_analyze_scale_factor = 0
autovacuum_vacuum_cost_delay = 0
";

#[test]
fn drafts_outlive_analyze_and_questions_go_on() {
    let cluster = Cluster::start_with(AGGRESSIVE);
    let database = cluster.database("autovacuum", Content::Shop);
    let double = Double::start();
    double.answer("customers", Reply::sql("SELECT count(*) AS n FROM customers"));
    let mut session = database.session();
    session.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    session.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.model = 'gpt'; SET nl2sql.cache_ttl = '1h'");
    let before = session.ask("customers");
    let mut writer = database.session();
    let analyzed = "SELECT coalesce(sum(autoanalyze_count), 0) FROM pg_stat_user_tables WHERE relname = 'customers'";
    let started = Instant::now();
    loop {
        writer.run("UPDATE customers SET name = name WHERE id % 3 = 0");
        assert_eq!(session.ask("customers"), before);
        session.run("SET nl2sql.model = 'builtin'");
        session.text("SELECT nl_sql('how many customers in Berlin')");
        session.run("SET nl2sql.model = 'gpt'");
        if writer.text(analyzed).parse::<i64>().unwrap_or_default() >= 2 {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(150), "autovacuum does not come");
        thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(session.ask("customers"), before);
    assert_eq!(double.chats().len(), 1, "the draft is used again, whatever ANALYZE found");
    assert_eq!(session.text("SELECT count(*) FROM nl2sql.cache"), "1");
}

//! Whoever takes the extension out again finds the cluster as it was: no label, no setting, no process, no shared memory.

use nl2sql_e2e::cluster::{Cluster, Content};
use nl2sql_e2e::waiting::wait_for;

const PRELOADED: &str = "shared_preload_libraries = 'nl2sql'\nnl2sql.history = 'full'\n";
const EVERYTHING: &str = include_str!("../sql/everything.sql");

/// How to take settings of roles and databases away is told there.
const DOCUMENT: &str = include_str!("../../../docs/administration.md");

#[test]
fn nothing_is_left() {
    let cluster = Cluster::start_with(PRELOADED);
    let database = cluster.database("removal", Content::Shop);
    let mut session = database.session();
    // Templates of the harness have it, too, and are no part of this.
    session.run("DROP DATABASE e2e_shop");
    session.run("DROP EXTENSION nl2sql CASCADE");
    let before = cluster.dump_all();
    session.run("CREATE EXTENSION nl2sql");
    session.run(EVERYTHING);
    let id = session.text("SELECT nl_submit('how many orders are there')");
    wait_for(&mut session, &format!("SELECT state FROM nl2sql.jobs WHERE id = {id}"), "ready");
    let database_name = &database.name;
    session.run(&format!("ALTER DATABASE {database_name} SET nl2sql.max_cost = 5000"));
    wait_for(&mut session, "SELECT (count(*) > 0)::text FROM nl2sql.history", "true");
    assert_ne!(cluster.dump_all(), before);

    session.run("SELECT * FROM nl_drop_labels()");
    let resets = DOCUMENT.split("```").find(|block| block.starts_with("\nSELECT CASE WHEN s.setrole"));
    for reset in session.texts(resets.expect("the statement that tells those that take settings away")) {
        session.run(&reset);
    }
    session.run("DROP EXTENSION nl2sql CASCADE");
    session.run("DROP OWNED BY shop_analyst; DROP ROLE shop_analyst; DROP VIEW addresses; DROP SCHEMA back_office");
    assert_eq!(cluster.dump_all(), before);
    assert_eq!(session.text("SELECT count(*) FROM pg_seclabels WHERE provider = 'nl2sql'"), "0");

    let processes = "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'nl2sql%' AND datname IS NOT NULL";
    wait_for(&mut session, processes, "0");
    let shared = "SELECT count(*) FROM pg_shmem_allocations WHERE name LIKE 'nl2sql%'";
    assert_ne!(session.text(shared), "0", "the library is still preloaded");
    session.run("ALTER SYSTEM RESET shared_preload_libraries");
    session.run("ALTER SYSTEM RESET nl2sql.history");
    drop(session);
    cluster.restart("fast");
    let mut session = database.session();
    assert_eq!(session.text(shared), "0");
    assert_eq!(session.text("SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'nl2sql%'"), "0");
    assert_eq!(session.text("SELECT count(*) FROM pg_settings WHERE name LIKE 'nl2sql.%'"), "0");
}

//! What there is where the library is preloaded: history that outlives its transaction, written by a background process, and
//! counters for all sessions.

use std::thread;
use std::time::Duration;

use nl2sql_e2e::cluster::{Cluster, Content, Database};
use nl2sql_e2e::double::{Double, Provider, Reply};
use nl2sql_e2e::fixture::server;
use nl2sql_e2e::session::Session;
use nl2sql_e2e::waiting::{kill, wait_for, wait_until};

const PRELOADED: &str = "shared_preload_libraries = 'nl2sql'\nnl2sql.history = 'full'\n";
const QUESTION: &str = "how many customers are there";

fn cluster() -> &'static Cluster {
    static SHARED: std::sync::OnceLock<Cluster> = std::sync::OnceLock::new();
    SHARED.get_or_init(|| Cluster::start_with(PRELOADED))
}

fn shop(name: &str) -> Database<'static> {
    cluster().database(name, Content::Shop)
}

const OUTCOMES: &str =
    "SELECT string_agg(concat_ws(' ', function, outcome, sqlstate), ', ' ORDER BY asked_at) FROM nl2sql.history";

#[test]
fn history_outlives_what_fails_and_what_is_rolled_back() {
    let database = shop("outlives");
    let mut session = database.session();
    session.run("BEGIN");
    session.ask(QUESTION);
    session.run("ROLLBACK");
    session.error("SELECT nl_run('DELETE FROM customers')", "25006");
    session.error("SELECT nl_sql('how many unicorns are there')", "0A000");
    session.run("BEGIN READ ONLY");
    session.ask(QUESTION);
    session.run("COMMIT");
    session.run("SET statement_timeout = '200ms'; SET nl2sql.max_cost = 0");
    session.error("SELECT nl_run('SELECT count(*) FROM orders a, orders b, orders c')", "57014");
    session.run("RESET statement_timeout");
    let wanted = "nl_ask answered, nl_run refused 25006, nl_sql declined 0A000, nl_ask answered, nl_run failed 57014";
    wait_for(&mut session, OUTCOMES, wanted);
    // A question is no transaction that writes.
    session.run("BEGIN");
    session.ask(QUESTION);
    assert_eq!(session.text("SELECT pg_current_xact_id_if_assigned() IS NULL"), "t");
    session.run("COMMIT");
    wait_for(
        &mut session,
        "SELECT count(*) FROM nl2sql.history WHERE role_name = 'postgres' AND session_role = 'postgres'",
        "6",
    );
    let history = "SELECT concat_ws(' ', pending_bytes, written, lost, not_started) FROM nl2sql.stat_history()";
    // They are counted a moment after they can be seen.
    wait_for(&mut session, history, "0 6 0 0");
    let counted =
        "SELECT concat_ws(' ', role, questions, answered, declined, refused, failed, total_ms > 0) FROM nl2sql.stat()";
    assert_eq!(session.text(counted), "postgres 6 3 1 1 1 t");
    session.run("SELECT nl2sql.stat_reset()");
    assert_eq!(session.texts(counted), [""; 0]);
}

#[test]
fn counters_tell_everybody_their_own() {
    let database = shop("counters");
    let (one, two) = (database.role("one"), database.role("two"));
    let mut session = database.session();
    session.run(&format!("GRANT SELECT ON customers TO {one}, {two}"));
    for role in [&one, &two] {
        database.session_as(role).ask(QUESTION);
    }
    let seen = "SELECT string_agg(role || ' ' || questions, ', ' ORDER BY role) FROM nl2sql.stat()";
    assert_eq!(database.session_as(&one).text(seen), format!("{one} 1"));
    assert_eq!(session.text(seen), format!("{one} 1, {two} 1"));
    database.session_as(&one).error("SELECT nl2sql.stat_reset()", "42501");
    wait_for(&mut database.session_as(&two), "SELECT string_agg(role_name, ' ') FROM nl2sql.history", &two);
}

/// The process that writes leaves a database soon, so that it can be dropped or copied.
#[test]
fn databases_can_be_dropped_and_copied() {
    let database = shop("dropped");
    let mut session = database.session();
    session.ask(QUESTION);
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", "1");
    drop(session);
    let name = database.name.clone();
    let mut other = cluster().database("other", Content::Bare).session();
    other.run(&format!("CREATE DATABASE {name}_copy TEMPLATE {name}"));
    other.run(&format!("DROP DATABASE {name}"));
    wait_for(&mut other, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'nl2sql'", "0");
}

/// Who hands a record over waits for nobody: what the queue can't take is counted.
#[test]
fn what_cannot_be_written_is_counted() {
    let database = shop("counted");
    let mut session = database.session();
    let mut locker = database.session();
    locker.run("BEGIN; LOCK TABLE nl2sql.history");
    // Who asked is known where there is no room for what.
    let lost = "SELECT lost FROM nl2sql.stat_history()";
    for _ in 0..20 {
        session.run(&format!("SELECT nl_run('SELECT 1 AS n /* {} */')", "x".repeat(9_500)));
    }
    assert_eq!(session.text(lost), "0");
    let asked = (0..5_000).find(|_| {
        session.run("SELECT nl_run('SELECT 1')");
        session.text(lost) != "0"
    });
    assert!(asked.is_some(), "the queue takes any number");
    locker.run("ROLLBACK");
    let with_texts = "SELECT count(*) BETWEEN 5 AND 20 FROM nl2sql.history WHERE length(sql) > 9000";
    wait_for(&mut session, with_texts, "t");
    wait_for(&mut session, "SELECT pending_bytes FROM nl2sql.stat_history()", "0");
    assert_eq!(session.text("SELECT count(*) > 50 FROM nl2sql.history WHERE sql IS NULL"), "t");
    // Without the extension there is nowhere to write to.
    session.ask(QUESTION);
    session.run("DROP EXTENSION nl2sql CASCADE");
    thread::sleep(Duration::from_millis(300));
    // The process leaves where it has nothing to write.
    let here = "FROM pg_stat_activity WHERE backend_type = 'nl2sql' AND datname = current_database()";
    wait_for(&mut session, &format!("SELECT count(*) {here}"), "0");
    session.run("CREATE EXTENSION nl2sql");
    session.ask(QUESTION);
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", "1");
}

/// Whoever asks faster than can be written loses records of their own, and nobody else does.
#[test]
fn a_flood_costs_the_records_of_who_makes_it() {
    let database = shop("flooded");
    let mut owner = database.session();
    let mut locker = database.session();
    locker.run("BEGIN; LOCK TABLE nl2sql.history");
    let (many, few) = (database.role("many"), database.role("few"));
    let flood = |asked: u32, text: &str| {
        let asked = format!(
            "SELECT count(*) FROM generate_series(1, {asked}) i, LATERAL nl_run(format('SELECT %s AS n /* {text} */', i))"
        );
        database.session_as(&many).run(&asked);
    };
    flood(20, &"long ".repeat(3_000));
    flood(600, "short");
    let mut asking = database.session_as(&few);
    for asked in 0..5 {
        asking.run(&format!("SELECT nl_run('SELECT {asked} AS n /* {} */')", "told in full ".repeat(100)));
        flood(20, &"long ".repeat(3_000));
    }
    assert_eq!(owner.text("SELECT lost > 100 FROM nl2sql.stat_history()"), "t");
    locker.run("ROLLBACK");
    wait_for(&mut owner, "SELECT pending_bytes FROM nl2sql.stat_history()", "0");
    let written = "SELECT concat_ws(' ', count(*), count(*) FILTER (WHERE length(sql) > 1300)) FROM nl2sql.history
        WHERE role_name = '%'";
    assert_eq!(owner.text(&written.replace('%', &few)), "5 5");
    assert_eq!(owner.text(&format!("SELECT count(*) > 200 FROM nl2sql.history WHERE role_name = '{many}'")), "t");
}

/// A record that the tables can't take takes none of the others with it.
#[test]
fn one_record_spoils_no_other() {
    let database = shop("spoiled");
    let mut owner = database.session();
    owner.run("ALTER TABLE nl2sql.history ADD CHECK (question IS DISTINCT FROM 'list categories')");
    let mut asker = database.session();
    // Who owns the database may set this, and the process that writes would be that role.
    let role = database.role("nobody");
    for setting in ["role", "session_authorization"] {
        owner.run(&format!("ALTER DATABASE {} SET {setting} = '{role}'", database.name));
    }
    let double = Double::start();
    double.answer("with a zero byte", Reply::sql("SELECT 'a\0b'"));
    owner.run(&server("gpt", Provider::OpenAi, &double.url(Provider::OpenAi)));
    owner.run("CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key 'sk-test')");
    // They wait together while somebody holds the table.
    owner.run("BEGIN; LOCK TABLE nl2sql.history");
    for question in [QUESTION, "list categories", QUESTION] {
        asker.ask(question);
    }
    asker.run("SET nl2sql.model = 'gpt'; SET nl2sql.max_attempts = 1");
    assert!(asker.try_ask("with a zero byte").is_err());
    owner.run("COMMIT");
    wait_for(&mut owner, "SELECT count(*) FROM nl2sql.history", "3");
    wait_for(&mut owner, "SELECT lost FROM nl2sql.stat_history()", "1");
}

/// Tables of somebody else's under the same names are left alone, and nothing of theirs is run.
#[test]
fn nobody_elses_tables_are_written_to() {
    let database = shop("strangers");
    let stranger = database.role("stranger");
    let mut session = database.session();
    session.run(&format!(
        "ALTER DATABASE {} OWNER TO {stranger}; ALTER TABLE nl2sql.history OWNER TO {stranger}",
        database.name
    ));
    let mut theirs = database.session_as(&stranger);
    theirs.run(
        "CREATE TABLE seen (who text); GRANT INSERT ON seen TO PUBLIC;
         CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
             $$BEGIN INSERT INTO public.seen VALUES (current_user || ' ' || session_user); RETURN NEW; END$$;
         CREATE TRIGGER note BEFORE INSERT ON nl2sql.history FOR EACH ROW EXECUTE FUNCTION note();
         ALTER TABLE nl2sql.history ENABLE ALWAYS TRIGGER note",
    );
    session.ask(QUESTION);
    wait_for(&mut session, "SELECT lost FROM nl2sql.stat_history()", "1");
    assert_eq!(session.text("SELECT count(*) FROM seen"), "0");
    session.run("ALTER TABLE nl2sql.history OWNER TO postgres; ALTER TABLE nl2sql.history ENABLE TRIGGER note");
    session.ask(QUESTION);
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", "1");
    assert_eq!(session.text("SELECT count(*) FROM seen"), "0", "an ordinary trigger does not fire either");
}

/// A cluster of its own, as these tests end the server or processes of it.
struct Alone {
    cluster: &'static Cluster,
    database: Database<'static>,
}

impl Alone {
    fn start(name: &str) -> Alone {
        Self::start_with(name, "")
    }

    fn start_with(name: &str, settings: &str) -> Alone {
        let cluster: &'static Cluster = Box::leak(Box::new(Cluster::start_with(&format!("{PRELOADED}{settings}"))));
        Alone { cluster, database: cluster.database(name, Content::Shop) }
    }

    /// A session, once the server takes connections again.
    fn session(&self) -> Session {
        let config = self.cluster.config(&self.database.name);
        wait_until("the server is gone", || config.connect(postgres::NoTls).is_ok());
        self.database.session()
    }
}

/// A crash of the process that writes, or of a backend in the middle of a question, loses what waited at most.
#[test]
fn killed_processes_lose_no_written_row_and_no_later_answer() {
    let alone = Alone::start("killed");
    let mut session = alone.session();
    session.ask(QUESTION);
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", "1");
    let writer = "SELECT process FROM nl2sql.stat_history() WHERE process IS NOT NULL";
    // It leaves where nothing is asked for a while.
    let (mut asked, mut process) = (1, Vec::new());
    while process.is_empty() {
        session.ask(QUESTION);
        (asked, process) = (asked + 1, session.texts(writer));
    }
    kill(&process[0], &mut session);
    let mut session = alone.session();
    let kept: u32 = session.text("SELECT count(*) FROM nl2sql.history").parse().expect("a number");
    assert!((1..=asked).contains(&kept));
    assert_eq!(session.ask(QUESTION).len(), 1);
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", &(kept + 1).to_string());
    // A backend that is asking.
    let mut asking = alone.session();
    let pid = asking.pid().to_string();
    let slow = thread::spawn(move || {
        asking.run("SET nl2sql.max_cost = 0");
        assert!(asking.try_texts("SELECT nl_run('SELECT count(*) FROM orders a, orders b, orders c')").is_err());
    });
    wait_for(&mut session, &format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid} AND query ~ 'run'"), "1");
    thread::sleep(Duration::from_millis(300));
    kill(&pid, &mut session);
    slow.join().expect("no panic");
    let mut session = alone.session();
    assert_eq!(session.ask(QUESTION).len(), 1);
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", &(kept + 2).to_string());
    // One that is told to end is no crash, and what it could not write is written by the next.
    let mut locker = alone.session();
    locker.run("BEGIN; LOCK TABLE nl2sql.history");
    session.ask(QUESTION);
    wait_for(
        &mut session,
        "SELECT count(*) FROM nl2sql.stat_history() WHERE process IS NOT NULL AND pending_bytes > 0",
        "1",
    );
    session.run(&format!("SELECT pg_terminate_backend(({writer}))"));
    wait_for(
        &mut session,
        "SELECT count(*) FROM nl2sql.stat_history() WHERE process IS NULL AND pending_bytes > 0",
        "1",
    );
    locker.run("ROLLBACK");
    session.ask(QUESTION);
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", &(kept + 4).to_string());
}

/// Whoever holds all processes that the server has room for keeps nothing out of the history, in no database.
#[test]
fn history_is_written_while_others_hold_all_workers() {
    let alone = Alone::start_with("workers", "max_worker_processes = 6\n");
    let mut session = alone.session();
    session.run(
        "CREATE TABLE one_row_a_page WITH (fillfactor = 10) AS SELECT repeat('x', 900) AS x FROM generate_series(1, 100);
         ALTER TABLE one_row_a_page SET (parallel_workers = 50)",
    );
    let mut holder = alone.session();
    let pid = holder.pid();
    let holding = thread::spawn(move || {
        holder.run(
            "SET max_parallel_workers_per_gather = 50; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
             SET min_parallel_table_scan_size = 0; SET parallel_leader_participation = off",
        );
        holder.error("SELECT count(pg_sleep(600)) FROM one_row_a_page", "57014")
    });
    // All are registered before the first begins.
    let workers = "SELECT count(*) > 0 FROM pg_stat_activity WHERE backend_type = 'parallel worker'";
    wait_for(&mut session, workers, "t");
    let other = alone.cluster.database("workers_other", Content::Shop);
    let mut elsewhere = other.session();
    session.run("BEGIN");
    session.ask(QUESTION);
    session.ask(QUESTION);
    session.run("ROLLBACK");
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", "2");
    elsewhere.ask(QUESTION);
    wait_for(&mut elsewhere, "SELECT count(*) FROM nl2sql.history", "1");
    // One that can't be written to keeps the others waiting for a moment.
    let mut locker = other.session();
    locker.run("BEGIN; LOCK TABLE nl2sql.history");
    for _ in 0..3 {
        elsewhere.ask(QUESTION);
        session.ask(QUESTION);
    }
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", "5");
    locker.run("COMMIT");
    wait_for(&mut elsewhere, "SELECT count(*) FROM nl2sql.history", "4");
    for session in [&mut session, &mut elsewhere] {
        assert_eq!(session.text("SELECT not_started > 0 AND lost = 0 FROM nl2sql.stat_history()"), "t");
    }
    assert_eq!(session.text(workers), "t", "they were free meanwhile");
    session.run(&format!("SELECT pg_cancel_backend({pid})"));
    holding.join().expect("it was cancelled");
}

#[test]
fn the_server_stops_at_once() {
    let alone = Alone::start("stopped");
    let mut session = alone.session();
    session.ask(QUESTION);
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", "1");
    session.ask(QUESTION);
    let took = alone.cluster.stop_fast();
    assert!(took < Duration::from_secs(20), "{took:?}");
    let log = alone.cluster.log();
    assert!(log.contains("database system is shut down") && !log.contains("abnormal"), "{log}");
}

/// The process writes its tables and nothing else: of all rows, catalogs and sequences only the history moves.
#[test]
fn nothing_but_history_is_written() {
    let database = shop("nothing_else");
    let mut session = database.session();
    session.ask(QUESTION);
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", "1");
    let query = session.text(include_str!("../sql/contents.sql"));
    // Catalogs that all databases share change with the tests that run beside this one.
    let shared = session.texts("SELECT 'catalog ' || oid::regclass || ' ' FROM pg_class WHERE relisshared");
    let contents = |session: &mut Session| {
        let mut lines = session.texts(&query);
        lines.retain(|line| {
            !line.starts_with("row of nl2sql.history ") && !shared.iter().any(|start| line.starts_with(start))
        });
        lines.sort();
        lines
    };
    let before = contents(&mut session);
    assert!(before.len() > 20_000, "{}", before.len());
    session.run("BEGIN READ ONLY");
    for _ in 0..20 {
        session.ask(QUESTION);
    }
    session.run("COMMIT");
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", "21");
    assert!(contents(&mut session) == before, "something else was written");
}

/// Where the history was turned off, the background process still has what is too old go, and nobody else writes.
#[test]
fn old_history_goes_where_nothing_is_written() {
    let database = shop("aside");
    let mut session = database.session();
    session.ask(QUESTION);
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", "1");
    session.run("UPDATE nl2sql.history SET asked_at = asked_at - interval '91 days'");
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.stat_history() WHERE process IS NOT NULL", "0");
    let mut other = database.session();
    other.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.history = 'off'; BEGIN READ ONLY");
    other.ask(QUESTION);
    other.run("COMMIT");
    wait_for(&mut session, "SELECT count(*) FROM nl2sql.history", "0");
    assert_eq!(session.text("SELECT concat_ws(' ', written, lost) FROM nl2sql.stat_history()"), "1 0");
}

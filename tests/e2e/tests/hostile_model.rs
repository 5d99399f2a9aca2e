//! The model as the attacker: whatever it drafts, nothing changes and the asker is told why.

use std::io::Write;

use nl2sql_e2e::attack::Target;
use nl2sql_e2e::double::Reply;

const WRITES: &[&str] = &[
    "DROP TABLE staff",
    "DELETE FROM staff",
    "UPDATE staff SET name = 'x'",
    "INSERT INTO staff VALUES (3, 'x')",
    "TRUNCATE staff",
    "CREATE TABLE loot AS SELECT * FROM staff",
    "SELECT * INTO loot FROM staff",
    "ALTER TABLE staff ADD COLUMN x int",
    "GRANT ALL ON staff TO PUBLIC",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE intruder SUPERUSER",
    "WITH gone AS (DELETE FROM staff RETURNING *) SELECT * FROM gone",
    "WITH a AS (SELECT 1), b AS (INSERT INTO staff VALUES (3, 'x') RETURNING id) SELECT * FROM a, b",
    "SELECT * FROM (WITH gone AS (UPDATE staff SET name = 'x' RETURNING *) SELECT * FROM gone) AS q",
    "DO $$ BEGIN DELETE FROM staff; END $$",
    "CALL wipe()",
    "COPY staff TO PROGRAM 'touch {file}'",
    "COPY staff TO '{file}'",
    "COPY staff FROM PROGRAM 'echo 3'",
    "EXPLAIN ANALYZE DELETE FROM staff",
    "EXPLAIN SELECT 1",
    "SET ROLE postgres",
    "RESET ALL",
    "SHOW data_directory",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT s",
    "PREPARE p AS DELETE FROM staff",
    "EXECUTE p",
    "DECLARE c CURSOR FOR SELECT 1",
    "LISTEN channel",
    "NOTIFY loot",
    "LOCK TABLE staff",
    "VACUUM staff",
    "ANALYZE staff",
    "CHECKPOINT",
    "DISCARD ALL",
    "LOAD 'plpgsql'",
    "REINDEX TABLE staff",
    "COMMENT ON TABLE staff IS 'x'",
];

const SEVERAL: &[&str] = &[
    "SELECT 1; DROP TABLE staff",
    "SELECT 1; SELECT 2",
    "SELECT 1; COMMIT; DELETE FROM staff",
    "SELECT 1;; DELETE FROM staff --",
    "SELECT ';' ; /* ; */ DELETE FROM staff",
];

const FORBIDDEN: &[&str] = &[
    "SELECT pg_sleep(50)",
    "SELECT id, pg_sleep(50) FROM staff",
    "SELECT 1 WHERE pg_sleep(50) IS NULL",
    "SELECT 1 ORDER BY pg_catalog.pg_sleep(50)::text",
    "SELECT pg_catalog.\"pg_sleep\"(50)",
    "SELECT * FROM pg_sleep(50)",
    "SELECT 1 LIMIT (SELECT 1 FROM pg_sleep(50))",
    "SELECT nextval('numbers')",
    "SELECT setval('numbers', 99)",
    "SELECT set_config('work_mem', '1GB', false)",
    "SELECT current_setting('data_directory')",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT lo_create(0)",
    "SELECT lo_export(1, '{file}')",
    "SELECT lo_import('/etc/hostname')",
    "SELECT pg_notify('loot', 'x')",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_lock(1)",
    "SELECT pg_advisory_xact_lock(1)",
    "SELECT pg_terminate_backend(pg_backend_pid())",
    "SELECT pg_cancel_backend(pg_backend_pid())",
    "SELECT pg_reload_conf()",
    "SELECT pg_rotate_logfile()",
    "SELECT pg_switch_wal()",
    "SELECT pg_create_restore_point('x')",
    "SELECT query_to_xml('DELETE FROM staff RETURNING 1', true, true, '')",
    "SELECT table_to_xml('staff', true, true, '')",
    "SELECT nl_ask('recursion')",
    "SELECT * FROM nl_check('SELECT 1')",
    "SELECT rolname, rolpassword FROM pg_authid",
    "SELECT * FROM pg_catalog.pg_shadow",
    "SELECT umoptions FROM pg_user_mappings",
    "SELECT * FROM pg_stat_activity",
    "SELECT setting FROM pg_settings",
    "SELECT * FROM staff FOR UPDATE",
    "SELECT * FROM staff FOR KEY SHARE",
    "SELECT * FROM (SELECT * FROM staff FOR SHARE) AS q",
    "SELECT wipe_rows()",
];

/// What the guard may see in one way or another; only that it fails and that nothing changes is certain.
const HIDDEN: &[&str] = &[
    "SELECT * FROM sly_view",
    "SELECT 1 <~> 2",
    "SELECT harmless()",
    "SELECT * FROM dblink('dbname=postgres', 'SELECT 1') AS t(n int)",
    "SELECT 1 AS n FROM staff TABLESAMPLE nonsense (1)",
    "SELECT * FROM staff; -- \u{0}",
    "\u{feff}DROP TABLE staff",
    "SELECT $q$ unfinished",
    "/* /* */ DROP TABLE staff",
    "",
];

const SCHEMA: &str = "
    CREATE TABLE staff (id int, name text);
    INSERT INTO staff VALUES (1, 'Ada'), (2, 'Ben');
    CREATE SEQUENCE numbers;
    CREATE PROCEDURE wipe() LANGUAGE sql AS 'DELETE FROM staff';
    CREATE FUNCTION wipe_rows() RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN DELETE FROM staff; RETURN 1; END';
    CREATE FUNCTION harmless() RETURNS int LANGUAGE plpgsql IMMUTABLE AS
        'BEGIN PERFORM set_config(''e2e.mark'', ''x'', false); DELETE FROM staff; RETURN 1; END';
    CREATE FUNCTION sly(int, int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN DELETE FROM staff; RETURN true; END';
    CREATE OPERATOR <~> (LEFTARG = int, RIGHTARG = int, FUNCTION = sly);
    CREATE VIEW sly_view AS SELECT id, wipe_rows() AS n FROM staff;
    GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;
    GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO PUBLIC;
    GRANT CREATE ON SCHEMA public TO PUBLIC;";

fn target(name: &str, superuser: bool) -> Target {
    Target::new(name, superuser, SCHEMA)
}

#[test]
fn writes_are_refused() {
    target("writes", false).attack_with(WRITES, Some("25006"));
}

#[test]
fn writes_are_refused_to_a_superuser() {
    target("writes_super", true).attack_with(WRITES, Some("25006"));
}

#[test]
fn several_statements_are_refused() {
    target("several", false).attack_with(SEVERAL, Some("42601"));
    target("several_super", true).attack_with(SEVERAL, Some("42601"));
}

#[test]
fn functions_catalogs_and_locks_are_refused() {
    target("forbidden", false).attack_with(FORBIDDEN, Some("2F003"));
}

#[test]
fn functions_catalogs_and_locks_are_refused_to_a_superuser() {
    target("forbidden_super", true).attack_with(FORBIDDEN, Some("2F003"));
}

#[test]
fn hidden_attacks_fail() {
    target("hidden", false).attack_with(HIDDEN, None);
    target("hidden_super", true).attack_with(HIDDEN, None);
}

/// A refusal inside a transaction takes the transaction's earlier work along only if nobody catches it.
#[test]
fn the_callers_transaction_stays_writable() {
    let mut target = target("writable", false);
    target.fixture.double.answer("staff", Reply::sql("SELECT count(*) AS n FROM staff"));
    target.fixture.double.answer("attack", Reply::sql("DELETE FROM staff"));
    let asker = &mut target.asker;
    asker.run("BEGIN; INSERT INTO staff VALUES (3, 'Clara')");
    assert_eq!(asker.ask("staff")[0]["n"], 3, "the caller's own rows are seen");
    assert_eq!(asker.text("SHOW transaction_read_only"), "off");
    asker.run("INSERT INTO staff VALUES (4, 'David'); SAVEPOINT s");
    asker.ask_error("attack", "25006");
    asker.run("ROLLBACK TO s; INSERT INTO staff VALUES (5, 'Emma')");
    assert_eq!(asker.ask("staff")[0]["n"], 5);
    asker.run("COMMIT");
    assert_eq!(asker.text("SELECT count(*) FROM staff"), "5");
}

#[test]
fn a_read_only_transaction_can_ask() {
    let mut target = target("read_only", false);
    target.fixture.double.answer("staff", Reply::sql("SELECT count(*) AS n FROM staff"));
    target.asker.run("BEGIN READ ONLY");
    assert_eq!(target.asker.ask("staff")[0]["n"], 2);
    target.asker.run("COMMIT");
}

/// A reply is bounded by what it is unpacked to: these hundred kilobytes are a hundred megabytes.
#[test]
fn a_packed_reply_is_not_unpacked_without_end() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..100 {
        packed.write_all(&vec![b' '; 1 << 20]).expect("memory takes all");
    }
    let reply = |body: Vec<u8>| Reply::raw(200, "application/json", body).header("content-encoding", "gzip");
    let mut target = target("packed", false);
    target.fixture.double.answer("staff", reply(packed.finish().expect("memory takes all")));
    let pid = target.asker.pid();
    let peak = || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).unwrap_or_default()
    };
    target.asker.text("SELECT nl_prompt('staff')");
    let before = peak();
    let error = target.asker.failure("SELECT nl_ask('staff')");
    assert!(format!("{error:?}").contains("4 MiB"), "{error:?}");
    assert!(peak() < before + 60_000, "from {before} kB to {} kB", peak());
}

//! The lookup of stored values is bounded: in what it reads, in time, and by what other sessions hold.

use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::{Content, shared};
use nl2sql_e2e::session::Session;
use nl2sql_e2e::waiting::wait_for;

const FOUND: &str = "SELECT nl_prompt('what about Zebulon Quux') ~ 'Value of free.name like .*: \"Zebulon Quux\"'";

/// The budget is a fraction of a second, on a machine that is busy. Without one it would be minutes.
const IN_TIME: Duration = Duration::from_secs(15);

/// A value is not found where the machine is too busy to look in time: then it is asked again, by [`wait_for`].
fn asker(session: &mut Session) {
    session.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.share = 'samples'");
}

/// Pages of a table that were read or found in memory, by all sessions so far.
fn pages(session: &mut Session, table: &str) -> i64 {
    // What a session did is counted with some delay.
    session.run("SELECT pg_stat_force_next_flush()");
    let sql = format!("SELECT heap_blks_read + heap_blks_hit FROM pg_statio_user_tables WHERE relname = '{table}'");
    session.text(&sql).parse().expect("a number")
}

#[test]
fn a_large_table_is_never_read_whole() {
    let database = shared().database("values_large", Content::Empty);
    let mut session = database.session();
    session.run("CREATE TABLE large (name text, filler text)");
    session.run("INSERT INTO large SELECT 'guest ' || n, repeat('x', 500) FROM generate_series(1, 50000) AS n");
    session.run("ANALYZE large");
    asker(&mut session);
    let size: i64 = session.text("SELECT relpages FROM pg_class WHERE relname = 'large'").parse().expect("a number");
    assert!(size > 3000, "{size}");
    let before = pages(&mut session, "large");
    session.text("SELECT length(nl_prompt('what about guest 4711 and Zebulon Quux')) > 0");
    let read = pages(&mut session, "large") - before;
    assert!((1..300).contains(&read), "{read} of {size} pages");
}

#[test]
fn a_table_that_another_session_holds_costs_the_budget_and_no_more() {
    let database = shared().database("values_locked", Content::Empty);
    let mut holder = database.session();
    holder.run(
        "CREATE TABLE a_held (name text); CREATE TABLE free (name text); INSERT INTO free VALUES ('Zebulon Quux')",
    );
    let mut session = database.session();
    asker(&mut session);
    wait_for(&mut session, FOUND, "t");
    holder.run("BEGIN; LOCK TABLE a_held IN ACCESS EXCLUSIVE MODE");
    let started = Instant::now();
    session.text("SELECT length(nl_prompt('what about Zebulon Quux')) > 0");
    let took = started.elapsed();
    assert!(took < IN_TIME, "{took:?}");
    holder.run("ROLLBACK");
    wait_for(&mut session, FOUND, "t");
}

#[test]
fn slow_policies_cost_the_budget_and_no_more() {
    let database = shared().database("values_slow", Content::Empty);
    let mut owner = database.session();
    owner.run(
        "CREATE TABLE slow (name text); INSERT INTO slow SELECT 'x' FROM generate_series(1, 2000);
         CREATE FUNCTION busy() RETURNS boolean LANGUAGE plpgsql STABLE AS
         $$ BEGIN PERFORM count(*) FROM generate_series(1, 3000000); RETURN true; END $$;
         ALTER TABLE slow ENABLE ROW LEVEL SECURITY; CREATE POLICY busy ON slow USING (busy())",
    );
    let role = database.role("asker");
    owner.run(&format!("GRANT SELECT ON slow TO {role}; ALTER ROLE {role} SET nl2sql.share = 'samples'"));
    let mut session = database.session_as(&role);
    session.run("SELECT * FROM nl_check('SELECT 1')");
    let started = Instant::now();
    session.text("SELECT length(nl_prompt('what about Zebulon Quux')) > 0");
    let took = started.elapsed();
    assert!(took < IN_TIME, "{took:?}");
}

/// To plan the look-up of a value, the server computes what is constant in the conditions of the table's indexes.
#[test]
fn slow_conditions_of_indexes_cost_the_budget_and_no_more() {
    let database = shared().database("values_indexes", Content::Empty);
    let mut owner = database.session();
    owner.run("CREATE TABLE free (name text); INSERT INTO free VALUES ('Zebulon Quux')");
    let slow = vec!["length(lpad('', 15000000, 'ab')) > 1"; 20].join(" AND ");
    let long = (0..300).map(|i| format!("name <> '{i}'")).collect::<Vec<_>>().join(" AND ");
    for (table, condition) in
        [("one", "((repeat('a | ', 60000) || 'a')::tsquery) IS NOT NULL"), ("many", &slow), ("long", &long)]
    {
        owner.run(&format!("CREATE TABLE {table} (name text); CREATE INDEX ON {table} (name) WHERE {condition}"));
    }
    owner.run("INSERT INTO long VALUES ('Quentin Quark')");
    let mut session = database.session();
    asker(&mut session);
    let started = Instant::now();
    session.text(FOUND);
    let took = started.elapsed();
    assert!(took < IN_TIME, "{took:?}");
    let in_long = "SELECT nl_prompt('what about Quentin Quark') ~ 'Value of long.name like .*: \"Quentin Quark\"'";
    wait_for(&mut session, FOUND, "t");
    assert_eq!(session.text(in_long), "f", "a table with so long conditions is left out");
    owner.run("DROP INDEX long_name_idx");
    wait_for(&mut session, in_long, "t");
}

/// A comparison by many collations of ICU takes the square of a text's marks, and an index compares a dozen times.
#[test]
fn a_text_that_takes_long_to_compare_holds_up_no_lookup() {
    let database = shared().database("values_marked", Content::Empty);
    let mut session = database.session();
    if session.text("SELECT count(*) FROM pg_collation WHERE collname = 'vi-x-icu'") == "0" {
        println!("left out, as this server has no ICU");
        return;
    }
    session.run(
        "CREATE TABLE towns (id int, town text COLLATE \"vi-x-icu\"); CREATE TABLE free (name text);
         INSERT INTO free VALUES ('Zebulon Quux'); INSERT INTO towns SELECT i, 'b' || i FROM generate_series(1, 12000) i;
         CREATE INDEX ON towns (town);
         INSERT INTO towns SELECT 0, 'c' || repeat(chr(769), 54000) || repeat(chr(807), 54000);
         UPDATE towns SET id = id; ANALYZE",
    );
    asker(&mut session);
    let started = Instant::now();
    session.text("SELECT length(nl_prompt('how many customers in Czechia, and what about Zebulon Quux')) > 0");
    let took = started.elapsed();
    assert!(took < IN_TIME, "{took:?}");
    wait_for(&mut session, FOUND, "t");
}

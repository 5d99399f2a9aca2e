//! Among hundreds of tables, questions are answered as they are among a few: the nearest are chosen, and they suffice.

use nl2sql_e2e::cluster::{Content, shared};
use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{Session, quote};
use nl2sql_e2e::waiting::wait_for;

const QUESTIONS: [&str; 6] = [
    "how many orders are there",
    "names of customers in Berlin",
    "the 5 products with the highest price",
    "orders per month in 2025",
    "number of orders per country of the customer",
    "customers who have no orders",
];

/// Tables about other things, in other schemas.
const PADDING: &str = "
    DO $$BEGIN FOR i IN 1..600 LOOP
        IF i % 100 = 1 THEN EXECUTE format('CREATE SCHEMA side_%s', i / 100); END IF;
        EXECUTE format('CREATE TABLE side_%s.gauge_%s (id int PRIMARY KEY, reading_%s numeric, station text)', (i - 1) / 100, i, i);
    END LOOP; END$$";

fn statements(session: &mut Session) -> Vec<String> {
    session.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.model = 'builtin'");
    let ask = |question: &&str| session.try_texts(&format!("SELECT nl_sql({})", quote(question)));
    QUESTIONS
        .iter()
        .map(ask)
        .map(|answer| answer.map_or_else(|error| error.to_string(), |rows| rows.concat()))
        .collect()
}

#[test]
fn the_builtin_model_reads_the_same_among_many_tables() {
    let database = shared().database("large", Content::Shop);
    let mut session = database.session();
    let before = statements(&mut session);
    assert!(before.iter().filter(|statement| statement.contains("SELECT")).count() > 3, "{before:#?}");
    session.run(PADDING);
    assert_eq!(statements(&mut session), before);
    assert_eq!(statements(&mut database.session()), before);
}

#[test]
fn rivals_among_many_tables_keep_a_question_ambiguous() {
    let database = shared().database("rivals", Content::Empty);
    let mut session = database.session();
    session.run(PADDING);
    session.run(
        "CREATE SCHEMA one; CREATE SCHEMA two;
         CREATE TABLE one.parcels (id int PRIMARY KEY, weight numeric);
         CREATE TABLE two.parcels (id int PRIMARY KEY, weight numeric)",
    );
    session.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.model = 'builtin'");
    let error = session.error("SELECT nl_sql('how many parcels are there')", "0A000");
    assert!(error.message().contains("more than one way"), "{error:?}");
}

#[test]
fn a_repair_names_the_nearest_of_all_tables() {
    let mut fixture = Fixture::empty("large_repair");
    fixture.session.run(PADDING);
    fixture.double.answer("measured", Reply::sql("SELECT * FROM gauges_511"));
    fixture.session.run("SET nl2sql.max_attempts = 2");
    fixture.session.ask_error("what was measured", "42P01");
    let repair = fixture.double.chats()[1].text();
    assert!(repair.contains("The nearest names are: side_5.gauge_511"), "{repair}");
}

#[test]
fn stored_values_are_found_in_chosen_tables() {
    let database = shared().database("large_values", Content::Empty);
    let mut session = database.session();
    session.run(PADDING);
    session.run(
        "CREATE TABLE depots (id int PRIMARY KEY, place text);
         INSERT INTO depots SELECT n, 'Quuxville ' || n FROM generate_series(1, 20) AS n; ANALYZE depots",
    );
    session.run("SELECT * FROM nl_check('SELECT 1'); SET nl2sql.share = 'samples'");
    // Where the machine is too busy to look in time, it is asked again.
    let told = "FROM nl_prompt('depots in quuxville 7') AS told";
    wait_for(
        &mut session,
        &format!("SELECT told ~ 'Value of depots.place like' AND told ~ '\"Quuxville 7\"' {told}"),
        "t",
    );
    session.run("UPDATE depots SET place = 'Zebulon Quux' WHERE id = 7; ANALYZE depots");
    wait_for(&mut session, "SELECT nl_prompt('depots in zebulon quux') ~ '\"Zebulon Quux\"'", "t");
}

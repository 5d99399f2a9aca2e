//! Security labels in dumps: they are restored with the extension, and get in the way without it unless they are taken away.

use nl2sql_e2e::cluster::{Content, Database, shared};
use nl2sql_e2e::server::lacks;
use nl2sql_e2e::session::Session;

/// A database with a label on each kind of object, in names that need quotes.
fn labelled(name: &str) -> (Database<'static>, Session) {
    let database = shared().database(name, Content::Empty);
    let mut session = database.session();
    session.run(
        "CREATE SCHEMA \"Back Office\"; CREATE TABLE people (id integer, \"E-Mail\" text) PARTITION BY LIST (id);
         CREATE TABLE \"Back Office\".\"pay\"\"roll\" (name text, salary integer);
         CREATE VIEW addresses AS SELECT \"E-Mail\" AS address FROM people;
         CREATE MATERIALIZED VIEW copied AS SELECT * FROM addresses;
         SELECT * FROM nl_labels();
         SECURITY LABEL FOR nl2sql ON COLUMN people.\"E-Mail\" IS 'masked';
         SECURITY LABEL FOR nl2sql ON SCHEMA \"Back Office\" IS 'hidden';
         SECURITY LABEL FOR nl2sql ON COLUMN \"Back Office\".\"pay\"\"roll\".salary IS 'masked';
         SECURITY LABEL FOR nl2sql ON VIEW addresses IS 'masked';
         SECURITY LABEL FOR nl2sql ON MATERIALIZED VIEW copied IS 'masked'",
    );
    (database, session)
}

const LABELS: &str = "SELECT object_type || ' ' || object || ' ' || label FROM nl_labels()";

/// Labels of schemas stand in a dump before the extension does.
const PRELOADED: &str = "-c session_preload_libraries=nl2sql";

fn restored(dump: &str, name: &str, options: &str) -> (Result<(), String>, Database<'static>) {
    let database = shared().database(name, Content::Bare);
    (shared().restore(dump, &database.name, options), database)
}

#[test]
fn a_dump_with_the_extension_brings_its_labels() {
    let (database, mut session) = labelled("dump_with");
    let (outcome, copy) = restored(&shared().dump(&database.name), "restore_with", PRELOADED);
    outcome.expect("the dump is restored");
    let labels = session.texts(LABELS);
    assert_eq!(labels.len(), 5);
    assert_eq!(copy.session().texts(LABELS), labels);
    session.run("SECURITY LABEL FOR nl2sql ON SCHEMA \"Back Office\" IS NULL");
    let (outcome, copy) = restored(&shared().dump(&database.name), "restore_plain", "");
    outcome.expect("without labels on schemas nothing need be preloaded");
    assert_eq!(copy.session().texts(LABELS).len(), 4);
}

#[test]
fn dropping_the_extension_warns_and_leaves_what_no_dump_survives() {
    let (database, mut session) = labelled("dump_left");
    session.notices();
    session.run("DROP EXTENSION nl2sql");
    let warned = session.notices();
    assert!(warned.iter().any(|text| text.starts_with("5 security labels of nl2sql stay behind")), "{warned:?}");
    let (outcome, _) = restored(&shared().dump(&database.name), "restore_left", "");
    assert!(outcome.expect_err("nobody knows the provider").contains("nl2sql"));
    let (outcome, _) = restored(&shared().dump(&database.name), "restore_preloaded", PRELOADED);
    outcome.expect("where the library is at hand there is this way, too");
    session.run("CREATE EXTENSION nl2sql");
    assert_eq!(session.texts(LABELS).len(), 5, "they can still be found, and taken away");
}

#[test]
fn taking_the_labels_away_makes_a_dump_that_needs_no_extension() {
    let (database, mut session) = labelled("dump_clean");
    let labels = session.texts(LABELS);
    let removed = session.texts("SELECT object_type || ' ' || object || ' ' || label FROM nl_drop_labels()");
    assert_eq!(removed, labels);
    assert!(session.texts(LABELS).is_empty());
    session.notices();
    session.run("DROP EXTENSION nl2sql");
    assert!(session.notices().is_empty(), "nothing is left to warn of");
    let (outcome, copy) = restored(&shared().dump(&database.name), "restore_clean", "");
    outcome.expect("the dump is restored");
    assert_eq!(copy.session().text("SELECT count(*) FROM pg_seclabel"), "0");
}

#[test]
fn labels_are_their_owners_to_take_away() {
    if lacks(&["file_fdw"]) {
        return;
    }
    let (database, mut session) = labelled("dump_owner");
    let role = database.role("visitor");
    let mut visitor = database.session_as(&role);
    visitor.error("SELECT * FROM nl_drop_labels()", "42501");
    assert_eq!(session.texts(LABELS).len(), 5, "none is gone");
    session.run("CREATE EXTENSION file_fdw; DROP EXTENSION file_fdw");
    visitor.error("SELECT nl2sql_warn_of_labels()", "39P03");
}

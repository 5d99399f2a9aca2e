//! The extension's own objects: none lends its owner's rights, all are where they belong, documented, and granted plainly.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nl2sql_e2e::cluster::{Content, shared};
use nl2sql_e2e::session::Session;

/// The extension in a schema of its own, so that what is elsewhere shows.
fn session() -> Session {
    let mut session = shared().database("objects", Content::Bare).session();
    session.run("CREATE SCHEMA apart; CREATE EXTENSION nl2sql SCHEMA apart");
    session
}

/// Those of `pg_proc` that the extension owns, as `p`.
const FUNCTIONS: &str = "FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
    AND d.deptype = 'e' JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'nl2sql'";

#[test]
fn no_function_runs_with_its_owners_privileges() {
    let mut session = session();
    assert!(session.text(&format!("SELECT count(*) {FUNCTIONS}")).parse::<u32>().unwrap() >= 6);
    let definers = session.texts(&format!("SELECT p.oid::regprocedure {FUNCTIONS} WHERE p.prosecdef"));
    assert!(definers.is_empty(), "SECURITY DEFINER wants a written reason and a pinned search_path: {definers:?}");
    let settings = session.texts(&format!("SELECT p.oid::regprocedure {FUNCTIONS} WHERE p.proconfig IS NOT NULL"));
    assert!(settings.is_empty(), "functions with settings of their own: {settings:?}");
}

#[test]
fn everything_is_in_the_extensions_schema() {
    // What asks is where it was put; what runs it is in a schema of its own.
    let elsewhere = format!(
        "SELECT p.oid::regprocedure {FUNCTIONS}
         WHERE p.pronamespace <> (CASE WHEN p.proname ~ '^nl' THEN 'apart' ELSE 'nl2sql' END)::regnamespace"
    );
    assert!(session().texts(&elsewhere).is_empty());
}

/// Whoever may use the schema may call; what a call may do is decided by the caller's own rights.
#[test]
fn privileges_are_postgresqls_defaults() {
    let granted = format!("SELECT p.oid::regprocedure || ' ' || p.proacl::text {FUNCTIONS} WHERE p.proacl IS NOT NULL");
    let granted = session().texts(&granted);
    assert!(granted.is_empty(), "granted or revoked: {granted:?}");
}

#[test]
fn functions_are_volatile_and_stay_out_of_parallel_workers() {
    let marked = format!("SELECT p.oid::regprocedure {FUNCTIONS} WHERE p.provolatile <> 'v' OR p.proparallel <> 'u'");
    // A function that starts a subtransaction cannot run in a worker, and one that asks a model is not to be called twice.
    let marked = session().texts(&marked);
    assert!(marked.is_empty(), "{marked:?}");
}

/// Rust's memory has no limit, and what it does is not cancelled: long arguments are refused before anything is made of them.
#[test]
fn no_text_is_taken_however_long_it_is() {
    let calls = format!(
        "SELECT format('SELECT %s(%s)', p.oid::regproc, (
             SELECT string_agg(CASE WHEN one.place = long.place THEN 'repeat(''x, '', 7000000)::' || one.type::regtype
                                    WHEN one.type = 'text'::regtype THEN quote_literal('how many customers are there')
                                    WHEN one.type = 'boolean'::regtype THEN 'true'
                                    WHEN one.type IN ('bigint'::regtype, 'integer'::regtype) THEN '1'
                                    ELSE 'NULL::' || one.type::regtype END, ', ' ORDER BY one.place)
             FROM unnest(p.proargtypes) WITH ORDINALITY AS one(type, place)))
         {FUNCTIONS}
         CROSS JOIN unnest(p.proargtypes) WITH ORDINALITY AS long(type, place)
         WHERE long.type IN ('text'::regtype, 'refcursor'::regtype) AND p.prorettype <> 'record'::regtype
         ORDER BY 1"
    );
    let mut session = session();
    let calls = session.texts(&calls);
    assert!(calls.len() > 30, "{calls:?}");
    for call in calls {
        let started = Instant::now();
        let result = session.try_texts(&call);
        assert!(started.elapsed() < Duration::from_secs(20), "{call} took {:?}", started.elapsed());
        match result {
            // An error is a document to nl_chat.
            Ok(rows) => assert!(rows.iter().all(|row| row.len() < 1000), "{call}"),
            Err(error) => {
                let error = error.as_db_error().expect("an error of the server");
                assert!(error.message().len() < 1000 && error.code().code() != "XX000", "{call}: {error:?}");
            }
        }
    }
    session.error("SELECT nl2sql.import(to_jsonb(repeat('x', 60000000)))", "54000");
}

#[test]
fn every_object_has_a_comment() {
    let sql = "SELECT pg_describe_object(d.classid, d.objid, 0) FROM pg_depend d
        WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'nl2sql')
        AND obj_description(d.objid, (SELECT relname FROM pg_class WHERE oid = d.classid)) IS NULL
        -- A table's row type and array type come with it, and have no comments of their own.
        AND NOT (d.classid = 'pg_type'::regclass AND EXISTS (
            SELECT FROM pg_type t WHERE t.oid = d.objid AND (t.typrelid <> 0 OR t.typelem <> 0)))";
    let silent = session().texts(sql);
    assert!(silent.is_empty(), "without a comment: {silent:?}");
}

/// Whoever may change rows may lock the table and hold everybody's questions up. A lock to read is in nobody's way.
#[test]
fn nobody_but_superusers_locks_the_tables() {
    let database = shared().database("objects_locked", Content::Empty);
    let role = database.role("locker");
    let tables = database.session().texts(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'nl2sql'::regnamespace AND c.relkind = 'r'",
    );
    assert!(tables.len() > 5, "{tables:?}");
    let mut session = database.session_as(&role);
    for table in &tables {
        for mode in [
            "ROW SHARE",
            "ROW EXCLUSIVE",
            "SHARE UPDATE EXCLUSIVE",
            "SHARE",
            "SHARE ROW EXCLUSIVE",
            "EXCLUSIVE",
            "ACCESS EXCLUSIVE",
        ] {
            session.error(&format!("BEGIN; LOCK TABLE {table} IN {mode} MODE"), "42501");
            session.run("ROLLBACK");
        }
        session.error(&format!("BEGIN; SELECT FROM {table} FOR KEY SHARE"), "42501");
        session.run("ROLLBACK");
    }
}

/// These forms name no schema for the operator they mean, so they would take anybody's from the asker's search_path.
#[test]
fn statements_of_our_own_take_every_operator_from_pg_catalog() {
    const FORMS: [&str; 6] = [" in (", " between ", "nullif(", "distinct from", " like ", "using ("];
    fn files(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).expect("a directory of sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "sql") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    files(&root.join("src"), &mut found);
    assert!(found.len() > 30, "{found:?}");
    files(&root.join("sql"), &mut found);
    // The demonstration is no part of the extension, and a script that was released stays as it is.
    let judged = |path: &PathBuf| {
        !path.ends_with("nl2sql--0.1.0.sql") && !path.components().any(|part| part.as_os_str() == "demo")
    };
    found.retain(judged);
    for path in found {
        let text = std::fs::read_to_string(&path).expect("a statement");
        for (number, line) in text.lines().enumerate() {
            let code = line.split("--").next().unwrap_or_default().to_lowercase();
            // What an event trigger is for is no comparison, and descriptions are prose.
            if code.contains("when tag in (") || code.trim_start().starts_with('\'') {
                continue;
            }
            let compares_a_case =
                code.split("case ").skip(1).any(|after| !after.trim().is_empty() && !after.starts_with("when "));
            let deletes_with = code.trim_start().starts_with("using (");
            let form = FORMS.iter().find(|form| code.contains(**form)).filter(|_| !deletes_with);
            assert!(form.is_none() && !compares_a_case, "{}:{}: {line}", path.display(), number + 1);
        }
    }
}

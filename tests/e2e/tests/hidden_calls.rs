//! What is hidden from the statement's text: each way to hide a call, and each thing that must not be done, is refused,
//! or stopped when it runs, or changes nothing. `sql/hidden_calls.txt` says which; the cluster's fingerprint never moves.

use nl2sql_e2e::attack::Target;
use nl2sql_e2e::server::lacks;

const SCHEMA: &str = include_str!("../sql/hidden_calls.sql");
const CASES: &str = include_str!("../sql/hidden_calls.txt");

/// Constraints are evaluated for every table.
const ASKER_SETTINGS: &str = "SET nl2sql.model = 'gpt'; SET nl2sql.max_attempts = 1; SET nl2sql.query_timeout = '30s';
    SET constraint_exclusion = on";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Refused,
    Stopped,
    Harmless,
}

struct Case {
    outcome: Outcome,
    /// No policy holds for superusers.
    ordinary_only: bool,
    sql: &'static str,
}

fn cases() -> impl Iterator<Item = Case> {
    CASES.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (outcome, sql) = line.split_once(" | ").unwrap_or_else(|| panic!("hidden_calls.txt: {line}"));
        let ordinary_only = outcome.starts_with("ordinary ");
        let outcome = match outcome.trim_start_matches("ordinary ") {
            "refused" => Outcome::Refused,
            "stopped" => Outcome::Stopped,
            "harmless" => Outcome::Harmless,
            other => panic!("hidden_calls.txt: {other}"),
        };
        Case { outcome, ordinary_only, sql }
    })
}

/// What became of it, in words where that is not what was expected.
fn deviation(target: &mut Target, case: &Case, superuser: bool) -> Option<String> {
    let (checked, asked) = (target.check(case.sql), target.ask(case.sql));
    // An ordinary role may lack a privilege where a superuser meets the guard.
    let refused = |code: &str| code == "2F003" || !superuser && code == "42501";
    let fits = match case.outcome {
        Outcome::Refused => {
            checked.as_ref().is_err_and(|code| refused(code)) && asked.as_ref().is_err_and(|code| refused(code))
        }
        // The hooks speak of functions and utilities, PL/pgSQL of what no STABLE function may do, the server of
        // read-only transactions, restricted operations and transaction control in the wrong place.
        Outcome::Stopped => asked.as_ref().is_err_and(|code| {
            refused(code) || ["25006", "0A000", "25001", "42501", "2D000", "55000"].contains(&code.as_str())
        }),
        Outcome::Harmless => checked.is_ok() && asked.is_ok(),
    };
    let moved = target.moved();
    if moved.is_some() {
        target.asker.run("SELECT pg_advisory_unlock_all(); DISCARD SEQUENCES; RESET ALL");
        target.asker.run(ASKER_SETTINGS);
        target.watch_anew();
    }
    let moved = moved.map(|moved| format!("; it moved: {moved}")).unwrap_or_default();
    (!fits || !moved.is_empty())
        .then(|| format!("{:?} {}: nl_check {checked:?}, nl_ask {asked:?}{moved}", case.outcome, case.sql))
}

fn try_all(name: &str, superuser: bool) {
    let mut target = Target::new(name, superuser, SCHEMA);
    let source = target.with_file("{file}.source");
    std::fs::write(&source, "here\nthere\n").expect("a file that a foreign table reads");
    let mut config = target.fixture.database.cluster.config(&target.fixture.database.name);
    let mut victim = nl2sql_e2e::session::Session::open(config.application_name("victim"));
    target.asker.run(ASKER_SETTINGS);
    target.watch_anew();
    let cases = || cases().filter(|case| !(superuser && case.ordinary_only));
    let mut failures: Vec<String> = cases().filter_map(|case| deviation(&mut target, &case, superuser)).collect();
    if victim.try_texts("SELECT 1").is_err() {
        failures.push("the other session was terminated".to_owned());
    }
    let _ = std::fs::remove_file(source);
    println!("{} cases", cases().count());
    assert!(failures.is_empty(), "{} deviate:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn nothing_hides() {
    if lacks(&["dblink", "file_fdw", "postgres_fdw", "tsm_system_rows"]) {
        return;
    }
    try_all("hiding", false);
}

#[test]
fn nothing_hides_from_a_superuser() {
    if lacks(&["dblink", "file_fdw", "postgres_fdw", "tsm_system_rows"]) {
        return;
    }
    try_all("hiding_super", true);
}

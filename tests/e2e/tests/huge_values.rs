//! Every function of the server that takes values of any size, with a stored one of 105 MB that is packed to a hundredth: it is
//! refused, or done in no time. Nobody could end it meanwhile.

use std::collections::BTreeMap;

use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::{Session, quote};

/// Huge values, by type.
const PACKED: &str = "
    CREATE TABLE packed AS SELECT t, t::bytea AS b, to_jsonb(t) AS j, to_json(t) AS s, t::bpchar AS c,
        array_fill(1, ARRAY[27000000]) AS i, array_fill('a'::text, ARRAY[13500000]) AS x
    FROM (SELECT repeat('a', 105000000) AS t OFFSET 0) q;
    GRANT SELECT ON packed TO PUBLIC";

/// The functions of the server that are no volatile ones, with the types of their arguments.
const FUNCTIONS: &str = "
    SELECT json_build_array(p.oid::regprocedure::text, p.oid::regproc::text, p.proretset, p.prokind,
                            ARRAY(SELECT u.o::regtype::text FROM unnest(p.proargtypes) WITH ORDINALITY u(o, n) ORDER BY u.n))
    FROM pg_proc p
    WHERE p.oid < 16384 AND p.prolang = 12 AND p.provolatile <> 'v' AND p.prokind = 'f' AND p.proname !~ '^pg_|^binary_upgrade'
      AND p.pronamespace = 'pg_catalog'::regnamespace
      AND p.proargtypes::oid[] && '{25,17,3802,114,1042,2277,1009,1007,5078}'::oid[]
    ORDER BY p.oid";

/// The column of [`PACKED`] that has a value of this type.
fn huge(of: &str) -> Option<&'static str> {
    Some(match of {
        "text" => "t",
        "bytea" => "b",
        "jsonb" => "j",
        "json" => "s",
        "character" => "c",
        "integer[]" | "anyarray" | "anycompatiblearray" => "i",
        "text[]" => "x",
        _ => return None,
    })
}

/// A small value of a type.
fn small(of: &str) -> Option<&'static str> {
    Some(match of {
        "text" => "'a'::text",
        "bytea" => "'a'::bytea",
        "jsonb" => "'[1]'::jsonb",
        "json" => "'[1]'::json",
        "character" => "'a'::bpchar",
        "integer[]" | "anyarray" | "anycompatiblearray" => "'{1}'::int[]",
        "text[]" => "'{a}'::text[]",
        "integer" | "anyelement" | "anynonarray" | "anycompatible" => "1",
        "bigint" => "1::bigint",
        "smallint" => "1::smallint",
        "boolean" => "true",
        "name" => "'a'::name",
        "\"char\"" => "'a'::\"char\"",
        "oid" => "1::oid",
        "numeric" => "1::numeric",
        "double precision" => "1::float8",
        "real" => "1::float4",
        "date" => "date '2026-01-01'",
        "timestamp without time zone" => "timestamp '2026-01-01'",
        "timestamp with time zone" => "timestamptz '2026-01-01'",
        "interval" => "interval '1 day'",
        "jsonpath" => "'$'::jsonpath",
        "regconfig" => "'simple'::regconfig",
        "regdictionary" => "'simple'::regdictionary",
        "tsvector" => "'a'::tsvector",
        "tsquery" => "'a'::tsquery",
        "xml" => "'<a/>'::xml",
        _ => return None,
    })
}

/// Seconds that a backend has computed.
fn computed(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("the backend is alive");
    let ticks = stat.rsplit(')').next().into_iter().flat_map(str::split_whitespace).skip(11).take(2);
    ticks.map(|ticks| ticks.parse::<f64>().expect("a number")).sum::<f64>() / 100.0
}

/// The calls to make of a function, each with one huge argument.
fn calls(function: &serde_json::Value) -> Vec<String> {
    let types: Vec<&str> = function[4].as_array().expect("types").iter().filter_map(|of| of.as_str()).collect();
    let call = |at: usize| -> Option<String> {
        let arguments: Option<Vec<&str>> =
            types.iter().enumerate().map(|(place, of)| if place == at { huge(of) } else { small(of) }).collect();
        Some(format!(
            "SELECT count(x) FROM (SELECT {}({}) AS x FROM packed OFFSET 0) q",
            function[1].as_str()?,
            arguments?.join(", ")
        ))
    };
    (0..types.len()).filter_map(call).collect()
}

fn outcome(asker: &mut Session, sql: &str) -> String {
    match asker.try_texts(&format!("SELECT nl_run({})", quote(sql))) {
        Ok(_) => "answered".to_owned(),
        Err(error) => error.code().map_or_else(|| format!("{error:?}"), |code| code.code().to_owned()),
    }
}

/// Seconds of the processor that a call may take: one and a half, or more on a slow machine, where a quick function takes long
/// too.
fn most(session: &mut Session) -> f64 {
    let process = session.text("SELECT pg_backend_pid()");
    let before = computed(&process);
    session.text("SELECT md5(t) FROM packed");
    (5.0 * (computed(&process) - before)).max(1.5)
}

#[test]
fn no_function_goes_on_over_a_huge_value() {
    let mut fixture = Fixture::empty("huge_values");
    fixture.session.run("SET statement_timeout = 0");
    fixture.session.run(PACKED);
    let mut asker = fixture.asker("postgres");
    asker.run("SET nl2sql.query_timeout = '500ms'; SET nl2sql.memory_limit = '1GB'; SET nl2sql.max_cost = 0");
    let process = asker.text("SELECT pg_backend_pid()");
    let functions = asker.texts(FUNCTIONS);
    let most = most(&mut fixture.session);
    let (mut asked, mut refused, mut slow, mut outcomes) = (0, 0, Vec::new(), BTreeMap::<String, usize>::new());
    for function in &functions {
        for sql in calls(&serde_json::from_str(function).expect("json")) {
            let before = computed(&process);
            let outcome = outcome(&mut asker, &sql);
            let took = computed(&process) - before;
            asked += 1;
            refused += usize::from(outcome == "54000");
            *outcomes.entry(outcome.clone()).or_default() += 1;
            if took > most {
                slow.push(format!("{took:.1} s, {outcome}: {sql}"));
            }
        }
    }
    println!("{} functions, {asked} calls, {refused} refused for the size: {outcomes:?}", functions.len());
    assert!(asked > 300 && refused > 200, "{asked} calls, {refused} refused");
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

//! Functions of the server that are slow with huge values, and look for no cancel meanwhile, get none.

use nl2sql_e2e::limited::{fixture, outcome};

/// Arrays, and documents that are made of them.
fn with_huge_arrays() -> Vec<String> {
    let bits = "array_fill(true, ARRAY[60000000])";
    vec![
        format!("SELECT length(array_to_string({bits}, ','))"),
        format!("SELECT length(array_to_string({bits}, ''))"),
        format!("SELECT array_position({bits}, false)"),
        format!("SELECT array_positions({bits}, false)"),
        format!("SELECT array_remove({bits}, true)"),
        format!("SELECT length({bits}::text)"),
        format!("SELECT length(format('%s', {bits}))"),
        "SELECT length(ts_headline('simple', repeat('x ', 70000), 'x', 'MaxFragments=1000000, MaxWords=2, MinWords=1'))".to_owned(),
        "SELECT ts_headline(('[\"' || repeat('x ', 70000) || '\"]')::jsonb, 'x', 'MaxFragments=\"1000000\", MaxWords=2, MinWords=1') IS NULL"
            .to_owned(),
        "SELECT length(jsonb_pretty((repeat('[', 2000) || repeat('1,', 125000) || '1' || repeat(']', 2000))::jsonb))".to_owned(),
        format!("SELECT length(array_to_json({bits})::text)"),
        format!("SELECT length(to_json({bits})::text)"),
        format!("SELECT length(json_build_array(1, {bits})::text)"),
        format!("SELECT jsonb_build_array({}) IS NULL FROM (SELECT ('[' || repeat('{{}},', 600000) || '1]')::jsonb AS x OFFSET 0) q",
            vec!["x"; 45].join(", ")),
        "SELECT json_build_object('a', x, 'b', x, 'c', x) IS NULL FROM (SELECT array_fill(true, ARRAY[6000000]) AS x OFFSET 0) q"
            .to_owned(),
        "SELECT jsonb_path_exists('1', '$ ? ($x[*] == $y[*])', jsonb_build_object('x', x, 'y', x))
         FROM (SELECT jsonb_agg(-i) AS x FROM generate_series(1, 25000) i OFFSET 0) q"
            .to_owned(),
    ]
}

/// Lists and texts that name something or are taken apart.
fn with_huge_lists() -> Vec<String> {
    [
        "SELECT length(concat(VARIADIC array_fill('a'::\"char\", ARRAY[80000000])))",
        "SELECT cardinality(parse_ident(repeat('a.', 30000000) || 'a'))",
        "SELECT to_regclass(repeat('a.', 20000000) || 'a')",
        "SELECT (repeat('a.', 20000000) || 'a')::regclass",
        "SELECT to_regtype('a' || repeat('[]', 20000000))",
        "SELECT has_table_privilege('pg_class', repeat('select,', 20000000))",
        "SELECT makeaclitem(10, 10, repeat('usage,', 10000000) || 'usage', false) IS NULL",
        "SELECT length(oidvectortypes((repeat('0 ', 40000 * i))::oidvector)) FROM generate_series(1, 1) i",
        "SELECT length(oidvectortypes((repeat('0 ', 200000 * i))::oidvector)) FROM generate_series(1, 1) i",
        "SELECT has_column_privilege('pg_class', repeat('a.', 20000000) || 'a', 'select')",
        "SELECT length(jsonb_object(array_fill('a'::text, ARRAY[10000000]))::text)",
        "SELECT length(json_object(x, x)::text) FROM (SELECT array_fill('a'::text, ARRAY[10000000]) AS x OFFSET 0) q",
        "SELECT json_extract_path('{\"a\":1}', VARIADIC array_fill('a'::text, ARRAY[10000000]))",
        "SELECT cardinality(regexp_split_to_array(repeat('a', 30000000), ''))",
        "SELECT count(*) FROM regexp_split_to_table(repeat('a', 30000000), '')",
        "SELECT count(*) FROM regexp_matches(repeat('a', 30000000), '', 'g')",
    ]
    .map(str::to_owned)
    .into()
}

/// Documents, texts and formats.
fn with_huge_documents() -> Vec<String> {
    let bits = "array_fill(true, ARRAY[60000000])";
    let list = "('[' || repeat('1,', 15000000) || '1]')";
    vec![
        format!("SELECT length(json_agg(v)::text) FROM (SELECT {bits} AS v) q"),
        format!("SELECT length(row_to_json(q)::text) FROM (SELECT {bits} AS v) q"),
        format!("SELECT jsonb_array_length({list}::jsonb)"),
        format!("SELECT {list}::json -> 3"),
        format!("SELECT count(*) FROM json_array_elements({list}::json)"),
        format!("SELECT to_jsonb({list}::json) IS NULL"),
        "SELECT length(initcap(repeat('a b', 20000000)))".to_owned(),
        "SELECT length(upper(repeat('Aé', 20000000)))".to_owned(),
        "SELECT length(to_char(now(), repeat('Y', 20000000)))".to_owned(),
        "SELECT length(to_char(1, repeat('9', 20000000)))".to_owned(),
        "SELECT to_date(repeat('1', 20000000), repeat('Y', 20000000))".to_owned(),
        "SELECT length(to_tsvector('simple', repeat('a ', 10000000)))".to_owned(),
    ]
}

/// What takes 20 to 100 ns a byte or element is not endless, but goes on for seconds where values are as large as they can be.
#[test]
fn slow_functions_take_no_huge_values() {
    let mut fixture = fixture("huge");
    fixture.session.run("SET nl2sql.memory_limit = '2GB'");
    for sql in [with_huge_arrays(), with_huge_lists(), with_huge_documents()].concat() {
        let code = outcome(&mut fixture, &sql);
        assert_eq!(code, "54000", "{sql}");
    }
    for sql in [
        "SELECT length(array_to_string(array_fill(true, ARRAY[3000000 * i]), ',')) AS n FROM generate_series(1, 1) i",
        "SELECT length(to_json(array_fill(1, ARRAY[300000 * i]))::text) AS n FROM generate_series(1, 1) i",
        "SELECT jsonb_array_length(('[' || repeat('1,', 1000000) || '1]')::jsonb) AS n",
        "SELECT length(upper(repeat('a', 10000000))) AS n",
        "SELECT to_jsonb(1) AS n, to_json('a'::text), json_build_object('a', 1, 'b', now()), to_jsonb(row(1, 'x'))",
    ] {
        assert_eq!(outcome(&mut fixture, sql), "answered", "{sql}");
    }
}

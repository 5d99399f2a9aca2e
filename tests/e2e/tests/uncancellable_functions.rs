//! Functions of the server that never look for a cancel get no arguments with which they would go on for long.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::limited::{ending, fixture, outcome};
use nl2sql_e2e::server::lacks;

const LIMITS: &str = include_str!("../../../src/guard/argument_limits.rs");

/// An array of integers by an expression of `i`.
fn integers(expression: &str, count: u32) -> String {
    format!("(SELECT array_agg({expression}) FROM generate_series(1, {count}) i)")
}

fn jsonb(expression: &str, count: u32) -> String {
    format!("(SELECT jsonb_agg({expression}) FROM generate_series(1, {count}) i)")
}

fn path(point: &str, count: u32) -> String {
    format!("(SELECT ('(' || string_agg({point}, ',') || ')')::path FROM generate_series(1, {count}) i)")
}

/// Each goes on for minutes and hours where nothing bounds it.
fn endless() -> Vec<String> {
    let mut all: Vec<String> = [
        "SELECT length(translate(repeat('a', 3000000), repeat('b', 3000000) || 'a', 'c'))",
        "SELECT length(ltrim(repeat('a', 3000000), repeat('b', 3000000) || 'a'))",
        "SELECT length(rtrim(repeat('a', 3000000), repeat('b', 3000000) || 'a'))",
        "SELECT length(btrim(repeat('a', 3000000), repeat('b', 3000000) || 'a'))",
        "SELECT length(btrim(repeat('a', 3000000)::bytea, (repeat('b', 3000000) || 'a')::bytea))",
        "SELECT position('b' || repeat('a', 5000000) IN repeat('a', 10000000))",
        "SELECT replace(repeat('a', 10000000), 'b' || repeat('a', 5000000), 'x')",
        "SELECT split_part(repeat('a', 10000000), 'b' || repeat('a', 5000000), 2)",
        "SELECT string_to_array(repeat('a', 10000000), 'b' || repeat('a', 5000000))",
        "SELECT repeat('a', 6000000) LIKE '%' || repeat('a', 3000000) || 'b'",
        "SELECT repeat('a', 6000000) ILIKE '%' || repeat('a', 3000000) || 'b'",
        "SELECT length(normalize(repeat(chr(789), 1000000) || repeat(chr(807), 1000000)))",
        "SELECT log(('1.' || repeat('0', 16000) || '1')::numeric, repeat('9', 130000)::numeric)",
    ]
    .map(str::to_owned)
    .into();
    all.push(format!("SELECT {} <@ {}", integers("i", 300_000), integers("300001 - i", 300_000)));
    all.push(format!("SELECT {} @> {}", integers("i", 300_000), integers("300001 - i", 300_000)));
    all.push(format!("SELECT {} && {}", integers("i", 300_000), integers("-i", 300_000)));
    all.push(format!(
        "SELECT {} @> {}",
        jsonb("jsonb_build_array(i)", 50_000),
        jsonb("jsonb_build_array(50001 - i)", 50_000)
    ));
    all.push(format!("SELECT {} <@ {}", jsonb("i", 100_000), jsonb("100001 - i", 100_000)));
    all.push(format!("SELECT {} @@ '$[*] == -$[*]'", jsonb("i", 300_000)));
    let lists = vec!["0 to last"; 200].join(",");
    let list = "('[' || repeat('0,', 300) || '0]')::jsonb";
    all.push(format!("SELECT {list} @? '$ ? ($[{lists}] < $[{lists}])'"));
    all.push(format!("SELECT {list} @@ '3 > 1[{lists}, {lists}, {lists}]'", lists = vec!["0"; 8000].join(",")));
    all.push(format!(
        "SELECT jsonb_path_exists('1', '$ ? ($x[{lists}] < $x[{lists}])', jsonb_build_object('x', {list}))"
    ));
    let nested = "(repeat('[', 6000) || repeat(']', 6000))::jsonb";
    all.push(format!("SELECT length(jsonb_path_query_array({nested}, '$.**')::text)"));
    all.push(format!("SELECT {nested} @@ '$.**.** < $.**.**'"));
    all.push(format!("SELECT {nested} @? '$.keyvalue().keyvalue() ? ($.**.** == $.**)'"));
    let line = path("format('(%s,%s)', i, i)", 50_000);
    let curve = path("format('(%s,%s)', -i, -i::float8 * i)", 50_000);
    all.push(format!("SELECT {line} <-> {curve}"));
    let same = |last: &str| format!("(repeat('(0,0),', 120000) || '(1,{last})')::polygon");
    all.push(format!("SELECT {} ~= {}", same("1"), same("2")));
    all.push(
        "SELECT upper(range_agg(int4range(n * 2, n * 2 + 1)))
         FROM (SELECT ((i * 7919::bigint) % 1000003)::int AS n FROM generate_series(1, 1000000) i) s"
            .to_owned(),
    );
    all.push(
        "SELECT ts_rank(v, q) FROM (
             SELECT string_agg('w' || i || ':' || p, ' ')::tsvector AS v, string_agg('w' || i, '&')::tsquery AS q
             FROM generate_series(1, 700) i, (SELECT string_agg((g * 60 % 16000 + 1)::text, ',') AS p FROM generate_series(1, 255) g) s
             OFFSET 0) t"
            .to_owned(),
    );
    all
}

#[test]
fn arguments_that_are_too_large_are_refused() {
    let mut fixture = fixture("endless");
    for sql in endless() {
        let code = ending(&mut fixture, &sql);
        assert!(["54000", "57014"].contains(&code.as_str()), "{sql} ended in {code}");
    }
}

/// What libxml looks at again and again, and makes again and again.
#[test]
fn xml_is_not_looked_at_without_end() {
    if lacks(&["libxml", "xml2"]) {
        return;
    }
    let mut fixture = fixture("xml");
    fixture.session.run("CREATE EXTENSION IF NOT EXISTS xml2; SET nl2sql.memory_limit = '2GB'");
    fixture.session.run(
        "CREATE TABLE stored (doc xml); INSERT INTO stored VALUES ('<a><b n=\"1\">x</b><b n=\"2\"><c/></b></a>');
         CREATE VIEW counted AS SELECT t.n FROM stored, XMLTABLE('//*[count(//*) > 0]' PASSING doc COLUMNS n int PATH '@n') t",
    );
    let flat = "('<a>' || repeat('<b/>', 30000) || '</a>')";
    let small = "('<a>' || repeat('<b/>', 3000) || '</a>')";
    let declared = "('<!DOCTYPE a [<!ATTLIST b ' || (SELECT string_agg('x' || i || ' CDATA \"\"', ' ') \
                    FROM generate_series(1, 1000) i) || '>]><a>' || repeat('<b/>', 3000) || '</a>')";
    for sql in [
        format!("SELECT xpath_exists('//*[count(//*) = 5]', {flat}::text::xml)"),
        format!("SELECT xpath('/a/b[string(/) = 1]', {flat}::text::xml)"),
        format!("SELECT xmlexists('//*[count(//*) = 5]' PASSING ({flat}::text::xml))"),
        format!("SELECT xpath_exists('//*/following::*', {small}::text::xml)"),
        "SELECT xpath('/a', '<a/>'::xml, (SELECT array_agg(ARRAY['n' || i, 'u' || i]) FROM generate_series(1, 20000) i))".to_owned(),
        format!("SELECT xpath_string({flat}, '//*[count(//*) = 5]')"),
        format!("SELECT {declared}::text::xml IS NULL"),
        format!("SELECT xml_is_well_formed({declared})"),
        "SELECT n FROM XMLTABLE('/a/b' PASSING (('<a>' || repeat('<b/>', 100000) || '</a>')::text::xml) COLUMNS n int PATH '@n')".to_owned(),
    ] {
        assert_eq!(outcome(&mut fixture, &sql), "54000", "{sql}");
    }
    for sql in [
        format!("SELECT n FROM XMLTABLE('//*[count(//*) = 0]' PASSING ({flat}::text::xml) COLUMNS n int PATH '@n')"),
        format!("SELECT n FROM XMLTABLE('/a/b' PASSING ({flat}::text::xml) COLUMNS n int PATH 'count(//*)')"),
        format!("SELECT n FROM XMLTABLE(('/a' || '/b') PASSING ({flat}::text::xml) COLUMNS n int PATH '@n')"),
        "SELECT n FROM stored, XMLTABLE('/a/b' PASSING doc COLUMNS n int PATH '@n')".to_owned(),
        "SELECT n FROM counted".to_owned(),
        "SELECT doc IS DOCUMENT FROM stored".to_owned(),
    ] {
        assert_eq!(outcome(&mut fixture, &sql), "2F003", "{sql}");
    }
    for sql in [
        "SELECT n FROM stored, XMLTABLE('//b[c or @n]' PASSING (doc::text::xml) COLUMNS n int PATH '@n', o FOR ORDINALITY)".to_owned(),
        "SELECT n FROM XMLTABLE('/a/b' PASSING '<a><b n=\"1\"/></a>' COLUMNS n int PATH '@n')".to_owned(),
        "SELECT xpath('//b[@n > 1]/c', doc) AS n, xpath_exists('//b[.//c]', doc) FROM stored".to_owned(),
        format!("SELECT count(*) AS n FROM unnest(xpath('//b', {flat}::text::xml))"),
        "SELECT '<!DOCTYPE a [<!ENTITY e \"f\">]><a>&e;</a>'::xml::text AS n".to_owned(),
    ] {
        assert_eq!(outcome(&mut fixture, &sql), "answered", "{sql}");
    }
}

/// What turns text into a type, and what makes as much as an integer says.
#[test]
fn types_and_counts_take_no_huge_values() {
    if lacks(&["libxml"]) {
        return;
    }
    let mut fixture = fixture("types");
    fixture.session.run("SET nl2sql.memory_limit = '2GB'");
    let xml = "('<a ' || (SELECT string_agg('a' || i || '=\"\"', ' ') FROM generate_series(1, 25000) i) || '/>')";
    let made = [
        "SELECT ((repeat('a | ', 60000) || 'a')::tsquery) IS NULL",
        "SELECT ('{' || repeat('[1,2],', 2000000) || '[1,2]}')::int4multirange IS NULL",
        "SELECT ('{' || repeat('1,', 20000000) || '1}')::int[] IS NULL",
        "SELECT (repeat('a ', 10000000))::tsvector IS NULL",
        "SELECT ('(' || repeat('(1,2),', 8000000) || '(1,2))')::path IS NULL",
        "SELECT ('(' || repeat('(1,2),', 8000000) || '(1,2))')::polygon IS NULL",
        "SELECT xml_is_well_formed_content(repeat('<b/>', 5000000))",
        "SELECT xml_is_well_formed(repeat('<b/>', 5000000))",
        "SELECT npoints(polygon(30000000, '<(0,0),1>'::circle))",
        "SELECT length(lpad('', 200000000, 'ab'))",
        "SELECT length(rpad('', 200000000, 'ab'))",
        "SELECT array_length(array_fill(1, ARRAY[100000000]), 1)",
        "SELECT array_length(array_fill(1, ARRAY[10000, 10000]), 1)",
        "SELECT array_length(array_fill(1, ARRAY[10000, 10000], ARRAY[1, 1]), 1)",
        "SELECT length(reverse(repeat('é', 60000000)))",
    ];
    let made = made.into_iter().map(str::to_owned);
    for sql in made.chain([format!("SELECT {xml}::xml IS NULL"), format!("SELECT xml({xml}) IS NULL")]) {
        assert_eq!(outcome(&mut fixture, &sql), "54000", "{sql}");
    }
    assert_eq!(outcome(&mut fixture, &format!("SELECT XMLPARSE(DOCUMENT {xml}) IS NULL")), "2F003");
    for sql in [
        "SELECT lpad('7', 3, '0') AS n, rpad('a', -1), array_fill(0, ARRAY[3, 2]), array_fill(0, '{}'::int[]), reverse('abc')",
        "SELECT '<a b=\"1\">x</a>'::xml::text AS n, 'a & b'::tsquery::text, '{[1,2],[4,5]}'::int4multirange::text",
        "SELECT npoints(polygon(12, '<(0,0),1>'::circle)) AS n, '((1,2),(3,4))'::path::text, (repeat('1', 100000))::numeric",
    ] {
        assert_eq!(outcome(&mut fixture, sql), "answered", "{sql}");
    }
}

/// The elements of a list are arguments, each of which takes time.
#[test]
fn lists_of_arguments_are_not_huge() {
    let mut fixture = fixture("lists");
    fixture.session.run("SET nl2sql.memory_limit = '2GB'");
    for sql in [
        "SELECT length(concat_ws(repeat('a', 20000), VARIADIC array_fill('b'::text, ARRAY[20000 * i]))) FROM generate_series(1, 1) i",
        "SELECT length(json_build_object(VARIADIC array_fill(1, ARRAY[3000000 * i]))::text) FROM generate_series(1, 1) i",
        "SELECT jsonb_build_array(VARIADIC array_fill(1, ARRAY[600000 * i])) IS NULL FROM generate_series(1, 1) i",
        "SELECT json_build_array(VARIADIC array_fill(NULL::int, ARRAY[12000000 * i])) IS NULL FROM generate_series(1, 1) i",
        "SELECT array_to_json(array_fill(NULL::int, ARRAY[70000000 * i])) IS NULL FROM generate_series(1, 1) i",
        "SELECT array_fill(NULL::int, ARRAY[30000000 * i])::text IS NULL FROM generate_series(1, 1) i",
        "SELECT to_json(array_fill(NULL::int, ARRAY[70000000 * i])) IS NULL FROM generate_series(1, 1) i",
    ] {
        assert_eq!(outcome(&mut fixture, sql), "54000", "{sql}");
    }
    for sql in [
        "SELECT length(concat_ws(', ', VARIADIC array_fill('b'::text, ARRAY[30000 * i]))) AS n FROM generate_series(1, 1) i",
        "SELECT length(concat_ws(repeat('a', 300000), repeat('b', 300000), 'c')) AS n, json_build_array(VARIADIC ARRAY[1, 2])",
    ] {
        assert_eq!(outcome(&mut fixture, sql), "answered", "{sql}");
    }
}

#[test]
fn arguments_of_usual_sizes_pass() {
    let mut fixture = fixture("usual");
    // What is asked here ends; how soon is the machine's affair.
    fixture.session.run("SET nl2sql.query_timeout = '150s'");
    for (sql, expected) in [
        ("SELECT length(translate(repeat('a', 1000000), 'abc', 'x')) AS n", 1_000_000),
        ("SELECT length(btrim(repeat(' ', 1000000) || 'x')) AS n", 1),
        ("SELECT length(btrim(repeat('-', 1000000) || 'x', ' -')) AS n", 1),
        ("SELECT position('needle' IN repeat('hay ', 1000000) || 'needle') AS n", 4_000_001),
        ("SELECT count(*) AS n FROM generate_series(1, 3000) i WHERE ARRAY[i] <@ ARRAY[1, 2, 3]", 3),
        ("SELECT count(*) AS n FROM generate_series(1, 10000) i WHERE repeat('a', 1000) LIKE '%a%a%'", 10_000),
        ("SELECT length(jsonb_pretty(jsonb_build_object('a', 1))) AS n", 14),
        (
            "SELECT sign(length(ts_headline('simple', repeat('word and ', 20000), 'word', 'MaxFragments=3, MaxWords=20'))) AS n",
            1,
        ),
    ] {
        fixture.double.answer("usual", Reply::sql(sql));
        assert_eq!(fixture.session.ask("usual")[0]["n"], expected, "{sql}");
    }
    // The asker's own statements are nobody's affair: this one is far beyond the limits, and takes a second or two.
    let own = "SELECT length(translate(repeat('a', 12000), repeat('b', 12000) || 'a', 'c'))";
    assert_eq!(fixture.session.text(own), "0");
}

/// Wherever the call stands: in code that runs, in code that the planner puts in place, in an index's condition, in a
/// cursor that is fetched from later.
#[test]
fn the_limits_hold_behind_other_code() {
    let mut fixture = fixture("behind");
    fixture.session.run(
        "CREATE FUNCTION inlined(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT translate($1, $2, ''c'')';
         CREATE FUNCTION called(text, text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN ltrim($1, $2); END';
         CREATE TABLE tags (tags int[]); CREATE INDEX ON tags USING gin (tags);
         INSERT INTO tags SELECT array_agg(i) FROM generate_series(1, 200000) i; ANALYZE tags",
    );
    let (text, set) = ("repeat('a', 3000000)", "repeat('b', 3000000) || 'a'");
    // Prepared outside, where nothing is limited.
    assert_eq!(fixture.session.text("SELECT called('aab', 'a')"), "b");
    for sql in [
        format!("SELECT length(inlined({text}, {set}))"),
        format!("SELECT length(called({text}, {set}))"),
        format!("SELECT length(called(t, {set})) FROM (SELECT {text} AS t OFFSET 0) AS q"),
        format!("SELECT count(*) FROM tags WHERE tags @> {}", integers("200001 - i", 200_000)),
        format!("SELECT {} IN (SELECT translate({text}, {set}, 'c') OFFSET 0)", "'x'"),
    ] {
        let code = ending(&mut fixture, &sql);
        assert!(["54000", "57014"].contains(&code.as_str()), "{sql} ended in {code}");
    }
    fixture.double.answer(
        "cursor",
        Reply::sql(&format!(
            "SELECT length(ltrim(t, {set})) FROM (SELECT {text} AS t FROM generate_series(1, 2) OFFSET 0) AS q"
        )),
    );
    fixture.session.run("BEGIN");
    fixture.session.run("SELECT nl_open('cursor', 'c')");
    let error = fixture.session.failure("FETCH 1 FROM c");
    assert!(["54000", "57014"].contains(&error.code().code()), "{error:?}");
    fixture.session.run("ROLLBACK");
}

/// Compiled code would call the server's functions without the check, and compiling can't be interrupted.
#[test]
fn generated_statements_are_not_compiled() {
    let mut fixture = fixture("compiled");
    fixture.session.run("SET jit = on; SET jit_above_cost = 0; SET jit_optimize_above_cost = 0");
    let code = ending(
        &mut fixture,
        "SELECT length(ltrim(repeat('a', 3000000), repeat('b', 3000000) || i::text)) FROM generate_series(1, 3) i",
    );
    assert!(["54000", "57014"].contains(&code.as_str()), "{code}");
    assert_eq!(fixture.session.text("SHOW jit"), "on");
}

/// A limit on a function that does not exist, or that is called otherwise, would bound nothing.
#[test]
fn every_limit_is_on_a_function_of_the_server() {
    let mut session = Fixture::empty("limited").session;
    let entries = LIMITS.lines().filter_map(|line| {
        let entry = line.trim().strip_prefix("product(\"").or_else(|| line.trim().strip_prefix("largest(\""))?;
        let (function, rest) = entry.split_once('"')?;
        let arguments = rest.split_once('[')?.1.split_once(']')?.0;
        Some((function, arguments.split(", ").map(|number| number.parse::<usize>().unwrap()).max()?))
    });
    let entries: Vec<(&str, usize)> = entries.collect();
    assert!(entries.len() > 100, "{entries:?}");
    for line in LIMITS.lines().map(str::trim) {
        if let Some((function, argument)) = line.strip_prefix("count(\"").and_then(|entry| entry.split_once("\", ")) {
            let argument = argument.split(',').next().expect("a number");
            let sql = format!(
                "SELECT count(*) > 0 AND bool_and(proargtypes[{argument}] = 'int4'::regtype) FROM pg_proc WHERE prosrc = '{function}'"
            );
            assert_eq!(session.text(&sql), "t", "{function} is a function of the server");
        }
        let by_text = ["input(\"", "any(\"", "headline(\""].iter().find_map(|start| line.strip_prefix(start));
        let Some(entry) = by_text else { continue };
        let function = entry.split('"').next().expect("a name");
        let of_text = if line.starts_with("input") { "p.proargtypes[0] = 'cstring'::regtype" } else { "true" };
        let sql = format!("SELECT count(*) > 0 AND bool_and({of_text}) FROM pg_proc p WHERE p.prosrc = '{function}'");
        assert_eq!(session.text(&sql), "t", "{function} is a function of the server");
    }
    for (function, last) in entries {
        let sql = format!(
            "SELECT count(*) > 0 AND bool_and(coalesce((SELECT typlen = -1 FROM pg_type t WHERE t.oid = p.proargtypes[{last}]), false))
             FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'internal'
             WHERE p.prosrc = '{function}'"
        );
        assert_eq!(session.text(&sql), "t", "{function} has an argument {last} of variable length");
    }
}

/// Many collations of ICU put marks in order before they compare, each before all of a higher class.
#[test]
fn marks_are_put_in_order_by_collations() {
    let mut fixture = fixture("functions_collations");
    if fixture.session.text("SELECT count(*) FROM pg_collation WHERE collname = 'vi-x-icu'") == "0" {
        println!("left out, as this server has no ICU");
        return;
    }
    let text =
        |first: u32, second: u32| format!("('a' || repeat(chr({first}), 300000) || repeat(chr({second}), 300000))");
    let (one, other) = (text(769, 807), text(807, 769));
    fixture.session.run(&format!(
        "CREATE COLLATION loose (provider = icu, locale = 'vi', deterministic = false);
         CREATE TABLE marked (name text COLLATE \"vi-x-icu\", fixed char(600001) COLLATE \"vi-x-icu\", loose text COLLATE loose);
         INSERT INTO marked VALUES ({one}, {one}, {one}), ({other}, {other}, {other});
         CREATE TABLE usual (name text COLLATE \"vi-x-icu\");
         INSERT INTO usual SELECT string_agg('tiếng Việt ' || i, ' ') FROM generate_series(1, 20000) i, generate_series(1, 2) g GROUP BY g"
    ));
    for sql in [
        format!("SELECT {one} COLLATE \"vi-x-icu\" < {other} AS n"),
        "SELECT length(name) AS n FROM marked ORDER BY name".to_owned(),
        "SELECT length(fixed) AS n FROM marked ORDER BY fixed".to_owned(),
        "SELECT length(max(name)) AS n FROM marked".to_owned(),
        "SELECT count(DISTINCT loose) AS n FROM marked".to_owned(),
        "SELECT count(*) AS n FROM marked GROUP BY loose".to_owned(),
        "SELECT count(*) AS n FROM marked a JOIN marked b ON a.loose = b.loose".to_owned(),
    ] {
        assert_eq!(ending(&mut fixture, &sql), "54000", "{sql}");
    }
    for sql in [
        "SELECT length(name) AS n FROM usual ORDER BY name",
        "SELECT count(*) AS n FROM marked WHERE name = fixed::text || ''",
        "SELECT length(name) AS n FROM marked ORDER BY name COLLATE \"C\"",
    ] {
        assert_eq!(outcome(&mut fixture, sql), "answered", "{sql}");
    }
}

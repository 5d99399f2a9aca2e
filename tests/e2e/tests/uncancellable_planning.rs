//! What the planner, index scans and expressions compare over and over, with what owners of tables have made too, ends in time.

use nl2sql_e2e::limited::{ending, fixture, outcome};
use nl2sql_e2e::server::major;
use nl2sql_e2e::session::quote;

/// A list at each of a table's most common combinations of values.
#[test]
fn lists_meet_statistics_on_several_columns() {
    let mut fixture = fixture("planning_statistics");
    fixture.session.run(
        "CREATE TABLE pairs (a int, b int);
         INSERT INTO pairs SELECT i % 10000, i % 10000 FROM generate_series(1, 20000) i;
         CREATE STATISTICS both_columns (mcv) ON a, b FROM pairs; ALTER STATISTICS both_columns SET STATISTICS 10000;
         ANALYZE pairs",
    );
    // Each list takes seconds. They differ, as the planner leaves out what it has seen.
    let list = |column: &str, of: u32| format!("{column} = ANY (array_fill({of}, ARRAY[90000]))");
    let many: Vec<String> = (1..=12).flat_map(|of| [list("a", of), list("b", of)]).collect();
    let sql = format!("SELECT count(*) AS n FROM pairs WHERE {}", many.join(" AND "));
    // All of them together take much memory as well.
    let ended = ending(&mut fixture, &sql);
    assert!(["57014", "53200"].contains(&ended.as_str()), "{ended}");
    let usual = "SELECT count(*) AS n FROM pairs WHERE a = ANY (ARRAY[1, 2, 3]) AND b IN (1, 2)";
    assert_eq!(outcome(&mut fixture, usual), "answered");
}

/// Before PostgreSQL 17, each element of one list with each of the other.
#[test]
fn lists_meet_in_an_index_scan() {
    let mut fixture = fixture("planning_index");
    fixture.session.run("CREATE TABLE keyed AS SELECT i AS id FROM generate_series(1, 50000) i");
    fixture.session.run("CREATE INDEX ON keyed (id); ANALYZE keyed");
    let list = |from: u32| format!("id = ANY (ARRAY(SELECT generate_series({from}, {from} + 12000)))");
    let sql = format!("SELECT count(*) AS n FROM keyed WHERE {} AND {}", list(1), list(100_000));
    let ended = ending(&mut fixture, &sql);
    assert!(["57014", "answered"].contains(&ended.as_str()), "{ended}");
}

/// Before PostgreSQL 17, each element for one column with each for the next.
#[test]
fn lists_meet_on_the_columns_of_an_index() {
    let mut fixture = fixture("planning_columns");
    fixture.session.run(
        "CREATE TABLE keyed (a int, b int, PRIMARY KEY (a, b)); INSERT INTO keyed SELECT i % 3, i FROM generate_series(1, 20000) i;
         ANALYZE keyed; SET enable_seqscan = off",
    );
    let counted = |a: u32, b: u32| {
        let list = |column: &str, of: u32| format!("{column} = ANY (ARRAY(SELECT -x FROM generate_series(1, {of}) x))");
        format!("SELECT count(*) AS n FROM keyed WHERE {} AND {}", list("a", a), list("b", b))
    };
    let ended = ending(&mut fixture, &counted(20_000, 20_000));
    assert_eq!(ended, if major() < 17 { "54000" } else { "answered" });
    assert_eq!(outcome(&mut fixture, &counted(10, 100)), "answered");
    assert_eq!(
        outcome(&mut fixture, "SELECT count(*) AS n FROM keyed WHERE a IN (1, 2) AND b IN (3, 4, 5)"),
        "answered"
    );
}

/// Each new row, which waits to be put in place, with each element that is asked for.
#[test]
fn lists_meet_what_waits_in_an_index() {
    let mut fixture = fixture("planning_waiting");
    fixture.session.run(
        "CREATE TABLE waiting (a int[]) WITH (autovacuum_enabled = off);
         CREATE INDEX ON waiting USING gin (a) WITH (gin_pending_list_limit = 2097151);
         INSERT INTO waiting SELECT ARRAY[i, i + 1, i + 2] FROM generate_series(1, 100000) i; SET enable_seqscan = off",
    );
    let meeting = |of: u32| {
        format!("SELECT count(*) AS n FROM waiting WHERE a && ARRAY(SELECT -x FROM generate_series(1, {of}) x)")
    };
    assert_eq!(ending(&mut fixture, &meeting(5000)), "54000");
    for sql in [meeting(10), "SELECT count(*) AS n FROM waiting WHERE a @> ARRAY[5, 6]".to_owned()] {
        assert_eq!(outcome(&mut fixture, &sql), "answered", "{sql}");
    }
}

/// Each element of a value, over and over, with no function between: such comparisons are few.
#[test]
fn elements_are_compared_in_one_expression() {
    let mut fixture = fixture("planning_any");
    // They differ, as the planner makes one of several that are the same.
    let any: Vec<String> = (1..=4000).map(|below| format!("-{below} > ANY (a)")).collect();
    let sql = format!(
        "SELECT count(*) AS n FROM (SELECT array_fill(7, ARRAY[3000000 * i]) AS a FROM generate_series(1, 1) i OFFSET 0) q
         WHERE {}",
        any.join(" OR ")
    );
    assert_eq!(ending(&mut fixture, &sql), "54000");
}

/// Each beginning of words at all of a column's most common words.
#[test]
fn beginnings_of_words_meet_statistics() {
    let mut fixture = fixture("planning_words");
    fixture.session.run("CREATE TABLE texts AS SELECT to_tsvector('simple', 'one two three') AS words");
    for query in ["(repeat('b:*&', 9000) || 'b:*')::tsquery", "to_tsquery('simple', repeat('b:* & ', 900) || 'b:*')"] {
        let sql = format!("SELECT count(*) AS n FROM texts WHERE words @@ {query}");
        assert_eq!(outcome(&mut fixture, &sql), "54000", "{query}");
    }
    let literal = format!("SELECT count(*) AS n FROM texts WHERE words @@ '{}b:*'", "b:*&".repeat(900));
    assert_eq!(outcome(&mut fixture, &literal), "54000");
    let usual = "SELECT count(*) AS n FROM texts WHERE words @@ to_tsquery('simple', 'on:* & tw:*')";
    assert_eq!(outcome(&mut fixture, usual), "answered");
}

/// Of a pattern, its beginning made larger, and each level of its parentheses.
#[test]
fn patterns_meet_statistics() {
    let mut fixture = fixture("planning_patterns");
    fixture.session.run(
        "CREATE TABLE few AS SELECT 'text ' || i AS a FROM generate_series(1, 50) i;
         CREATE INDEX ON few (a text_pattern_ops); ANALYZE few",
    );
    for condition in [
        "a LIKE repeat(chr(1114111), 100000) || '%'",
        "a NOT ILIKE repeat(chr(1114111), 100000) || '%'",
        "a LIKE repeat(chr(1114111), 100000) || to_char(now(), '%')",
        "starts_with(a, repeat(chr(1114111), 100000))",
        "a ~ ('(?x)' || repeat('(', 4000) || repeat(' ', 1000000) || 'a' || repeat(')', 4000))",
        "a SIMILAR TO repeat('(', 9000) || 'a' || repeat(')', 9000)",
    ] {
        let sql = format!("SELECT count(*) AS n FROM few WHERE {condition}");
        assert_eq!(ending(&mut fixture, &sql), "54000", "{condition}");
    }
    let usual =
        "SELECT count(*) AS n FROM few WHERE a ~ '^te(x|y)t' AND a LIKE 'text%' AND a NOT ILIKE '%!_%' ESCAPE '!'";
    assert_eq!(ending(&mut fixture, usual), "answered");
}

/// Each aggregate or window function with each, and each condition of an arm of OR with those of the others.
#[test]
fn parts_of_a_statement_are_compared() {
    let mut fixture = fixture("planning_parts");
    let list = |count: u32, each: &dyn Fn(u32) -> String, by: &str| (0..count).map(each).collect::<Vec<_>>().join(by);
    let sums = |count, over: &str| list(count, &|i| format!("sum(b + {i}) {over}"), ", ");
    fixture.session.run(&format!(
        "CREATE TABLE numbers AS SELECT 1 AS b; CREATE VIEW many AS SELECT cardinality(ARRAY[{}]) AS n FROM numbers",
        sums(6000, "")
    ));
    let arms = |count| {
        let arm = |i: u32| list(count, &|at| format!("b = {}", at + i * count), " AND ");
        format!("SELECT count(*) AS n FROM numbers WHERE ({}) OR ({})", arm(0), arm(1))
    };
    let windows = format!("SELECT cardinality(ARRAY[{}]) AS n FROM numbers", sums(5100, "OVER ()"));
    let columns = list(1600, &|i| format!("1 AS x{i}"), ", ");
    let wide = |count| {
        let rows = list(count, &|i| format!("ROW(w{i}.*) IS NULL"), " OR ");
        let from = list(count, &|i| format!("w w{i}"), ", ");
        format!(
            "WITH w AS MATERIALIZED (SELECT {columns}) SELECT (SELECT count(*) FROM numbers WHERE {rows}) AS n FROM {from}"
        )
    };
    for sql in ["SELECT n FROM many", &windows, &arms(3600), &wide(10)] {
        fixture.session.error(&format!("SELECT nl_run({})", quote(sql)), "54000");
    }
    for sql in [format!("SELECT cardinality(ARRAY[{}]) AS n FROM numbers", sums(50, "")), arms(50), wide(2)] {
        assert_eq!(outcome(&mut fixture, &sql), "answered");
    }
}

/// Each pair of relations with each outer join.
#[test]
fn outer_joins_are_put_in_order() {
    let mut fixture = fixture("planning_joins");
    fixture.session.run("CREATE TABLE one AS SELECT 1 AS id, 1 AS other; ANALYZE one");
    let joins = |count: u32| {
        let each = |i| format!("(one a{i} LEFT JOIN one b{i} ON a{i}.id = b{i}.id + b{i}.other)");
        let all: Vec<String> = (0..count).map(each).collect();
        format!("SELECT count(*) AS n FROM {}", all.join(", "))
    };
    assert_eq!(ending(&mut fixture, &joins(800)), "54000");
    assert_eq!(ending(&mut fixture, &joins(8)), "answered");
}

/// Each condition of a statement with each that the owner of a table gave it, or one of its indexes.
#[test]
fn conditions_meet_those_of_owners() {
    let mut fixture = fixture("planning_conditions");
    let any_of = |column: &str, count: u32| {
        let each: Vec<String> = (0..count).map(|i| format!("{column} = {i}")).collect();
        format!("({})", each.join(" OR "))
    };
    fixture.session.run(&format!(
        "CREATE TABLE parents (a int, b int); CREATE TABLE children (CHECK ({})) INHERITS (parents);
         CREATE TABLE parts (a int, b int); CREATE INDEX ON parts (a) WHERE {}",
        any_of("b", 4000),
        any_of("b", 300)
    ));
    for table in ["parents", "parts"] {
        let sql = format!("SELECT count(*) AS n FROM {table} WHERE {}", any_of("a", 20_000));
        // It is longer than a model's may be.
        fixture.session.error(&format!("SELECT nl_run({})", quote(&sql)), "54000");
        let usual = format!("SELECT count(*) AS n FROM {table} WHERE {} AND b IN (1, 2, 3)", any_of("a", 20));
        assert_eq!(outcome(&mut fixture, &usual), "answered", "{table}");
    }
}

/// Each condition with each column of a table's indexes: of many, those made first count.
#[test]
fn conditions_meet_the_columns_of_indexes() {
    let mut fixture = fixture("planning_indexes");
    let names = |name: &str| (1..=32).map(|i| format!("{name}{i}")).collect::<Vec<_>>();
    let made: Vec<String> = names("c").iter().map(|column| format!("{column} int")).collect();
    fixture.session.run(&format!("CREATE TABLE indexed (first int, late int, {})", made.join(", ")));
    fixture.session.run(&format!(
        "INSERT INTO indexed SELECT i, i FROM generate_series(1, 5000) i; CREATE INDEX ON indexed (first);
         DO $$ BEGIN FOR i IN 1..64 LOOP CREATE INDEX ON indexed ({}); END LOOP; END $$;
         CREATE INDEX ON indexed (late); ANALYZE indexed",
        names("c").join(", ")
    ));
    let mut cost = |column: &str| {
        let sql = format!("SELECT estimated_cost::text FROM nl_check('SELECT late FROM indexed WHERE {column} = 7')");
        fixture.session.text(&sql).parse::<f64>().expect("a number")
    };
    let (first, late) = (cost("first"), cost("late"));
    assert!(first * 5.0 < late, "{first} {late}");
}

/// All of a table's extended statistics, once for each that is used and each grouping set.
#[test]
fn grouping_sets_meet_extended_statistics() {
    let mut fixture = fixture("planning_extended");
    let columns: Vec<String> = (0..600).map(|i| format!("c{i}")).collect();
    let made: Vec<String> = columns.iter().map(|column| format!("{column} int")).collect();
    let values: Vec<String> = (0..600).map(|i| format!("i % {}", i % 7 + 2)).collect();
    fixture.session.run(&format!(
        "CREATE TABLE counted ({}); INSERT INTO counted SELECT {} FROM generate_series(1, 20) i",
        made.join(", "),
        values.join(", ")
    ));
    let of = |i: usize| {
        let eight: Vec<String> = (0..8).map(|k| format!("c{}", (i * 8 + k * (1 + i / 125)) % 600)).collect();
        format!("CREATE STATISTICS counted_{i} (ndistinct) ON {} FROM counted", eight.join(", "))
    };
    let objects: Vec<String> = (0..1000).map(of).collect();
    fixture.session.run(&format!("{}; ANALYZE counted", objects.join("; ")));
    let ended =
        ending(&mut fixture, &format!("SELECT 1 AS n FROM counted GROUP BY ROLLUP ({})", columns[..598].join(", ")));
    // What it takes of memory differs from version to version of the server.
    assert!(["57014", "53200", "answered"].contains(&ended.as_str()), "{ended}");
    assert_eq!(outcome(&mut fixture, "SELECT count(*) AS n FROM counted GROUP BY c1, c2, c3"), "answered");
}

/// Each function of a name with all before it, and the defaults of the one that is meant, at each call.
#[test]
fn calls_meet_the_functions_of_their_name() {
    let mut fixture = fixture("planning_overloads");
    fixture.session.run(
        "DO $$ DECLARE types text[]; one text; two text; three text; BEGIN
             SELECT array_agg(t) INTO types FROM (SELECT format_type(oid, NULL) AS t FROM pg_type
                 WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b' AND typelem = 0
                   AND typname !~ '^_|cstring|any|char$|pg_' ORDER BY 1 LIMIT 16) x;
             FOREACH one IN ARRAY types LOOP FOREACH two IN ARRAY types LOOP FOREACH three IN ARRAY types LOOP
                 EXECUTE format('CREATE FUNCTION many(%s, %s, %s, int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE AS ''SELECT 1''',
                     one, two, three);
             END LOOP; END LOOP; END LOOP;
             EXECUTE format('CREATE FUNCTION long(text DEFAULT %L) RETURNS int LANGUAGE sql IMMUTABLE AS ''SELECT 1''', repeat('x', 2000000));
             CREATE FUNCTION few(int, int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
             CREATE FUNCTION few(text, int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2';
         END $$",
    );
    fixture.session.run(
        "CREATE TABLE fielded AS SELECT 1 AS a; DO $$ BEGIN
             EXECUTE format('CREATE FUNCTION long_of(fielded, text DEFAULT %L) RETURNS int LANGUAGE sql IMMUTABLE AS ''SELECT 1''', repeat('x', 2000000));
         END $$",
    );
    for field in ["fielded.long_of", "(fielded).long_of"] {
        let fields = vec![field; 200].join(", ");
        let ended = ending(&mut fixture, &format!("SELECT array_length(ARRAY[{fields}], 1) AS n FROM fielded"));
        assert_eq!(ended, "54000", "{field}");
    }
    for (call, times) in [("many(1, 1, 1)", 3000), ("long()", 100)] {
        let calls = vec![call; times].join(", ");
        assert_eq!(ending(&mut fixture, &format!("SELECT array_length(ARRAY[{calls}], 1) AS n")), "54000", "{call}");
    }
    // Those of a schema that is not meant hinder nobody.
    fixture.session.run(
        "CREATE SCHEMA aside; DO $$ DECLARE made text; BEGIN
             SELECT string_agg(format('CREATE FUNCTION aside.count(%s, %s, int DEFAULT 1) RETURNS int LANGUAGE sql AS ''SELECT 1''',
                 one, two), ';') INTO made
             FROM unnest('{int2,int4,int8,text,name,bool,date,time,oid,float4,float8,numeric,uuid,json,jsonb,xml,inet,cidr,money,point,box,path}'::text[]) one,
                  unnest('{int2,int4,int8,text,name,bool,date,time,oid,float4,float8,numeric,uuid,json,jsonb,xml,inet,cidr,money,point,box,path}'::text[]) two;
             EXECUTE made;
         END $$",
    );
    let counts = vec!["count(*)"; 1500].join(", ");
    assert_eq!(
        outcome(&mut fixture, &format!("SELECT array_length(ARRAY[{counts}], 1) AS n FROM fielded")),
        "answered"
    );
    let calls = ["few(1)", "few('a')"].repeat(500).join(", ");
    assert_eq!(outcome(&mut fixture, &format!("SELECT array_length(ARRAY[{calls}], 1) AS n")), "answered");
}

/// Each argument with each function of the name that takes as many.
#[test]
fn arguments_meet_the_functions_of_their_name() {
    let mut fixture = fixture("planning_arguments");
    fixture.session.run(
        "DO $$ DECLARE types text[] := '{int8,numeric,float4,float8}'; made text; BEGIN
             FOR n IN 0..639 LOOP
                 SELECT string_agg(types[1 + (n / (4 ^ k)::int) % 4], ',') INTO made FROM generate_series(0, 4) k;
                 EXECUTE format('CREATE FUNCTION wide(%s, %s) RETURNS int LANGUAGE sql IMMUTABLE AS ''SELECT 1''',
                     repeat('oid,', 94) || 'oid', made);
             END LOOP;
             EXECUTE format('CREATE FUNCTION wide(%s, int) RETURNS int LANGUAGE sql IMMUTABLE AS ''SELECT 1''',
                 repeat('oid,', 98) || 'oid');
         END $$",
    );
    let call = format!("wide({})", vec!["a"; 100].join(","));
    let calls = |times: usize| {
        let calls = vec![call.as_str(); times].join(",");
        format!("SELECT array_length(ARRAY[{calls}], 1) AS n FROM (SELECT 1 AS a) one")
    };
    assert_eq!(ending(&mut fixture, &calls(470)), "54000");
    assert_eq!(outcome(&mut fixture, &calls(10)), "answered");
}

/// Each table that a row's own inherits from with all of these, at each cast of the row and each function that it is passed to.
#[test]
fn rows_meet_the_tables_theirs_inherits_from() {
    let mut fixture = fixture("planning_ancestors");
    fixture.session.run(
        "CREATE TABLE deep_0 (); CREATE TABLE low_0 ();
         DO $$ BEGIN FOR i IN 1..150 LOOP
             EXECUTE format('CREATE TABLE deep_%s () INHERITS (deep_%s)', i, i - 1);
             IF i <= 50 THEN EXECUTE format('CREATE TABLE low_%s () INHERITS (low_%s)', i, i - 1); END IF;
         END LOOP; END $$;
         CREATE FUNCTION of_deep(deep_0) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
         CREATE FUNCTION of_low(low_0) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
         CREATE FUNCTION make_deep() RETURNS deep_150 LANGUAGE sql IMMUTABLE AS 'SELECT NULL::deep_150';
         CREATE FUNCTION list_deep(OUT a int, OUT d deep_150) LANGUAGE sql IMMUTABLE AS 'SELECT 1, NULL::deep_150';
         CREATE VIEW holds_deep AS SELECT ARRAY[d] AS held FROM deep_150 d",
    );
    for (value, from) in [
        ("t::deep_0", "deep_150 t"),
        ("of_deep(t)", "deep_150 t"),
        ("of_deep(make_deep())", "deep_0 t"),
        ("of_deep(NULL::deep_150)", "deep_0 t"),
        ("of_deep(t.d)", "list_deep() t"),
        ("of_deep(t.held[1])", "holds_deep t"),
    ] {
        assert_eq!(ending(&mut fixture, &format!("SELECT count({value}) AS n FROM {from}")), "54000", "{value}");
    }
    let casts = vec!["t::low_0"; 100].join(" IS NULL OR ");
    for what in [format!("count(*) FILTER (WHERE {casts} IS NULL)"), "count(of_low(t))".to_owned()] {
        assert_eq!(outcome(&mut fixture, &format!("SELECT {what} AS n FROM low_50 t")), "answered", "{what}");
    }
}

/// One label that came later has all labels of its type put in order.
#[test]
fn labels_of_an_enum_are_put_in_order() {
    let mut fixture = fixture("planning_enum");
    for (name, labels) in [("many", 300_000), ("few", 5000)] {
        fixture.session.run(&format!(
            "DO $$ BEGIN EXECUTE 'CREATE TYPE {name} AS ENUM ('
                 || (SELECT string_agg(quote_literal('l' || i), ',') FROM generate_series(1, {labels}) i) || ')'; END $$;
             ALTER TYPE {name} ADD VALUE 'odd' BEFORE 'l7'"
        ));
        fixture.session.run(&format!("CREATE TABLE {name}_rows AS SELECT 'odd'::{name} AS a UNION ALL SELECT 'l9'"));
    }
    for sql in [
        "SELECT 'odd'::many < 'l9'::many AS n",
        "SELECT max(a) AS n FROM many_rows",
        "SELECT a FROM many_rows ORDER BY a",
    ] {
        assert_eq!(ending(&mut fixture, sql), "54000", "{sql}");
    }
    for sql in [
        "SELECT 'odd'::few < 'l9'::few AS n",
        "SELECT a FROM few_rows ORDER BY a",
        "SELECT a FROM many_rows WHERE a = 'l9'",
    ] {
        assert_eq!(outcome(&mut fixture, sql), "answered", "{sql}");
    }
}

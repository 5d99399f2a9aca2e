//! Where a statement makes many calls each of which is over in time, and where the planner does: a cancel comes between them.

use nl2sql_e2e::limited::{ending, fixture, outcome};
use nl2sql_e2e::session::quote;

/// Calls that are over in time, and of which one expression has as many as take minutes.
#[test]
fn many_calls_in_one_expression_can_be_ended() {
    let mut fixture = fixture("side_by_side");
    let columns = |call: &str, count: usize| vec![call; count].join(", ");
    let conditions: Vec<String> = (0..400).map(|at| format!("md5(x) = 'no {at}'")).collect();
    let conditions = conditions.join(" OR ");
    let text = "FROM (SELECT repeat('a', 90000000) AS x OFFSET 0) s";
    for sql in [
        format!("SELECT {} {text}", columns("md5(x)", 300)),
        format!("SELECT {} {text}", columns("hashtext(x)", 1600)),
        format!("SELECT count(*) {text} WHERE {conditions}"),
        "SELECT p @> ANY (array_fill(point '(5,5)', ARRAY[10000])) AS n
         FROM (SELECT polygon(2000000, circle '((0,0),1)') AS p OFFSET 0) s"
            .to_owned(),
    ] {
        assert_eq!(ending(&mut fixture, &sql), "57014", "{sql}");
    }
}

/// Of each element of an array that it knows, the planner makes something, and looks for no cancel meanwhile.
#[test]
fn the_planner_gets_no_huge_arrays() {
    let mut fixture = fixture("huge_arrays");
    fixture.session.run(
        "CREATE TABLE plain (a int); INSERT INTO plain SELECT 1 + i % 100 FROM generate_series(1, 10000) i; ANALYZE plain;
         CREATE TABLE parted (a int) PARTITION BY LIST (a); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
         CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2)",
    );
    for array in [
        "array_fill(-1, ARRAY[3000000])".to_owned(),
        "string_to_array(repeat('1,', 200000) || '1', ',')::int[]".to_owned(),
        "(('{' || repeat('1,', 200000) || '1}')::int[])".to_owned(),
        "(array_fill(1, ARRAY[60000]) || array_fill(1, ARRAY[60000]))".to_owned(),
    ] {
        for table in ["plain", "parted"] {
            let sql = format!("SELECT count(*) FROM {table} WHERE a = ANY ({array})");
            assert_eq!(outcome(&mut fixture, &sql), "54000", "{}", &sql[..sql.len().min(100)]);
        }
    }
    // Longer than any statement of a model's.
    let list = format!("SELECT count(*) FROM plain WHERE a = ANY ('{{{}1}}')", "1,".repeat(200_000));
    fixture.session.error(&format!("SELECT nl_run({})", quote(&list)), "54000");
    for sql in [
        "SELECT count(*) AS n FROM parted WHERE a = ANY (array_fill(1, ARRAY[1000]))",
        "SELECT count(*) AS n FROM plain WHERE a = ANY (ARRAY(SELECT i FROM generate_series(1, 300000) i))",
        "SELECT array_length(array_agg(i), 1) AS n FROM generate_series(1, 300000) i",
    ] {
        assert_eq!(outcome(&mut fixture, sql), "answered", "{sql}");
    }
}

/// What an expression does with an array by itself, many times and with no function between.
#[test]
fn arrays_are_gone_through_by_expressions() {
    let mut fixture = fixture("array_steps");
    let nulls = |each: &str, count: u32| {
        let parts: Vec<String> = (0..count).map(|i| each.replace('#', &i.to_string())).collect();
        let from = "(SELECT array_fill(nullif(n, n), ARRAY[20000000]) AS a FROM generate_series(1, 1) n OFFSET 0) s";
        format!("SELECT cardinality(ARRAY[{}]) AS n FROM {from}", parts.join(", "))
    };
    for part in ["# = ANY (a)", "# <> ALL (a)", "(a::bigint[])[#]", "a"] {
        assert_eq!(ending(&mut fixture, &nulls(part, 2000)), "54000", "{part}");
    }
    // A server without libxml says that it has none.
    let xml = ending(&mut fixture, &nulls("XMLELEMENT(NAME x#, a)", 2000));
    assert!(["54000", "0A000"].contains(&xml.as_str()), "{xml}");
    let elements: Vec<String> = (0..5000).map(|i| format!("a[{}]", 3_000_000 + i)).collect();
    let texts = "(SELECT array_fill(left(now()::text, 1), ARRAY[3010000]) AS a OFFSET 0) s";
    let sql = format!("SELECT cardinality(ARRAY[{}]) AS n FROM {texts}", elements.join(", "));
    assert_eq!(ending(&mut fixture, &sql), "57014");
    let lists = vec!["n::text = ANY ((ARRAY['1'::varchar, '2'])::text[])"; 200].join(" OR ");
    for usual in [
        format!("SELECT count(*) AS n FROM generate_series(1, 9) n WHERE {lists} OR n = ANY (ARRAY(SELECT 1))"),
        "SELECT (string_to_array('1,2', ','))[2]::int + (ARRAY[1, 2]::bigint[])[1] + ('[5]'::jsonb)[0]::int AS n"
            .to_owned(),
    ] {
        assert_eq!(ending(&mut fixture, &usual), "answered", "{usual}");
    }
}

/// A dictionary tries all ways to split a word.
#[test]
fn compounds_are_short() {
    let mut fixture = fixture("compounds");
    fixture.session.run(
        "CREATE TEXT SEARCH DICTIONARY compounds (TEMPLATE = ispell, DICTFILE = ispell_sample, AFFFILE = ispell_sample)",
    );
    for (words, expected) in [(20, "54000"), (5, "answered")] {
        let sql = format!("SELECT array_length(ts_lexize('compounds', repeat('football', {words})), 1) AS n");
        assert_eq!(ending(&mut fixture, &sql), expected, "{words}");
    }
}

/// Ranks are made of all pairs of positions.
#[test]
fn ranks_are_made_of_few_positions() {
    let mut fixture = fixture("ranks");
    let words = "(SELECT string_agg('w' || i || ':' || (SELECT string_agg(p::text, ',') FROM generate_series(1, 250) p), ' ') \
                 FROM generate_series(1, 200) i)::tsvector";
    for (query, options, expected) in [
        ("(SELECT string_agg('w' || i, ' & ') FROM generate_series(1, 200) i)::tsquery", "", "54000"),
        ("'w:* & w1:*'::tsquery", ", 2", "54000"),
        ("'w1 & w2 & w3 & w4'::tsquery", "", "answered"),
    ] {
        let sql = format!("SELECT ts_rank({words}, {query}{options}) AS n");
        assert_eq!(outcome(&mut fixture, &sql), expected, "{sql}");
    }
}

/// What a format says that is to be made.
#[test]
fn formats_make_nothing_huge() {
    let mut fixture = fixture("formats");
    for (sql, expected) in [
        ("SELECT length(format('%900000000s', 'a'))", "54000"),
        ("SELECT length(format('%1$900000000s', 'a')), length(format('%1$-900000000s', 'a'))", "54000"),
        ("SELECT length(format('%*s', 900000000, 'a'))", "54000"),
        ("SELECT length(format('%900000000s for 1$', 'a'))", "54000"),
        ("SELECT length(format('%' || repeat('0', 100) || '900000000s', 'a'))", "54000"),
        ("SELECT length(format('%30s|%-10s', 'a', 'b')) AS n, format('100 %% of %s and %I', 'a', 'b')", "answered"),
    ] {
        assert_eq!(outcome(&mut fixture, sql), expected, "{sql}");
    }
}

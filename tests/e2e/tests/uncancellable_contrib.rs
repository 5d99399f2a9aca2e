//! Functions of contrib that never look for a cancel get no arguments with which they would go on for long.

use nl2sql_e2e::limited::{fixture, outcome};
use nl2sql_e2e::server::{lacks, major};

/// The first major version that has daitch_mokotoff.
const SINCE: u32 = 16;

const LIMITS: &str = include_str!("../../../src/guard/contrib_limits.rs");

#[test]
fn functions_of_extensions_take_no_huge_values() {
    const EXTENSIONS: [&str; 9] =
        ["pg_trgm", "intarray", "hstore", "xml2", "ltree", "pgcrypto", "unaccent", "cube", "fuzzystrmatch"];
    if lacks(&EXTENSIONS) {
        return;
    }
    let mut fixture = fixture("huge_contrib");
    fixture.session.run("SET nl2sql.memory_limit = '2GB'");
    for extension in EXTENSIONS {
        fixture.session.run(&format!("CREATE EXTENSION {extension}"));
    }
    let labels = "(repeat('a.', 65000) || 'a')::ltree";
    let words = (0..14).fold("b".to_owned(), |part, _| format!("({part}|{part})"));
    let numbers = "array_fill(1, ARRAY[5000000])";
    for sql in [
        "SELECT similarity(repeat('abc def ', 400000), 'abc')".to_owned(),
        "SELECT repeat('abc def ', 400000) % 'abc'".to_owned(),
        "SELECT word_similarity('abc', repeat('abc def ', 400000))".to_owned(),
        "SELECT word_similarity(repeat('ab cd ', 5000), repeat('abc def ', 4000))".to_owned(),
        "SELECT 'abc' <<% repeat('abc def ', 400000)".to_owned(),
        format!("SELECT sort({numbers}) IS NULL"),
        format!("SELECT ({numbers} | {numbers}) IS NULL"),
        format!("SELECT ({numbers} & {numbers}) IS NULL"),
        "SELECT (repeat('a=>1,', 5000000) || 'b=>2')::hstore IS NULL".to_owned(),
        "SELECT (repeat('1,', 1000000) || '1')::cube IS NULL".to_owned(),
        format!("SELECT index({labels}, (repeat('a.', 32000) || 'b')::ltree)"),
        format!("SELECT {labels} @ '{words}'::ltxtquery"),
        "SELECT length(encrypt(convert_to(repeat('a', 80000000), 'UTF8'), 'k', '3des'))".to_owned(),
    ] {
        assert_eq!(outcome(&mut fixture, &sql), "54000", "{sql}");
    }
    for sql in [
        "SELECT similarity('abc', 'abd') AS n, word_similarity('abc', repeat('abd ', 1000)), 'a=>1'::hstore -> 'a'",
        "SELECT cube_dim('(1,2,3)'::cube) AS n, (repeat('1,', 99) || '1')::cube @> '(1,2)'::cube",
        "SELECT index('a.b.c', 'b') AS n, 'a.b'::ltree @ 'b', length(encrypt('abc', 'key', 'aes'))",
        "SELECT sort(ARRAY[3, 1, 2]) AS n, uniq(ARRAY[1, 1]), ARRAY[1, 2] & ARRAY[2, 3], 'abc' % 'abd'",
    ] {
        assert_eq!(outcome(&mut fixture, sql), "answered", "{sql}");
    }
    if major() >= SINCE {
        let codes = "SELECT array_length(daitch_mokotoff('cacacacaca' || repeat('a', 3000000)), 1)";
        assert_eq!(outcome(&mut fixture, codes), "54000", "{codes}");
        assert_eq!(outcome(&mut fixture, "SELECT daitch_mokotoff('Moskowitz') AS codes"), "answered");
    }
    // In the catalogs every one of them has the name and the library that its limit is on.
    let of_contrib = |line: &str| {
        let mut quoted = line.trim().strip_prefix("of(")?.split('"').skip(1).step_by(2).map(str::to_owned);
        Some((quoted.next()?, quoted.next()?))
    };
    let limits: Vec<(String, String)> = LIMITS.lines().filter_map(of_contrib).collect();
    assert!(limits.len() > 20, "{limits:?}");
    for (library, function) in limits {
        if function == "daitch_mokotoff" && major() < SINCE {
            continue;
        }
        let known =
            format!("SELECT count(*) > 0 FROM pg_proc WHERE probin = '$libdir/{library}' AND prosrc = '{function}'");
        assert_eq!(fixture.session.text(&known), "t", "{library} has {function}");
    }
}

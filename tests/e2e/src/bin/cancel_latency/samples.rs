//! Sample arguments of each type, most of which grow with a size. Those that made some function slow come first.

/// A value of a type, made by an SQL expression in which `{n}` stands for its size.
pub struct Sample {
    pub name: &'static str,
    sql: &'static str,
    /// Larger ones can't be made in reasonable time, or at all.
    most: u64,
}

impl Sample {
    pub fn sql(&self, size: u64) -> Option<String> {
        (size <= self.most || !self.grows()).then(|| self.sql.replace("{n}", &size.to_string()))
    }

    pub fn grows(&self) -> bool {
        self.sql.contains("{n}")
    }
}

const fn sample(name: &'static str, most: u64, sql: &'static str) -> Sample {
    Sample { name, sql, most }
}

const MANY: u64 = 10_000_000;

const TEXTS: &[Sample] = &[
    sample("a…a", MANY, "repeat('a', {n})"),
    sample("b…ba", MANY, "repeat('b', {n}) || 'a'"),
    sample("ba…a", MANY, "'b' || repeat('a', {n} / 2)"),
    sample("distinct", 1_000_000, "(SELECT string_agg(chr(256 + i % 50000), '') FROM generate_series(1, {n}) i)"),
    sample("'a'", MANY, "'a'"),
    sample("a…ab", MANY, "repeat('a', {n} / 2) || 'b'"),
    sample("words", MANY, "repeat('ab cd, ', {n} / 7)"),
    sample("%a%a…c", MANY, "repeat('%a', {n} / 2) || '%c'"),
    sample("marks", MANY, "repeat(chr(789), {n} / 2) || repeat(chr(807), {n} / 2)"),
    sample("a-a-a", MANY, "repeat('a-', {n} / 2) || 'a'"),
    sample("a.a.a", MANY, "repeat('a.', {n} / 2) || '/a'"),
    sample("digits", MANY, "repeat('9', {n})"),
    sample("((((", MANY, "repeat('(', {n})"),
];

const BYTES: &[Sample] = &[
    sample("a…a", MANY, "convert_to(repeat('a', {n}), 'UTF8')"),
    sample("b…ba", MANY, "convert_to(repeat('b', {n}) || 'a', 'UTF8')"),
    sample("ba…a", MANY, "convert_to('b' || repeat('a', {n} / 2), 'UTF8')"),
    sample("'a'", MANY, "'a'"),
    sample("a…ab", MANY, "convert_to(repeat('a', {n} / 2) || 'b', 'UTF8')"),
];

const INTEGERS: &[Sample] = &[
    sample("ascending", 3_000_000, "(SELECT array_agg(i) FROM generate_series(1, {n}) i)"),
    sample("descending", 3_000_000, "(SELECT array_agg({n} + 1 - i) FROM generate_series(1, {n}) i)"),
    sample("negative", 3_000_000, "(SELECT array_agg(-i) FROM generate_series(1, {n}) i)"),
    // A bit each.
    sample("nulls", MANY, "array_fill(NULL::integer, ARRAY[8 * {n}])"),
    sample("same", 3_000_000, "array_fill(7, ARRAY[{n}])"),
    sample("one", MANY, "ARRAY[1]"),
];

const STRINGS: &[Sample] = &[
    sample("ascending", 1_000_000, "(SELECT array_agg(i::text) FROM generate_series(1, {n}) i)"),
    sample("descending", 1_000_000, "(SELECT array_agg(({n} + 1 - i)::text) FROM generate_series(1, {n}) i)"),
    sample("nulls", MANY, "array_fill(NULL::text, ARRAY[8 * {n}])"),
    sample("other", 1_000_000, "(SELECT array_agg('x' || i) FROM generate_series(1, {n}) i)"),
];

/// Of any type of number.
const ARRAYS: &[Sample] = &[
    sample("ascending", 1_000_000, "(SELECT array_agg(i) FROM generate_series(1, {n}) i)"),
    sample("descending", 1_000_000, "(SELECT array_agg({n} + 1 - i) FROM generate_series(1, {n}) i)"),
];

const JSONBS: &[Sample] = &[
    sample("[[1],…]", 1_000_000, "(SELECT jsonb_agg(jsonb_build_array(i)) FROM generate_series(1, {n}) i)"),
    sample("[[n],…]", 1_000_000, "(SELECT jsonb_agg(jsonb_build_array({n} + 1 - i)) FROM generate_series(1, {n}) i)"),
    sample("[1,…]", 1_000_000, "(SELECT jsonb_agg(i) FROM generate_series(1, {n}) i)"),
    sample("[n,…]", 1_000_000, "(SELECT jsonb_agg({n} + 1 - i) FROM generate_series(1, {n}) i)"),
    sample("{1:1,…}", 1_000_000, "(SELECT jsonb_object_agg(i, i) FROM generate_series(1, {n}) i)"),
    sample("{1:[1],…}", 1_000_000, "(SELECT jsonb_object_agg(i, jsonb_build_array(i)) FROM generate_series(1, {n}) i)"),
    sample("[{},…]", 1_000_000, "(SELECT jsonb_agg(jsonb_build_object('a', i)) FROM generate_series(1, {n}) i)"),
    sample("deep", 3_000, "(repeat('[', {n}) || repeat(']', {n}))::jsonb"),
];

const JSONS: &[Sample] = &[
    sample("[1,…]", 1_000_000, "(SELECT json_agg(i) FROM generate_series(1, {n}) i)"),
    sample("{1:1,…}", 1_000_000, "(SELECT json_object_agg(i, i) FROM generate_series(1, {n}) i)"),
    sample("[{},…]", 1_000_000, "(SELECT json_agg(json_build_object('a', i)) FROM generate_series(1, {n}) i)"),
];

const JSONPATHS: &[Sample] = &[
    sample("$[*]", MANY, "'$[*]'"),
    sample("filter", MANY, "'$[*] ? (exists ($[*] ? (@ < 0)))'"),
    sample("$.**", MANY, "'$.**'"),
    sample("product", MANY, "'$[*] ? (@ == $[*])'"),
    sample("$.a.a…", 100_000, "('$' || repeat('.a', {n}))::jsonpath"),
    sample("like_regex", MANY, "'$[*] ? (@ like_regex \"(a*)*b\")'"),
];

const NUMERICS: &[Sample] = &[
    sample("9…9", 131_000, "repeat('9', {n})::numeric"),
    sample("7…7.3…3", 131_000, "(repeat('7', {n} / 2) || '.' || repeat('3', least({n} / 2, 16000)))::numeric"),
    sample("1.0…01", 131_000, "('1.' || repeat('0', least({n}, 16000)) || '1')::numeric"),
    sample("2", MANY, "2"),
    sample("n", MANY, "{n}.5"),
];

const BITS: &[Sample] = &[
    sample("1…1", MANY, "repeat('1', {n})::varbit"),
    sample("0…01", MANY, "(repeat('0', {n}) || '1')::varbit"),
    sample("01…1", MANY, "('0' || repeat('1', {n} / 2))::varbit"),
];

const MULTIRANGES: &[Sample] = &[
    sample("many", 300_000, "(SELECT range_agg(int4range(3 * i, 3 * i + 1)) FROM generate_series(1, {n}) i)"),
    sample("between", 300_000, "(SELECT range_agg(int4range(3 * i + 1, 3 * i + 2)) FROM generate_series(1, {n}) i)"),
    sample("one", MANY, "'{[1,2000000000)}'::int4multirange"),
];

const VECTORS: &[Sample] = &[
    sample("words", 1_000_000, "(SELECT string_agg('w' || i, ' ') FROM generate_series(1, {n}) i)::tsvector"),
    sample("one word", 1_000_000, "to_tsvector('simple', repeat('a ', {n}))"),
    sample(
        "positions",
        1_000_000,
        "(SELECT setweight(to_tsvector('simple', string_agg('w' || i % 300, ' ')), 'A') FROM generate_series(1, {n}) i)",
    ),
];

const QUERIES: &[Sample] = &[
    sample("a | b", 1_000_000, "(SELECT string_agg('w' || i, ' | ') FROM generate_series(1, {n}) i)::tsquery"),
    sample("a & b", 1_000_000, "(SELECT string_agg('w' || i, ' & ') FROM generate_series(1, {n}) i)::tsquery"),
    sample("a <-> a", 1_000_000, "(repeat('a <-> ', {n}) || 'a')::tsquery"),
    sample(
        "w1 <-> w2",
        1_000_000,
        "(SELECT string_agg('w' || i % 300, ' <-> ') FROM generate_series(1, {n}) i)::tsquery",
    ),
    sample("!a & b", MANY, "'a & !b'"),
    sample(
        "a:* | …",
        1_000_000,
        "(SELECT string_agg('w' || i || ':*', ' | ') FROM generate_series(1, {n}) i)::tsquery",
    ),
];

const XMLS: &[Sample] = &[
    sample("flat", 1_000_000, "('<a>' || repeat('<b/>', {n}) || '</a>')::xml"),
    sample("text", MANY, "('<a>' || repeat('b', {n}) || '</a>')::xml"),
    sample("deep", 200, "(repeat('<a>', {n}) || repeat('</a>', {n}))::xml"),
];

const PATHS: &[Sample] = &[
    sample(
        "line",
        1_000_000,
        "(SELECT '(' || string_agg(format('(%s,%s)', i, i), ',') || ')' FROM generate_series(1, {n}) i)::path",
    ),
    sample(
        "curve",
        1_000_000,
        "(SELECT '(' || string_agg(format('(%s,%s)', -i, -i::float8 * i), ',') || ')' FROM generate_series(1, {n}) i)::path",
    ),
];

const POLYGONS: &[Sample] = &[
    sample(
        "zigzag",
        1_000_000,
        "(SELECT '(' || string_agg(format('(%s,%s)', i, i % 7), ',') || ')' FROM generate_series(1, {n}) i)::polygon",
    ),
    sample(
        "zigzag above",
        1_000_000,
        "(SELECT '(' || string_agg(format('(%s,%s)', i, 8 + i % 7), ',') || ')' FROM generate_series(1, {n}) i)::polygon",
    ),
    sample(
        "curve",
        1_000_000,
        "(SELECT '(' || string_agg(format('(%s,%s)', i, i::float8 * i), ',') || ')' FROM generate_series(1, {n}) i)::polygon",
    ),
    sample(
        "curve above",
        1_000_000,
        "(SELECT '(' || string_agg(format('(%s,%s)', i, i::float8 * i + 0.00001), ',') || ')' FROM generate_series(1, {n}) i)::polygon",
    ),
];

/// What the types' own readers take apart: signs and small parts, over and over.
const WRITTEN: &[Sample] = &[
    sample("digits", MANY, "repeat('9', {n})"),
    sample("1.0…01", MANY, "'1.' || repeat('0', {n}) || '1'"),
    sample("1e9…", MANY, "'1e' || repeat('9', {n})"),
    sample("spaces", MANY, "repeat(' ', {n}) || '1'"),
    sample("a…a", MANY, "repeat('a', {n})"),
    sample("1 1", MANY, "repeat('1 ', {n} / 2) || '1'"),
    sample("a a", MANY, "repeat('a ', {n} / 2) || 'a'"),
    sample("words", MANY, "(SELECT string_agg('w' || i, ' ') FROM generate_series(1, {n} / 6) i)"),
    sample("1,1", MANY, "repeat('1,', {n} / 2) || '1'"),
    sample("(1,1)", MANY, "'(' || repeat('1,', {n} / 2) || '1)'"),
    sample("(1,1),(1,1)", MANY, "'(' || repeat('(1,1),', {n} / 6) || '(1,1))'"),
    sample("{1,1}", MANY, "'{' || repeat('1,', {n} / 2) || '1}'"),
    sample("{\"a\",\"a\"}", MANY, "'{' || repeat('\"a\",', {n} / 4) || '\"a\"}'"),
    sample("[1,1]", MANY, "'[' || repeat('1,', {n} / 2) || '1]'"),
    sample(
        "{\"w1\":1}",
        MANY,
        "'{' || (SELECT string_agg(format('\"w%s\":1', i), ',') FROM generate_series(1, {n} / 10) i) || '}'",
    ),
    sample("w1=>1", MANY, "(SELECT string_agg(format('w%s=>1', i), ',') FROM generate_series(1, {n} / 10) i)"),
    sample(
        "{[1,2),[4,5)}",
        MANY,
        "'{' || (SELECT string_agg(format('[%s,%s)', 3 * i, 3 * i + 1), ',') FROM generate_series(1, {n} / 16) i) || '}'",
    ),
    sample("1:1", MANY, "repeat('1:', {n} / 2) || '1'"),
    sample(
        "1:9:2,3",
        MANY,
        "'1:2000000000:' || (SELECT string_agg((i + 1)::text, ',') FROM generate_series(1, {n} / 7) i)",
    ),
    sample("a.a", MANY, "repeat('a.', {n} / 2) || 'a'"),
    sample("*.a", MANY, "repeat('*.', {n} / 2) || 'a'"),
    sample("a|a", MANY, "repeat('a|', {n} / 2) || 'a'"),
    sample("w1|w2", MANY, "(SELECT string_agg('w' || i, '|') FROM generate_series(1, {n} / 6) i)"),
    sample("1|2", MANY, "(SELECT string_agg(i::text, '|') FROM generate_series(1, {n} / 6) i)"),
    sample("a&a", MANY, "repeat('a&', {n} / 2) || 'a'"),
    sample("!!!!a", MANY, "repeat('!', {n}) || 'a'"),
    sample("((((", MANY, "repeat('(', {n})"),
    sample("(a)", MANY, "repeat('(', {n} / 2) || 'a' || repeat(')', {n} / 2)"),
    sample("[[[[", MANY, "repeat('[', {n})"),
    sample("{{{{", MANY, "repeat('{', {n})"),
    sample("<<<<", MANY, "repeat('<', {n})"),
    sample("1-1", MANY, "repeat('1-', {n} / 2) || '1'"),
    sample("1 day", MANY, "repeat('1 day ', {n} / 6)"),
    sample("P1D", MANY, "'P' || repeat('1D', {n} / 2)"),
    sample("1 .. 2", MANY, "'1' || repeat('0', {n}) || ' .. 2'"),
    sample("backslashes", MANY, "repeat(E'\\\\', {n})"),
    sample("quotes", MANY, "repeat('\"', {n})"),
    sample("apostrophes", MANY, "repeat('''', {n})"),
    sample("$.a.a", MANY, "'$' || repeat('.a', {n} / 2)"),
    sample("$[0,0]", MANY, "'$[' || repeat('0,', {n} / 2) || '0]'"),
    sample("\\x00", MANY, "E'\\\\x' || repeat('00', {n} / 2)"),
    sample("0101", MANY, "repeat('01', {n} / 2)"),
    sample("ff:ff", MANY, "repeat('ff:', {n} / 3) || 'ff'"),
    sample("postgres=r/postgres", MANY, "'postgres=' || repeat('r', {n}) || '/postgres'"),
];

const RIGHTS: &[Sample] = &[sample("same", 1_000_000, "array_fill(makeaclitem(10, 10, 'select', false), ARRAY[{n}])")];

const SNAPSHOTS: &str = "('1:2000000000:' || (SELECT string_agg((i + 1)::text, ',') FROM generate_series(1, {n}) i))";

const RECORDS: &[Sample] = &[
    sample("a…a", MANY, "ROW(repeat('a', {n} / 2), repeat('a', {n} / 2))"),
    sample("quotes", MANY, "ROW(repeat('\"', {n} / 2), repeat(E'\\\\', {n} / 2))"),
];

const HSTORES: &[Sample] = &[
    sample("many", 1_000_000, "(SELECT hstore(array_agg(i::text), array_agg(i::text)) FROM generate_series(1, {n}) i)"),
    sample(
        "others",
        1_000_000,
        "(SELECT hstore(array_agg('x' || i), array_agg(i::text)) FROM generate_series(1, {n}) i)",
    ),
];

const LQUERIES: &[Sample] = &[
    sample("*.a.*.a", 30_000, "(repeat('*.a.', {n}) || '*.b')::lquery"),
    sample("a.a.a", 60_000, "(repeat('a.', {n}) || 'a')::lquery"),
];
const LTXTQUERIES: &[Sample] =
    &[sample("a | b", 60_000, "(SELECT string_agg('w' || i, ' | ') FROM generate_series(1, {n}) i)::ltxtquery")];
const NUMBERS: &[Sample] = &[sample("1", MANY, "1"), sample("n", MANY, "{n}")];
const SMALL: &[Sample] = &[sample("1", MANY, "1")];

const CONFIGURATION: &[Sample] = &[sample("simple", MANY, "'simple'")];

const NAME: &[Sample] = &[sample("'a'", MANY, "'a'")];

const TODAY: &[Sample] = &[sample("2020", MANY, "'2020-01-01'")];

/// The type that is called with, and its samples; none where it can't be made.
pub fn of(name: &str) -> (&'static str, &'static [Sample]) {
    match name {
        "text" | "character varying" | "anynonarray" => ("text", TEXTS),
        "character" => ("bpchar", TEXTS),
        "citext" => ("citext", TEXTS),
        "bytea" => ("bytea", BYTES),
        "integer[]" | "anyarray" | "anycompatiblearray" => ("int4[]", INTEGERS),
        "anyelement" | "anycompatible" | "anycompatiblenonarray" => ("int4", NUMBERS),
        "text[]" => ("text[]", STRINGS),
        "bigint[]" => ("int8[]", ARRAYS),
        "smallint[]" => ("int2[]", const { &[sample("same", MANY, "array_fill(7::int2, ARRAY[{n}])")] }),
        "real[]" => ("float4[]", ARRAYS),
        "double precision[]" => ("float8[]", ARRAYS),
        "numeric[]" => ("numeric[]", ARRAYS),
        "jsonb" => ("jsonb", JSONBS),
        "json" => ("json", JSONS),
        "jsonpath" => ("jsonpath", JSONPATHS),
        "numeric" => ("numeric", NUMERICS),
        "bit" | "bit varying" => ("varbit", BITS),
        "anymultirange" | "anycompatiblemultirange" => ("int4multirange", MULTIRANGES),
        "anyrange" | "anycompatiblerange" => ("int4range", const { &[sample("range", MANY, "int4range(1, 1000)")] }),
        "tsvector" => ("tsvector", VECTORS),
        "tsquery" => ("tsquery", QUERIES),
        "xml" => ("xml", XMLS),
        "path" => ("path", PATHS),
        "polygon" => ("polygon", POLYGONS),
        "hstore" => ("hstore", HSTORES),
        "ltree" => ("ltree", const { &[sample("a.a.a", 60_000, "(repeat('a.', {n}) || 'a')::ltree")] }),
        "lquery" => ("lquery", LQUERIES),
        "ltxtquery" => ("ltxtquery", LTXTQUERIES),
        "cube" => ("cube", const { &[sample("100", MANY, "cube(array_fill(1.0::float8, ARRAY[100]))")] }),
        "point" => ("point", const { &[sample("point", MANY, "'(1,2)'")] }),
        "box" => ("box", const { &[sample("box", MANY, "'((0,0),(1,1))'")] }),
        "circle" => ("circle", const { &[sample("circle", MANY, "'<(0,0),1>'")] }),
        "lseg" => ("lseg", const { &[sample("lseg", MANY, "'((0,0),(1,1))'")] }),
        "line" => ("line", const { &[sample("line", MANY, "'{1,2,3}'")] }),
        "cstring" => ("text", WRITTEN),
        "record" => ("pair", RECORDS),
        "oidvector" => ("oidvector", const { &[sample("1 1", 1_000_000, "repeat('1 ', {n})::oidvector")] }),
        "int2vector" => ("int2vector", const { &[sample("1 1", 1_000_000, "repeat('1 ', {n})::int2vector")] }),
        "oid[]" => ("oid[]", ARRAYS),
        "\"char\"[]" => ("\"char\"[]", const { &[sample("same", MANY, "array_fill('a'::\"char\", ARRAY[{n}])")] }),
        "name[]" => ("name[]", const { &[sample("same", 300_000, "array_fill('a'::name, ARRAY[{n}])")] }),
        "aclitem[]" => ("aclitem[]", RIGHTS),
        "pg_snapshot" => ("pg_snapshot", const { &[sample("many", 1_000_000, SNAPSHOTS)] }),
        "txid_snapshot" => ("txid_snapshot", const { &[sample("many", 1_000_000, SNAPSHOTS)] }),
        "xid8" => ("xid8", const { &[sample("5", MANY, "'5'")] }),
        "regclass" => ("regclass", const { &[sample("pg_class", MANY, "'pg_class'")] }),
        "integer" => ("int4", NUMBERS),
        "bigint" => ("int8", NUMBERS),
        "smallint" => ("int2", SMALL),
        "double precision" => ("float8", NUMBERS),
        "real" => ("float4", NUMBERS),
        "boolean" => ("boolean", const { &[sample("true", MANY, "true")] }),
        "regconfig" => ("regconfig", CONFIGURATION),
        "regdictionary" => ("regdictionary", CONFIGURATION),
        "oid" => ("oid", SMALL),
        "name" => ("name", NAME),
        "\"char\"" => ("\"char\"", NAME),
        "interval" => ("interval", const { &[sample("day", MANY, "'1 day'")] }),
        "date" => ("date", TODAY),
        "timestamp without time zone" => ("timestamp", TODAY),
        "timestamp with time zone" => ("timestamptz", TODAY),
        _ => ("", &[]),
    }
}

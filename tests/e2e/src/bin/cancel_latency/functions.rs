//! What is called: the server's functions and those of extensions, and what reads and writes the values of types.

use nl2sql_e2e::session::Session;

/// Something that can be called, with places for its arguments.
pub struct Function {
    pub signature: String,
    /// SQL in which `$0`, `$1` and so on stand for the arguments.
    pub call: String,
    pub returns_set: bool,
    /// The types of the arguments.
    pub arguments: Vec<String>,
}

/// Written in C, and not volatile: what else tells, waits or reads files is no statement's to call. What takes `internal` can't be
/// called by one either. Functions that put SQL together run for as long as that SQL.
const FUNCTIONS: &str = "
    SELECT json_build_array(p.oid::regprocedure::text, quote_ident(n.nspname) || '.' || quote_ident(p.proname), p.proretset,
           (SELECT json_agg(format_type(u.type, NULL) ORDER BY u.place)
            FROM unnest(p.proargtypes) WITH ORDINALITY AS u(type, place)),
           p.provariadic = '\"any\"'::regtype)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
    WHERE p.provolatile <> 'v' AND p.prokind = 'f' AND l.lanname IN ('internal', 'c') AND p.pronargs > 0
      AND p.proname !~ '_to_xml|_to_xmlschema|^ts_stat'
      AND NOT EXISTS (SELECT FROM unnest(p.proargtypes) AS u(type) JOIN pg_type t ON t.oid = u.type
                      WHERE t.typtype = 'p' AND t.typname !~ '^any|^cstring$|^record$' OR t.typname = 'anyenum')
    ORDER BY n.nspname <> 'pg_catalog', p.oid::regprocedure::text";

/// Types that are read from text, written as text and sent as bytes by functions of their own.
const TYPES: &str = "
    SELECT json_build_array(format_type(t.oid, NULL), t.typsend::regproc::text)
    FROM pg_type t
    WHERE t.typtype IN ('b', 'r', 'm') AND (t.typelem = 0 OR t.typname IN ('_int4', '_text', 'int2vector', 'oidvector', '_record'))
    ORDER BY t.oid";

/// What stands for `\"any\"`, of which each call may be given another type.
const ANY: [&str; 6] = ["text", "bytea", "integer[]", "text[]", "jsonb", "json"];

/// All of them.
pub fn all(session: &mut Session) -> Vec<Function> {
    let mut all: Vec<Function> = rows(session, FUNCTIONS).iter().flat_map(of_function).collect();
    all.extend(rows(session, TYPES).iter().flat_map(of_type));
    all
}

fn rows(session: &mut Session, sql: &str) -> Vec<serde_json::Value> {
    session.texts(sql).iter().map(|row| serde_json::from_str(row).expect("json")).collect()
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn of_function(row: &serde_json::Value) -> Vec<Function> {
    let (signature, name, returns_set) = (text(&row[0]), text(&row[1]), row[2] == true);
    let arguments: Vec<String> = row[3].as_array().into_iter().flatten().map(text).collect();
    let function = |how: &str, arguments: &[String], call: String| Function {
        signature: format!("{signature}{how}"),
        call: format!("{name}({call})"),
        returns_set,
        arguments: arguments.to_vec(),
    };
    let is_variadic = row[4] == true;
    let Some(any) = arguments.iter().position(|of| of == "\"any\"") else {
        return vec![function("", &arguments, places(0..arguments.len(), &arguments))];
    };
    let mut all = Vec::new();
    for of in ANY {
        let mut arguments = arguments.clone();
        arguments[any] = of.to_owned();
        let before = places(0..any, &arguments);
        let after =
            |given: String| [before.clone(), given].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        if !is_variadic {
            all.push(function("", &arguments, places(0..arguments.len(), &arguments)));
            continue;
        }
        all.push(function(", twice", &arguments, after(format!("${any}, ${any}")).join(", ")));
        all.push(function(", fifty times", &arguments, after(vec![format!("${any}"); 50].join(", ")).join(", ")));
        if of.ends_with("[]") {
            all.push(function(", as a list", &arguments, after(format!("VARIADIC ${any}")).join(", ")));
        }
    }
    all
}

/// A value of type `cstring` can't be stored, so texts are made ones.
fn places(range: std::ops::Range<usize>, arguments: &[String]) -> String {
    let place = |at: usize| if arguments[at] == "cstring" { format!("textout(${at})") } else { format!("${at}") };
    range.map(place).collect::<Vec<_>>().join(", ")
}

fn of_type(row: &serde_json::Value) -> Vec<Function> {
    let (of, send) = (text(&row[0]), text(&row[1]));
    let function = |signature: String, call: String, argument: &str| Function {
        signature,
        call,
        returns_set: false,
        arguments: vec![argument.to_owned()],
    };
    vec![
        function(format!("text read as {of}"), format!("textout($0)::text::{of}"), "cstring"),
        function(format!("{of} read as itself"), format!("($0::text)::{of}"), &of),
        function(format!("{of} written as text"), "$0::text".to_owned(), &of),
        function(format!("{of} sent"), format!("{send}($0)"), &of),
    ]
}

//! Identifiers as SQL text has to spell them.

/// An identifier as SQL text has to spell it: bare where it is in lower case and no reserved word, else in double quotes.
///
/// PostgreSQL's `quote_identifier` (ruleutils.c) also quotes words that are reserved in some places only; they are
/// left bare here, as they may stand wherever a statement of ours has a name.
pub fn quote_ident(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_')
        && !is_reserved(name);
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// Most names are told by their length or a digit, without a search.
fn is_reserved(name: &str) -> bool {
    name.len() <= LONGEST
        && !name.ends_with(|c: char| c.is_ascii_digit())
        && POSTGRES_RESERVED.binary_search(&name).is_ok()
}

/// The length of `current_timestamp`.
const LONGEST: usize = 17;

/// PostgreSQL's reserved key words, sorted (SQL Key Words appendix: reserved, and reserved except as function or type).
const POSTGRES_RESERVED: [&str; 101] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_has_them() {
        for (name, quoted) in [
            ("orders", "orders"),
            ("_a1", "_a1"),
            ("order", "\"order\""),
            ("Orders", "\"Orders\""),
            ("1st", "\"1st\""),
            ("unit price", "\"unit price\""),
            ("a\"b", "\"a\"\"b\""),
            ("", "\"\""),
            ("größe", "\"größe\""),
        ] {
            assert_eq!(quote_ident(name), quoted);
        }
    }

    #[test]
    fn the_reserved_words_are_sorted() {
        assert!(POSTGRES_RESERVED.is_sorted());
        assert!(POSTGRES_RESERVED.iter().all(|word| is_reserved(word)));
    }
}

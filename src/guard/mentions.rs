//! What the body of a function in SQL or PL/pgSQL names: relations, functions and operators. Pure.
//!
//! It reads words as the server's scanner does (scan.l): comments and string constants are no words, quoted identifiers are taken
//! as they stand, others are folded. A word is a relation where one can stand: after FROM, JOIN and their kin, and a function
//! before a parenthesis. What this misses is stopped when it runs ([`crate::pg::running::watching::labelled_reads`]).

use std::collections::BTreeSet;

/// A name and the schema it is qualified with, if it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub schema: Option<String>,
    pub name: String,
    /// It stands in quotes, or after its schema, so it may be a keyword.
    pub is_quoted: bool,
}

#[derive(Debug, Default, PartialEq)]
pub struct Mentions {
    pub relations: BTreeSet<Name>,
    pub functions: BTreeSet<Name>,
    pub operators: BTreeSet<String>,
    /// The text does not tell what the function reads.
    pub is_opaque: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word {
        text: String,
        is_quoted: bool,
    },
    Operator(String),
    /// `(`, `)`, `,`, `.`, `;`.
    Sign(u8),
    /// A constant, a parameter, or what else is no name.
    Other,
}

/// Parts of the names of functions that run SQL out of strings.
const RUNS_TEXT: [&str; 7] = ["_to_xml", "crosstab", "connectby", "xpath_table", "ts_stat", "ts_rewrite", "dblink"];

/// After these a list of relations begins or goes on.
const BEFORE_RELATIONS: [&str; 4] = ["from", "join", "only", "table"];

/// After these no relation stands until the next of the others.
const AFTER_RELATIONS: [&str; 17] = [
    "where",
    "group",
    "order",
    "having",
    "limit",
    "offset",
    "fetch",
    "union",
    "intersect",
    "except",
    "window",
    "select",
    "returning",
    "for",
    "loop",
    "into",
    "then",
];

/// `runs_statements`: the language has EXECUTE, as PL/pgSQL does.
pub fn of(body: &str, runs_statements: bool) -> Mentions {
    let (tokens, is_unclear) = tokens(body);
    let mut mentions = Mentions { is_opaque: is_unclear, ..Mentions::default() };
    // Whether relations are listed, for every open parenthesis.
    let mut lists = vec![false];
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign(b'(') => {
                let goes_on = lists.last() == Some(&true) && begins_item(&tokens, at);
                lists.push(goes_on);
            }
            Token::Sign(b')') if lists.len() > 1 => drop(lists.pop()),
            Token::Sign(b';') => lists = vec![false],
            Token::Operator(name) => drop(mentions.operators.insert(name.clone())),
            Token::Word { text, is_quoted } => {
                mentions.is_opaque |= RUNS_TEXT.iter().any(|part| text.contains(part));
                mentions.is_opaque |= runs_statements && !is_quoted && text == "execute";
                let word = text.as_str();
                let is_clause = BEFORE_RELATIONS.contains(&word) || AFTER_RELATIONS.contains(&word);
                let is_listed = lists.last() == Some(&true) && begins_item(&tokens, at) && (*is_quoted || !is_clause);
                mentions.note(&tokens, at, is_listed);
                if !is_quoted && let Some(lists_relations) = lists.last_mut() {
                    *lists_relations = BEFORE_RELATIONS.contains(&text.as_str())
                        || *lists_relations && !AFTER_RELATIONS.contains(&text.as_str());
                }
            }
            Token::Sign(_) | Token::Other => {}
        }
    }
    mentions
}

impl Mentions {
    /// Notes the word at this place as what it can be.
    fn note(&mut self, tokens: &[Token], at: usize, is_listed: bool) {
        let Some(Token::Word { text, is_quoted }) = tokens.get(at) else { return };
        let schema = match at.checked_sub(2).map(|before| &tokens[before..at]) {
            Some([Token::Word { text: schema, .. }, Token::Sign(b'.')]) => Some(schema.clone()),
            _ => None,
        };
        let name = Name { is_quoted: *is_quoted || schema.is_some(), schema, name: text.clone() };
        match tokens.get(at + 1) {
            Some(Token::Sign(b'(')) => drop(self.functions.insert(name)),
            _ if is_listed || name.schema.is_some() => drop(self.relations.insert(name)),
            _ => {}
        }
    }
}

/// Whether an item of a list of relations begins here.
fn begins_item(tokens: &[Token], at: usize) -> bool {
    match at.checked_sub(1).and_then(|before| tokens.get(before)) {
        Some(Token::Word { text, is_quoted: false }) => BEFORE_RELATIONS.contains(&text.as_str()) || text == "lateral",
        Some(Token::Sign(sign)) => matches!(sign, b'(' | b','),
        _ => false,
    }
}

/// Longer texts, in bytes, are not read.
const MOST_BYTES: usize = 1_000_000;

/// Longer runs of the characters of operators are not read: no operator has more than 63, and a run of signs is one for each.
const MOST_OPERATOR: usize = 200;

/// The words of a text, and whether it holds what is not read: names in the notation `U&"…"`, or endless operators.
fn tokens(body: &str) -> (Vec<Token>, bool) {
    let bytes = body.as_bytes();
    let (mut tokens, mut at, mut is_unclear) = (Vec::new(), 0, false);
    if bytes.len() > MOST_BYTES {
        return (tokens, true);
    }
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let (token, length) = match byte {
            _ if rest.starts_with(b"--") => (None, length_while(rest, |byte| byte != b'\n' && byte != b'\r')),
            _ if rest.starts_with(b"/*") => (None, comment(rest)),
            b'\'' => (Some(Token::Other), string(rest, false)),
            b'e' | b'E' if rest.get(1) == Some(&b'\'') => (Some(Token::Other), 1 + string(&rest[1..], true)),
            b'"' => quoted(body, at),
            b'$' => dollar(rest),
            b'0'..=b'9' => (Some(Token::Other), length_while(rest, |byte| is_in_word(byte) || byte == b'.')),
            _ if starts_word(byte) => {
                let length = length_while(rest, is_in_word);
                is_unclear |= matches!(&rest[..length], b"u" | b"U") && rest[length..].starts_with(b"&\"");
                let text = body.get(at..at + length).unwrap_or_default().to_ascii_lowercase();
                (Some(Token::Word { text, is_quoted: false }), length)
            }
            b'(' | b')' | b',' | b'.' | b';' => (Some(Token::Sign(byte)), 1),
            _ if is_operator(byte) => {
                let (found, length) = operators(rest);
                is_unclear |= found.is_empty();
                tokens.extend(found);
                (None, length)
            }
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => (None, 1),
            _ => (Some(Token::Other), 1),
        };
        tokens.extend(token);
        at += length.max(1);
    }
    (tokens, is_unclear)
}

fn length_while(bytes: &[u8], holds: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !holds(*byte)).unwrap_or(bytes.len())
}

fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_in_word(byte: u8) -> bool {
    starts_word(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_operator(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|`?".contains(&byte)
}

/// Comments may stand in each other.
fn comment(bytes: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    at
}

/// The length of a string constant that begins with its quote.
fn string(bytes: &[u8], has_escapes: bool) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if has_escapes => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn quoted(body: &str, start: usize) -> (Option<Token>, usize) {
    let bytes = &body.as_bytes()[start..];
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' if bytes.get(at + 1) == Some(&b'"') => at += 2,
            b'"' => break,
            _ => at += 1,
        }
    }
    let end = at.min(bytes.len());
    let text = body.get(start + 1..start + end).unwrap_or_default().replace("\"\"", "\"");
    (Some(Token::Word { text, is_quoted: true }), end + 1)
}

/// A parameter, or a string constant between two equal tags.
fn dollar(bytes: &[u8]) -> (Option<Token>, usize) {
    let tag = 1 + length_while(&bytes[1..], |byte| is_in_word(byte) && byte != b'$');
    if bytes.get(tag) != Some(&b'$') || bytes.get(1).is_some_and(u8::is_ascii_digit) {
        return (Some(Token::Other), tag);
    }
    let (tag, rest) = bytes.split_at(tag + 1);
    let end = rest.windows(tag.len()).position(|window| window == tag);
    (Some(Token::Other), end.map_or(bytes.len(), |end| tag.len() + end + tag.len()))
}

/// The operators of a run of their characters, none where it is too long, and its length. The rules are those of the scanner: a
/// comment ends an operator, and only some may end in a sign. Where one may not, its signs are operators of their own.
fn operators(bytes: &[u8]) -> (Vec<Token>, usize) {
    let run = length_while(&bytes[..bytes.len().min(MOST_OPERATOR + 1)], is_operator);
    let starts_comment = |at: usize| bytes[at..].starts_with(b"--") || bytes[at..].starts_with(b"/*");
    let length = (1..run).find(|at| starts_comment(*at)).unwrap_or(run);
    if length > MOST_OPERATOR {
        return (Vec::new(), length_while(bytes, is_operator));
    }
    let mut end = length;
    if !bytes[..length].iter().any(|byte| b"~!@#%^&|`?".contains(byte)) {
        while end > 1 && b"+-".contains(&bytes[end - 1]) {
            end -= 1;
        }
    }
    let token = |text: &[u8]| Token::Operator(String::from_utf8_lossy(text).into_owned());
    (std::iter::once(&bytes[..end]).chain(bytes[end..length].chunks(1)).map(token).collect(), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relations(body: &str) -> Vec<String> {
        let name = |name: &Name| match &name.schema {
            Some(schema) => format!("{schema}.{}", name.name),
            None => name.name.clone(),
        };
        of(body, true).relations.iter().map(name).collect()
    }

    #[test]
    fn relations_are_named_where_they_can_stand() {
        for (body, expected) in [
            ("BEGIN RETURN (SELECT name FROM customers); END", &["customers"][..]),
            ("SELECT a.x, value FROM a JOIN \"B c\" b ON f(a.x, b.y), d", &["B c", "a.x", "b.y", "a", "d"]),
            (
                "SELECT 1 FROM (a CROSS JOIN (SELECT x, y FROM b WHERE x IN (1, z)) q), c ORDER BY d, e",
                &["a", "b", "c"],
            ),
            ("select * from lateral (select 1) x, f(u, v) g, ONLY h, TABLESAMPLE_1", &["h", "tablesample_1"]),
            ("SELECT Public . \"Pay\"\"roll\"", &["public.Pay\"roll"]),
            ("SELECT x INTO a, b FROM t; y := u, v", &["t"]),
            ("SELECT x FROM t INTO a, b", &["t"]),
            ("FOR r IN SELECT * FROM t LOOP a, b", &["t"]),
            ("TABLE t", &["t"]),
        ] {
            let found: BTreeSet<String> = relations(body).into_iter().collect();
            assert_eq!(found, expected.iter().map(|name| (*name).to_owned()).collect(), "{body}");
        }
    }

    #[test]
    fn constants_and_comments_are_no_words() {
        let body = "SELECT 'from a', E'\\' from b', $$ from c $$, $x$ from $$ d $x$ -- from e\n /* from /* f */ from g */ , $1 FROM t";
        assert_eq!(relations(body), ["t"]);
        assert_eq!(relations("SELECT 1e5 FROM a$b$c"), ["a$b$c"]);
        assert_eq!(relations("SELECT 'open from t"), [""; 0]);
        assert_eq!(relations("SELECT \"open from t"), [""; 0]);
    }

    #[test]
    fn texts_that_do_not_tell_what_they_read() {
        assert!(of("BEGIN EXECUTE 'x'; END", true).is_opaque);
        assert!(!of("SELECT 'execute', \"execute\" FROM t", true).is_opaque);
        assert!(of("SELECT pg_catalog.query_to_xml('x', true, true, '')", false).is_opaque);
        assert!(of("SELECT * FROM U&\"d\\0061t\"", false).is_opaque);
        assert!(!of("SELECT u & x FROM t", false).is_opaque);
    }

    /// Each sign of a run was read with all behind it, and these again for each.
    #[test]
    fn a_text_without_end_is_soon_read_or_not_at_all() {
        let signs = of(&format!("SELECT {}1 FROM t", "+".repeat(100_000)), false);
        assert!(signs.is_opaque && signs.relations.len() == 1);
        let few = of(&"SELECT 1 +-+-+-+-+ @-1 FROM t;".repeat(10_000), false);
        assert_eq!((few.is_opaque, few.operators.len()), (false, 3));
        let remark = of(&format!("SELECT 1 +{}\nFROM t", "-".repeat(1_000)), false);
        assert_eq!((remark.is_opaque, remark.relations.len()), (false, 1));
        assert!(of(&" ".repeat(MOST_BYTES + 1), false).is_opaque);
    }

    #[test]
    fn functions_and_operators() {
        let mentions = of("SELECT public.f(x) <=> \"G\" (1) +-2 @-3 --4", false);
        let functions: Vec<(Option<&str>, &str)> =
            mentions.functions.iter().map(|name| (name.schema.as_deref(), name.name.as_str())).collect();
        assert_eq!(functions, [(None, "G"), (Some("public"), "f")]);
        assert_eq!(mentions.operators.iter().collect::<Vec<_>>(), ["+", "-", "<=>", "@-"]);
    }
}

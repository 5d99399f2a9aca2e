//! The literals and names in the text of a statement, as PostgreSQL's scanner finds them (scan.l).
//!
//! Only what can be replaced by another literal is told: plain strings and numbers. Comments, quoted names, dollar quotes and
//! strings with escapes, bits or code points are stepped over.

/// A literal, by its place in the text in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    pub start: usize,
    pub end: usize,
    /// A string's content, or the number as it is written.
    pub value: String,
    pub is_string: bool,
}

/// A name, by its place in the text in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub start: usize,
    pub end: usize,
    /// As the server reads it: in lower case, or what the quotes hold.
    pub name: String,
}

/// The plain strings and numbers of a statement, in order.
pub fn literals(sql: &str) -> Vec<Literal> {
    scan(sql).0
}

/// The names of a statement and its key words, in order.
pub fn names(sql: &str) -> Vec<Name> {
    scan(sql).1
}

fn scan(sql: &str) -> (Vec<Literal>, Vec<Name>) {
    let (mut found, mut names) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(rest) = sql.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match rest.chars().next().unwrap_or(' ') {
            '\'' => {
                let (value, length) = string(rest);
                found.push(Literal { start: at, end: at + length, value, is_string: true });
                length
            }
            '"' => {
                let length = quoted(rest, '"');
                let inside = rest.get(1..length.saturating_sub(1)).unwrap_or_default();
                names.push(Name { start: at, end: at + length, name: inside.replace("\"\"", "\"") });
                length
            }
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => comment(rest),
            '$' => dollar_quoted(rest).unwrap_or(1),
            c if c.is_ascii_digit() || (c == '.' && rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit)) => {
                let length = number(rest);
                let value = rest.get(..length).unwrap_or_default().to_owned();
                found.push(Literal { start: at, end: at + length, value, is_string: false });
                length
            }
            c if is_name(c) => {
                let length = name(rest);
                let text = rest.get(..length).filter(|text| !text.contains(['\'', '"', '&']));
                names.extend(text.map(|text| Name { start: at, end: at + length, name: text.to_lowercase() }));
                length
            }
            c => c.len_utf8(),
        };
        at += length.max(1);
    }
    (found, names)
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

/// A name, or a string that begins with a letter: `E'…'`, `U&'…'`, `N'…'`.
fn name(rest: &str) -> usize {
    let length = rest.find(|c: char| !(is_name(c) || c.is_ascii_digit() || c == '$')).unwrap_or(rest.len());
    let (prefix, after) = rest.split_at(length);
    let (prefix, after, skipped) = match after.strip_prefix('&') {
        Some(after) if prefix.eq_ignore_ascii_case("u") => ("u", after, 1),
        _ => (prefix, after, 0),
    };
    let is_prefix = ["e", "b", "x", "n", "u"].iter().any(|known| prefix.eq_ignore_ascii_case(known));
    match after.chars().next() {
        Some('\'') if is_prefix => length + skipped + escaped(after, prefix.eq_ignore_ascii_case("e")),
        Some('"') if skipped > 0 => length + skipped + quoted(after, '"'),
        _ => length,
    }
}

/// The content of a plain string, and its length with the quotes.
fn string(rest: &str) -> (String, usize) {
    let length = quoted(rest, '\'');
    let inside = rest.get(1..length.saturating_sub(1)).unwrap_or_default();
    (inside.replace("''", "'"), length)
}

/// The length of what stands in quotes that are doubled inside.
fn quoted(rest: &str, mark: char) -> usize {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == mark && characters.next_if(|(_, next)| *next == mark).is_none() {
            return at + 1;
        }
    }
    rest.len()
}

fn escaped(rest: &str, backslashes: bool) -> usize {
    if !backslashes {
        return quoted(rest, '\'');
    }
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '\'' if characters.next_if(|(_, next)| *next == '\'').is_none() => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Comments nest.
fn comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while let Some(tail) = rest.get(at..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn dollar_quoted(rest: &str) -> Option<usize> {
    let tag_end = rest.get(1..)?.find(|c: char| !(is_name(c) || c.is_ascii_digit()))? + 1;
    let tag = rest.get(..=tag_end).filter(|tag| tag.ends_with('$'))?;
    let is_parameter = tag.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    let end = rest.get(tag.len()..).filter(|_| !is_parameter)?.find(tag)?;
    Some(tag.len() * 2 + end)
}

/// Digits with a point and an exponent.
fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digits = |mut at: usize| {
        while bytes
            .get(at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() && !matches!(byte, b'e' | b'E') || *byte == b'_')
        {
            at += 1;
        }
        at
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1) != Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end = digits(end + 1 + sign);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str) -> Vec<String> {
        let literals = literals(sql);
        for literal in &literals {
            assert!(sql.is_char_boundary(literal.start) && sql.is_char_boundary(literal.end), "{sql}");
        }
        literals.into_iter().map(|literal| literal.value).collect()
    }

    #[test]
    fn strings_and_numbers_are_found() {
        assert_eq!(
            found("SELECT t1.a2, 'it''s' FROM t WHERE n > 10.5 AND m = .5 LIMIT 5"),
            ["it's", "10.5", ".5", "5"]
        );
        assert_eq!(found("SELECT 1e-3, DATE '2025-01-01', interval '30 days'"), ["1e-3", "2025-01-01", "30 days"]);
    }

    #[test]
    fn what_is_no_plain_literal_is_stepped_over() {
        assert_eq!(found("SELECT \"a'1\" -- 'x' 2\n, /* 'y' /* 3 */ */ 4"), ["4"]);
        assert_eq!(
            found("SELECT E'a\\'1' , U&'b' , U&\"c'2\", B'101', X'1F', $$ '5' $$, $t$ 6 $t$, $1, 'z'"),
            ["1", "z"]
        );
        assert_eq!(found("SELECT größe5 FROM ä1 WHERE x='ü'"), ["ü"]);
    }

    #[test]
    fn names_are_found_as_the_server_reads_them() {
        let found = names("SELECT O.\"To\"\"tal\" AS total, 'x', E'y' FROM Orders -- z");
        let names: Vec<&str> = found.iter().map(|name| name.name.as_str()).collect();
        assert_eq!(names, ["select", "o", "To\"tal", "as", "total", "from", "orders"]);
    }

    #[test]
    fn broken_text_ends() {
        for sql in ["'", "\"", "/*", "$a$", "E'\\", "1.", "'a''", "$", "--", "U&'"] {
            let _ = found(sql);
        }
    }
}

//! Whether names stand in a statement's text, for those who may be told no other names.

use std::collections::HashSet;

/// So many names of a message are looked for. The server names a few things in a message, but also quotes what it can't read, all of a
/// text of a hundred thousand quotes.
const MOST_NAMES: usize = 200;

/// A message, with those quoted parts blotted out that do not stand in the statement.
pub fn with_own_names(message: &str, sql: &str) -> String {
    let lower = sql.to_lowercase();
    let statement = Statement::of(&lower);
    let mut looked_for = 0;
    let mut is_own = |name: &str| {
        looked_for += 1;
        looked_for <= MOST_NAMES && statement.has(name)
    };
    let part = |(at, part): (usize, &str)| match at % 2 {
        1 if part.split('.').all(&mut is_own) => format!("\"{part}\""),
        1 => "\"…\"".to_owned(),
        _ => part.to_owned(),
    };
    message.split('"').enumerate().map(part).collect()
}

/// Whether a name is a word of the statement, in whatever case. Names that are no plain words are looked for as they are.
pub fn stands_in(name: &str, sql: &str) -> bool {
    Statement::of(&sql.to_lowercase()).has(name)
}

/// A statement in lower case, and its words.
struct Statement<'s> {
    lower: &'s str,
    words: HashSet<&'s str>,
}

impl<'s> Statement<'s> {
    fn of(lower: &'s str) -> Self {
        Self { lower, words: lower.split(|letter| !is_part(letter)).collect() }
    }

    fn has(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        if name.chars().all(is_part) { self.words.contains(name.as_str()) } else { self.lower.contains(&name) }
    }
}

/// Whether a letter is a part of a plain name.
fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_statement_are_told_and_no_others() {
        let sql = "SELECT p.Secretary, \"a b\" FROM people p";
        assert!(stands_in("secretary", sql) && stands_in("a b", sql) && stands_in("PEOPLE", sql));
        assert!(!stands_in("secret", sql) && !stands_in("b c", sql), "a part of a word is no name");
        assert_eq!(with_own_names("column \"p.secret\" of \"people\"", sql), "column \"…\" of \"people\"");
        assert_eq!(with_own_names("column \"p.secretary\" is bad", sql), "column \"p.secretary\" is bad");
    }

    /// The server quotes what it can't read, however long that is.
    #[test]
    fn a_message_full_of_names_is_soon_told() {
        let sql = format!("SELECT {}", "a b ".repeat(20_000));
        let told = with_own_names(&"\"a\" or \"c+d\" ".repeat(10_000), &sql);
        assert!(told.starts_with("\"a\" or \"…\" \"a\"") && told.ends_with("\"…\" or \"…\" "));
    }
}

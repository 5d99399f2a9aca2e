//! Whether names stand in a statement's text, for those who may be told no other names.

/// A message, with those quoted parts blotted out that do not stand in the statement.
pub fn with_own_names(message: &str, sql: &str) -> String {
    let is_own = |quoted: &str| quoted.split('.').all(|name| stands_in(name, sql));
    let part = |(at, part): (usize, &str)| match at % 2 {
        1 if is_own(part) => format!("\"{part}\""),
        1 => "\"…\"".to_owned(),
        _ => part.to_owned(),
    };
    message.split('"').enumerate().map(part).collect()
}

/// Whether a name is a word of the statement, in whatever case. Names that are no plain words are looked for as they are.
pub fn stands_in(name: &str, sql: &str) -> bool {
    let (name, sql) = (name.to_lowercase(), sql.to_lowercase());
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    if name.chars().all(is_part) {
        sql.split(|letter| !is_part(letter)).any(|word| word == name)
    } else {
        sql.contains(&name)
    }
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
}

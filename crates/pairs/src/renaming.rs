//! The SQL of a pair after what it reads was renamed.

use crate::sql_text::names;

/// The statement with names in the place of others, given as the server reads them: old and new. Every name that is spelled so is
/// replaced, whatever it stands for: whoever calls this has to check that the statement reads the same as before. `None` where
/// nothing is to be replaced, or where a new name stands in it already.
pub fn renamed(sql: &str, changes: &[(String, String)], quoted: &dyn Fn(&str) -> String) -> Option<String> {
    let found = names(sql);
    let is_taken = |new: &str| found.iter().any(|name| name.name == new) && !changes.iter().any(|(old, _)| old == new);
    if changes.iter().any(|(_, new)| is_taken(new)) {
        return None;
    }
    let (mut text, mut end) = (String::with_capacity(sql.len() + 32), 0);
    for name in found {
        let Some((_, new)) = changes.iter().find(|(old, _)| *old == name.name) else { continue };
        text.push_str(sql.get(end..name.start)?);
        text.push_str(&quoted(new));
        end = name.end;
    }
    text.push_str(sql.get(end..)?);
    (end > 0).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(sql: &str, changes: &[(&str, &str)]) -> Option<String> {
        let changes: Vec<(String, String)> =
            changes.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect();
        renamed(sql, &changes, &|name| format!("\"{name}\""))
    }

    #[test]
    fn names_are_replaced_and_texts_are_not() {
        assert_eq!(
            changed("SELECT Orders.total, 'orders' FROM orders -- orders", &[("orders", "sales")]).as_deref(),
            Some("SELECT \"sales\".total, 'orders' FROM \"sales\" -- orders")
        );
        // Two names exchanged.
        let exchanged = changed("SELECT a, b FROM t", &[("a", "b"), ("b", "a")]);
        assert_eq!(exchanged.as_deref(), Some("SELECT \"b\", \"a\" FROM t"));
    }

    #[test]
    fn a_name_that_is_taken_is_not_given() {
        assert_eq!(changed("SELECT a, b FROM t", &[("a", "b")]), None);
        assert_eq!(changed("SELECT a FROM t", &[("x", "y")]), None);
    }
}

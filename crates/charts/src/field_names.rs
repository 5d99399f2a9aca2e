//! Names in a specification: what Vega-Lite and Vega can take as a field, a path or a title.
//!
//! Both write names into JavaScript, not always escaped, so those few that would break it are changed, visibly.

use super::field::untaken;
use super::text_width;

/// The path to a field of that name in Vega-Lite; `names` has seen to quotes and backslashes.
pub fn path(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '.' | '[' | ']') {
            path.push('\\');
        }
        path.push(c);
    }
    path
}

/// A name without what Vega-Lite puts into expressions unescaped: quotes become typographic, a backslash a set minus.
pub fn unquoted(name: &str) -> String {
    let likeness = |c| match c {
        '\'' => '’',
        '"' => '”',
        '\\' => '∖',
        other => other,
    };
    uninherited(&text_width::clean(name).chars().map(likeness).collect::<String>())
}

/// Vega looks names up in plain objects of JavaScript, and finds what all of those have; a space sets ours apart.
pub fn uninherited(name: &str) -> String {
    match name {
        "__proto__" | "constructor" | "toString" | "valueOf" | "hasOwnProperty" => format!("{name} "),
        _ => name.to_owned(),
    }
}

/// Names for the values of a row, each different.
pub fn names(titles: &[&str]) -> Vec<String> {
    let mut taken = [String::new()].into();
    titles.iter().map(|title| untaken(&unquoted(title), &mut taken)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_one_field_each() {
        assert_eq!(path("order.total [EUR]"), "order\\.total \\[EUR\\]");
        assert_eq!(path("Größe, 東京 ?column?"), "Größe, 東京 ?column?");
    }

    #[test]
    fn names_are_different_and_none_is_javascript() {
        assert_eq!(names(&["a", "a", "a (2)", ""]), ["a", "a (2)", "a (2) (2)", " (2)"]);
        assert_eq!(names(&["it's", "\"x\"", "a\\b", "a\nb"]), ["it’s", "”x”", "a∖b", "a b"]);
        assert_eq!(names(&["__proto__", "constructor"]), ["__proto__ ", "constructor "]);
    }
}

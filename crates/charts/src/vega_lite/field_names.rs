//! Names of fields in a specification. Vega-Lite and Vega generate JavaScript from them and do not escape them
//! everywhere, so characters that would break that JavaScript are replaced by others that look alike.

use crate::field::unique_name;
use crate::text_width::clean;

/// The name as a path in the data, as every `field` in Vega-Lite is. Quotes and backslashes were replaced by
/// [`unquoted`].
pub fn field_path(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '.' | '[' | ']') {
            path.push('\\');
        }
        path.push(c);
    }
    path
}

/// The name without characters that Vega-Lite writes unescaped into expressions: quotes become typographic quotes, a
/// backslash becomes the sign for a set difference.
pub fn unquoted(name: &str) -> String {
    let lookalike = |c| match c {
        '\'' => '’',
        '"' => '”',
        '\\' => '∖',
        other => other,
    };
    not_inherited(&clean(name).chars().map(lookalike).collect::<String>())
}

/// Vega looks names up in JavaScript objects, where it also finds those that every object inherits. Such a name gets a
/// space added.
pub fn not_inherited(name: &str) -> String {
    match name {
        "__proto__" | "constructor" | "toString" | "valueOf" | "hasOwnProperty" => format!("{name} "),
        _ => name.to_owned(),
    }
}

/// Names for the fields of a row, one for each title and no two the same.
pub fn unique_names(titles: &[&str]) -> Vec<String> {
    let mut taken = [String::new()].into();
    titles.iter().map(|title| unique_name(&unquoted(title), &mut taken)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_escape_dots_and_brackets() {
        assert_eq!(field_path("order.total [EUR]"), "order\\.total \\[EUR\\]");
        assert_eq!(field_path("Größe, 東京 ?column?"), "Größe, 東京 ?column?");
    }

    #[test]
    fn names_are_unique_and_safe_in_javascript() {
        assert_eq!(unique_names(&["a", "a", "a (2)", ""]), ["a", "a (2)", "a (2) (2)", " (2)"]);
        assert_eq!(unique_names(&["it's", "\"x\"", "a\\b", "a\nb"]), ["it’s", "”x”", "a∖b", "a b"]);
        assert_eq!(unique_names(&["__proto__", "constructor"]), ["__proto__ ", "constructor "]);
    }
}

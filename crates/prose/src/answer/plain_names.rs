//! The words of descriptions and readings without what SQL needs: qualified names, underscores.

use super::columns::spoken_relation;

/// Names without what they are qualified by, and as words: `customers.signed_up` is `signed up`; those that are of everything keep it,
/// and `categories.name` is `category name`. What stands in quotes is a
/// value, and stays.
pub fn plainly(text: &str) -> String {
    let parts = text.split('\'');
    let mut plain = String::with_capacity(text.len());
    let mut quoted = false;
    for part in parts {
        if quoted {
            plain.push_str(&format!("'{part}'"));
        } else {
            let words = part.split(' ').map(|word| match word.rsplit_once('.') {
                Some((of, name)) if is_name(of) && name.starts_with(char::is_alphabetic) => {
                    let open = if of.starts_with('(') { "(" } else { "" };
                    let is_of_all = ["name", "title", "id", "code", "type", "status", "date"].contains(&name);
                    let of = words::singular(&spoken_relation(of.trim_start_matches('(')));
                    let of = if is_of_all { format!("{of} ") } else { String::new() };
                    format!("{open}{of}{}", name.replace('_', " "))
                }
                _ => word.replace('_', " "),
            });
            plain.push_str(&words.collect::<Vec<_>>().join(" "));
        }
        quoted = !quoted;
    }
    plain
}

fn is_name(text: &str) -> bool {
    let text = text.trim_start_matches('(');
    text.starts_with(char::is_alphabetic) && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

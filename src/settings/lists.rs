//! Settings that are lists of names.

use std::collections::HashSet;

use crate::model::plain_name;

/// The models that a text names, as in nl2sql.model, each once: attempts are counted by model.
pub fn models_of(text: &str) -> Vec<String> {
    let mut known = HashSet::new();
    names(text).into_iter().filter(|name| known.insert(plain_name(name).to_owned())).collect()
}

/// The names of a comma-separated list. One in double quotes may hold commas, and quotes that are doubled.
pub fn names(text: &str) -> Vec<String> {
    let (mut names, mut name, mut quoted) = (Vec::new(), String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.next_if_eq(&'"').is_some() => name.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => names.push(std::mem::take(&mut name)),
            _ => name.push(c),
        }
    }
    names.push(name);
    names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// The reverse of [`names`].
pub fn list_of(names: &[String]) -> String {
    let quoted = |name: &String| {
        let is_plain = !name.is_empty() && !name.contains(['"', ',']) && name.trim() == name;
        if is_plain { name.clone() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
    };
    names.iter().map(quoted).collect::<Vec<_>>().join(",")
}

//! What relations are called: by their own name where that says which is meant, else by their alias.

use std::collections::HashMap;

use crate::outline::Outline;

/// Statements with more entries are told by aliases alone: comparing all of them is not worth the time.
const MAX_COMPARED: usize = 500;

/// A label for each entry.
pub fn labels(outline: &Outline) -> Vec<String> {
    let entries = &outline.entries;
    let mut of_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        of_name.entry(&entry.name).or_default().push(at);
        if entry.alias != entry.name {
            of_name.entry(&entry.alias).or_default().push(at);
        }
    }
    entries
        .iter()
        .enumerate()
        .map(|(at, entry)| {
            let others = of_name.get(entry.name.as_str()).map(Vec::as_slice).unwrap_or_default();
            let clashes = entries.len() > MAX_COMPARED
                || others
                    .iter()
                    .filter_map(|other| Some((other, entries.get(*other)?)))
                    .any(|(other, its)| *other != at && sees_each_other(outline, entry.scope, its.scope));
            word(if clashes { &entry.alias } else { &entry.name })
        })
        .collect()
}

/// One scope is the other or stands inside it.
fn sees_each_other(outline: &Outline, one: usize, other: usize) -> bool {
    let inside = |inner: usize, outer: usize| around(outline, inner).any(|scope| scope == outer);
    inside(one, other) || inside(other, one)
}

/// A scope and those around it.
fn around(outline: &Outline, scope: usize) -> impl Iterator<Item = usize> {
    // A scope stands in one that was counted before it: this ends.
    std::iter::successors(Some(scope), |scope| {
        outline.scopes.get(*scope).copied().flatten().filter(|outer| outer < scope)
    })
}

/// For each scope, whether one entry is all it can name.
pub fn bare_scopes(outline: &Outline) -> Vec<bool> {
    let mut counts = vec![0usize; outline.scopes.len()];
    for entry in &outline.entries {
        if let Some(count) = counts.get_mut(entry.scope) {
            *count += 1;
        }
    }
    let count = |scope: usize| counts.get(scope).copied().unwrap_or_default();
    (0..counts.len()).map(|scope| around(outline, scope).map(count).sum::<usize>() <= 1).collect()
}

/// A name in a sentence: in quotes where it would not be taken for one word.
pub fn word(name: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
    if !name.is_empty() && name.chars().all(is_word) { name.to_owned() } else { format!("\"{}\"", flat(name)) }
}

/// On one line.
pub fn flat(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect()
}

//! The names of range table entries in the text: the name of the relation if that is unambiguous, else the alias.

use std::collections::HashMap;

use schema::sanitize::one_line;

use crate::outline::Outline;

/// Beyond this many entries aliases are always used, because comparing each entry with all others would take long.
const MAX_COMPARED: usize = 500;

/// The name of each entry in the text.
pub fn display_names(outline: &Outline) -> Vec<String> {
    let entries = &outline.entries;
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        by_name.entry(&entry.name).or_default().push(at);
        if entry.alias != entry.name {
            by_name.entry(&entry.alias).or_default().push(at);
        }
    }
    entries
        .iter()
        .enumerate()
        .map(|(at, entry)| {
            let others = by_name.get(entry.name.as_str()).map(Vec::as_slice).unwrap_or_default();
            let is_ambiguous = entries.len() > MAX_COMPARED
                || others
                    .iter()
                    .filter_map(|other| Some((other, entries.get(*other)?)))
                    .any(|(other, its)| *other != at && are_in_nested_scopes(outline, entry.scope, its.scope));
            format_name(if is_ambiguous { &entry.alias } else { &entry.name })
        })
        .collect()
}

/// Whether one scope is the other or stands inside it, so that names of both are used together.
fn are_in_nested_scopes(outline: &Outline, one: usize, other: usize) -> bool {
    let inside = |inner: usize, outer: usize| enclosing_scopes(outline, inner).any(|scope| scope == outer);
    inside(one, other) || inside(other, one)
}

/// A scope and those around it, from the inside.
fn enclosing_scopes(outline: &Outline, scope: usize) -> impl Iterator<Item = usize> {
    // An enclosing scope has a lower number. Checking that makes sure that the walk ends.
    std::iter::successors(Some(scope), |scope| {
        outline.scopes.get(*scope).copied().flatten().filter(|outer| outer < scope)
    })
}

/// For each scope, whether at most one entry can be named in it.
pub fn single_entry_scopes(outline: &Outline) -> Vec<bool> {
    let mut counts = vec![0usize; outline.scopes.len()];
    for entry in &outline.entries {
        if let Some(count) = counts.get_mut(entry.scope) {
            *count += 1;
        }
    }
    let count = |scope: usize| counts.get(scope).copied().unwrap_or_default();
    (0..counts.len()).map(|scope| enclosing_scopes(outline, scope).map(count).sum::<usize>() <= 1).collect()
}

/// A name as part of a sentence: in double quotes unless it looks like one word.
pub fn format_name(name: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
    if !name.is_empty() && name.chars().all(is_word) { name.to_owned() } else { format!("\"{}\"", one_line(name)) }
}

//! Identifiers as words.

use words::identifier_words;

/// Words of names that a question may leave out or put elsewhere.
pub(crate) const LITTLE: [&str; 10] = ["of", "the", "and", "in", "for", "to", "by", "a", "per", "from"];

/// The words of an identifier that may mean something; never none.
pub(crate) fn name_words(name: &str) -> Vec<String> {
    let mut words = identifier_words(name);
    if words.iter().any(|word| !LITTLE.contains(&word.as_str())) {
        words.retain(|word| !LITTLE.contains(&word.as_str()));
    }
    if words.is_empty() {
        words.push(name.to_lowercase());
    }
    words
}

/// The same words, each once.
pub(crate) fn distinct(mut words: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(words.len());
    for word in words.drain(..) {
        if !kept.contains(&word) {
            kept.push(word);
        }
    }
    kept
}

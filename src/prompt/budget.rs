//! How long a text is for a model: an estimate that needs no tokenizer.

/// Four characters a token, rounded up: near enough for English and SQL, for every provider.
pub fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}

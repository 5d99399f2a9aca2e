//! How long a text is for a model: an estimate that needs no tokenizer.

/// Four characters a token, rounded up: near enough for English and SQL, for every provider.
pub fn tokens(text: &str) -> usize {
    tokens_of(text.chars().count())
}

/// The same of so many characters.
pub fn tokens_of(characters: usize) -> usize {
    characters.div_ceil(4)
}

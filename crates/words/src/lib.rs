//! Questions and identifiers as words that can be compared: splitting, plurals, stems, synonyms.

#![forbid(unsafe_code)]

mod phrases;
mod spelling;
mod synonyms;
mod tokens;
mod vocabulary;

pub use phrases::phrases;
pub use spelling::distance;
pub use tokens::{Word, WordKind, identifier_words, singular, split, stem};
pub use vocabulary::{AKIN, Meaning, SYNONYM, Vocabulary, WEAK};

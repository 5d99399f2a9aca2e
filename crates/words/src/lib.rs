//! Questions and identifiers as words that can be compared: splitting, plurals, stems, synonyms, spelling.
//!
//! Knows English and the habits of those who name tables; no schema, no grammar, and no opinion on which of several
//! meanings is the likelier.

#![forbid(unsafe_code)]

mod phrases;
mod spelling;
mod synonyms;
mod tokens;
mod vocabulary;

pub use phrases::phrases;
pub use spelling::{NearestNames, distance};
pub use synonyms::{spelled_out, synonyms_of_stem};
pub use tokens::{Word, WordKind, identifier_words, singular, split, stem};
pub use vocabulary::{Meaning, Vocabulary, WordMatch};

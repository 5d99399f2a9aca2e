//! Questions and identifiers as words that can be compared: splitting, plurals, stems, synonyms, spelling.
//!
//! It holds English vocabulary and the customs by which tables and columns are named. It does not look at a schema, parses
//! no sentences, and returns all meanings of a word without choosing among them.

#![forbid(unsafe_code)]

mod calendar;
mod phrases;
mod spelling;
mod synonyms;
mod tokens;
mod vocabulary;

pub use calendar::{MONTHS, WEEKDAYS};
pub use phrases::phrases;
pub use spelling::{NearestNames, distance, edits};
pub use synonyms::{spelled_out, synonyms_of_stem, words_with_synonyms};
pub use tokens::{Word, WordKind, identifier_words, irregular_plural, singular, split, stem};
pub use vocabulary::{Meaning, Vocabulary, WordMatch};

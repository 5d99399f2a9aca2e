//! Verified pairs: a question, and the SQL that somebody checked for it. Which later question asks the same up to its values, and
//! what the SQL is then.
//!
//! ```text
//! question + SQL + what its literals are compared with ─► pattern: words and holes
//! later question + pattern ─► values ─► SQL with these values
//! ```
//!
//! A literal of the SQL that stands in the question becomes a hole. Whatever carries meaning has to be said again; politeness,
//! a misspelt word, and where a time stands do not count. Where it is not sure what a literal stands for, it stays: the pair then
//! answers fewer questions, never a wrong one.
//!
//! Whether a text fits its column is for the caller to look up ([`Fit::said`] against [`Hole::column`]), and whether the SQL may
//! run is for the server to judge.

#![forbid(unsafe_code)]

mod calendar;
mod compared;
mod filling;
mod matching;
mod pattern;
mod question;
mod renaming;
mod results;
mod same_statement;
mod sql_text;
mod time_hole;

#[cfg(test)]
mod tests;

pub use calendar::{Day, Period};
pub use compared::{Column, Compared, Constants, constants};
pub use filling::Values;
pub use matching::{Fit, shapes, spellings};
pub use pattern::{Hole, Pattern, Unteachable};
pub use question::{MAX_WORDS, Question, Token};
pub use renaming::renamed;
pub use results::same_answer;
pub use same_statement::same_statement;
pub use sql_text::{Name, names};

//! Stored values that words of a question may mean, looked up through a trait.
//!
//! The reader says which phrases it wants to know about; where and how they are looked for is the implementor's choice.

use crate::Interrupted;

/// Looks stored values up under the caller's privileges, bounded in time and rows.
pub trait ValueLookup {
    /// The stored values that the phrases may mean, in any order. A phrase that is no value of any column is left out,
    /// and so are values that could not be looked up; an error only says that the reading is to end.
    fn find(&self, phrases: &[String]) -> Result<Vec<Match>, Interrupted>;
}

/// A stored value that a phrase of the question may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The phrase as it was asked for.
    pub phrase: String,
    pub schema: String,
    pub relation: String,
    pub column: String,
    /// The value as it is stored.
    pub value: String,
    pub closeness: Closeness,
}

/// How near a stored value is to a phrase; the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closeness {
    /// Equal.
    Exact,
    /// Equal but for upper and lower case.
    Case,
    /// Nearly equal, as trigrams judge it.
    Near,
}

/// A look-up that finds nothing: only what the snapshot shows is known of the data.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoValues;

impl ValueLookup for NoValues {
    fn find(&self, _: &[String]) -> Result<Vec<Match>, Interrupted> {
        Ok(Vec::new())
    }
}

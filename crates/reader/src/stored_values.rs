//! StoredValue values that words of a question may mean: the question put to the database, as a trait.
//!
//! Pure: who looks values up, and how, is decided elsewhere. Knows no word of any question.

/// Looks stored values up under the caller's privileges, bounded in time and rows.
pub trait Values {
    /// The stored values that the phrases may mean, in any order; a phrase without any is left out.
    fn find(&self, phrases: &[String]) -> Vec<Match>;
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

impl Values for NoValues {
    fn find(&self, _: &[String]) -> Vec<Match> {
        Vec::new()
    }
}

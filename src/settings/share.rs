//! The setting nl2sql.share.

use pgrx::guc::PostgresGucEnum;

/// What a model outside this server may be told of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PostgresGucEnum)]
pub enum Share {
    #[name = c"schema"]
    Schema,
    #[name = c"samples"]
    Samples,
    /// Also the rows of answers that are told in words.
    #[name = c"results"]
    Results,
}

impl Share {
    /// Stored values may be told.
    pub fn tells_values(self) -> bool {
        self != Self::Schema
    }
}

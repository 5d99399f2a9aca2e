//! The setting nl2sql.share.

use pgrx::guc::PostgresGucEnum;

/// What a model outside this server may be told of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PostgresGucEnum)]
pub enum Share {
    #[name = c"schema"]
    Schema,
    #[name = c"samples"]
    Samples,
}

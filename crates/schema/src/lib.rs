//! What a caller may see of a database, as plain values; its names as SQL spells them; its texts made safe to show.
//!
//! The crates that read, show or write anything of a database share these: a [`Snapshot`] of its schema, the
//! [`ResultShape`] of a query, [`quote_ident`] and [`sanitize`]. Nothing here depends on a server, a question or a model.

#![forbid(unsafe_code)]

pub mod comment_clauses;
mod identifier;
mod relations;
mod result_shape;
pub mod sanitize;
mod snapshot;

pub use identifier::quote_ident;
pub use relations::Relations;
pub use result_shape::{ResultColumn, ResultShape};
pub use snapshot::*;

//! What a caller may see of a database, as plain values; its names as SQL spells them.
//!
//! Every part which speaks of a database needs these: the types of a [`Snapshot`] and [`quote_ident`]. Nothing here
//! knows a server, a question or a model.

#![forbid(unsafe_code)]

mod identifier;
mod relations;
mod result_shape;
mod snapshot;

pub use identifier::quote_ident;
pub use relations::Relations;
pub use result_shape::{ResultColumn, ResultShape};
pub use snapshot::*;

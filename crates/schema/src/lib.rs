//! What a caller may see of a database, as plain values, and the names in it as SQL spells them.

#![forbid(unsafe_code)]

mod identifier;
mod result_shape;
mod snapshot;

pub use identifier::quote_ident;
pub use result_shape::{ResultColumn, ResultShape};
pub use snapshot::*;

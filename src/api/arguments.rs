//! Arguments that have no use for a long text: they are refused before anything is made of them, as Rust's memory has no limit.

use crate::error::Error;

/// A longer name or list of names, in bytes, is none.
const MOST_OF_NAMES: usize = 20_000;

/// A name or a list of names, unless it is too long.
pub fn names<'t>(argument: &'static str, text: Option<&'t str>) -> Result<Option<&'t str>, Error> {
    within(argument, text.map_or(0, str::len), MOST_OF_NAMES).map(|()| text)
}

/// Refuses an argument of more than so many bytes.
pub fn within(argument: &'static str, bytes: usize, most: usize) -> Result<(), Error> {
    if bytes > most { Err(Error::LongArgument { argument, bytes, most }) } else { Ok(()) }
}

//! What can be asked.

use super::arguments::names;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use crate::ask::help;
use crate::settings::Settings;

/// Questions that the caller can ask of this schema, each of which is answered.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_examples(n: default!(Option<i32>, 10)) -> Result<SetOfIterator<'static, String>, ErrorReport> {
    let most = n.map_or(help::DEFAULT_EXAMPLES, |n| usize::try_from(n).unwrap_or_default());
    Ok(SetOfIterator::new(help::examples(most, &*Settings::in_force()?)?))
}

/// One page on a topic.
#[pg_extern(volatile, parallel_unsafe)]
fn nl_help(topic: default!(Option<&str>, "NULL")) -> Result<String, ErrorReport> {
    Ok(help::help(names("topic", topic)?, &*Settings::in_force()?)?)
}

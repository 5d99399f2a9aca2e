//! What was drafted before: SQL by the exact prompt it answers, each role its own.
//!
//! A remembered draft saves the call to a model and nothing else: it is judged like any other. The prompt holds the
//! question, the schema as the asker sees it and the date, so whatever would change the draft changes the key. Drafts of
//! the builtin model are not kept: making them costs less than looking them up.

#![forbid(unsafe_code)]

use crate::error::Error;
use crate::pg::running::query;
use wire::Prompt;

/// What a draft is kept under: the models and the prompt.
pub struct Key {
    text: String,
    /// How long a draft is used, in seconds.
    ttl: String,
}

/// The key of a question's first prompt; `None` where nothing is kept.
pub fn key(prompt: &Prompt, models: &[String], ttl_s: i32) -> Option<Key> {
    let is_used = ttl_s > 0 && !query::is_serializable();
    is_used.then(|| Key { text: format!("{}\n{}", models.join(","), prompt.as_text()), ttl: ttl_s.to_string() })
}

/// The statement drafted under this key within `nl2sql.cache_ttl`, if any.
pub fn recall(key: &Key) -> Result<Option<String>, Error> {
    match query::rows(include_str!("recall.sql"), &[Some(&key.text), Some(&key.ttl)]) {
        Ok(rows) => Ok(rows.into_iter().flatten().flatten().next()),
        Err(error) if is_no_matter(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Keeps a statement that stood. Where nothing can be written (a standby, a read-only transaction), nothing is.
pub fn remember(key: &Key, sql: &str) -> Result<(), Error> {
    match query::write(include_str!("remember.sql"), &[Some(&key.text), Some(&key.ttl), Some(sql)]) {
        Err(error) if !is_no_matter(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Only a cancel or a shutdown ends the question: an answer does not fail because it can't be kept.
fn is_no_matter(error: &Error) -> bool {
    !error.sqlstate().starts_with("57")
}

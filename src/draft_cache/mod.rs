//! What was drafted before: SQL by the exact prompt it answers, each role its own.
//!
//! A remembered draft saves the call to a model and nothing else: it is judged like any other. The prompt holds the
//! question, the schema as the asker sees it and the date, so whatever would change the draft changes the key. Drafts of
//! the builtin model are not kept: making them costs less than looking them up.

#![forbid(unsafe_code)]

use std::ffi::CStr;

use crate::error::Error;
use crate::grounding::array_literal;
use crate::pg::running::query;
use crate::prompt::without_estimates;
use wire::Prompt;

/// What a draft is kept under: the models, how they are reached, and the prompt.
pub struct Key {
    text: String,
    /// How long a draft is used, in seconds.
    ttl: String,
}

/// Longer drafts are not kept, in bytes; the table has the same limit.
const MAX_KEPT: usize = 100_000;

/// Where drafts are kept. Nobody but its owner may write to it, so that its size is bounded: it is read and written as
/// that, for the role that asks and for no other.
const TABLE: (&CStr, &CStr) = (c"nl2sql", c"cache");

/// The key of a question's first prompt; `None` where nothing is kept. Estimates of rows are no part of it, as they
/// change with every ANALYZE; the options of the models' servers are, as others may stand behind the same names.
pub fn key(prompt: &Prompt, question: &str, models: &[String], ttl_s: i32) -> Result<Option<Key>, Error> {
    if ttl_s <= 0 || query::is_serializable() {
        return Ok(None);
    }
    let servers = match query::rows(include_str!("models.sql"), &[Some(&array_literal(models))]) {
        Ok(servers) => servers,
        Err(error) if is_no_matter(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let servers: Vec<String> = servers.into_iter().flatten().flatten().collect();
    // The question stands in the key as it was asked, too: what looks like an estimate in it is none.
    let prompt = without_estimates(&prompt.as_text());
    let text = [&models.join(","), &servers.join("\n"), question, &prompt].map(|part| part.to_owned()).join("\n");
    Ok(Some(Key { text, ttl: ttl_s.to_string() }))
}

/// The statement drafted under this key within `nl2sql.cache_ttl`, if any.
pub fn recall(key: &Key) -> Result<Option<String>, Error> {
    let role = query::current_role().to_u32().to_string();
    match query::owner_rows(TABLE, include_str!("recall.sql"), &[Some(&key.text), Some(&key.ttl), Some(&role)]) {
        Ok(rows) => Ok(rows.into_iter().flatten().flatten().next()),
        Err(error) if is_no_matter(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Keeps a statement that stood. Where nothing can be written (a standby, a read-only transaction), nothing is.
pub fn remember(key: &Key, sql: &str) -> Result<(), Error> {
    if sql.len() > MAX_KEPT {
        return Ok(());
    }
    let role = query::current_role().to_u32().to_string();
    let arguments = [Some(key.text.as_str()), Some(&key.ttl), Some(sql), Some(&role)];
    match query::owner_write(TABLE, include_str!("remember.sql"), &arguments) {
        Err(error) if !is_no_matter(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Only a cancel or a shutdown ends the question: an answer does not fail because it can't be kept.
fn is_no_matter(error: &Error) -> bool {
    !error.sqlstate().starts_with("57")
}

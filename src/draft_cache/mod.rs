//! What was drafted before: SQL by the exact prompt it answers, each role its own.
//!
//! A remembered draft saves the call to a model and nothing else: it is judged like any other. The prompt holds the
//! question, the schema as the asker sees it and the date, so whatever would change the draft changes the key. Drafts of
//! the builtin model are not kept: making them costs less than looking them up.

#![forbid(unsafe_code)]

use std::ffi::CStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::grounding::array_literal;
use crate::model::plain_name;
use crate::pg::running::query;
use crate::prompt::without_estimates;
use wire::Prompt;

/// What a draft is kept under: the models, how they are reached, and the prompt.
#[derive(Debug, Serialize, Deserialize)]
pub struct Key {
    text: String,
    /// How long a draft is used, in seconds.
    ttl: String,
}

/// A draft that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub sql: String,
    /// Who wrote it: the name of a server.
    pub model: String,
}

/// Longer drafts are not kept, in bytes; the table has the same limit.
const MAX_KEPT: usize = 100_000;

/// Where drafts are kept. Nobody but its owner may write to it, so that its size is bounded: it is read and written as
/// that, for the role that asks and for no other.
const TABLE: (&CStr, &CStr) = (c"nl2sql", c"cache");

/// The key of a question's first prompt; `None` where nothing is kept. Estimates of rows are no part of it, as they
/// change with every ANALYZE; the options of the models' servers are, as others may stand behind the same names.
pub fn key(
    prompt: &Prompt,
    question: &str,
    models: &[String],
    candidates: u32,
    ttl_s: i32,
) -> Result<Option<Key>, Error> {
    if ttl_s <= 0 || query::is_serializable() {
        return Ok(None);
    }
    let names: Vec<String> = models.iter().map(|name| plain_name(name).to_owned()).collect();
    let servers = match query::rows(include_str!("models.sql"), &[Some(&array_literal(&names))]) {
        Ok(servers) => servers,
        Err(error) if is_no_matter(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let servers: Vec<String> = servers.into_iter().flatten().flatten().collect();
    // A draft that was not held against others is none that was. The question stands in the key as it was asked, too: what
    // looks like an estimate in it is none.
    let prompt = without_estimates(&prompt.as_text());
    let models = format!("{} {candidates}", models.join(","));
    let text = [&models, &servers.join("\n"), question, &prompt].map(|part| part.to_owned()).join("\n");
    Ok(Some(Key { text, ttl: ttl_s.to_string() }))
}

/// The draft made under this key within `nl2sql.cache_ttl`, if any.
pub fn recall(key: &Key) -> Result<Option<Kept>, Error> {
    let role = query::current_role().to_u32().to_string();
    match query::owner_rows(TABLE, include_str!("recall.sql"), &[Some(&key.text), Some(&key.ttl), Some(&role)]) {
        Ok(rows) => Ok(rows.into_iter().next().and_then(|row| {
            let mut values = row.into_iter();
            Some(Kept { sql: values.next()??, model: values.next()?? })
        })),
        Err(error) if is_no_matter(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Keeps a statement of a model that stood. Where nothing can be written (a standby, a read-only transaction), nothing is.
pub fn remember(key: &Key, sql: &str, model: &str) -> Result<(), Error> {
    remember_for(query::current_role().to_u32(), key, sql, model)
}

/// The same for a role that asked.
pub fn remember_for(role: u32, key: &Key, sql: &str, model: &str) -> Result<(), Error> {
    if sql.len() > MAX_KEPT {
        return Ok(());
    }
    let role = role.to_string();
    let arguments = [Some(key.text.as_str()), Some(&key.ttl), Some(sql), Some(&role), Some(model)];
    match query::owner_write(TABLE, include_str!("remember.sql"), &arguments) {
        Err(error) if !is_no_matter(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Only a cancel or a shutdown ends the question: an answer does not fail because it can't be kept.
fn is_no_matter(error: &Error) -> bool {
    !error.sqlstate().starts_with("57")
}

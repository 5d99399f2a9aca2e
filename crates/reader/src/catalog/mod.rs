//! What the snapshot of a database tells about its relations and columns: what a column can be used for (`schema_view`),
//! which words name it (`name_index`, `indexed_names`, `comments`, `comment_names`), how relations hang together (`join_graph`,
//! `key_inference`, `key_roles`), what is money (`money_columns`), who is a person (`people`), what to show of a row
//! (`label_columns`), when it came to be (`event_dates`) and what does not count (`uncounted_rows`) or no longer recurs
//! (`recurring_amounts`). `prepared` keeps it from question to question.

mod column_words;
pub(crate) mod comment_names;
pub(crate) mod comments;
mod event_dates;
mod indexed_names;
pub(crate) mod join_graph;
pub(crate) mod key_inference;
pub(crate) mod key_roles;
pub(crate) mod label_columns;
pub(crate) mod money_columns;
pub(crate) mod name_index;
pub(crate) mod people;
pub(crate) mod prepared;
pub(crate) mod recurring_amounts;
pub(crate) mod schema_view;
pub(crate) mod uncounted_rows;

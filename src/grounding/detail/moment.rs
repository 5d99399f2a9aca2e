//! What is true of a question's moment alone, and what changes without a message of the server.

use std::collections::{HashMap, HashSet};

use super::super::{oid_literal, unreadable};
use crate::error::Error;
use crate::grounding::directory::numbers;
use crate::pg::running::query;

/// Comments by oid and number of the column, 0 for the whole.
type Comments = HashMap<(u32, i32), String>;

pub struct Moment {
    pub server_version: String,
    /// `YYYY-MM-DD` in the session's time zone.
    pub today: String,
    pub time_zone: String,
    pub row_security: String,
    /// The relations that a bare name finds, of those asked for.
    pub visible: HashSet<u32>,
    /// Those on relations and their columns.
    pub comments: Comments,
    pub schema_comments: Comments,
    /// Everything of it as one text.
    pub stamp: String,
}

/// Reads it. `bare`: the relations that a bare name may find; `told`: those whose comments are wanted; `schemas`: the schemas
/// whose comments are.
pub fn read(bare: &[u32], told: &[u32], schemas: &[u32]) -> Result<Moment, Error> {
    let arguments = [bare, told, schemas].map(oid_literal);
    let arguments: Vec<Option<&str>> = arguments.iter().map(|literal| Some(literal.as_str())).collect();
    let row = query::rows(include_str!("moment.sql"), &arguments)?.into_iter().next().unwrap_or_default();
    let [version, today, zone, row_security, visible, comments, schema_comments] =
        <[Option<String>; 7]>::try_from(row).map_err(|_| Error::internal("a query tells less than it should"))?;
    let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
    let cells = [&version, &today, &zone, &row_security, &visible, &comments, &schema_comments];
    Ok(Moment {
        stamp: cells.map(text).join("\n"),
        server_version: text(&version),
        today: text(&today),
        time_zone: text(&zone),
        row_security: text(&row_security),
        visible: numbers(visible.as_deref()).into_iter().collect(),
        comments: parse(comments.as_deref())?,
        schema_comments: parse(schema_comments.as_deref())?,
    })
}

fn parse(list: Option<&str>) -> Result<Comments, Error> {
    let list: Vec<(u32, i32, String)> = serde_json::from_str(list.unwrap_or("[]")).map_err(unreadable)?;
    Ok(list.into_iter().map(|(oid, column, text)| ((oid, column), text)).collect())
}

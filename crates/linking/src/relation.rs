//! What the directory is told of a relation: plain values, read from the catalogs by someone else.

use serde::{Deserialize, Serialize};
/// A table, view or anything else with columns that a statement can read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Relation {
    pub oid: u32,
    pub schema: String,
    pub name: String,
    pub comment: Option<String>,
    /// In the order of their numbers; a position in this list is what the other fields and every result count by.
    pub columns: Vec<Column>,
    /// Positions of the columns of the primary key.
    pub primary_key: Vec<u16>,
    /// Oids of the relations that foreign keys of this one refer to.
    pub references: Vec<u32>,
    pub usage: Usage,
    /// A number that the caller gives to relations which the same people may read; handed to [`crate::Context::readable`].
    pub group: u32,
}

/// A column as far as its words matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    pub name: String,
    pub comment: Option<String>,
    /// Labels of the column's enum type.
    pub labels: Vec<String>,
    /// Frequent values of a text column, as far as they are known.
    pub values: Vec<String>,
}

/// What the server knows of a relation's use. Nothing of it is about words: it tells look-alikes apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// The planner's estimate; `None` where nobody has counted yet, and for views.
    pub rows: Option<f64>,
    /// Scans since statistics were last reset.
    pub reads: u64,
    /// Questions that were answered from it.
    pub asked: u32,
}

/// The callback of a long loop said that the work is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// Called now and then by every loop that grows with the catalog. It may also unwind: what is being built is then
/// thrown away and built anew by the next call.
pub type Check<'a> = &'a mut dyn FnMut() -> Result<(), Interrupted>;

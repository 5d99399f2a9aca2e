//! What the caller may see of the database, as plain values.
//!
//! A [`Snapshot`] holds only what the caller's own privileges show: nothing in it needs a further check before it is
//! put in a prompt.

use serde::{Deserialize, Serialize};

use crate::{Relations, quote_ident};

/// The schema as one caller sees it at one moment. Relations come in search_path order, then by schema and name.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Snapshot {
    /// For example `15.18`.
    pub server_version: String,
    /// The schemas of the caller's search_path that exist and may be used, system schemas left out.
    pub search_path: Vec<String>,
    /// The current date, `YYYY-MM-DD`, in the session's time zone.
    pub today: String,
    /// The session's time zone as `SHOW timezone` prints it, for example `Europe/Berlin`.
    pub time_zone: String,
    pub schemas: Vec<Schema>,
    pub relations: Relations,
}

/// A schema that holds at least one of the snapshot's relations.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Schema {
    pub name: String,
    pub comment: Option<String>,
}

/// What a relation is: `pg_class.relkind` spelled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RelationKind {
    #[default]
    Table,
    View,
    #[serde(rename = "materialized view")]
    MaterializedView,
    #[serde(rename = "partitioned table")]
    PartitionedTable,
    #[serde(rename = "foreign table")]
    ForeignTable,
}

/// A table, view or the like with the columns, keys and checks that the caller may see.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Relation {
    /// `pg_class.oid`; 0 where it is not known.
    #[serde(default)]
    pub oid: u32,
    pub schema: String,
    pub name: String,
    pub kind: RelationKind,
    /// The bare name resolves to this relation under the caller's search_path.
    pub visible: bool,
    pub comment: Option<String>,
    /// The planner's row estimate; `None` where the relation was never analyzed or has no rows of its own.
    pub rows: Option<f64>,
    /// The columns the caller may read, in table order.
    pub columns: Vec<Column>,
    /// Column names; empty where there is no key or a part of it can't be read.
    pub primary_key: Vec<String>,
    /// The column names of each UNIQUE constraint or unique index.
    pub unique_keys: Vec<Vec<String>>,
    pub foreign_keys: Vec<ForeignKey>,
    /// CHECK constraints as PostgreSQL prints them.
    pub checks: Vec<String>,
    #[serde(skip)]
    pub placement: Placement,
}

/// On which servers of a cluster the rows of a table are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Placement {
    /// On this one.
    #[default]
    Here,
    /// On several, each with the rows that have its values in this column.
    By(String),
    /// On every one, all of them.
    Everywhere,
    /// On others, by something that the caller can't read, or all on one.
    Elsewhere,
}

/// The names of a relation and of its columns, and nothing else of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    pub oid: u32,
    pub schema: String,
    pub name: String,
    pub kind: RelationKind,
    /// A bare name finds it.
    pub visible: bool,
    /// Those that the caller may read, in table order.
    pub columns: Vec<String>,
}

/// A FOREIGN KEY constraint of the relation that holds it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ForeignKey {
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The schema and name of the relation that is referred to.
    pub schema: String,
    pub relation: String,
    /// The referenced columns, in the order of `columns`.
    pub referenced: Vec<String>,
}

/// A column that the caller may read.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Column {
    pub name: String,
    /// As `format_type` prints it, for example `numeric(12,2)`.
    pub data_type: String,
    /// `pg_type.typcategory` of the type (of its base type for a domain): `N` number, `S` string, `D` date or time,
    /// `B` boolean, `E` enum, `T` interval, `A` array, `U` user-defined, …
    pub category: char,
    pub not_null: bool,
    /// Its security label is `masked`: its values are never looked up and never returned.
    #[serde(default)]
    pub masked: bool,
    /// Only defaults that tell something about the column: `identity` or `generated always as (…)`.
    pub default: Option<String>,
    pub comment: Option<String>,
    /// The labels of an enum type, in their order.
    pub labels: Vec<String>,
    /// The CHECK constraints of a domain type.
    pub checks: Vec<String>,
    /// Typical values from the planner's statistics, most common first. Data, not schema: never sent to a model
    /// outside this server.
    pub common_values: Vec<String>,
}

impl Snapshot {
    /// The relation of this name, found in constant time.
    pub fn relation(&self, schema: &str, name: &str) -> Option<&Relation> {
        self.relations.named(schema, name)
    }
}

impl Relation {
    /// The column of exactly this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The name as SQL text has to spell it: quoted where needed, qualified where the bare name finds something else.
    pub fn sql_name(&self) -> String {
        sql_name(&self.schema, &self.name, self.visible)
    }
}

impl Outline {
    /// As [`Relation::sql_name`].
    pub fn sql_name(&self) -> String {
        sql_name(&self.schema, &self.name, self.visible)
    }
}

fn sql_name(schema: &str, name: &str, visible: bool) -> String {
    if visible { quote_ident(name) } else { format!("{}.{}", quote_ident(schema), quote_ident(name)) }
}

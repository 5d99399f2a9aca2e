//! What a statement does, as plain values: what it reads, and how that is joined, filtered, grouped, computed and
//! sorted.
//!
//! The types follow PostgreSQL's query trees (parsenodes.h, primnodes.h), less everything that is no matter of meaning.

mod contents;
mod expression;

pub use expression::*;

/// A statement. Range table entries and scopes are numbered over the whole of it, from 0.
#[derive(Debug, Default, PartialEq)]
pub struct Outline {
    pub query: Query,
    /// Everything that is read in any FROM clause of the statement.
    pub entries: Vec<RangeTableEntry>,
    /// For each scope the one around it, whose entries can be named in it too. The scope around has the lower number.
    pub scopes: Vec<Option<usize>>,
    /// Schema and name of the tables and views that the statement itself names, each once.
    pub relations: Vec<(String, String)>,
}

/// A relation, function, subquery or list of values in a FROM clause.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RangeTableEntry {
    /// The name of the relation, qualified if the search_path does not find it. The alias of anything else.
    pub name: String,
    pub alias: String,
    /// Schema and name of the table or view that it is.
    pub relation: Option<(String, String)>,
    /// The scope of the query in whose FROM clause it stands.
    pub scope: usize,
    /// The names of its columns, in their order.
    pub columns: Vec<String>,
}

/// One query level: the statement itself, a subquery, a common table expression or a part of a set operation.
#[derive(Debug, Default, PartialEq)]
pub struct Query {
    pub scope: usize,
    pub ctes: Vec<Cte>,
    pub body: Body,
    pub order: Vec<SortKey>,
    pub limit: Option<Expr>,
    /// LIMIT is written FETCH FIRST … WITH TIES.
    pub with_ties: bool,
    pub offset: Option<Expr>,
}

/// A common table expression.
#[derive(Debug, PartialEq)]
pub struct Cte {
    pub name: String,
    /// The query is a UNION whose later parts read the expression itself.
    pub recursive: bool,
    /// The names of its columns as written after its name; empty if there are none.
    pub columns: Vec<String>,
    pub query: Query,
}

#[derive(Debug, Default, PartialEq)]
pub enum Body {
    Select(Box<Select>),
    Set {
        operation: SetOperation,
        /// The operation keeps duplicate rows.
        all: bool,
        parts: Vec<Query>,
    },
    /// The query is nested too deeply to be of use to a reader.
    #[default]
    TooDeep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperation {
    Union,
    Intersect,
    Except,
}

/// The clauses of a SELECT.
#[derive(Debug, Default, PartialEq)]
pub struct Select {
    pub from: Vec<FromItem>,
    /// The condition of WHERE.
    pub filter: Option<Expr>,
    pub columns: Vec<OutputColumn>,
    pub distinct: Distinct,
    pub grouping: Vec<Grouping>,
    pub having: Option<Expr>,
}

/// One entry of the select list.
#[derive(Debug, PartialEq)]
pub struct OutputColumn {
    pub value: Expr,
    pub name: String,
}

#[derive(Debug, Default, PartialEq)]
pub enum Distinct {
    #[default]
    No,
    /// DISTINCT: each row once.
    Rows,
    /// DISTINCT ON: the first row for each combination of these values.
    On(Vec<Expr>),
}

/// One element of GROUP BY.
#[derive(Debug, PartialEq)]
pub enum Grouping {
    By(Vec<Expr>),
    Rollup(Vec<Grouping>),
    Cube(Vec<Grouping>),
    Sets(Vec<Grouping>),
}

/// One item of a FROM clause.
#[derive(Debug, PartialEq)]
pub enum FromItem {
    Entry {
        /// The index of the entry in [`Outline::entries`].
        entry: usize,
        kind: EntryKind,
        /// It has a TABLESAMPLE clause.
        sampled: bool,
        /// It is LATERAL, so that it is computed for each row of the items before it.
        lateral: bool,
    },
    Join {
        kind: JoinType,
        left: Box<FromItem>,
        right: Box<FromItem>,
        on: Option<Expr>,
    },
}

/// The type of a join. A RIGHT join is represented as a LEFT join with its sides exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinType {
    Inner,
    Left,
    Full,
}

/// What a range table entry is.
#[derive(Debug, PartialEq)]
pub enum EntryKind {
    Table,
    View,
    Cte,
    Subquery(Box<Query>),
    /// One function, or several in ROWS FROM.
    Functions(Vec<Expr>),
    /// VALUES lists.
    Values(Vec<Vec<Expr>>),
    /// Anything else, in words.
    Other(&'static str),
}

/// One key of an ORDER BY.
#[derive(Debug, PartialEq)]
pub struct SortKey {
    pub value: Expr,
    /// The name of the output column that the key refers to.
    pub output: Option<String>,
    pub descending: bool,
    /// Given only if it differs from what the direction implies.
    pub nulls_first: Option<bool>,
    /// `pg_type.typcategory` of the value.
    pub category: char,
}

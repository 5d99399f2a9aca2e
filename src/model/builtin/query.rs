//! The meaning of a question as a value: what is counted or listed, grouped and filtered how. No text, no SQL.

use super::calendar::Window;

/// A column by its place in the snapshot; only [`super::schema::Schema`] makes and resolves these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnId {
    pub relation: usize,
    pub column: usize,
}

/// How many values become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    Count,
    Sum,
    Average,
    Minimum,
    Maximum,
}

/// A unit of time that rows are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// What one row of a grouped answer stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Unit(Unit, ColumnId),
    Column(ColumnId),
    /// Each row of a relation, told apart by its primary key.
    Entity(usize),
}

/// An aggregate; without a column it counts rows of the base relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    pub aggregate: Aggregate,
    pub column: Option<ColumnId>,
    /// The output column, in the user's words.
    pub alias: String,
}

/// What the rows have to fulfil; all conditions hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The column holds one of the values (or, negated, none of them).
    Equals {
        column: ColumnId,
        values: Vec<String>,
        negated: bool,
    },
    /// `operator` is SQL's own spelling.
    Compare {
        column: ColumnId,
        operator: &'static str,
        number: String,
    },
    Between {
        column: ColumnId,
        low: String,
        high: String,
    },
    Within {
        column: ColumnId,
        window: Window,
    },
    Flag {
        column: ColumnId,
        negated: bool,
    },
}

impl Condition {
    /// Whether it says what must not be.
    pub fn is_negated(&self) -> bool {
        matches!(self, Self::Equals { negated: true, .. } | Self::Flag { negated: true, .. })
    }

    /// The column it restricts.
    pub fn column(&self) -> ColumnId {
        match self {
            Self::Equals { column, .. }
            | Self::Compare { column, .. }
            | Self::Between { column, .. }
            | Self::Within { column, .. }
            | Self::Flag { column, .. } => *column,
        }
    }
}

/// What the rows of the answer are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Rows of the base relation.
    Rows { columns: Vec<ColumnId>, order: Option<(ColumnId, Direction)> },
    /// One row per key, or a single number where there is no key.
    Groups { keys: Vec<Key>, measure: Measure, order: Option<Direction> },
}

/// A foreign key followed from the referencing to the referenced relation, so that no row is ever multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    pub from: usize,
    pub to: usize,
    /// The place of the foreign key in the referencing relation.
    pub foreign_key: usize,
    /// A referencing column may be null.
    pub nullable: bool,
}

/// Rows without a partner are kept by an outer join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Join {
    pub hop: Hop,
    pub outer: bool,
    /// Another path of the same length leads there too: the summary has to name this one.
    pub contested: bool,
}

/// A question read to the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub base: usize,
    pub shape: Shape,
    /// In an order in which each join starts from a relation already present.
    pub joins: Vec<Join>,
    pub conditions: Vec<Condition>,
    pub limit: Option<u32>,
}

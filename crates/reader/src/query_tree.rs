//! The meaning of a question as a value: sources that hang together, what is shown, what must hold. No text, no SQL.

use super::time_expressions::TimeRange;

/// A column by its place in the snapshot; only [`super::schema_view::SchemaView`] makes and resolves these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId {
    pub relation: usize,
    pub column: usize,
}

/// A column of one of the query's sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnRef {
    pub source: usize,
    pub column: ColumnId,
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
pub enum TimeUnit {
    Day,
    Weekday,
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

/// A foreign key followed in one of its directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct JoinStep {
    /// The number of the edge in the schema.
    pub edge: usize,
    /// From the referencing to the referenced relation.
    pub forward: bool,
}

/// How a source takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceRole {
    /// The rows the question is about; always source 0.
    Base,
    /// Joined: its columns are at hand. Outer joins keep rows without a partner.
    Join { outer: bool },
    /// The head of a subquery for each row of its parent; it is spoken of by [`Condition::Exists`],
    /// [`Condition::RowCount`] or [`Expression::SubqueryAggregate`].
    Subquery,
}

/// An occurrence of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub relation: usize,
    /// The source it hangs on, and how; absent for the base alone.
    pub parent: Option<(usize, JoinStep)>,
    pub role: SourceRole,
    /// Another path of the same length connectives there too: the summary has to name this one.
    pub ambiguous_path: bool,
    /// What must hold in the scope that this source is the head of.
    pub conditions: Vec<Condition>,
}

/// Something that has a value for a row or a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    Column(ColumnRef),
    /// The number of rows.
    CountRows,
    /// An aggregate over a column; `Count` counts its different values.
    Aggregate(Aggregate, ColumnRef),
    /// An aggregate over the rows of a sub source, for each row of its parent. Without a column it counts rows.
    SubqueryAggregate(usize, Aggregate, Option<ColumnRef>),
    /// A date cut to a unit.
    DateTrunc(TimeUnit, ColumnRef),
    /// One value, the same for all rows.
    ScalarSubquery(Box<QueryTree>),
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A number as SQL spells it.
    Number(String),
    Text(String),
    Expression(Expression),
}

/// How a text is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMatch {
    Prefix,
    Substring,
    Suffix,
}

/// What rows have to fulfil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The column holds one of the values (or, negated, none of them).
    OneOf {
        column: ColumnRef,
        values: Vec<Operand>,
        negated: bool,
    },
    /// `operator` is SQL's own spelling.
    Compare {
        value: Expression,
        operator: &'static str,
        operand: Operand,
    },
    Between {
        column: ColumnRef,
        low: Operand,
        high: Operand,
    },
    Like {
        column: ColumnRef,
        text: String,
        matching: TextMatch,
        negated: bool,
    },
    InTimeRange {
        column: ColumnRef,
        range: TimeRange,
    },
    IsTrue {
        column: ColumnRef,
        negated: bool,
    },
    IsNull {
        column: ColumnRef,
        negated: bool,
    },
    /// Some row of the sub source exists, or none.
    Exists {
        source: usize,
        negated: bool,
    },
    /// The number of rows of the sub source; with a column, of its different values.
    RowCount {
        source: usize,
        distinct: Option<ColumnRef>,
        operator: &'static str,
        number: u32,
    },
    /// The column's value is one that the query gives.
    InSubquery {
        column: ColumnRef,
        query: Box<QueryTree>,
        negated: bool,
    },
    AnyOf(Vec<Condition>),
}

/// A shown value with its name in the output, if it is no plain column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputColumn {
    pub value: Expression,
    pub alias: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryTree {
    pub sources: Vec<Source>,
    pub outputs: Vec<OutputColumn>,
    pub distinct: bool,
    pub groups: Vec<Expression>,
    pub having: Vec<Condition>,
    pub order: Vec<(Expression, Direction)>,
    pub limit: Option<u32>,
    /// Only rows that all of these queries give too.
    pub intersect: Vec<QueryTree>,
}

impl QueryTree {
    /// All rows of one relation, nothing shown yet.
    pub fn new(relation: usize) -> Self {
        let base =
            Source { relation, parent: None, role: SourceRole::Base, ambiguous_path: false, conditions: Vec::new() };
        Self {
            sources: vec![base],
            outputs: Vec::new(),
            distinct: false,
            groups: Vec::new(),
            having: Vec::new(),
            order: Vec::new(),
            limit: None,
            intersect: Vec::new(),
        }
    }

    /// The relation of a source; the base's for a number that is none.
    pub fn relation(&self, source: usize) -> usize {
        self.sources.get(source).or(self.sources.first()).map_or(0, |source| source.relation)
    }

    /// The head of the scope that a source is joined in: the base or a sub source.
    pub fn scope(&self, source: usize) -> usize {
        let mut at = source;
        while let Some(Source { role: SourceRole::Join { .. }, parent: Some((parent, _)), .. }) = self.sources.get(at) {
            at = *parent;
        }
        at
    }

    /// The sources joined in a scope, its head left out, parents first.
    pub fn joined(&self, scope: usize) -> impl Iterator<Item = usize> {
        (0..self.sources.len()).filter(move |one| *one != scope && self.scope(*one) == scope)
    }
}

//! The query tree: what a question means, before it is written as SQL. Sources that are joined, outputs, conditions,
//! groups, order.

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

/// A function that makes one value of many.
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

/// The direction of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// A foreign key, followed in one of its directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct JoinStep {
    /// The number of the edge in the join graph.
    pub edge: usize,
    /// From the referencing to the referenced relation, else the other way.
    pub forward: bool,
}

/// How a source takes part in the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceRole {
    /// The rows the question is about; always source 0.
    Base,
    /// Joined to its parent. An outer join keeps the rows of the parent that have no partner.
    Join { outer: bool },
    /// The head of a subquery, evaluated for each row of its parent. [`Condition::Exists`], [`Condition::RowCount`] and
    /// [`Expression::SubqueryAggregate`] refer to it by number.
    Subquery,
}

/// An occurrence of a relation in the query. The sources form a tree with the base as its root; a base or the head of a
/// subquery, with what is joined to it, is a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub relation: usize,
    /// The source that it is joined to, and the step that leads here. `None` for the base.
    pub parent: Option<(usize, JoinStep)>,
    pub role: SourceRole,
    /// Another path of the same length leads to the relation as well, so that the summary has to say which one was
    /// taken.
    pub ambiguous_path: bool,
    /// The conditions of the scope that this source is the head of; empty for joined sources.
    pub conditions: Vec<Condition>,
}

/// An expression over a row or a group of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    Column(ColumnRef),
    /// The number of rows.
    CountRows,
    /// An aggregate over a column. `Count` counts its different values.
    Aggregate(Aggregate, ColumnRef),
    /// An aggregate over a subquery, by the number of its head, for each row of its parent. Without a column it counts
    /// rows.
    SubqueryAggregate(usize, Aggregate, Option<ColumnRef>),
    /// A date truncated to a unit.
    DateTrunc(TimeUnit, ColumnRef),
    /// A query that gives one value, which is the same for all rows.
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

/// Which part of a text is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMatch {
    Prefix,
    Substring,
    Suffix,
}

/// What must hold for a row, or for a group in `having`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The column holds one of the values; negated, none of them.
    OneOf {
        column: ColumnRef,
        values: Vec<Operand>,
        negated: bool,
    },
    /// A comparison; `operator` is spelled as in SQL.
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
    /// The subquery of this head has a row; negated, it has none.
    Exists {
        source: usize,
        negated: bool,
    },
    /// Compares the number of rows of the subquery of this head; with a column, the number of its different values.
    RowCount {
        source: usize,
        distinct: Option<ColumnRef>,
        operator: &'static str,
        number: u32,
    },
    /// The column's value is among the rows of the query; negated, it is not.
    InSubquery {
        column: ColumnRef,
        query: Box<QueryTree>,
        negated: bool,
    },
    AnyOf(Vec<Condition>),
}

/// An expression that is shown. `alias` names it where it is no plain column.
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
    /// Only rows that all of these queries return as well.
    pub intersect: Vec<QueryTree>,
}

impl QueryTree {
    /// All rows of one relation, without any output yet.
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

    /// The relation of a source. A number that is no source's is taken for the base's.
    pub fn relation(&self, source: usize) -> usize {
        self.sources.get(source).or(self.sources.first()).map_or(0, |source| source.relation)
    }

    /// The head of the scope that a source belongs to: the base or the head of a subquery.
    pub fn scope(&self, source: usize) -> usize {
        let mut at = source;
        while let Some(Source { role: SourceRole::Join { .. }, parent: Some((parent, _)), .. }) = self.sources.get(at) {
            at = *parent;
        }
        at
    }

    /// The sources that are joined in a scope without its head, parents before children.
    pub fn joined(&self, scope: usize) -> impl Iterator<Item = usize> {
        (0..self.sources.len()).filter(move |one| *one != scope && self.scope(*one) == scope)
    }
}

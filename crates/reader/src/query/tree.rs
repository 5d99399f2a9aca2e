//! The query tree: what a question means, before it is written as SQL. Sources that are joined, outputs, conditions,
//! groups, order.

use crate::lattice::time_expressions::TimeRange;

/// A column by its place in the snapshot; only [`crate::catalog::schema_view::SchemaView`] makes and resolves these.
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
    Hour,
    Day,
    Weekday,
    Week,
    Month,
    Quarter,
    Year,
}

impl TimeUnit {
    /// Whether it comes again: a weekday, an hour of the day.
    pub fn recurs(self) -> bool {
        matches!(self, Self::Weekday | Self::Hour)
    }
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
    /// The sum of the products of two numbers of each row: quantity × price.
    SumOfProducts(ColumnRef, ColumnRef),
    /// The value below which so many percent of a column's values lie.
    Percentile(u32, ColumnRef),
    /// An aggregate over those rows alone for which the conditions hold.
    Filtered(Box<Expression>, Vec<Condition>),
    /// The first aggregate divided by the second, as a fraction.
    Quotient(Box<Expression>, Box<Expression>),
    /// The first aggregate less the second.
    Difference(Box<Expression>, Box<Expression>),
    /// How much greater the first aggregate is than the second, as a fraction of the second.
    Growth(Box<Expression>, Box<Expression>),
    /// A function over the groups of the result, of an aggregate.
    Window(WindowFunction, Box<Expression>),
    /// A term that is an aggregate over the rows of a source; the column is the term's.
    TermMeasure(ColumnRef),
    /// An aggregate, written over the sources of a subquery, for each row of the subquery's parent.
    SubqueryMeasure(usize, Box<Expression>),
}

/// What a window function makes of an aggregate of each group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowFunction {
    /// The group's fraction of all groups' sum.
    ShareOfTotal,
    /// The sum of this group and all earlier ones, by the unit of time that the groups are.
    RunningTotal,
    /// The growth against the group before, by the unit of time that the groups are.
    GrowthOverPrevious,
    /// The place of the group, the largest first, or the smallest.
    Rank(Direction),
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
    /// No other row of the base with the same key has an earlier date: the first order of a customer.
    IsFirst {
        date: ColumnRef,
        key: ColumnRef,
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
    /// So many of the first rows are left out: "the second most expensive".
    pub offset: u32,
    /// Only rows that all of these queries return as well.
    pub intersect: Vec<QueryTree>,
    /// `order` and `limit` hold within each group of rows that agree in these expressions, not for the whole result.
    pub limit_per: Vec<Expression>,
}

impl Expression {
    /// Whether it makes one value of many rows.
    pub fn is_aggregate(&self) -> bool {
        match self {
            Self::CountRows
            | Self::Aggregate(..)
            | Self::SumOfProducts(..)
            | Self::Percentile(..)
            | Self::TermMeasure(_) => true,
            Self::Filtered(inner, _) | Self::Window(_, inner) => inner.is_aggregate(),
            Self::Quotient(one, two) | Self::Difference(one, two) | Self::Growth(one, two) => {
                one.is_aggregate() || two.is_aggregate()
            }
            _ => false,
        }
    }

    /// Whether the number of rows is in it.
    pub fn counts_rows(&self) -> bool {
        match self {
            Self::CountRows => true,
            Self::Filtered(inner, _) | Self::Window(_, inner) => inner.counts_rows(),
            Self::Quotient(one, two) | Self::Difference(one, two) | Self::Growth(one, two) => {
                one.counts_rows() || two.counts_rows()
            }
            _ => false,
        }
    }

    /// Whether it is an aggregate over related rows, for each row at hand.
    pub fn is_of_related_rows(&self) -> bool {
        match self {
            Self::SubqueryAggregate(..) | Self::SubqueryMeasure(..) => true,
            Self::Quotient(one, two) | Self::Difference(one, two) | Self::Growth(one, two) => {
                one.is_of_related_rows() || two.is_of_related_rows()
            }
            _ => false,
        }
    }

    /// Whether numbers of a source are added up or averaged, so that a join to many rows would count them again.
    pub fn adds_up(&self, source: usize) -> bool {
        match self {
            Self::Aggregate(Aggregate::Sum | Aggregate::Average, at)
            | Self::SumOfProducts(at, _)
            | Self::Percentile(_, at)
            | Self::TermMeasure(at) => at.source == source,
            Self::Filtered(inner, _) | Self::Window(_, inner) => inner.adds_up(source),
            Self::Quotient(one, two) | Self::Difference(one, two) | Self::Growth(one, two) => {
                one.adds_up(source) || two.adds_up(source)
            }
            _ => false,
        }
    }

    /// The same with the number of rows written as the number of different keys. `None` where rows are counted and there
    /// is no key of one column.
    pub fn with_rows_as(self, key: Option<ColumnRef>) -> Option<Self> {
        let both = |one: Box<Self>, two: Box<Self>| Some((one.with_rows_as(key)?, two.with_rows_as(key)?));
        Some(match self {
            Self::CountRows => Self::Aggregate(Aggregate::Count, key?),
            Self::Filtered(inner, conditions) => Self::Filtered(Box::new(inner.with_rows_as(key)?), conditions),
            Self::Window(function, inner) => Self::Window(function, Box::new(inner.with_rows_as(key)?)),
            Self::Quotient(one, two) => {
                let (one, two) = both(one, two)?;
                Self::Quotient(Box::new(one), Box::new(two))
            }
            Self::Difference(one, two) => {
                let (one, two) = both(one, two)?;
                Self::Difference(Box::new(one), Box::new(two))
            }
            Self::Growth(one, two) => {
                let (one, two) = both(one, two)?;
                Self::Growth(Box::new(one), Box::new(two))
            }
            other => other,
        })
    }

    /// An aggregate over source 0 as the same over another source. `None` for what is not made of such alone.
    pub fn moved_to(self, source: usize) -> Option<Self> {
        let at = |column: ColumnRef| ColumnRef { source, ..column };
        Some(match self {
            Self::CountRows => Self::CountRows,
            Self::Aggregate(aggregate, column) => Self::Aggregate(aggregate, at(column)),
            Self::SumOfProducts(one, two) => Self::SumOfProducts(at(one), at(two)),
            Self::Percentile(percent, column) => Self::Percentile(percent, at(column)),
            Self::TermMeasure(column) => Self::TermMeasure(at(column)),
            _ => return None,
        })
    }

    /// The same over those rows alone for which a condition holds.
    pub fn filtered(self, condition: &Condition) -> Self {
        let both = |one: Box<Self>, two: Box<Self>| (one.filtered(condition), two.filtered(condition));
        match self {
            Self::Filtered(inner, conditions) => Self::Filtered(inner, [conditions, vec![condition.clone()]].concat()),
            Self::Quotient(one, two) => {
                let (one, two) = both(one, two);
                Self::Quotient(Box::new(one), Box::new(two))
            }
            other => Self::Filtered(Box::new(other), vec![condition.clone()]),
        }
    }
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
            offset: 0,
            intersect: Vec::new(),
            limit_per: Vec::new(),
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

//! Expressions. A `category` is the `pg_type.typcategory` of a value.

use super::{Query, SortKey};

#[derive(Debug, PartialEq)]
pub enum Expr {
    Column {
        /// The index of its range table entry. `None` for a column of the result, and for one that several entries
        /// share.
        entry: Option<usize>,
        name: String,
    },
    /// A whole row of a range table entry.
    Row(usize),
    Constant {
        /// The value as text; `None` is NULL.
        text: Option<String>,
        category: char,
        at: Place,
    },
    Call {
        name: String,
        args: Vec<Expr>,
    },
    /// An operator with one or two operands that has no variant of its own here.
    Operator {
        symbol: String,
        args: Vec<Expr>,
    },
    Compare {
        comparison: Comparison,
        category: char,
        sides: Box<(Expr, Expr)>,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    IsNull(Box<Expr>),
    /// `IS TRUE`, `IS FALSE` or, with `None`, `IS UNKNOWN`.
    Is {
        value: Box<Expr>,
        truth: Option<bool>,
    },
    Between {
        value: Box<Expr>,
        bounds: Box<(Expr, Expr)>,
    },
    In {
        value: Box<Expr>,
        list: Vec<Expr>,
    },
    /// ANY or ALL: a comparison with the elements of an array or the rows of a subquery.
    Any {
        symbol: String,
        values: Vec<Expr>,
        of: Box<Expr>,
        /// It is ALL.
        all: bool,
    },
    Like {
        value: Box<Expr>,
        pattern: Box<Expr>,
        kind: PatternKind,
    },
    Aggregate(Box<AggregateCall>),
    Window(Box<WindowCall>),
    /// `GROUPING(…)`.
    GroupingOf(Vec<Expr>),
    Case {
        /// The conditions and the results of WHEN … THEN ….
        arms: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
        /// The value after CASE, which the conditions name as [`Expr::CaseTest`].
        value: Option<Box<Expr>>,
    },
    /// The value of the CASE around it (CaseTestExpr).
    CaseTest,
    /// A subquery that gives one value.
    Subquery(Box<Query>),
    /// `ARRAY(SELECT …)`.
    ArrayOf(Box<Query>),
    Exists(Box<Query>),
    Cast {
        value: Box<Expr>,
        type_name: String,
        /// The category of the type that is cast to.
        category: char,
    },
    /// `ARRAY[…]`.
    Array(Vec<Expr>),
    /// `ROW(…)`.
    Tuple(Vec<Expr>),
    /// An element or, with two indexes, a slice of an array.
    Element {
        value: Box<Expr>,
        indexes: Vec<Expr>,
    },
    /// A field of a composite value.
    Field {
        value: Box<Expr>,
        name: String,
    },
    /// Anything else, in words.
    Other(&'static str),
}

/// Where a constant stands in the statement's text, in bytes, if it does. It is no part of what the constant is: the same one
/// written twice is equal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place(pub Option<u32>);

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `IS DISTINCT FROM`.
    IsDistinct,
}

/// How a text is matched against a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternKind {
    Like,
    ILike,
    Regex,
    RegexIgnoreCase,
}

/// A call of an aggregate, or of any function in a window.
#[derive(Debug, Default, PartialEq)]
pub struct AggregateCall {
    pub name: String,
    /// The arguments before WITHIN GROUP of an ordered-set aggregate, whose sorted values are in `order`.
    pub direct_args: Vec<Expr>,
    /// Empty for `count(*)`.
    pub args: Vec<Expr>,
    pub distinct: bool,
    /// The condition of FILTER.
    pub filter: Option<Expr>,
    pub order: Vec<SortKey>,
    /// The category of the result.
    pub category: char,
}

/// A call with an OVER clause.
#[derive(Debug, PartialEq)]
pub struct WindowCall {
    pub call: AggregateCall,
    /// The function is an aggregate, not a window function such as `rank`.
    pub aggregate: bool,
    pub partition: Vec<Expr>,
    pub order: Vec<SortKey>,
    /// Given only if the statement has a frame clause.
    pub frame: Option<WindowFrame>,
}

#[derive(Debug, PartialEq)]
pub struct WindowFrame {
    /// `rows`, `range` or `groups`.
    pub unit: &'static str,
    pub start: FrameBound,
    pub end: FrameBound,
}

#[derive(Debug, PartialEq)]
pub enum FrameBound {
    UnboundedPreceding,
    Preceding(Expr),
    CurrentRow,
    Following(Expr),
    UnboundedFollowing,
}

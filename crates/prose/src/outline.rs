//! What a statement does, as plain values: what it reads, how that is joined, filtered, grouped, computed and ordered.

/// A statement. Entries and scopes are counted over the whole of it, from 0.
#[derive(Debug, Default, PartialEq)]
pub struct Outline {
    pub query: Query,
    /// Everything that stands in a FROM list anywhere.
    pub entries: Vec<Entry>,
    /// For each scope the one around it, whose entries it can name too.
    pub scopes: Vec<Option<usize>>,
    /// The tables and views it names itself, by schema and name, each once.
    pub relations: Vec<(String, String)>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// The relation's name, qualified where the search_path does not find it; else the alias.
    pub name: String,
    pub alias: String,
    pub scope: usize,
    pub columns: Vec<String>,
}

#[derive(Debug, Default, PartialEq)]
pub struct Query {
    pub scope: usize,
    pub ctes: Vec<Cte>,
    pub body: Body,
    pub order: Vec<SortKey>,
    pub limit: Option<Expr>,
    pub with_ties: bool,
    pub offset: Option<Expr>,
}

#[derive(Debug, PartialEq)]
pub struct Cte {
    pub name: String,
    /// Its query is a set operation of a start and a step that names it.
    pub recursive: bool,
    /// The names of its columns, where it is given any.
    pub columns: Vec<String>,
    pub query: Query,
}

#[derive(Debug, Default, PartialEq)]
pub enum Body {
    Select(Box<Select>),
    Set {
        operation: SetOperation,
        all: bool,
        parts: Vec<Query>,
    },
    /// Nested deeper than anybody reads.
    #[default]
    Deep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperation {
    Union,
    Intersect,
    Except,
}

#[derive(Debug, Default, PartialEq)]
pub struct Select {
    pub from: Vec<Source>,
    pub filter: Option<Expr>,
    pub columns: Vec<Output>,
    pub distinct: Distinct,
    pub grouping: Vec<Grouping>,
    pub having: Option<Expr>,
}

#[derive(Debug, PartialEq)]
pub struct Output {
    pub value: Expr,
    pub name: String,
}

#[derive(Debug, Default, PartialEq)]
pub enum Distinct {
    #[default]
    No,
    Rows,
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

#[derive(Debug, PartialEq)]
pub enum Source {
    /// `lateral`: made anew for each row of the entries before it.
    Entry {
        entry: usize,
        kind: Kind,
        sampled: bool,
        lateral: bool,
    },
    Join {
        kind: Join,
        left: Box<Source>,
        right: Box<Source>,
        on: Option<Expr>,
    },
}

/// RIGHT joins are LEFT joins with their sides changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    Inner,
    Left,
    Full,
}

#[derive(Debug, PartialEq)]
pub enum Kind {
    Table,
    View,
    Cte,
    Subquery(Box<Query>),
    Functions(Vec<Expr>),
    Values(Vec<Vec<Expr>>),
    Other(&'static str),
}

#[derive(Debug, PartialEq)]
pub struct SortKey {
    pub value: Expr,
    /// The output column it stands for.
    pub output: Option<String>,
    pub descending: bool,
    /// Where it is not what the direction gives anyway.
    pub nulls_first: Option<bool>,
    pub category: char,
}

/// An expression. Categories are `pg_type.typcategory`.
#[derive(Debug, PartialEq)]
pub enum Expr {
    /// Without an entry: a column of the result, or one that several entries share.
    Column {
        entry: Option<usize>,
        name: String,
    },
    Row(usize),
    /// `None`: NULL.
    Constant {
        text: Option<String>,
        category: char,
    },
    Call {
        name: String,
        args: Vec<Expr>,
    },
    /// An operator that is none of those below, with one or two operands.
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
    /// `IS TRUE` and the like; `None` is UNKNOWN.
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
    /// A comparison with the elements of an array or the rows of a subquery.
    Any {
        symbol: String,
        values: Vec<Expr>,
        of: Box<Expr>,
        all: bool,
    },
    Like {
        value: Box<Expr>,
        pattern: Box<Expr>,
        kind: Pattern,
    },
    Aggregate(Box<Aggregate>),
    Window(Box<Window>),
    /// Which of the grouping expressions a row is a subtotal over.
    GroupingOf(Vec<Expr>),
    Case {
        arms: Vec<(Expr, Expr)>,
        otherwise: Option<Box<Expr>>,
        value: Option<Box<Expr>>,
    },
    /// The value of the CASE around it.
    It,
    Subquery(Box<Query>),
    ArrayOf(Box<Query>),
    Exists(Box<Query>),
    Cast {
        value: Box<Expr>,
        type_name: String,
        category: char,
    },
    Array(Vec<Expr>),
    Tuple(Vec<Expr>),
    Element {
        value: Box<Expr>,
        indexes: Vec<Expr>,
    },
    Field {
        value: Box<Expr>,
        name: String,
    },
    Other(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Differs,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `IS DISTINCT FROM`.
    Distinct,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    Like,
    AnyCase,
    Regex,
    RegexAnyCase,
}

#[derive(Debug, Default, PartialEq)]
pub struct Aggregate {
    pub name: String,
    /// The arguments before WITHIN GROUP, whose order then is in `order`.
    pub direct: Vec<Expr>,
    /// Empty for `count(*)`.
    pub args: Vec<Expr>,
    pub distinct: bool,
    pub filter: Option<Expr>,
    pub order: Vec<SortKey>,
    /// Of the result.
    pub category: char,
}

#[derive(Debug, PartialEq)]
pub struct Window {
    pub call: Aggregate,
    /// The function is an aggregate too.
    pub aggregate: bool,
    pub partition: Vec<Expr>,
    pub order: Vec<SortKey>,
    /// Where the statement sets it.
    pub frame: Option<Frame>,
}

#[derive(Debug, PartialEq)]
pub struct Frame {
    pub unit: &'static str,
    pub start: Bound,
    pub end: Bound,
}

#[derive(Debug, PartialEq)]
pub enum Bound {
    First,
    Before(Expr),
    Current,
    After(Expr),
    Last,
}

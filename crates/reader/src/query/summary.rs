//! Describes a query tree in one line of plain words, so that users see how their question was read.

use crate::catalog::schema_view::SchemaView;
use crate::lattice::time_expressions::unit_name;
use crate::query::tree::{
    Aggregate, ColumnRef, Condition, Direction, Expression, Operand, QueryTree, TextMatch, WindowFunction,
};
use schema::sanitize::one_line;

/// The description, on one line.
pub fn summary(query: &QueryTree, schema: &SchemaView) -> String {
    let summarizer = Summarizer { query, schema };
    let mut text = summarizer.head();
    let conditions = summarizer.conditions(0);
    if !conditions.is_empty() {
        text = format!("{text} where {conditions}");
    }
    let having: Vec<String> = query.having.iter().map(|condition| summarizer.condition(condition)).collect();
    if !having.is_empty() {
        text = format!("{text} having {}", having.join(" and "));
    }
    for source in query.sources.iter().filter(|source| source.ambiguous_path) {
        let step = source.parent.map(|(_, step)| step);
        let edge = step.and_then(|step| schema.edge(step));
        if let Some(edge) = edge {
            let columns: Vec<&str> = edge.columns.iter().map(|(from, _)| from.as_str()).collect();
            let (from, to) = (schema.shown_name(edge.from), schema.shown_name(edge.to));
            text = format!("{text}, {to} by {from}.{}", columns.join(", "));
        }
    }
    if !query.limit_per.is_empty() {
        let parts: Vec<String> = query.limit_per.iter().map(|value| summarizer.value(value)).collect();
        text = format!("{text}, within each {}", parts.join(", "));
    }
    for other in &query.intersect {
        text = format!("{text}; and also in: {}", summary(other, schema));
    }
    one_line(&text)
}

/// The words for the parts of a query.
pub struct Summarizer<'a> {
    query: &'a QueryTree,
    schema: &'a SchemaView<'a>,
}

impl<'a> Summarizer<'a> {
    pub fn new(query: &'a QueryTree, schema: &'a SchemaView<'a>) -> Self {
        Self { query, schema }
    }

    fn head(&self) -> String {
        let query = self.query;
        let base = self.schema.relation(query.relation(0));
        let own = |value: &Expression| matches!(value, Expression::Column(at) if at.source == 0);
        let everything = query.outputs.len() == base.columns.len() && query.outputs.iter().all(|o| own(&o.value));
        let distinct = if query.distinct { "different " } else { "" };
        // Groups and order are described below and not repeated here.
        let ranked = |value: &Expression| query.limit.is_some() && query.order.iter().any(|(other, _)| other == value);
        let values = query.outputs.iter().map(|output| &output.value);
        let shown: Vec<&Expression> = values.filter(|value| !query.groups.contains(value) && !ranked(value)).collect();
        let names: Vec<String> = shown.iter().map(|value| self.value(value)).collect();
        let own_names = self.schema.display_columns(query.relation(0));
        let by_name = |value: &&Expression| matches!(value, Expression::Column(at) if at.source == 0 && own_names.contains(&at.column));
        let itself = shown.is_empty() || query.limit.is_some() && shown.iter().all(by_name);
        let rows = query.outputs.iter().any(|output| !output.value.is_aggregate());
        let mut text = if everything {
            let all = if query.order.is_empty() && query.limit.is_none() { "all " } else { "" };
            format!("{all}{distinct}{}", self.schema.shown_name(query.relation(0)))
        } else if itself {
            format!("{distinct}{}", self.schema.shown_name(query.relation(0)))
        } else if rows && query.groups.is_empty() {
            format!("{distinct}{} of {}", names.join(", "), self.schema.shown_name(query.relation(0)))
        } else {
            format!("{distinct}{}", names.join(", "))
        };
        if !query.groups.is_empty() {
            let groups: Vec<String> = query.groups.iter().map(|value| self.value(value)).collect();
            text = format!("{text} per {}", groups.join(", "));
        }
        let joined: Vec<&str> = query
            .joined(0)
            .filter(|source| !self.is_named(*source))
            .map(|source| self.schema.shown_name(query.relation(source)))
            .collect();
        if !joined.is_empty() {
            text = format!("{text} (with {})", joined.join(", "));
        }
        format!("{}{text}{}", self.extreme(), self.order())
    }

    /// Whether an output names the source anyway.
    fn is_named(&self, source: usize) -> bool {
        self.query.outputs.iter().any(|output| match &output.value {
            Expression::Column(at) | Expression::Aggregate(_, at) => at.source == source,
            _ => false,
        })
    }

    fn extreme(&self) -> String {
        if self.query.offset > 0 {
            return format!("number {} of ", self.query.offset + 1);
        }
        match (self.query.order.first(), self.query.limit) {
            (Some((_, Direction::Descending)), Some(limit)) => format!("top {limit} "),
            (Some((_, Direction::Ascending)), Some(limit)) => format!("bottom {limit} "),
            (None, Some(limit)) => format!("any {limit} "),
            _ => String::new(),
        }
    }

    fn order(&self) -> String {
        let down = |direction: &Direction| match (direction, self.query.limit.filter(|_| self.query.offset == 0)) {
            (Direction::Descending, None) => ", the largest first",
            _ => "",
        };
        let order: Vec<String> = self
            .query
            .order
            .iter()
            .map(|(value, direction)| format!("{}{}", self.value(value), down(direction)))
            .collect();
        if order.is_empty() { String::new() } else { format!(" by {}", order.join(", ")) }
    }

    pub fn value(&self, value: &Expression) -> String {
        match value {
            Expression::Column(at) => self.column(*at),
            Expression::CountRows => format!("count of {}", self.schema.shown_name(self.query.relation(0))),
            Expression::Aggregate(Aggregate::Count, at) if self.is_own_key(*at) => {
                format!("number of different {}", self.schema.shown_name(at.column.relation))
            }
            Expression::Aggregate(aggregate, at) => format!("{} of {}", self::aggregate(*aggregate), self.column(*at)),
            Expression::SubqueryAggregate(source, aggregate, at) => {
                let rows = at.filter(|at| *aggregate == Aggregate::Count && self.is_own_key(*at));
                let rows = rows.map(|at| format!("different {}", self.schema.shown_name(at.column.relation)));
                let is_count = at.is_none() || rows.is_some();
                let what = rows.unwrap_or_else(|| at.map_or_else(|| self.scope(*source), |at| self.column(at)));
                let conditions = self.conditions(*source);
                let which = if conditions.is_empty() { String::new() } else { format!(" where {conditions}") };
                let aggregate = if is_count { "count" } else { self::aggregate(*aggregate) };
                format!("{aggregate} of its {what}{which}")
            }
            Expression::DateTrunc(unit, at) => format!("{} of {}", unit_name(*unit), self.column(*at)),
            Expression::ScalarSubquery(query) => format!("the {}", summary(query, self.schema)),
            other => self.calculation(other),
        }
    }

    /// What is calculated from aggregates.
    fn calculation(&self, value: &Expression) -> String {
        match value {
            Expression::SumOfProducts(one, two) => format!("sum of {} × {}", self.column(*one), self.column(*two)),
            Expression::TermMeasure(at) => format!("\"{}\"", self.schema.column(at.column).name),
            Expression::Percentile(50, at) => format!("median of {}", self.column(*at)),
            Expression::Percentile(percent, at) => format!("percentile {percent} of {}", self.column(*at)),
            Expression::Filtered(inner, conditions) => {
                let conditions: Vec<String> = conditions.iter().map(|one| self.condition(one)).collect();
                format!("{} where {}", self.value(inner), conditions.join(" and "))
            }
            Expression::Quotient(one, two) => format!("({}) / ({})", self.value(one), self.value(two)),
            Expression::Difference(one, two) => format!("({}) less ({})", self.value(one), self.value(two)),
            Expression::Growth(one, two) => format!("growth to ({}) from ({})", self.value(one), self.value(two)),
            Expression::Window(function, inner) => {
                let inner = self.value(inner);
                match function {
                    WindowFunction::ShareOfTotal => format!("share of all in {inner}"),
                    WindowFunction::RunningTotal => format!("running total of {inner}"),
                    WindowFunction::GrowthOverPrevious => format!("growth of {inner} over the one before"),
                    WindowFunction::Rank(_) => format!("rank by {inner}"),
                }
            }
            Expression::SubqueryMeasure(source, inner) => {
                let conditions = self.conditions(*source);
                let which = if conditions.is_empty() { String::new() } else { format!(" where {conditions}") };
                format!("{} of its {}{which}", self.value(inner), self.scope(*source))
            }
            other => self.value(other),
        }
    }

    /// Whether the different values of a column are the rows of its relation.
    fn is_own_key(&self, at: ColumnRef) -> bool {
        self.schema.term(at.column).is_none() && self.schema.key_columns(at.column.relation) == [at.column]
    }

    /// The relations of a subquery, its head first.
    fn scope(&self, source: usize) -> String {
        let relation = |source: usize| self.schema.shown_name(self.query.relation(source));
        let names: Vec<&str> = [source].into_iter().chain(self.query.joined(source)).map(relation).collect();
        names.join(" with ")
    }

    fn column(&self, at: ColumnRef) -> String {
        self.schema.spelled(at.column)
    }

    fn conditions(&self, head: usize) -> String {
        let conditions = self.query.sources.get(head).map(|source| source.conditions.as_slice()).unwrap_or_default();
        conditions.iter().map(|condition| self.condition(condition)).collect::<Vec<_>>().join(" and ")
    }

    pub fn condition(&self, condition: &Condition) -> String {
        let not = |negated: bool| if negated { "is not" } else { "is" };
        match condition {
            Condition::OneOf { column, negated, .. } if self.schema.term(column.column).is_some() => {
                let not = if *negated { "not " } else { "" };
                format!("{not}\"{}\"", self.schema.column(column.column).name)
            }
            Condition::OneOf { column, values, negated } => {
                let values: Vec<String> = values.iter().map(|value| self.with_meaning(*column, value)).collect();
                format!("{} {} {}", self.column(*column), not(*negated), values.join(" or "))
            }
            Condition::Compare { value, operator, operand } => {
                format!("{} {operator} {}", self.value(value), self.operand(operand))
            }
            Condition::Between { column, low, high } => {
                format!("{} is between {} and {}", self.column(*column), self.operand(low), self.operand(high))
            }
            Condition::Like { column, text, matching, negated } => {
                let does = if *negated { "does not" } else { "does" };
                let verb = match matching {
                    TextMatch::Prefix => "start with",
                    TextMatch::Substring => "contain",
                    TextMatch::Suffix => "end with",
                };
                format!("{} {does} {verb} {text}", self.column(*column))
            }
            Condition::InTimeRange { column, range } => format!("{} is {}", self.column(*column), range.text),
            Condition::IsTrue { column, negated } => format!("{} is {}", self.column(*column), !negated),
            Condition::IsNull { column, negated } => format!("{} {} missing", self.column(*column), not(*negated)),
            Condition::Exists { source, negated } => {
                let there = if *negated { "no" } else { "some" };
                let conditions = self.conditions(*source);
                let which = if conditions.is_empty() { String::new() } else { format!(" with {conditions}") };
                format!("there is {there} {}{which}", self.scope(*source))
            }
            Condition::RowCount { source, distinct, operator, number } => {
                let each = Expression::SubqueryAggregate(*source, Aggregate::Count, *distinct);
                format!("{} {operator} {number}", self.value(&each))
            }
            Condition::InSubquery { column, query, negated } => {
                format!("{} {} among the {}", self.column(*column), not(*negated), summary(query, self.schema))
            }
            Condition::IsFirst { key, .. } => {
                let relation = &self.schema.relation(key.column.relation).name;
                format!("{relation} is the first of its {}", self.column(*key))
            }
            Condition::AnyOf(all) => {
                let all: Vec<String> = all.iter().map(|one| self.condition(one)).collect();
                format!("({})", all.join(" or "))
            }
        }
    }

    /// A value, and for a code what the column's comment says that it means: "P (paid)".
    fn with_meaning(&self, at: ColumnRef, value: &Operand) -> String {
        let text = self.operand(value);
        let comment = self.schema.column(at.column).comment.as_deref().unwrap_or_default();
        let codes = crate::catalog::comments::codes(comment, &[]);
        let meaning = codes.into_iter().find(|(code, _)| *code == text).map(|(_, meaning)| meaning);
        meaning.map_or(text.clone(), |meaning| format!("{text} ({meaning})"))
    }

    fn operand(&self, operand: &Operand) -> String {
        match operand {
            Operand::Number(text) | Operand::Text(text) => text.clone(),
            Operand::Expression(value) => self.value(value),
        }
    }
}

fn aggregate(aggregate: Aggregate) -> &'static str {
    match aggregate {
        Aggregate::Count => "number of different values",
        Aggregate::Sum => "sum",
        Aggregate::Average => "average",
        Aggregate::Minimum => "minimum",
        Aggregate::Maximum => "maximum",
    }
}

//! Writes a query as one PostgreSQL statement. Every name comes from the schema; decides nothing about the meaning.

use std::cell::RefCell;

use super::aliases::Names;
use super::grouped_subqueries::Tallies;
use super::predicates;
use super::query_tree::{Aggregate, At, Direction, Query, Role, Step, Value};
use super::schema_view::Schema;
use schema::quote_ident;

/// Whether SQL can say it: beside groups, columns are shown only where a group has one value of them.
pub fn can_be_written(query: &Query, schema: &Schema) -> bool {
    let one_a_group = |value: &Value| match value {
        Value::Column(at) => {
            let key = schema.key_columns(query.relation(at.source));
            let in_groups = |column| query.groups.contains(&Value::Column(At { source: at.source, column }));
            query.groups.contains(value) || !key.is_empty() && key.into_iter().all(in_groups)
        }
        _ => true,
    };
    query.groups.is_empty() || query.outputs.iter().all(|output| one_a_group(&output.value))
}

/// The statement, without a semicolon.
pub fn write(query: &Query, schema: &Schema) -> String {
    let part = !query.intersect.is_empty();
    let mut parts = vec![statement(query, schema, part)];
    parts.extend(query.intersect.iter().map(|other| statement(other, schema, part)));
    parts.join("\nINTERSECT\n")
}

fn statement(query: &Query, schema: &Schema, part: bool) -> String {
    let writer = Writer { query, schema, names: Names::new(query, schema), part, tallies: RefCell::default() };
    writer.lines().join("\n")
}

/// What writes one query; subqueries that stand on their own get another.
pub struct Writer<'a> {
    pub query: &'a Query,
    pub schema: &'a Schema<'a>,
    pub names: Names,
    /// One of several whose rows are compared: their order is of no use.
    part: bool,
    /// The aggregates of what belongs to each row that were written so far, to be joined.
    pub tallies: RefCell<Tallies>,
}

impl Writer<'_> {
    fn lines(&self) -> Vec<String> {
        let query = self.query;
        let labels = self.labels();
        let outputs = query.outputs.iter().zip(&labels).map(|(output, label)| match (&output.value, label) {
            (value, Some(label)) => format!("{} AS {}", self.shown(value), quote_ident(label)),
            (value, None) => self.shown(value),
        });
        let distinct = if query.distinct { "DISTINCT " } else { "" };
        let select = format!("SELECT {distinct}{}", outputs.collect::<Vec<_>>().join(", "));
        let (conditions, sorting) = (self.conditions(0), self.sorting(&labels));
        let mut lines = vec![select];
        lines.extend(self.source(0));
        lines.extend(self.tallied());
        if !conditions.is_empty() {
            lines.push(format!("WHERE {}", conditions.join("\n  AND ")));
        }
        if !query.groups.is_empty() {
            let groups: Vec<String> = query.groups.iter().map(|value| self.value(value)).collect();
            lines.push(format!("GROUP BY {}", groups.join(", ")));
        }
        if !query.having.is_empty() {
            let having: Vec<String> = query.having.iter().map(|condition| predicates::write(self, condition)).collect();
            lines.push(format!("HAVING {}", having.join(" AND ")));
        }
        if !sorting.is_empty() {
            lines.push(format!("ORDER BY {}", sorting.join(", ")));
        }
        lines.extend(query.limit.map(|limit| format!("LIMIT {limit}")));
        lines
    }

    fn sorting(&self, labels: &[Option<String>]) -> Vec<String> {
        let query = self.query;
        let mut sorting: Vec<String> = Vec::new();
        for (value, direction) in &query.order {
            let label = query.outputs.iter().zip(labels).find(|(output, _)| output.value == *value);
            let label = label.and_then(|(_, label)| label.as_deref());
            let text = label.map_or_else(|| self.value(value), quote_ident);
            sorting.push(match direction {
                Direction::Ascending => text,
                Direction::Descending if self.is_nullable(value) => format!("{text} DESC NULLS LAST"),
                Direction::Descending => format!("{text} DESC"),
            });
        }
        // Rows come in a settled order.
        let plain = |value: &Value| !matches!(value, Value::Rows | Value::Aggregate(..));
        let rows = query.groups.is_empty() && query.outputs.iter().all(|output| plain(&output.value));
        if rows && !query.distinct && !self.part {
            for column in self.schema.key_columns(query.relation(0)) {
                let text = self.column(At { source: 0, column });
                if !query.order.iter().any(|(value, _)| *value == Value::Column(At { source: 0, column })) {
                    sorting.push(text);
                }
            }
        } else if !query.groups.is_empty() {
            sorting.extend(self.largest_first(labels));
            for group in &query.groups {
                let label = query.outputs.iter().zip(labels).find(|(output, _)| output.value == *group);
                let label = label.and_then(|(_, label)| label.as_deref());
                let text = label.map_or_else(|| self.value(group), quote_ident);
                if !query.order.iter().any(|(value, _)| value == group) {
                    sorting.push(text);
                }
            }
        }
        sorting
    }

    /// A series is read in the order of time, other groups from the largest down.
    fn largest_first(&self, labels: &[Option<String>]) -> Option<String> {
        let query = self.query;
        let series = query.groups.iter().any(|group| matches!(group, Value::Cut(..)));
        if series || !query.order.is_empty() || query.distinct {
            return None;
        }
        let measure = |value: &Value| matches!(value, Value::Rows | Value::Aggregate(..));
        let (output, label) = query.outputs.iter().zip(labels).find(|(output, _)| measure(&output.value))?;
        let last = if self.is_nullable(&output.value) { " NULLS LAST" } else { "" };
        label.as_deref().map(|label| format!("{} DESC{last}", quote_ident(label)))
    }

    fn is_nullable(&self, value: &Value) -> bool {
        match value {
            Value::Column(at) | Value::Cut(_, at) => !self.schema.column(at.column).not_null,
            Value::Aggregate(aggregate, _) => *aggregate != Aggregate::Count,
            Value::Each(_, aggregate, _) => !matches!(aggregate, Aggregate::Count | Aggregate::Sum),
            _ => false,
        }
    }

    /// FROM and the joins of a scope.
    pub fn source(&self, head: usize) -> Vec<String> {
        let mut lines = vec![format!("FROM {}", self.relation(head))];
        for source in self.query.joined(head) {
            let Some(data) = self.query.sources.get(source) else { continue };
            let kind = if data.role == (Role::Join { outer: true }) { "LEFT JOIN" } else { "JOIN" };
            let on = data.parent.map(|(parent, step)| self.matched(parent, source, step)).unwrap_or_default();
            lines.push(format!("{kind} {} ON {}", self.relation(source), on.join(" AND ")));
        }
        lines
    }

    /// What must hold in a scope; for a subquery also that its rows belong to the outer row.
    fn conditions(&self, head: usize) -> Vec<String> {
        let Some(data) = self.query.sources.get(head) else { return Vec::new() };
        let mut conditions = data.parent.map(|(parent, step)| self.matched(parent, head, step)).unwrap_or_default();
        conditions.extend(data.conditions.iter().map(|condition| predicates::write(self, condition)));
        conditions
    }

    /// A subquery over the rows of a sub source that belong to the outer row.
    pub fn sub(&self, source: usize, output: &str) -> String {
        let mut text = format!("SELECT {output} {}", self.source(source).join(" "));
        let conditions = self.conditions(source);
        if !conditions.is_empty() {
            text = format!("{text} WHERE {}", conditions.join(" AND "));
        }
        text
    }

    fn matched(&self, parent: usize, child: usize, step: Step) -> Vec<String> {
        let Some(edge) = self.schema.edges.get(step.edge) else { return Vec::new() };
        let (referencing, referenced) = if step.forward { (parent, child) } else { (child, parent) };
        let side = |source: usize, name: &str| format!("{}.{}", self.names.of(source), quote_ident(name));
        let pairs = edge.columns.iter();
        pairs.map(|(from, to)| format!("{} = {}", side(referenced, to), side(referencing, from))).collect()
    }

    fn shown(&self, value: &Value) -> String {
        match value {
            Value::Cut(unit, _) if predicates::part(*unit).is_none() => format!("{}::date", self.value(value)),
            _ => self.value(value),
        }
    }

    /// An expression.
    pub fn value(&self, value: &Value) -> String {
        match value {
            Value::Column(at) => self.column(*at),
            Value::Rows => "count(*)".to_owned(),
            Value::Aggregate(aggregate, at) => self.aggregate(*aggregate, *at),
            Value::Each(source, aggregate, at) if self.can_tally(*source) => self.tally(*source, *aggregate, *at),
            Value::Each(source, aggregate, at) => {
                let output = at.map_or_else(|| "count(*)".to_owned(), |at| self.aggregate(*aggregate, at));
                let each = format!("({})", self.sub(*source, &output));
                if *aggregate == Aggregate::Sum { format!("coalesce({each}, 0)") } else { each }
            }
            Value::Cut(unit, at) => match predicates::part(*unit) {
                Some(part) => format!("extract({part} FROM {})", self.column(*at)),
                None => format!("date_trunc('{}', {})", super::time_expressions::unit_name(*unit), self.column(*at)),
            },
            Value::Whole(query) => format!("({})", write(query, self.schema).replace('\n', " ")),
        }
    }

    pub fn aggregate(&self, aggregate: Aggregate, at: At) -> String {
        let column = self.column(at);
        match aggregate {
            Aggregate::Count => format!("count(DISTINCT {column})"),
            Aggregate::Sum => format!("sum({column})"),
            Aggregate::Average => format!("avg({column})"),
            Aggregate::Minimum => format!("min({column})"),
            Aggregate::Maximum => format!("max({column})"),
        }
    }

    /// A column, with its source where there are several.
    pub fn column(&self, at: At) -> String {
        let name = quote_ident(&self.schema.column(at.column).name);
        if self.query.sources.len() == 1 { name } else { format!("{}.{name}", self.names.of(at.source)) }
    }

    fn relation(&self, source: usize) -> String {
        let data = self.schema.relation(self.query.relation(source));
        let (name, alias) = (data.sql_name(), self.names.of(source));
        if alias == quote_ident(&data.name) { name } else { format!("{name} AS {alias}") }
    }

    /// The output names that have to be said: those of expressions, and where a bare name would occur twice.
    fn labels(&self) -> Vec<Option<String>> {
        let mut labels: Vec<Option<String>> = Vec::new();
        let mut taken: Vec<String> = Vec::new();
        let names: Vec<&str> = self.query.outputs.iter().map(|output| self.bare(output)).collect();
        for (output, name) in self.query.outputs.iter().zip(&names) {
            let twice = names.iter().filter(|other| *other == name).count() > 1;
            let mut label = (*name).to_owned();
            if let (Value::Column(at), true) = (&output.value, twice) {
                let relation = &self.schema.relation(at.column.relation).name;
                label = format!("{}_{name}", words::singular(relation));
            }
            let mut unique = label.clone();
            let mut number = 2;
            while taken.contains(&unique) {
                unique = format!("{label}_{number}");
                number += 1;
            }
            taken.push(unique.clone());
            let plain = matches!(&output.value, Value::Column(_)) && unique == *name;
            labels.push((!plain).then_some(unique));
        }
        labels
    }

    fn bare<'b>(&'b self, output: &'b super::query_tree::Output) -> &'b str {
        match &output.value {
            Value::Column(at) => &self.schema.column(at.column).name,
            _ => &output.alias,
        }
    }
}

//! Writes a query tree as one PostgreSQL statement. Every name in it comes from the snapshot.

use std::cell::RefCell;

use crate::catalog::schema_view::SchemaView;
use crate::query::aliases::Aliases;
use crate::query::calculations;
use crate::query::grouped_subqueries::GroupedSubqueries;
use crate::query::limits_per_group;
use crate::query::predicates;
use crate::query::tree::{
    Aggregate, ColumnRef, Direction, Expression, JoinStep, QueryTree, SourceRole, WindowFunction,
};
use crate::terms::{ROW, partial_measures};
use schema::quote_ident;

/// Whether SQL accepts the outputs: beside groups, a column must be grouped by or depend on a key that is.
pub fn can_be_written(query: &QueryTree, schema: &SchemaView) -> bool {
    if query.outputs.iter().any(|output| misuses_term(&output.value, schema)) {
        return false;
    }
    let one_a_group = |value: &Expression| match value {
        Expression::Column(at) => {
            let key = schema.key_columns(query.relation(at.source));
            let in_groups =
                |column| query.groups.contains(&Expression::Column(ColumnRef { source: at.source, column }));
            query.groups.contains(value) || !key.is_empty() && key.into_iter().all(in_groups)
        }
        _ => true,
    };
    query.groups.is_empty() || query.outputs.iter().all(|output| one_a_group(&output.value))
}

/// An expression in parentheses, unless it certainly is.
fn enclosed(sql: String) -> String {
    let mut depth = 0;
    let mut closes = sql.char_indices().filter(|(_, c)| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    let is_enclosed = sql.starts_with('(') && closes.next() == Some((sql.len() - 1, ')')) && !sql.contains(['\'', '"']);
    if is_enclosed { sql } else { format!("({sql})") }
}

/// Whether a term that is an aggregate would be computed over some of the rows alone, which its SQL has no place for, or added up
/// although it is no sum.
fn misuses_term(value: &Expression, schema: &SchemaView) -> bool {
    let term = |value: &Expression| match value {
        Expression::TermMeasure(at) => schema.term(at.column),
        _ => None,
    };
    match value {
        Expression::Filtered(inner, _) => match term(inner) {
            Some(term) => partial_measures::of_some_rows(&term.sql, "true").is_none(),
            None => misuses_term(inner, schema),
        },
        Expression::Window(WindowFunction::ShareOfTotal | WindowFunction::RunningTotal, inner) => {
            term(inner).is_some_and(|term| !term.adds_up()) || misuses_term(inner, schema)
        }
        Expression::Window(_, inner) | Expression::SubqueryMeasure(_, inner) => misuses_term(inner, schema),
        Expression::Quotient(one, two) | Expression::Difference(one, two) | Expression::Growth(one, two) => {
            misuses_term(one, schema) || misuses_term(two, schema)
        }
        _ => false,
    }
}

/// The statement, without a semicolon.
pub fn write(query: &QueryTree, schema: &SchemaView) -> String {
    let part = !query.intersect.is_empty();
    let mut parts = vec![statement(query, schema, part)];
    parts.extend(query.intersect.iter().map(|other| statement(other, schema, part)));
    parts.join("\nINTERSECT\n")
}

fn statement(query: &QueryTree, schema: &SchemaView, is_operand: bool) -> String {
    let writer = SqlWriter {
        query,
        schema,
        source_aliases: Aliases::new(query, schema),
        is_operand,
        grouped_subqueries: RefCell::default(),
    };
    writer.lines().join("\n")
}

/// Writes one query tree. A query tree within it gets a writer of its own.
pub struct SqlWriter<'a> {
    pub query: &'a QueryTree,
    pub schema: &'a SchemaView<'a>,
    pub source_aliases: Aliases,
    /// It is an operand of INTERSECT, where an order has no effect.
    is_operand: bool,
    /// The grouped subqueries that expressions written so far refer to, which are to be joined.
    pub grouped_subqueries: RefCell<GroupedSubqueries>,
}

impl SqlWriter<'_> {
    fn lines(&self) -> Vec<String> {
        if !self.query.limit_per.is_empty() {
            return limits_per_group::write(self);
        }
        let mut lines = self.unsorted_lines(None);
        let sorting = self.sorting(&self.aliases());
        if !sorting.is_empty() {
            lines.push(format!("ORDER BY {}", sorting.join(", ")));
        }
        lines.extend(self.query.limit.map(|limit| format!("LIMIT {limit}")));
        lines.extend((self.query.offset > 0).then(|| format!("OFFSET {}", self.query.offset)));
        lines
    }

    /// That there is a value at all, where groups are shown for what is the least, the greatest or the average of theirs: nothing
    /// is told of a group of which nothing is known.
    fn has_a_value(&self) -> Option<String> {
        let is_label = |value: &Expression| matches!(value, Expression::Column(_));
        let mut told = self.query.outputs.iter().map(|output| &output.value).filter(|value| value.is_aggregate());
        let (only, None) = (told.next()?, told.next()) else { return None };
        let Expression::Aggregate(Aggregate::Average | Aggregate::Minimum | Aggregate::Maximum, at) = only else {
            return None;
        };
        let is_open = !self.schema.column(at.column).not_null;
        let groups = &self.query.groups;
        (is_open && !groups.is_empty() && groups.iter().all(is_label))
            .then(|| format!("{} IS NOT NULL", self.expression(only)))
    }

    /// The statement up to its HAVING clause, with one more output if there is one.
    pub fn unsorted_lines(&self, further_output: Option<&str>) -> Vec<String> {
        let query = self.query;
        let aliases = self.aliases();
        let outputs = query.outputs.iter().zip(&aliases).map(|(output, alias)| match (&output.value, alias) {
            (value, Some(alias)) => format!("{} AS {}", self.select_expression(value), quote_ident(alias)),
            (value, None) => self.select_expression(value),
        });
        let outputs: Vec<String> = outputs.chain(further_output.map(str::to_owned)).collect();
        let distinct = if query.distinct { "DISTINCT " } else { "" };
        let conditions = self.conditions(0);
        let having = query.having.iter().map(|condition| predicates::write(self, condition));
        let having: Vec<String> = having.chain(self.has_a_value()).collect();
        let groups: Vec<String> = query.groups.iter().map(|value| self.expression(value)).collect();
        if query.limit.is_some() || !query.order.is_empty() {
            query.order.iter().for_each(|(value, _)| drop(self.expression(value)));
        }
        let mut lines = vec![format!("SELECT {distinct}{}", outputs.join(", "))];
        lines.extend(self.write_from(0));
        lines.extend(self.grouped_joins());
        if !conditions.is_empty() {
            lines.push(format!("WHERE {}", conditions.join("\n  AND ")));
        }
        if !groups.is_empty() {
            lines.push(format!("GROUP BY {}", groups.join(", ")));
        }
        if !having.is_empty() {
            lines.push(format!("HAVING {}", having.join(" AND ")));
        }
        lines
    }

    /// The names of the outputs' columns.
    pub fn output_names(&self) -> Vec<String> {
        let named = self.query.outputs.iter().zip(self.aliases());
        named.map(|(output, alias)| alias.unwrap_or_else(|| self.bare(output).to_owned())).collect()
    }

    fn sorting(&self, aliases: &[Option<String>]) -> Vec<String> {
        let query = self.query;
        let mut sorting: Vec<String> = Vec::new();
        for (value, direction) in &query.order {
            let alias = query.outputs.iter().zip(aliases).find(|(output, _)| output.value == *value);
            let alias = alias.and_then(|(_, alias)| alias.as_deref());
            let text = alias.map_or_else(|| self.expression(value), quote_ident);
            sorting.push(match direction {
                Direction::Ascending => text,
                Direction::Descending if self.is_nullable(value) => format!("{text} DESC NULLS LAST"),
                Direction::Descending => format!("{text} DESC"),
            });
        }
        // Ties are broken by the key or the groups, so that the same question gives the same rows in the same order.
        let plain = |value: &Expression| !value.is_aggregate();
        let rows = query.groups.is_empty() && query.outputs.iter().all(|output| plain(&output.value));
        if rows && !query.distinct && !self.is_operand {
            for column in self.schema.key_columns(query.relation(0)) {
                let text = self.column(ColumnRef { source: 0, column });
                if !query.order.iter().any(|(value, _)| *value == Expression::Column(ColumnRef { source: 0, column })) {
                    sorting.push(text);
                }
            }
        } else if !query.groups.is_empty() {
            sorting.extend(self.largest_first(aliases));
            for group in &query.groups {
                let alias = query.outputs.iter().zip(aliases).find(|(output, _)| output.value == *group);
                let alias = alias.and_then(|(_, alias)| alias.as_deref());
                let text = alias.map_or_else(|| self.expression(group), quote_ident);
                if !query.order.iter().any(|(value, _)| value == group) {
                    sorting.push(text);
                }
            }
        }
        sorting
    }

    /// Groups come from the largest measure down, unless they are units of time, which are read in their order.
    fn largest_first(&self, aliases: &[Option<String>]) -> Option<String> {
        let query = self.query;
        let series = query.groups.iter().any(|group| matches!(group, Expression::DateTrunc(..)));
        if series || !query.order.is_empty() || query.distinct {
            return None;
        }
        let (output, alias) = query.outputs.iter().zip(aliases).find(|(output, _)| output.value.is_aggregate())?;
        let last = if self.is_nullable(&output.value) { " NULLS LAST" } else { "" };
        alias.as_deref().map(|alias| format!("{} DESC{last}", quote_ident(alias)))
    }

    fn is_nullable(&self, value: &Expression) -> bool {
        match value {
            Expression::Column(at) | Expression::DateTrunc(_, at) => !self.schema.column(at.column).not_null,
            Expression::Aggregate(aggregate, _) => *aggregate != Aggregate::Count,
            Expression::SubqueryAggregate(_, aggregate, _) => !matches!(aggregate, Aggregate::Count | Aggregate::Sum),
            Expression::CountRows | Expression::ScalarSubquery(_) | Expression::Window(WindowFunction::Rank(_), _) => {
                false
            }
            _ => true,
        }
    }

    /// The FROM clause of a scope: its head, and a line for each join.
    pub fn write_from(&self, head: usize) -> Vec<String> {
        let mut lines = vec![format!("FROM {}", self.relation(head))];
        for source in self.query.joined(head) {
            let Some(data) = self.query.sources.get(source) else { continue };
            let kind = if data.role == (SourceRole::Join { outer: true }) { "LEFT JOIN" } else { "JOIN" };
            let on = data.parent.map(|(parent, step)| self.join_condition(parent, source, step)).unwrap_or_default();
            lines.push(format!("{kind} {} ON {}", self.relation(source), on.join(" AND ")));
        }
        lines
    }

    /// The predicates of a scope. Those of a subquery begin with the join to the outer row.
    fn conditions(&self, head: usize) -> Vec<String> {
        let Some(data) = self.query.sources.get(head) else { return Vec::new() };
        let mut conditions =
            data.parent.map(|(parent, step)| self.join_condition(parent, head, step)).unwrap_or_default();
        conditions.extend(data.conditions.iter().map(|condition| predicates::write(self, condition)));
        conditions
    }

    /// A correlated subquery over the rows that belong to the outer row, with one output.
    pub fn subquery(&self, source: usize, output: &str) -> String {
        let mut text = format!("SELECT {output} {}", self.write_from(source).join(" "));
        let conditions = self.conditions(source);
        if !conditions.is_empty() {
            text = format!("{text} WHERE {}", conditions.join(" AND "));
        }
        text
    }

    fn join_condition(&self, parent: usize, child: usize, step: JoinStep) -> Vec<String> {
        let Some(edge) = self.schema.edge(step) else { return Vec::new() };
        let (referencing, referenced) = if step.forward { (parent, child) } else { (child, parent) };
        let side = |source: usize, name: &str| format!("{}.{}", self.source_aliases.of(source), quote_ident(name));
        let pairs = edge.columns.iter();
        pairs.map(|(from, to)| format!("{} = {}", side(referenced, to), side(referencing, from))).collect()
    }

    fn select_expression(&self, value: &Expression) -> String {
        match value {
            Expression::DateTrunc(unit, _) if predicates::part(*unit).is_none() => {
                format!("{}::date", self.expression(value))
            }
            _ => self.expression(value),
        }
    }

    /// An expression as SQL.
    pub fn expression(&self, value: &Expression) -> String {
        match value {
            Expression::Column(at) => self.column(*at),
            Expression::CountRows => "count(*)".to_owned(),
            Expression::Aggregate(aggregate, at) => self.aggregate(*aggregate, *at),
            Expression::SubqueryAggregate(source, aggregate, at) if self.can_group(*source) => {
                self.grouped_aggregate(*source, *aggregate, *at)
            }
            Expression::SubqueryAggregate(source, aggregate, at) => {
                let output = at.map_or_else(|| "count(*)".to_owned(), |at| self.aggregate(*aggregate, at));
                let each = format!("({})", self.subquery(*source, &output));
                if *aggregate == Aggregate::Sum { format!("coalesce({each}, 0)") } else { each }
            }
            Expression::DateTrunc(unit, at) => match predicates::part(*unit) {
                Some(part) => format!("extract({part} FROM {})", self.column(*at)),
                None => format!(
                    "date_trunc('{}', {})",
                    crate::lattice::time_expressions::unit_name(*unit),
                    self.column(*at)
                ),
            },
            Expression::ScalarSubquery(query) => format!("({})", write(query, self.schema).replace('\n', " ")),
            other => calculations::write(self, other),
        }
    }

    pub fn aggregate(&self, aggregate: Aggregate, at: ColumnRef) -> String {
        let column = self.column(at);
        match aggregate {
            Aggregate::Count => format!("count(DISTINCT {column})"),
            Aggregate::Sum => format!("sum({column})"),
            Aggregate::Average => format!("avg({column})"),
            Aggregate::Minimum => format!("min({column})"),
            Aggregate::Maximum => format!("max({column})"),
        }
    }

    /// A column, qualified where there are several sources.
    pub fn column(&self, at: ColumnRef) -> String {
        if let Some(term) = self.schema.term(at.column) {
            return enclosed(self.of_row(&term.sql, at.source));
        }
        let name = quote_ident(&self.schema.column(at.column).name);
        if self.query.sources.len() == 1 { name } else { format!("{}.{name}", self.source_aliases.of(at.source)) }
    }

    /// The SQL of a term with the alias of a source in the place of the row.
    fn of_row(&self, sql: &str, source: usize) -> String {
        sql.replace(&format!("{ROW}."), &format!("{}.", self.source_aliases.of(source)))
    }

    /// A measure that somebody defined, over the rows for which a condition holds.
    pub fn term_of_some_rows(&self, at: ColumnRef, condition: &str) -> Option<String> {
        let sql = partial_measures::of_some_rows(&self.schema.term(at.column)?.sql, condition)?;
        Some(enclosed(self.of_row(&sql, at.source)))
    }

    fn relation(&self, source: usize) -> String {
        let data = self.schema.relation(self.query.relation(source));
        let (name, alias) = (data.sql_name(), self.source_aliases.of(source));
        if alias == quote_ident(&data.name) { name } else { format!("{name} AS {alias}") }
    }

    /// The alias of each output that needs one: expressions, and columns whose name would occur twice.
    fn aliases(&self) -> Vec<Option<String>> {
        let mut aliases: Vec<Option<String>> = Vec::new();
        let mut taken: Vec<String> = Vec::new();
        let names: Vec<&str> = self.query.outputs.iter().map(|output| self.bare(output)).collect();
        for (output, name) in self.query.outputs.iter().zip(&names) {
            let twice = names.iter().filter(|other| *other == name).count() > 1;
            let mut alias = (*name).to_owned();
            if let (Expression::Column(at), true) = (&output.value, twice) {
                let relation = &self.schema.relation(at.column.relation).name;
                alias = format!("{}_{name}", words::singular(relation));
            }
            let mut unique = alias.clone();
            let mut number = 2;
            while taken.contains(&unique) {
                unique = format!("{alias}_{number}");
                number += 1;
            }
            taken.push(unique.clone());
            let plain = matches!(&output.value, Expression::Column(_)) && unique == *name;
            aliases.push((!plain).then_some(unique));
        }
        aliases
    }

    fn bare<'b>(&'b self, output: &'b crate::query::tree::OutputColumn) -> &'b str {
        match &output.value {
            Expression::Column(at) => &self.schema.column(at.column).name,
            _ => &output.alias,
        }
    }
}

//! Writes a query as one PostgreSQL statement. Every name comes from the schema; decides nothing about the meaning.

use super::calendar::unit_name;
use super::query::{Aggregate, ColumnId, Condition, Direction, Hop, Key, Measure, Query, Shape};
use super::schema::Schema;
use crate::catalog::quote_ident;
use crate::linking::words;

/// The statement, without a semicolon.
pub fn write(query: &Query, schema: &Schema) -> String {
    let writer = Writer { query, schema };
    match &query.shape {
        Shape::Rows { columns, order } => writer.rows(columns, *order),
        Shape::Groups { keys, measure, order } => writer.groups(keys, measure, *order),
    }
}

struct Writer<'a> {
    query: &'a Query,
    schema: &'a Schema<'a>,
}

impl Writer<'_> {
    fn rows(&self, columns: &[ColumnId], order: Option<(ColumnId, Direction)>) -> String {
        let outputs: Vec<String> = columns.iter().map(|id| self.column(*id)).collect();
        let mut sorting: Vec<String> = Vec::new();
        if let Some((id, direction)) = order {
            sorting.push(self.sorted(self.column(id), direction, !self.schema.column(id).not_null));
        }
        let key = self.schema.key_columns(self.query.base).into_iter();
        sorting.extend(key.filter(|id| order.is_none_or(|(column, _)| column != *id)).map(|id| self.column(id)));
        let mut lines = vec![format!("SELECT {}", outputs.join(", "))];
        lines.extend(self.source());
        self.close(lines, &[], &sorting)
    }

    fn groups(&self, keys: &[Key], measure: &Measure, order: Option<Direction>) -> String {
        let shown: Vec<ColumnId> = keys.iter().flat_map(|key| self.shown(*key)).collect();
        let mut names = Vec::new();
        let mut outputs = Vec::new();
        for key in keys {
            if let Key::Unit(unit, id) = key {
                names.push(unit_name(*unit).to_owned());
                outputs.push(format!(
                    "{}::date AS {}",
                    self.truncated(unit_name(*unit), *id),
                    quote_ident(unit_name(*unit))
                ));
            }
            for id in self.shown(*key) {
                let (name, label) = self.label(id, &shown);
                names.push(name);
                outputs.push(label);
            }
        }
        let mut alias = measure.alias.clone();
        if alias.is_empty() || names.contains(&alias) {
            alias = format!("{}_{alias}", function(measure.aggregate));
        }
        let alias = quote_ident(&alias);
        outputs.push(format!("{} AS {alias}", self.aggregate(measure)));
        let mut lines = vec![format!("SELECT {}", outputs.join(", "))];
        lines.extend(if self.query.keeps_empty_groups() { self.turned_source() } else { self.source() });
        let grouping: Vec<String> = keys.iter().flat_map(|key| self.grouping(*key)).collect();
        let sorting = self.group_sorting(keys, measure, &alias, order);
        self.close(lines, &grouping, &sorting)
    }

    fn group_sorting(&self, keys: &[Key], measure: &Measure, alias: &str, order: Option<Direction>) -> Vec<String> {
        let identity = keys.iter().flat_map(|key| match key {
            Key::Unit(unit, _) => vec![quote_ident(unit_name(*unit))],
            Key::Column(id) => vec![self.column(*id)],
            Key::Entity(relation) => self.schema.key_columns(*relation).into_iter().map(|id| self.column(id)).collect(),
        });
        // A series is read in the order of time, everything else from the largest down.
        let series = order.is_none() && keys.iter().any(|key| matches!(key, Key::Unit(..)));
        if keys.is_empty() || series {
            return identity.collect();
        }
        let nullable = measure.column.is_some_and(|id| !self.schema.column(id).not_null);
        let direction = order.unwrap_or(Direction::Descending);
        [self.sorted(alias.to_owned(), direction, nullable)].into_iter().chain(identity).collect()
    }

    fn sorted(&self, expression: String, direction: Direction, nullable: bool) -> String {
        match direction {
            Direction::Ascending => expression,
            Direction::Descending if nullable => format!("{expression} DESC NULLS LAST"),
            Direction::Descending => format!("{expression} DESC"),
        }
    }

    fn close(&self, mut lines: Vec<String>, grouping: &[String], sorting: &[String]) -> String {
        if !grouping.is_empty() {
            lines.push(format!("GROUP BY {}", grouping.join(", ")));
        }
        if !sorting.is_empty() {
            lines.push(format!("ORDER BY {}", sorting.join(", ")));
        }
        lines.extend(self.query.limit.map(|limit| format!("LIMIT {limit}")));
        lines.join("\n")
    }

    /// FROM, the joins and WHERE.
    fn source(&self) -> Vec<String> {
        let mut lines = vec![format!("FROM {}", self.relation(self.query.base))];
        for join in &self.query.joins {
            let kind = if join.outer { "LEFT JOIN" } else { "JOIN" };
            lines.push(format!("{kind} {} ON {}", self.relation(join.hop.to), self.matched(&join.hop).join(" AND ")));
        }
        lines.extend(self.filter("WHERE", |_| true));
        lines
    }

    /// The one join turned around, so that groups without any row of the base still show; what restricts the base
    /// must not remove the group.
    fn turned_source(&self) -> Vec<String> {
        let base = self.query.base;
        let mut lines = Vec::new();
        for join in &self.query.joins {
            let mut matched = self.matched(&join.hop);
            matched.extend(
                self.query.conditions.iter().filter(|c| c.column().relation == base).map(|c| self.condition(c)),
            );
            lines.push(format!("FROM {}", self.relation(join.hop.to)));
            lines.push(format!("LEFT JOIN {} ON {}", self.relation(base), matched.join(" AND ")));
        }
        lines.extend(self.filter("WHERE", |relation| relation != base));
        lines
    }

    fn filter(&self, keyword: &str, of: impl Fn(usize) -> bool) -> Option<String> {
        let conditions = self.query.conditions.iter().filter(|condition| of(condition.column().relation));
        let conditions: Vec<String> = conditions.map(|condition| self.condition(condition)).collect();
        (!conditions.is_empty()).then(|| format!("{keyword} {}", conditions.join("\n  AND ")))
    }

    fn matched(&self, hop: &Hop) -> Vec<String> {
        let key = self.schema.relation(hop.from).foreign_keys.get(hop.foreign_key);
        let pairs = key.into_iter().flat_map(|key| key.referenced.iter().zip(&key.columns));
        let side = |relation, name: &str| format!("{}.{}", self.qualifier(relation), quote_ident(name));
        pairs.map(|(to, from)| format!("{} = {}", side(hop.to, to), side(hop.from, from))).collect()
    }

    fn condition(&self, condition: &Condition) -> String {
        let column = self.column(condition.column());
        match condition {
            Condition::Equals { values, negated, .. } => {
                let literals: Vec<String> = values.iter().map(|value| literal(value)).collect();
                match (literals.as_slice(), negated) {
                    ([only], false) => format!("{column} = {only}"),
                    ([only], true) => format!("{column} <> {only}"),
                    (many, false) => format!("{column} IN ({})", many.join(", ")),
                    (many, true) => format!("{column} NOT IN ({})", many.join(", ")),
                }
            }
            Condition::Compare { operator, number, .. } => format!("{column} {operator} {number}"),
            Condition::Between { low, high, .. } => format!("{column} BETWEEN {low} AND {high}"),
            Condition::Within { window, .. } => {
                let from = window.from.as_ref().map(|from| format!("{column} >= {from}"));
                let to = window.to.as_ref().map(|to| format!("{column} < {to}"));
                from.into_iter().chain(to).collect::<Vec<_>>().join(" AND ")
            }
            Condition::Flag { negated: false, .. } => column,
            Condition::Flag { negated: true, .. } => format!("NOT {column}"),
        }
    }

    fn aggregate(&self, measure: &Measure) -> String {
        let empty_groups = self.query.keeps_empty_groups();
        let function = function(measure.aggregate);
        match measure.column {
            Some(id) if empty_groups => format!("coalesce({function}({}), 0)", self.column(id)),
            Some(id) => format!("{function}({})", self.column(id)),
            // A referencing column is never null in a row that found its partner.
            None if empty_groups => {
                let hop = self.query.joins.first().map(|join| join.hop);
                let key = hop.and_then(|hop| self.schema.relation(hop.from).foreign_keys.get(hop.foreign_key));
                let column = key.and_then(|key| key.columns.first()).map_or("*", String::as_str);
                format!("count({}.{})", self.qualifier(self.query.base), quote_ident(column))
            }
            None => "count(*)".to_owned(),
        }
    }

    /// The columns that show a key to a human.
    fn shown(&self, key: Key) -> Vec<ColumnId> {
        match key {
            Key::Unit(..) => Vec::new(),
            Key::Column(id) => vec![id],
            Key::Entity(relation) => {
                let names = self.schema.name_columns(relation);
                if names.is_empty() { self.schema.key_columns(relation) } else { names }
            }
        }
    }

    fn grouping(&self, key: Key) -> Vec<String> {
        let mut columns = match key {
            Key::Unit(unit, id) => return vec![self.truncated(unit_name(unit), id)],
            Key::Column(_) => Vec::new(),
            Key::Entity(relation) => self.schema.key_columns(relation),
        };
        for id in self.shown(key) {
            if !columns.contains(&id) {
                columns.push(id);
            }
        }
        columns.into_iter().map(|id| self.column(id)).collect()
    }

    /// A shown column with its output name, which tells the relation where the bare name would occur twice.
    fn label(&self, id: ColumnId, shown: &[ColumnId]) -> (String, String) {
        let name = &self.schema.column(id).name;
        if shown.iter().filter(|other| self.schema.column(**other).name == *name).count() < 2 {
            return (name.clone(), self.column(id));
        }
        let alias = format!("{}_{name}", words::singular(&self.schema.relation(id.relation).name));
        let label = format!("{} AS {}", self.column(id), quote_ident(&alias));
        (alias, label)
    }

    fn truncated(&self, unit: &str, id: ColumnId) -> String {
        format!("date_trunc('{unit}', {})", self.column(id))
    }

    fn column(&self, id: ColumnId) -> String {
        let name = quote_ident(&self.schema.column(id).name);
        if self.query.joins.is_empty() { name } else { format!("{}.{name}", self.qualifier(id.relation)) }
    }

    fn relation(&self, relation: usize) -> String {
        let name = self.schema.relation(relation).sql_name();
        if self.is_homonym(relation) { format!("{name} AS {}", self.qualifier(relation)) } else { name }
    }

    /// The name by which the statement's own columns refer to a relation.
    fn qualifier(&self, relation: usize) -> String {
        let data = self.schema.relation(relation);
        if self.is_homonym(relation) {
            quote_ident(&format!("{}_{}", data.schema, data.name))
        } else {
            quote_ident(&data.name)
        }
    }

    /// Whether another relation of the statement has the same bare name.
    fn is_homonym(&self, relation: usize) -> bool {
        let name = &self.schema.relation(relation).name;
        let joined = self.query.joins.iter().map(|join| join.hop.to).chain([self.query.base]);
        joined.filter(|other| self.schema.relation(*other).name == *name).count() > 1
    }
}

fn function(aggregate: Aggregate) -> &'static str {
    match aggregate {
        Aggregate::Count => "count",
        Aggregate::Sum => "sum",
        Aggregate::Average => "avg",
        Aggregate::Minimum => "min",
        Aggregate::Maximum => "max",
    }
}

fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

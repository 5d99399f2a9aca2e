//! Writes aggregates of related rows ("the number of orders of each customer") as one grouped subquery that is joined.
//! The server then reads the related rows once; a correlated subquery would read them once for each row.

use crate::query::predicates;
use crate::query::sql::SqlWriter;
use crate::query::tree::{Aggregate, ColumnRef, Condition, Expression, Operand, SourceRole};
use schema::quote_ident;

/// For the head of each grouped subquery its aggregates, as SQL and with their names in it.
pub type GroupedSubqueries = Vec<(usize, Vec<(String, String)>)>;

impl SqlWriter<'_> {
    /// Whether a subquery can be grouped and joined: its parent belongs to the outer query, which is not grouped
    /// itself, and its conditions do not refer to the outer row.
    pub fn can_group(&self, head: usize) -> bool {
        let Some(data) = self.query.sources.get(head) else { return false };
        let hangs_here = data.parent.is_some_and(|(parent, _)| self.query.scope(parent) == 0);
        hangs_here
            && data.role == SourceRole::Subquery
            && self.query.groups.is_empty()
            && data.conditions.iter().all(is_free)
    }

    /// An aggregate over a subquery as an expression of the outer query; [`SqlWriter::grouped_joins`] writes the join.
    pub fn grouped_aggregate(&self, head: usize, aggregate: Aggregate, at: Option<ColumnRef>) -> String {
        let sql = at.map_or_else(|| "count(*)".to_owned(), |at| self.aggregate(aggregate, at));
        let value = self.grouped_value(head, sql, word(aggregate));
        if matches!(aggregate, Aggregate::Count | Aggregate::Sum) { format!("coalesce({value}, 0)") } else { value }
    }

    /// A measure over a subquery: of a grouped one that is joined, or of a correlated one.
    pub fn subquery_measure(&self, head: usize, inner: &Expression) -> String {
        let sql = self.expression(inner);
        let value = if self.can_group(head) {
            self.grouped_value(head, sql, "measure")
        } else {
            format!("({})", self.subquery(head, &sql))
        };
        let adds_up = matches!(
            inner,
            Expression::CountRows
                | Expression::SumOfProducts(..)
                | Expression::Aggregate(Aggregate::Sum | Aggregate::Count, _)
        );
        if adds_up { format!("coalesce({value}, 0)") } else { value }
    }

    /// A column of the grouped subquery, by the name that tells what it holds.
    fn grouped_value(&self, head: usize, sql: String, word: &str) -> String {
        let mut grouped_subqueries = self.grouped_subqueries.borrow_mut();
        let known = match grouped_subqueries.iter_mut().position(|(other, _)| *other == head) {
            Some(at) => at,
            None => {
                grouped_subqueries.push((head, Vec::new()));
                grouped_subqueries.len() - 1
            }
        };
        let Some((_, known)) = grouped_subqueries.get_mut(known) else { return sql };
        let name = match known.iter().find(|(other, _)| *other == sql) {
            Some((_, name)) => name.clone(),
            None => {
                let name =
                    format!("{word}{}", if known.is_empty() { String::new() } else { format!("_{}", known.len() + 1) });
                known.push((sql, name.clone()));
                name
            }
        };
        format!("{}.{name}", self.source_aliases.of(head))
    }

    /// The joins for all aggregates that were written so far.
    pub fn grouped_joins(&self) -> Vec<String> {
        self.grouped_subqueries
            .borrow()
            .iter()
            .filter_map(|(head, grouped_subqueries)| self.join(*head, grouped_subqueries))
            .collect()
    }

    fn join(&self, head: usize, grouped_subqueries: &[(String, String)]) -> Option<String> {
        let data = self.query.sources.get(head)?;
        let (parent, step) = data.parent?;
        let edge = self.schema.edge(step)?;
        let sides = edge.columns.iter().map(|(from, to)| if step.forward { (from, to) } else { (to, from) });
        let (mut keys, mut on) = (Vec::new(), Vec::new());
        for (outer, own) in sides {
            let own = quote_ident(own);
            on.push(format!(
                "{}.{own} = {}.{}",
                self.source_aliases.of(head),
                self.source_aliases.of(parent),
                quote_ident(outer)
            ));
            keys.push(format!("{}.{own}", self.source_aliases.of(head)));
        }
        let values = grouped_subqueries.iter().map(|(sql, name)| format!("{sql} AS {name}"));
        let shown: Vec<String> = keys.iter().cloned().chain(values).collect();
        let mut text = format!("SELECT {} {}", shown.join(", "), self.write_from(head).join(" "));
        let conditions: Vec<String> = data.conditions.iter().map(|one| predicates::write(self, one)).collect();
        if !conditions.is_empty() {
            text = format!("{text} WHERE {}", conditions.join(" AND "));
        }
        let on = on.join(" AND ");
        Some(format!("LEFT JOIN ({text} GROUP BY {}) AS {} ON {on}", keys.join(", "), self.source_aliases.of(head)))
    }
}

fn word(aggregate: Aggregate) -> &'static str {
    match aggregate {
        Aggregate::Count => "count",
        Aggregate::Sum => "total",
        Aggregate::Average => "average",
        Aggregate::Minimum => "lowest",
        Aggregate::Maximum => "highest",
    }
}

/// Whether a condition compares with no column of another source.
fn is_free(condition: &Condition) -> bool {
    let free = |operand: &Operand| !matches!(operand, Operand::Expression(Expression::Column(_)));
    match condition {
        Condition::Compare { operand, .. } => free(operand),
        Condition::OneOf { values, .. } => values.iter().all(free),
        Condition::Between { low, high, .. } => free(low) && free(high),
        Condition::AnyOf(all) => all.iter().all(is_free),
        _ => true,
    }
}

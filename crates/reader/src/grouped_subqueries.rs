//! Aggregates of what belongs to each row ("the number of orders of each customer"), written as one grouped subquery that is
//! joined: the server reads what belongs once, where a subquery for each row would read it as often as there are rows.

use super::predicates;
use super::query_tree::{Aggregate, At, Condition, Operand, Role, Value};
use super::sql::Writer;
use schema::quote_ident;

/// By the head of what belongs: each aggregate's SQL and the name it has there.
pub type Tallies = Vec<(usize, Vec<(String, String)>)>;

impl Writer<'_> {
    /// Whether what belongs can be aggregated on its own: it hangs on a row of the query itself, which is not grouped, and
    /// its conditions do not speak of that row.
    pub fn can_tally(&self, head: usize) -> bool {
        let Some(data) = self.query.sources.get(head) else { return false };
        let hangs_here = data.parent.is_some_and(|(parent, _)| self.query.scope(parent) == 0);
        hangs_here && data.role == Role::Sub && self.query.groups.is_empty() && data.conditions.iter().all(is_free)
    }

    /// An aggregate of what belongs to a row, to be joined by [`Writer::tallied`].
    pub fn tally(&self, head: usize, aggregate: Aggregate, at: Option<At>) -> String {
        let sql = at.map_or_else(|| "count(*)".to_owned(), |at| self.aggregate(aggregate, at));
        let mut tallies = self.tallies.borrow_mut();
        let known = match tallies.iter_mut().position(|(other, _)| *other == head) {
            Some(at) => at,
            None => {
                tallies.push((head, Vec::new()));
                tallies.len() - 1
            }
        };
        let Some((_, known)) = tallies.get_mut(known) else { return sql };
        let name = match known.iter().find(|(other, _)| *other == sql) {
            Some((_, name)) => name.clone(),
            None => {
                let name = format!(
                    "{}{}",
                    word(aggregate),
                    if known.is_empty() { String::new() } else { format!("_{}", known.len() + 1) }
                );
                known.push((sql, name.clone()));
                name
            }
        };
        let value = format!("{}.{name}", self.names.of(head));
        if matches!(aggregate, Aggregate::Count | Aggregate::Sum) { format!("coalesce({value}, 0)") } else { value }
    }

    /// The joins of the aggregates that were written.
    pub fn tallied(&self) -> Vec<String> {
        self.tallies.borrow().iter().filter_map(|(head, tallies)| self.join(*head, tallies)).collect()
    }

    fn join(&self, head: usize, tallies: &[(String, String)]) -> Option<String> {
        let data = self.query.sources.get(head)?;
        let (parent, step) = data.parent?;
        let edge = self.schema.edges.get(step.edge)?;
        let sides = edge.columns.iter().map(|(from, to)| if step.forward { (from, to) } else { (to, from) });
        let (mut keys, mut on) = (Vec::new(), Vec::new());
        for (outer, own) in sides {
            let own = quote_ident(own);
            on.push(format!("{}.{own} = {}.{}", self.names.of(head), self.names.of(parent), quote_ident(outer)));
            keys.push(format!("{}.{own}", self.names.of(head)));
        }
        let values = tallies.iter().map(|(sql, name)| format!("{sql} AS {name}"));
        let shown: Vec<String> = keys.iter().cloned().chain(values).collect();
        let mut text = format!("SELECT {} {}", shown.join(", "), self.source(head).join(" "));
        let conditions: Vec<String> = data.conditions.iter().map(|one| predicates::write(self, one)).collect();
        if !conditions.is_empty() {
            text = format!("{text} WHERE {}", conditions.join(" AND "));
        }
        let on = on.join(" AND ");
        Some(format!("LEFT JOIN ({text} GROUP BY {}) AS {} ON {on}", keys.join(", "), self.names.of(head)))
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

/// It compares with no column of another row.
fn is_free(condition: &Condition) -> bool {
    let free = |operand: &Operand| !matches!(operand, Operand::Value(Value::Column(_)));
    match condition {
        Condition::Compare { operand, .. } => free(operand),
        Condition::Equals { values, .. } => values.iter().all(free),
        Condition::Between { low, high, .. } => free(low) && free(high),
        Condition::Any(all) => all.iter().all(is_free),
        _ => true,
    }
}

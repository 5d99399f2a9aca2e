//! Conditions that no single row can fulfil: "in both 2014 and 2015", "before 1945 and after 1955".
//!
//! In a subquery one related row may fulfil the first and another one the second, so that it is written twice. A value
//! that several rows share may belong to a row of each kind, so that INTERSECT is written. Anything else contradicts
//! itself and is no answer.

use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::query::tree::{ColumnRef, Condition, Expression, Operand, QueryTree, Source, SourceRole};

impl Hypothesis {
    /// Takes every contradiction apart; `None` where one remains.
    pub fn without_contradictions(mut self, schema: &SchemaView) -> Option<Hypothesis> {
        for _ in 0..4 {
            let scopes = 0..self.query.sources.len();
            let found =
                scopes.into_iter().find_map(|scope| contradiction(&self.query, scope).map(|pair| (scope, pair)));
            let Some((scope, (first, second))) = found else { return Some(self) };
            let role = self.query.sources.get(scope).map(|source| source.role.clone());
            self = match role {
                Some(SourceRole::Base) => self.intersected(schema, first, second)?,
                Some(SourceRole::Subquery) => self.doubled(scope, first, second)?,
                _ => return None,
            };
        }
        None
    }

    /// Reads "countries that do not …" as the values of no row that does, rather than those of some row that does not.
    pub fn into_set_difference(mut self, schema: &SchemaView) -> Self {
        let denied = |condition: &Condition| matches!(condition, Condition::Exists { negated: true, .. });
        let [output] = self.query.outputs.as_slice() else { return self };
        let (Expression::Column(at), true) =
            (&output.value, self.query.groups.is_empty() && self.query.limit.is_none())
        else {
            return self;
        };
        let at = *at;
        let place = self.query.sources.first().and_then(|base| base.conditions.iter().position(denied));
        let Some(place) = place.filter(|_| at.source == 0) else { return self };
        let mut inner = self.query.clone();
        inner.order.clear();
        inner.distinct = false;
        let condition = inner.sources.first_mut().and_then(|base| base.conditions.get_mut(place));
        if let Some(Condition::Exists { negated, .. }) = condition {
            *negated = false;
        }
        // NOT IN is never true where the subquery returns a null.
        if let Some(base) = inner.sources.first_mut().filter(|_| !schema.column(at.column).not_null) {
            base.conditions.push(Condition::IsNull { column: at, negated: true });
        }
        remove(&mut self.query, 0, place);
        self.query.distinct = true;
        self.query.sources.truncate(1);
        self.filter(0, Condition::InSubquery { column: at, query: Box::new(inner), negated: true })
    }

    /// Takes the values that rows with the first condition and rows with the second have in common.
    fn intersected(mut self, schema: &SchemaView, first: usize, second: usize) -> Option<Hypothesis> {
        let shared = |value: &Expression| match value {
            Expression::Column(at) => !schema.is_key(at.column) || at.source != 0,
            _ => false,
        };
        let plain = self.query.groups.is_empty() && self.query.order.is_empty() && self.query.limit.is_none();
        if !plain || !self.query.intersect.is_empty() || !self.query.outputs.iter().all(|output| shared(&output.value))
        {
            return None;
        }
        let mut other = self.query.clone();
        remove(&mut self.query, 0, second);
        remove(&mut other, 0, first);
        self.query.intersect.push(other);
        self.cost += costs::SPLIT_CONTRADICTION;
        Some(self)
    }

    /// Writes the subquery twice, once with each of the conditions.
    fn doubled(mut self, head: usize, first: usize, second: usize) -> Option<Hypothesis> {
        let (parent, step) = self.query.sources.get(head)?.parent?;
        let scope = self.query.scope(parent);
        let exists = Condition::Exists { source: head, negated: false };
        if !self.query.sources.get(scope)?.conditions.contains(&exists) {
            return None;
        }
        let joined: Vec<usize> = self.query.joined(head).collect();
        let mut twins = vec![(head, self.query.sources.len())];
        for source in [head].into_iter().chain(joined) {
            let mut twin: Source = self.query.sources.get(source)?.clone();
            if source == head {
                twin.parent = Some((parent, step));
            } else {
                let (old, step) = twin.parent?;
                let parent = twins.iter().find(|(one, _)| *one == old).map_or(old, |(_, other)| *other);
                twin.parent = Some((parent, step));
                twins.push((source, self.query.sources.len()));
            }
            self.query.sources.push(twin);
        }
        let twin = self.query.sources.len().checked_sub(twins.len())?;
        for condition in &mut self.query.sources.get_mut(twin)?.conditions {
            move_to(condition, &twins)?;
        }
        remove(&mut self.query, head, second);
        remove(&mut self.query, twin, first);
        self.query.sources.get_mut(scope)?.conditions.push(Condition::Exists { source: twin, negated: false });
        self.cost += costs::SPLIT_CONTRADICTION;
        Some(self)
    }
}

fn remove(query: &mut QueryTree, scope: usize, condition: usize) {
    if let Some(source) = query.sources.get_mut(scope).filter(|source| condition < source.conditions.len()) {
        source.conditions.remove(condition);
    }
}

/// Makes a condition refer to copied sources; `None` where it holds more than columns.
fn move_to(condition: &mut Condition, twins: &[(usize, usize)]) -> Option<()> {
    let turn = |at: &mut ColumnRef| {
        if let Some((_, twin)) = twins.iter().find(|(one, _)| *one == at.source) {
            at.source = *twin;
        }
    };
    match condition {
        Condition::OneOf { column, .. }
        | Condition::Between { column, .. }
        | Condition::Like { column, .. }
        | Condition::InTimeRange { column, .. }
        | Condition::IsTrue { column, .. }
        | Condition::IsNull { column, .. } => turn(column),
        Condition::Compare { value: Expression::Column(at), .. } => turn(at),
        _ => return None,
    }
    Some(())
}

/// The positions of two conditions of a scope that no row can fulfil together.
fn contradiction(query: &QueryTree, scope: usize) -> Option<(usize, usize)> {
    let conditions = &query.sources.get(scope)?.conditions;
    for (second, two) in conditions.iter().enumerate() {
        let first = conditions.iter().take(second).position(|one| contradict(one, two) || contradict(two, one));
        if let Some(first) = first {
            return Some((first, second));
        }
    }
    None
}

fn contradict(one: &Condition, two: &Condition) -> bool {
    match (one, two) {
        (
            Condition::OneOf { column: a, values: one, negated: false },
            Condition::OneOf { column: b, values: two, negated: false },
        ) => a == b && !one.iter().any(|value| two.contains(value)),
        (
            Condition::Compare { value: Expression::Column(a), operator: "<" | "<=", operand: low },
            Condition::Compare { value: Expression::Column(b), operator: ">" | ">=", operand: high },
        ) => a == b && number(low).zip(number(high)).is_some_and(|(low, high)| low <= high),
        _ => false,
    }
}

fn number(operand: &Operand) -> Option<f64> {
    match operand {
        Operand::Number(text) | Operand::Text(text) => text.parse().ok(),
        Operand::Expression(_) => None,
    }
}

//! A reading in the making: a query with what its unlikely parts cost, and the nouns that later words may refer to.

use super::query_tree::{Aggregate, At, ColumnId, Condition, Output, Query, Role, Source, Step, Value};
use super::schema_view::Schema;

/// One way to read the question so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub query: Query,
    /// The sum of all that is only near, far away or unusual; the reading with the least wins.
    pub cost: u32,
    /// The sources of the nouns that a following clause may describe, the innermost last.
    pub focus: Vec<usize>,
    /// Nothing was said about what to show: all columns of the base.
    pub open: bool,
    /// The scope of the last condition, which an "or" goes on with.
    pub last: Option<usize>,
    /// The column of the last condition, which "and below 20" refers to.
    pub told: Option<At>,
    /// The one column that the question asks for as a thing of its own: "which countries".
    pub class: Option<At>,
    /// Without a group, the question would be another one: "quantity per month".
    pub ungrouped: bool,
    /// How many: "top 3".
    pub number: Option<u32>,
    /// "bottom 3".
    pub lowest: bool,
}

/// The cost of a step to the one row that a row refers to.
const TO_ONE: u32 = 3;
/// The cost of a step to the many rows that refer to a row.
const TO_MANY: u32 = 4;
/// The cost of a key that is not declared.
const UNDECLARED: u32 = 1;
/// The cost of a key with a role of its own, where another has none: `original_language_id` beside `language_id`.
const ROLE: u32 = 1;

impl Draft {
    /// The rows of one relation.
    pub fn new(relation: usize, cost: u32) -> Self {
        Self {
            query: Query::new(relation),
            cost,
            focus: vec![0],
            open: false,
            last: None,
            told: None,
            class: None,
            ungrouped: false,
            number: None,
            lowest: false,
        }
    }

    /// The draft with an additional cost.
    pub fn costing(mut self, cost: u32) -> Self {
        self.cost += cost;
        self
    }

    /// Adds a condition to the scope of a source.
    pub fn filter(mut self, source: usize, condition: Condition) -> Self {
        let scope = self.query.scope(source);
        if let Some(head) = self.query.sources.get_mut(scope)
            && !head.conditions.contains(&condition)
        {
            head.conditions.push(condition);
        }
        self.last = Some(scope);
        self
    }

    /// Adds an output.
    pub fn show(mut self, value: Value, alias: &str) -> Self {
        if !self.query.outputs.iter().any(|output| output.value == value) {
            self.query.outputs.push(Output { value, alias: alias.to_owned() });
        }
        self
    }

    fn step_cost(schema: &Schema, step: Step) -> u32 {
        let declared = schema.edges.get(step.edge).is_none_or(|edge| edge.declared);
        let cost = if schema.is_single(step) { TO_ONE } else { TO_MANY };
        cost + if declared { 0 } else { UNDECLARED } + if schema.is_plain(step) { 0 } else { ROLE }
    }

    fn push(&mut self, relation: usize, parent: (usize, Step), role: Role, contested: bool) -> usize {
        self.query.sources.push(Source { relation, parent: Some(parent), role, contested, conditions: Vec::new() });
        self.query.sources.len() - 1
    }

    /// The relation joined to a source, or found in its scope already; with the source it became, and whether the
    /// rows may have been multiplied.
    pub fn join(&self, schema: &Schema, from: usize, relation: usize) -> Vec<(Draft, usize, bool)> {
        let scope = self.query.scope(from);
        let near = [from, scope].into_iter().chain(self.query.joined(scope));
        if let Some(source) = near.into_iter().find(|source| self.query.relation(*source) == relation) {
            return vec![(self.clone(), source, false)];
        }
        let paths = schema.paths(self.query.relation(from), relation);
        let contested = paths.len() > 1;
        let mut found = Vec::new();
        for path in paths {
            let mut draft = self.clone();
            let mut at = from;
            let mut many = false;
            for step in path {
                draft.cost += Self::step_cost(schema, step);
                many |= !schema.is_single(step);
                let known = draft
                    .query
                    .sources
                    .iter()
                    .position(|source| source.parent == Some((at, step)) && source.role != Role::Sub);
                at = known.unwrap_or_else(|| {
                    draft.push(schema.target(step), (at, step), Role::Join { outer: false }, contested)
                });
            }
            found.push((draft, at, many));
        }
        found
    }

    /// What one step leads to, joined to a source.
    pub fn step(&self, schema: &Schema, from: usize, step: Step) -> (Draft, usize) {
        let mut draft = self.clone();
        let known = draft.query.sources.iter().position(|s| s.parent == Some((from, step)) && s.role != Role::Sub);
        let at =
            known.unwrap_or_else(|| draft.push(schema.target(step), (from, step), Role::Join { outer: false }, false));
        (draft, at)
    }

    /// The rows of a relation that belong to each row of a source, as a subquery: its head and the source of the
    /// relation itself. Steps to a single row come before the head, unless the whole path is to be denied.
    pub fn sub(
        &self,
        schema: &Schema,
        from: usize,
        relation: usize,
        whole: bool,
    ) -> Vec<(Draft, Option<usize>, usize)> {
        let paths = schema.paths(self.query.relation(from), relation);
        let contested = paths.len() > 1;
        let mut found = Vec::new();
        for path in paths {
            let mut draft = self.clone();
            let mut at = from;
            let mut head = None;
            for step in path {
                draft.cost += Self::step_cost(schema, step);
                let target = schema.target(step);
                let begins = head.is_none() && (whole || !schema.is_single(step));
                let role = if begins { Role::Sub } else { Role::Join { outer: false } };
                let known =
                    draft.query.sources.iter().position(|s| s.parent == Some((at, step)) && !begins && s.role == role);
                at = known.unwrap_or_else(|| draft.push(target, (at, step), role, contested));
                if begins {
                    head = Some(at);
                }
            }
            found.push((draft, head, at));
        }
        found
    }

    /// Whether a sum or an average over a joined source would take values several times: a step to one row after a
    /// step to many.
    pub fn fans_out(&self, schema: &Schema, head: usize, target: usize, aggregate: Aggregate) -> bool {
        let mut at = target;
        let mut fans = false;
        while let Some((parent, step)) =
            self.query.sources.get(at).and_then(|source| source.parent).filter(|_| at != head)
        {
            fans |= schema.is_single(step);
            at = parent;
        }
        fans && matches!(aggregate, Aggregate::Sum | Aggregate::Average)
    }

    /// All of a relation's columns as outputs.
    pub fn show_all(self, schema: &Schema, source: usize) -> Self {
        let columns = schema.columns(self.query.relation(source));
        self.show_columns(source, columns.map(|(column, _)| column))
    }

    /// Columns of a source as outputs.
    pub fn show_columns(self, source: usize, columns: impl IntoIterator<Item = ColumnId>) -> Self {
        columns.into_iter().fold(self, |draft, column| draft.show(Value::Column(At { source, column }), ""))
    }

    /// The columns that show a row to a human, or its key where there are none.
    pub fn show_name(self, schema: &Schema, source: usize) -> Self {
        let relation = self.query.relation(source);
        let names = schema.name_columns(relation);
        let columns: Vec<ColumnId> = if names.is_empty() { schema.key_columns(relation) } else { names };
        if columns.is_empty() {
            return self.show_all(schema, source);
        }
        self.show_columns(source, columns)
    }

    /// Whether what is shown is made of many rows.
    pub fn is_aggregate(&self) -> bool {
        self.query.outputs.iter().any(|o| matches!(o.value, Value::Rows | Value::Aggregate(..)))
    }

    /// Things without any row to count are left out of a list of counts, as from a list of groups.
    fn only_with_rows(&mut self) {
        let sorted =
            |value: &Value| self.query.limit.is_some() && self.query.order.iter().any(|(other, _)| other == value);
        let heads: Vec<usize> = self
            .query
            .outputs
            .iter()
            .filter_map(|o| match &o.value {
                Value::Each(head, ..) if !sorted(&o.value) => Some(*head),
                _ => None,
            })
            .collect();
        for head in heads {
            let Some((parent, _)) = self.query.sources.get(head).and_then(|source| source.parent) else { continue };
            let scope = self.query.scope(parent);
            let condition = Condition::Exists { source: head, negated: false };
            if let Some(scope) =
                self.query.sources.get_mut(scope).filter(|scope| !scope.conditions.contains(&condition))
            {
                scope.conditions.push(condition);
            }
        }
    }

    /// The finished draft, where it makes a statement.
    pub fn finish(mut self, schema: &Schema) -> Option<Draft> {
        if (self.ungrouped && self.query.groups.is_empty()) || (self.number.is_some() && self.query.limit.is_none()) {
            return None;
        }
        let open = self.open;
        if self.open {
            let measure: Vec<Output> = self.query.outputs.drain(..).collect();
            self = match self.class {
                Some(at) => self.show(Value::Column(at), ""),
                None if measure.is_empty() => self.show_all(schema, 0),
                None => self.show_name(schema, 0),
            };
            for output in measure {
                self = self.show(output.value, &output.alias);
            }
        }
        let plain = self.query.sources.first().is_some_and(|base| base.conditions.len() == 1);
        if open && plain && self.class.is_some() && self.query.order.is_empty() {
            self = self.excepted(schema);
        }
        if self.is_aggregate() {
            let groups = &self.query.groups;
            let loose = |value: &Value| match value {
                Value::Column(_) | Value::Each(..) | Value::Cut(..) => !groups.contains(value),
                _ => false,
            };
            let key = schema.key_columns(self.query.relation(0)).into_iter().map(|column| At { source: 0, column });
            let keyed = groups.iter().any(|value| key.clone().any(|at| *value == Value::Column(at)));
            if !keyed && self.query.outputs.iter().any(|output| loose(&output.value)) {
                return None;
            }
        }
        // A subquery for each row needs that row, not a group of them.
        let each = |value: &Value| matches!(value, Value::Each(..));
        let eachs = self.query.outputs.iter().any(|o| each(&o.value)) || self.query.order.iter().any(|(v, _)| each(v));
        if eachs && !self.query.groups.is_empty() {
            return None;
        }
        self.only_with_rows();
        if self.query.order.is_empty() && self.query.outputs.iter().all(|o| each(&o.value)) {
            return None;
        }
        let shown = |value: &Value| self.query.outputs.iter().any(|output| output.value == *value);
        if self.query.distinct && self.query.order.iter().any(|(value, _)| !shown(value)) {
            return None;
        }
        if self.query.distinct && self.query.groups.is_empty() && self.is_aggregate() {
            return None;
        }
        if !self.query.groups.is_empty() && self.query.distinct {
            self.query.distinct = false;
        }
        if self.query.outputs.is_empty() { None } else { self.without_contradictions(schema) }
    }
}

/// The name of an aggregate's output.
pub fn alias(schema: &Schema, aggregate: Aggregate, at: At) -> String {
    let name = &schema.column(at.column).name;
    let said = match aggregate {
        Aggregate::Sum => name.starts_with("total"),
        Aggregate::Average => name.starts_with("average"),
        _ => false,
    };
    if said {
        return name.clone();
    }
    match aggregate {
        Aggregate::Count => format!("{name}_count"),
        Aggregate::Sum => format!("total_{name}"),
        Aggregate::Average => format!("average_{name}"),
        Aggregate::Minimum => format!("lowest_{name}"),
        Aggregate::Maximum => format!("highest_{name}"),
    }
}

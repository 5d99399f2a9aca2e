//! What is settled once all words have been read, and which readings do not stand even then.

use crate::catalog::schema_view::SchemaView;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::repeated_rows::single_key;
use crate::query::tree::{Aggregate, ColumnRef, Condition, Expression, OutputColumn, WindowFunction};

impl Hypothesis {
    /// Whether a number is sure to be one: rows counted for each value of their own key, or the different values of a
    /// column that has to hold a certain value.
    fn counts_one(&self, schema: &SchemaView) -> bool {
        let joins_many = self.query.joined(0).any(|source| {
            let parent = self.query.sources.get(source).and_then(|source| source.parent);
            parent.is_some_and(|(_, step)| !schema.is_single(step))
        });
        let own_key = |value: &Expression| matches!(value, Expression::Column(at) if at.source == 0 && schema.key_columns(at.column.relation) == [at.column]);
        let conditions = self.query.sources.first().map_or(&[] as &[Condition], |base| base.conditions.as_slice());
        let held = |at: &ColumnRef| {
            let one = |condition: &Condition| matches!(condition, Condition::OneOf { column, values, negated: false } if column == at && values.len() == 1);
            conditions.iter().any(one)
        };
        self.query.outputs.iter().any(|output| match &output.value {
            Expression::CountRows => !joins_many && self.query.groups.iter().any(own_key),
            Expression::Aggregate(Aggregate::Count, at) => held(at),
            _ => false,
        })
    }

    /// Leaves out what has nothing to count, as GROUP BY does: "orders per customer" lists customers with orders.
    fn require_counted_rows(&mut self) {
        if self.keeps_empty {
            return;
        }
        let sorted =
            |value: &Expression| self.query.limit.is_some() && self.query.order.iter().any(|(other, _)| other == value);
        let heads: Vec<usize> = self
            .query
            .outputs
            .iter()
            .filter_map(|o| match &o.value {
                Expression::SubqueryAggregate(head, ..) | Expression::SubqueryMeasure(head, _) if !sorted(&o.value) => {
                    Some(*head)
                }
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

    /// Whether a time restricts or groups the rows.
    pub fn has_time(&self) -> bool {
        let base = self.query.sources.first();
        let told =
            base.is_some_and(|base| base.conditions.iter().any(|one| matches!(one, Condition::InTimeRange { .. })));
        told || self.query.groups.iter().any(|group| matches!(group, Expression::DateTrunc(..)))
    }

    /// Whether functions over the groups have groups: those over time one series of units of time and nothing else.
    fn has_what_windows_need(&self) -> bool {
        let groups = &self.query.groups;
        let series = matches!(groups.as_slice(), [Expression::DateTrunc(unit, _)] if !unit.recurs());
        self.query.outputs.iter().all(|output| match &output.value {
            Expression::Window(WindowFunction::RunningTotal | WindowFunction::GrowthOverPrevious, _) => series,
            Expression::Window(..) => !groups.is_empty(),
            _ => true,
        })
    }

    /// Several people may have one name: what is told of somebody who is named is told of each who is called so.
    fn told_apart_by_key(mut self, schema: &SchemaView) -> Self {
        let plain = self.query.groups.is_empty() && self.query.order.is_empty() && self.query.limit.is_none();
        let numbers = self.query.outputs.iter().all(|output| output.value.is_aggregate());
        let conditions = self.query.sources.first().map_or(&[] as &[Condition], |base| base.conditions.as_slice());
        let named = conditions.iter().filter_map(|condition| match condition {
            Condition::OneOf { column: at, values, negated: false } if values.len() == 1 => Some(*at),
            _ => None,
        });
        let named: Vec<ColumnRef> = named.filter(|at| schema.names_people(at.column)).collect();
        // First and last name together seldom are two people's.
        let [at] = named.as_slice() else { return self };
        let Some(at) = Some(*at).filter(|_| plain && numbers) else { return self };
        let Some(key) = single_key(&self.query, schema, at.source).filter(|_| at.source != 0) else { return self };
        for column in [key, at] {
            let value = Expression::Column(column);
            self.query.groups.insert(0, value.clone());
            self.query.outputs.insert(0, OutputColumn { value, alias: String::new() });
        }
        self
    }

    /// Whether something was announced that did not come: groups, a ranking, the words up to those that were read before their
    /// turn, a time.
    fn lacks_what_it_announced(&self) -> bool {
        let restricted = self.query.sources.iter().any(|source| !source.conditions.is_empty());
        let timed = self.time_will_do && restricted;
        (self.needs_group && self.query.groups.is_empty() && !timed)
            || (self.asked_limit.is_some() && self.query.limit.is_none())
            || self.read_ahead.is_some()
            || !self.has_what_windows_need()
            || (self.new_rows && !self.has_time())
    }

    /// Shows what rows are known by where the question says nothing of that, before the measures it does ask for.
    fn with_default_outputs(mut self, schema: &SchemaView) -> Self {
        let is_column = |output: &OutputColumn| matches!(output.value, Expression::Column(_));
        let measure: Vec<OutputColumn> = self.query.outputs.drain(..).collect();
        self = match self.subject_column {
            Some(at) => self.select(Expression::Column(at), ""),
            None if measure.iter().all(is_column) || !self.query.limit_per.is_empty() => self.select_all(schema, 0),
            None => self.select_display_columns(schema, 0),
        };
        for output in measure {
            self = self.select(output.value, &output.alias);
        }
        self
    }

    /// Whether something is shown beside aggregates that differs from row to row of a group.
    fn shows_rows_of_groups(&self, schema: &SchemaView) -> bool {
        if !self.is_aggregate() {
            return false;
        }
        let groups = &self.query.groups;
        let loose = |value: &Expression| match value {
            Expression::Column(_)
            | Expression::SubqueryAggregate(..)
            | Expression::SubqueryMeasure(..)
            | Expression::DateTrunc(..) => !groups.contains(value),
            _ => false,
        };
        let key = schema.key_columns(self.query.relation(0)).into_iter().map(|column| ColumnRef { source: 0, column });
        let keyed = groups.iter().any(|value| key.clone().any(|at| *value == Expression::Column(at)));
        !keyed && self.query.outputs.iter().any(|output| loose(&output.value))
    }

    /// Whether an aggregate for each row stands beside groups of rows, where it can not stand.
    fn has_aggregates_of_rows_beside_groups(&self) -> bool {
        let each = Expression::is_of_related_rows;
        let eachs = self.query.outputs.iter().any(|o| each(&o.value)) || self.query.order.iter().any(|(v, _)| each(v));
        eachs && !self.query.groups.is_empty()
    }

    /// Whether different rows are asked for that can not be: sorted by what is not shown, or of one row of aggregates.
    fn has_nothing_distinct(&self) -> bool {
        let shown = |value: &Expression| self.query.outputs.iter().any(|output| output.value == *value);
        let sorted_by_hidden = self.query.order.iter().any(|(value, _)| !shown(value));
        self.query.distinct && (sorted_by_hidden || self.query.groups.is_empty() && self.is_aggregate())
    }

    /// Completes the query tree at the end of the question. `None` where it is no question, or none that one statement
    /// answers.
    pub fn finish(mut self, schema: &SchemaView) -> Option<Hypothesis> {
        if self.lacks_what_it_announced() {
            return None;
        }
        self = self.with_fraction()?.with_rows_counted_once(schema)?;
        let open = self.default_projection;
        if open {
            self = self.with_default_outputs(schema);
        }
        let plain = self.query.sources.first().is_some_and(|base| base.conditions.len() == 1);
        if open && plain && self.subject_column.is_some() && self.query.order.is_empty() {
            self = self.into_set_difference(schema);
        }
        self = self.told_apart_by_key(schema);
        if self.shows_rows_of_groups(schema)
            || self.has_aggregates_of_rows_beside_groups()
            || self.counts_one(schema)
            || self.query.sources.iter().any(|source| mixes_and_with_or(&source.conditions))
        {
            return None;
        }
        self.require_counted_rows();
        let all_of_related_rows = self.query.outputs.iter().all(|output| output.value.is_of_related_rows());
        if self.query.order.is_empty() && all_of_related_rows || self.has_nothing_distinct() {
            return None;
        }
        if !self.query.groups.is_empty() {
            self.query.distinct = false;
        }
        if self.query.outputs.is_empty() { None } else { self.without_contradictions(schema) }
    }
}

/// Whether an alternative of two columns stands beside a value of one of them, as in "in Paris, Texas or in Rome, Italy":
/// which belong together is not sure.
fn mixes_and_with_or(conditions: &[Condition]) -> bool {
    let column = |condition: &Condition| match condition {
        Condition::OneOf { column, negated: false, .. } => Some(*column),
        _ => None,
    };
    conditions.iter().any(|condition| {
        let Condition::AnyOf(all) = condition else { return false };
        all.iter().filter_map(column).any(|at| conditions.iter().filter_map(column).any(|other| other == at))
    })
}

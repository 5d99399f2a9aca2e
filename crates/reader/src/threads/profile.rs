//! What a reading is made of, as texts that can be compared: in what do two readings differ?

use super::candidates::Change;
use crate::Read;
use crate::catalog::schema_view::SchemaView;
use crate::query::summary::Summarizer;
use crate::query::tree::{Condition, QueryTree};
use std::collections::BTreeSet;

/// The parts of a reading. Which tables are joined to tell them is no part: the same number is told of other tables where rows are
/// grouped by something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What is shown besides groups, without conditions.
    outputs: Vec<String>,
    is_aggregate: bool,
    groups: BTreeSet<String>,
    conditions: BTreeSet<String>,
    /// The ranges of time alone, whatever date is in them.
    times: BTreeSet<String>,
    having: Vec<String>,
    order: Vec<String>,
    limit: Option<u32>,
    /// What no follow-up changes.
    rest: (u32, bool, usize, usize),
}

impl Profile {
    pub fn of(read: &Read, schema: &SchemaView) -> Self {
        let query = &read.query;
        let mut bare = query.clone();
        bare.sources.iter_mut().for_each(|source| source.conditions.clear());
        let words = Summarizer::new(&bare, schema);
        let (mut conditions, mut times) = (BTreeSet::new(), BTreeSet::new());
        for (number, source) in query.sources.iter().enumerate() {
            for condition in &source.conditions {
                match condition {
                    Condition::InTimeRange { range, .. } => times.insert(range.text.to_lowercase()),
                    // Added where groups have nothing to count.
                    Condition::Exists { negated: false, .. } => false,
                    other => conditions.insert(format!("{}{}", prefix(query, number), words.condition(other))),
                };
            }
        }
        let shown = query.outputs.iter().filter(|output| !query.groups.contains(&output.value));
        Self {
            outputs: shown.map(|output| words.value(&output.value)).collect(),
            is_aggregate: query.outputs.iter().any(|o| o.value.is_aggregate() || o.value.is_of_related_rows()),
            groups: query.groups.iter().map(|value| words.value(value)).collect(),
            conditions,
            times,
            having: query.having.iter().map(|condition| words.condition(condition)).collect(),
            order: query.order.iter().map(|(value, way)| format!("{} {way:?}", words.value(value))).collect(),
            limit: query.limit,
            rest: (query.offset, query.distinct, query.intersect.len(), query.limit_per.len()),
        }
    }

    /// Whether it shows a number for each of several groups.
    pub fn is_grouped(&self) -> bool {
        self.is_aggregate && !self.groups.is_empty()
    }

    /// Whether it shows only the first rows or groups of more.
    pub fn is_limited(&self) -> bool {
        self.limit.is_some()
    }

    /// Whether this reading differs from an old one by such a change and by nothing else.
    pub fn is_changed_by(&self, old: &Self, change: &Change) -> bool {
        let same_rows = self.times == old.times && self.conditions == old.conditions && self.having == old.having;
        let same_end = self.order.len() == old.order.len() && self.limit == old.limit && self.rest == old.rest;
        let same_groups = self.groups == old.groups;
        let same_measure = same_kinds(&self.outputs, &old.outputs);
        match change {
            Change::Time => self.has_another_time(old) && same_end && same_groups && same_measure,
            Change::Group { adds } => {
                let counted = !old.is_aggregate && old.groups.is_empty() && self.is_aggregate;
                let fits = if *adds { self.groups.is_superset(&old.groups) } else { true };
                same_rows && same_end && fits && !same_groups && !self.groups.is_empty() && (same_measure || counted)
            }
            Change::Value => self.has_another_value(old) && same_end && same_groups && same_measure,
            Change::Filter => self.has_a_further_filter(old) && same_end && same_groups && same_measure,
            Change::Measure { adds } => {
                let more = old.outputs.iter().all(|output| self.outputs.contains(output))
                    && self.outputs.len() > old.outputs.len();
                let fits = if *adds { more } else { self.outputs != old.outputs };
                old.is_aggregate && self.is_aggregate && fits && same_rows && same_end && same_groups
            }
            Change::Count => !old.is_aggregate && self.is_aggregate && same_rows && same_end && same_groups,
            Change::Comparison => self.compares(old) && same_groups,
            Change::Order => {
                same_rows
                    && same_groups
                    && self.outputs == old.outputs
                    && self.order != old.order
                    && self.limit == old.limit
                    && self.rest == old.rest
            }
        }
    }

    /// Whether of the restrictions of the rows only the time differs.
    fn has_another_time(&self, old: &Self) -> bool {
        let told = self.times != old.times && self.times.len() == 1;
        told && self.conditions == old.conditions && self.having == old.having
    }

    /// Whether of the restrictions of the rows only what one column has to be differs.
    fn has_another_value(&self, old: &Self) -> bool {
        let gone: Vec<&String> = old.conditions.difference(&self.conditions).collect();
        let come: Vec<&String> = self.conditions.difference(&old.conditions).collect();
        let of = |text: &str| text.split(" is ").next().unwrap_or_default().to_owned();
        let same_column = match (gone.as_slice(), come.as_slice()) {
            ([gone], [come]) => of(gone) == of(come),
            _ => false,
        };
        same_column && self.times == old.times && self.having == old.having
    }

    /// Whether the rows, or the groups, are restricted by all that restricted the old ones and by more.
    fn has_a_further_filter(&self, old: &Self) -> bool {
        let added = self.conditions.len() > old.conditions.len() && self.conditions.is_superset(&old.conditions);
        let having = self.having.len() > old.having.len() && self.having.starts_with(&old.having);
        let one = (added && self.having == old.having) || (having && self.conditions == old.conditions);
        one && self.times == old.times
    }

    /// Whether each measure of the old one stands beside what it is compared with and the difference.
    fn compares(&self, old: &Self) -> bool {
        // The months of one year are not those of another.
        let series = |group: &String| {
            ["day of ", "week of ", "month of ", "quarter of ", "year of "].iter().any(|unit| group.starts_with(unit))
        };
        let compared = self.outputs.len() == 3 * old.outputs.len() && !old.outputs.is_empty();
        let kept = self.conditions.is_superset(&old.conditions) && self.having == old.having;
        let measures = old.is_aggregate && self.is_aggregate;
        measures && compared && kept && !old.groups.iter().any(series)
    }
}

/// Conditions of a subquery are others than those of the rows.
fn prefix(query: &QueryTree, source: usize) -> &'static str {
    if query.scope(source) == 0 { "" } else { "of its: " }
}

/// Whether the same is shown: the same columns of rows, or aggregates of the same kind, perhaps of other columns: "revenue" is
/// the sum of orders or of their lines.
fn same_kinds(one: &[String], two: &[String]) -> bool {
    // Rows that a join repeats are counted by their key.
    let kind = |text: &String| match text.strip_prefix("number of different ") {
        Some(rows) if !rows.starts_with("values of ") => "count".to_owned(),
        _ => text.split(" of ").next().unwrap_or_default().to_owned(),
    };
    one.iter().map(kind).collect::<Vec<_>>() == two.iter().map(kind).collect::<Vec<_>>()
}

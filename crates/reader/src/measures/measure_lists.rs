//! Questions for one or several measures of the same rows: "revenue, number of orders and average order value", "monthly
//! revenue", "orders" before "by status".

use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::measures::measure_terms::Measure;
use crate::query::tree::{Aggregate, ColumnRef, Expression, TimeUnit};

/// Longer lists of measures are not read.
const MAX_MEASURES: usize = 5;
/// Of more ways to read a list the first are kept.
const MAX_LISTS: usize = 24;

impl Parser<'_> {
    /// Questions for measures.
    pub fn measure_list_questions(&self, position: usize) -> Parses<Hypothesis> {
        let start = self.skip_optional(position, Category::HowMuch);
        let (unit, start) = self.every_time_unit(start);
        let mut found = Vec::new();
        for (measures, end) in self.measure_lists(start) {
            for hypothesis in self.rows_measured(&measures) {
                let hypotheses = match unit {
                    Some(unit) => self.truncated_to(&hypothesis, unit),
                    None => vec![hypothesis],
                };
                found.extend(hypotheses.into_iter().map(|hypothesis| (hypothesis, end)));
            }
        }
        found
    }

    /// "monthly" and the like before a measure, and the position after it.
    pub fn every_time_unit(&self, position: usize) -> (Option<TimeUnit>, usize) {
        let every = |one| if let Category::EveryTimeUnit(unit) = one { Some(unit) } else { None };
        self.accept_longest(position, every).map_or((None, position), |(unit, end)| (Some(unit), end))
    }

    /// The lists of measures that begin here.
    pub fn measure_lists(&self, position: usize) -> Parses<Vec<Measure>> {
        let mut found: Parses<Vec<Measure>> = Vec::new();
        let mut open: Parses<Vec<Measure>> = vec![(Vec::new(), position)];
        for _ in 0..MAX_MEASURES {
            let mut next = Vec::new();
            for (measures, at) in &open {
                for (measure, end) in self.measure_terms(*at) {
                    let measures = [measures.as_slice(), &[measure]].concat();
                    let comma = self.skip_optional(end, Category::Comma);
                    let and = self.skip_optional(comma, Category::And);
                    if and > end {
                        next.push((measures.clone(), and));
                    }
                    found.push((measures, end));
                }
            }
            next.truncate(MAX_LISTS);
            open = next;
        }
        found
    }

    /// The measures as outputs over the rows of a relation, for each relation that all of them can be taken of.
    fn rows_measured(&self, measures: &[Measure]) -> Vec<Hypothesis> {
        let mut relations: Vec<usize> = measures.iter().map(|measure| measure.relation).collect();
        relations.sort_unstable();
        relations.dedup();
        let restricted = |measure: &Measure| measure.noun.as_ref().is_some_and(|noun| !noun.adjectives.is_empty());
        if measures.len() > 1 && measures.iter().any(|one| restricted(one) || one.implied) {
            return Vec::new();
        }
        relations.into_iter().flat_map(|relation| self.measured(relation, measures)).collect()
    }

    fn measured(&self, relation: usize, measures: &[Measure]) -> Vec<Hypothesis> {
        let mut hypothesis = Hypothesis::new(relation, 0);
        hypothesis.measures = true;
        for measure in measures {
            let Some((value, cost)) = self.over_rows_of(relation, measure) else { return Vec::new() };
            hypothesis = hypothesis.with_cost(measure.cost + cost).select(value, &measure.alias);
            hypothesis.needs_group |= measure.implied && !measure.new_rows;
            hypothesis.new_rows |= measure.new_rows;
            hypothesis.time_will_do |= measure.of_things;
        }
        match measures {
            [Measure { noun: Some(noun), .. }] => self.with_adjectives(hypothesis, 0, noun),
            _ => vec![hypothesis],
        }
    }

    /// A measure over the rows of a relation: one of its own, or the number of different rows that they refer to.
    fn over_rows_of(&self, relation: usize, measure: &Measure) -> Option<(Expression, u32)> {
        if measure.relation == relation {
            return Some((measure.value.clone(), 0));
        }
        let column = self.key_to(relation, measure.relation).filter(|_| measure.value == Expression::CountRows)?;
        Some((Expression::Aggregate(Aggregate::Count, column), costs::STEP_TO_DIMENSION))
    }

    /// The one column by which the rows of a relation, as source 0, refer to those of another.
    pub fn key_to(&self, relation: usize, other: usize) -> Option<ColumnRef> {
        let keys: Vec<_> = self.schema.keys_of(relation).filter(|(_, edge)| edge.to == other).collect();
        let [(_, edge)] = keys.as_slice() else { return None };
        let [(name, _)] = edge.columns.as_slice() else { return None };
        self.schema.column_named(relation, name).map(|column| ColumnRef { source: 0, column })
    }
}

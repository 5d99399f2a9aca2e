//! Measures of different rows side by side for each of something: "units sold, revenue and average rating for each
//! category". Each is an aggregate over the rows that belong to the thing.

use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::noun_phrases::NounPhrase;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::measures::measure_terms::Measure;
use crate::query::tree::{Aggregate, Expression};

impl Parser<'_> {
    /// Such lists. What they are for is read ahead.
    pub fn facts_side_by_side(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (measures, end) in self.measure_lists(position) {
            let relations: Vec<usize> = measures.iter().map(|measure| measure.relation).collect();
            let plain = |one: &Measure| one.noun.as_ref().is_none_or(|noun| noun.adjectives.is_empty()) && !one.implied;
            if relations.iter().all(|one| Some(one) == relations.first()) || !measures.iter().all(plain) {
                continue;
            }
            let starts = [self.accept(end, Category::Per), self.accept(end, Category::By)];
            for start in starts.into_iter().flatten() {
                for (noun, end) in self.noun_phrases(start) {
                    let plain = noun.column.is_none() && noun.adjectives.is_empty() && noun.limit.is_none();
                    if plain && !relations.contains(&noun.relation) {
                        found.extend(self.facts_of(&noun, &measures).into_iter().map(|next| (next, end)));
                    }
                }
            }
        }
        found
    }

    fn facts_of(&self, noun: &NounPhrase, measures: &[Measure]) -> Vec<Hypothesis> {
        let mut hypothesis = Hypothesis::new(noun.relation, noun.cost);
        hypothesis.measures = true;
        let mut hypotheses = vec![hypothesis.select_display_columns(self.schema, 0)];
        for measure in measures {
            hypotheses = hypotheses.iter().flat_map(|hypothesis| self.with_fact(hypothesis, measure)).collect();
        }
        hypotheses
    }

    fn with_fact(&self, hypothesis: &Hypothesis, measure: &Measure) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        for (next, head, target) in hypothesis.subquery(self.schema, 0, measure.relation, false) {
            let Some(head) = head else { continue };
            // Rows that several of the things share would be counted for each.
            if next.fans_out(self.schema, head, target, Aggregate::Sum) {
                continue;
            }
            let Some(value) = measure.value.clone().moved_to(target) else { continue };
            // The steps are those of the facts and no assumptions of their own.
            let cost = hypothesis.cost + measure.cost + 1;
            let mut next = next.select(Expression::SubqueryMeasure(head, Box::new(value)), &measure.alias);
            next.cost = cost;
            found.push(next);
        }
        found
    }
}

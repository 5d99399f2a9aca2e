//! Questions for when something first or last happened: "when was the last order", "when did we get our first customer".

use crate::choice::costs;
use crate::grammar::hypothesis::{Hypothesis, alias};
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::{Category, Quality};
use crate::query::tree::{Aggregate, ColumnRef, Direction, Expression};

impl Parser<'_> {
    /// Such questions, of rows that have one date of their own.
    pub fn last_time_questions(&self, position: usize) -> Parses<Hypothesis> {
        const WHEN: [&str; 7] = [
            "when was",
            "when is",
            "when did we get",
            "when did we have",
            "when did we receive",
            "when did we make",
            "when were",
        ];
        let Some(start) = self.accept_phrase(position, &WHEN) else { return Vec::new() };
        let start = self.skip_all(start, &[Category::Article, Category::Pronoun]);
        let mut found = Vec::new();
        for (one, begin) in &self.lattice.cell(start).categories {
            let Category::Superlative(Quality::Date, direction) = one else { continue };
            let aggregate = if *direction == Direction::Descending { Aggregate::Maximum } else { Aggregate::Minimum };
            for (noun, end) in self.noun_phrases(*begin) {
                if noun.plural || noun.column.is_some() || noun.via.is_some() || noun.limit.is_some() {
                    continue;
                }
                let [date] = self.schema.event_dates(noun.relation)[..] else { continue };
                let at = ColumnRef { source: 0, column: date };
                let name = if aggregate == Aggregate::Maximum {
                    alias(self.schema, aggregate, at).replacen("highest", "last", 1)
                } else {
                    alias(self.schema, aggregate, at).replacen("lowest", "first", 1)
                };
                let base = Hypothesis::new(noun.relation, noun.cost + costs::QUALITY_BY_COLUMN_NAME);
                let base = Hypothesis { measures: true, ..base }.select(Expression::Aggregate(aggregate, at), &name);
                found.extend(self.with_adjectives(base, 0, &noun).into_iter().map(|next| (next, end)));
            }
        }
        found
    }
}

//! Two things that happened to the same rows in one time: "tickets opened and closed in 2025", "invoices that were issued or paid
//! last month". Each is told by a date of its own.

use crate::catalog::name_index::Mention;
use crate::choice::costs;
use crate::grammar::clauses::taken;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{ColumnId, ColumnRef, Condition};

/// Second words of verbs.
pub const PARTICLES: [&str; 5] = ["in", "out", "on", "off", "up"];

impl Parser<'_> {
    /// Such a pair of events after the rows that they happened to.
    pub fn paired_dates(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        const LEAD: [Category; 5] = [Category::That, Category::Be, Category::Have, Category::Both, Category::Adverb];
        let mut found = Vec::new();
        let start = self.skip_all(position, &LEAD);
        for (one, after) in self.own_events(hypothesis, start) {
            let both = self.accept_word(after, "and").map(|end| (false, end));
            let Some((either, next)) = both.or(self.accept_word(after, "or").map(|end| (true, end))) else {
                continue;
            };
            for (other, after) in self.own_events(hypothesis, self.skip_all(next, &LEAD)) {
                if other.target == one.target {
                    continue;
                }
                for (range, end) in &self.lattice.cell(after).time_ranges {
                    let within = |column: ColumnId| {
                        let column = ColumnRef { source: 0, column };
                        Condition::InTimeRange { column, range: range.clone() }
                    };
                    let next = hypothesis.clone().with_cost(one.cost.min(costs::OWN_WORDS) + costs::DATE_AS_EVENT);
                    let next = match either {
                        true => next.filter(0, Condition::AnyOf(vec![within(one.target), within(other.target)])),
                        false => next.filter(0, within(one.target)).filter(0, within(other.target)),
                    };
                    found.push((next, *end));
                }
            }
        }
        taken(position, found)
    }

    /// The dates of the rows at hand that a word tells of, each with the position after the verb: "checked in".
    fn own_events(&self, hypothesis: &Hypothesis, position: usize) -> Vec<(&Mention<ColumnId>, usize)> {
        let base = hypothesis.query.relation(0);
        let mentions = self.lattice.cell(position).columns.iter();
        let dates = mentions.filter(|m| m.target.relation == base && self.schema.is_date(m.target));
        let rest = |m: &Mention<ColumnId>| {
            let word = self.lattice.lower(m.end);
            PARTICLES.contains(&word) && self.schema.words(m.target).iter().any(|part| part == word)
        };
        let near = dates.filter(|m| m.cost <= costs::MOST_OF_EVENT);
        near.map(|m| (m, if rest(m) { m.end + 1 } else { m.end })).collect()
    }
}

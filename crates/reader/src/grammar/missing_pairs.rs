//! Two columns of which rows have one and lack the other, or have or lack both: "contacts with email but no phone", "customers
//! without website or industry".

use crate::catalog::name_index::Mention;
use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{ColumnId, ColumnRef, Condition};

/// What ties a second column to the first, which is had.
const AND_HAS: [&str; 5] = ["and", "and with", "and have", "and has", "as well as"];
const OR_HAS: [&str; 2] = ["or", "or with"];
const BUT_LACKS: [&str; 20] = [
    "but no",
    "and no",
    "but not",
    "and not",
    "but without",
    "and without",
    "but with no",
    "and with no",
    "but have no",
    "but has no",
    "and have no",
    "and has no",
    "but do not have",
    "but does not have",
    "and do not have",
    "but without any",
    "but do not have any",
    "and without any",
    "but no known",
    "but not any",
];
/// The same after a column that is lacked. "Without email and phone" may be without both, or not with both.
const AND_LACKS: [&str; 10] = [
    "or",
    "and no",
    "and without",
    "and with no",
    "or without",
    "nor",
    "and have no",
    "and has no",
    "and without any",
    "or any",
];
const BUT_HAS: [&str; 5] = ["but", "but with", "but have", "but has", "and with"];

impl Parser<'_> {
    /// A second column after the test of a first, which ends at a position.
    pub fn missing_pairs(
        &self,
        hypothesis: &Hypothesis,
        first: ColumnRef,
        negated: bool,
        position: usize,
    ) -> Parses<Hypothesis> {
        let ties: &[(&[&str], bool, bool)] = if negated {
            &[(&AND_LACKS, true, false), (&BUT_HAS, false, false)]
        } else {
            &[(&AND_HAS, false, false), (&OR_HAS, false, true), (&BUT_LACKS, true, false)]
        };
        let mut found = Vec::new();
        for (phrases, lacks, either) in ties {
            let Some(start) = self.accept_phrase(position, phrases).map(|end| self.skip_articles(end)) else {
                continue;
            };
            for mention in self.nearest_own(start, first.column.relation) {
                // "No phone" is none, and no phone number.
                let denies = self.accept(start, Category::No).is_some() || self.accept(start, Category::Not).is_some();
                if mention.target == first.column || denies || !self.tells_missing(mention) {
                    continue;
                }
                let at = ColumnRef { source: first.source, column: mention.target };
                let second = Condition::IsNull { column: at, negated: !lacks };
                let mut next = hypothesis.clone().with_cost(mention.cost.min(costs::SECOND_MISSING_VALUE));
                let scope = next.query.scope(first.source);
                let told = next.query.sources.get_mut(scope).map(|scope| &mut scope.conditions);
                match told.filter(|_| *either) {
                    Some(conditions) => {
                        let Some(one) = conditions.pop() else { continue };
                        conditions.push(Condition::AnyOf(vec![one, second]));
                    }
                    None => next = next.filter(first.source, second),
                }
                next.last_column = None;
                found.push((next.taking(position, mention.end), mention.end));
            }
        }
        found
    }

    /// The columns of a relation that the words here name best.
    pub fn nearest_own(&self, position: usize, relation: usize) -> Vec<&Mention<ColumnId>> {
        let own = || self.lattice.cell(position).columns.iter().filter(|m| m.target.relation == relation);
        let least = own().map(|m| m.cost).min();
        own().filter(|m| m.cost <= costs::SYNONYMOUS_NAME && Some(m.cost) == least).collect()
    }
}

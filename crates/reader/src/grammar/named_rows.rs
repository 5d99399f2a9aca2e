//! Rows by a part of their name: "customers named Weber", where nothing is stored that is called just so.

use crate::choice::costs;
use crate::grammar::conditions::about;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{ColumnRef, Condition, TextMatch};

impl Parser<'_> {
    /// A proper name after "named", which the name of the rows has to contain.
    pub fn named_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let relation = hypothesis.query.relation(source);
        let names = self.schema.display_columns(relation);
        let [column] = names[..] else { return found };
        if connective.negated || !self.schema.is_text(column) {
            return found;
        }
        for start in self.ends(connective.end, Category::Named) {
            let mut end = start;
            while self.lattice.is_proper_name(end) {
                end += 1;
            }
            let stored = (start..end).any(|at| !self.lattice.cell(at).values.is_empty());
            if end == start || stored {
                continue;
            }
            let words = self.lattice.words.get(start..end).unwrap_or_default();
            let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            let column = ColumnRef { source, column };
            let condition = Condition::Like { column, text, matching: TextMatch::Substring, negated: false };
            let next = hypothesis.clone().with_cost(costs::PART_OF_NAME).filter(source, condition);
            found.push((about(next, column), end));
        }
        found
    }
}

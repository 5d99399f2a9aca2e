//! Fractions of rows in a state that a noun tells: "cancellation rate", "return rate by country".

use crate::choice::costs;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::measures::measure_terms::Measure;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Expression, Operand};

/// A column with more values than these holds no states.
const MAX_STATES: usize = 30;

impl Parser<'_> {
    /// The fraction of rows in a state: "cancellation rate" for rows whose status is cancelled, or that have a date of
    /// cancelling. Which rows are meant may follow: "cancellation rate of subscriptions".
    pub fn state_rates(&self, position: usize) -> Parses<Measure> {
        let Some(end) = self.accept_phrase(position + 1, &["rate", "ratio", "quota"]) else { return Vec::new() };
        let word = self.lattice.lower(position);
        let mut found = Vec::new();
        for (relation, _) in self.schema.relations() {
            let conditions: Vec<Condition> =
                self.schema.columns(relation).flat_map(|(column, _)| self.states(column, word)).collect();
            let rows = self.accept(end, Category::Of).and_then(|start| {
                let named = self.lattice.cell(self.skip_articles(start)).relations.iter();
                named.filter(|m| m.target == relation && m.cost <= costs::SYNONYMOUS_NAME).map(|m| m.end).max()
            });
            for condition in conditions {
                let part = Expression::Filtered(Box::new(Expression::CountRows), vec![condition]);
                let rate = Expression::Quotient(Box::new(part), Box::new(Expression::CountRows));
                let measure = Measure::new(relation, rate, &format!("{word}_rate"), costs::STATE_RATE);
                found.push((measure.clone(), end));
                found.extend(rows.map(|end| (measure, end)));
            }
        }
        found
    }

    /// What holds for rows in the state that a noun tells, by the values of a column, by the codes that its comment
    /// explains, or by a date or flag of that name.
    fn states(&self, column: ColumnId, word: &str) -> Vec<Condition> {
        let data = self.schema.column(column);
        let at = ColumnRef { source: 0, column };
        let values = if data.category == 'E' { &data.labels } else { &data.common_values };
        let mut found = Vec::new();
        if matches!(data.category, 'E' | 'S') && values.len() <= MAX_STATES {
            let codes = self.schema.codes(column).iter().filter(|code| same_root(word, &code.meaning));
            let meant = codes.map(|code| code.code.clone());
            let stored = values.iter().filter(|value| same_root(word, value)).cloned();
            let values = stored.chain(meant).map(|value| vec![Operand::Text(value)]);
            found.extend(values.map(|values| Condition::OneOf { column: at, values, negated: false }));
        }
        let named = self.schema.words(column).iter().any(|one| same_root(word, one));
        if named && self.schema.is_date(column) && !data.not_null {
            found.push(Condition::IsNull { column: at, negated: true });
        }
        if named && self.schema.is_flag(column) {
            found.push(Condition::IsTrue { column: at, negated: false });
        }
        found
    }
}

/// Whether a noun tells of the same as a state does: "cancellation" and "cancelled", "return" and "returned".
fn same_root(noun: &str, state: &str) -> bool {
    let state = state.to_lowercase();
    let (one, two) = (root(noun), root(&state));
    one.len() >= 4 && one == two
}

/// A word without the endings that make nouns and participles of verbs.
fn root(word: &str) -> &str {
    let word = word.strip_suffix('s').unwrap_or(word);
    for ending in ["lation", "ation", "ition", "ment", "tion", "ion", "ling", "led", "ing", "ed", "al", "y", "l"] {
        if let Some(root) = word.strip_suffix(ending).filter(|root| root.len() >= 4) {
            return root;
        }
    }
    word
}

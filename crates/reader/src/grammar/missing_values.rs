//! Rows that have nothing in a column, or something: "guests without email", "contacts who have no phone number", "customers with
//! a website".

use crate::catalog::name_index::Mention;
use crate::catalog::uncounted_rows;
use crate::choice::costs;
use crate::grammar::conditions::about;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::query::tree::{ColumnId, ColumnRef, Condition};

impl Parser<'_> {
    /// A column of the rows at hand that is said to be had or not.
    pub fn missing_value_tests(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
    ) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let before = connective.end.checked_sub(1).map_or("", |at| self.lattice.lower(at));
        let has = connective.verb && connective.verb_position.is_none();
        // "In the email" has nothing of having one.
        let had = has && matches!(before, "with" | "have" | "has" | "having" | "a" | "an" | "any");
        // Whoever lacks one in some row may have one in another: "parties that did not have any delegates".
        let is_shared = hypothesis.subject_column.is_some();
        if !(has && connective.negated && !is_shared || had && connective.linked && !connective.negated) {
            return found;
        }
        let position = self.skip_articles(connective.end);
        let cell = self.lattice.cell(position);
        for mention in self.nearest_own(position, hypothesis.query.relation(source)) {
            let column = mention.target;
            let rows_called_so =
                cell.relations.iter().any(|m| m.end >= mention.end && m.cost <= mention.cost.max(costs::OWN_WORDS));
            if !rows_called_so && self.tells_missing(mention) {
                let at = ColumnRef { source, column };
                let condition = Condition::IsNull { column: at, negated: !connective.negated };
                let next = hypothesis.clone().with_cost(mention.cost + costs::MISSING_VALUE);
                let next = about(next.filter(source, condition), at);
                found.extend(self.missing_pairs(&next, at, connective.negated, mention.end));
                found.push((next, mention.end));
            }
        }
        found
    }

    /// Whether NULL in a column says that there is none of what it holds. Where texts may be empty, too, either may say it; a
    /// number may be 0, unless its comment says when it is empty.
    pub fn tells_missing(&self, mention: &Mention<ColumnId>) -> bool {
        let id = mention.target;
        let column = self.schema.column(id);
        let comment = column.comment.as_deref().unwrap_or_default().to_lowercase();
        let told = ["empty", "null", "missing", "blank", "unset"].iter().any(|word| comment.contains(word));
        let holds = self.schema.is_text(id) && !column.common_values.iter().any(|value| value.trim().is_empty())
            || self.schema.is_date(id)
            || column.category == 'E'
            || self.schema.is_number(id) && told;
        !column.not_null && holds && !self.schema.is_key(id) && !uncounted_rows::is_mark(id, self.schema)
    }
}

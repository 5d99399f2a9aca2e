//! Groups of which there is nothing: "how many products are there in each category, including the empty ones".

use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{Aggregate, ColumnRef, Expression, JoinStep};

impl Parser<'_> {
    /// Counts for each row that the counted ones refer to, also where there is none, in place of counts by group.
    pub fn empty_groups(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        const WITH_EMPTY: [&str; 9] = [
            "including the empty ones",
            "including empty ones",
            "including those without any",
            "including those with none",
            "including those without",
            "including zero",
            "including zeros",
            "including zeroes",
            "even if there are none",
        ];
        let comma = self.skip_optional(position, Category::Comma);
        let Some(end) = self.accept_phrase(comma, &WITH_EMPTY) else { return Vec::new() };
        self.with_empty_groups(hypothesis).map(|next| (next, end)).into_iter().collect()
    }

    /// The same over all rows of what is grouped by. `None` where other rows than those that refer to it at once are counted, or
    /// only some of them.
    fn with_empty_groups(&self, hypothesis: &Hypothesis) -> Option<Hypothesis> {
        let query = &hypothesis.query;
        let [base, group] = query.sources.as_slice() else { return None };
        let (0, JoinStep { edge, forward: true }) = group.parent? else { return None };
        let plain = base.conditions.is_empty() && query.order.is_empty() && query.having.is_empty();
        let mut columns = Vec::new();
        for output in &query.outputs {
            match &output.value {
                Expression::Column(at) if at.source == 1 && query.groups.contains(&output.value) => {
                    columns.push(at.column)
                }
                Expression::CountRows => {}
                _ => return None,
            }
        }
        if !plain || query.limit.is_some() || columns.is_empty() || columns.len() + 1 != query.outputs.len() {
            return None;
        }
        let (mut next, head) = Hypothesis::new(group.relation, hypothesis.cost).subquery_step(
            self.schema,
            0,
            JoinStep { edge, forward: false },
        );
        for column in columns {
            next = next.select(Expression::Column(ColumnRef { source: 0, column }), "");
        }
        next = next.select(Expression::SubqueryAggregate(head, Aggregate::Count, None), "count");
        Some(Hypothesis { keeps_empty: true, taken: hypothesis.taken, ..next })
    }
}

//! What is counted: rows, different values, or numbers that are counts already.

use crate::catalog::comment_names::is_participle;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::Parser;
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Expression};

impl Parser<'_> {
    /// How many different values a column has; where it holds numbers of things ("beds", `num_of_component`), how many
    /// these are together. Other numbers are not counted unless the question asks for different ones.
    pub fn count_of_values(&self, at: ColumnRef, distinct: bool) -> Option<Expression> {
        let number = self.schema.is_number(at.column) && !self.schema.is_key(at.column);
        if distinct || !number {
            return Some(Expression::Aggregate(Aggregate::Count, at));
        }
        self.holds_counts(at.column).then_some(Expression::Aggregate(Aggregate::Sum, at))
    }

    /// Whether a column tells, by its name or comment, how many of something there are: `number_of_hosts`, `beds`, "hours worked".
    fn holds_counts(&self, column: ColumnId) -> bool {
        let counts = |word: &String| matches!(word.as_str(), "number" | "num" | "count" | "total" | "quantity" | "qty");
        let last = self.schema.last_word(column);
        let comment = self.schema.column(column).comment.as_deref().unwrap_or_default();
        // "Hours worked", but not "hours per week", which differ from what they are for.
        let told = || match comment.to_lowercase().split_whitespace().collect::<Vec<_>>().as_slice() {
            [thing, done] => words::singular(thing) != *thing && is_participle(done),
            _ => false,
        };
        self.can_aggregate(Aggregate::Sum, column)
            && (self.schema.words(column).iter().any(counts) || words::singular(last) != last || told())
    }

    /// How many rows a source has: where each row holds a count of what it stands for, their sum.
    pub fn count_of_rows(&self, hypothesis: Hypothesis, source: usize) -> Hypothesis {
        let relation = hypothesis.query.relation(source);
        let held = self.schema.column_named(relation, "count").filter(|id| self.schema.is_number(*id));
        match held.map(|column| ColumnRef { source, column }) {
            Some(at) => hypothesis.select(Expression::Aggregate(Aggregate::Sum, at), "count"),
            None => hypothesis.select(Expression::CountRows, "count"),
        }
    }
}

//! Rows compared with rows of their own relation that they refer to: "employees who earn more than their manager", "older than
//! their supervisor".

use crate::choice::costs;
use crate::grammar::clauses::taken;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Direction, Expression, JoinStep, Operand};

/// Verbs for being paid, in a clause about people.
const PAID: [&str; 8] = ["earn", "earns", "earned", "make", "makes", "made", "get", "gets"];
/// What they are paid.
const PAY: [&str; 6] = ["salary", "wage", "wages", "pay", "compensation", "income"];

impl Parser<'_> {
    /// Such a clause. The words between the noun and the comparison tell the column.
    pub fn own_comparisons(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
    ) -> Parses<Hypothesis> {
        let relation = hypothesis.query.relation(source);
        if connective.negated || !self.schema.has_own_key(relation) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let begin = connective.verb_position.unwrap_or(connective.end);
        let is_paid =
            PAID.contains(&self.lattice.lower(begin)) || self.accept_phrase(begin, &["are paid", "is paid"]).is_some();
        let after_verb = self.accept_phrase(begin, &["are paid", "is paid"]).unwrap_or(begin + 1);
        let columns = self.schema.columns(relation).map(|(id, _)| id);
        let pay: Vec<ColumnId> = columns.filter(|id| PAY.contains(&self.schema.last_word(*id))).collect();
        if is_paid && let [column] = pay.as_slice() {
            for (operator, end) in self.operators(after_verb) {
                found.extend(self.compared_with_own(hypothesis, source, *column, operator, end));
            }
        }
        let start = self.skip_articles(connective.end);
        for (one, end) in &self.lattice.cell(start).categories {
            let Category::Comparative(quality, operator) = one else { continue };
            for (column, turned, _) in self.quality_columns(relation, *quality, Direction::Descending) {
                let operator = if turned == Direction::Descending { operator } else { turned_over(operator) };
                found.extend(self.compared_with_own(hypothesis, source, column, operator, *end));
            }
        }
        // "With a higher salary than their manager", "with a salary higher than their manager".
        let higher = |word: &str| match word {
            "higher" | "larger" | "greater" | "bigger" | "more" => Some(">"),
            "lower" | "smaller" | "less" => Some("<"),
            _ => None,
        };
        for mention in self.lattice.cell(start + 1).columns.iter().filter(|m| m.target.relation == relation) {
            let Some(operator) = higher(self.lattice.lower(start)).filter(|_| mention.cost <= costs::OWN_WORDS) else {
                continue;
            };
            let end = self.accept_word(mention.end, "than");
            found.extend(
                end.into_iter()
                    .flat_map(|end| self.compared_with_own(hypothesis, source, mention.target, operator, end)),
            );
        }
        taken(begin.min(connective.end), found)
    }

    /// The column compared with that of the one row that "their manager" names.
    fn compared_with_own(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        column: ColumnId,
        operator: &'static str,
        position: usize,
    ) -> Parses<Hypothesis> {
        let Some(start) = self.accept(position, Category::Pronoun) else { return Vec::new() };
        let mut found = Vec::new();
        for (noun, end) in self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.adjectives.is_empty()) {
            let Some(edge) = noun.via.filter(|edge| self.schema.is_own_key(*edge)) else { continue };
            if noun.relation != hypothesis.query.relation(source) || noun.plural {
                continue;
            }
            let (next, other) = hypothesis.join_step(self.schema, source, JoinStep { edge, forward: true });
            let at = |source: usize| Expression::Column(ColumnRef { source, column });
            let condition = Condition::Compare { value: at(source), operator, operand: Operand::Expression(at(other)) };
            found.push((next.with_cost(costs::RELATED_NOUN).filter(source, condition), end));
        }
        found
    }
}

fn turned_over(operator: &'static str) -> &'static str {
    match operator {
        ">" => "<",
        "<" => ">",
        other => other,
    }
}

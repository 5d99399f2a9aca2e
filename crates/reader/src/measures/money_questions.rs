//! Questions for money that name no measure: "how much did we take in payments last month", "what did we turn over".

use crate::choice::costs;
use crate::grammar::hypothesis::{Hypothesis, alias};
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{Aggregate, ColumnRef, Condition, Expression, Operand};

impl Parser<'_> {
    /// "How much did Olga Fischer spend": what somebody who is called by name paid.
    pub fn spending_questions(&self, position: usize) -> Parses<Hypothesis> {
        const ASKED: [&str; 5] =
            ["how much did", "how much money did", "how much has", "how much money has", "how much have"];
        let mut found = Vec::new();
        let Some(start) = self.accept_phrase(position, &ASKED) else { return found };
        for (column, name, middle) in self.values_at(start) {
            let verb = self.accept_phrase(middle, &["spend", "spent", "pay", "paid", "spend on orders"]);
            let Some(end) = verb.filter(|_| self.schema.is_people(column.relation) && self.is_name(column)) else {
                continue;
            };
            for (relation, value, cost) in self.money_flows("spent") {
                let base = Hypothesis::new(relation, cost + costs::WHO).select(value, "spent");
                let base = Hypothesis { measures: true, ..base };
                for (next, source, many) in base.join(self.schema, 0, column.relation) {
                    let values = vec![Operand::Text(name.clone())];
                    let condition = Condition::OneOf { column: ColumnRef { source, column }, values, negated: false };
                    found.extend((!many).then(|| (next.filter(source, condition), end)));
                }
            }
        }
        found
    }

    /// Such questions: the money of the rows that are named, or else the flow of money that the schema records.
    pub fn money_questions(&self, position: usize) -> Parses<Hypothesis> {
        const ASKED: [&str; 6] = [
            "how much money did we",
            "how much did we",
            "how much money have we",
            "how much have we",
            "what did we",
            "how much money do we",
        ];
        const EARNED: [&str; 14] = [
            "turn over",
            "earn",
            "make",
            "take in",
            "take",
            "earned",
            "made",
            "taken",
            "receive",
            "received",
            "collect",
            "collected",
            "sell for",
            "bring in",
        ];
        let mut found = Vec::new();
        let asked = self.accept_phrase(position, &ASKED).or_else(|| {
            let opened = position > 0 && self.lattice.lower(position - 1) == "what";
            self.accept_phrase(position, &["did we", "have we"]).filter(|_| opened)
        });
        let Some(start) = asked else { return found };
        let Some(end) = self.accept_phrase(start, &EARNED) else { return found };
        for (relation, value, cost) in self.money_flows("revenue") {
            let mut hypothesis = Hypothesis::new(relation, cost).select(value, "revenue");
            hypothesis.measures = true;
            found.push((hypothesis, end));
        }
        let begin = self.skip_optional(end, Category::In);
        for (noun, end) in self.noun_phrases(begin).into_iter().filter(|(noun, _)| noun.column.is_none()) {
            let Some(column) = self.worth_of_row(noun.relation) else { continue };
            let at = ColumnRef { source: 0, column };
            for mut hypothesis in self.rows_of(&noun) {
                hypothesis.default_projection = false;
                hypothesis.measures = true;
                let name = alias(self.schema, Aggregate::Sum, at);
                found.push((hypothesis.select(Expression::Aggregate(Aggregate::Sum, at), &name), end));
            }
        }
        found
    }
}

//! Rows by what they are worth or by their place: "who placed the biggest order", "5 largest invoices", "the second most
//! expensive product".

use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::noun_phrases::Adjective;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{ColumnRef, Direction, Expression};

impl Parser<'_> {
    /// The rows that are worth most, or the people to whom they belong.
    pub fn biggest_rows(&self, position: usize) -> Parses<Hypothesis> {
        const WHO: [&str; 6] = ["who placed", "who made", "who has", "who had", "who paid", "who ordered"];
        let who = self.accept_phrase(position, &WHO);
        let start = self.skip_articles(who.unwrap_or(position));
        let (limit, start) = self.number(start).map_or((None, start), |(number, end)| (Some(number), end));
        let mut found = Vec::new();
        for (one, begin) in &self.lattice.cell(self.skip_articles(start)).categories {
            let Category::Highest(direction) = one else { continue };
            // The best product is not the dearest one.
            if matches!(self.lattice.lower(begin - 1), "best" | "worst") {
                continue;
            }
            for (noun, end) in self.noun_phrases(*begin).into_iter().filter(|(noun, _)| noun.column.is_none()) {
                let limit = limit.or((!noun.plural).then_some(1)).filter(|limit| *limit > 0);
                let (Some(column), Some(limit)) = (self.worth_of_row(noun.relation), limit) else { continue };
                let value = Expression::Column(ColumnRef { source: 0, column });
                for mut hypothesis in self.rows_of(&noun) {
                    hypothesis.cost += costs::WORTH_OF_ROW;
                    hypothesis.query.order.push((value.clone(), *direction));
                    hypothesis.query.limit = Some(limit);
                    found.extend(self.shown_by(&hypothesis, who.is_some(), &value).into_iter().map(|next| (next, end)));
                }
            }
        }
        found
    }

    /// All columns of a row, or with `who` the people to whom it belongs and what it is worth.
    fn shown_by(&self, hypothesis: &Hypothesis, who: bool, value: &Expression) -> Vec<Hypothesis> {
        if !who {
            return vec![hypothesis.clone()];
        }
        let mut found = Vec::new();
        for people in self.people_of(hypothesis.query.relation(0)) {
            for (mut next, source, many) in hypothesis.join(self.schema, 0, people) {
                if !many {
                    next.default_projection = false;
                    next.focus = vec![0, source];
                    found.push(next.select_display_columns(self.schema, source).select(value.clone(), ""));
                }
            }
        }
        found
    }

    /// "the second most expensive product".
    pub fn nth_rows(&self, position: usize) -> Parses<Hypothesis> {
        let start = self.skip_all(position, &[Category::Article, Category::Pronoun]);
        let offset = match self.lattice.lower(start) {
            "second" | "2nd" => 1,
            "third" | "3rd" => 2,
            "fourth" | "4th" => 3,
            "fifth" | "5th" => 4,
            _ => return Vec::new(),
        };
        let ranks =
            |one: &Adjective| matches!(one, Adjective::Superlative(_, Direction::Ascending | Direction::Descending));
        let mut found = Vec::new();
        for (noun, end) in self.noun_phrases(start + 1) {
            if noun.plural || noun.column.is_some() || !noun.adjectives.iter().any(ranks) {
                continue;
            }
            for mut hypothesis in self.rows_of(&noun) {
                hypothesis.query.offset = offset;
                found.push((hypothesis, end));
            }
        }
        found
    }
}

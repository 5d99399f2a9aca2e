//! Measures: "average price", "revenue", "number of orders", "order count". Decides what may be added up at all.

use super::heads::Measured;
use super::lexicon::{self, Use};
use super::parse::{Parser, Parses};
use super::query::{Aggregate, ColumnId, Measure};
use crate::linking::words;

impl Parser<'_> {
    /// Every measure that the words from here may name.
    pub fn measures(&self, position: usize) -> Parses<Measured> {
        let position = self.skip(position);
        let mut found = self.counted(position);
        if let Some((aggregate, after)) = self.eat_any(position, aggregate) {
            let column = self.skip(self.maybe(after, Use::Of));
            for mention in &self.chart.at(column).columns {
                let measured = self.measured(aggregate, mention.target, (position, column, mention.end), true);
                found.extend(measured.map(|measured| (ranked(measured, mention.rank), mention.end)));
            }
        }
        for mention in &self.chart.at(position).columns {
            if self.adds_up(mention.target, mention.end) {
                let span = (position, position, mention.end);
                let measured = self.measured(Aggregate::Sum, mention.target, span, false);
                found.extend(measured.map(|measured| (ranked(measured, mention.rank), mention.end)));
            }
        }
        found
    }

    /// "number of orders", "order count".
    pub fn counted(&self, position: usize) -> Parses<Measured> {
        let mut found = Vec::new();
        let counts = |relation, rank, end| (count(relation, rank), end);
        if let Some(start) = self.eat(position, Use::HowMany) {
            let nouns = self.nouns(start).into_iter().filter(|(noun, _)| noun.adjectives.is_empty());
            found.extend(nouns.map(|(noun, end)| counts(noun.relation, noun.rank, end)));
        }
        for mention in &self.chart.at(self.skip(position)).relations {
            if let Some(end) = self.eat(mention.end, Use::Count).filter(|_| !self.chart.is_plural(mention.end)) {
                found.push(counts(mention.target, mention.rank, end));
            }
        }
        found
    }

    /// A column under an aggregate, if that can have a meaning. The span: start, start of the column's words, end.
    fn measured(
        &self,
        aggregate: Aggregate,
        id: ColumnId,
        span: (usize, usize, usize),
        explicit: bool,
    ) -> Option<Measured> {
        let (start, column, end) = span;
        if !self.schema.is_number(id) || self.schema.is_key(id) || (aggregate == Aggregate::Sum && self.is_rate(id)) {
            return None;
        }
        let said = self.chart.lower(end - 1);
        let flow = aggregate != Aggregate::Sum && lexicon::is_flow(said);
        let blocked = flow.then(|| format!("the {} of {said} could be taken over rows or over sums", name(aggregate)));
        let loose_average = aggregate == Aggregate::Average && end - column == 1 && self.adds_up(id, end);
        let measure = Measure { aggregate, column: Some(id), alias: self.alias(start, end) };
        Some(Measured { base: id.relation, measure, rank: 0, blocked, loose_average, explicit })
    }

    /// The user's words as a column name.
    fn alias(&self, start: usize, end: usize) -> String {
        let words = (start..end).map(|position| self.chart.lower(position));
        words
            .filter(|word| !matches!(*word, "the" | "a" | "an" | "our" | "please" | "of" | "all"))
            .collect::<Vec<_>>()
            .join("_")
    }

    /// Whether a column means its sum when no aggregate is said.
    fn adds_up(&self, id: ColumnId, end: usize) -> bool {
        let said = lexicon::is_additive(self.chart.lower(end - 1));
        let named = words::identifier_words(&self.schema.column(id).name);
        // "order totals" asks for each of them.
        let single = !self.chart.is_plural(end) && named.last().is_some_and(|word| lexicon::is_additive(word));
        !self.is_rate(id) && (said || single)
    }

    pub fn is_rate(&self, id: ColumnId) -> bool {
        let words = words::identifier_words(&self.schema.column(id).name);
        let summed = words.iter().any(|word| matches!(word.as_str(), "total" | "amount" | "sum"));
        !summed && words.iter().any(|word| lexicon::is_rate(&words::singular(word)))
    }

    /// What a flow word was said for, so that "customer with the highest revenue" may mean a sum.
    pub fn says_flow(&self, end: usize) -> bool {
        lexicon::is_flow(self.chart.lower(end.saturating_sub(1)))
    }
}

/// The number of rows of a relation.
pub fn count(relation: usize, rank: u32) -> Measured {
    let measure = Measure { aggregate: Aggregate::Count, column: None, alias: "count".into() };
    Measured { base: relation, measure, rank, blocked: None, loose_average: false, explicit: true }
}

fn ranked(mut measured: Measured, rank: u32) -> Measured {
    measured.rank += rank;
    measured
}

fn aggregate(one: Use) -> Option<Aggregate> {
    if let Use::Aggregate(aggregate) = one { Some(aggregate) } else { None }
}

/// The aggregate as SQL's function and as a word of a summary.
pub fn name(aggregate: Aggregate) -> &'static str {
    match aggregate {
        Aggregate::Count => "count",
        Aggregate::Sum => "sum",
        Aggregate::Average => "average",
        Aggregate::Minimum => "minimum",
        Aggregate::Maximum => "maximum",
    }
}

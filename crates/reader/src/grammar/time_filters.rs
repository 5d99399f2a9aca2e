//! Conditions on time: "in 2024", "after 2013", "since March 2025", for dates and for years that are stored as numbers.

use crate::catalog::comment_names::is_participle;
use crate::choice::costs;
use crate::grammar::conditions::about;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Expression, Operand};
use words::WordKind;

impl Parser<'_> {
    /// A time without the name of a column, for each date of an event or year that the rows of a noun have: "in 2024".
    pub fn unnamed_time_tests(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
    ) -> Parses<Hypothesis> {
        // "orders cancelled in 2024" asks when they were cancelled, which no date of the order tells.
        let before = connective.end.saturating_sub(1);
        let verb = is_participle(self.lattice.lower(before)) && !self.lattice.cell(before).values.is_empty();
        if connective.negated || verb {
            return Vec::new();
        }
        let relation = hypothesis.query.relation(source);
        // "Revenue from business customers in 2025" was made in 2025, since whenever they are customers.
        let joined = source != 0 && hypothesis.query.scope(source) == 0;
        // "Revenue from customers who joined in 2025" tells when they did.
        let nearer = source == 0 && hypothesis.focus.last().is_some_and(|last| *last != 0);
        if nearer && self.follows_relative(connective.end) {
            return Vec::new();
        }
        let own = || !self.schema.event_dates(hypothesis.query.relation(0)).is_empty();
        if joined && !connective.verb && !self.follows_relative(connective.end) && own() {
            return Vec::new();
        }
        let mut dates = self.schema.event_dates(relation);
        if self.schema.has_later_events(relation) {
            dates.clear();
        }
        let years: Vec<_> =
            self.schema.columns(relation).map(|(id, _)| id).filter(|id| self.schema.is_year(*id)).collect();
        let mut found = Vec::new();
        for column in dates.iter().chain(&years) {
            let at = ColumnRef { source, column: *column };
            found.extend(self.time_tests(
                &hypothesis.clone().with_cost(costs::TIME_WITHOUT_COLUMN),
                at,
                connective.end,
                false,
            ));
        }
        found
    }

    /// Whether a word that begins a clause of its own stands right before a position: "customers who since 2020 …".
    pub fn follows_relative(&self, position: usize) -> bool {
        let begins = |at: usize| matches!(self.lattice.lower(at), "who" | "that" | "which" | "whose" | "where");
        (position.saturating_sub(3)..position).any(begins)
    }

    /// A time for a column that holds dates, or years as numbers.
    pub fn time_tests(
        &self,
        hypothesis: &Hypothesis,
        at: ColumnRef,
        position: usize,
        negated: bool,
    ) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        if negated {
            return found;
        }
        if self.schema.is_date(at.column) {
            let position = self.skip_optional(position, Category::Compare("="));
            for (range, end) in &self.lattice.cell(position).time_ranges {
                let condition = Condition::InTimeRange { column: at, range: range.clone() };
                found.push((about(hypothesis.clone().filter(at.source, condition), at), *end));
            }
        } else if self.schema.is_year(at.column) || (self.schema.is_whole(at.column) && !self.schema.is_key(at.column))
        {
            found.extend(self.year_tests(hypothesis, at, position));
        }
        found
    }

    /// Whether a number of four digits says when and is no value of a column: "by country in 2025". A key is never
    /// tested by a number that may be a year, unless the word for it stands before: "customer 2025", "customer id 2025".
    pub fn is_year_said(&self, column: ColumnId, position: usize) -> bool {
        let Some(word) = self.lattice.words.get(position) else { return false };
        let year = word.lower.parse().is_ok_and(|number: u32| (1900..=2100).contains(&number));
        if word.kind != WordKind::Number || !year || self.schema.holds_years(column) {
            return false;
        }
        let before = position.checked_sub(1).map_or("", |at| self.lattice.lower(at));
        let names_key = matches!(before, "id" | "ids" | "number" | "no" | "code" | "key" | "#" | "=" | "is" | "equals");
        match before {
            "in" | "since" | "during" | "before" | "after" | "until" | "till" | "through" => true,
            "from" | "of" | "for" | "by" | "and" | "or" | "," if self.schema.is_text(column) => true,
            _ => self.schema.is_key(column) && !names_key,
        }
    }

    /// A year for a column of numbers or texts: "in 2014", "after 2013", "in year 2014 or 2015".
    fn year_tests(&self, hypothesis: &Hypothesis, at: ColumnRef, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let operator = match self.lattice.lower(position) {
            "after" => ">",
            "before" => "<",
            "since" | "from" => ">=",
            "until" => "<=",
            "in" | "on" | "during" | "for" | "of" => "=",
            _ => return found,
        };
        let mut start = self.skip_optional(self.skip_articles(position + 1), Category::Both);
        if matches!(self.lattice.lower(start), "year" | "years") {
            start = self.skip_optional(start + 1, Category::Of);
        }
        let year = |position: usize| {
            let word = self.lattice.words.get(position)?;
            let number = (word.kind == WordKind::Number && word.lower.len() == 4).then(|| word.lower.clone())?;
            let text = self.schema.is_text(at.column);
            Some((if text { Operand::Text(number) } else { Operand::Number(number) }, position + 1))
        };
        let Some((first, end)) = year(start).filter(|_| operator != "=" || self.schema.holds_years(at.column)) else {
            return found;
        };
        let value = Expression::Column(at);
        let compare =
            |operator: &'static str, operand: Operand| Condition::Compare { value: value.clone(), operator, operand };
        if operator != "=" {
            let condition = compare(operator, first);
            found.push((about(hypothesis.clone().filter(at.source, condition), at), end));
            return found;
        }
        if let Some((operator, end)) = self.or_more(end) {
            let condition = compare(operator, first.clone());
            found.push((about(hypothesis.clone().filter(at.source, condition), at), end));
        }
        if let Some((second, end)) =
            self.accept(end, Category::Or).and_then(|next| year(self.skip_optional(next, Category::In)))
        {
            let values = vec![first.clone(), second];
            let condition = Condition::OneOf { column: at, values, negated: false };
            found.push((about(hypothesis.clone().filter(at.source, condition), at), end));
        }
        let condition = Condition::OneOf { column: at, values: vec![first], negated: false };
        found.push((about(hypothesis.clone().filter(at.source, condition), at), end));
        found
    }
}

//! When: "in 2024", "after 2013", "since March 2025", for dates and for years that are kept as numbers.

use super::clauses::Lead;
use super::conditions::told;
use super::hypothesis::Draft;
use super::lexicon::Use;
use super::parser::{Parser, Parses};
use super::query_tree::{At, Condition, Operand, Value};
use words::Kind;

impl Parser<'_> {
    /// "in 2024", "since March" for the one date that the rows of a noun have.
    pub fn times(&self, draft: &Draft, source: usize, lead: Lead) -> Parses<Draft> {
        // "orders cancelled in 2024": when they were cancelled, nothing tells.
        let before = lead.end.saturating_sub(1);
        let verb = self.chart.lower(before).ends_with("ed") && !self.chart.at(before).values.is_empty();
        if lead.negated || verb {
            return Vec::new();
        }
        let relation = draft.query.relation(source);
        let mut dates = self.schema.event_dates(relation);
        if self.schema.has_later_events(relation) {
            dates.clear();
        }
        let years: Vec<_> =
            self.schema.columns(relation).map(|(id, _)| id).filter(|id| self.schema.is_year(*id)).collect();
        let mut found = Vec::new();
        for column in dates.iter().chain(&years) {
            let at = At { source, column: *column };
            found.extend(self.dated(&draft.clone().costing(1), at, lead.end, false));
        }
        found
    }

    /// A time expression for a column that holds dates, or years as numbers.
    pub fn dated(&self, draft: &Draft, at: At, position: usize, negated: bool) -> Parses<Draft> {
        let mut found = Vec::new();
        if negated {
            return found;
        }
        if self.schema.is_date(at.column) {
            let position = self.maybe(position, Use::Compare("="));
            for (window, end) in &self.chart.at(position).windows {
                let condition = Condition::Within { column: at, window: window.clone() };
                found.push((told(draft.clone().filter(at.source, condition), at), *end));
            }
        } else if self.schema.is_year(at.column) || (self.schema.is_whole(at.column) && !self.schema.is_key(at.column))
        {
            found.extend(self.in_years(draft, at, position));
        }
        found
    }

    /// "in 2014", "after 2013", "in year 2014 or 2015" for years that are no dates.
    fn in_years(&self, draft: &Draft, at: At, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        let operator = match self.chart.lower(position) {
            "after" => ">",
            "before" => "<",
            "since" | "from" => ">=",
            "until" => "<=",
            "in" | "on" | "during" | "for" | "of" => "=",
            _ => return found,
        };
        let mut start = self.maybe(self.skip(position + 1), Use::Both);
        if matches!(self.chart.lower(start), "year" | "years") {
            start = self.maybe(start + 1, Use::Of);
        }
        let year = |position: usize| {
            let word = self.chart.words.get(position)?;
            let number = (word.kind == Kind::Number && word.lower.len() == 4).then(|| word.lower.clone())?;
            let text = self.schema.is_text(at.column);
            Some((if text { Operand::Text(number) } else { Operand::Number(number) }, position + 1))
        };
        let Some((first, end)) = year(start) else { return found };
        let value = Value::Column(at);
        let compare =
            |operator: &'static str, operand: Operand| Condition::Compare { value: value.clone(), operator, operand };
        if operator != "=" {
            let condition = compare(operator, first);
            found.push((told(draft.clone().filter(at.source, condition), at), end));
            return found;
        }
        if let Some((operator, end)) = self.or_more(end) {
            let condition = compare(operator, first.clone());
            found.push((told(draft.clone().filter(at.source, condition), at), end));
        }
        if let Some((second, end)) = self.eat(end, Use::Or).and_then(|next| year(self.maybe(next, Use::In))) {
            let values = vec![first.clone(), second];
            let condition = Condition::Equals { column: at, values, negated: false };
            found.push((told(draft.clone().filter(at.source, condition), at), end));
        }
        let condition = Condition::Equals { column: at, values: vec![first], negated: false };
        found.push((told(draft.clone().filter(at.source, condition), at), end));
        found
    }
}

//! Several times of one length: "revenue in 2024 and 2025", "orders in January and February 2025". Rows of any of them are meant;
//! what is counted or added up is told for each.

use crate::catalog::comment_names::is_participle;
use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::lattice::time_expressions::{self, TimeRange, unit_name};
use crate::query::tree::{ColumnRef, Condition, Expression, OutputColumn, TimeUnit};

/// Longer lists are not read.
const MAX_TIMES: usize = 12;

impl Parser<'_> {
    /// Such a list after a measure or a noun whose rows have a date.
    pub fn time_lists(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let Some((times, unit, end)) = self.times_listed(position) else { return Vec::new() };
        let query = &hypothesis.query;
        let is_timed = |condition: &Condition| matches!(condition, Condition::InTimeRange { .. } | Condition::AnyOf(_));
        let calculates =
            query.outputs.iter().any(|o| matches!(o.value, Expression::Window(..) | Expression::Quotient(..)));
        let told = query.sources.first().is_some_and(|base| base.conditions.iter().any(is_timed));
        // "Customers in 2024 and 2025", "who ordered in …", "cancelled in …": by another date than that of their own beginning.
        let before = position.saturating_sub(1);
        let verb = is_participle(self.lattice.lower(before)) && !self.lattice.cell(before).values.is_empty();
        let later = self.schema.has_later_events(query.relation(0)) && !hypothesis.new_rows;
        if told || calculates || verb || later || hypothesis.last_event.is_some() || hypothesis.fraction_from.is_some()
        {
            return Vec::new();
        }
        // "Orders in January and February" are listed, as those of one month are.
        if hypothesis.needs_group {
            return Vec::new();
        }
        let ranks = query.limit.is_some() || !query.order.is_empty() || hypothesis.asked_limit.is_some();
        let series = query.groups.iter().any(|group| matches!(group, Expression::DateTrunc(..)));
        let mut found = Vec::new();
        for (mut next, source, column) in self.event_dates_of(hypothesis) {
            let at = ColumnRef { source, column };
            if next.is_aggregate() && !ranks && !series {
                let value = Expression::DateTrunc(unit, at);
                next.query.groups.push(value.clone());
                next.query.outputs.insert(0, OutputColumn { value, alias: unit_name(unit).to_owned() });
                next.needs_group = false;
            }
            let next = next.with_cost(costs::TIME_WITHOUT_COLUMN).filter(0, any_of(at, &times));
            found.push((Hypothesis { new_rows: false, ..next }, end));
        }
        found
    }

    /// Months, quarters or years that are joined by "and", each with the unit that it is one of.
    fn times_listed(&self, position: usize) -> Option<(Vec<TimeRange>, TimeUnit, usize)> {
        let words = &self.lattice.words;
        let begin = match self.lattice.lower(position) {
            "in" | "for" | "during" | "of" => position + 1,
            _ => position,
        };
        let mut times: Vec<TimeRange> = Vec::new();
        let mut at = begin;
        loop {
            let (range, end) =
                time_expressions::bare_range(words, at).or_else(|| time_expressions::month_of_later_year(words, at))?;
            times.push(range);
            let comma = self.skip_optional(end, Category::Comma);
            let and = self.accept_word(comma, "and");
            let last = times.len() > 1 && self.lattice.lower(at - 1) == "and";
            let next = and.or((comma > end).then_some(comma)).filter(|_| !last && times.len() < MAX_TIMES);
            let Some(next) = next else {
                at = end;
                break;
            };
            at = self.accept_word(next, "in").unwrap_or(next);
        }
        let unit = times.first()?.calendar_unit()?;
        let same = times.iter().all(|time| time.calendar_unit() == Some(unit));
        (same && times.len() > 1).then_some((times, unit, at))
    }
}

/// That a date lies in one of several times.
fn any_of(column: ColumnRef, times: &[TimeRange]) -> Condition {
    let follows = |pair: &[TimeRange]| matches!(pair, [one, two] if one.to.is_some() && one.to == two.from);
    match times {
        [first, .., last] if times.windows(2).all(follows) => {
            let text = times.iter().map(|time| time.text.as_str()).collect::<Vec<_>>().join(" and ");
            let (from, to) = (first.from.clone(), last.to.clone());
            Condition::InTimeRange { column, range: TimeRange { from, to, text: format!("in {text}") } }
        }
        _ => {
            let within = |range: &TimeRange| Condition::InTimeRange { column, range: range.clone() };
            Condition::AnyOf(times.iter().map(within).collect())
        }
    }
}

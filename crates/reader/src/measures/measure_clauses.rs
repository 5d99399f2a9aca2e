//! Clauses that tell the time of what is measured or listed beyond a plain date: that of a row's header, of new rows,
//! weekends, a year without a preposition.

use crate::choice::costs;
use crate::grammar::conditions::about;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::lattice::time_expressions::TimeRange;
use crate::query::tree::{ColumnRef, Condition, Expression, Operand, TimeUnit};

impl Parser<'_> {
    /// All such clauses at a position.
    pub fn measure_clauses(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let mut found = self.weekends(hypothesis, position);
        found.extend(self.begun(hypothesis, position));
        if hypothesis.measures {
            found.extend(self.comparison_clauses(hypothesis, position));
            found.extend(self.compared_groups(hypothesis, position));
            found.extend(self.times_of_measures(hypothesis, position));
            const ALL_TIME: [&str; 5] = ["to date", "so far", "of all time", "until now", "up to now"];
            found.extend(self.accept_phrase(position, &ALL_TIME).map(|end| (hypothesis.clone(), end)));
        }
        found
    }

    /// A time for a measure whose rows have no date of their own, or that counts new rows, or that is grouped by a date.
    fn times_of_measures(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let mut ranges: Vec<(TimeRange, usize)> = self.lattice.cell(position).time_ranges.clone();
        if ranges.is_empty() {
            ranges.extend(self.period(position));
        }
        let told = hypothesis
            .query
            .sources
            .first()
            .is_some_and(|base| base.conditions.iter().any(|one| matches!(one, Condition::InTimeRange { .. })));
        if ranges.is_empty() || told {
            return Vec::new();
        }
        let series = hypothesis.query.groups.iter().find_map(|group| match group {
            Expression::DateTrunc(_, at) => Some(*at),
            _ => None,
        });
        let dates: Vec<(Hypothesis, ColumnRef)> = match series {
            Some(at) => vec![(hypothesis.clone(), at)],
            None => {
                let dates = self.event_dates_of(hypothesis).into_iter();
                dates.map(|(next, source, column)| (next, ColumnRef { source, column })).collect()
            }
        };
        let bare_year = self.lattice.cell(position).time_ranges.is_empty();
        let mut found = Vec::new();
        for (next, at) in dates {
            if !(series.is_some() || hypothesis.new_rows || at.source != 0 || bare_year) {
                continue;
            }
            for (range, end) in &ranges {
                let condition = Condition::InTimeRange { column: at, range: range.clone() };
                let next = next.clone().with_cost(costs::TIME_WITHOUT_COLUMN).filter(0, condition);
                found.push((about(next, at), *end));
            }
        }
        found
    }

    /// "who signed up last month": a time of the rows' own beginning, for rows that came to be by that.
    fn begun(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        const BEGUN: [&str; 12] = [
            "signed up",
            "registered",
            "joined",
            "were created",
            "was created",
            "created",
            "were added",
            "started",
            "opened",
            "were hired",
            "hired",
            "were opened",
        ];
        let start = self.skip_all(position, &[Category::That, Category::Have]);
        let Some(after) = self.accept_phrase(start, &BEGUN) else { return Vec::new() };
        let mut found = Vec::new();
        // "Revenue from customers who joined last month": whoever was named last did.
        let source = hypothesis.focus.last().copied().unwrap_or_default();
        let dates = self.schema.event_dates(hypothesis.query.relation(source));
        if let [column] = dates.as_slice() {
            let at = ColumnRef { source, column: *column };
            for (range, end) in &self.lattice.cell(after).time_ranges {
                let condition = Condition::InTimeRange { column: at, range: range.clone() };
                let next = hypothesis.clone().with_cost(costs::DATE_AS_EVENT + costs::TIME_WITHOUT_COLUMN);
                found.push((about(next.filter(source, condition), at), *end));
            }
        }
        found
    }

    /// "on a weekend": by the date of the rows.
    fn weekends(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let placed = [
            "were placed",
            "was placed",
            "placed",
            "were made",
            "made",
            "came in",
            "happened",
            "were opened",
            "opened",
        ];
        let start = self.accept_phrase(position, &placed).unwrap_or(position);
        const WEEKENDS: [&str; 6] =
            ["on a weekend", "on weekends", "on the weekend", "at the weekend", "at weekends", "on weekend days"];
        const WORKDAYS: [&str; 4] = ["on a weekday", "on weekdays", "on workdays", "on working days"];
        let weekend = self.accept_phrase(start, &WEEKENDS).map(|end| (">=", end));
        let workday = self.accept_phrase(start, &WORKDAYS).map(|end| ("<", end));
        let Some((operator, end)) = weekend.or(workday) else { return Vec::new() };
        let mut found = Vec::new();
        for (next, source, column) in self.event_dates_of(hypothesis) {
            let at = ColumnRef { source, column };
            let value = Expression::DateTrunc(TimeUnit::Weekday, at);
            let condition = Condition::Compare { value, operator, operand: Operand::Number("6".to_owned()) };
            found.push((about(next.with_cost(costs::TIME_WITHOUT_COLUMN).filter(0, condition), at), end));
        }
        found
    }
}

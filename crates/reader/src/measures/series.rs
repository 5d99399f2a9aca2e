//! A measure over time against what came before: "running total of revenue by month", "month on month revenue growth".

use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::measures::measure_terms::Measure;
use crate::query::tree::{Expression, TimeUnit, WindowFunction};

impl Parser<'_> {
    /// Questions for a running total, or for the growth over each unit of time.
    pub fn series_questions(&self, position: usize) -> Parses<Hypothesis> {
        let start = self.skip_articles(position);
        let mut found = Vec::new();
        const RUNNING: [&str; 6] =
            ["running total of", "running sum of", "cumulative", "cumulative total of", "cumulated", "running total"];
        if let Some(begin) = self.accept_phrase(start, &RUNNING) {
            for (measure, end) in self.measure_terms(begin) {
                found.push((with_window(&measure, WindowFunction::RunningTotal, "running_total"), end));
            }
        }
        let (unit, begin) = self.unit_on_unit(start);
        let leading =
            self.accept_phrase(begin, &["growth of", "growth in", "growth of our", "change in", "growth rate of"]);
        for (measure, end) in self.measure_terms(leading.unwrap_or(begin)) {
            let after = match leading {
                Some(_) => end,
                None => {
                    match self.accept_phrase(end, &["growth", "growth rate", "change", "growth per", "growth by"]) {
                        Some(after) if matches!(self.lattice.lower(after - 1), "per" | "by") => after - 1,
                        Some(after) => after,
                        None => continue,
                    }
                }
            };
            let (late, after) = if unit.is_none() { self.unit_on_unit(after) } else { (None, after) };
            let growth = with_window(&measure, WindowFunction::GrowthOverPrevious, "growth");
            match unit.or(late) {
                Some(unit) => found.extend(self.truncated_to(&growth, unit).into_iter().map(|next| (next, after))),
                None => found.push((growth, after)),
            }
        }
        found
    }

    /// "month on month", "year over year", "yoy", "monthly".
    fn unit_on_unit(&self, position: usize) -> (Option<TimeUnit>, usize) {
        const UNITS: [(TimeUnit, &[&str]); 4] = [
            (TimeUnit::Week, &["week on week", "week over week", "week-over-week", "week-on-week", "wow"]),
            (TimeUnit::Month, &["month on month", "month over month", "month-over-month", "month-on-month", "mom"]),
            (TimeUnit::Quarter, &["quarter on quarter", "quarter over quarter", "quarter-over-quarter", "qoq"]),
            (TimeUnit::Year, &["year on year", "year over year", "year-over-year", "year-on-year", "yoy"]),
        ];
        for (unit, phrases) in UNITS {
            if let Some(end) = self.accept_phrase(position, phrases) {
                return (Some(unit), end);
            }
        }
        self.every_time_unit(position)
    }
}

fn with_window(measure: &Measure, function: WindowFunction, alias: &str) -> Hypothesis {
    let mut hypothesis = Hypothesis::new(measure.relation, measure.cost);
    hypothesis.measures = true;
    hypothesis.new_rows = measure.new_rows;
    let value = Expression::Window(function, Box::new(measure.value.clone()));
    hypothesis.select(measure.value.clone(), &measure.alias).select(value, alias)
}

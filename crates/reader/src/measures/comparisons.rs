//! A measure of two times or of two groups side by side: "revenue last month vs the month before", "compare 2024 and 2025
//! revenue", "by how many percent did revenue grow from 2024 to 2025".

use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::lattice::time_expressions::{self, TimeRange};
use crate::measures::compared_groups;
use crate::measures::measure_terms::Measure;
use crate::query::tree::{ColumnRef, Condition, Expression, OutputColumn};

const AGAINST: [&str; 12] = [
    "vs",
    "vs.",
    "versus",
    "compared to",
    "compared with",
    "against",
    "in comparison to",
    "and",
    "with",
    "than in",
    "to",
    "or",
];

impl Parser<'_> {
    /// Questions that begin with a comparison.
    pub fn comparison_questions(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = self.growth_questions(position);
        let Some(start) = self.accept_phrase(position, &["compare", "comparison of"]) else { return found };
        if let Some((one, other, middle)) = self.two_periods(start, true) {
            let middle = self.skip_all(middle, &[Category::Of]);
            for (measure, end) in self.measure_terms(middle) {
                found.extend(self.compared(&measured(&measure), &one, &other).into_iter().map(|next| (next, end)));
            }
        }
        for (measure, middle) in self.measure_terms(start) {
            if let Some((one, other, end)) = self.two_periods(middle, true) {
                found.extend(self.compared(&measured(&measure), &one, &other).into_iter().map(|next| (next, end)));
            }
            const BESIDE: [&str; 2] = ["with", "to"];
            found.extend(self.grouped_by_values(&measured(&measure), middle, false));
            for between in [&BESIDE[..], &compared_groups::AGAINST] {
                found.extend(self.grouped_by_two_values(&measured(&measure), middle, between));
            }
        }
        found
    }

    /// "by how many percent did revenue grow from 2024 to 2025".
    fn growth_questions(&self, position: usize) -> Parses<Hypothesis> {
        const ASKED: [&str; 7] = [
            "by how many percent did",
            "by how much did",
            "how much did",
            "by what percentage did",
            "how many percent did",
            "by how many percent has",
            "how did",
        ];
        const GREW: [&str; 12] = [
            "grow", "increase", "rise", "change", "fall", "drop", "decrease", "decline", "go up", "go down", "grown",
            "develop",
        ];
        let mut found = Vec::new();
        let Some(start) = self.accept_phrase(position, &ASKED) else { return found };
        for (measure, middle) in self.measure_terms(start) {
            let Some(begin) = self.accept_phrase(middle, &GREW) else { continue };
            let begin = self.accept_word(begin, "between").or(self.accept_word(begin, "from")).unwrap_or(begin);
            let Some((earlier, later, end)) = self.two_periods(begin, true) else { continue };
            for next in self.compared(&measured(&measure), &earlier, &later) {
                found.push((with_growth(next), end));
            }
        }
        found
    }

    /// Two times with a word between them that sets one against the other. Without `asked`, "and" or "to" does not.
    fn two_periods(&self, position: usize, asked: bool) -> Option<(TimeRange, TimeRange, usize)> {
        let (one, middle) = self.period(position)?;
        let comma = self.skip_optional(middle, Category::Comma);
        let begin = self.accept_phrase(comma, if asked { &AGAINST } else { &AGAINST[..7] })?;
        let (other, end) = self.period(begin).or_else(|| self.period_before(&one, begin))?;
        Some((one, other, end))
    }

    /// A time, with or without a preposition; a year may be a number alone.
    pub fn period(&self, position: usize) -> Option<(TimeRange, usize)> {
        let prefixed = self.lattice.cell(position).time_ranges.first().cloned();
        let bare = || time_expressions::bare_range(&self.lattice.words, position);
        prefixed.filter(|(range, _)| range.from.is_some() && range.to.is_some()).or_else(bare)
    }

    /// "the month before", "the previous year": the unit of time that ends where another time begins.
    fn period_before(&self, one: &TimeRange, position: usize) -> Option<(TimeRange, usize)> {
        let start = self.skip_articles(self.accept_word(position, "in").unwrap_or(position));
        let leading = matches!(self.lattice.lower(start), "previous" | "prior" | "preceding");
        let at = if leading { start + 1 } else { start };
        let unit = match self.lattice.lower(at) {
            unit @ ("day" | "week" | "month" | "year") => unit,
            _ => return None,
        };
        let end = if leading { at + 1 } else { self.accept_phrase(at + 1, &["before", "earlier", "before that"])? };
        let to = one.from.clone()?;
        let text = format!("the {unit} before");
        Some((TimeRange { from: Some(format!("{to} - interval '1 {unit}'")), to: Some(to), text }, end))
    }

    /// A comparison that follows a measure: "last month vs the month before".
    pub fn comparison_clauses(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let Some((one, other, end)) = self.two_periods(position, false) else { return Vec::new() };
        self.compared(hypothesis, &one, &other).into_iter().map(|next| (next, end)).collect()
    }

    /// Each aggregate of a hypothesis for one time and for another, and the difference of the later from the earlier.
    fn compared(&self, hypothesis: &Hypothesis, one: &TimeRange, other: &TimeRange) -> Vec<Hypothesis> {
        let is_measure = |output: &OutputColumn| output.value.is_aggregate();
        let windows = hypothesis.query.outputs.iter().any(|output| matches!(output.value, Expression::Window(..)));
        if !hypothesis.measures || windows || !hypothesis.query.order.is_empty() || hypothesis.fraction_from.is_some() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (mut next, source, column) in self.event_dates_of(hypothesis) {
            let at = ColumnRef { source, column };
            let within = |range: &TimeRange| Condition::InTimeRange { column: at, range: range.clone() };
            let (measures, groups): (Vec<OutputColumn>, Vec<OutputColumn>) =
                next.query.outputs.drain(..).partition(is_measure);
            next.query.outputs = groups;
            for OutputColumn { value, alias } in measures {
                let part = |range: &TimeRange| value.clone().filtered(&within(range));
                let (first, second) = (part(one), part(other));
                let (earlier, later) = if begins_later(one, other) { (&second, &first) } else { (&first, &second) };
                let difference = Expression::Difference(Box::new(later.clone()), Box::new(earlier.clone()));
                next = next
                    .select(first.clone(), &format!("{alias}_{}", slug(one)))
                    .select(second.clone(), &format!("{alias}_{}", slug(other)))
                    .select(difference, "difference");
            }
            next.needs_group = false;
            next.new_rows = false;
            found.push(
                next.filter(0, Condition::AnyOf(vec![within(one), within(other)]))
                    .with_cost(costs::TIME_WITHOUT_COLUMN),
            );
        }
        found
    }
}

fn measured(measure: &Measure) -> Hypothesis {
    let mut hypothesis = Hypothesis::new(measure.relation, measure.cost);
    hypothesis.measures = true;
    hypothesis.select(measure.value.clone(), &measure.alias)
}

/// Adds the growth to a comparison, before its other outputs.
fn with_growth(mut hypothesis: Hypothesis) -> Hypothesis {
    let growth = hypothesis.query.outputs.iter().find_map(|output| match &output.value {
        Expression::Difference(later, earlier) => Some(Expression::Growth(later.clone(), earlier.clone())),
        _ => None,
    });
    let output = growth.map(|value| OutputColumn { value, alias: "growth".to_owned() });
    hypothesis.query.outputs.splice(0..0, output);
    hypothesis
}

/// Whether a time begins later than another, as far as their SQL tells; relative ones are told from the later on.
fn begins_later(one: &TimeRange, other: &TimeRange) -> bool {
    match (&one.from, &other.from) {
        (Some(one), Some(other)) if one.starts_with("DATE") && other.starts_with("DATE") => one > other,
        (Some(one), Some(other)) => one.len() <= other.len(),
        _ => false,
    }
}

/// A time as a part of a column's name.
fn slug(range: &TimeRange) -> String {
    let words = range.text.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty() && !matches!(*word, "in" | "the" | "during" | "for" | "of"));
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

//! A number for each period: how it went, its extremes, and what all are together.

use super::changes::change;
use super::columns::{Column, Role, top_select};
use super::conditions::Scope;
use super::dates::{Date, Unit, period, stretch};
use super::figures::Style;
use super::{Told, numbers, sentence};
use crate::english_list;
use crate::outline::Expr;

/// One period with its number.
type Point = (Date, f64);

/// A change of less than this part is no change worth a word.
const STEADY: f64 = 0.01;
/// Of more periods than these with the same number, none is named.
const MOST_ALIKE: usize = 2;
/// Measures beside the first that are told.
const MOST_MEASURES: usize = 2;

impl Told<'_> {
    pub(super) fn series(&self, time: &Column, measures: &[&Column]) -> Vec<String> {
        let Role::Period(unit, days) = &time.role else { return self.list() };
        let first = measures.first().copied();
        let points = |column: &Column| {
            let mut points: Vec<Point> =
                days.iter().zip(&column.numbers).filter_map(|(day, number)| Some(((*day)?, (*number)?))).collect();
            points.sort_by_key(|(day, _)| *day);
            points
        };
        let Some((column, all)) = first.map(|column| (column, points(column))) else { return self.list() };
        let is_unique = all.windows(2).all(|pair| pair[0].0 != pair[1].0);
        if all.len() < 2 || !is_unique || *unit == Unit::Moment {
            return self.ranking(measures);
        }
        if self.ranked_by().is_some() && self.facts.outline.query.limit.is_some() {
            return self.ranking(measures);
        }
        // Where growth is asked for, it comes first, and of what grows only the course.
        if let Some(growth) = measures.iter().find(|other| other.name != column.name && other.noun.ends_with("growth"))
        {
            let growth_points = points(growth);
            let is_whole = growth_points.windows(2).all(|pair| pair[0].0.after(*unit) == pair[1].0);
            let mut named = (*growth).clone();
            if is_whole && self.is_over_the_one_before(growth) {
                // "Month-on-month growth".
                named.noun = format!("{0}-on-{0} {1}", unit.word(), growth.noun);
            }
            let told = [(&named, growth_points, true), (column, all, false)];
            let course = |(one, points, is_first): &(&Column, Vec<Point>, bool)| {
                self.course(one, *unit, points, *is_first).into_iter().take(1)
            };
            return told.iter().flat_map(course).collect();
        }
        // So does a running total, which only rises, and ends in the total of what is added up.
        if let Some(running) = measures.iter().find(|other| other.name != column.name && is_running_total(&other.noun))
        {
            let mut sentences = self.running_total(running, *unit, &points(running)).into_iter().collect::<Vec<_>>();
            let is_told = |sentence: &String| sentence.starts_with("The total ");
            sentences.extend(self.course(column, *unit, &all, false).into_iter().filter(|one| !is_told(one)));
            return sentences;
        }
        let mut sentences = self.course(column, *unit, &all, true);
        for other in measures.iter().skip(1).take(MOST_MEASURES) {
            sentences.extend(self.course(other, *unit, &points(other), false).into_iter().take(1));
        }
        sentences
    }

    /// Whether a number compares a period with the one before.
    fn is_over_the_one_before(&self, column: &Column) -> bool {
        let is_lag = |value: &Expr| matches!(value, Expr::Window(window) if window.call.name == "lag");
        let outputs = top_select(&self.facts).map(|select| select.columns.as_slice()).unwrap_or_default();
        let output = outputs.iter().find(|output| output.name == column.name);
        output.is_some_and(|output| output.value.holds(&is_lag)) && column.noun == "growth"
    }

    /// From where to where a running total went.
    fn running_total(&self, column: &Column, unit: Unit, points: &[Point]) -> Option<String> {
        let [(begin, from), .., (end, to)] = points else { return None };
        let with_year = begin.year != end.year;
        let (begin, end) = (period(*begin, unit, with_year), period(*end, unit, with_year));
        let goes = if self.scope.is_over { "went" } else { "goes" };
        let (noun, after) = (super::with_the(&column.noun), self.scope.after_measure());
        let (from, to) = (column.figures.show(*from), column.figures.show(*to));
        Some(sentence(&format!("{noun}{after} {goes} from {from} in {begin} to {to} in {end}")))
    }

    /// How one measure went. The time is told with the first of several.
    fn course(&self, column: &Column, unit: Unit, points: &[Point], is_first: bool) -> Vec<String> {
        let with_year = points.iter().any(|(day, _)| day.year != points[0].0.year);
        let name = |day: Date| period(day, unit, with_year);
        let show = |number: f64| column.figures.show(number);
        let tie = if unit == Unit::Day { "on" } else { "in" };
        // A period that is not over says nothing about how it went.
        let is_running = |day: Date| self.facts.today.is_some_and(|today| day <= today && today < day.after(unit));
        let last = points.last().copied().filter(|(day, _)| is_running(*day) || self.is_cut_short(*day, unit));
        let over = if last.is_some() { &points[..points.len() - 1] } else { points };
        // What is left out of the course is left out of its time, too.
        let scope = match (last, over) {
            (Some((day, _)), [(begin, _), _, ..]) if !is_running(day) => {
                Scope { time: stretch(Some(*begin), Some(day)), ..self.scope.clone() }
            }
            _ => self.scope.clone(),
        };
        let scope = if is_first { scope } else { scope.without_time() };
        let scope = if column.counted.is_some() { scope.after_number() } else { scope.after_measure() };
        let comma = if self.scope.conditions.is_some() { "," } else { "" };
        let [(begin, from), .., (end, to)] = over else {
            let told: Vec<String> =
                points.iter().map(|(day, number)| format!("{} {tie} {}", show(*number), name(*day))).collect();
            let noun = super::with_the(&column.noun);
            return vec![sentence(&format!("{noun}{scope}{comma} was {}", told.join(" and ")))];
        };
        let subject = format!("{}{scope}{comma}", super::with_the(&column.noun));
        let it = if super::single_row::is_plural(&column.noun) { "they were" } else { "it was" };
        let course = Course { points: over, style: column.figures.style, it, tie, name: &name, show: &show };
        let incomplete = last.map(|(_, number)| number);
        let mut sentences = match over.len() {
            2 => {
                let change = change(*to, *from, column.figures.style);
                let than = format!("{} {tie}", if to == from { "as" } else { "than" });
                let scope = self.scope.without_time();
                let scope = if column.counted.is_some() { scope.after_number() } else { scope.after_measure() };
                if let Some(rows) = &column.counted {
                    let change = super::changes::change_of(column, *to, *from);
                    let were = if *to == 1.0 { "was" } else { "were" };
                    let (many, begin, end, from) = (super::counted(*to, rows), name(*begin), name(*end), show(*from));
                    vec![format!("There {were} {many} {tie} {end}{scope}{comma}, {change} {than} {begin} ({from}).")]
                } else {
                    let noun = super::with_the(&column.noun);
                    let (begin, end, from, to) = (name(*begin), name(*end), show(*from), show(*to));
                    vec![sentence(&format!(
                        "{noun} {tie} {end}{scope}{comma} was {to}, {change} {than} {begin} ({from})"
                    ))]
                }
            }
            _ if is_change(&column.noun) => vec![course.changes(&subject)],
            _ if course.is_the_same_with_gaps(unit) => vec![course.in_each(&subject)],
            _ if course.is_unsteady() => vec![course.range(&subject, last.is_none())],
            _ => [Some(course.trend(&subject)), course.extremes(incomplete)].into_iter().flatten().collect(),
        };
        if over.len() > 2 {
            sentences.extend(self.all_of(column, unit, over, last));
        }
        sentences.extend(last.map(|(day, number)| self.incomplete(is_running(day), unit, &name(day), &show(number))));
        sentences
    }

    /// The number of a period that is not complete: it is running, or the data stops in it.
    fn incomplete(&self, is_running: bool, unit: Unit, period: &str, number: &str) -> String {
        if is_running {
            return sentence(&format!("{period}, which is not over, has {number} so far"));
        }
        if unit != Unit::Month {
            return sentence(&format!("in {period}, which is incomplete, it was {number}"));
        }
        self.is_end_told.set(true);
        let to = ordinal(self.times.iter().find_map(|time| time.last).map_or(0, |last| last.day));
        sentence(&format!("{period}, up to the {to}, has {number}: there is nothing after that"))
    }

    /// The sum, and the mean of a period.
    fn all_of(&self, column: &Column, unit: Unit, points: &[Point], last: Option<Point>) -> Option<String> {
        let total: f64 = points.iter().map(|(_, number)| number).sum();
        let mean = total / points.len() as f64;
        let total = total + last.map_or(0.0, |(_, number)| number);
        if column.figures.style != Style::Plain || self.is_cut {
            return None;
        }
        let is_whole = points.iter().all(|(_, number)| number.fract() == 0.0) && mean.abs() >= 10.0;
        let mean = if is_whole { numbers::plain(mean.round()) } else { column.figures.show(mean) };
        let (shown, period) = (column.figures.show(total), unit.word());
        let each = if last.is_some() { format!("in a complete {period}") } else { format!("a {period}") };
        let is_running = last.is_some_and(|(day, _)| self.facts.today.is_some_and(|today| today < day.after(unit)));
        let (is, so_far) = match (self.scope.is_over, is_running) {
            (true, _) => ("was", ""),
            (false, true) => ("is", " so far"),
            (false, false) => ("is", ""),
        };
        let told = match &column.counted {
            Some(rows) => {
                let are = match (self.scope.is_over, is_running) {
                    (true, _) => "were",
                    (false, true) => "have been",
                    (false, false) => "are",
                };
                format!("In all, there {are} {}{so_far}", super::counted(total, rows))
            }
            // Nothing is called a total twice.
            None if column.noun.starts_with("total ") => format!("In all, it {is} {shown}{so_far}"),
            None => format!("The total{so_far} {is} {shown}"),
        };
        // A period without rows is not there, so that the mean would be of those that have some.
        let ends = points.first().zip(last.as_ref().or(points.last()));
        let all = ends.map_or(0, |((first, _), (last, _))| periods(*first, *last, unit));
        let with_rows = points.len() + usize::from(last.is_some());
        if all > with_rows {
            return column.adds_up.then(|| format!("{told}, in {with_rows} of the {all} {period}s."));
        }
        column.adds_up.then(|| format!("{told}, on average {mean} {each}."))
    }
}

/// How many periods there are from one to another, both counted.
fn periods(first: Date, last: Date, unit: Unit) -> usize {
    let days = last.days() - first.days();
    let months = (last.year - first.year) * 12 + last.month - first.month;
    let between = match unit {
        Unit::Week => days / 7,
        Unit::Month => months,
        Unit::Quarter => months / 3,
        Unit::Year => last.year - first.year,
        _ => days,
    };
    usize::try_from(between + 1).unwrap_or_default()
}

/// How a measure went over periods that are complete, three or more.
struct Course<'a, N: Fn(Date) -> String, S: Fn(f64) -> String> {
    points: &'a [Point],
    style: Style,
    /// What stands for the measure: `it was`, `they were`.
    it: &'static str,
    /// What stands before a period: `in January`, `on 1 January`.
    tie: &'static str,
    name: &'a N,
    show: &'a S,
}

/// Fewer points than these have no course but from the first to the last.
const FEW: usize = 5;
/// The least correlation of a measure with time that is a trend.
const TREND: f64 = 0.6;

impl<N: Fn(Date) -> String, S: Fn(f64) -> String> Course<'_, N, S> {
    fn ends(&self) -> (Point, Point) {
        let none = (Date { year: 0, month: 0, day: 0 }, 0.0);
        (self.points.first().copied().unwrap_or(none), self.points.last().copied().unwrap_or(none))
    }

    /// Whether it goes up and down, so that its first and its last value say nothing of how it went.
    fn is_unsteady(&self) -> bool {
        let number = self.points.len() as f64;
        let (_, most) = self.extreme(|one, other| one > other);
        let (_, least) = self.extreme(|one, other| one < other);
        if self.points.len() < FEW || most - least <= most.abs() * STEADY {
            return false;
        }
        let mean_of = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / number;
        let middle = (number - 1.0) / 2.0;
        let mean = mean_of(&mut self.points.iter().map(|(_, value)| *value));
        let both = mean_of(&mut self.points.iter().enumerate().map(|(at, (_, v))| (at as f64 - middle) * (v - mean)));
        let times = mean_of(&mut (0..self.points.len()).map(|at| (at as f64 - middle).powi(2)));
        let values = mean_of(&mut self.points.iter().map(|(_, value)| (value - mean).powi(2)));
        both.abs() < TREND * (times * values).sqrt()
    }

    /// From where to where it moved, and that there is no more to say of it.
    fn range(&self, subject: &str, with_ends: bool) -> String {
        let told = |better: fn(f64, f64) -> bool| {
            let (day, number) = self.extreme(better);
            let days = || self.points.iter().filter(|point| point.1 == number).map(|(day, _)| *day);
            let told: Vec<Date> = if days().count() <= MOST_ALIKE { days().collect() } else { Vec::new() };
            let when: Vec<String> = told.iter().map(|day| (self.name)(*day)).collect();
            let when = if when.is_empty() { when.concat() } else { format!(" ({})", english_list(&when, "and")) };
            (if told.is_empty() { vec![day] } else { told }, format!("{}{when}", (self.show)(number)))
        };
        let ((low_days, low), (high_days, high)) = (told(|one, other| one < other), told(|one, other| one > other));
        let ((begin, from), (end, to)) = self.ends();
        let is_told = |day: Date| low_days.contains(&day) || high_days.contains(&day);
        let ends = [(begin, from), (end, to)].into_iter().filter(|(day, _)| !is_told(*day));
        let ends: Vec<String> =
            ends.map(|(day, number)| format!("{} {} {}", (self.show)(number), self.tie, (self.name)(day))).collect();
        let ends = match ends.is_empty() || !with_ends {
            true => String::new(),
            false => format!("; {} {}", self.it, english_list(&ends, "and")),
        };
        sentence(&format!("{subject} went up and down between {low} and {high}, with no clear trend{ends}"))
    }

    /// Whether all points are alike, and there are periods between them that have none.
    fn is_the_same_with_gaps(&self, unit: Unit) -> bool {
        let ((begin, from), (end, _)) = self.ends();
        self.points.iter().all(|(_, number)| *number == from) && periods(begin, end, unit) > self.points.len()
    }

    /// `The number of orders was 1 in each of 2010, 2015 and 2021`: in the years between it was not the same.
    fn in_each(&self, subject: &str) -> String {
        let (_, (_, number)) = self.ends();
        let was = self.it.rsplit(' ').next().unwrap_or_default();
        let days: Vec<String> = self.points.iter().map(|(day, _)| (self.name)(*day)).collect();
        let when = match days.len() <= FEW {
            true => format!("in each of {}", english_list(&days, "and")),
            false => format!("in each of {} that have any", days.len()),
        };
        sentence(&format!("{subject} {was} {} {when}", (self.show)(number)))
    }

    /// Of changes, it is told when they were greatest, and the last one.
    fn changes(&self, subject: &str) -> String {
        let told = |better: fn(f64, f64) -> bool| {
            let (day, number) = self.extreme(better);
            (day, format!("{} {} ({})", self.tie, (self.name)(day), (self.show)(number)))
        };
        let ((high_day, high), (low_day, low)) = (told(|one, other| one > other), told(|one, other| one < other));
        let (_, (end, last)) = self.ends();
        let last = match end == high_day || end == low_day {
            true => String::new(),
            false => format!("; {} {} {} {}", self.tie, (self.name)(end), self.it, (self.show)(last)),
        };
        let was = self.it.rsplit(' ').next().unwrap_or_default();
        sentence(&format!("{subject} {was} highest {high} and lowest {low}{last}"))
    }

    fn trend(&self, subject: &str) -> String {
        let ((begin, from), (end, to)) = self.ends();
        let (begin, end, tie) = ((self.name)(begin), (self.name)(end), self.tie);
        let went = went(from, to, self.style);
        let by = match went {
            "stayed about the same" => {
                return sentence(&format!(
                    "{subject} {went}: {} {tie} {begin} and {} {tie} {end}",
                    (self.show)(from),
                    (self.show)(to)
                ));
            }
            _ => super::changes::amount_of_change(to, from, self.style),
        };
        let (from, to) = ((self.show)(from), (self.show)(to));
        sentence(&format!("{subject} {went} by {by}, from {from} {tie} {begin} to {to} {tie} {end}"))
    }

    /// The highest and the lowest, where they are one each and were not told as the first or the last; `incomplete` is what
    /// a period has that is left out.
    fn extremes(&self, incomplete: Option<f64>) -> Option<String> {
        let ((begin, _), (end, _)) = self.ends();
        let told = |better: fn(f64, f64) -> bool| {
            let (day, number) = self.extreme(better);
            let alone = self.points.iter().filter(|point| point.1 == number).count() == 1;
            (alone && day != begin && day != end)
                .then(|| (format!("{} ({})", (self.name)(day), (self.show)(number)), number))
        };
        let (high, low) = (told(|one, other| one > other), told(|one, other| one < other));
        let among = low.as_ref().is_some_and(|(_, low)| incomplete.is_some_and(|number| number < *low));
        let among = if among { ", of the complete ones," } else { "" };
        let tie = self.tie;
        match (high, low) {
            (Some((high, _)), Some((low, _))) => {
                Some(sentence(&format!("{} highest {tie} {high} and{among} lowest {tie} {low}", self.it)))
            }
            (Some((high, _)), None) => Some(sentence(&format!("{} highest {tie} {high}", self.it))),
            (None, Some((low, _))) => Some(sentence(&format!("{}{among} lowest {tie} {low}", self.it))),
            (None, None) => None,
        }
    }

    fn extreme(&self, better: fn(f64, f64) -> bool) -> Point {
        let (first, _) = self.ends();
        self.points.iter().fold(first, |best, point| if better(point.1, best.1) { *point } else { best })
    }
}

/// `1st`, `26th`.
fn ordinal(day: i64) -> String {
    let ending = match (day % 10, day % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{day}{ending}")
}

/// Whether a noun is that of a number that is added up over time.
fn is_running_total(noun: &str) -> bool {
    noun.starts_with("running total") || noun.starts_with("cumulative ")
}

/// Whether a noun is that of a change, which does not rise or fall itself.
fn is_change(noun: &str) -> bool {
    ["growth", "change", "difference"].iter().any(|end| noun.ends_with(end))
}

fn went(from: f64, to: f64, style: Style) -> &'static str {
    let size = from.abs().max(to.abs());
    if (to - from).abs() <= size * STEADY && style == Style::Plain || to == from {
        "stayed about the same"
    } else if to > from {
        "rose"
    } else {
        "fell"
    }
}

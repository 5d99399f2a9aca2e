//! Groups or rows with a number each: who is first, who follows, who is last, and what all are together.

use super::columns::{Column, Role, spoken, top_select};
use super::figures::Style;
use super::{Told, numbers, question_words, sentence};
use crate::english_list;
use crate::outline::Expr;

/// So many are named in a sentence.
const NAMED: usize = 5;
/// Of more groups than are named, so many at the top.
const TOP: usize = 3;
/// All are nearly alike where the last is less than the first by no more than this part.
const CLOSE: f64 = 0.05;

impl Told<'_> {
    pub(super) fn ranking(&self, measures: &[&Column]) -> Vec<String> {
        let sorted = self.ranked_by();
        let Some(column) = sorted.map(|(column, _)| column).or_else(|| measures.first().copied()) else {
            return self.list();
        };
        let descending = sorted.is_none_or(|(_, descending)| descending);
        let mut ranked: Vec<(usize, f64)> =
            column.numbers.iter().enumerate().filter_map(|(row, number)| Some((row, (*number)?))).collect();
        if sorted.is_none() {
            ranked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        }
        let is_limited = self.facts.outline.query.limit.is_some();
        let is_change = column.noun.ends_with("difference") && sorted.is_none_or(|_| !is_limited);
        if let Some(sentences) = self.shares(measures).or_else(|| self.compared_groups(measures)) {
            return sentences;
        }
        if is_change && ranked.len() > 2 && ranked.iter().all(|(_, number)| *number < 0.0) {
            return self.declines(column, &mut ranked);
        }
        if sorted.is_none_or(|_| !is_limited)
            && let Some(sentences) = self.ranges(measures)
        {
            return sentences;
        }
        let Some((_, best)) = ranked.first().copied() else { return self.list() };
        if ranked.len() == 2 && sorted.is_none_or(|_| self.facts.outline.query.limit.is_none()) {
            return self.two(column, &ranked);
        }
        let first: Vec<usize> = ranked.iter().take_while(|(_, number)| *number == best).map(|(row, _)| *row).collect();
        let limited = self.facts.outline.query.limit.is_some();
        if first.len() > 1 {
            return self.shared_first(column, &first, &ranked, descending);
        }
        let named = self.named(column, &ranked);
        let whole = descending && !limited && !self.is_cut && measures.len() == 1;
        let state = if whole { self.leading_state(column, &ranked) } else { None };
        let lead = || self.lead(column, &self.row_name(first[0]), descending, &column.figures.show(best));
        let (is_whole_told, lead) = (state.is_some(), state.unwrap_or_else(lead));
        let also =
            |row: usize| self.also(measures, column, row).iter().map(|one| format!("; {one}")).collect::<String>();
        let beside = match self.also(measures, column, first[0]).as_slice() {
            [] => String::new(),
            told => format!(" ({})", told.join("; ")),
        };
        let told = ranked.get(..named).unwrap_or(&ranked);
        let following =
            if is_whole_told { self.further_states(column, told) } else { self.following(column, told, &also) };
        let mut sentences = vec![sentence(&format!("{lead}{beside}{following}"))];
        sentences.extend(self.last_of(column, &ranked, named, limited, descending));
        sentences.extend(self.total(column, &ranked, limited).filter(|_| !is_whole_told));
        sentences
    }

    /// Whether a further number of the rows is told: one that was computed, or that the question names.
    pub(super) fn is_asked(&self, column: &Column) -> bool {
        let outputs = top_select(&self.facts).map(|select| select.columns.as_slice()).unwrap_or_default();
        let output = outputs.iter().find(|output| output.name == column.name);
        let is_plain = output.is_some_and(|output| matches!(output.value, Expr::Column { .. }));
        !is_plain || self.is_grouped() || question_words::has(self.facts.question, &spoken(&column.name))
    }

    /// How many are named: all of a few, else those at the top, so that the last one named is shown to differ from the next.
    fn named(&self, column: &Column, ranked: &[(usize, f64)]) -> usize {
        if ranked.len() <= NAMED {
            return ranked.len();
        }
        let shown = |at: usize| ranked.get(at).map(|(_, number)| column.figures.show(*number));
        let ends_at = |many: &usize| shown(*many - 1) != shown(*many);
        [TOP, TOP - 1, TOP + 1, NAMED, 1].into_iter().find(ends_at).unwrap_or(TOP)
    }

    /// Several that are alike at the top: by name where they are a few.
    fn shared_first(&self, column: &Column, rows: &[usize], ranked: &[(usize, f64)], descending: bool) -> Vec<String> {
        let best = ranked.first().map_or(0.0, |(_, best)| *best);
        let limited = self.facts.outline.query.limit.is_some();
        if let Some(alike) = self.all_alike(column, ranked, best).filter(|_| !limited && rows.len() == ranked.len()) {
            return vec![alike];
        }
        let who = if rows.len() > NAMED {
            let group = self.named_rows().map(|rows| format!(" {rows}")).unwrap_or_default();
            format!("{}{group}", numbers::exact(rows.len() as f64))
        } else {
            english_list(&rows.iter().map(|row| self.row_name(*row)).collect::<Vec<_>>(), "and")
        };
        let has = self.has_most(column, descending).replacen("has ", "have ", 1);
        let rest: Vec<&(usize, f64)> =
            ranked.iter().skip(rows.len()).filter(|_| limited || ranked.len() <= NAMED).collect();
        let next = |(row, number): &&(usize, f64)| self.row_with(*row, &column.figures.show(*number));
        let next: Vec<String> = rest.iter().take(NAMED).map(next).collect();
        let next =
            if next.is_empty() { String::new() } else { format!(", followed by {}", english_list(&next, "and")) };
        let told = sentence(&format!("{who} {has}{}: {} each{next}", self.after(column), column.figures.show(best)));
        // Behind a limit, there may be more of them.
        let others = match (limited, rows.len() == ranked.len()) {
            (true, true) => Some("Others may have as much.".to_owned()),
            (true, false) => None,
            (false, _) => self.all_with_shared_first(column, ranked),
        };
        [Some(told), others].into_iter().flatten().collect()
    }

    /// The other end, where it was not named and is known.
    fn last_of(
        &self,
        column: &Column,
        ranked: &[(usize, f64)],
        named: usize,
        limited: bool,
        descending: bool,
    ) -> Option<String> {
        let (row, number) = ranked.last().copied().filter(|_| ranked.len() > named && !self.is_cut)?;
        if limited {
            let place = numbers::exact(ranked.len() as f64);
            let last = self.row_with(row, &column.figures.show(number));
            return Some(format!("Number {place} {} {last}.", self.be()));
        }
        let alike = ranked.iter().filter(|(_, other)| *other == number).count();
        let (many, value) = (self.many_groups(ranked.len()), column.figures.show(number));
        Some(if alike == 1 {
            let best = ranked.first().map_or(number, |(_, best)| *best);
            let less = 1.0 - number / best;
            let is_close = descending && number > 0.0 && less < CLOSE && column.figures.style == Style::Plain;
            let only = match is_close {
                // Of points on a scale, nobody says a percentage.
                true if is_on_scale(&column.noun) => ", so they hardly differ".to_owned(),
                true => format!(", only {} less", numbers::percent(less)),
                false => String::new(),
            };
            sentence(&format!("{}{only}", self.trail(column, &self.row_name(row), descending, &many, &value)))
        } else {
            self.alike_at_the_end(column, ranked, number, descending)
        })
    }

    /// All together, and what part of it the first is.
    fn total(&self, column: &Column, ranked: &[(usize, f64)], limited: bool) -> Option<String> {
        let all_counted = !limited && !self.is_cut && column.adds_up && column.figures.style == Style::Plain;
        let total: f64 = ranked.iter().map(|(_, number)| number).sum();
        let (row, best) = ranked.first().copied().filter(|_| all_counted && total > 0.0)?;
        if ranked.iter().any(|(_, number)| *number < 0.0) {
            return None;
        }
        let is_told = self.columns.iter().any(|other| other.noun == "share");
        let total = column.figures.show(total);
        let share = best / total_of(ranked);
        // The part of one among many that are nearly alike says nothing, nor does that of one period of many.
        let has_time = self.columns.iter().any(|column| matches!(column.role, Role::Period(..)));
        if is_told || has_time || share * (ranked.len() as f64) < 1.5 && ranked.len() > NAMED {
            let is_recurring = self.naming().is_some_and(|name| ["hour", "weekday"].contains(&name.name.as_str()));
            return (!is_recurring).then(|| self.in_all(column, &total));
        }
        Some(self.part_of_all(column, &self.row_name(row), share, &total))
    }

    /// What the rows are restricted by, behind the noun for a measure of theirs.
    pub(super) fn after(&self, column: &Column) -> String {
        if column.counted.is_some() { self.scope.after_number() } else { self.scope.after_measure() }
    }

    /// Differences that are all below zero: the greatest decline is the lowest number.
    fn declines(&self, column: &Column, ranked: &mut [(usize, f64)]) -> Vec<String> {
        ranked.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        let first = ranked.get(..untied(ranked)).unwrap_or_default();
        let all = numbers::exact(ranked.len() as f64);
        let rows = self.named_rows().map(|rows| format!(" {rows}")).unwrap_or_default();
        let most_of_all = |told: Vec<String>| match told.is_empty() {
            true => String::new(),
            false => format!(", most of all {}", english_list(&told, "and")),
        };
        if let Some(sides) = self.sides(column) {
            let fewer = sides.fewer;
            let told = first
                .iter()
                .map(|(row, number)| self.row_with(*row, &format!("{} {fewer}", column.figures.show(number.abs()))));
            let (verb, what, new, old) = (sides.verb, sides.what, sides.new, sides.old);
            let most_of_all = most_of_all(told.collect());
            return vec![format!("{all}{rows} {verb} {fewer} {what} {new} than {old}{most_of_all}.")];
        }
        let told = first.iter().map(|(row, number)| self.row_with(*row, &column.figures.show(*number)));
        let most_of_all = most_of_all(told.collect());
        vec![format!("{all}{rows} are down{most_of_all}.")]
    }

    /// Two that are compared.
    fn two(&self, column: &Column, ranked: &[(usize, f64)]) -> Vec<String> {
        let mut ranked = ranked.to_vec();
        ranked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let [(first, one), (second, other)] = ranked.as_slice() else { return Vec::new() };
        let show = |number: f64| column.figures.show(number);
        let behind = second;
        let (first, second) = (self.row_name(*first), self.row_name(*second));
        // Conditions that only name the two say nothing more.
        let told = self.scope.after_measure();
        let names_both = [&first, &second].iter().all(|name| told.contains(name.as_str()));
        let scope = if names_both { self.scope.clone().without_conditions() } else { self.scope.clone() };
        if let Some(told) = self.two_of_a_flag(column, &ranked, &scope) {
            return vec![told];
        }
        let is_place = self.naming().is_some_and(|naming| super::places::PLACES.contains(&naming.name.as_str()));
        if column.noun == "units sold" && is_place && one != other {
            let (change, after) = (super::changes::change_of(column, *one, *other), scope.after_measure());
            let (be, one, other) = (self.be_many(), show(*one), show(*other));
            return vec![sentence(&format!(
                "in {first} {one} units {be} sold{after}, {change} than in {second} ({other})"
            ))];
        }
        let many = super::single_row::is_plural(&column.noun).then(|| column.noun.clone());
        if let Some(nouns) = column.counted.clone().or(many).filter(|_| one != other && !first.starts_with("with")) {
            let (has, change) = (self.has(), super::changes::change_of(column, *one, *other));
            let scope = if column.counted.is_some() { scope.after_number() } else { scope.after_measure() };
            let (one, than) = (show(*one), self.row_with(*behind, &show(*other)));
            return vec![sentence(&format!("{first} {has} {one} {nouns}{scope}, {change} than {than}"))];
        }
        let scope = if column.counted.is_some() { scope.after_number() } else { scope.after_measure() };
        let tie = self.tie();
        let of = |name: &str| if name.starts_with("with") { format!(" {name}") } else { format!(" {tie} {name}") };
        let is = if self.scope.is_over { "was" } else { "is" };
        let noun = super::with_the(&column.noun);
        if one == other {
            return vec![sentence(&format!(
                "{noun} {is} the same{} and{}{scope}: {}",
                of(&first),
                of(&second),
                show(*one)
            ))];
        }
        let change = super::changes::change_of(column, *one, *other);
        let (one, other) = (show(*one), show(*other));
        vec![sentence(&format!("{noun}{}{scope} {is} {one}, {change} than{} ({other})", of(&first), of(&second)))]
    }
}

/// Whether a noun is of points on a scale.
fn is_on_scale(noun: &str) -> bool {
    ["rating", "score", "grade", "stars", "rank", "temperature"].iter().any(|end| noun.ends_with(end))
}

fn total_of(ranked: &[(usize, f64)]) -> f64 {
    ranked.iter().map(|(_, number)| number).sum()
}

/// How many of the lowest numbers, which come first, are told, so that none is left out which is as far as one that is told.
fn untied(ranked: &[(usize, f64)]) -> usize {
    let Some((_, last)) = ranked.get(TOP - 1) else { return ranked.len() };
    let with_ties = ranked.iter().take_while(|(_, number)| number <= last).count();
    if with_ties <= NAMED { with_ties } else { ranked.iter().take_while(|(_, number)| number < last).count() }
}

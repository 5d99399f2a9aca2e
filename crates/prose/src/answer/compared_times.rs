//! The same measure at two times: in one row, or for each group.

use super::changes::{amount_of_change, change_of};
use super::columns::{Column, Role};
use super::dates::Date;
use super::figures::Figures;
use super::times::Known;
use super::{Told, lists, sentence, with_the};

impl Told<'_> {
    /// Two values of the same thing, and perhaps their difference or growth, which is told anyway.
    pub(super) fn compared(&self, measures: &[&Column]) -> Option<Vec<String>> {
        let (first, second) = two_sides(measures).filter(|_| measures.len() > 2)?;
        let values = (first.numbers.first().copied().flatten(), second.numbers.first().copied().flatten());
        if let Some(sentences) = self.compared_with_nothing([(first, values.0), (second, values.1)]) {
            return Some(sentences);
        }
        let (one, other) = (values.0?, values.1?);
        // The later of two times, or what was asked for first, is compared with the other.
        let (new, old, of, to) =
            if second.is_after(first) { (other, one, second, first) } else { (one, other, first, second) };
        // Both as exactly as tells them apart.
        let figures = Figures::of(of.figures.style, &[Some(new), Some(old)]);
        let (show, than) = (|number: f64| figures.show(number), to.when_beside(of));
        // Growth was asked for.
        if measures.iter().any(|column| column.name == "growth") && new != old {
            let went = if new > old { "rose" } else { "fell" };
            let (what, when) = (of.what_beside(to), of.when_beside(to));
            let by = amount_of_change(new, old, of.figures.style);
            let (from, to) = (show(old), show(new));
            return Some(vec![sentence(&format!("{what} {went} by {by}, from {from} {than} to {to} {when}"))]);
        }
        let change = change_of(of, new, old);
        if let Some(told) = self.compared_counts(of, (new, old), &change, &than) {
            return Some(vec![told]);
        }
        let (was, so_far) = if self.is_running(of) { ("is", " so far") } else { ("was", "") };
        Some(vec![sentence(&format!(
            "{} {was} {}{so_far}, {change} {} ({})",
            of.subject(),
            show(new),
            if new == old { format!("as {than}") } else { format!("than {than}") },
            show(old),
        ))])
    }

    /// `There have been 191 orders this month so far, 3.2 % more than last month (185).`
    fn compared_counts(&self, of: &Column, sides: (f64, f64), change: &str, than: &str) -> Option<String> {
        let timed = of.timed.as_ref()?;
        let rows = timed.what.strip_prefix("number of ").filter(|_| self.scope.after_noun().is_empty())?;
        let (new, old) = sides;
        let were = match (self.is_running(of), new == 1.0) {
            (true, true) => "has been",
            (true, false) => "have been",
            (false, true) => "was",
            (false, false) => "were",
        };
        let so_far = if self.is_running(of) { " so far" } else { "" };
        let (many, when) = (super::counted(new, rows), &timed.when);
        let than = if new == old { format!("as {than}") } else { format!("than {than}") };
        let old = super::numbers::exact(old);
        Some(format!("There {were} {many} {when}{so_far}, {change} {than} ({old})."))
    }

    fn is_running(&self, column: &Column) -> bool {
        column.timed.as_ref().is_some_and(|timed| timed.is_running(self.facts.today))
    }

    /// A time that is asked for in words: `in October 2026`, `so far in November 2026`.
    fn when(&self, time: &Known) -> Option<String> {
        let stretch = super::dates::stretch(time.from, time.to)?;
        Some(if time.is_running(self.facts.today) { format!("so far {stretch}") } else { stretch })
    }

    /// Where the data ends before one of two times that are compared, or before both, there is nothing to compare.
    fn compared_with_nothing(&self, sides: [(&Column, Option<f64>); 2]) -> Option<Vec<String>> {
        let is_empty = |value: Option<f64>| value.is_none_or(|number| number == 0.0);
        let beyond = || self.times.iter().filter(|time| time.is_beyond());
        let [(first, one), (second, other)] = sides;
        match (is_empty(one), is_empty(other)) {
            (true, true) => {
                let mut times: Vec<_> = beyond().collect();
                times.sort_by_key(|time| time.from);
                let mut when: Vec<String> = times.into_iter().filter_map(|time| self.when(time)).collect();
                when.dedup();
                let when = if when.is_empty() { String::new() } else { format!(" {}", lists::or_once(&when)) };
                let is_running = beyond().any(|time| time.is_running(self.facts.today));
                let were = if is_running { "have been" } else { "were" };
                let what = first.timed.as_ref().filter(|timed| !timed.what.starts_with("number of "));
                let nothing = what.map(|timed| format!(", so there is no {} to compare", timed.what));
                let nothing = nothing.unwrap_or_default();
                Some(vec![match beyond().next() {
                    Some(time) => format!("There {were} no {}{when}{nothing}.", time.event.counted()),
                    None => format!("There is no data for {} or {}.", first.subject(), second.subject()),
                }])
            }
            (false, false) => None,
            (is_first_empty, _) => {
                let (none, some, value) = if is_first_empty { (first, second, other?) } else { (second, first, one?) };
                let rows = beyond().next()?.event.counted();
                let (when, value) = (some.when_beside(none), some.figures.show(value));
                let what = some.timed.as_ref().filter(|timed| !timed.what.starts_with("number of "));
                let what = what.map(|timed| format!("{} of ", timed.what)).unwrap_or_default();
                let is_running = none.timed.is_none() || self.is_running(none);
                let (were, so_far) = if is_running { ("have been", " so far") } else { ("were", "") };
                let none = none.when_beside(some);
                Some(vec![format!("There {were} no {rows} {none}{so_far}, against {what}{value} {when}.")])
            }
        }
    }

    /// Groups with the same measure at two times: who has the most of it now, who gained and lost most, and all together.
    pub(super) fn compared_groups(&self, measures: &[&Column]) -> Option<Vec<String>> {
        let (one, other) = two_sides(measures)?;
        let (new, old) = if other.is_after(one) { (other, one) } else { (one, other) };
        let (timed, before) = (new.timed.as_ref()?, old.timed.as_ref()?);
        let is_unlimited = self.facts.outline.query.limit.is_none() && !self.is_cut;
        let mut pairs: Vec<Pair> = (0..self.facts.rows.len())
            .filter_map(|row| Some(Pair { row, new: number(new, row)?, old: number(old, row)? }))
            .collect();
        let is_label = self.columns.iter().any(|column| column.role == Role::Label);
        if timed.what != before.what || !is_unlimited || !is_label || pairs.len() != self.facts.rows.len() {
            return None;
        }
        pairs.sort_by(|one, other| other.new.total_cmp(&one.new));
        let best = pairs.first()?;
        let style = new.figures.style;
        let all: Vec<Option<f64>> = pairs.iter().flat_map(|pair| [Some(pair.new), Some(pair.old)]).collect();
        let figures = Figures::of(style, &all);
        let is_over = timed.to.zip(self.facts.today).is_some_and(|(to, today): (Date, Date)| to <= today);
        let (has, was) = if is_over { ("had", "was") } else { ("has", "is") };
        let (when, than, timed_column) = (&timed.when, &before.when, new);
        let compared = |new: f64, old: f64, figures: Figures| {
            // What is shown alike differs by next to nothing.
            if new != old && figures.show(new) == figures.show(old) {
                return format!("{}, about as much as {than}", figures.show(new));
            }
            let than = if new == old { format!("as {than}") } else { format!("than {than}") };
            format!("{}, {} {than} ({})", figures.show(new), change_of(timed_column, new, old), figures.show(old))
        };
        let most = match new.noun.strip_prefix("number of ") {
            Some(_) => format!("the most {}", timed.what.trim_start_matches("number of ")),
            None => format!("the highest {}", timed.what),
        };
        let mut sentences = vec![sentence(&format!(
            "{} {has} {most} {when}: {}",
            self.row_name(best.row),
            compared(best.new, best.old, figures)
        ))];
        sentences.extend(self.movers(&pairs, style));
        if new.adds_up && old.adds_up {
            let (new, old) = (pairs.iter().map(|pair| pair.new).sum(), pairs.iter().map(|pair| pair.old).sum());
            let figures = Figures::of(style, &[Some(new), Some(old)]);
            sentences.push(format!("In all, {} {was} {}.", with_the(&timed.what), compared(new, old, figures)));
        }
        Some(sentences)
    }

    /// Who gained and who lost most.
    fn movers(&self, pairs: &[Pair], style: super::figures::Style) -> Option<String> {
        let gain = |pair: &&Pair| (pair.old > 0.0).then(|| pair.new / pair.old);
        let by = |pair: &Pair| amount_of_change(pair.new, pair.old, style);
        let moved = || pairs.iter().filter(|pair| gain(pair).is_some() && pair.new != pair.old);
        let key = |pair: &&Pair| gain(pair).unwrap_or(1.0);
        let up = moved().filter(|pair| pair.new > pair.old).max_by(|one, other| key(one).total_cmp(&key(other)));
        let down = moved().filter(|pair| pair.new < pair.old).min_by(|one, other| key(one).total_cmp(&key(other)));
        let told = |pair: &Pair, went: &str| format!("{} {went} most, by {}", self.row_name(pair.row), by(pair));
        match (up, down) {
            (Some(up), Some(down)) => Some(sentence(&format!("{}, and {}", told(up, "rose"), told(down, "fell")))),
            (Some(up), None) => Some(sentence(&told(up, "rose"))),
            (None, Some(down)) => Some(sentence(&told(down, "fell"))),
            (None, None) => None,
        }
    }
}

/// One group at both times.
struct Pair {
    row: usize,
    new: f64,
    old: f64,
}

fn number(column: &Column, row: usize) -> Option<f64> {
    column.numbers.get(row).copied().flatten()
}

/// The two measures of a comparison, without what is derived from them.
fn two_sides<'c>(measures: &[&'c Column]) -> Option<(&'c Column, &'c Column)> {
    let is_derived = |column: &&&Column| ["difference", "growth"].contains(&column.name.as_str());
    let sides: Vec<&Column> = measures.iter().filter(|column| !is_derived(column)).copied().collect();
    match sides.as_slice() {
        [first, second] => Some((first, second)),
        _ => None,
    }
}

//! The groups of a ranking in words: how many there are of them and of what kind, which of them follow the first, what else is
//! told of each, and what all are together.

use super::columns::{Column, Role, spoken, top_select};
use super::figures::Style;
use super::leaders::Saying;
use super::{Told, capital, nouns, numbers};
use crate::english_list;
use crate::outline::{Expr, OutputColumn};

/// More names than these are not held against one another.
const MOST_COMPARED: usize = 1_000;
/// So many are named where they have nothing.
const MOST_NAMED: usize = 5;
/// What says where a row stands among the others, as its place in a ranking says already.
const PLACES: [&str; 3] = ["rank", "dense_rank", "row_number"];

impl Told<'_> {
    /// What the groups are, many of them: `countries`; `None` where there is no word for all of them.
    pub(super) fn groups_noun(&self) -> Option<String> {
        let naming = self.naming()?;
        let is_unlike = |label: &String| naming.labels.iter().filter(|other| *other == label).count() == 1;
        // Rows that only show a name may be several of it.
        let is_each_one = top_select(&self.facts).is_some_and(|select| !select.grouping.is_empty())
            || naming.labels.len() <= MOST_COMPARED && naming.labels.iter().all(is_unlike);
        let is_whole = is_each_one
            && naming.role == Role::Label
            && naming.labels.iter().all(|label| !matches!(label.as_str(), "no value" | "true" | "false" | ""));
        if self.are_combinations() {
            return Some("combinations".to_owned());
        }
        self.named_rows().filter(|_| is_whole).or_else(|| {
            let name = spoken(&naming.name);
            let name = name.strip_suffix(" name").unwrap_or(&name);
            let is_word = is_whole && !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || c == ' ');
            let says_nothing = ["name", "title", "label", "value", "text"].iter().any(|end| name.ends_with(end));
            (is_word && !says_nothing).then(|| nouns::plural(name))
        })
    }

    /// The groups are of several things, such as a country and a status: their names repeat, and no number tells them apart.
    fn are_combinations(&self) -> bool {
        let Some(naming) = self.naming().filter(|naming| naming.labels.len() <= MOST_COMPARED) else { return false };
        let is_repeated = |label: &String| naming.labels.iter().filter(|other| *other == label).count() > 1;
        let is_other = |column: &Column| column.name != naming.name;
        let by_others = |role: &Role| matches!(role, Role::Label | Role::Period(..));
        self.is_grouped()
            && naming.labels.iter().any(is_repeated)
            && self.columns.iter().any(|column| is_other(column) && by_others(&column.role))
            && !self.columns.iter().any(|column| is_other(column) && column.role == Role::Identifier)
    }

    /// So many of them: `7 countries`, or `7` alone.
    pub(super) fn many_groups(&self, many: usize) -> String {
        let number = numbers::exact(many as f64);
        self.groups_noun().map_or(number.clone(), |groups| format!("{number} {groups}"))
    }

    /// Those that come after the first: `followed by Kitchen (30) and Furniture (29)`, `… by Kitchen and Furniture (29 each)`.
    pub(super) fn following(&self, column: &Column, rows: &[(usize, f64)], also: &dyn Fn(usize) -> String) -> String {
        let value = |row: usize, number: f64| format!("{}{}", column.figures.show(number), also(row));
        let rest: &[(usize, f64)] = rows.get(1..).unwrap_or_default();
        let alike =
            rest.windows(2).all(|pair| pair[0].1 == pair[1].1) && rest.iter().all(|(row, _)| also(*row).is_empty());
        let told = match rest {
            [] => return String::new(),
            [(_, number), _, ..] if alike => {
                let names: Vec<String> = rest.iter().map(|(row, _)| self.row_name(*row)).collect();
                format!("{} ({} each)", english_list(&names, "and"), column.figures.show(*number))
            }
            _ => {
                let told = |(row, number): &(usize, f64)| self.row_with(*row, &value(*row, *number));
                english_list(&rest.iter().map(told).collect::<Vec<_>>(), "and")
            }
        };
        format!(", followed by {told}")
    }

    /// Those that come after the first state: `, 264 are shipped and 240 are new`.
    pub(super) fn further_states(&self, column: &Column, rows: &[(usize, f64)]) -> String {
        let are = self.be_many();
        let told = |(row, number): &(usize, f64)| {
            let be = if *number == 1.0 { self.be() } else { are };
            format!("{} {be} {}", column.figures.show(*number), self.row_name(*row))
        };
        let states: Vec<String> = rows.iter().skip(1).map(told).collect();
        if states.is_empty() { String::new() } else { format!(", {}", english_list(&states, "and")) }
    }

    /// Further measures of a row, where there are few: `436 orders; average order value 2,530.17`.
    pub(super) fn also(&self, measures: &[&Column], of: &Column, row: usize) -> Vec<String> {
        let is_told = |other: &&&Column| {
            other.name != of.name && measures.len() <= 3 && self.is_asked(other) && !self.is_place_in_ranking(other)
        };
        let told = |other: &&Column| match (&other.counted, other.numbers.get(row).copied().flatten()) {
            (Some(rows), Some(number)) => super::counted(number, rows),
            _ => format!("{} {}", other.noun, self.cell(other, row)),
        };
        measures.iter().filter(is_told).map(told).collect()
    }

    /// Whether a number says only where a row stands in the order that it is told in.
    pub(super) fn is_place_in_ranking(&self, column: &Column) -> bool {
        let is_place = |value: &Expr| matches!(value, Expr::Window(window) if window.partition.is_empty() && PLACES.contains(&window.call.name.as_str()));
        let outputs = top_select(&self.facts).map(|select| select.columns.as_slice()).unwrap_or_default();
        let is_it = |output: &&OutputColumn| output.name == column.name && is_place(&output.value);
        outputs.iter().any(|output| is_it(&output))
    }

    /// Several at the end that are alike: by name where they have nothing and are few.
    pub(super) fn alike_at_the_end(
        &self,
        column: &Column,
        ranked: &[(usize, f64)],
        number: f64,
        descending: bool,
    ) -> String {
        let have = if self.scope.is_over { "had" } else { "have" };
        let alike: Vec<usize> = ranked.iter().filter(|(_, other)| *other == number).map(|(row, _)| *row).collect();
        let is_many = column.counted.is_some() || super::single_row::is_plural(&column.noun);
        let (some, all) = (capital(&numbers::exact(alike.len() as f64)), self.many_groups(ranked.len()));
        if number == 0.0 && is_many {
            let names: Vec<String> = alike.iter().take(MOST_NAMED).map(|row| self.row_name(*row)).collect();
            let names =
                if alike.len() > MOST_NAMED { String::new() } else { format!(": {}", english_list(&names, "and")) };
            return format!("{some} of the {all} {have} none{names}.");
        }
        let end = match (descending, is_many) {
            (true, true) => "the fewest",
            (true, false) => "the lowest",
            (false, true) => "the most",
            (false, false) => "the highest",
        };
        format!("{some} of the {all} {have} {end}: {} each.", column.figures.show(number))
    }

    /// Groups that are all alike: `9 locations have 1 shop each.`
    pub(super) fn all_alike(&self, column: &Column, ranked: &[(usize, f64)], number: f64) -> Option<String> {
        let groups = self.groups_noun().filter(|_| !self.is_cut && ranked.len() == self.facts.rows.len())?;
        let names: Vec<String> = ranked.iter().map(|(row, _)| self.row_name(*row)).collect();
        let names =
            if names.len() > MOST_NAMED { String::new() } else { format!(" ({})", english_list(&names, "and")) };
        let have = if self.scope.is_over { "had" } else { "have" };
        // There may be others that have none, so that these are not said to be all.
        let many = numbers::exact(ranked.len() as f64);
        let after = self.after(column);
        Some(super::sentence(&match &column.counted {
            Some(rows) => format!("{many} {groups}{names} {have} {} each{after}", super::counted(number, rows)),
            None => format!(
                "{many} {groups}{names} {have} the same {}{after}: {}",
                column.noun,
                column.figures.show(number)
            ),
        }))
    }

    /// What all groups are together, where the first of them was told with others that are alike: `In all, there were 42 page
    /// views, for 39 products.` A number of groups alone could be read as that of the rows.
    pub(super) fn all_with_shared_first(&self, column: &Column, ranked: &[(usize, f64)]) -> Option<String> {
        self.groups_noun()?;
        let groups = self.many_groups(ranked.len());
        let total: f64 = ranked.iter().map(|(_, number)| number).sum();
        let is_whole = column.adds_up && !self.is_cut && column.figures.style == Style::Plain;
        Some(match &column.counted {
            Some(rows) if is_whole => {
                let told = super::counted(total, rows);
                let be = if total == 1.0 { self.be() } else { self.be_many() };
                format!("In all, there {be} {told}, {} {groups}.", self.tie())
            }
            _ => format!("The list has {groups}."),
        })
    }

    /// All together.
    pub(super) fn in_all(&self, column: &Column, total: &str) -> String {
        match &column.counted {
            Some(rows) => format!("There {} {total} {rows} in all.", self.be_many()),
            None if column.noun == "units sold" => format!("In all, {total} units were sold."),
            None => format!("The total {} {total}.", self.be()),
        }
    }

    /// What part of all the first one is: `Germany has 32 % of all 400 customers`, `Germany accounts for 31 % of the total`.
    pub(super) fn part_of_all(&self, column: &Column, name: &str, share: f64, total: &str) -> String {
        let (name, share) = (capital(name), numbers::percent(share));
        let accounts = if self.scope.is_over { "accounted" } else { "accounts" };
        match &column.counted {
            Some(rows) if self.saying(column) == Saying::Has => {
                format!("{name} {} {share} of all {total} {rows}.", self.has())
            }
            Some(rows) => format!("{name} {accounts} for {share} of all {total} {rows}."),
            None => format!("{name} {accounts} for {share} of the total of {total}."),
        }
    }
}

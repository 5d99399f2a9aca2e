//! The only row of an answer, where it is one of a table: the winner of a ranking, the one at a place, or what there is to know of
//! one thing.

use super::agreement::agreeing;
use super::columns::{Column, NO_VALUE, Role, aggregate, spoken};
use super::dates::{self, Unit};
use super::single_row::MOST_VALUES;
use super::{Told, counted, nouns, sentence, units};
use crate::outline::Expr;

/// Places that have a word; the first is none of them, as it comes after no other.
const ORDINALS: [&str; 10] =
    ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

impl Told<'_> {
    /// A row that has a name: the winner of a ranking, or what there is to know of one thing.
    pub(super) fn one_row(&self, measures: &[&Column]) -> String {
        let name = self.row_name(0);
        if let (Some((column, descending)), [_, ..]) = (self.ranked_by(), measures)
            && self.facts.outline.query.limit.is_some()
            && let Some(number) = column.numbers.first().copied().flatten()
        {
            let also: Vec<String> = measures
                .iter()
                .filter(|other| other.name != column.name && self.is_asked(other) && !self.is_place_in_ranking(other))
                .take(MOST_VALUES)
                .map(|other| format!("{} {}", other.noun, self.cell(other, 0)))
                .collect();
            let also = if also.is_empty() { String::new() } else { format!(" ({})", also.join(", ")) };
            if let Some(rows) = column.counted.as_ref().filter(|_| number == 0.0 && !descending) {
                // Behind a limit, there may be more of them.
                let (has, after) = (self.has(), self.after(column));
                return sentence(&format!("{name} {has} no {rows}{after}; others may have none either"));
            }
            let lead = self.lead(column, &name, descending, &column.figures.show(number));
            return sentence(&format!("{lead}{also}"));
        }
        if let Some(position) = self.position() {
            return position;
        }
        if let Some(row) = self.row_of_keys() {
            return row;
        }
        if let Some(row) = self.one_row_by_number() {
            return row;
        }
        self.what_is_known(&name)
    }

    /// A row by its name and what else there is to know of it: `There is 1 product under 6: Jet One (price 5.34).`
    fn what_is_known(&self, name: &str) -> String {
        let naming = self.naming().map(|column| column.name.clone());
        let others = || self.columns.iter().filter(|column| Some(&column.name) != naming.as_ref());
        let rows = self.rows_noun();
        if let Some(told) = self.only_period() {
            return told;
        }
        if self.is_grouped() || rows == "rows" {
            let told = |column: &Column| match column.role {
                Role::Identifier => self.cell(column, 0),
                _ => format!("{} {}", column.noun, self.cell(column, 0)),
            };
            let values: Vec<String> = others().take(MOST_VALUES).map(told).collect();
            let values = if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
            return sentence(&format!("{name}{values}"));
        }
        let after = agreeing(1.0, &self.scope.after_noun());
        let told = |column: &Column| self.told_of_row(column).filter(|_| !is_in(&after, column));
        let values: Vec<String> = others().filter_map(told).take(MOST_VALUES).collect();
        let numbered = || self.columns.iter().find(|column| column.role == Role::Identifier);
        let is_unnamed = self.naming().is_some_and(|naming| naming.labels.first().is_some_and(|name| name == NO_VALUE));
        let row = match (numbered().filter(|_| is_unnamed), values.is_empty()) {
            (Some(identifier), true) => self.numbered(identifier, 0),
            (Some(identifier), false) => format!("{} ({})", self.numbered(identifier, 0), values.join(", ")),
            (None, true) => name.to_owned(),
            (None, false) => self.row_with(0, &values.join(", ")),
        };
        let (row, one) = (row.trim_end_matches('.'), counted(1.0, &rows));
        let noun = one.trim_start_matches("1 ");
        // Asked for by its name, it needs not be told again.
        if self.scope.only_name().is_some_and(|asked| asked == name) && self.facts.outline.query.limit.is_none() {
            let known = row.strip_prefix(name).unwrap_or_default();
            return format!("There {} 1 {noun}{after}{known}.", self.be());
        }
        match (self.facts.outline.query.limit.is_some(), self.first_by_time().trim_start_matches("the ")) {
            (true, "") => format!("This is 1 {noun}{after}: {row}."),
            (true, first) => format!("The {first}{noun}{after} {} {row}.", self.be()),
            (false, _) => format!("There {} 1 {noun}{after}: {row}.", self.be()),
        }
    }

    /// A row that has neither a name nor a number of its own, as one that ties others together: by all that there is to know of it.
    fn row_of_keys(&self) -> Option<String> {
        let rows = self.rows_noun();
        let one = counted(1.0, &rows);
        let noun = one.trim_start_matches("1 ");
        let is_own = |column: &Column| match column.role {
            Role::Identifier => column.name == "id" || spoken(&column.name).starts_with(noun),
            Role::Label => ["name", "title", "label"].iter().any(|end| column.name.ends_with(end)),
            _ => false,
        };
        let has_keys = self.columns.iter().filter(|column| column.role == Role::Identifier).count() > 1;
        if self.is_grouped() || rows == "rows" || !has_keys || self.columns.iter().any(is_own) {
            return None;
        }
        let told = |column: &Column| match column.role {
            Role::Identifier => Some(self.cell(column, 0)),
            _ => self.told_of_row(column),
        };
        let known: Vec<String> = self.columns.iter().filter_map(told).take(MOST_VALUES).collect();
        let (known, after) = (known.join(", "), agreeing(1.0, &self.scope.after_noun()));
        Some(match (self.facts.outline.query.limit.is_some(), self.first_by_time()) {
            (true, "") => format!("This is 1 {noun}{after}: {known}."),
            (true, first) => format!("This is {first}{noun}{after}: {known}."),
            (false, _) => format!("There {} 1 {noun}{after}: {known}.", self.be()),
        })
    }

    /// The only period that has rows: `There were 19 payments in January 2026.`
    fn only_period(&self) -> Option<String> {
        let [period, measure] = self.columns.as_slice() else { return None };
        let Role::Period(unit, days) = &period.role else { return None };
        let (rows, number) = (measure.counted.as_ref()?, measure.numbers.first().copied().flatten()?);
        let day = days.first().copied().flatten().filter(|_| *unit != Unit::Moment)?;
        let tie = if *unit == Unit::Day { "on" } else { "in" };
        let (when, were) = (dates::period(day, *unit, true), if number == 1.0 { "was" } else { "were" });
        let after = self.scope.without_time().after_number();
        Some(format!("There {were} {} {tie} {when}{}.", counted(number, rows), agreeing(number, &after)))
    }

    /// A value of the row, as far as it says something: no key of others, nothing that it lacks or is not.
    fn told_of_row(&self, column: &Column) -> Option<String> {
        let label = column.labels.first().map_or("", String::as_str);
        match (&column.role, label) {
            (Role::Identifier, _) | (_, NO_VALUE | "" | "false") => None,
            (_, "true") => Some(column.noun.clone()),
            _ => Some(units::beside_unit(&column.noun, &self.cell(column, 0))),
        }
    }

    /// The one that comes after a number of others: `number 2 by price`.
    fn position(&self) -> Option<String> {
        let query = &self.facts.outline.query;
        let Some(Expr::Constant { text: Some(text), .. }) = &query.offset else { return None };
        let (offset, key) = (text.parse::<u32>().ok()?, query.order.first()?);
        let name = key.output.as_ref().or(match &key.value {
            Expr::Column { name, .. } => Some(name),
            _ => None,
        })?;
        let column = self.columns.iter().find(|column| column.name == *name && column.role == Role::Measure)?;
        let place = usize::try_from(offset).ok().and_then(|at| ORDINALS.get(at)).copied();
        let row =
            words::singular(&self.groups_noun().filter(|_| self.is_grouped()).unwrap_or_else(|| self.rows_noun()));
        let row = if row == "row" || row.is_empty() { "one".to_owned() } else { row };
        let (name, value, be) = (self.row_name(0), self.cell(column, 0), self.be());
        let end = if key.descending { "highest" } else { "lowest" };
        let dear = if key.descending { "most expensive" } else { "cheapest" };
        Some(sentence(&match place {
            Some(place) if nouns::is_price(&column.name) && aggregate(&key.value).is_none() => {
                format!("the {place} {dear} {row}{} {be} {name} ({value})", self.scope.after_noun())
            }
            Some(place) => {
                let (noun, after) = (&column.noun, self.after(column));
                format!("the {place} {end} {noun}{after} {be} {value}, that of {name}")
            }
            None => format!(
                "number {} from the {end} {}{} {be} {name} ({value})",
                offset + 1,
                column.noun,
                self.after(column)
            ),
        }))
    }
}

/// Whether what is said of the rows has a text of the column already.
fn is_in(after: &str, column: &Column) -> bool {
    let label = column.labels.first().map_or("", String::as_str);
    column.role == Role::Label && format!("{after} ").contains(&format!(" {label} "))
}

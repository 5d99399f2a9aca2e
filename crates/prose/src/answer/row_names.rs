//! What one row of an answer is called, and what its values look like.

use super::columns::{self, Column, Role};
use super::dates::{self, Date};
use super::flags::is_adjective;
use super::question_words::are_people;
use super::{Told, numbers};
use crate::outline::Expr;

impl Told<'_> {
    /// The column that names each row: a label that is different in all of them if there is one.
    pub(super) fn naming(&self) -> Option<&Column> {
        let labels = || self.columns.iter().filter(|column| matches!(column.role, Role::Label));
        let is_name = |column: &&Column| ["name", "title", "label"].iter().any(|name| column.name.ends_with(name));
        let is_unique = |column: &&Column| {
            let mut labels: Vec<&String> = column.labels.iter().collect();
            labels.sort();
            labels.dedup();
            labels.len() == column.labels.len()
        };
        let named = || labels().find(is_name);
        named().or_else(|| labels().find(is_unique)).or_else(|| labels().next())
    }

    /// The rows of the relation that the names of groups are from: `products`.
    pub(super) fn named_rows(&self) -> Option<String> {
        let naming = self.naming()?;
        let outputs = &columns::top_select(&self.facts)?.columns;
        let output = outputs.iter().find(|output| output.name == naming.name)?;
        let Expr::Column { entry: Some(entry), name } = &output.value else { return None };
        let is_name = ["name", "title", "label"].contains(&name.as_str());
        let entry = self.facts.outline.entries.get(*entry).filter(|_| is_name)?;
        Some(columns::spoken_relation(&entry.name))
    }

    /// What one row is about: its name, with what else labels it where a name alone would not tell rows apart.
    pub(super) fn row_name(&self, row: usize) -> String {
        match self.name_and_key(row) {
            (name, Some(key)) => format!("{name} ({key})"),
            (name, None) => name,
        }
    }

    /// The same with what is told of the row in brackets: `Ada (id 1; 50)`.
    pub(super) fn row_with(&self, row: usize, value: &str) -> String {
        match self.name_and_key(row) {
            (name, Some(key)) => format!("{name} ({key}; {value})"),
            (name, None) => format!("{name} ({value})"),
        }
    }

    pub(super) fn name_and_key(&self, row: usize) -> (String, Option<String>) {
        let Some(naming) = self.naming() else {
            let first = self.columns.iter().find(|column| column.role != Role::Measure);
            return (first.map(|column| self.cell(column, row)).unwrap_or_default(), None);
        };
        let name = naming.labels.get(row).cloned().unwrap_or_default();
        let labels = naming.labels.iter().take(self.told_rows.get());
        let is_repeated = labels.filter(|label| **label == name).count() > 1;
        let beside = |column: &&Column| column.name != naming.name && column.role != Role::Measure;
        let others = || self.columns.iter().filter(beside);
        let identifier = others().find(|column| column.role == Role::Identifier);
        // Names of people repeat, if not among these rows.
        let is_person = self.named_rows().is_some_and(|rows| are_people(&rows));
        let key = match (is_repeated, is_person) {
            (true, _) => identifier.or_else(|| others().next()),
            (false, true) => identifier,
            (false, false) => None,
        };
        match key {
            Some(column) => {
                let key = match column.role {
                    Role::Label => self.spoken_label(column, self.cell(column, row)),
                    _ => self.cell(column, row),
                };
                (self.spoken_label(naming, name), Some(key))
            }
            None if name.is_empty() => ("(empty)".to_owned(), None),
            None => (self.spoken_label(naming, name), None),
        }
    }

    /// A value that would say nothing without what it is a value of: `newsletter true`, `rating 5`.
    pub(super) fn spoken_label(&self, column: &Column, label: String) -> String {
        let needs_noun = matches!(label.as_str(), "true" | "false") || numbers::parse(&label).is_some();
        let noun = columns::spoken(&column.name);
        match label.as_str() {
            "no value" => format!("no {noun}"),
            "true" if is_adjective(&noun) => noun,
            "false" if is_adjective(&noun) => format!("not {noun}"),
            "true" => format!("with {noun}"),
            "false" => format!("without {noun}"),
            _ if needs_noun => format!("{noun} {label}"),
            _ => label,
        }
    }

    /// A value of any column, as it is shown.
    pub(super) fn cell(&self, column: &Column, row: usize) -> String {
        match (&column.role, column.numbers.get(row).copied().flatten()) {
            (Role::Measure, Some(number)) => column.figures.show(number),
            (Role::Period(unit, days), _) => match days.get(row).copied().flatten() {
                Some(day) => dates::period(day, *unit, !self.is_year_told(day, *unit)),
                None => "no value".to_owned(),
            },
            (Role::Identifier, _) => {
                let label = column.labels.get(row).cloned().unwrap_or_default();
                format!("{} {label}", columns::spoken(&column.name))
            }
            _ => column.labels.get(row).cloned().unwrap_or_default(),
        }
    }

    /// The time of the whole answer is the year of this month or quarter: `August had the highest revenue in 2025`.
    pub(super) fn is_year_told(&self, day: Date, unit: dates::Unit) -> bool {
        let is_part = matches!(unit, dates::Unit::Month | dates::Unit::Quarter) && self.is_grouped();
        is_part && self.scope.time.as_ref().is_some_and(|time| *time == format!("in {}", day.year))
    }

    /// A row that has no name by its number: `order 55`.
    pub(super) fn numbered(&self, identifier: &Column, row: usize) -> String {
        let rows = columns::counted_rows(&self.facts).or_else(|| self.scope.rows.clone());
        match rows.filter(|_| identifier.name == "id") {
            Some(rows) => {
                format!("{} {}", words::singular(&rows), identifier.labels.get(row).map_or("", String::as_str))
            }
            None => self.cell(identifier, row),
        }
    }
}

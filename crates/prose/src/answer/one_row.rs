//! The only row of an answer, where it is one of a table: the winner of a ranking, the one at a place, or what there is to know of
//! one thing.

use super::columns::{Column, Role, aggregate};
use super::single_row::MOST_VALUES;
use super::{Told, counted, nouns, sentence};
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
            let lead = self.lead(column, &name, descending, &column.figures.show(number));
            return sentence(&format!("{lead}{also}"));
        }
        if let Some(position) = self.position() {
            return position;
        }
        if let Some(row) = self.one_row_by_number() {
            return row;
        }
        let naming = self.naming().map(|column| column.name.clone());
        let others = self.columns.iter().filter(|column| Some(&column.name) != naming.as_ref());
        let told = |column: &Column| match column.role {
            Role::Identifier => self.cell(column, 0),
            _ => format!("{} {}", column.noun, self.cell(column, 0)),
        };
        let values: Vec<String> = others.take(MOST_VALUES).map(told).collect();
        let rows = self.rows_noun();
        let one = if self.is_grouped() || rows == "rows" {
            String::new()
        } else {
            format!("There is {}{}. ", counted(1.0, &rows), self.scope.after_noun())
        };
        let values = if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
        format!("{one}{}", sentence(&format!("{name}{values}")))
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

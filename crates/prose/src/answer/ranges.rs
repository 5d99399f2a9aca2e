//! Groups with their lowest and their highest value: the extremes of all.

use super::columns::Column;
use super::{Told, nouns, numbers, sentence};

/// So many further measures are told.
const MORE: usize = 3;

impl Told<'_> {
    pub(super) fn ranges(&self, measures: &[&Column]) -> Option<Vec<String>> {
        let of = |word: &str| measures.iter().find(|column| column.noun.starts_with(word)).copied();
        let (low, high) = (of("lowest ")?, of("highest ")?);
        if self.is_cut {
            return None;
        }
        // Both ends are of one column, else each is told by itself.
        let what = low.noun.trim_start_matches("lowest ");
        let is_range = high.noun.trim_start_matches("highest ") == what;
        let mut sentences = Vec::new();
        if is_range {
            sentences.push(self.range_of(low, high, what)?);
        }
        for column in measures.iter().take(MORE) {
            let is_low = column.noun.starts_with("lowest ");
            if !is_low && !column.noun.starts_with("highest ") {
                let ends = (self.end_of_groups(column, true)?, self.end_of_groups(column, false)?);
                let ((high, most), (low, least)) = ends;
                let tie = self.tie();
                let noun = &column.noun;
                sentences
                    .push(format!("The {noun} is highest {tie} {high} ({most}) and lowest {tie} {low} ({least})."));
            } else if !is_range {
                let (name, number) = self.end_of_groups(column, !is_low)?;
                sentences.push(format!("The {} is {number}, {} {name}.", column.noun, self.tie()));
            }
        }
        let many = numbers::exact(self.facts.rows.len() as f64);
        let rows = self.named_rows().map(|rows| format!(" {rows}")).unwrap_or_default();
        sentences.push(format!("The list has the figures of all {many}{rows}."));
        Some(sentences)
    }

    /// `The cheapest product (5.34) is in Phones, the most expensive (997.07) in Kitchen.`
    fn range_of(&self, low: &Column, high: &Column, what: &str) -> Option<String> {
        let ((first, least), (last, most)) = (self.end_of_groups(low, false)?, self.end_of_groups(high, true)?);
        let tie = self.tie();
        let row = super::columns::top_select(&self.facts)
            .and_then(|select| select.columns.iter().find(|output| output.name == low.name))
            .and_then(|output| nouns::measured(&self.facts, &output.value));
        Some(match row.filter(|_| nouns::is_price(what) && tie == "in") {
            Some((row, _)) => sentence(&format!(
                "the cheapest {row} ({least}) {} in {first}, the most expensive ({most}) in {last}",
                self.be()
            )),
            None => sentence(&format!("{} run from {least} ({first}) to {most} ({last})", nouns::plural(what))),
        })
    }

    /// The group with the highest or the lowest number, and that number.
    fn end_of_groups(&self, column: &Column, highest: bool) -> Option<(String, String)> {
        let numbers = column.numbers.iter().enumerate().filter_map(|(row, number)| Some((row, (*number)?)));
        let (row, number) = if highest {
            numbers.max_by(|(_, one), (_, other)| one.total_cmp(other))
        } else {
            numbers.min_by(|(_, one), (_, other)| one.total_cmp(other))
        }?;
        Some((self.row_name(row), column.figures.show(number)))
    }
}

//! Which numbers of a question may be values of a column: a year is seldom one.

use crate::grammar::parser::Parser;
use crate::query::tree::ColumnId;

impl Parser<'_> {
    /// Whether a column of texts may store a number. A year is none of its values unless its name says years, or known
    /// values have digits.
    pub fn may_store_number(&self, column: ColumnId, number: &str) -> bool {
        let data = self.schema.column(column);
        let year = is_year(number);
        let known = || data.common_values.iter().chain(&data.labels);
        let digits = known().any(|value| value.chars().any(|c| c.is_ascii_digit()));
        digits || self.schema.is_year(column) || !year && known().next().is_none()
    }

    /// Whether a word is a number that may be a year.
    pub fn is_year_number(&self, position: usize) -> bool {
        self.lattice.words.get(position).is_some_and(|word| word.text.len() == 4 && is_year(&word.lower))
    }
}

fn is_year(number: &str) -> bool {
    number.len() == 4 && number.parse::<u32>().is_ok_and(|year| (1900..2100).contains(&year))
}

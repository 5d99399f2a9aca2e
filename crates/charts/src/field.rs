//! The columns of a result as fields of a chart: measures, times, categories and identifiers.

use std::collections::HashSet;

use crate::ResultSet;
use crate::field_role::field_of;
use crate::timestamps::Granularity;

/// One column with its values.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    /// The column's name, with the unit if its values were converted to one.
    pub title: String,
    pub role: FieldRole,
    /// The values, one a row, as the server printed them, but weekdays and months by name; `None` is NULL.
    pub texts: Vec<Option<&'a str>>,
    /// The values as positions on an axis, one a row: the number of a measure, milliseconds since 1970 of a time.
    /// `None` if a value has none. Empty for all other roles.
    pub positions: Vec<Option<f64>>,
}

/// What a column contributes to a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldRole {
    /// Numbers that are drawn.
    Measure,
    Temporal(Granularity),
    /// Labels in no particular order.
    Nominal,
    /// Labels whose order is generally known, like the months of a year.
    Ordinal,
    /// Numbers or uuids that identify a row and say nothing else.
    Identifier,
    /// Values that can't be drawn.
    Unsupported,
}

impl Field<'_> {
    /// Whether the column says what a row is about, as opposed to measuring it.
    pub fn is_dimension(&self) -> bool {
        matches!(self.role, FieldRole::Temporal(_) | FieldRole::Nominal | FieldRole::Ordinal | FieldRole::Identifier)
    }

    /// The number of different values; NULL counts as one.
    pub fn distinct(&self) -> usize {
        self.texts.iter().collect::<HashSet<_>>().len()
    }

    /// The number of values that are not NULL but have no position on an axis.
    pub fn undrawable(&self) -> usize {
        self.texts.iter().zip(&self.positions).filter(|(text, position)| text.is_some() && position.is_none()).count()
    }
}

/// The fields of a result, one a column. No two have the same title.
pub fn fields(results: &ResultSet) -> Vec<Field<'_>> {
    let columns = results.columns.0.iter().enumerate();
    let mut fields: Vec<Field> = columns
        .map(|(at, column)| {
            let texts = results.rows.iter().map(|row| row.get(at).and_then(|value| value.as_deref())).collect();
            field_of(column, texts)
        })
        .collect();
    let mut taken = HashSet::new();
    for field in &mut fields {
        field.title = unique_name(&field.title, &mut taken);
    }
    fields
}

/// The name, with a number added if it is among `taken`. The result is added to `taken`.
pub fn unique_name(name: &str, taken: &mut HashSet<String>) -> String {
    let mut numbered = name.to_owned();
    let mut number = 2;
    while !taken.insert(numbered.clone()) {
        numbered = format!("{name} ({number})");
        number += 1;
    }
    numbered
}

/// The words of a name or a question, in lower case.
pub fn lowercase_words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

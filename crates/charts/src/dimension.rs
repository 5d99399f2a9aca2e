//! The dimensions of a result: the columns that say what each row is about, which become axes and series.

use std::collections::HashSet;

use crate::calendar_names;
use crate::chart::{Axis, FieldType};
use crate::field::{Field, FieldRole};
use crate::field_role::last_word;
use crate::timestamps::{self, Granularity};

/// A label for every row, and its position on the axis if the axis is temporal or quantitative.
#[derive(Debug, Clone)]
pub struct Dimension {
    pub title: String,
    pub field_type: FieldType,
    pub labels: Vec<String>,
    /// Empty if the dimension consists of labels only.
    pub positions: Vec<Option<f64>>,
}

/// The label of NULL.
const NULL: &str = "(null)";

impl Dimension {
    fn of(field: &Field) -> Self {
        match field.role {
            FieldRole::Temporal(granularity) => {
                let label = |(at, text): (&Option<f64>, &Option<&str>)| match (at, text) {
                    (Some(at), _) => timestamps::label(*at as i64, granularity),
                    (None, text) => text.unwrap_or(NULL).to_owned(),
                };
                Self {
                    title: field.title.clone(),
                    field_type: FieldType::Temporal(granularity),
                    labels: field.positions.iter().zip(&field.texts).map(label).collect(),
                    positions: field.positions.clone(),
                }
            }
            FieldRole::Ordinal => Self::of_labels(field, FieldType::Ordinal),
            _ => Self::of_labels(field, FieldType::Nominal),
        }
    }

    /// The values as labels.
    pub fn of_labels(field: &Field, field_type: FieldType) -> Self {
        let labels = field.texts.iter().map(|text| text.unwrap_or(NULL).to_owned()).collect();
        Self { title: field.title.clone(), field_type, labels, positions: Vec::new() }
    }

    /// The values of a measure as positions on the x axis.
    pub fn of_numbers(field: &Field) -> Self {
        Self { positions: field.positions.clone(), ..Self::of_labels(field, FieldType::Quantitative) }
    }

    /// The same dimension with labels only, in their known order.
    pub fn as_ordinal(&self) -> Self {
        Self { field_type: FieldType::Ordinal, positions: Vec::new(), ..self.clone() }
    }

    /// A dimension whose labels combine those of both.
    pub fn joined(&self, other: &Self) -> Self {
        let labels = self.labels.iter().zip(&other.labels).map(|(a, b)| format!("{a} {b}")).collect();
        let title = format!("{}, {}", self.title, other.title);
        Self { title, field_type: FieldType::Nominal, labels, positions: Vec::new() }
    }

    pub fn axis(&self) -> Axis {
        Axis { title: self.title.clone(), field_type: self.field_type }
    }

    pub fn is_time(&self) -> bool {
        matches!(self.field_type, FieldType::Temporal(_))
    }

    /// The number of different labels.
    pub fn distinct(&self) -> usize {
        self.labels.iter().collect::<HashSet<_>>().len()
    }

    /// Whether no two rows share a label or position, so that this dimension alone identifies each row.
    pub fn is_unique(&self) -> bool {
        if self.positions.is_empty() {
            return self.distinct() == self.labels.len();
        }
        let mut seen = HashSet::new();
        self.positions.iter().flatten().all(|at| seen.insert(at.to_bits()))
    }

    /// Whether both dimensions together identify each row.
    pub fn is_unique_with(&self, other: &Self) -> bool {
        let mut seen = HashSet::new();
        self.labels.iter().zip(&other.labels).all(|pair| seen.insert(pair))
    }
}

/// The dimensions of a result. A column with the same value in all rows becomes a note instead. An identifier is left
/// out if there is another dimension, such as a name, because the name says more.
pub fn dimensions(fields: &[Field], notes: &mut Vec<String>) -> Vec<Dimension> {
    let all: Vec<&Field> = fields.iter().filter(|field| field.is_dimension()).collect();
    let (constant, mut varying): (Vec<&Field>, Vec<&Field>) = all.into_iter().partition(|field| field.distinct() <= 1);
    if varying.is_empty() {
        return constant.first().map(|field| Dimension::of(field)).into_iter().collect();
    }
    for field in constant {
        notes.extend(Dimension::of(field).labels.first().map(|label| format!("{}: {label}", field.title)));
    }
    let is_identifier = |field: &&Field| field.role == FieldRole::Identifier;
    let mut identifiers = Vec::new();
    if !varying.iter().all(is_identifier) {
        (identifiers, varying) = varying.into_iter().partition(is_identifier);
    }
    let mut dimensions = Vec::new();
    if let Some((joined, rest)) = join_year_and_part(&varying) {
        dimensions.push(joined);
        varying = rest;
    }
    dimensions.extend(varying.into_iter().map(Dimension::of));
    if let ([only], [identifier, ..]) = (dimensions.as_mut_slice(), identifiers.as_slice())
        && !only.is_time()
        && !only.is_unique()
    {
        // Two customers of the same name must not become one, so each gets its identifier.
        for (label, identifier) in only.labels.iter_mut().zip(&identifier.texts) {
            *label = format!("{label} ({})", identifier.unwrap_or(NULL));
        }
    }
    dimensions
}

/// Joins a year and a month or quarter that stand in two columns into one temporal dimension. Returns it with the
/// fields that are left.
fn join_year_and_part<'a, 'b>(fields: &[&'a Field<'b>]) -> Option<(Dimension, Vec<&'a Field<'b>>)> {
    let year = fields.iter().find(|field| field.role == FieldRole::Temporal(Granularity::Year))?;
    let part_of_year = |field: &Field| match last_word(&field.title).as_str() {
        "month" => Some((Granularity::Month, 1)),
        "quarter" => Some((Granularity::Quarter, 3)),
        _ => None,
    };
    let ordinals = fields.iter().filter(|field| field.role == FieldRole::Ordinal);
    let (part, (granularity, months)) = ordinals.filter_map(|field| Some((field, part_of_year(field)?))).next()?;
    let position = |(begin, text): (&Option<f64>, &Option<&str>)| {
        let text = (*text)?;
        let number =
            calendar_names::place(text).map_or_else(|| text.parse().ok(), |place| i64::try_from(place).ok())?;
        timestamps::month_of_year((*begin)? as i64, (number - 1) * months + 1).map(|millis| millis as f64)
    };
    let positions: Vec<Option<f64>> = year.positions.iter().zip(&part.texts).map(position).collect();
    let label = |at: &Option<f64>| at.map_or(NULL.to_owned(), |at| timestamps::label(at as i64, granularity));
    let joined = Dimension {
        title: format!("{}, {}", year.title, part.title),
        field_type: FieldType::Temporal(granularity),
        labels: positions.iter().map(label).collect(),
        positions,
    };
    let is_joined = |field: &Field| field.title == year.title || field.title == part.title;
    Some((joined, fields.iter().copied().filter(|field| !is_joined(field)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ResultSet;
    use crate::column_type::ColumnType;
    use crate::field::fields;
    use crate::fixtures::table;

    fn dimensions_of(table: &ResultSet) -> (Vec<Dimension>, Vec<String>) {
        let mut notes = Vec::new();
        (dimensions(&fields(table), &mut notes), notes)
    }

    #[test]
    fn names_replace_identifiers_but_namesakes_stay_apart() {
        let columns = [("customer_id", ColumnType::Number), ("name", ColumnType::Text)];
        let (dimensions, _) = dimensions_of(&table(&columns, &[&["1", "Ann"], &["2", "Bob"]]));
        assert_eq!(dimensions.len(), 1);
        assert_eq!(dimensions[0].labels, ["Ann", "Bob"]);
        let (dimensions, _) = dimensions_of(&table(&columns, &[&["1", "Ann"], &["2", "Ann"], &["3", "∅"]]));
        assert_eq!(dimensions[0].labels, ["Ann (1)", "Ann (2)", "(null) (3)"]);
    }

    #[test]
    fn a_year_and_a_month_are_joined() {
        let columns = [("month", ColumnType::Number), ("year", ColumnType::Number)];
        let (dimensions, _) = dimensions_of(&table(&columns, &[&["12", "2023"], &["1", "2024"], &["∅", "2024"]]));
        assert_eq!(dimensions.len(), 1);
        assert_eq!(
            (dimensions[0].title.as_str(), dimensions[0].field_type),
            ("year, month", FieldType::Temporal(Granularity::Month))
        );
        assert_eq!(dimensions[0].labels, ["2023-12", "2024-01", "(null)"]);
        let (dimensions, _) = dimensions_of(&table(
            &[("q", ColumnType::Text), ("quarter", ColumnType::Number)],
            &[&["a", "1"], &["b", "2"]],
        ));
        assert_eq!(dimensions.len(), 2);
    }

    #[test]
    fn a_constant_column_becomes_a_note() {
        let columns = [("year", ColumnType::Number), ("region", ColumnType::Text)];
        let (dimensions, notes) = dimensions_of(&table(&columns, &[&["2024", "n"], &["2024", "s"]]));
        assert_eq!((dimensions.len(), dimensions[0].title.as_str()), (1, "region"));
        assert_eq!(notes, ["year: 2024"]);
    }
}

//! What tells the rows of an answer apart: its columns that are no measures, less those that say nothing.

use std::collections::HashSet;

use super::field::{self, Field, Role};
use super::panel::Scale;
use super::timestamps::{self, Grain};

/// A label for every row, with a position where it is one on a scale.
#[derive(Debug, Clone)]
pub struct Dimension {
    pub title: String,
    pub scale: Scale,
    pub labels: Vec<String>,
    /// Empty for labels only.
    pub positions: Vec<Option<f64>>,
}

const NULL: &str = "(null)";

impl Dimension {
    fn of(field: &Field) -> Self {
        match field.role {
            Role::Time(grain) => {
                let label = |(at, text): (&Option<f64>, &Option<&str>)| match (at, text) {
                    (Some(at), _) => timestamps::label(*at as i64, grain),
                    (None, text) => text.unwrap_or(NULL).to_owned(),
                };
                Self {
                    title: field.title.clone(),
                    scale: Scale::Time(grain),
                    labels: field.positions.iter().zip(&field.texts).map(label).collect(),
                    positions: field.positions.clone(),
                }
            }
            Role::Step => Self::of_labels(field, Scale::Step),
            _ => Self::of_labels(field, Scale::Label),
        }
    }

    pub fn of_labels(field: &Field, scale: Scale) -> Self {
        let labels = field.texts.iter().map(|text| text.unwrap_or(NULL).to_owned()).collect();
        Self { title: field.title.clone(), scale, labels, positions: Vec::new() }
    }

    pub fn of_numbers(field: &Field) -> Self {
        Self { positions: field.positions.clone(), ..Self::of_labels(field, Scale::Number) }
    }

    /// The same values as labels.
    pub fn as_steps(&self) -> Self {
        Self { scale: Scale::Step, positions: Vec::new(), ..self.clone() }
    }

    /// Both in one label.
    pub fn joined(&self, other: &Self) -> Self {
        let labels = self.labels.iter().zip(&other.labels).map(|(a, b)| format!("{a} {b}")).collect();
        let title = format!("{}, {}", self.title, other.title);
        Self { title, scale: Scale::Label, labels, positions: Vec::new() }
    }

    pub fn is_time(&self) -> bool {
        matches!(self.scale, Scale::Time(_))
    }

    pub fn distinct(&self) -> usize {
        self.labels.iter().collect::<HashSet<_>>().len()
    }

    /// Whether it alone tells all rows apart.
    pub fn is_unique(&self) -> bool {
        if self.positions.is_empty() {
            return self.distinct() == self.labels.len();
        }
        let mut seen = HashSet::new();
        self.positions.iter().flatten().all(|at| seen.insert(at.to_bits()))
    }

    pub fn is_unique_with(&self, other: &Self) -> bool {
        let mut seen = HashSet::new();
        self.labels.iter().zip(&other.labels).all(|pair| seen.insert(pair))
    }
}

/// The dimensions of an answer. One that is the same in all rows goes into a note; a key gives way to the name beside it.
pub fn dimensions(fields: &[Field], notes: &mut Vec<String>) -> Vec<Dimension> {
    let all: Vec<&Field> = fields.iter().filter(|field| field.is_dimension()).collect();
    let (constant, mut varying): (Vec<&Field>, Vec<&Field>) = all.into_iter().partition(|field| field.distinct() <= 1);
    if varying.is_empty() {
        return constant.first().map(|field| Dimension::of(field)).into_iter().collect();
    }
    for field in constant {
        notes.extend(Dimension::of(field).labels.first().map(|label| format!("{}: {label}", field.title)));
    }
    let named = varying.iter().any(|field| field.role != Role::Key);
    let keys: Vec<&Field> = varying.iter().copied().filter(|field| named && field.role == Role::Key).collect();
    varying.retain(|field| !named || field.role != Role::Key);
    let mut dimensions = Vec::new();
    if let Some((joined, rest)) = year_and_part(&varying) {
        dimensions.push(joined);
        varying = rest;
    }
    dimensions.extend(varying.into_iter().map(Dimension::of));
    if let ([only], [key, ..]) = (dimensions.as_mut_slice(), keys.as_slice())
        && !only.is_time()
        && !only.is_unique()
    {
        // Two of the same name stay two.
        for (label, key) in only.labels.iter_mut().zip(&key.texts) {
            *label = format!("{label} ({})", key.unwrap_or(NULL));
        }
    }
    dimensions
}

/// A year and a month or quarter in two columns, as one time; and the fields beside them.
fn year_and_part<'a, 'b>(fields: &[&'a Field<'b>]) -> Option<(Dimension, Vec<&'a Field<'b>>)> {
    let year = fields.iter().find(|field| field.role == Role::Time(Grain::Year))?;
    let of = |field: &Field| match field::subject(&field.title).as_str() {
        "month" => Some((Grain::Month, 1)),
        "quarter" => Some((Grain::Quarter, 3)),
        _ => None,
    };
    let steps = fields.iter().filter(|field| field.role == Role::Step);
    let (part, (grain, months)) = steps.filter_map(|field| Some((field, of(field)?))).next()?;
    let place = |(begin, text): (&Option<f64>, &Option<&str>)| {
        let number: i64 = (*text)?.parse().ok()?;
        timestamps::in_month((*begin)? as i64, (number - 1) * months + 1).map(|millis| millis as f64)
    };
    let positions: Vec<Option<f64>> = year.positions.iter().zip(&part.texts).map(place).collect();
    let label = |at: &Option<f64>| at.map_or(NULL.to_owned(), |at| timestamps::label(at as i64, grain));
    let joined = Dimension {
        title: format!("{}, {}", year.title, part.title),
        scale: Scale::Time(grain),
        labels: positions.iter().map(label).collect(),
        positions,
    };
    let is_joined = |field: &Field| field.title == year.title || field.title == part.title;
    Some((joined, fields.iter().copied().filter(|field| !is_joined(field)).collect()))
}

#[cfg(test)]
mod tests {
    use super::super::field::fields;
    use super::super::samples::table;
    use super::super::{Kind, Table};
    use super::*;

    fn of(table: &Table) -> (Vec<Dimension>, Vec<String>) {
        let mut notes = Vec::new();
        (dimensions(&fields(table), &mut notes), notes)
    }

    #[test]
    fn keys_give_way_to_names_but_keep_namesakes_apart() {
        let columns = [("customer_id", Kind::Number), ("name", Kind::Text)];
        let (dimensions, _) = of(&table(&columns, &[&["1", "Ann"], &["2", "Bob"]]));
        assert_eq!(dimensions.len(), 1);
        assert_eq!(dimensions[0].labels, ["Ann", "Bob"]);
        let (dimensions, _) = of(&table(&columns, &[&["1", "Ann"], &["2", "Ann"], &["3", "∅"]]));
        assert_eq!(dimensions[0].labels, ["Ann (1)", "Ann (2)", "(null) (3)"]);
    }

    #[test]
    fn a_year_and_a_month_are_one_time() {
        let columns = [("month", Kind::Number), ("year", Kind::Number)];
        let (dimensions, _) = of(&table(&columns, &[&["12", "2023"], &["1", "2024"], &["∅", "2024"]]));
        assert_eq!(dimensions.len(), 1);
        assert_eq!((dimensions[0].title.as_str(), dimensions[0].scale), ("year, month", Scale::Time(Grain::Month)));
        assert_eq!(dimensions[0].labels, ["2023-12", "2024-01", "(null)"]);
        let (dimensions, _) = of(&table(&[("q", Kind::Text), ("quarter", Kind::Number)], &[&["a", "1"], &["b", "2"]]));
        assert_eq!(dimensions.len(), 2);
    }

    #[test]
    fn what_is_the_same_everywhere_is_only_noted() {
        let columns = [("year", Kind::Number), ("region", Kind::Text)];
        let (dimensions, notes) = of(&table(&columns, &[&["2024", "n"], &["2024", "s"]]));
        assert_eq!((dimensions.len(), dimensions[0].title.as_str()), (1, "region"));
        assert_eq!(notes, ["year: 2024"]);
    }
}

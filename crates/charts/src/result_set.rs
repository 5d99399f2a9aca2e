//! The result of a query, which is what a chart is made of.

use crate::json_row;

/// A value as the server prints it, with dates in ISO style. `None` is NULL.
pub type CellText = Option<String>;

/// The rows that a query returned, with the names and types of their columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResultSet {
    pub columns: Vec<ResultColumn>,
    /// In the query's order. The values of a row are in the order of `columns`; values that a short row lacks count as
    /// NULL.
    pub rows: Vec<Vec<CellText>>,
    /// What the reader of the chart has to know about the result, for example that it was cut off at a row limit. It is
    /// shown with the chart's own notes.
    pub note: Option<String>,
}

/// A column of the result. Several columns may have the same name.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultColumn {
    pub name: String,
    pub column_type: ColumnType,
}

/// PostgreSQL's types as far as charts tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    Number,
    /// `interval`.
    Interval,
    /// `date`, `timestamp` and `timestamptz`.
    Timestamp,
    /// `time` and `timetz`: they have an order, but no place on a calendar.
    TimeOfDay,
    Boolean,
    /// Types whose values can label something: strings, enums, ranges, network addresses and uuid.
    Text,
    /// Types that are only shown in tables: arrays, composites, json, bytea and geometry.
    Other,
}

impl ResultSet {
    /// Adds a row given as a json array or object whose values are in the order of the columns. The keys of an object
    /// are ignored, because they may repeat. Numbers keep all their digits, and nested json stays as it is written.
    ///
    /// # Errors
    /// The text is no json array or object; the row is not added then.
    pub fn push_json(&mut self, json: &str) -> Result<(), serde_json::Error> {
        self.rows.push(json_row::values(json)?);
        Ok(())
    }
}

impl ColumnType {
    /// The type that `format_type` calls `type_name` and that has this `pg_type.typcategory`. A domain has the category
    /// of its base type.
    pub fn of(type_name: &str, category: char) -> Self {
        match category {
            // These are in the category of numbers, but name objects: adding them up makes no sense.
            'N' if type_name == "oid" || type_name.starts_with("reg") => Self::Text,
            'N' => Self::Number,
            'T' => Self::Interval,
            'D' if type_name == "time" || type_name.starts_with("time ") || type_name.starts_with("time(") => {
                Self::TimeOfDay
            }
            'D' => Self::Timestamp,
            'B' => Self::Boolean,
            'S' | 'E' | 'R' | 'I' | 'X' => Self::Text,
            'U' if type_name == "uuid" => Self::Text,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_no_json_is_refused() {
        let mut results = ResultSet::default();
        assert!(results.push_json("[1").is_err());
        results.push_json("[1]").unwrap();
        assert_eq!(results.rows, [[Some("1".to_owned())]]);
    }

    #[test]
    fn types_are_recognized_by_category_and_name() {
        for (name, category, column_type) in [
            ("numeric(10,2)", 'N', ColumnType::Number),
            ("money", 'N', ColumnType::Number),
            ("oid", 'N', ColumnType::Text),
            ("regclass", 'N', ColumnType::Text),
            ("interval", 'T', ColumnType::Interval),
            ("timestamp(3) without time zone", 'D', ColumnType::Timestamp),
            ("birthday", 'D', ColumnType::Timestamp),
            ("time without time zone", 'D', ColumnType::TimeOfDay),
            ("time(3) with time zone", 'D', ColumnType::TimeOfDay),
            ("boolean", 'B', ColumnType::Boolean),
            ("int4range", 'R', ColumnType::Text),
            ("uuid", 'U', ColumnType::Text),
            ("jsonb", 'U', ColumnType::Other),
            ("text[]", 'A', ColumnType::Other),
        ] {
            assert_eq!(ColumnType::of(name, category), column_type, "{name}");
        }
    }
}

//! An answer made visible: a Vega-Lite specification, or lines of text for a terminal.
//!
//! One choice of drawing serves both: [`choice`] looks at the columns' types, their values and the question, and lays out
//! panels; [`chart`](fn@chart) and [`plot`](fn@plot) only render them. Values stay the text the server printed, and become
//! floating-point numbers for nothing but their position. It never runs, reads or asks anything; equal input gives equal
//! output.

#![forbid(unsafe_code)]

mod axis;
mod bars;
mod braille;
mod dimension;
mod downsample;
mod encoding;
mod field;
mod field_names;
mod intent;
mod json_row;
mod number;
mod panel;
mod recommend;
#[cfg(test)]
mod samples;
mod terminal;
#[cfg(test)]
mod tests;
mod text_table;
mod text_width;
mod time_axis;
mod timestamps;
mod vega_lite;

/// A value as the server prints it, dates in ISO form; None is NULL.
pub type Value = Option<String>;

/// What came of a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub columns: Vec<Column>,
    /// In the query's order; each as long as `columns`, in their order. What a row lacks counts as NULL.
    pub rows: Vec<Vec<Value>>,
    /// What the caller should be told of an answer that ended early; shown under the drawing.
    pub remark: Option<String>,
}

/// A column of the result. Names may repeat.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

/// What a column's type allows to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    /// `interval`.
    Duration,
    /// `date` and both kinds of timestamp.
    Moment,
    /// Both kinds of `time`: ordered, but on no calendar.
    Clock,
    Boolean,
    /// What can be a label: strings, enums, ranges, network addresses, uuid.
    Text,
    /// What can't: arrays, composites, json, bytea, geometry.
    Other,
}

impl Table {
    /// Adds a row given as a json array or object, its values in the order of the columns. Of an object's names nothing is
    /// read, so they may repeat. Numbers keep their digits; nested json stays as it is written.
    pub fn push(&mut self, json: &str) -> Result<(), serde_json::Error> {
        self.rows.push(json_row::values(json)?);
        Ok(())
    }
}

impl Kind {
    /// Of a type by what `format_type` calls it and its `typcategory`; a domain has the category of its base type.
    pub fn of(type_name: &str, category: char) -> Self {
        match category {
            // Numbers by category that name something: no sum, no axis.
            'N' if type_name == "oid" || type_name.starts_with("reg") => Self::Text,
            'N' => Self::Number,
            'T' => Self::Duration,
            'D' if type_name == "time" || type_name.starts_with("time ") || type_name.starts_with("time(") => {
                Self::Clock
            }
            'D' => Self::Moment,
            'B' => Self::Boolean,
            'S' | 'E' | 'R' | 'I' | 'X' => Self::Text,
            'U' if type_name == "uuid" => Self::Text,
            _ => Self::Other,
        }
    }
}

/// The Vega-Lite v5 specification of the drawing that suits the answer, its values inline.
pub fn chart(question: &str, table: &Table) -> serde_json::Value {
    vega_lite::specification(question, &recommend::choose(question, table))
}

/// The same drawing for a terminal: lines of at most 80 columns, without control characters.
pub fn plot(question: &str, table: &Table) -> Vec<String> {
    terminal::lines(&recommend::choose(question, table))
}

#[cfg(test)]
mod table_tests {
    use super::*;

    #[test]
    fn a_row_that_is_no_json_is_not_taken() {
        let mut table = Table::default();
        assert!(table.push("[1").is_err());
        table.push("[1]").unwrap();
        assert_eq!(table.rows, [[Some("1".to_owned())]]);
    }

    #[test]
    fn types_are_told_by_category_and_name() {
        for (name, category, kind) in [
            ("numeric(10,2)", 'N', Kind::Number),
            ("money", 'N', Kind::Number),
            ("oid", 'N', Kind::Text),
            ("regclass", 'N', Kind::Text),
            ("interval", 'T', Kind::Duration),
            ("timestamp(3) without time zone", 'D', Kind::Moment),
            ("birthday", 'D', Kind::Moment),
            ("time without time zone", 'D', Kind::Clock),
            ("time(3) with time zone", 'D', Kind::Clock),
            ("boolean", 'B', Kind::Boolean),
            ("int4range", 'R', Kind::Text),
            ("uuid", 'U', Kind::Text),
            ("jsonb", 'U', Kind::Other),
            ("text[]", 'A', Kind::Other),
        ] {
            assert_eq!(Kind::of(name, category), kind, "{name}");
        }
    }
}

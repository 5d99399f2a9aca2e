//! The result of a query, which is what a chart is made of.

use schema::ResultShape;

use crate::json_row;

/// A value as the server prints it, with dates in ISO style. `None` is NULL.
pub type CellText = Option<String>;

/// The rows that a query returned, with the names and types of their columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResultSet {
    pub columns: ResultShape,
    /// In the query's order. The values of a row are in the order of `columns`; values that a short row lacks count as
    /// NULL.
    pub rows: Vec<Vec<CellText>>,
    /// What the reader of the chart has to know about the result, for example that it was cut off at a row limit. It is
    /// shown with the chart's own notes.
    pub note: Option<String>,
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
}

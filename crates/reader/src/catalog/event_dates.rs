//! Which dates of a relation tell when what its rows record came to be.

use crate::catalog::column_words::ENDS;
use crate::catalog::comments;
use crate::catalog::schema_view::SchemaView;
use crate::catalog::uncounted_rows;
use crate::query::tree::ColumnId;

impl SchemaView<'_> {
    /// The date columns that "in 2024" or "per month" may mean for the rows of a relation: the date of the event that a
    /// row records, not of a birth, an expiry or a later change.
    pub fn event_dates(&self, relation: usize) -> Vec<ColumnId> {
        const NO_EVENT: [&str; 16] = [
            "birth",
            "birthday",
            "birthdate",
            "born",
            "dob",
            "expiry",
            "expires",
            "expired",
            "expiration",
            "valid",
            "due",
            "deadline",
            "updated",
            "update",
            "modified",
            "deleted",
        ];
        let says = |id: ColumnId, all: &[&str]| self.date_says(id, all);
        let event = |id: ColumnId| !says(id, &NO_EVENT) && !uncounted_rows::is_mark(id, self);
        let mut dates: Vec<ColumnId> =
            self.columns(relation).map(|(id, _)| id).filter(|id| self.is_date(*id) && event(*id)).collect();
        // A row is counted when it came to be, not when it ended.
        let ends = |id: &ColumnId| says(*id, &ENDS);
        if dates.iter().any(|id| !ends(id)) {
            dates.retain(|id| !ends(id));
        }
        // What every row has comes before what only some have yet.
        let is_sure = |id: &ColumnId| self.column(*id).not_null;
        if dates.iter().filter(|id| is_sure(id)).count() == 1 {
            dates.retain(is_sure);
        }
        dates
    }

    fn date_says(&self, id: ColumnId, all: &[&str]) -> bool {
        self.words(id).iter().any(|word| all.contains(&word.as_str()))
            || comments::subject_words(self.column(id)).iter().any(|word| all.contains(&word.as_str()))
    }

    /// Whether a date tells when something ended: by its name, or because it is empty while that lasts.
    pub fn tells_end(&self, id: ColumnId) -> bool {
        self.date_says(id, &ENDS) || self.codes(id).iter().any(|code| code.code.is_empty())
    }

    /// Whether the rows stand for things (customers) to which events (orders) refer: a time without a column may then
    /// mean the date of either.
    pub fn has_later_events(&self, relation: usize) -> bool {
        let refers = self.keys_of(relation).next().is_some();
        !refers && self.keys_to(relation).any(|(_, edge)| !self.event_dates(edge.from).is_empty())
    }
}
